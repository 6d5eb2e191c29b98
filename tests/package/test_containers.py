"""docker/: what can be tried without an engine. The compose file is valid, and the step that makes the image makes, on a bare
Debian, an nginx that takes the image's configuration."""

import re
import subprocess

from conftest import current_version

from support import places


def test_compose_takes_the_file():
    said = subprocess.run(["docker-compose", "-f", "docker/compose.yaml", "config"], cwd=places.ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert "portalctl" in said.stdout


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
