"""What the operations of signing in refuse before they look at anything: where a request comes from, and what it brings
(R27, R33, R38, R41)."""

import json

import pytest

from support.client import Client
from support.people import COOKIE

SESSION = "/api/v1/session"
SWITCH = "/api/v1/session/membership"
LOOKUP = "/api/v1/activation/lookup"
ACTIVATION = "/api/v1/activation"


class Operation:
    """A request that succeeds, and a look at whether it did."""

    def __init__(self, people, name: str):
        self.people = people
        self.person = people.add_member("Acme", "Zenith")
        self.client = people.signed_in(self.person) if name in ("sign_out", "switch_membership") else people.client()
        self.cookies = dict(self.client.cookies)
        invited, token = people.invite()
        self.invited = invited
        self.method, self.path, self.body, self.status = {
            "sign_in": ("POST", SESSION, {"email": self.person.email, "password": self.person.password}, 200),
            "sign_out": ("DELETE", SESSION, None, 204),
            "switch_membership": ("PUT", SWITCH, {"membership_id": str(self.person.memberships["Zenith"])}, 200),
            "look_up_activation": ("POST", LOOKUP, {"token": token}, 200),
            "activate": ("POST", ACTIVATION, {"token": token, "email": invited.email, "password": "five small blue teapots"}, 200),
        }[name]

    def send(self, headers=None, **options):
        if "body" not in options:
            options.setdefault("json", self.body)
        return self.client.request(self.method, self.path, headers=headers, **options)

    def check_nothing_happened(self) -> None:
        assert self.client.cookies == self.cookies
        if COOKIE in self.cookies:
            assert self.client.get(SESSION).json()["membership"]["id"] == str(self.person.memberships["Acme"])
        else:
            assert self.people.value("SELECT count(*) FROM portal.session WHERE member_id IN (%s, %s)", self.person.member_id,
                                     self.invited.member_id) == 0
        assert self.people.member_row(self.invited)["state"] == "invited"


CHANGES = ["sign_in", "sign_out", "switch_membership", "look_up_activation", "activate"]
WITH_BODY = [name for name in CHANGES if name != "sign_out"]

# `own` stands for the account's origin, `other` for that of another account on the same server.
SAME_ORIGIN = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "own"},
    {"Origin": "own"},
]
CROSS_SITE = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "Same-Origin"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "own"},
    {"Sec-Fetch-Site": "none", "Origin": "own"},
    {"Origin": "null"},
    {"Origin": "other"},
    {"Origin": "https://evil.example"},
    {"Origin": "own/"},
    {"Origin": "own.evil.example"},
    {"Origin": "without port"},
    {"Origin": "with https"},
    {"Referer": "own"},
    {"X-Requested-With": "XMLHttpRequest"},
]


def origins(people, headers: dict) -> dict:
    words = {"own": people.origin, "other": people.origin.replace(people.slug, "northside"), "own/": people.origin + "/",
             "own.evil.example": people.origin + ".evil.example", "without port": people.origin.rpartition(":")[0],
             "with https": people.origin.replace("http:", "https:")}
    return {"Sec-Fetch-Site": None, **{name: words.get(value, value) for name, value in headers.items()}}


@pytest.mark.parametrize("name", CHANGES)
def test_requests_of_other_sites_change_nothing(people, name):
    operation = Operation(people, name)
    for headers in CROSS_SITE:
        answer = operation.send(origins(people, headers))
        assert (answer.status, answer.code) == (403, "cross_site_request"), headers
        assert answer.header("Set-Cookie") is None
    operation.check_nothing_happened()
    assert operation.send().status == operation.status


@pytest.mark.parametrize("headers", SAME_ORIGIN)
@pytest.mark.parametrize("name", CHANGES)
def test_requests_of_the_portals_own_pages(people, name, headers):
    operation = Operation(people, name)
    assert operation.send(origins(people, headers)).status == operation.status


def test_reading_needs_no_origin(people):
    client = people.signed_in(people.add_member())
    for headers in CROSS_SITE:
        assert client.get(SESSION, headers=origins(people, headers)).status == 200


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_body_says_that_it_is_json(people, name):
    operation = Operation(people, name)
    body = json.dumps(operation.body).encode()
    for media_type in (None, "", "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp",
                       "application/json; charset=latin-1", "application/json, text/plain", "application/problem+json"):
        answer = operation.send({"Content-Type": media_type}, body=body)
        assert (answer.status, answer.code) == (415, "unsupported_media_type"), media_type
    assert operation.send({"Content-Type": "application/json", "Content-Encoding": "gzip"}, body=body).code == "unsupported_media_type"
    operation.check_nothing_happened()
    assert operation.send({"Content-Type": "Application/JSON; charset=UTF-8"}, body=body).status == operation.status


# Bodies that no operation takes: the code of the problem, and of what is wrong if it is told.
BROKEN = {
    "nothing": (b"", "invalid_json", None),
    "blanks": (b"  \n", "invalid_json", None),
    "no JSON": (b"email=a&password=b", "invalid_json", "invalid_syntax"),
    "cut off": (b'{"email": "a', "invalid_json", "invalid_syntax"),
    "something after it": (b'{} {}', "invalid_json", "invalid_syntax"),
    "a comment": (b'{} // comment', "invalid_json", "invalid_syntax"),
    "single quotes": (b"{'email': 'a'}", "invalid_json", "invalid_syntax"),
    "broken UTF-8": (b'{"email": "\xff"}', "invalid_json", "invalid_text"),
    "overlong UTF-8": (b'{"email": "\xc0\xaf"}', "invalid_json", "invalid_text"),
    "a surrogate": (b'{"email": "\\ud800"}', "invalid_json", None),
    "UTF-16": ('{"email": "a"}'.encode("utf-16"), "invalid_json", None),
    "an escaped NUL": (b'{"email": "a\\u0000b"}', "invalid_json", None),
    "a bare NUL": (b'{"email": "a\x00b"}', "invalid_json", None),
    "a name twice": (b'{"email": "a@b.example", "email": "c@d.example"}', "invalid_json", "duplicate"),
    "33 levels": (b'{"email": ' + b"[" * 32 + b"]" * 32 + b"}", "invalid_json", "too_deep"),
    "100,000 levels": (b"[" * 100_000, "invalid_json", "too_deep"),
    "too many values": (b'{"email": [' + b"1," * 30_000 + b"1]}", "invalid_json", "too_many_values"),
    "a number without bounds": (b'{"email": 1' + b"0" * 400 + b"}", "invalid_json", None),
    "a list": (b"[]", "invalid_field", "invalid_type"),
    "a text": (b'"text"', None, None),
    "null": (b"null", None, None),
    "nothing in it": (b"{}", "invalid_field", "required"),
}


@pytest.mark.parametrize("name", WITH_BODY)
def test_broken_bodies(people, name):
    operation = Operation(people, name)
    for what, (body, code, field_code) in BROKEN.items():
        answer = operation.send({"Content-Type": "application/json"}, body=body)
        assert answer.status == 400, f"{what}: {answer.status} {answer.text}"
        assert answer.code in ((code,) if code else ("invalid_json", "invalid_field")), f"{what}: {answer.text}"
        if field_code:
            assert field_code in [error["code"] for error in answer.json()["errors"]], f"{what}: {answer.text}"
    operation.check_nothing_happened()
    assert operation.send().status == operation.status


@pytest.mark.parametrize("name", WITH_BODY)
def test_members_that_are_not_described_are_refused(people, name):
    """R27: nobody sets what is the server's."""
    operation = Operation(people, name)
    for extra in ("account_id", "client_id", "permissions", "state", "member_id", "Email", "__proto__", ""):
        answer = operation.send(json={**operation.body, extra: "1"})
        assert answer.code == "invalid_field"
        assert answer.json()["errors"] == [{"pointer": f"/{extra}", "code": "unknown_field"}]
    operation.check_nothing_happened()


@pytest.mark.parametrize("name", WITH_BODY)
def test_members_of_the_wrong_kind(people, name):
    operation = Operation(people, name)
    for member in operation.body:
        for value, code in ((None, "invalid_type"), (1, "invalid_type"), (True, "invalid_type"), (["a"], "invalid_type"), ({}, "invalid_type")):
            answer = operation.send(json={**operation.body, member: value})
            assert answer.json()["errors"] == [{"pointer": f"/{member}", "code": code}], value
        missing = {key: value for key, value in operation.body.items() if key != member}
        assert operation.send(json=missing).json()["errors"] == [{"pointer": f"/{member}", "code": "required"}]
    operation.check_nothing_happened()


@pytest.mark.parametrize("path, member, maximum", [(SESSION, "email", 254), (SESSION, "password", 1024), (LOOKUP, "token", 256),
                                                   (ACTIVATION, "token", 256), (ACTIVATION, "email", 254), (ACTIVATION, "password", 1024)])
def test_texts_end_at_their_limits(people, path, member, maximum):
    body = {"email": "a@b.example", "password": "five small blue teapots", "token": "x"}
    body = {key: body[key] for key in {SESSION: ("email", "password"), LOOKUP: ("token",), ACTIVATION: ("token", "email", "password")}[path]}

    def faults(value: str) -> list[dict]:
        return people.client().post(path, json={**body, member: value}).json().get("errors", [])

    assert faults("x" * (maximum + 1)) == [{"pointer": f"/{member}", "code": "too_long"}]
    assert {"pointer": f"/{member}", "code": "too_long"} not in faults("x" * maximum)
    assert faults("") == [{"pointer": f"/{member}", "code": "too_short"}]


@pytest.mark.parametrize("name", WITH_BODY)
def test_bodies_end_at_a_mebibyte(people, name):
    operation = Operation(people, name)
    body = json.dumps(operation.body).encode()
    # nginx's own answer, so it is not held against the contract.
    client = Client(people.site.nginx.port, people.host, cookies=dict(operation.client.cookies))
    too_large = client.request(operation.method, operation.path, body=body + b" " * (1024 * 1024 + 1 - len(body)), headers={"Content-Type": "application/json"})
    assert too_large.status == 413
    operation.check_nothing_happened()
    largest = operation.send({"Content-Type": "application/json"}, body=body + b" " * (1024 * 1024 - len(body)))
    assert largest.status == operation.status


def test_signing_out_takes_no_other_body(people):
    client = people.signed_in(people.add_member())
    assert client.delete(SESSION, body=b"x", headers={"Content-Type": "text/plain"}).code == "unsupported_media_type"
    assert client.get(SESSION).status == 200
