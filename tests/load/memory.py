"""What a worker needs: memory beside a plain nginx's, with many sessions known, and for each request that waits."""

import re
import socket
import subprocess
import time
from pathlib import Path

from bench_site import HOST, Signed
from support.nginx import PrivateNginx

JOBS = "/api/v1/jobs?limit=20"
IDLE_CONNECTIONS = 800


def kilobytes(worker: int) -> dict[str, int]:
    """Of one process: resident memory, and the part that nobody shares with it."""
    text = Path(f"/proc/{worker}/smaps_rollup").read_text()
    found = {name: int(value) for name, value in re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)}
    return {"resident": found["Rss"], "private": found["Private_Clean"] + found["Private_Dirty"]}


def ask(port: int, signed: Signed, path: str = "/api/v1/session") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(request(signed, path))
    return connection


def request(signed: Signed, path: str) -> bytes:
    return (f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in signed.headers.items()) + "\r\n").encode()


def make_sessions_known(nginx: PrivateNginx, members: list[Signed]) -> None:
    """Every session is used once, so that the worker remembers it. nginx ends a connection after a thousand requests."""
    for start in range(0, len(members), 500):
        with socket.create_connection(("127.0.0.1", nginx.port)) as connection:
            for first in range(start, min(start + 500, len(members)), 20):
                _use(connection, members[first:min(first + 20, start + 500)])


def _use(connection: socket.socket, members: list[Signed]) -> None:
    connection.sendall(b"".join(request(one, "/api/v1/session") for one in members))
    received = b""
    while received.count(b"HTTP/1.1 ") < len(members) or not received.endswith(b"}"):
        data = connection.recv(1 << 20)
        assert data, "the connection was closed"
        received += data
    assert received.count(b"HTTP/1.1 200 ") == len(members), received[:200]


def plain_worker_kilobytes(folder: Path, binary: str, port: int) -> dict[str, int]:
    """nginx without the module, with one worker and as many connections allowed, after it has answered."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "plain.conf"
    configuration.write_text(f"daemon off; worker_processes 1; pid {folder}/plain.pid; error_log {folder}/error.log;\n"
                             "events { worker_connections 8192; }\n"
                             f"http {{ access_log off; server {{ listen 127.0.0.1:{port}; location / {{ return 200 ok; }} }} }}\n")
    master = subprocess.Popen([binary, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")], stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port)) as connection:
                    connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                    assert connection.recv(100).startswith(b"HTTP/1.1 200")
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        worker = int(Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()[0])
        return kilobytes(worker)
    finally:
        master.terminate()
        master.wait()


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
