"""What clients do to a server (SECURITY, part 2, X1 to X13), under the sanitizers: an answer that is allowed, nothing of theirs left, and everybody else served."""

import os
import re
import socket
import struct
import time

import pytest

from support import exposition, places
from support.client import exchange_raw
from support.faults import fault_seconds
from support.signing_in import sign_in
from support.site import PrivateSite

METRICS = "location = /metrics { access_log off; portal_metrics; }"
# As conf/ has them, but not for tests that wait for them.
IMPATIENT = "client_header_timeout 1s; client_body_timeout 1s; send_timeout 1s; keepalive_timeout 2s;"
RESET = struct.pack("ii", 1, 0)
HOST = "brightwater.localhost"
IDLE = 1_500


@pytest.fixture(scope="module")
def slow_port() -> int:
    return places.free_port()


@pytest.fixture(scope="module")
def site(servers, slow_port):
    with PrivateSite(servers / "clients", workers=1, error_level="info", exact_stacks=False,
                     server_extra=f"listen 127.0.0.1:{slow_port} sndbuf=8k; {IMPATIENT} {METRICS}") as site:
        yield site


@pytest.fixture(autouse=True)
def nothing_left(site):
    """Nothing alive, no descriptor more, the worker the same, and nothing alarming in the log."""
    site.client().get("/api/v1/portal")
    wait_for(lambda: figure(site, "portal_requests_active") == 0, "something is alive")
    (worker,) = site.nginx.workers()
    # Connections of earlier tests that are kept alive end in a moment.
    before = settle(worker)
    yield
    wait_for(lambda: figure(site, "portal_requests_active") == 0, "requests are still alive")
    # Further connections for reads may have been opened, and stay.
    wait_for(lambda: descriptors(worker) <= before + 4, f"descriptors: {before} before")
    assert site.nginx.workers() == [worker], "the worker died"
    site.nginx.check_log()


def wait_for(condition, what: str, seconds: float = 15):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
    return found


def figure(site: PrivateSite, name: str) -> float:
    return exposition.value_of(exposition.parse(site.nginx.client().get("/metrics").text), name)


def descriptors(worker: int) -> int:
    return len(os.listdir(f"/proc/{worker}/fd"))


def settle(worker: int) -> int:
    count, since = descriptors(worker), time.monotonic()
    while time.monotonic() - since < 0.3:
        time.sleep(0.02)
        if descriptors(worker) != count:
            count, since = descriptors(worker), time.monotonic()
    return count


def connect(port: int, seconds: float = 10) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=seconds)


def closed_after(connection: socket.socket, started: float) -> float:
    """Seconds until the server closed; what it sent before does not matter."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass
    return time.monotonic() - started


def with_body(method: str, path: str, body: str, more: str) -> bytes:
    return (f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nSec-Fetch-Site: same-origin\r\n{more}Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


def test_x1_leaving_at_each_byte(site):
    """Catches whatever is left of a request that ends early: each length once with a close and once with a reset."""
    cookie = f"Cookie: portal-member={sign_in(site, 'brightwater').cookies['portal-member']}\r\n"
    requests = [f"GET /api/v1/jobs HTTP/1.1\r\nHost: {HOST}\r\n{cookie}\r\n".encode(),
                with_body("PATCH", "/api/v1/me", '{"first_name": "Somebody"}', cookie),
                with_body("POST", "/api/v1/activation/lookup", '{"token": "nobody knows it"}', "")]
    aborted = figure(site, "portal_requests_aborted_total")
    for request in requests:
        for length in range(len(request) + 1):
            for reset in (False, True):
                with connect(site.nginx.port) as connection:
                    connection.sendall(request[:length])
                    if reset:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    # After the whole request, at moments that chance chooses.
    end = time.monotonic() + fault_seconds() / 4
    number = 0
    while time.monotonic() < end:
        connection = connect(site.nginx.port)
        connection.sendall(requests[number % 2])
        time.sleep(number % 7 * 0.0005)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()
        number += 1
    assert figure(site, "portal_requests_aborted_total") > aborted, "the control: nobody left while the work was going on"
    assert sign_in(site, "brightwater").get("/api/v1/jobs").status == 200


def test_x2_slow_headers_are_cut_off(site):
    with connect(site.nginx.port) as connection:
        started = time.monotonic()
        request = f"GET /api/v1/portal HTTP/1.1\r\nHost: {HOST}\r\n".encode()
        try:
            for byte in request:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)
                if time.monotonic() - started > 1.5:
                    break
        except ConnectionError:
            pass
        assert 0.9 < closed_after(connection, started) < 4


def test_x3_slow_bodies_are_cut_off(site):
    with connect(site.nginx.port) as connection:
        started = time.monotonic()
        connection.sendall(with_body("POST", "/api/v1/session", '{"email": "a@b.example", "password": "x"}', "")[:-20])
        assert figure(site, "portal_requests_active") == 0, "the core hears of a request only when it is whole"
        assert 0.9 < closed_after(connection, started) < 4


def test_x4_slow_readers_are_cut_off(site, slow_port):
    site.postgres.execute("""INSERT INTO portal.site (account_id, client_id, name, address)
        SELECT account_id, client_id, 'LARGE ' || n, repeat('🏠', 1000) FROM portal.client, generate_series(1, 200) n""")
    client = sign_in(site, "brightwater")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", slow_port))
        started = time.monotonic()
        connection.sendall(f"GET /api/v1/sites HTTP/1.1\r\nHost: {HOST}\r\nCookie: portal-member={client.cookies['portal-member']}\r\n\r\n".encode())
        wait_for(lambda: figure(site, "portal_requests_active") == 1, "the answer fits into the buffers")
        wait_for(lambda: figure(site, "portal_requests_active") == 0, "the answer is still waiting for its reader")
        assert 0.9 < time.monotonic() - started < 6
    assert len(client.get("/api/v1/sites").body) > 500_000


def test_x6_x7_bodies_of_the_fuzzer(site):
    """Every input that taught the fuzzer something, through nginx: refused, and never a fault of ours."""
    corpus = sorted((places.ROOT / "tests/fuzz/corpus/json_body").iterdir())
    assert len(corpus) > 5
    for file in corpus:
        answer = site.client().post("/api/v1/activation/lookup", body=file.read_bytes(), headers={"Content-Type": "application/json"})
        assert 400 <= answer.status < 500 and answer.code, f"{file.name}: {answer.status} {answer.text}"


INNER = "GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"
# A request and what stands behind it, which must never be taken for a request of its own.
SMUGGLED = {
    "length and encoding": "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "blank before the colon": "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "encoding twice": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "encoding list": "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "unknown encoding": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "length list": "Content-Length: 0, 0\r\n\r\n",
    "two lengths": "Content-Length: 0\r\nContent-Length: 5\r\n\r\n12345",
    "length with a plus": "Content-Length: +0\r\n\r\n",
    "length with a minus": "Content-Length: -1\r\n\r\n",
    "length in sixteen": "Content-Length: 0x0\r\n\r\n",
    "length beyond all numbers": "Content-Length: 99999999999999999999\r\n\r\n",
    "chunk beyond all numbers": "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    "negative chunk": "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "chunk without its end": "Transfer-Encoding: chunked\r\n\r\n1\r\nab0\r\n\r\n",
    "folded": "X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n",
    "bare return": "X: a\rContent-Length: 0\r\nContent-Length: z\r\n\r\n",
    "NUL in a name": "Content\0-Length: 0\r\nContent-Length: z\r\n\r\n",
}


@pytest.mark.parametrize("path", ["/api/v1/session", "/nothing"])
def test_x9_nothing_is_smuggled(site, path):
    for name, rest in SMUGGLED.items():
        head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n"
        answer = exchange_raw(site.nginx.port, (head + rest + INNER).encode("latin-1"))
        statuses = re.findall(rb"HTTP/1\.1 (\d+)", answer)
        # A path that is not there may be refused before its body is looked at; then the connection ends with it.
        allowed = (b"400", b"413", b"501") + ((b"404",) if path == "/nothing" else ())
        assert len(statuses) == 1 and statuses[0] in allowed and b"Connection: close" in answer, f"{name}: {answer[:400]}"
        assert b'"ok"' not in answer, name


def test_x10_the_next_answer_belongs_to_the_next_request(site):
    """After each kind of refusal that keeps the connection."""
    cookie = f"Cookie: portal-member={sign_in(site, 'brightwater').cookies['portal-member']}\r\n"
    good = f"GET /api/v1/session HTTP/1.1\r\nHost: {HOST}\r\n{cookie}\r\n".encode()
    refused = {
        404: b"GET /nothing HTTP/1.1\r\nHost: brightwater.localhost\r\nContent-Length: 5\r\n\r\n12345",
        405: b"PUT /healthz HTTP/1.1\r\nHost: brightwater.localhost\r\nContent-Length: 5\r\n\r\n12345",
        415: b"POST /api/v1/session HTTP/1.1\r\nHost: brightwater.localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 5\r\n\r\n12345",
        403: b"POST /api/v1/session HTTP/1.1\r\nHost: brightwater.localhost\r\nContent-Length: 5\r\n\r\n12345",
        421: b"HEAD /api/v1/portal HTTP/1.1\r\nHost: unknown.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n",
    }
    sent = b"".join(request + good for request in refused.values())
    with connect(site.nginx.port) as connection:
        connection.sendall(sent + b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = b""
        while part := connection.recv(65536):
            answer += part
    statuses = [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", answer)]
    assert statuses == [*(each for status in refused for each in (status, 200)), 200], answer
    assert answer.count(b'"memberships"') == len(refused)


def test_x13_idle_connections_keep_nobody_from_being_served(site):
    connections = []
    try:
        for _ in range(IDLE):
            connections.append(connect(site.nginx.port))
        started = time.monotonic()
        for _ in range(10):
            assert site.client().get("/api/v1/portal").status == 200
        assert time.monotonic() - started < 5
        # Who says nothing is sent away.
        assert closed_after(connections[-1], time.monotonic()) < 6
    finally:
        for connection in connections:
            connection.close()
