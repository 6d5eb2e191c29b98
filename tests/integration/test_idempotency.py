"""Requests that are sent again (P-once, P-unknown): with the same Idempotency-Key they happen once, and the second one hears of the first."""

import itertools
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from support import staff
from support.people import People

USERS = "/api/v1/staff/users"

_numbers = itertools.count(1)


@pytest.fixture
def desk(portal):
    with closing(People(portal, slug=f"again{next(_numbers)}")) as made:
        yield made


def signed_in(desk, role: str = "owner"):
    return staff.signed_in(desk, desk.client(), staff.add_staff(desk, desk.account_id, role))


def add(client, email: str, key: str | None, **more):
    return client.post(USERS, json={"email": email, "role": "viewer", **more}, headers={"Idempotency-Key": key} if key else None)


def count(desk, table: str, **conditions) -> int:
    words = "".join(f" AND {column} = %s" for column in conditions)
    return desk.value(f"SELECT count(*) FROM portal.{table} WHERE account_id = %s{words}", desk.account_id, *conditions.values())


def test_twenty_equal_requests_at_once_are_one(desk):
    client = signed_in(desk)
    for _ in range(3):
        key, email = secrets.token_urlsafe(16), f"new{next(_numbers)}@business.example"
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: add(client, email, key), range(20)))
        assert {answer.status for answer in answers} == {201}, [answer.text for answer in answers]
        assert len({answer.text for answer in answers}) == 1
        assert count(desk, "outbox_message", recipient=email) == 1 and count(desk, "activity", action="staff_added", subject_id=int(answers[0].json()["id"])) == 1


def test_without_a_key_the_second_one_meets_the_first(desk):
    client = signed_in(desk)
    assert add(client, "new@business.example", None).status == 201
    assert add(client, "new@business.example", None).code == "conflict"


def test_a_key_belongs_to_one_request_of_one_person(desk):
    client = signed_in(desk)
    first = add(client, "one@business.example", "key-1")
    assert first.status == 201
    assert add(client, "two@business.example", "key-1").code == "idempotency_key_reused"
    assert client.post(f"{USERS}/{first.json()['id']}/resend", json={}, headers={"Idempotency-Key": "key-1"}).code == "idempotency_key_reused"
    assert add(client, "one@business.example", "key-2").code == "conflict"
    other = signed_in(desk)
    assert add(other, "two@business.example", "key-1").status == 201
    # What failed was not done, so its key is free.
    assert add(client, "three@business.example", "key-3").status == 201
    assert add(other, "three@business.example", "key-4").code == "conflict"
    assert add(other, "four@business.example", "key-4").status == 201


def test_what_is_only_sent_is_sent_once(desk):
    client = signed_in(desk)
    invited = add(client, "new@business.example", None).json()["id"]
    for _ in range(3):
        assert client.post(f"{USERS}/{invited}/resend", json={}, headers={"Idempotency-Key": "again"}).status == 202
    assert count(desk, "outbox_message", recipient="new@business.example") == 2


def test_a_day_later_the_key_is_forgotten(desk):
    client = signed_in(desk)
    assert add(client, "one@business.example", "old").status == 201
    desk.rows("UPDATE portal.repeatable_request SET created_at = now() - interval '1 day 1 minute' WHERE account_id = %s", desk.account_id)
    assert add(client, "two@business.example", "old").status == 201


@pytest.mark.parametrize("key", ["x" * 201, "with blanks", "\u00e9"], ids=["too long", "blanks", "not ASCII"])
def test_what_is_no_key_is_refused(desk, key):
    refused = add(signed_in(desk), "new@business.example", key)
    assert refused.status == 400 and refused.json()["errors"] == [{"pointer": "/header/Idempotency-Key", "code": "invalid_key"}]


def test_the_longest_key_is_taken(desk):
    assert add(signed_in(desk), "new@business.example", "x" * 200).status == 201


@pytest.mark.parametrize("what", ["question", "answer"])
def test_a_connection_that_dies_leaves_it_open_and_the_key_tells(make_site, what):
    """P2, P3: cut before the server got the change, and between its commit and the answer."""
    site = make_site(proxied=True)
    with closing(People(site)) as desk:
        client = signed_in(desk)
        for number in range(8):  # every worker has prepared its statements
            assert add(client, f"warm{number}@business.example", f"warm{number}").status == 201
        getattr(site.proxy, f"lose_{what}")(b"add_staff_user.")
        lost = add(client, "new@business.example", "the-key")
        assert (lost.status, lost.code) == (503, "outcome_unknown"), lost.text
        assert count(desk, "staff", email="new@business.example") == (1 if what == "answer" else 0)
        told = add(client, "new@business.example", "the-key")
        assert told.status == 201 and told.json()["email"] == "new@business.example", told.text
        assert count(desk, "staff", email="new@business.example") == count(desk, "outbox_message", recipient="new@business.example") == 1
