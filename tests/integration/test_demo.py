"""The demo keeps its promises to scripts: demo.json, and nothing left when it ends."""

import email
import email.policy
import json
import os
import re
import signal
import subprocess
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from support import places
from support.client import Client
from support.courier import wait_until


def wait_for_demo(demo: subprocess.Popen, name: str) -> dict:
    file = places.ROOT / "build" / name / "demo.json"
    deadline = time.monotonic() + 60
    while not file.exists():
        assert demo.poll() is None and time.monotonic() < deadline, demo.communicate(timeout=30)[0]
        time.sleep(0.05)
    return json.loads(file.read_text())


def newest_mail(folder: Path, recipient: str, subject: str) -> EmailMessage | None:
    mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
             for file in sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)]
    return next((mail for mail in mails if mail["To"] == recipient and subject in mail["Subject"]), None)


def choose_new_password(told: dict, port: int, *, tls: bool) -> None:
    """What a visitor who has forgotten the password does: asks, finds the mail, opens the link, signs in; and is told of the change."""
    account = told["accounts"][0]
    member, mail_dir = account["members"][0], Path(told["mail_dir"])
    visitor = Client(port, account["host"], tls=tls)
    assert visitor.post("/api/v1/password-reset", json={"email": member["email"]}).status == 202
    mail = wait_until(lambda: newest_mail(mail_dir, member["email"], "choose a new password"))
    text = mail.get_body(("plain",)).get_content()
    (link,) = re.findall(r"^(https?://\S+#\S+)\s*$", text, re.MULTILINE)
    assert link.startswith(f"{account['url']}/password#")
    assert visitor.get("/password").status == 200
    new = "a demo visitor's own words"
    assert visitor.post("/api/v1/password", json={"token": link.partition("#")[2], "password": new}).status in (200, 204)
    assert visitor.post("/api/v1/session", json={"email": member["email"], "password": new}).status == 200
    assert wait_until(lambda: newest_mail(mail_dir, member["email"], "your password was changed"))


def run_portalctl(name: str) -> None:
    """As the documentation writes it, from the top of the repository, in a shell that knows nothing else."""
    lines = [f". build/{name}/env.sh", "portalctl account list", "portalctl document sweep",
             "portalctl member invite --account brightwater --client 'Acme Facilities Ltd' --email demo.visitor@acme.example.com"]
    finished = subprocess.run(["bash", "-euc", "\n".join(lines)], cwd=places.ROOT, env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)
    assert finished.returncode == 0, finished.stderr
    assert "brightwater" in finished.stdout and "/activate#" in finished.stdout


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
            assert [person["role"] for person in account["staff"]] == ["owner", "manager", "viewer"]
            assert account["mail_dir"] == told["mail_dir"]
            for person in account["staff"]:
                console = Client(port, account["host"], tls=scheme == "https")
                answer = console.post("/api/v1/staff/session", json={"email": person["email"], "password": person["password"]})
                assert answer.status == 200 and answer.json()["staff"]["role"] == person["role"], answer.text
        choose_new_password(told, port, tls=scheme == "https")
        run_portalctl(name)
        if scheme == "http":
            second = subprocess.run(["/usr/bin/python3", "tools/demo.py", "--name", f"{name}_second", "--port", str(port)], cwd=places.ROOT,
                                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
            assert (second.returncode, second.stdout, second.stderr) == (1, "", f"Port {port} is taken; choose another with --port.\n")
    finally:
        demo.send_signal(how)
        output = demo.communicate(timeout=30)[0]
    assert demo.returncode == 0, output
    assert "sign in as" in output
    assert f". build/{name}/env.sh" in output and "export PORTAL_DATABASE=" in output
    assert not (places.ROOT / "build" / name / "demo.json").exists() and not (places.ROOT / "build" / name / "env.sh").exists()
    left = subprocess.run(["pgrep", "-f", f"{name}/servers"], capture_output=True, text=True).stdout
    assert not left, left
    configuration = (places.servers_folder(name) / "servers/nginx/nginx.conf").read_text()
    sockets = re.search(r"host=(/tmp/portico\.\S+)", configuration)[1]
    assert not os.path.exists(sockets)
