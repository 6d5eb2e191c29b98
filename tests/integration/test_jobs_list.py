"""GET /jobs: filters, search, order and pages, each compared with what the tables say."""

import base64
import itertools
import re
from datetime import date, datetime, timedelta, timezone
from urllib.parse import quote, urlencode

import pytest

from support.truth import Truth

JOBS = "/api/v1/jobs"
STATES = (None, "planned", "active", "finished", "cancelled")
ASSIGNMENTS = (None, "unassigned", "assigned", "in_progress", "pending")
SORTS = ("scheduled_at", "-scheduled_at", "number", "-number")


def all_pages(client, **parameters) -> list[dict]:
    """Follows the cursors to the end."""
    items, cursor = [], None
    while True:
        answer = client.get(f"{JOBS}?{urlencode({**parameters, **({'cursor': cursor} if cursor else {})})}")
        assert answer.status == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= parameters.get("limit", 20)
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items
        assert page["items"], "an empty page with a cursor to more"


@pytest.fixture(scope="module")
def office(world):
    """A client with jobs at the edges of days, jobs that share a time, jobs without a date, and texts of all sorts."""
    account = world.elsewhere
    account.clients["Office"] = world.insert("client", "client_id", account_id=account.account_id, kind="organisation", organisation_name="Office")
    site = world.insert("site", "site_id", account_id=account.account_id, client_id=account.clients["Office"], name="Edificio Ébano")
    account.sites["Office"] = [site]
    worker = world.insert("worker", "worker_id", account_id=account.account_id, name="Óscar 100%")
    team = world.insert("team", "team_id", account_id=account.account_id, name="Under_score")
    # Madrid is an hour before UTC in winter and two in summer: these are the last and the first minute of days there.
    edges = [datetime(2026, 1, 9, 22, 59, tzinfo=timezone.utc), datetime(2026, 1, 9, 23, 0, tzinfo=timezone.utc),
             datetime(2026, 1, 10, 22, 59, 59, tzinfo=timezone.utc), datetime(2026, 7, 9, 21, 59, tzinfo=timezone.utc),
             datetime(2026, 7, 9, 22, 0, tzinfo=timezone.utc)]
    for time in edges:
        world.add_job(account, "Office", "scheduled", scheduled_at=time, worker_id=worker)
    same = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=timezone.utc)
    for turn in range(40):
        status = ("scheduled", "finished", "cancelled", "paused", "unscheduled")[turn % 5]
        world.add_job(account, "Office", status, "other" if turn % 7 == 0 else "visible", scheduled_at=(same, same + timedelta(days=turn), None)[turn % 3],
                      worker_id=worker if turn % 4 == 0 else None, team_id=team if turn % 4 == 1 else None, site_id=site if turn % 2 else None,
                      reference=("Ref/É\\x", None, "a\"b")[turn % 3], address=("Calle de la Peña 5", "Línea 1\nLínea 2", None)[turn % 3])
    return world.add_member(account, "Office")


@pytest.mark.parametrize("state, assignment", itertools.product(STATES, ASSIGNMENTS))
def test_state_and_assignment(portal, world, office, state, assignment):
    asked = {name: value for name, value in (("state", state), ("assignment", assignment)) if value}
    assert all_pages(world.signed_in(office), limit=100, **asked) == Truth(world, office).listed(state=state, assignment=assignment)


@pytest.mark.parametrize("sort", [None, *SORTS])
@pytest.mark.parametrize("limit", [1, 7, 20, 44, 45, 100])
def test_pages_together_are_the_whole_list(portal, world, office, sort, limit):
    expected = Truth(world, office).listed(sort=sort)
    assert len(expected) == 45
    assert all_pages(world.signed_in(office), limit=limit, **({"sort": sort} if sort else {})) == expected


@pytest.mark.parametrize("since, until", [
    ("2026-01-09", "2026-01-09"), ("2026-01-10", "2026-01-10"), ("2026-01-10", None), (None, "2026-01-09"), ("2026-07-09", "2026-07-09"),
    ("2026-07-10", None), ("2026-03-01", "2026-03-20"), ("0001-01-01", None), (None, "9999-12-31"), ("2030-01-01", "2031-01-01")])
def test_days_are_those_of_the_accounts_zone(portal, world, office, since, until):
    asked = {name: value for name, value in (("from", since), ("to", until)) if value}
    truth = Truth(world, office)
    expected = truth.listed(since=since and date.fromisoformat(since), until=until and date.fromisoformat(until))
    client = world.signed_in(office)
    assert all_pages(client, limit=100, **asked) == expected
    # Jobs without a date are left out in every order.
    for sort in SORTS:
        assert {item["id"] for item in all_pages(client, limit=9, sort=sort, **asked)} == {item["id"] for item in expected}


@pytest.mark.parametrize("q", ["ref/é", "É\\x", "a\"b", "peña", "PEÑA", "línea 2", "ébano", "Boiler", "inspection", "óscar", "100%", "0%", "r_s", "_", "%",
                               "under_score", "visible words", "CANARY", "nothing like this", "1", "\\", "'", "x" * 100])
def test_a_search_looks_at_what_can_be_seen(portal, world, office, q):
    client = world.signed_in(office)
    truth = Truth(world, office)
    assert all_pages(client, limit=100, q=q) == truth.listed(q=q)
    counted = client.get(f"{JOBS}?counts=true&limit=1&q={quote(q)}").json()["counts"]
    assert counted == truth.counts(q=q)


def test_a_search_finds_something(portal, world, office):
    """The control of the test above."""
    truth = Truth(world, office)
    found = {q: len(truth.listed(q=q)) for q in ("ref/é", "PEÑA", "ébano", "inspection", "100%", "r_s", "visible words")}
    assert all(found.values()), found
    assert not truth.listed(q="CANARY")


def test_filters_are_joined(portal, world, office):
    site = office.account.sites["Office"][0]
    truth = Truth(world, office)
    expected = truth.listed(state="planned", assignment="unassigned", site=site, since=date(2026, 3, 1), q="ref")
    assert expected
    asked = {"state": "planned", "assignment": "unassigned", "site": site, "from": "2026-03-01", "q": "ref"}
    client = world.signed_in(office)
    assert all_pages(client, limit=2, **asked) == expected
    # The counts leave the state aside.
    counts = client.get(f"{JOBS}?{urlencode({**asked, 'counts': 'true'})}").json()["counts"]
    assert counts == truth.counts(assignment="unassigned", site=site, since=date(2026, 3, 1), q="ref")


def test_what_comes_in_between_pages_is_neither_doubled_nor_lost(portal, world, office):
    client = world.signed_in(office)
    first = client.get(f"{JOBS}?sort=number&limit=10").json()
    late = world.add_job(office.account, "Office", "scheduled")
    try:
        rest = all_pages(client, sort="number", limit=100, cursor=first["next_cursor"])
        numbers = [int(item["number"]) for item in first["items"] + rest]
        assert numbers == sorted(set(numbers))
        assert str(late) in {item["id"] for item in rest}
    finally:
        world.rows("DELETE FROM portal.job_file WHERE job_id = %s", late)
        world.rows("DELETE FROM portal.job WHERE job_id = %s", late)


@pytest.mark.parametrize("sort", SORTS)
def test_a_cursor_tells_nothing_that_the_page_did_not(portal, world, office, sort):
    page = world.signed_in(office).get(f"{JOBS}?limit=3&sort={sort}").json()
    cursor = page["next_cursor"]
    inside = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    last = page["items"][-1]
    known = [int(last["id"]).to_bytes(8, "big"), int(last["number"]).to_bytes(8, "big")]
    if last["scheduled_at"]:
        time = datetime.fromisoformat(last["scheduled_at"].replace("Z", "+00:00"))
        known.append((int(time.timestamp()) * 1_000_000 + time.microsecond).to_bytes(8, "big"))
    assert known[0] in inside
    # Besides these values there is room for their marks and the signature only.
    shown = sum(len(value) for value in known if value in inside)
    assert shown == 16 and len(inside) - shown <= 24


REFUSED = [
    ("state=open", "invalid_field", "/query/state", "invalid_choice"),
    ("assignment=mine", "invalid_field", "/query/assignment", "invalid_choice"),
    ("site=x", "invalid_field", "/query/site", "invalid_id"),
    ("from=2026-02-30", "invalid_field", "/query/from", "invalid_date"),
    ("from=2026-02-03&to=2026-02-02", "invalid_field", "/query/to", "before_from"),
    ("q=", "invalid_field", "/query/q", "too_short"),
    ("q=" + "x" * 101, "invalid_field", "/query/q", "too_long"),
    ("q=%ff%fe", "invalid_field", "/query/q", "invalid_text"),
    ("q=%00", "invalid_field", "/query/q", "invalid_text"),
    ("q=%zz", "invalid_field", "/query/q", "invalid_text"),
    ("sort=client", "invalid_field", "/query/sort", "invalid_choice"),
    ("limit=0", "invalid_field", "/query/limit", "out_of_range"),
    ("limit=101", "invalid_field", "/query/limit", "out_of_range"),
    ("limit=ten", "invalid_field", "/query/limit", "invalid_type"),
    ("counts=yes", "invalid_field", "/query/counts", "invalid_choice"),
    ("cursor=abc", "invalid_cursor", "/query/cursor", "invalid_text"),
    ("cursor=" + "A" * 500, "invalid_cursor", "/query/cursor", "invalid_text"),
    ("cursor=!", "invalid_cursor", "/query/cursor", "invalid_text"),
    ("limit=5&limit=6", "invalid_field", "/query/limit", "duplicate"),
    ("client=5", "unknown_parameter", "/query/client", "unknown_field"),
]


@pytest.mark.parametrize("query, code, pointer, field_code", REFUSED)
def test_refuses_what_is_wrong(portal, world, office, query, code, pointer, field_code):
    answer = world.signed_in(office).get(f"{JOBS}?{query}")
    assert (answer.status, answer.code) == (400, code)
    assert answer.json()["errors"] == [{"pointer": pointer, "code": field_code}]


def test_names_every_mistake_at_once(portal, world, office):
    answer = world.signed_in(office).get(f"{JOBS}?state=x&limit=0&from=y")
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/query/state", "/query/limit", "/query/from"}


def test_a_cursor_belongs_to_its_parameters(portal, world, office):
    client = world.signed_in(office)
    cursor = client.get(f"{JOBS}?limit=3&sort=number").json()["next_cursor"]
    assert client.get(f"{JOBS}?limit=5&sort=number&cursor={cursor}").status == 200
    for other in ("sort=-number", "sort=number&state=planned", "sort=number&q=a", "sort=number&from=2026-01-01"):
        assert client.get(f"{JOBS}?limit=3&{other}&cursor={cursor}").code == "invalid_cursor", other


def test_an_address_that_is_too_long_is_refused(portal, world, office):
    answer = world.signed_in(office).get(f"{JOBS}?q={'x' * 5000}")
    assert (answer.status, answer.code) == (414, "uri_too_long")


def test_other_methods_are_refused_and_named(portal, world, office):
    for path in (JOBS, f"{JOBS}/1", "/api/v1/sites", "/api/v1/portal"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = world.signed_in(office).request(method, path, json={})
            assert answer.status == 405, (method, path)
            assert set(re.split(r",\s*", answer.header("Allow"))) == {"GET", "HEAD"}


def test_head_has_the_headers_alone(portal, world, office):
    get = world.signed_in(office).get(f"{JOBS}?limit=3")
    head = world.signed_in(office).request("HEAD", f"{JOBS}?limit=3")
    assert (head.status, head.body) == (200, b"")
    assert head.header("Content-Length") == get.header("Content-Length")
