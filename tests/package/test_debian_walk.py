"""docs/install/debian.md, run as it stands on a bare Debian 12: from the package to a member who is signed in. Then the
upgrade of that portal under load, and its removal."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from conftest import current_version

from support import places

DOCUMENT = places.ROOT / "docs/install/debian.md"
HOST = "portal.brightwater.example"
CERTIFICATE = "/etc/portico/tls/portal.crt"
CURL = f"curl -sS --fail-with-body --cacert {CERTIFICATE} --resolve {HOST}:443:127.0.0.1"
JAR = "/root/cookies"


def steps() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)


def workers_of_nginx(machine) -> list[str]:
    return machine.run("master=$(cat /run/nginx.pid); cat /proc/$master/task/$master/children").split()


def api(machine, path: str, options: str = "") -> dict:
    return json.loads(machine.run(f"{CURL} -b {JAR} -c {JAR} -H 'Origin: https://{HOST}' {options} https://{HOST}/api/v1{path}"))


def test_the_document_leads_to_a_member_who_is_signed_in(bare_machine, packages):
    machine = bare_machine
    earlier, _ = packages
    machine.put(earlier)
    blocks = steps()
    assert len(blocks) >= 8 and "apt-get install" in blocks[0] and blocks[-1].strip() == "portalctl doctor"
    # What a machine on the network loads by itself; curl is only ours.
    machine.download("nginx postgresql openssl curl ./libnginx-mod-http-portal_*.deb")
    said = ""
    for block in blocks:
        said += machine.run(block)
    assert "ILL" not in said, said
    machine.run("apt-get -q -y install curl")

    page = machine.run(f"{CURL} https://{HOST}/sign-in")
    assert '<script type="module"' in page
    (script,) = re.findall(r'src="(/assets/[^"]+\.js)"', page)
    assert len(machine.run(f"{CURL} https://{HOST}{script}")) > 10_000
    assert api(machine, "/portal")["name"] == "Brightwater Services"

    token = re.search(rf"https://{re.escape(HOST)}/activate#(\S+)", said)[1]
    assert api(machine, "/activation/lookup", f"--json '{json.dumps({'token': token})}'")["client"]["name"] == "Acme Facilities Ltd"
    api(machine, "/activation", f"--json '{json.dumps({'token': token, 'email': 'alex@acme.example', 'password': 'correct horse battery staple'})}'")
    assert api(machine, "/session")["member"]["email"] == "alex@acme.example"
    assert api(machine, "/jobs")["items"] == []


def test_an_upgrade_under_load_fails_no_request_and_runs_the_new_code(bare_machine, packages, tmp_path):
    machine = bare_machine
    _, current = packages
    cookie = "; ".join(f"{name}={value}" for name, value in re.findall(r"\t(__Host-portal-member)\t(\S+)", machine.run(f"cat {JAR}")))
    assert cookie
    certificate = tmp_path / "portal.crt"
    certificate.write_text(machine.run(f"cat {CERTIFICATE}"))
    old_workers = workers_of_nginx(machine)
    command = machine.beside(sys.executable, Path(__file__).parent / "load.py", "443", HOST, certificate, cookie, "/api/v1/jobs", "/api/v1/session", "/sign-in",
                             "/healthz")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
        time.sleep(1)
        newer = machine.put(current)
        machine.run(f"dpkg-deb -x {newer} /tmp/newer && /tmp/newer/usr/bin/portalctl migrate")
        said = machine.run(f"dpkg -i {newer}")
        assert "Triggering nginx reload" in said
        machine.wait_until(" && ".join(f"[ ! -e /proc/{worker} ]" for worker in old_workers))
        time.sleep(1)
        output, _ = load.communicate("")
    met = json.loads(output)
    print(met)
    assert met["failed"] == 0, met
    assert met["answers"]["200"] > 500
    for worker in workers_of_nginx(machine):
        maps = machine.run(f"cat /proc/{worker}/maps")
        assert f"ngx_http_portal_module-{current_version()}.so" in maps
    assert api(machine, "/session")["member"]["email"] == "alex@acme.example"
    assert not machine.run("grep -E '\\[(alert|emerg|crit)\\]' /var/log/nginx/error.log || true")
    assert "ILL" not in machine.run("portalctl doctor")


def test_removing_it_with_the_portal_still_configured_is_told_and_stops_nobody(bare_machine):
    machine = bare_machine
    said = machine.run("apt-get -q -y purge libnginx-mod-http-portal")
    assert "Take the portal's sites" in said
    assert "200" in machine.run("curl -sI http://127.0.0.1/")
    removing = re.search(r"^```\n(rm .*?)^apt-get purge", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)[1]
    machine.run(removing + "nginx -t; service nginx restart")
    assert "200" in machine.run("curl -sI http://127.0.0.1/")
    assert machine.run("cat /etc/portico/keys")
