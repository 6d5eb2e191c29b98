"""What nginx itself refuses is answered in the portal's form, with all its headers, and the connection closes where it must."""

import json
import re

import pytest

from support import contract
from support.client import exchange_raw
from test_front import SECURITY_HEADERS

HOST = b"Host: brightwater.localhost\r\n"


def ask(portal, head: bytes, *, close: bool = True) -> tuple[int, dict[str, str], bytes]:
    """One raw request, and everything that comes back."""
    answer = exchange_raw(portal.nginx.port, head)
    assert answer.count(b"HTTP/1.1 ") == 1, answer
    lines, _, body = answer.partition(b"\r\n\r\n")
    first, *headers = lines.decode().split("\r\n")
    fields = [line.split(": ", 1) for line in headers]
    assert len({name.lower() for name, _ in fields}) == len(fields), f"a header came twice: {fields}"
    found = {name.lower(): value for name, value in fields}
    if close:
        assert found["connection"] == "close", found
    return int(first.split()[1]), found, body


def check_headers(headers: dict[str, str], body: bytes) -> None:
    for name, pattern in SECURITY_HEADERS.items():
        assert re.match(pattern, headers.get(name.lower(), "")), f"{name}: {headers.get(name.lower())}"
    assert headers["cache-control"] == "no-store"
    assert int(headers["content-length"]) == len(body)


def check_problem(headers: dict[str, str], body: bytes, status: int, code: str) -> None:
    check_headers(headers, body)
    assert headers["content-type"] == "application/problem+json"
    problem = json.loads(body)
    contract._validate(problem, contract.document()["components"]["schemas"]["Problem"])
    assert (problem["status"], problem["code"]) == (status, code)
    assert re.fullmatch("[0-9a-f]{32}", problem["request_id"])


def check_page(headers: dict[str, str], body: bytes, status: int, language: str = "en") -> None:
    check_headers(headers, body)
    assert headers["content-type"] == "text/html; charset=utf-8"
    page = body.decode()
    assert f'<html lang="{language}">' in page and f"Error {status}" in page
    assert "nginx" not in page


REFUSED = {
    "no request line": (b"hello\r\n\r\n", 400, "invalid_request"),
    "not HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 400, "invalid_request"),
    "unknown version": (b"GET %s HTTP/3.7\r\n" + HOST + b"\r\n", 505, "internal_error"),
    "giant address": (b"GET %s" + b"a" * 40_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, "uri_too_long"),
    "giant header": (b"GET %s HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 40_000 + b"\r\n\r\n", 400, "invalid_request"),
    "no host": (b"GET %s HTTP/1.1\r\n\r\n", 400, "invalid_request"),
    "bad host": (b"GET %s HTTP/1.1\r\nHost: bad host\r\n\r\n", 400, "invalid_request"),
    "two lengths": (b"POST %s HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400, "invalid_request"),
    "length and encoding": (b"POST %s HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "invalid_request"),
    "unknown encoding": (b"POST %s HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n", 501, "not_implemented"),
    "giant body": (b"POST %s HTTP/1.1\r\n" + HOST + b"Content-Length: 9000000\r\n\r\n{", 413, "payload_too_large"),
    "outside": (b"GET %s/../../.. HTTP/1.1\r\n" + HOST + b"\r\n", 400, "invalid_request"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_programs_get_a_problem(portal, name):
    head, status, code = REFUSED[name]
    if b"%s" not in head:
        head = head.replace(b"hello", b"hello /api/v1/jobs").replace(b"\xfc", b"\xfc /api/v1/")
    answered, headers, body = ask(portal, head.replace(b"%s", b"/api/v1/.." if name == "outside" else b"/api/v1/session"))
    assert answered == status
    if name == "not HTTP":
        return
    check_problem(headers, body, status, code)


@pytest.mark.parametrize("name", [name for name in REFUSED if name != "giant body"])
def test_people_get_a_page(portal, name):
    head, status, _ = REFUSED[name]
    answered, headers, body = ask(portal, head.replace(b"%s", b"/sign-in"))
    assert answered == status
    check_page(headers, body, status)


@pytest.mark.parametrize("accepted, language", [("", "en"), ("es-ES,es;q=0.9,en;q=0.8", "es"), ("en-GB,es;q=0.5", "en"), ("de", "en")])
def test_the_page_speaks_the_readers_language(portal, accepted, language):
    answer = portal.client().get("/nothing", headers={"Accept": "text/html", "Accept-Language": accepted})
    assert answer.status == 404
    check_page({name.lower(): value for name, value in answer.headers}, answer.body, 404, language)


def test_what_is_accepted_decides_outside_the_api(portal):
    for path in ("/nothing", "/assets/nothing.js"):
        answer = portal.client().get(path, headers={"Accept": "application/json"})
        check_problem({name.lower(): value for name, value in answer.headers}, answer.body, 404, "not_found")
    answer = portal.client().post("/sign-in", headers={"Accept": "application/json"})
    assert (answer.status, answer.code, answer.header("Allow")) == (405, "method_not_allowed", "GET, HEAD")


@pytest.mark.parametrize("path", ["/nothing", "/api/v2/jobs", "/%3Cscript%3Ealert(1)%3C/script%3E"])
def test_head_has_the_same_headers_and_no_body(portal, path):
    got, asked = portal.client().get(path), portal.client().request("HEAD", path)
    assert (got.status, asked.status, asked.body) == (404, 404, b"")
    assert asked.header("Content-Length") == got.header("Content-Length")
    assert b"script" not in got.body.replace(b"description", b"")


def test_old_and_absolute_forms(portal):
    status, headers, body = ask(portal, b"GET /nothing HTTP/1.0\r\n\r\n")
    assert status == 404
    check_page(headers, body, 404)
    status, headers, body = ask(portal, b"GET http://brightwater.localhost/api/nothing HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert status == 404
    check_problem(headers, body, 404, "not_found")


def test_a_body_that_nobody_reads_is_not_the_next_request(portal):
    """X10: the 404 keeps the connection, and what follows belongs to the next request."""
    body = b"GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"
    head = b"POST /nothing HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(body)
    answer = exchange_raw(portal.nginx.port, head + body + b"GET /api/v2/x HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", answer)] == [404, 404]
    assert b"ok" not in answer


def test_trace_and_connect_of_the_api(portal):
    answer = portal.client().request("TRACE", "/api/v1/portal")
    assert (answer.status, answer.code) == (405, "method_not_allowed")


def test_compressed_pages_are_whole(portal):
    answer = portal.client().get("/nothing", headers={"Accept-Encoding": "gzip", "Range": "bytes=0-3"})
    assert answer.status == 404
    assert answer.body.endswith(b"</html>\n")


def test_the_style_of_the_page_is_served(portal):
    page = portal.client().get("/nothing").text
    answer = portal.client().get(re.search(r'href="(/[^"]+\.css)"', page)[1])
    assert (answer.status, answer.header("Content-Type")) == (200, "text/css; charset=utf-8")
    assert "prefers-color-scheme: dark" in answer.text


def test_the_operators_own_pages_and_headers_go_first(make_site):
    site = make_site(demo=False, workers=1, server_extra="""
        location = /own { error_page 404 /own-page; return 404; }
        location = /own-page { internal; default_type text/html; return 200 "own"; }
        location = /named { error_page 403 = @named; deny all; }
        location @named { return 418 "teapot"; }
        location = /denied { deny all; }
        location = /gone { proxy_pass http://127.0.0.1:1; }
        location = /off { portal_error_pages off; return 404; }
        location = /policy { add_header Content-Security-Policy "default-src 'none'" always; return 404; }
        location = /text { return 404 "plain words"; }
    """)
    client = site.nginx.client()
    assert client.get("/own").body == b"own"
    assert client.get("/named").body == b"teapot"
    assert client.get("/text").body == b"plain words"
    assert "Error 403" in client.get("/denied").text
    gone = client.get("/gone")
    assert gone.status == 502 and "Error 502" in gone.text and 1 <= int(gone.header("Retry-After")) <= 5
    assert "nginx" in client.get("/off").text
    assert client.get("/policy").header("Content-Security-Policy") == "default-src 'none'"
    assert client.get("/policy").header("X-Frame-Options") == "DENY"


# The list in which nginx keeps the headers of an answer begins with room for twenty.
def test_the_security_headers_come_once_whatever_the_operator_adds(make_site):
    counts = (0, 5, 10, 11, 12, 13, 14, 19, 20, 21)
    lines = {count: " ".join(f"add_header X-Own-{number} {number} always;" for number in range(count)) for count in counts}
    site = make_site(demo=False, workers=1, server_extra="\n".join(
        f'location = /many-{count} {{ {own} return 200 "many"; }} location = /both-{count} {{ {own} add_header x-frame-options SAMEORIGIN always; return 200 "both"; }}'
        for count, own in lines.items()))
    for count in counts:
        for path, frame_options in (("many", "DENY"), ("both", "SAMEORIGIN")):
            status, headers, _ = ask(site, f"GET /{path}-{count} HTTP/1.1\r\nConnection: close\r\n".encode() + HOST + b"\r\n")
            assert status == 200
            for name, pattern in SECURITY_HEADERS.items():
                assert re.match(pattern, headers.get(name.lower(), "")), f"{name}: {headers}"
            assert headers["x-frame-options"] == frame_options
            assert [headers[f"x-own-{number}"] for number in range(count)] == [str(number) for number in range(count)]
