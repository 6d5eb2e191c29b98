"""The demo keeps its promises to scripts: demo.json, and nothing left when it ends."""

import json
import os
import re
import signal
import subprocess
import time

import pytest

from support import places
from support.client import Client


def wait_for_demo(demo: subprocess.Popen, name: str) -> dict:
    file = places.ROOT / "build" / name / "demo.json"
    deadline = time.monotonic() + 60
    while not file.exists():
        assert demo.poll() is None and time.monotonic() < deadline, demo.communicate(timeout=30)[0]
        time.sleep(0.05)
    return json.loads(file.read_text())


@pytest.mark.parametrize("how, scheme, cookie", [(signal.SIGINT, "http", "portal-member"), (signal.SIGTERM, "https", "__Host-portal-member")],
                         ids=["plain, SIGINT", "TLS, SIGTERM"])
def test_demo_serves_and_ends_cleanly(how, scheme, cookie):
    name = f"test/demo_{scheme}"
    wanted = places.free_port()
    options = ["--tls"] if scheme == "https" else ["--port", str(wanted)]
    demo = subprocess.Popen(["/usr/bin/python3", "tools/demo.py", "--name", name, *options], cwd=places.ROOT, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        told = wait_for_demo(demo, name)
        assert told["pid"] == demo.pid
        assert [account["slug"] for account in told["accounts"]] == ["brightwater", "northside"]
        assert told["url"].startswith(f"{scheme}://127.0.0.1:")
        port = int(told["url"].rpartition(":")[2])
        assert scheme == "https" or port == wanted
        for account in told["accounts"]:
            assert account["url"] == f"{scheme}://{account['host']}:{port}"
            assert account["activation_url"].startswith(account["url"] + "/activate#")
            member = account["members"][0]
            assert set(member) >= {"email", "password", "client"}
            client = Client(port, account["host"], tls=scheme == "https")
            assert client.post("/api/v1/session", json={"email": member["email"], "password": member["password"]}).status == 200
            assert set(client.cookies) == {cookie, cookie.replace("member", "device")}
            for state in ("planned", "active", "finished"):
                assert client.get(f"/api/v1/jobs?state={state}").json()["items"], f"{member['email']} sees no {state} job"
    finally:
        demo.send_signal(how)
        output = demo.communicate(timeout=30)[0]
    assert demo.returncode == 0, output
    assert "sign in as" in output
    assert not (places.ROOT / "build" / name / "demo.json").exists()
    left = subprocess.run(["pgrep", "-f", f"{name}/servers"], capture_output=True, text=True).stdout
    assert not left, left
    configuration = (places.servers_folder(name) / "servers/nginx/nginx.conf").read_text()
    sockets = re.search(r"host=(/tmp/portico\.\S+)", configuration)[1]
    assert not os.path.exists(sockets)
