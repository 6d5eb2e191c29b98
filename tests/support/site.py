"""A whole portal: PostgreSQL with the schema, keys, nginx with the module, and the demo accounts if wanted."""

import json
import shutil
import subprocess
import time
from pathlib import Path

from support import places, postgres
from support.client import Client
from support.faults import PostgresProxy, Proxy
from support.nginx import PrivateNginx, make_files_folder
from support.redis import PrivateRedis


def make_keys(file: Path, preset: str | None = None) -> Path:
    subprocess.run([places.portalctl_path(preset), "keys", "new", "--file", file], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
    return file


def load_demo(server: postgres.PrivatePostgres, keys_file: Path, files: Path, port: int, *, tls: bool = False, preset: str | None = None,
              jobs: int = 0) -> dict:
    """Loads the demo accounts and returns what portalctl says about them: accounts, logins, activation links. With `jobs` there is
    a third account that has so many."""
    command = [places.portalctl_path(preset), "demo", "--database", server.conninfo("portal_maintenance"), "--keys-file", keys_file, "--files", files,
               "--origin-port", str(port), "--json", *([] if tls else ["--insecure"]), *(["--jobs", str(jobs)] if jobs else [])]
    finished = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return json.loads(finished.stdout)


class PrivateSite:
    """Used with `with`. The folder keeps every log; sockets are elsewhere and removed. With `proxied` nginx reaches PostgreSQL through `proxy`. With `redis`
    there is one beside it, which nginx reaches through `redis_proxy` if that is wanted too."""

    def __init__(self, folder: Path, *, demo: bool = True, demo_jobs: int = 0, postgres_settings: dict[str, str] | None = None, proxied: bool = False,
                 redis: bool = False, redis_proxied: bool = False, **nginx_options):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.postgres = postgres.copy_template(folder / "postgres", settings=postgres_settings)
        self.keys_file = make_keys(folder / "keys")
        self.files = folder / "files"
        make_files_folder(self.files)
        self._nginx_options = nginx_options
        self._wants_demo = demo
        self._proxied = proxied
        self.redis = PrivateRedis(folder / "redis") if redis else None
        self._redis_proxied = redis_proxied
        self.redis_proxy: Proxy | None = None
        self.proxy: PostgresProxy | None = None
        self._demo_jobs = demo_jobs
        self.nginx: PrivateNginx | None = None
        self.accounts: dict[str, dict] = {}

    def __enter__(self) -> "PrivateSite":
        self.postgres.start()
        try:
            if self._proxied:
                self.proxy = PostgresProxy(self.postgres.sockets).__enter__()
            if self.redis is not None:
                self.redis.start()
                if self._redis_proxied:
                    self.redis_proxy = Proxy(self.redis.socket_path, self.redis.sockets / "proxy.sock").__enter__()
            self.nginx = self.make_nginx("nginx", **self._nginx_options)
            if self._wants_demo:
                demo = load_demo(self.postgres, self.keys_file, self.files, self.nginx.port, jobs=self._demo_jobs)
                self.accounts = {account["slug"]: account for account in demo["accounts"]}
            self.nginx.start()
        except BaseException:
            self.__exit__(RuntimeError)
            raise
        return self

    def __exit__(self, kind, *_) -> None:
        try:
            if self.nginx is not None:
                self.nginx.__exit__(kind)
            if kind is None:
                self.check_connections_closed()
        finally:
            if self.proxy is not None:
                self.proxy.__exit__()
            if self.redis_proxy is not None:
                self.redis_proxy.__exit__()
            if self.redis is not None:
                self.redis.close()
            self.postgres.close()

    def make_nginx(self, name: str, *, throttle: bool = False, **options) -> PrivateNginx:
        """An nginx of its own on the same database, not yet started. Tests come from one address and fail on purpose, so tries are
        counted only for a test that says so."""
        sockets = self.proxy.folder if self.proxy else self.postgres.sockets
        if self.redis is not None:
            options.setdefault("redis_socket", self.redis.sockets / "proxy.sock" if self.redis_proxy else self.redis.socket_path)
        return PrivateNginx(self.folder / name, postgres_socket=sockets, password_file=self.postgres.password_file, keys_file=self.keys_file,
                            files=self.files, throttle=throttle, **options)

    def client(self, account: str = "brightwater") -> Client:
        """A browser at the account's host."""
        return self.nginx.client(f"{account}.localhost")

    def check_connections_closed(self) -> None:
        """After nginx has ended, nobody is left in the database."""
        deadline = time.monotonic() + 2  # a backend notices a moment later that its client has gone
        while left := self.postgres.execute("SELECT pid, application_name, state, query FROM pg_stat_activity WHERE usename = 'portal_edge'"):
            assert time.monotonic() < deadline, f"connections left open: {left}"
            time.sleep(0.02)
