"""The module built for the newest nginx of Debian's archive, loaded in an nginx built from that source."""

import os
import subprocess
from pathlib import Path

from support import places
from support.nginx import PrivateNginx
from support.site import make_keys

BUILD_SECONDS = 1500


def run(*command: str | Path, folder: Path = places.ROOT) -> str:
    finished = subprocess.run([str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=BUILD_SECONDS)
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
    return finished.stdout


def test_it_serves_in_the_newest_nginx_of_debian(tmp_path, monkeypatch):
    folder = Path(run("tools/newest_nginx_source.sh", places.ROOT / "build/nginx-source").splitlines()[-1])
    run("./configure", "--builddir=objs", "--with-compat", "--with-threads", "--with-http_ssl_module", "--with-http_v2_module", "--with-cc-opt=-O1", folder=folder)
    run("make", "-f", "objs/Makefile", f"-j{os.cpu_count()}", "binary", folder=folder)
    run("tools/build_with_nginx.sh", folder)
    version = folder.name.removeprefix("nginx-")
    module = places.ROOT / f"build/nginx-{version}/ngx_module/ngx_http_portal_module.so"

    monkeypatch.setattr("support.nginx._binary", lambda: str(folder / "objs/nginx"))
    monkeypatch.setattr(places, "module_path", lambda preset=None: module)
    keys = make_keys(tmp_path / "keys")
    password = tmp_path / "password"
    password.write_text("unused")
    password.chmod(0o600)
    # A database that is not there: what nginx and module do together does not need it.
    nginx = PrivateNginx(tmp_path / "nginx", postgres_socket=tmp_path, password_file=password, keys_file=keys, preset="release")
    nginx.write_configuration()
    run(*nginx.command("-t"))
    with nginx:
        client = nginx.client("portal.example.com")
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/api/v1/portal").status == 503
        page = client.get("/sign-in")
        assert page.status == 200 and page.header("server") == "nginx" and page.header("content-security-policy")
        nginx.reload()
        assert client.get("/readyz").status == 503
