"""What portalctl does, as the running portal shows it: links that work or say why not, hosts that come and go."""

import time

import pytest

from support.portalctl import Portalctl

ACME = "Acme Facilities Ltd"


@pytest.fixture
def portalctl(portal):
    return Portalctl(portal.postgres, portal.keys_file)


def invite(portalctl, email: str) -> str:
    return portalctl.json("member", "invite", "--account", "brightwater", "--client", ACME, "--email", email)["activation_url"]


def look_up(portal, url: str):
    return portal.client().post("/api/v1/activation/lookup", json={"token": url.partition("#")[2]})


def test_a_link_is_good_until_replaced_or_cancelled(portal, portalctl):
    first = invite(portalctl, "invited-by-hand@acme.example.com")
    assert first.startswith(f"http://brightwater.localhost:{portal.nginx.port}/activate#")
    answer = look_up(portal, first)
    assert (answer.status, answer.json()["client"], answer.json()["email"]) == (200, {"name": ACME}, "invited-by-hand@acme.example.com")
    second = invite(portalctl, "invited-by-hand@acme.example.com")
    assert (look_up(portal, first).status, look_up(portal, first).code) == (410, "activation_replaced")
    assert look_up(portal, second).status == 200
    portalctl("member", "remove", "--account", "brightwater", "--client", ACME, "--email", "invited-by-hand@acme.example.com")
    assert (look_up(portal, second).status, look_up(portal, second).code) == (410, "activation_cancelled")


def test_an_invited_person_activates_signs_in_and_is_removed(portal, portalctl):
    email, password = "comes-and-goes@acme.example.com", "six-purple-elephants"
    url = invite(portalctl, email)
    client = portal.client()
    answer = client.post("/api/v1/activation", json={"token": url.partition("#")[2], "email": email, "password": password})
    assert answer.status in (200, 201), answer.text
    assert client.get("/api/v1/jobs").status == 200
    again = portal.client()
    assert again.post("/api/v1/session", json={"email": email, "password": password}).status in (200, 201)
    portalctl("member", "remove", "--account", "brightwater", "--client", ACME, "--email", email)
    # Both sessions are over within a second, and the password with them.
    time.sleep(1)
    assert (client.get("/api/v1/jobs").status, again.get("/api/v1/jobs").status) == (401, 401)
    assert portal.client().post("/api/v1/session", json={"email": email, "password": password}).code == "invalid_credentials"


def wait_for_status(portal, host: str, status: int) -> None:
    deadline = time.monotonic() + 5
    # Both workers have to know: each connection may reach another one.
    agreed = 0
    while agreed < 20:
        answer = portal.nginx.client(host).get("/api/v1/portal")
        agreed = agreed + 1 if answer.status == status else 0
        assert time.monotonic() < deadline, f"{host} answers {answer.status}"
        time.sleep(0.01)


def test_a_host_is_served_and_no_longer_without_a_reload(portal, portalctl):
    assert portal.nginx.client("added.example").get("/api/v1/portal").code == "unknown_host"
    portalctl("host", "add", "--account", "brightwater", "--host", "added.example")
    wait_for_status(portal, "added.example", 200)
    portalctl("host", "remove", "--account", "brightwater", "--host", "added.example")
    wait_for_status(portal, "added.example", 421)


def test_what_portal_set_changes_is_what_pages_read(portal, portalctl):
    before = portalctl.json("portal", "show", "--account", "northside")["settings"]
    portalctl("portal", "set", "--account", "northside", "--phone", "555-0177")
    answer = portal.client("northside").get("/api/v1/portal").json()
    portalctl("portal", "set", "--account", "northside", "--phone", before["phone"] or "")
    assert answer["contact"]["phone"] == "555-0177"
    assert portal.client("northside").get("/api/v1/portal").json()["contact"]["phone"] == before["phone"]
