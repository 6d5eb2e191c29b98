"""A POST whose body is optional may come without one; and headers of which a request has one come once."""

import socket
from contextlib import closing

import pytest
from support import staff


@pytest.fixture
def console(people):
    return staff.signed_in(people, people.client(), staff.add_staff(people, people.account_id, "owner"))


NOTHING = {"Content-Type": None, "Content-Length": None}


def test_what_needs_no_body_is_asked_without_one(people, console):
    invited = console.post("/api/v1/staff/users", json={"email": f"nobody{people.account_id}@business.example", "role": "viewer"}).json()["id"]
    for headers in (None, NOTHING):
        answer = console.request("POST", f"/api/v1/staff/users/{invited}/resend", headers=headers)
        assert answer.status in (200, 202, 204), answer.text
        assert console.request("POST", "/api/v1/staff/mail-settings/test", headers=headers).status in (200, 202, 204)
        assert console.request("POST", "/api/v1/staff/portal", headers=headers).code in (None, "conflict")


def test_what_needs_one_misses_it(people, console):
    for path in ("/api/v1/staff/users", "/api/v1/staff/invitations", "/api/v1/staff/session", "/api/v1/session"):
        answer = console.request("POST", path, headers=NOTHING)
        assert (answer.status, answer.code) == (400, "invalid_json"), path
    assert console.request("PATCH", "/api/v1/staff/me", headers=NOTHING).status == 415
    assert console.request("POST", "/api/v1/staff/mail-settings/test", headers={**NOTHING, "Sec-Fetch-Site": "cross-site"}).status == 403
    assert console.request("POST", "/api/v1/staff/mail-settings/test", body=b"a=b", headers={"Content-Type": "text/plain"}).status == 415


@pytest.mark.parametrize("name, values", [("Idempotency-Key", ("one", "two")), ("idempotency-key", ("one", "one")), ("Portal-Membership", ("1", "2"))])
def test_a_header_that_stands_twice_is_refused(people, console, name, values):
    member = people.signed_in(people.add_member())
    for method, path, client in (("POST", "/api/v1/staff/mail-settings/test", console), ("GET", "/api/v1/jobs", member)):
        cookies = "; ".join(f"{each}={value}" for each, value in client.cookies.items())
        with closing(socket.create_connection(("127.0.0.1", people.site.nginx.port), timeout=15)) as connection:
            connection.sendall((f"{method} {path} HTTP/1.1\r\nHost: {client.host}\r\nCookie: {cookies}\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n"
                                + "".join(f"{name}: {value}\r\n" for value in values) + "Connection: close\r\n\r\n").encode())
            answer = b""
            while more := connection.recv(65536):
                answer += more
        assert answer.split(b" ")[1] == b"400" and b'"duplicate"' in answer, answer
