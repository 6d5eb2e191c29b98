"""What conf/ promises: pages, headers, methods, limits of nginx itself, and a log without secrets."""

import json
import re
import socket
import time

import pytest

from support.client import exchange_raw

PAGES = ["/", "/sign-in", "/activate", "/password", "/confirm", "/documents", "/invoices", "/quotes", "/quotes/41", "/requests", "/requests/new", "/requests/81", "/account", "/help", "/jobs/1042"]

CONSOLE = ["/console"] + ["/console/" + page for page in (
    "sign-in", "activate", "password", "account", "clients", "clients/7", "users", "requests", "requests/7", "documents", "invoices", "quotes", "quotes/41", "appearance", "invitations", "activity", "settings")]

SECURITY_HEADERS = {
    "Strict-Transport-Security": r"max-age=31536000$",
    "X-Content-Type-Options": r"nosniff",
    "Referrer-Policy": r"no-referrer",
    "Cross-Origin-Opener-Policy": r"same-origin",
    "Cross-Origin-Resource-Policy": r"same-origin",
    "Content-Security-Policy": r"(?=.*object-src 'none')(?=.*base-uri 'none')(?=.*frame-ancestors 'none')(?!.*unsafe-)",
}


def asset(portal) -> str:
    return re.search(r'"(/assets/[^"]+\.js)"', portal.client().get("/").text)[1]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_the_one_file(portal, path):
    answer = portal.client().get(path)
    assert answer.status == 200
    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert answer.header("Cache-Control") == "no-cache"
    assert answer.body == portal.client().get("/").body


@pytest.mark.parametrize("path", CONSOLE)
def test_every_page_of_the_console_is_the_other_file(portal, path):
    answer = portal.client().get(path)
    assert answer.status == 200
    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert answer.header("Cache-Control") == "no-cache"
    for name, pattern in SECURITY_HEADERS.items():
        assert re.match(pattern, answer.header(name) or ""), f"{name}: {answer.header(name)}"
    assert answer.body == portal.client().get("/console").body != portal.client().get("/").body


@pytest.mark.parametrize("path", ["/index.html", "/console.html", "/console/", "/console/nothing", "/console/clients/x", "/nothing", "/jobs/", "/jobs/1042/more", "/jobs/abc", "/assets/", "/assets/nothing.js",
                                  "/portal.conf", "/../conf/nginx.conf", "/assets/../index.html", "/api", "/api/v2/jobs", "/sign-in/"])
def test_unknown_paths_are_not_found(portal, path):
    answer = portal.client().get(path)
    assert answer.status == (400 if path.startswith("/..") else 404)
    assert "immutable" not in (answer.header("Cache-Control") or "")


def test_assets_never_change_under_their_name(portal):
    answer = portal.client().get(asset(portal))
    assert answer.status == 200
    assert answer.header("Cache-Control") == "public, max-age=31536000, immutable"
    assert answer.header("Content-Type").startswith(("application/javascript", "text/javascript"))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/sign-in", "asset"])
def test_static_files_refuse_other_methods(portal, method, path):
    answer = portal.client().request(method, asset(portal) if path == "asset" else path)
    assert answer.status == 405
    assert answer.header("Allow") == "GET, HEAD"


@pytest.mark.parametrize("path", ["/", "/api/v1/portal", "/healthz"])
def test_trace_is_off(portal, path):
    answer = portal.client().request("TRACE", path, headers={"Cookie": "portal-member=canary"})
    assert answer.status == 405
    assert "GET" in answer.header("Allow")
    assert b"canary" not in answer.body


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/", 200), ("GET", "/nothing", 404), ("POST", "/", 405), ("TRACE", "/", 405), ("GET", "/healthz", 200),
    ("GET", "/api/v1/portal", 200), ("GET", "/api/v1/nothing", 404), ("GET", "/" + "a" * 40_000, 414)])
def test_every_answer_has_the_security_headers(portal, method, path, status):
    answer = portal.client().request(method, path)
    assert answer.status == status
    for name, pattern in SECURITY_HEADERS.items():
        assert re.match(pattern, answer.header(name) or ""), f"{name}: {answer.header(name)}"


def test_not_modified_has_the_security_headers(portal):
    first = portal.client().get(asset(portal))
    answer = portal.client().get(asset(portal), headers={"If-None-Match": first.header("ETag")})
    assert answer.status == 304
    for name, pattern in SECURITY_HEADERS.items():
        assert re.match(pattern, answer.header(name) or ""), f"{name}: {answer.header(name)}"


def test_no_version_is_told(portal):
    for path in ("/", "/nothing", "/api/v1/portal"):
        answer = portal.client().get(path)
        assert not re.search(r"nginx/\d", str(answer.headers) + answer.body.decode(errors="replace"))


@pytest.mark.parametrize("head, status", [
    (b"POST /api/v1/session HTTP/1.1\r\nHost: brightwater.localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST /api/v1/session HTTP/1.1\r\nHost: brightwater.localhost\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
    (b"POST /api/v1/session HTTP/1.1\r\nHost: brightwater.localhost\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST /api/v1/session HTTP/1.1\r\nHost: brightwater.localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    (b"POST /api/v1/session HTTP/1.1\r\nHost: brightwater.localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: brightwater.localhost\r\nHost: northside.localhost\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: bad host\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", 400),
], ids=["length and encoding", "two lengths", "negative length", "unknown encoding", "bad chunk", "two hosts", "bad host", "no host", "giant header"])
def test_broken_requests_are_refused_and_the_connection_closes(portal, head, status):
    # A second request on the same connection must not be answered: it could belong to somebody else's body.
    answer = exchange_raw(portal.nginx.port, head + b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 %d " % status, answer), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1, answer


def test_a_body_above_the_limit_is_refused(portal):
    answer = portal.client().post("/api/v1/session", headers={"Content-Type": "application/json", "Content-Length": str(2**20 + 1)}, body=b"{")
    assert answer.status == 413


def test_slow_headers_are_cut_off(portal):
    with socket.create_connection(("127.0.0.1", portal.nginx.port), timeout=15) as connection:
        started = time.monotonic()
        connection.sendall(b"GET / HTTP/1.1\r\nHost: brightwater.localhost\r\n")
        try:
            assert connection.recv(1024) == b""
        except ConnectionResetError:
            pass
        assert 9 < time.monotonic() - started < 13


def test_the_access_log_holds_no_secret(portal):
    secret = "secret-that-must-not-be-logged"
    portal.client().get(f"/sign-in?next={secret}", headers={
        "Cookie": f"portal-member={secret}", "Referer": f"http://brightwater.localhost/{secret}", "Authorization": f"Bearer {secret}"})
    portal.client().get("/help", headers={"User-Agent": 'quote " and \\ back'})
    deadline = time.monotonic() + 5  # a line is written after the answer
    while "and \\\\ back" not in (log := portal.nginx.access_log.read_text(errors="replace")) or '"/sign-in"' not in log:
        assert time.monotonic() < deadline, log
        time.sleep(0.02)
    assert secret not in log
    entries = [json.loads(line) for line in log.splitlines()]
    assert any(entry["path"] == "/sign-in" for entry in entries)
    assert any(entry["user_agent"] == 'quote " and \\ back' for entry in entries)
