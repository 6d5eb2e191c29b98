"""An answer lives as long as nginx looks at it, which is longer than its request: under the sanitizers, that see who looks at what is gone."""

import re
import socket
import struct
import time

import pytest

from support import places
from support.signing_in import sign_in
from support.site import PrivateSite

DATA, HEADERS, RST_STREAM, SETTINGS, WINDOW_UPDATE = 0, 1, 3, 4, 8
ENDS_STREAM_AND_HEADERS = 5
LARGEST_WINDOW = 2**31 - 1


@pytest.fixture(scope="module")
def http2_port() -> int:
    return places.free_port()


@pytest.fixture(scope="module")
def site(servers, http2_port):
    log = servers / "kept_answers.log"
    log.unlink(missing_ok=True)
    with PrivateSite(servers / "kept_answers", workers=1, http_extra="log_format kept '$sent_http_content_type; $sent_http_allow';",
                     server_extra=f"listen 127.0.0.1:{http2_port} http2 sndbuf=8k; access_log {log} kept; location = /metrics {{ portal_metrics; }}") as site:
        yield site


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def request_head(path: str, host: str, cookie: str) -> bytes:
    """HPACK without its tables: every header in full."""
    fields = {":method": "GET", ":scheme": "http", ":path": path, ":authority": host, "cookie": cookie}
    return b"".join(b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode() for name, value in fields.items())


def body_of(received: bytes, stream: int) -> bytes:
    body = b""
    while len(received) >= 9:
        length = int.from_bytes(received[:3], "big")
        kind, _, of = struct.unpack(">BBI", received[3:9])
        if (kind, of) == (DATA, stream):
            body += received[9:9 + length]
        received = received[9 + length:]
    return body


def read_all(connection: socket.socket) -> bytes:
    received = b""
    connection.settimeout(1)
    try:
        while part := connection.recv(65536):
            received += part
    except TimeoutError:
        pass
    return received


def requests_alive(site: PrivateSite) -> int:
    return int(re.search(r"^portal_requests_active (\d+)$", site.nginx.client().get("/metrics").text, re.MULTILINE)[1])


@pytest.mark.parametrize("from_memory", [False, True], ids=["made for it", "from memory"])
def test_frames_of_a_stream_that_was_reset_hold_what_was_answered(site, http2_port, from_memory):
    """Catches an answer that ends with its request: its frames wait behind a full socket, and what was put into its place would be sent. What comes from
    memory is no request of the core's, and is held just so."""
    site.postgres.execute("DELETE FROM portal.site WHERE name LIKE 'LARGE %%'")
    site.postgres.execute("""INSERT INTO portal.site (account_id, client_id, name, address)
        SELECT account_id, client_id, 'LARGE ' || n, repeat('🏠', 1000) FROM portal.client, generate_series(1, 200) n""")
    client = sign_in(site, "brightwater")
    if not from_memory:
        client.cookies["portal-written"] = "1"
    time.sleep(0.2)  # until the worker has heard of the sites
    for _ in range(3):
        expected = client.get("/api/v1/sites").body
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items() if name in ("portal-member", "portal-written"))
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", http2_port))
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, LARGEST_WINDOW))
                           + frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", LARGEST_WINDOW - 65535))
                           + frame(HEADERS, ENDS_STREAM_AND_HEADERS, 1,
                                   request_head("/api/v1/sites", "brightwater.localhost", cookies)))
        time.sleep(1)
        connection.sendall(frame(RST_STREAM, 0, 1, struct.pack(">I", 8)))
        time.sleep(0.5)
        # What the cache holds goes out of it; and this takes the memory that an answer too short-lived would have given back.
        site.postgres.execute("UPDATE portal.site SET name = name || ' ' WHERE name LIKE 'LARGE 1%%'")
        time.sleep(0.2)
        for _ in range(3):
            assert len(client.get("/api/v1/sites").body) > len(expected)
        assert requests_alive(site) == (0 if from_memory else 1), "nothing waits to be sent, or what waits is not kept"
        body = body_of(read_all(connection), 1)
    assert body == expected[:len(body)]
    deadline = time.monotonic() + 10
    while requests_alive(site):
        assert time.monotonic() < deadline, "the request is still alive"
        time.sleep(0.05)
    site.nginx.check_log()


def test_the_access_log_may_name_headers_of_the_answer(site, servers):
    """Catches the same where the log looks: it is written after the request's end."""
    assert site.client("brightwater").post("/api/v1/portal").status == 405
    deadline = time.monotonic() + 10  # the line is written after the answer
    while "application/problem+json; GET, HEAD\n" not in (servers / "kept_answers.log").read_text():
        assert time.monotonic() < deadline, (servers / "kept_answers.log").read_text()
        time.sleep(0.02)
    site.nginx.check_log()
