"""docs/accounts.md, tried: its servers as they stand there, with a wildcard certificate and with certificates that are found by name."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from support import documents, places
from support.portalctl import Portalctl
from support.site import PrivateSite

WILDCARD = "*.portals.provider.example"
OWN = "kunden.harbour.example"


def make_certificate(folder: Path, name: str, subject: str) -> None:
    """As the page says: readable for the group of the workers, who open it themselves."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={subject}",
                    "-addext", f"subjectAltName=DNS:{subject}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"],
                   check=True, stdin=subprocess.DEVNULL, capture_output=True)


@pytest.fixture(scope="module")
def site(servers):
    folder = servers / "certificates"
    tls = servers / "tls"
    shutil.rmtree(tls, ignore_errors=True)
    (tls / "own").mkdir(parents=True)
    make_certificate(tls, "wildcard", WILDCARD)
    port = places.free_port()
    block = next(block.text for block in documents.blocks_of("docs/accounts.md", "nginx") if "wildcard" in block.text)
    servers_of_page = documents.replaced(block, {"listen 443": f"listen 127.0.0.1:{port}", "listen [::]:443": f"listen [::1]:{port}",
                                                 "/etc/portico/tls": str(tls), "/usr/share/portico/web": str(places.ROOT / "web/dist")})
    with PrivateSite(folder, demo=False, workers=2, http_extra=servers_of_page) as site:
        site.tls, site.tls_port = tls, port
        # Workers are another user.
        for file in [*tls.rglob("*.key")]:
            file.chmod(0o644)
        yield site


@pytest.fixture
def portalctl(site):
    return Portalctl(site.postgres, site.keys_file)


def ask(site, host: str, path: str = "/api/v1/portal") -> tuple[int, str]:
    """The status, and the name for which the certificate was made. Only a certificate that belongs to the host is accepted."""
    context = ssl.create_default_context(cadata="".join(file.read_text() for file in site.tls.rglob("*.crt")))
    with closing(socket.create_connection(("127.0.0.1", site.tls_port), timeout=10)) as plain, context.wrap_socket(plain, server_hostname=host) as secured:
        ((_, subject),) = secured.getpeercert()["subjectAltName"]
        connection = http.client.HTTPConnection(host)
        connection.sock = secured
        connection.request("GET", path)
        return connection.getresponse().status, subject


def wait_for(site, host: str, wanted: tuple[int, str]) -> None:
    """On both workers."""
    deadline = time.monotonic() + 5
    agreed = 0
    while agreed < 10:
        answer = ask(site, host)
        agreed = agreed + 1 if answer == wanted else 0
        assert time.monotonic() < deadline, answer
        time.sleep(0.01)


def test_a_new_account_under_the_wildcard_answers_without_a_reload(site, portalctl):
    host = "harbour.portals.provider.example"
    workers = site.nginx.workers()
    assert ask(site, host) == (421, WILDCARD)
    portalctl("account", "create", "--slug", "harbour", "--name", "Harbour", "--time-zone", "Europe/London")
    portalctl("host", "add", "--account", "harbour", "--host", host)
    wait_for(site, host, (404, WILDCARD))
    portalctl("portal", "set", "--account", "harbour")
    wait_for(site, host, (200, WILDCARD))
    assert site.nginx.workers() == workers


def test_an_own_domain_is_two_files_and_a_host(site, portalctl):
    if "harbour" not in [account["slug"] for account in portalctl.json("account", "list")]:
        portalctl("account", "create", "--slug", "harbour", "--name", "Harbour", "--time-zone", "Europe/London")
        portalctl("portal", "set", "--account", "harbour")
    workers = site.nginx.workers()
    with pytest.raises(ssl.SSLError):
        ask(site, OWN)
    make_certificate(site.tls / "own", OWN, OWN)
    (site.tls / "own" / f"{OWN}.key").chmod(0o644)
    assert ask(site, OWN) == (421, OWN)
    portalctl("host", "add", "--account", "harbour", "--host", OWN)
    wait_for(site, OWN, (200, OWN))
    assert site.nginx.workers() == workers
    lines = [line for line in site.nginx.error_log.read_text(errors="replace").splitlines() if "cannot load certificate" in line]
    assert lines and re.search(r"\[(\w+)\]", lines[0])[1] == "error"


def certificates_shown(port: int, name: str) -> int:
    """To a client that asks for any name, such as Python refuses to send."""
    finished = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", name], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=20)
    return finished.stdout.count("BEGIN CERTIFICATE")


@pytest.mark.parametrize("name", ["../wildcard", "../own/../wildcard", "./../wildcard", "..", "wildcard", "own/../../wildcard"])
def test_no_name_leads_out_of_the_folder(site, name):
    """The wildcard's files lie one folder up."""
    assert certificates_shown(site.tls_port, name) == 0


def test_without_the_map_a_name_leads_out_of_the_folder(site):
    """The control, and the reason for the map in the page."""
    port = places.free_port()
    own = site.tls / "own/$ssl_server_name"
    with site.make_nginx("unmapped", workers=1, http_extra=f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {own}.crt; ssl_certificate_key {own}.key; }}"):
        assert certificates_shown(port, "../wildcard") == 1
