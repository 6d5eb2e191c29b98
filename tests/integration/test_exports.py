"""What the module shows to nginx, and which directives nginx -t refuses."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support import places
from support.nginx import PrivateNginx
from support.site import make_keys


@pytest.mark.parametrize("module", ["ngx_http_portal_module.so", "ngx_http_portal_module_unfiltered.so"])
def test_exactly_three_symbols_are_exported(module):
    """nginx loads modules for everybody to see: any further symbol could stand in for one of nginx or of another module."""
    listed = subprocess.run(["nm", "--dynamic", "--defined-only", places.built(f"ngx_module/{module}")], check=True, capture_output=True, text=True)
    assert {line.split()[-1] for line in listed.stdout.splitlines()} == {"ngx_modules", "ngx_module_names", "ngx_module_order"}


def test_the_module_is_never_unloaded():
    """Threads of the pool may still run code of it."""
    flags = subprocess.run(["readelf", "--dynamic", places.module_path()], check=True, capture_output=True, text=True).stdout
    assert "NODELETE" in flags
    assert "BIND_NOW" in flags or "NOW" in flags


@pytest.fixture
def nginx(servers):
    folder = servers / "directives"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    password_file = folder / "edge.password"
    password_file.touch(mode=0o600)
    password_file.write_text("never used\n")
    return PrivateNginx(folder, postgres_socket=folder, password_file=password_file, keys_file=make_keys(folder / "keys"))


def said_of(nginx: PrivateNginx, file: str, old: str, new: str) -> tuple[int, str]:
    """The exit status of nginx -t, and what it says, when a text of the configuration is another."""
    nginx.write_configuration()
    path = Path(nginx.folder) / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    nginx.error_log.unlink(missing_ok=True)
    finished = subprocess.run(nginx.command("-t"), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return finished.returncode, finished.stderr + nginx.error_log.read_text(errors="replace")


HTTP = "include portal-http.conf;"
POSTGRES = "portal_postgres "
SERVER = "root "


@pytest.mark.parametrize("file, old, new, words", [
    ("nginx.conf", HTTP, "portal on; " + HTTP, ['"portal" directive is not allowed here']),
    ("nginx.conf", HTTP, "portal_health; " + HTTP, ['"portal_health" directive is not allowed here']),
    ("nginx.conf", HTTP, "portal_nothing; " + HTTP, ['unknown directive "portal_nothing"']),
    ("nginx.conf", HTTP, "portal_host_refresh soon; " + HTTP, ["portal_host_refresh", "invalid value"]),
    ("nginx.conf", HTTP, "portal_host_refresh 0; " + HTTP, ['invalid value "0" in "portal_host_refresh" directive, it must be a time of at least 1s']),
    ("nginx.conf", HTTP, 'portal_postgres "host=/run/x dbname=y"; ' + HTTP, ['"portal_postgres" directive is duplicate']),
    ("nginx.conf", HTTP, "portal_keys_file keys; " + HTTP, ['"portal_keys_file" directive is duplicate']),
    ("nginx.conf", POSTGRES, 'portal_postgres "host=db.example.com dbname=portal"; #', ["names are not resolved"]),
    ("nginx.conf", POSTGRES, 'portal_postgres "host=/run/x password=canary"; #', ["password_file="]),
    ("nginx.conf", POSTGRES, 'portal_postgres "host=/run/x nonsense=1"; #', ["nonsense"]),
    ("nginx.conf", POSTGRES, 'portal_postgres "host=/run/x" passwordfile=/x; #', ['invalid parameter "passwordfile=/x"']),
    ("nginx.conf", POSTGRES, 'portal_postgres "host=/run/x" password_file=; #', ["invalid parameter"]),
    ("nginx.conf", POSTGRES, 'portal_postgres "host=/run/x" password_file=/nonexistent; #', ["/nonexistent", "No such file"]),
    ("nginx.conf", POSTGRES, 'portal_postgres "host=/run/x" password_file=/dev/null; #', ["cannot be read or is empty"]),
    ("nginx.conf", POSTGRES, "#", ['"portal" needs "portal_postgres"']),
    ("nginx.conf", "portal_keys_file", "#", ['"portal" needs "portal_keys_file"', "portalctl keys new"]),
    ("nginx.conf", "portal_keys_file", "portal_keys_file /nonexistent; #", ["/nonexistent"]),
    ("nginx.conf", "portal_keys_file", "portal_keys_file nginx.conf; #", ["nginx.conf"]),
    ("portal.conf", "portal on;", "portal maybe;", ["portal", 'it must be "on" or "off"']),
    ("portal.conf", "portal_health;", "portal_health on;", ["invalid number of arguments"]),
    ("server-loopback.conf", SERVER, "portal_security_headers; root ", ["invalid number of arguments"]),
    ("server-loopback.conf", SERVER, "portal_account $nothing_has_this_name; root ", ["nothing_has_this_name"]),
])
def test_wrong_directives_are_refused_with_a_sentence(nginx, file, old, new, words):
    status, said = said_of(nginx, file, old, new)
    assert status != 0
    for word in words:
        assert word in said, said
    assert "[emerg]" in said
    assert "canary" not in said


@pytest.mark.parametrize("file, old, new", [
    ("nginx.conf", HTTP, "portal_host_refresh 5s; portal_account brightwater; " + HTTP),
    ("server-loopback.conf", SERVER, "portal_account $host; portal_security_headers off; location = /metrics { portal_metrics; } root "),
    ("portal.conf", "portal on;", "portal off;"),
])
def test_right_directives_are_accepted(nginx, file, old, new):
    status, said = said_of(nginx, file, old, new)
    assert status == 0, said


def test_without_an_http_block_nothing_is_needed(nginx):
    """Somebody may load the module for a stream{} only."""
    nginx.write_configuration()
    text = nginx.configuration.read_text()
    nginx.configuration.write_text(text[:text.index("thread_pool")] + "events { }\n")
    finished = subprocess.run(nginx.command("-t"), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert finished.returncode == 0, finished.stderr


def test_an_nginx_without_an_http_block_starts_and_ends(nginx):
    nginx.write_configuration()
    text = nginx.configuration.read_text()
    nginx.configuration.write_text(text[:text.index("thread_pool")] + "events { }\n")
    started = subprocess.Popen(nginx.command(), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pid_file = nginx.folder / "nginx.pid"
    try:
        subprocess.run(["timeout", "10", "sh", "-c", f"until test -s {pid_file}; do sleep 0.02; done"], check=True)
        os.kill(started.pid, 3)
        assert started.wait(10) == 0
    finally:
        started.kill()
        started.wait()
    nginx.check_log()
