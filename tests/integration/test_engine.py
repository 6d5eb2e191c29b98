"""Requests that wait for the database, seen from outside nginx: whoever leaves is forgotten, whoever stays is answered.

A request is held up by a lock on the table that its statement reads. Each test says which fault it catches.
"""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from support.client import Answer
from support.site import PrivateSite

PORTAL = "/api/v1/portal"
HOST = "brightwater.localhost"
METRICS = "location = /metrics { portal_metrics; }"


@pytest.fixture(scope="module")
def site(servers):
    with PrivateSite(servers / "engine", workers=1, server_extra=METRICS) as site:
        yield site


@pytest.fixture(autouse=True)
def quiet(site):
    wait_for(lambda: metric(site, "portal_requests_active") == 0)
    yield
    wait_for(lambda: metric(site, "portal_requests_active") == 0)
    site.nginx.check_log()


def metric(site: PrivateSite, name: str) -> int:
    text = site.nginx.client().get("/metrics").text
    return int(re.search(rf"^{re.escape(name)} (\d+)$", text, re.MULTILINE)[1])


def wait_for(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@contextmanager
def locked(site: PrivateSite, table: str = "portal.portal"):
    """Nobody can read the table until the end of the block."""
    with closing(site.postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        cursor.execute("ROLLBACK")


class InBackground:
    def __init__(self, function):
        self.answer: Answer | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(function,))
        self._thread.start()

    def _run(self, function) -> None:
        try:
            self.answer = function()
        except Exception as error:  # for the test's own thread
            self.error = error

    def join(self) -> Answer:
        self._thread.join(20)
        if self.error:
            raise self.error
        return self.answer


def request_bytes(path: str = PORTAL, method: str = "GET", extra: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n{extra}\r\n".encode()


def connect(site: PrivateSite) -> socket.socket:
    return socket.create_connection(("127.0.0.1", site.nginx.port), timeout=15)


def test_the_server_that_takes_writes_is_found(site):
    """Catches reads that pass for a standby's, because they are read-only by themselves: no worker would ever have a connection."""
    with site.make_nginx("primary", workers=1, database="portal target_session_attrs=read-write") as nginx:
        wait_for(lambda: nginx.client().get("/readyz").status == 200)
        assert nginx.client(HOST).get(PORTAL).status == 200


# --- clients that leave


def test_a_client_that_left_before_its_request_was_read_is_forgotten(site):
    """Catches an end of the connection that is missed: it came with the request, so no further event ever tells it."""
    worker = site.nginx.workers()[0]
    assert site.client().get(PORTAL).status == 200
    started = metric(site, "portal_requests_started_total")
    with locked(site):
        os.kill(worker, signal.SIGSTOP)
        try:
            for _ in range(20):
                with connect(site) as leaving:
                    leaving.sendall(request_bytes())
        finally:
            os.kill(worker, signal.SIGCONT)
        wait_for(lambda: metric(site, "portal_requests_started_total") - started == 20)
        # The lock is still there: nothing but the clients' end can have ended them.
        wait_for(lambda: metric(site, "portal_requests_active") == 0, seconds=2)


@pytest.mark.parametrize("reset", [False, True], ids=["end", "reset"])
def test_a_client_that_leaves_while_it_waits_is_forgotten(site, reset):
    assert site.client().get(PORTAL).status == 200
    with locked(site):
        leaving = [connect(site) for _ in range(20)]
        for each in leaving:
            each.sendall(request_bytes())
        wait_for(lambda: metric(site, "portal_requests_active") == 20)
        for each in leaving:
            if reset:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            each.close()
        wait_for(lambda: metric(site, "portal_requests_active") == 0, seconds=2)
    assert site.client().get(PORTAL).status == 200


def test_the_answers_of_those_who_left_reach_nobody(site):
    """Catches answers that are matched by their order alone: what the abandoned segments still yield belongs to nobody."""
    expected = {host: site.nginx.client(host).get(PORTAL).json()["name"] for host in (HOST, "northside.localhost")}
    assert len(set(expected.values())) == 2
    with locked(site):
        leaving = []
        staying = []
        for number in range(40):
            leaving.append(connect(site))
            leaving[-1].sendall(request_bytes())
            host = list(expected)[number % 2]
            staying.append((host, InBackground(lambda host=host: site.nginx.client(host).get(PORTAL))))
        wait_for(lambda: metric(site, "portal_requests_active") == 80)
        for each in leaving:
            each.close()
        wait_for(lambda: metric(site, "portal_requests_active") == 40)
    for host, waiting in staying:
        answer = waiting.join()
        assert answer.status == 200 and answer.json()["name"] == expected[host]


def test_streams_of_http2_are_forgotten_too(make_site, tmp_path):
    """Catches an end that is only looked for on the connection: several streams share one, and each has a request of its own."""
    certificate, key = tmp_path / "portal.crt", tmp_path / "portal.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    site = make_site(workers=1, server_extra=METRICS, certificate=(certificate, key))
    address = f"https://127.0.0.1:{site.nginx.port}"
    curl = ["curl", "--silent", "--insecure", "--http2", "-H", f"Host: {HOST}"]

    def asked(path: str, *options: str) -> str:
        return subprocess.run([*curl, *options, address + path], capture_output=True, text=True).stdout

    def active() -> int:
        return int(re.search(r"portal_requests_active (\d+)", asked("/metrics"))[1])

    wait_for(lambda: '"name"' in asked(PORTAL))
    assert asked(PORTAL, "--output", "/dev/null", "--write-out", "%{http_version}") == "2"
    with locked(site):
        leaving = [subprocess.Popen([*curl, "--parallel", address + PORTAL, address + PORTAL], stdout=subprocess.DEVNULL) for _ in range(4)]
        wait_for(lambda: active() == 8)
        for each in leaving:
            each.kill()
            each.wait()
        wait_for(lambda: active() == 0, seconds=2)
    assert '"name"' in asked(PORTAL)


def processor_seconds(process: int) -> float:
    """Of all its threads."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{process}/task").iterdir()) / 1e9


def test_passwords_of_clients_that_left_are_not_hashed(site):
    """Catches hashing for nobody: the one thread would be busy for the sum of them all."""
    worker = site.nginx.workers()[0]
    body = json.dumps({"email": "nobody@example.com", "password": "wrong password here"})
    head = f"Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"

    def sign_in() -> float:
        started = processor_seconds(worker)
        assert site.client().post("/api/v1/session", json=json.loads(body)).status == 401
        return processor_seconds(worker) - started

    one = min(sign_in() for _ in range(5))
    with locked(site, "portal.member"):
        leaving = [connect(site) for _ in range(28)]
        for each in leaving:
            each.sendall(request_bytes("/api/v1/session", "POST", head) + body.encode())
        wait_for(lambda: metric(site, "portal_requests_active") == 28)
        before = processor_seconds(worker)
    # All of them are on their way to the pool; its thread has begun with the first.
    wait_for(lambda: processor_seconds(worker) - before > one / 2)
    for each in leaving:
        each.close()
    wait_for(lambda: metric(site, "portal_requests_active") == 0)
    # Behind everything that is still in the queue.
    sign_in()
    assert processor_seconds(worker) - before < 14 * one


# --- reload and end


def test_a_reload_answers_a_waiting_request_and_the_old_worker_leaves(site):
    """Catches an old worker that leaves because no timer holds it, and one that is held for ever."""
    old = set(site.nginx.workers())
    with locked(site):
        waiting = InBackground(lambda: site.client().get(PORTAL))
        wait_for(lambda: metric(site, "portal_requests_active") == 1)
        site.nginx.reload(wait=False)
        wait_for(lambda: len(site.nginx.workers()) == 2)
        # Long enough for an idle worker to have gone.
        time.sleep(1)
        assert old <= set(site.nginx.workers())
        assert site.nginx.client().get("/healthz").status == 200
    assert waiting.join().status == 200
    wait_for(lambda: not old & set(site.nginx.workers()), seconds=5)
    assert site.client().get(PORTAL).status == 200


def test_idle_workers_leave_at_once_after_a_reload(site):
    """Catches a timer of ours that keeps workers: those of connections, polls and batches must not."""
    assert site.client().get(PORTAL).status == 200
    old = set(site.nginx.workers())
    started = time.monotonic()
    site.nginx.reload(wait=False)
    wait_for(lambda: not old & set(site.nginx.workers()), seconds=5)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("how", ["quit", "stop"])
def test_the_end_of_nginx_with_a_waiting_request(make_site, how):
    site = make_site(workers=1, demo=True, server_extra=METRICS)
    assert site.client().get(PORTAL).status == 200
    with locked(site):
        waiting = InBackground(lambda: site.client().get(PORTAL))
        wait_for(lambda: metric(site, "portal_requests_active") == 1)
        ending = InBackground(lambda: getattr(site.nginx, how)())
        time.sleep(0.5)
    ending.join()
    if how == "quit":
        assert waiting.join().status == 200
    else:
        with pytest.raises(Exception):
            waiting.join()


# --- large and strange


def test_an_answer_of_more_than_a_megabyte(site):
    """Catches nginx's edge-triggered events under libpq: bytes stay in the socket and the request waits for ever."""
    member = site.accounts["brightwater"]["members"][0]
    site.postgres.execute("""INSERT INTO portal.site (account_id, client_id, name, address)
        SELECT a.account_id, c.client_id, 'LARGE ' || n, repeat('🏠', 1000) FROM portal.account a JOIN portal.client c USING (account_id),
        generate_series(1, 400) n WHERE a.slug = 'brightwater' AND c.organisation_name = %s""", (member["client"],))
    try:
        client = site.client()
        assert client.post("/api/v1/session", json={"email": member["email"], "password": member["password"]}).status == 200
        for _ in range(3):
            answer = client.get("/api/v1/sites")
            assert answer.status == 200
            assert len(answer.body) > 1_500_000
            large = [each for each in answer.json()["items"] if each["name"].startswith("LARGE ")]
            assert len(large) == 400 and all(each["address"] == "🏠" * 1000 for each in large)
    finally:
        site.postgres.execute("DELETE FROM portal.site WHERE name LIKE 'LARGE %%'", ())


def test_a_body_in_pieces_is_read_whole(site):
    body = json.dumps({"email": "nobody@example.com", "password": "wrong password here"}).encode() + b" " * 200_000
    head = request_bytes("/api/v1/session", "POST", "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nConnection: close\r\n"
                         f"Content-Length: {len(body)}\r\n")
    with connect(site) as slow:
        slow.sendall(head)
        for start in range(0, len(body), 50_000):
            slow.sendall(body[start:start + 50_000])
            time.sleep(0.05)
        assert slow.recv(65536).startswith(b"HTTP/1.1 401 ")
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[start:start + 999] for start in range(0, len(body), 999)))
    with connect(site) as chunked:
        chunked.sendall(request_bytes("/api/v1/session", "POST", "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n"
                                      "Transfer-Encoding: chunked\r\nConnection: close\r\n") + chunks + b"0\r\n\r\n")
        assert chunked.recv(65536).startswith(b"HTTP/1.1 401 ")


def test_requests_on_one_connection_are_answered_in_their_order(site):
    with connect(site) as connection:
        connection.sendall(request_bytes() + request_bytes("/api/v1/nothing") + request_bytes(PORTAL, extra="Connection: close\r\n"))
        received = b""
        while part := connection.recv(65536):
            received += part
    assert re.findall(rb"HTTP/1\.1 (\d+) ", received) == [b"200", b"404", b"200"]


def test_head_has_no_body(site):
    get = site.client().get(PORTAL)
    head = site.client().request("HEAD", PORTAL)
    assert (head.status, head.body) == (200, b"")
    assert head.header("Content-Length") == str(len(get.body))


# --- the database goes away


def test_a_backend_that_is_ended_costs_a_reader_nothing(site):
    with locked(site):
        waiting = InBackground(lambda: site.client().get(PORTAL))
        wait_for(lambda: metric(site, "portal_requests_active") == 1)
        time.sleep(0.1)
        site.postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'portal_edge'")
        time.sleep(0.2)
    assert waiting.join().status == 200


def test_without_a_database_the_answer_is_soon_and_honest(site):
    for how in (signal.SIGINT, signal.SIGQUIT):
        assert site.client().get(PORTAL).status == 200
        sockets, site.postgres.sockets = site.postgres.sockets, None
        site.postgres.stop(how)
        site.postgres.sockets = sockets
        started = time.monotonic()
        answer = site.client().get(PORTAL)
        assert time.monotonic() - started < 1
        assert (answer.status, answer.code) == (503, "database_unavailable")
        assert 1 <= int(answer.header("Retry-After")) <= 30
        assert site.nginx.client("unknown.localhost").get(PORTAL).code == "unknown_host"
        assert site.nginx.client().get("/healthz").status == 200
        site.postgres.start()
        wait_for(lambda: site.client().get(PORTAL).status == 200)


def test_a_frozen_database_is_given_up(make_site):
    """Nothing tells that a process has stopped: only a deadline helps, and the connection is in doubt afterwards."""
    site = make_site(workers=1, server_extra=METRICS)
    assert site.client().get(PORTAL).status == 200
    backends = [row[0] for row in site.postgres.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'portal_edge'")]
    for backend in backends:
        os.kill(backend, signal.SIGSTOP)
    try:
        started = time.monotonic()
        answer = site.client().get(PORTAL)
        assert time.monotonic() - started < 11
        assert answer.status in (200, 503), answer.body
        wait_for(lambda: site.client().get(PORTAL).status == 200, seconds=12)
    finally:
        for backend in backends:
            os.kill(backend, signal.SIGCONT)
