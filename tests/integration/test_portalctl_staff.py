"""portalctl staff: the first owner, links, removal."""

import itertools
from contextlib import closing

import pytest
from support import staff
from support.people import People
from support.portalctl import Portalctl

EMAIL = "olivia@business.example"
PASSWORD = "seven tall green lamps"


_numbers = itertools.count(1)


@pytest.fixture
def people(portal):
    """An account of the test's own."""
    with closing(People(portal, slug=f"desk{next(_numbers)}")) as made:
        yield made


@pytest.fixture
def portalctl(people):
    return Portalctl(people.site.postgres, people.site.keys_file)


def words(people, *more: str) -> tuple[str, ...]:
    return ("--account", people.slug, "--email", EMAIL, *more)


def token_of(people, url: str, page: str) -> str:
    start = f"{people.origin}/console/{page}#"
    assert url.startswith(start)
    return url.removeprefix(start)


def test_the_first_owner_comes_in_by_a_link(people, portalctl):
    printed = portalctl("staff", "create", *words(people)).splitlines()
    first = token_of(people, printed[0], "activate")
    assert EMAIL in printed[1] and "once" in printed[1]
    made = portalctl.json("staff", "create", *words(people, "--role", "manager", "--first-name", "Olivia"))
    client = people.client()
    assert client.post("/api/v1/staff/activation", json={"token": first, "password": PASSWORD}).code == "activation_replaced"
    opened = client.post("/api/v1/staff/activation", json={"token": token_of(people, made["activation_url"], "activate"), "password": PASSWORD})
    assert opened.status == 200 and opened.json()["staff"]["role"] == "manager" and opened.json()["staff"]["first_name"] == "Olivia"
    assert "already" in portalctl.refuses("staff", "create", *words(people))
    (line,) = portalctl.json("staff", "list", "--account", people.slug)
    assert line["email"] == EMAIL and line["state"] == "active" and line["last_sign_in_at"]
    assert portalctl("staff", "remove", *words(people))
    assert client.get("/api/v1/staff/session").status == 401
    assert portalctl.json("staff", "list", "--account", people.slug) == []
    assert people.client().post("/api/v1/staff/session", json={"email": EMAIL, "password": PASSWORD}).status == 401
    # The address may be somebody's again.
    assert portalctl("staff", "create", *words(people))
    assert [row[2] for row in staff.activities(people, people.account_id)] == ["staff_added", "staff_added", "staff_activated", "staff_removed", "staff_added"]


def test_what_is_wrong_is_said(people, portalctl):
    assert "not an email address" in portalctl.refuses("staff", "create", "--account", people.slug, "--email", "nobody", status=2)
    assert "does not belong" in portalctl.refuses("staff", "remove", *words(people))
    portalctl("staff", "create", *words(people))
    assert "no password yet" in portalctl.refuses("staff", "reset", *words(people))
    people.rows("DELETE FROM portal.account_host WHERE account_id = %s", people.account_id)
    assert "no host" in portalctl.refuses("staff", "create", *words(people))
