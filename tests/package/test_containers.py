"""docker/: what can be tried without an engine. The compose file is valid, and the step that makes the image makes, on a bare
Debian, an nginx that takes the image's configuration."""

import os
import re
import subprocess

import pytest
from conftest import current_version

from support import places


def test_compose_takes_the_file():
    said = subprocess.run(["docker-compose", "-f", "docker/compose.yaml", "config"], cwd=places.ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert "portalctl" in said.stdout


def stub(folder, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def set_passwords(tmp_path):
    """Runs the script with secrets in a folder of ours. psql says which role gets which password."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for role in ("edge", "maintenance", "courier"):
        (secrets / f"{role}_password").write_text(f"of {role}\n")
    stub(tmp_path, "psql", f'echo "$*" >>{tmp_path}/called')
    script = (places.ROOT / "docker/set_passwords.sh").read_text()
    assert "/run/secrets/" in script

    def run() -> tuple[int, str, list[str]]:
        said = subprocess.run(["bash", "-c", script.replace("/run/secrets", str(secrets))], capture_output=True, text=True,
                              env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "POSTGRES_USER": "postgres", "POSTGRES_DB": "portal"})
        called = tmp_path / "called"
        return said.returncode, said.stderr, re.findall(r"role=(\S+) --set=secret=(.*)", called.read_text()) if called.exists() else []

    run.secrets = secrets
    return run


def test_the_roles_get_the_passwords_of_their_secrets(set_passwords):
    assert set_passwords() == (0, "", [(f"portal_{role}", f"of {role}") for role in ("edge", "maintenance", "courier")])


def test_no_role_gets_an_empty_password(set_passwords):
    """As where the database's user may not read the secret."""
    secret = set_passwords.secrets / "edge_password"
    secret.write_text("")
    status, says, given = set_passwords()
    assert status != 0 and "edge_password is empty" in says and given == []
    secret.unlink()
    status, says, given = set_passwords()
    assert status != 0 and "edge_password" in says and given == []


def test_tidying_begins_with_the_service_and_waits_for_the_schema(tmp_path):
    said = subprocess.run(["docker-compose", "-f", "docker/compose.yaml", "config"], cwd=places.ROOT, capture_output=True, text=True, check=True)
    command = re.search(r"while :; .*done", re.sub(r"\n\s+", " ", said.stdout))[0].rstrip("'\"")
    # There is no database at first; a day is where the test ends.
    stub(tmp_path, "portalctl", f'echo "$*" >>{tmp_path}/did; test $(wc -l <{tmp_path}/did) -gt 1')
    stub(tmp_path, "sleep", f'echo "sleep $*" >>{tmp_path}/did; test $1 = 60 || kill $PPID')
    subprocess.run(["sh", "-c", command], env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, timeout=60)
    assert (tmp_path / "did").read_text().splitlines() == ["tidy", "sleep 60", "tidy", "document sweep", "sleep 86400"]


def test_the_steps_of_the_image_are_scripts_that_exist():
    text = (places.ROOT / "docker/Dockerfile").read_text()
    called = re.findall(r"(?:tools|docker)/\w+\.sh", text)
    assert {"tools/install.sh", "tools/build.sh", "tools/package.sh", "docker/install_package.sh"} <= set(called)
    assert all((places.ROOT / name).exists() for name in called)


def test_the_image_serves_portals(bare_machine, package):
    machine = bare_machine
    machine.run("mkdir /opt/portico; echo 'APT::Keep-Downloaded-Packages \"true\";' >/etc/apt/apt.conf.d/zz")
    for file in (package, *(places.ROOT / name for name in ("docker/install_package.sh", "conf/nginx.conf", "conf/server-tls.conf"))):
        machine.put(file, "/opt/portico")
    # The services of an image do not start while it is built.
    machine.run("printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d")
    machine.run(f"/opt/portico/install_package.sh /opt/portico/{package.name}", network=True)
    assert current_version() in machine.run("grep load_module $(readlink -f /etc/nginx/modules-enabled/50-mod-http-portal.conf)")
    # What the secrets of compose.yaml bring.
    machine.run("""portalctl keys new --file /etc/portico/keys
install -d -m 700 /etc/portico/tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout /etc/portico/tls/portal.key -out /etc/portico/tls/portal.crt 2>&1
(umask 077 && openssl rand -base64 24 >/etc/portico/edge.password)""")
    assert "successful" in machine.run("nginx -t 2>&1")
    machine.run("nginx >/dev/null 2>&1")
    machine.wait_until("test -s /run/nginx.pid")
    page = subprocess.run(machine.beside("curl", "-sk", "https://localhost/sign-in"), check=True, capture_output=True, text=True).stdout
    assert "<script" in page
