"""`portal_auth`: who gets to what nginx serves beside the API, and what stands behind learns of him. Real files, a real HTTP
application, a real FastCGI one."""

import json
from contextlib import ExitStack
from urllib.parse import parse_qs, urlsplit

import pytest

from support.guarded import NAVIGATION, Guarded, open_guarded, passed_headers

FILE = "/guarded/files/plan.txt"
HTTP = "/guarded/http/anything"
FASTCGI = "/guarded/fastcgi/anything"
KINDS = pytest.mark.parametrize("path", [FILE, HTTP, FASTCGI], ids=["static", "proxied", "fastcgi"])
PERMISSIONS = "view_completed_jobs,view_job_status,view_documents"


@pytest.fixture(scope="module")
def opened(servers):
    with ExitStack() as stack:
        yield open_guarded(servers / "guard", stack)


@pytest.fixture
def guarded(opened) -> Guarded:
    yield opened
    opened.nginx.check_log()


def identity_of(guarded: Guarded, person) -> dict[str, str]:
    return {"portal-account": guarded.people.slug, "portal-client-id": str(guarded.people.clients["Acme"]), "portal-member-id": str(person.member_id),
            "portal-membership-id": str(person.membership_id), "portal-email": person.email, "portal-permissions": PERMISSIONS}


@KINDS
def test_only_who_is_signed_in_gets_through(guarded, path):
    served = guarded.http.served + guarded.fastcgi.served
    answer = guarded.client().get(path)
    assert (answer.status, answer.code, answer.header("Cache-Control")) == (401, "not_signed_in", "no-store")
    forged = guarded.client()
    forged.cookies["portal-member"] = "x" * 43
    assert forged.get(path).code == "not_signed_in"
    assert guarded.http.served + guarded.fastcgi.served == served, "nothing came through"
    client, _ = guarded.signed_in()
    for _ in range(4):
        answer = client.get(path)
        assert (answer.status, answer.header("Cache-Control")) == (200, "no-store"), answer.text
    assert path != FILE or answer.text == "the plan\n"


def test_a_folder_for_each_client(guarded):
    """docs/guard.md, "A server for several portals"."""
    for client, client_id in guarded.people.clients.items():
        folder = guarded.content / "share" / guarded.people.slug / str(client_id)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plan.txt").write_text(f"the plan of {client}\n")
    assert len(guarded.people.clients) > 1
    for client in guarded.people.clients:
        browser, _ = guarded.signed_in(guarded.people.add_member(client))
        assert browser.get("/guarded/share/plan.txt").text == f"the plan of {client}\n"
    assert guarded.client().get("/guarded/share/plan.txt").status == 401


def test_a_cache_control_of_the_operator_stays(guarded):
    client, _ = guarded.signed_in()
    assert client.get("/guarded/cached/plan.txt").header("Cache-Control") == "private, max-age=60"
    assert client.get(FILE, headers={"If-None-Match": client.get(FILE).header("ETag")}).status == 304
    assert client.get("/guarded/files/").text == "the start\n"
    assert guarded.client().get("/guarded/files/").status == guarded.client().get("/guarded/files/none").status == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND"])
def test_any_method(guarded, method):
    client, person = guarded.signed_in()
    assert guarded.client().request(method, HTTP).status == 401
    answer = client.request(method, HTTP, body=b"some words" if method in ("POST", "PUT", "PATCH", "PROPFIND") else None)
    assert answer.status == 200
    if method != "HEAD":
        assert passed_headers(answer)["portal-member-id"] == [str(person.member_id)]
        assert answer.json()["body"] == ("some words" if method in ("POST", "PUT", "PATCH", "PROPFIND") else "")


def test_a_large_body_arrives_after_the_wait(guarded):
    """The body comes while the request waits for the database."""
    client, _ = guarded.signed_in()
    body = b"0123456789abcdef" * 60_000
    assert client.post(HTTP, body=body).json()["body"].encode() == body


FORGED = {"Portal-Email": "boss@example.com", "portal-member-id": "1", "PORTAL_CLIENT_ID": "1", "Portal_Permissions": "everything", "Portal.Account": "other",
          "Portal-Anything": "at all", "Portal-Membership": "1"}


def test_what_a_proxied_application_learns(guarded):
    client, person = guarded.signed_in()
    passed = passed_headers(client.get(HTTP, headers={**FORGED, "X-Portal-Email": "his own"}))
    assert {name: values for name, values in passed.items() if name.startswith("portal")} == {
        name: [value] for name, value in identity_of(guarded, person).items()}
    assert passed["x-portal-email"] == ["his own"]


def test_what_a_fastcgi_application_learns(guarded):
    client, person = guarded.signed_in()
    client.cookies["theme"] = "dark"
    answer = client.post(FASTCGI, headers=FORGED, body=b"a form")
    params = answer.json()["params"]
    assert {name: value for name, value in params.items() if name.startswith("HTTP_PORTAL")} == {
        "HTTP_" + name.upper().replace("-", "_"): value for name, value in identity_of(guarded, person).items()}
    assert (params["HTTP_COOKIE"], params["REQUEST_METHOD"], answer.json()["body"]) == ("theme=dark", "POST", "a form")


def test_forged_headers_come_twice_and_are_gone(guarded):
    client, person = guarded.signed_in()
    session = client.cookies["portal-member"]
    answer = guarded.raw(f"GET {HTTP} HTTP/1.1\nPortal-Email: a@example.com\nportal_email: b@example.com\nPORTAL-EMAIL: c@example.com\n"
                         f"Cookie: portal-member={session}\nPortal-Email: d@example.com")
    passed = passed_headers(answer)
    assert passed["portal-email"] == [person.email] and "portal_email" not in passed


@pytest.mark.parametrize("sent, left", [
    (["{own}"], []),
    (["a=1; {own}; b=2"], ["a=1; b=2"]),
    (["{own}; a=1"], ["a=1"]),
    (["a=1;b=2 ;  c=\"3\"; {own}"], ["a=1;b=2 ;  c=\"3\""]),
    (["a=1", "{own}; portal-device=x", "b=2"], ["a=1", "b=2"]),
    (["__Host-portal-staff=x; __Host-portal-device=y; portal-staff=z; __Host-portal-member=q; {own}; portal-members=mine; xportal-member=mine"],
     ["portal-members=mine; xportal-member=mine"]),
    (["a; {own}; =b; portal-staff"], ["a; =b"]),
])
def test_the_own_cookies_are_not_passed_on(guarded, sent, left):
    client, _ = guarded.signed_in()
    own = f"portal-member={client.cookies['portal-member']}"
    lines = "".join(f"\nCookie: {line.format(own=own)}" for line in sent)
    assert passed_headers(guarded.raw(f"GET {HTTP} HTTP/1.1{lines}")).get("cookie", []) == left
    assert passed_headers(guarded.raw(f"GET /greeted/ HTTP/1.1{lines.replace(own, 'portal-member=none')}")).get("cookie", []) == left


def test_variables_that_nginx_remembers_do_not_keep_the_cookie(guarded):
    client, person = guarded.signed_in()
    client.cookies["theme"] = "dark"
    passed = passed_headers(client.get("/early/", headers={"Portal-Email": "boss@example.com"}))
    assert (passed["cookie"], passed["x-email"]) == (["theme=dark"], [person.email])


def test_optional_lets_everybody_in_and_says_who(guarded):
    passed = passed_headers(guarded.client().get("/greeted/", headers=FORGED))
    assert not [name for name in passed if name.startswith("portal")]
    client, person = guarded.signed_in()
    assert passed_headers(client.get("/greeted/", headers=FORGED))["portal-email"] == [person.email]
    assert guarded.client().get("/variables/plan.txt").header("X-Identity") == f"{guarded.people.slug}|||||"
    assert client.get("/variables/plan.txt").header("X-Identity") == "|".join(identity_of(guarded, person).values())


def test_a_member_without_an_address(guarded):
    client, person = guarded.signed_in()
    guarded.people.rows("UPDATE portal.member SET email = NULL WHERE member_id = %s", person.member_id)
    passed = passed_headers(client.get(HTTP))
    assert "portal-email" not in passed and passed["portal-member-id"] == [str(person.member_id)]


def test_all_permissions_are_needed(guarded):
    for permissions, status in (((), 403), (("view_documents",), 403), (("view_job_status", "view_documents"), 200)):
        client, _ = guarded.signed_in(permissions=permissions)
        answer = client.get("/guarded/documents/")
        assert answer.status == status, permissions
        assert status == 200 or answer.code == "permission_required"
        assert client.get(HTTP).status == 200
    page = guarded.signed_in(permissions=())[0].get("/guarded/documents/", headers=NAVIGATION)
    assert page.status == 403 and "You have no access to this" in page.text
    assert guarded.client().get("/guarded/documents/").code == "not_signed_in"


@pytest.mark.parametrize("headers, is_one", [
    (NAVIGATION, True),
    ({"Sec-Fetch-Mode": "navigate"}, True),
    ({"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, True),
    ({"Accept": "text/html, application/xhtml+xml, */*"}, True),
    ({"Sec-Fetch-Mode": "cors", "Accept": "text/html"}, False),
    ({"Sec-Fetch-Mode": "no-cors", "Accept": "image/*"}, False),
    ({"Accept": "application/json, text/html;q=0.5"}, False),
    ({"Accept": "*/*"}, False),
    ({}, False),
])
def test_a_navigation_is_led_to_the_sign_in_page(guarded, headers, is_one):
    answer = guarded.client().get("/guarded/files/a%20b?c=d&e=/f", headers=headers)
    if is_one:
        assert (answer.status, answer.header("Location")) == (303, "/sign-in?next=/guarded/files/a%2520b%3Fc%3Dd%26e%3D/f")
        assert answer.header("Cache-Control") == "no-store"
    else:
        assert answer.status == 401
        assert answer.code == "not_signed_in" or "text/html" in headers.get("Accept", "") and "Please sign in" in answer.text
    assert guarded.client().post(FILE, headers=headers).status == 401, "what changes something is never led away"


@pytest.mark.parametrize("target, leads_back", [
    (FILE, True), (FILE + "?next=https://evil.example/", True), ("/guarded/files/%2F%2Fevil.example", True),
    ("//guarded/files/plan.txt", False), ("/guarded/files/..//../guarded/files/plan.txt", False), ("/%2e//evil.example/../../guarded/files/", False),
    ("/guarded/files/a\\b", False), (FILE + "?" + "x" * 2100, False),
], ids=lambda value: value[:60] if isinstance(value, str) else "")
def test_nobody_is_led_elsewhere(guarded, target, leads_back):
    """SECURITY R37."""
    answer = guarded.raw(f"GET {target} HTTP/1.1\nSec-Fetch-Mode: navigate")
    if answer.status in (400, 404):
        assert not leads_back
        return
    assert answer.status == 303
    address = urlsplit(answer.header("Location"))
    assert (address.scheme, address.netloc, address.path) == ("", "", "/sign-in")
    assert parse_qs(address.query).get("next") == ([target] if leads_back else None)


def test_a_change_that_another_site_asks_for(guarded):
    client, _ = guarded.signed_in()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
                    {"Sec-Fetch-Site": None}):
        assert client.post(HTTP, headers=headers).code == "cross_site_request", headers
        assert client.get(HTTP, headers=headers).status == 200, "reading is not"
        socket = client.get(HTTP, headers={**headers, "Upgrade": "websocket"})
        assert socket.code == "cross_site_request"
        assert client.get(HTTP, headers={**headers, "Upgrade": "h2c"}).status == 200
        assert "portal-email" not in passed_headers(client.post("/greeted/", headers=headers)), "he is nobody there"
    own = {"Sec-Fetch-Site": None, "Origin": guarded.people.origin}
    assert client.post(HTTP, headers=own).status == client.get(HTTP, headers={**own, "Upgrade": "websocket"}).status == 200


def test_a_cookie_counts_at_its_own_account_only(guarded):
    client, _ = guarded.signed_in()
    assert client.get(HTTP).status == 200
    client.host = "brightwater.localhost"
    assert client.get(HTTP).code == "not_signed_in"
    for host in ("unknown.localhost", guarded.people.slug):
        client.host = host
        for path in (HTTP, "/greeted/"):
            assert (client.get(path).status, client.get(path).code) == (421, "unknown_host")
    client.host = guarded.people.host
    assert client.get("/no/account/plan.txt").code == "unknown_host"
    client.cookies["portal-member"] += "; portal-member=" + client.cookies["portal-member"]
    assert client.get(HTTP).code == "not_signed_in", "two are none"


@pytest.mark.parametrize("way", ["error_page_of_a_file", "try_files", "named", "rewrite"])
def test_an_internal_redirect_keeps_who_it_is(guarded, way):
    client, person = guarded.signed_in()
    assert guarded.client().get(f"/from/{way}").code == "not_signed_in"
    for _ in range(3):
        passed = passed_headers(client.get(f"/from/{way}", headers={"Portal-Email": "boss@example.com"}))
        assert {name: values for name, values in passed.items() if name.startswith("portal")} == {
            name: [value] for name, value in identity_of(guarded, person).items()}
        assert "cookie" not in passed


def test_a_stronger_rule_further_on_holds(guarded):
    weak, _ = guarded.signed_in(permissions=())
    assert weak.get("/from/weaker").code == "permission_required"
    strong, _ = guarded.signed_in()
    assert strong.get("/from/weaker").status == 200


def test_who_somebody_is_in_one_account_he_is_not_in_another(guarded):
    client, person = guarded.signed_in()
    assert guarded.client().get("/from/weaker_account").code == "not_signed_in"
    for _ in range(3):
        assert not [name for name in passed_headers(client.get("/from/weaker_account")) if name.startswith("portal")]


@pytest.mark.parametrize("way", ["accel", "open_accel"])
def test_what_an_application_hands_back_is_guarded(guarded, way):
    """X-Accel-Redirect, from a location that is guarded and from one that is not."""
    guarded.accel.answer_headers = [("X-Accel-Redirect", "/inside/handed_back")]
    client, person = guarded.signed_in()
    for _ in range(3):
        assert passed_headers(client.get(f"/from/{way}"))["portal-email"] == [person.email]
    assert guarded.client().get(f"/from/{way}").code == "not_signed_in"
    assert client.get("/inside/handed_back").status == 404


def test_what_is_guarded_further_on_is_asked_there(guarded):
    client, person = guarded.signed_in()
    assert passed_headers(client.get("/from/open", headers=FORGED))["portal-email"] == [person.email]
    assert guarded.client().get("/from/open").code == "not_signed_in"


def test_a_return_is_guarded_behind_a_named_location(guarded):
    """As docs/guard.md says it; by itself `return` answers before anybody is asked."""
    assert guarded.client().get("/from/return").code == "not_signed_in"
    assert guarded.signed_in()[0].get("/from/return").text == "the word"


def test_satisfy_any(guarded):
    client, person = guarded.signed_in()
    assert passed_headers(client.get("/any/denied/", headers=FORGED))["portal-email"] == [person.email]
    assert guarded.client().get("/any/denied/").code == "not_signed_in"
    assert guarded.client().get("/any/denied/", headers=NAVIGATION).status == 303
    # Whoever another rule lets in is nobody, and forges nothing.
    for each in (client, guarded.client()):
        passed = passed_headers(each.get("/any/allowed/", headers=FORGED))
        assert not [name for name in passed if name.startswith("portal") or name == "cookie"]
    assert client.get("/any/optional/").status == guarded.client().get("/any/optional/").status == 403, "optional decides nothing"
    assert client.get("/all/denied/").status == guarded.client().get("/all/denied/", headers=NAVIGATION).status == 403


def test_subrequests_are_let_in_as_their_request_was(guarded):
    client, person = guarded.signed_in()
    asked = guarded.http.served
    assert "401" in client.get("/page/open.html", headers=FORGED).text, "the page is open, so nobody was asked"
    assert client.get("/asking/").status == 401
    assert guarded.http.served == asked
    included = json.loads(client.get("/page/guarded.html", headers=FORGED).body)
    passed = {name.lower(): value for name, value in included["headers"]}
    assert (included["path"], passed["portal-email"], "cookie" in passed) == ("/guarded/http/included", person.email, False)


def test_a_subrequest_to_another_account_names_nobody(guarded):
    client, _ = guarded.signed_in()
    included = json.loads(client.get("/page/two_accounts.html", headers=FORGED).body)
    assert included["path"] == "/elsewhere"
    assert not [name for name, _ in included["headers"] if name.lower().startswith("portal") or name.lower() in ("x-email", "cookie")]


def test_the_access_log_names_the_account(guarded):
    client, _ = guarded.signed_in()
    assert [client.get(FILE).status for _ in range(3)] == [200] * 3  # the line is written after the answer
    lines = [json.loads(line) for line in guarded.nginx.access_log.read_text(errors="replace").splitlines()]
    assert {line["account"] for line in lines if line["path"] == FILE and line["status"] == 200} == {guarded.people.slug}


def test_refusals_are_security_events(guarded):
    client, person = guarded.signed_in(permissions=())
    client.get("/guarded/documents/")
    client.post(HTTP, headers={"Sec-Fetch-Site": "cross-site"})
    told = [line for line in guarded.nginx.error_log.read_text(errors="replace").splitlines() if '"operation":"portal_auth"' in line]
    events = [json.loads(line[line.index("{"):line.rindex("}") + 1]) for line in told]
    assert {event["event"] for event in events} == {"access_denied"}
    assert ("permission_required", str(person.member_id)) in {(event["reason"], event["member"]) for event in events}
    assert "cross_site_request" in {event["reason"] for event in events}
