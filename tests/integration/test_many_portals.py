"""FEATURES A18 and X10: each portal at an address of its own, many on one nginx, added without a reload, and nothing that opens one of them opens another."""

import time
from contextlib import closing

import pytest

from support import staff
from support.people import BOTH_WORKERS, COOKIE, People
from support.portalctl import Portalctl

PORTAL = "/api/v1/portal"
IMPORTED = "/api/v1/import/clients?external_id=nothing"


@pytest.fixture(scope="module")
def two(shared_site):
    """Two accounts under the provider's wildcard name, made while nginx runs."""
    with closing(People(shared_site, slug="first", name="First")) as first, closing(People(shared_site, slug="second", name="Second")) as second:
        yield first, second


def test_a_new_account_answers_without_a_reload(portal):
    portalctl = Portalctl(portal.postgres, portal.keys_file)
    host = "newcomer.portals.provider.example"
    client = portal.nginx.client(host)
    workers = portal.nginx.workers()
    assert client.get(PORTAL).status == 421
    portalctl("account", "create", "--slug", "newcomer", "--name", "Newcomer", "--time-zone", "Europe/London")
    portalctl("host", "add", "--account", "newcomer", "--host", host)
    portalctl("portal", "set", "--account", "newcomer")
    deadline = time.monotonic() + 5
    while any(client.get(PORTAL).status != 200 for _ in range(BOTH_WORKERS)):
        assert time.monotonic() < deadline, "the new account does not answer"
        time.sleep(0.05)
    assert client.get(PORTAL).json()["name"] == "Newcomer"
    assert portal.nginx.workers() == workers, "nginx was reloaded"
    portalctl("host", "remove", "--account", "newcomer", "--host", host)
    deadline = time.monotonic() + 5
    while any(client.get(PORTAL).status != 421 for _ in range(BOTH_WORKERS)):
        assert time.monotonic() < deadline, "a host that was removed still answers"
        time.sleep(0.05)


@pytest.mark.parametrize("host", ["unknown.portals.provider.example", "first", "first.localhost.evil.example", "second-first.localhost", "127.0.0.1"])
@pytest.mark.parametrize("path", [PORTAL, "/api/v1/session", "/api/v1/staff/session", IMPORTED])
def test_an_unknown_host_is_misdirected(two, portal, host, path):
    assert portal.nginx.client(host).get(path).code == "unknown_host"


def test_members_sessions_do_not_cross(two):
    first, second = two
    here, there = first.signed_in(first.add_member()), second.client()
    there.cookies[COOKIE] = here.cookies[COOKIE]
    for _ in range(BOTH_WORKERS):
        assert here.get("/api/v1/session").status == 200
        assert there.get("/api/v1/session").code == "not_signed_in"
        assert there.get("/api/v1/jobs").code == "not_signed_in"


def test_sessions_of_staff_do_not_cross(two):
    first, second = two
    session = staff.open_session(first, staff.add_staff(first, first.account_id, "owner"))
    here, there, elsewhere = first.client(), second.client(), first.client()
    here.cookies[staff.COOKIE] = there.cookies[staff.COOKIE] = session
    elsewhere.cookies[COOKIE] = session  # nor at the members' door
    for _ in range(BOTH_WORKERS):
        assert here.get("/api/v1/staff/api-keys").status == 200
        assert there.get("/api/v1/staff/api-keys").code == "not_signed_in"
        assert elsewhere.get("/api/v1/session").code == "not_signed_in"


def test_keys_do_not_cross(two, portal):
    first, second = two
    key = Portalctl(portal.postgres, portal.keys_file).json("key", "create", "--account", first.slug, "--name", "seal", "--scopes", "import,invite")["key"]
    headers = {"Authorization": f"Bearer {key}"}
    for _ in range(BOTH_WORKERS):
        assert first.client().get(IMPORTED, headers=headers).code == "not_found"
        assert second.client().get(IMPORTED, headers=headers).code == "invalid_key"
    body = b'{"external_id": "X", "kind": "person", "surname": "X"}'
    assert second.client().put("/api/v1/import/clients", body=body, headers={**headers, "Content-Type": "application/x-ndjson"}).code == "invalid_key"
    assert second.rows("SELECT client_id FROM portal.client WHERE account_id = %s AND external_id = 'X'", second.account_id) == []
