"""What a worker needs: memory beside a plain nginx's, with many sessions known, for each request that waits and each stream that is open, and what answers that
it keeps cost besides their bodies."""

import itertools
import re
import resource
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench_site import HOST, Signed
from edge import metrics
from support.event_stream import BROWSER_HEADERS, STREAM
from support.nginx import PrivateNginx

JOBS = "/api/v1/jobs?limit=20"
IDLE_CONNECTIONS = 800
WARM = 20  # streams or connections before the first look


def kilobytes(worker: int) -> dict[str, int]:
    """Of one process: resident memory, and the part that nobody shares with it."""
    text = Path(f"/proc/{worker}/smaps_rollup").read_text()
    found = {name: int(value) for name, value in re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)}
    return {"resident": found["Rss"], "private": found["Private_Clean"] + found["Private_Dirty"]}


def request(signed: Signed, path: str, more_headers: str = "") -> bytes:
    return (f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in signed.headers.items()) + more_headers + "\r\n").encode()


def make_sessions_known(nginx: PrivateNginx, members: list[Signed]) -> None:
    """Every session is used once, so that the worker remembers it. nginx ends a connection after a thousand requests."""
    for start in range(0, len(members), 500):
        with socket.create_connection(("127.0.0.1", nginx.port)) as connection:
            for first in range(start, min(start + 500, len(members)), 20):
                _use(connection, members[first:min(first + 20, start + 500)])


def _use(connection: socket.socket, members: list[Signed], path: str = "/api/v1/session") -> None:
    connection.sendall(b"".join(request(one, path) for one in members))
    received = b""
    while received.count(b"HTTP/1.1 ") < len(members) or not received.endswith(b"}"):
        data = connection.recv(1 << 20)
        assert data, "the connection was closed"
        received += data
    statuses = re.findall(rb"HTTP/1\.1 (\d+) ", received)
    assert statuses == [b"200"] * len(members), (path, statuses)


@contextmanager
def plain_worker(folder: Path, binary: str, port: int, connections: int = 8192):
    """The one worker of an nginx without the module, with as many connections allowed, after it has answered."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "plain.conf"
    configuration.write_text(f"daemon off; worker_processes 1; worker_rlimit_nofile {min(2 * connections, _most_descriptors())}; pid {folder}/plain.pid; error_log {folder}/error.log;\n"
                             f"events {{ worker_connections {connections}; }}\n"
                             f"http {{ access_log off; server {{ listen 127.0.0.1:{port}; location / {{ return 200 ok; }} }} }}\n")
    master = subprocess.Popen([binary, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")], stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                _open_idle(port).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield int(Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()[0])
    finally:
        master.terminate()
        master.wait()


def _most_descriptors() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def _open_idle(port: int) -> socket.socket:
    """A connection that was answered and is kept."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    return connection


def _open_stream(port: int, signed: Signed) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(request(signed, STREAM, BROWSER_HEADERS))
    received = b""
    while b"event: resync" not in received:
        part = connection.recv(4096)
        assert part, received
        received += part
    assert received.startswith(b"HTTP/1.1 200"), received
    return connection


def _kilobytes_each(worker: int, open_one, count: int) -> float:
    """Resident memory that each of so many costs, beyond what the first few have needed once for all."""
    with ExitStack() as stack:
        for number in range(WARM):
            stack.enter_context(open_one(number))
        before = kilobytes(worker)["resident"]
        for number in range(WARM, count):
            stack.enter_context(open_one(number))
        time.sleep(1)
        return (kilobytes(worker)["resident"] - before) / (count - WARM)


def idle_stream_kilobytes(nginx: PrivateNginx, members: list[Signed], count: int, plain_folder: Path, plain_port: int) -> tuple[float, float]:
    """Of an idle stream, nginx's connection and request included, and of an idle connection that nginx without the module keeps."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    try:
        make_sessions_known(nginx, members)
        stream = _kilobytes_each(nginx.workers()[0], lambda number: _open_stream(nginx.port, members[number % len(members)]), count)
        with plain_worker(plain_folder, nginx.command()[0], plain_port, nginx.connections_allowed) as worker:
            return stream, _kilobytes_each(worker, lambda _: _open_idle(plain_port), count)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def full_cache(nginx: PrivateNginx, members: list[Signed]) -> dict[str, float]:
    """Lists of many members until as many have had to go for others as there is room for: `resident` and `private` are the worker's memory then, in kB. Before any had
    to go: the bytes that an entry costs besides its body, by the cache's own `account` and by the `memory` that the process has taken."""
    worker = nginx.workers()[0]
    make_sessions_known(nginx, members)
    before = kilobytes(worker)["private"]
    found: dict[str, float] = {}
    for part, path in _lists(members):
        with socket.create_connection(("127.0.0.1", nginx.port)) as connection:
            for first in range(0, len(part), 20):
                _use(connection, part[first:first + 20], path)
        told = metrics(nginx)
        entries, bodies, evicted = (told[f"portal_cache_{name}"] for name in ("entries", "body_bytes", "evicted_total"))
        if evicted > entries:
            return {**found, **kilobytes(worker)}
        if evicted == 0:
            found["account"] = (told["portal_cache_bytes"] - bodies) / entries
            found["memory"] = ((kilobytes(worker)["private"] - before) * 1024 - bodies) / entries


def _lists(members: list[Signed]):
    """Without an end: some members and a list that none of them has asked for yet."""
    for number in itertools.count():
        for start in range(0, len(members), 500):
            yield members[start:start + 500], f"/api/v1/jobs?limit={20 - number % 5}&from={1970 + number // 5}-01-01"


def suspended_request_kilobytes(nginx: PrivateNginx, server, signed: Signed) -> float:
    """Memory of a request that waits for PostgreSQL, nginx's own share included: many wait at a locked table, against the same
    connections before their requests came."""
    worker = nginx.workers()[0]
    make_sessions_known(nginx, [signed])
    connections = [socket.create_connection(("127.0.0.1", nginx.port)) for _ in range(IDLE_CONNECTIONS)]
    blocker = server.connect()
    try:
        blocker.autocommit = False
        blocker.cursor().execute("LOCK TABLE portal.job")
        time.sleep(0.5)
        before = kilobytes(worker)["private"]
        for connection in connections:
            connection.sendall(request(signed, JOBS))
        time.sleep(0.5)
        after = kilobytes(worker)["private"]
    finally:
        blocker.rollback()
        blocker.close()
        for connection in connections:
            assert connection.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 503")
            connection.close()
    return (after - before) / len(connections)
