"""The feed: another system reads what clients asked for and decided, misses nothing while they go on, and answers."""

import itertools
import threading
from contextlib import closing

import pytest

from support.contract import CheckedClient
from support.people import COOKIE, People, make_token
from support.portalctl import Portalctl

FEED, OWN = "/api/v1/feed", "/api/v1/work-requests"
_numbers = itertools.count(1)


@pytest.fixture
def desk(portal):
    with closing(People(portal, slug=f"feed{next(_numbers)}")) as made:
        yield made


@pytest.fixture
def system(portal, desk):
    """Another system with its key."""
    portalctl = Portalctl(portal.postgres, portal.keys_file)
    made = portalctl.json("key", "create", "--account", desk.slug, "--name", "ERP", "--scopes", "feed")
    return CheckedClient(portal.nginx.port, f"{desk.slug}.localhost", headers={"Authorization": f"Bearer {made['key']}"})


def member(desk, permissions=("create_work_requests", "accept_quotes")):
    person = desk.add_member(permissions=list(permissions), language="en")
    token, token_hash = make_token()
    desk.rows("INSERT INTO portal.session (account_id, token_hash, member_id, membership_id, expires_at) VALUES (%s, %s, %s, %s, now() + interval '1 day')",
              desk.account_id, token_hash, person.member_id, person.membership_id)
    client = desk.client()
    client.cookies[COOKIE] = token
    return person, client


def client_of(desk, person) -> int:
    return desk.rows("SELECT client_id FROM portal.membership WHERE membership_id = %s", person.membership_id)[0][0]


def read_all(system, after: int = 0, limit: int = 100) -> tuple[list[dict], int]:
    items, more = [], True
    while more:
        answer = system.get(f"{FEED}?after={after}&limit={limit}")
        assert answer.status == 200, answer.text
        told = answer.json()
        items += told["items"]
        after, more = told["last"], told["more"]
    return items, after


def test_a_system_reads_on_and_answers(desk, system):
    person, client = member(desk)
    assert system.get(FEED).json() == {"items": [], "last": 0, "more": False}
    first = client.post(OWN, json={"subject": "Boiler"}).json()
    second = client.post(OWN, json={"subject": "Roof", "notes": "At the\nback"}).json()
    items, last = read_all(system, limit=1)
    assert [item["work_request"]["id"] for item in items] == [first["id"], second["id"]]
    assert items[1]["work_request"]["notes"] == "At the\nback" and items[1]["work_request"]["client"]["id"] == str(client_of(desk, person))
    assert read_all(system, last) == ([], last)

    answered = system.request("PATCH", f"{FEED}/work-requests/{first['id']}", json={"former_state": "submitted", "state": "acknowledged", "reply": "We come on Friday."})
    assert (answered.status, answered.json()["state"]) == (200, "acknowledged"), answered.text
    seen = client.get(f"{OWN}/{first['id']}").json()
    assert (seen["state"], seen["reply"]) == ("acknowledged", "We come on Friday.")
    again, last = read_all(system, last)
    assert [(item["work_request"]["id"], item["work_request"]["state"]) for item in again] == [(first["id"], "acknowledged")]
    assert client.request("PATCH", f"{OWN}/{second['id']}", json={"state": "cancelled"}).status == 200
    assert [(item["work_request"]["id"], item["work_request"]["state"]) for item in read_all(system, last)[0]] == [(second["id"], "cancelled")]
    refused = system.request("PATCH", f"{FEED}/work-requests/{second['id']}", json={"former_state": "submitted", "state": "scheduled"})
    assert (refused.status, refused.code) == (409, "conflict")


def test_decisions_about_quotes_come_along(desk, system):
    person, client = member(desk)
    ((quote,),) = desk.rows("""INSERT INTO portal.quote (account_id, client_id, number, issued_on, currency, total_minor, external_id)
                               VALUES (%s, %s, 'Q-7', current_date, 'EUR', 4200, 'q-7') RETURNING quote_id""", desk.account_id, client_of(desk, person))
    decided = client.post(f"/api/v1/quotes/{quote}/decision", json={"revision": 1, "decision": "declined", "reason": "Too late"})
    assert decided.status == 200, decided.text
    ((item,), _) = read_all(system)
    told = item["quote_decision"]
    assert (item["kind"], told["quote"], told["decision"], told["reason"]) == ("quote_decision", {"id": str(quote), "external_id": "q-7", "number": "Q-7"}, "declined", "Too late")
    assert (told["total"], told["method"], told["client"]["id"]) == ({"amount": 4200, "currency": "EUR"}, "portal", str(client_of(desk, person)))


def test_whoever_reads_while_many_ask_misses_nothing(desk, system):
    """The cursor goes on while requests are committed in whatever order; each comes once."""
    clients = [member(desk)[1] for _ in range(4)]
    made, over = [], threading.Event()

    def ask_often(client, name):
        for number in range(12):
            answer = client.post(OWN, json={"subject": f"{name} {number}"})
            assert answer.status == 201, answer.text
            made.append(answer.json()["id"])
    threads = [threading.Thread(target=ask_often, args=(client, index)) for index, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    items, last = [], 0
    while not over.is_set() or any(thread.is_alive() for thread in threads):
        found, last = read_all(system, last, limit=3)
        items += found
        if not any(thread.is_alive() for thread in threads):
            over.set()
    items += read_all(system, last)[0]
    assert len(made) == 48
    assert sorted(item["work_request"]["id"] for item in items) == sorted(made)


def test_a_key_for_something_else_reads_nothing(portal, desk):
    portalctl = Portalctl(portal.postgres, portal.keys_file)
    made = portalctl.json("key", "create", "--account", desk.slug, "--name", "ERP", "--scopes", "import,invite")
    other = CheckedClient(portal.nginx.port, f"{desk.slug}.localhost", headers={"Authorization": f"Bearer {made['key']}"})
    assert (other.get(FEED).status, other.get(FEED).code) == (403, "permission_required")
    answer = other.request("PATCH", f"{FEED}/work-requests/1", json={"former_state": "submitted", "state": "acknowledged"})
    assert (answer.status, answer.code) == (403, "permission_required")
