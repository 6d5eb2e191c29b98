"""GET /portal and GET /sites."""

import pytest

from support.truth import Truth, portal_answer


@pytest.mark.parametrize("slug", ["brightwater", "northside"])
def test_the_portal_of_the_host(portal, world, slug):
    answer = portal.client(slug).get("/api/v1/portal")
    assert answer.status == 200
    assert answer.json() == portal_answer(world, slug)
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Content-Type").startswith("application/json")


def test_no_portal_yet(portal, world):
    answer = world.client(world.bare).get("/api/v1/portal")
    assert (answer.status, answer.code) == (404, "no_portal")


def test_what_staff_change_is_shown_at_once(portal, world):
    statement = "UPDATE portal.portal SET accent_colour = %s, contact_phone = %s WHERE account_id = %s"
    client = world.client(world.matrix)
    world.rows(statement, "#abcdef", None, world.matrix.account_id)
    try:
        assert client.get("/api/v1/portal").json() == portal_answer(world, "matrix")
        assert client.get("/api/v1/portal").json()["contact"]["phone"] is None
    finally:
        world.rows(statement, "#123456", "555-0100", world.matrix.account_id)


@pytest.mark.parametrize("path", ["/portal", "/sites", "/jobs/1"])
def test_parameters_that_nobody_knows_are_refused(portal, world, path):
    client = world.signed_in(world.add_member(world.matrix, "One"))
    answer = client.get(f"/api/v1{path}?q=x")
    assert (answer.status, answer.code) == (400, "unknown_parameter")
    assert answer.json()["errors"] == [{"pointer": "/query/q", "code": "unknown_field"}]


def test_sites_are_the_clients_by_name(portal, world):
    for client_name in ("One", "Two"):
        member = world.add_member(world.elsewhere, client_name)
        answer = world.signed_in(member).get("/api/v1/sites")
        assert answer.json() == Truth(world, member).sites()
        assert len(answer.json()["items"]) == 2


def test_sites_need_no_permission_on_jobs(portal, world):
    member = world.add_member(world.matrix, "One", ("view_invoices",))
    assert world.signed_in(member).get("/api/v1/sites").json() == Truth(world, member).sites()


def test_sites_end_at_five_hundred(portal, world):
    account = world.matrix
    account.clients["Chain"] = world.insert("client", "client_id", account_id=account.account_id, kind="organisation", organisation_name="Chain")
    world.rows("INSERT INTO portal.site (account_id, client_id, name) SELECT %s, %s, 'Shop ' || lpad(n::text, 4, '0') FROM generate_series(1, 501) AS n",
               account.account_id, account.clients["Chain"])
    member = world.add_member(account, "Chain")
    answer = world.signed_in(member).get("/api/v1/sites").json()
    assert answer["items"] == Truth(world, member).sites()["items"][:500]
    assert answer["next_cursor"] is None


def test_the_forty_sites_of_the_demo(portal, world):
    (account_id, client_id), = world.rows("SELECT account_id, client_id FROM portal.client WHERE organisation_name = 'Harbour Hotels Group'")
    expected = world.rows("SELECT name FROM portal.site WHERE account_id = %s AND client_id = %s ORDER BY name", account_id, client_id)
    assert len(expected) == 40
    login = next(login for login in portal.accounts["brightwater"]["members"] if login["client"] == "Harbour Hotels Group")
    client = portal.client()
    assert client.post("/api/v1/session", json={"email": login["email"], "password": login["password"]}).status == 200
    assert [item["name"] for item in client.get("/api/v1/sites").json()["items"]] == [name for name, in expected]
