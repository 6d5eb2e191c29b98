"""20 reloads under load: whoever asks the portal sees no more failures than whoever asks a plain nginx for a file."""

import threading
import time
from contextlib import contextmanager

from support import places
from support.client import Client
from support.nginx import PrivateNginx
from support.signing_in import sign_in

RELOADS = 20
CLIENTS = 3


class Load(threading.Thread):
    """Asks for one path all the time, each time on a new connection."""

    def __init__(self, client: Client, path: str):
        super().__init__(daemon=True)
        self._client = client
        self._path = path
        self._ending = threading.Event()
        self.succeeded = 0
        self.failed: list[str] = []

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                answer = self._client.get(self._path)
                if answer.status == 200:
                    self.succeeded += 1
                else:
                    self.failed.append(f"{answer.status} {answer.body[:100]!r}")
            except Exception as error:
                self.failed.append(repr(error))
            time.sleep(0.01)

    def end(self) -> None:
        self._ending.set()
        self.join(30)


class PlainNginx(PrivateNginx):
    """Debian's nginx as it comes, with one static file."""

    def __init__(self, folder):
        super().__init__(folder, postgres_socket=None, password_file=None, keys_file=None, workers=1, preset="check")
        self.preset = "none"  # nothing of ours, so no sanitizer either

    def write_configuration(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        (self.folder / "healthz").write_text("ok\n")
        self.configuration.write_text(f"""
            worker_processes 1;
            pid {self.folder}/nginx.pid;
            error_log {self.error_log} warn;
            worker_shutdown_timeout 60s;
            events {{ worker_connections 1024; }}
            http {{ access_log off; server {{ listen 127.0.0.1:{self.port}; root {self.folder}; }} }}
        """)


@contextmanager
def plain_nginx(folder):
    with PlainNginx(folder) as nginx:
        yield nginx


def reload_all(servers: list[PrivateNginx]) -> None:
    generations = [set(server.workers()) for server in servers]
    for server in servers:
        server.reload(wait=False)
    deadline = time.monotonic() + 20
    # The next one comes as soon as the new worker is there; one old worker may still be on its way out, under the sanitizer's slow search for leaks.
    while any(set(server.workers()) <= before or len(server.workers()) > 2 for server, before in zip(servers, generations)):
        assert time.monotonic() < deadline, "no new worker after a reload, or old ones that stay"
        time.sleep(0.01)


def test_reloads_under_load_fail_no_more_requests_than_plain_nginx(make_site):
    # Each new worker signs in to the database, and walking stacks in every round of that hash takes longer than the round.
    site = make_site(workers=1, error_level="warn", exact_stacks=False)
    with plain_nginx(site.folder / "plain") as plain:
        ours = [Load(sign_in(site, slug), "/api/v1/jobs") for slug in ("brightwater", "northside")] + [Load(site.client(), "/api/v1/portal")]
        theirs = [Load(plain.client(), "/healthz") for _ in range(CLIENTS)]
        for load in ours + theirs:
            load.start()
        try:
            for _ in range(RELOADS):
                reload_all([site.nginx, plain])
                time.sleep(0.1)
        finally:
            for load in ours + theirs:
                load.end()
        # The control: what fails is counted, and so is what is not there.
        missing = Load(plain.client(), "/missing")
        refused = Load(Client(places.free_port()), "/")
        for load in (missing, refused):
            load.start()
        time.sleep(0.2)
        for load in (missing, refused):
            load.end()
            assert load.failed and not load.succeeded
        for load in ours + theirs:
            assert load.succeeded > 50, load.failed[:5]
        failed = [failure for load in ours for failure in load.failed]
        failed_plain = [failure for load in theirs for failure in load.failed]
        print(f"{sum(load.succeeded for load in ours)} requests of the portal, {len(failed)} failed; "
              f"{sum(load.succeeded for load in theirs)} of plain nginx, {len(failed_plain)} failed")
        assert len(failed) <= len(failed_plain), failed[:10]
        deadline = time.monotonic() + 20
        while len(site.nginx.workers()) > 1 or len(plain.workers()) > 1:
            assert time.monotonic() < deadline, "old workers do not leave"
            time.sleep(0.05)
