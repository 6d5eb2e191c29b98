"""Owners manage the staff; the last one stays. Passwords of staff: forgotten, changed."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
import itertools

import pytest
from support import staff
from support.outbox import open_payload
from support.people import BOTH_WORKERS, People

API = "/api/v1/staff"
PASSWORD = "seven tall green lamps"

_numbers = itertools.count(1)


@pytest.fixture
def desk(portal):
    """An account of the test's own."""
    with closing(People(portal, slug=f"owners{next(_numbers)}")) as made:
        yield made


@pytest.fixture
def owner(desk) -> staff.Staff:
    return staff.add_staff(desk, desk.account_id, password_hash=desk.password_hash)


def messages(desk, email: str) -> list[dict]:
    rows = desk.rows("""SELECT message_reference, kind, language, key_id, payload FROM portal.outbox_message WHERE account_id = %s AND recipient = %s
                        ORDER BY outbox_message_id""", desk.account_id, email)
    return [{"kind": kind, "language": language, **open_payload(desk.site.keys_file, desk.account_id, reference, key_id, payload)}
            for reference, kind, language, key_id, payload in rows]


def test_an_owner_adds_somebody_who_comes_in_by_the_mail(desk, owner):
    client = staff.signed_in(desk, desk.client(), owner)
    added = client.post(f"{API}/users", json={"email": " Max@Business.example ", "role": "viewer", "first_name": "Max"})
    assert added.status == 201 and added.json()["state"] == "invited" and added.json()["email"] == "max@business.example"
    assert client.post(f"{API}/users", json={"email": "max@business.example", "role": "owner"}).code == "conflict"
    assert client.post(f"{API}/users/{added.json()['id']}/resend", json={}).status == 202
    first, second = messages(desk, "max@business.example")
    assert first["kind"] == second["kind"] == "staff_invitation" and second["language"] == "es"
    links = [message["url"].partition("/console/activate#")[2] for message in (first, second)]
    max_ = desk.client()
    assert max_.post(f"{API}/activation", json={"token": links[0], "password": PASSWORD}).code == "activation_replaced"
    assert max_.post(f"{API}/activation", json={"token": links[1], "password": PASSWORD}).status == 200
    assert client.post(f"{API}/users/{added.json()['id']}/resend", json={}).code == "conflict"
    # A viewer sees who there is and changes nothing.
    assert [user["email"] for user in max_.get(f"{API}/users").json()["items"]] == ["max@business.example", owner.email]
    assert max_.post(f"{API}/users", json={"email": "other@business.example", "role": "owner"}).code == "permission_required"
    assert max_.request("PATCH", f"{API}/users/{added.json()['id']}", json={"role": "owner"}).code == "permission_required"
    # Another role counts at the next request, on every worker.
    assert client.request("PATCH", f"{API}/users/{added.json()['id']}", json={"role": "owner"}).json()["role"] == "owner"
    for number in range(BOTH_WORKERS):
        assert max_.post(f"{API}/users", json={"email": f"other{number}@business.example", "role": "viewer"}).status == 201
    assert client.delete(f"{API}/users/{added.json()['id']}").status == 204
    for _ in range(BOTH_WORKERS):
        assert max_.get(f"{API}/session").status == 401
    actions = [action for _, who, action in staff.activities(desk, desk.account_id) if who == owner.staff_id]
    assert actions == ["staff_added", "staff_invitation_resent", "staff_role_changed", "staff_removed"]


def test_the_last_owner_stays(desk, owner):
    client = staff.signed_in(desk, desk.client(), owner)
    path = f"{API}/users/{owner.staff_id}"
    assert client.request("PATCH", path, json={"role": "manager"}).code == "last_owner"
    assert client.delete(path).code == "last_owner"
    assert client.request("PATCH", path, json={"role": "owner"}).status == 200
    # An invited owner is none yet.
    invited = staff.add_staff(desk, desk.account_id, state="invited")
    assert client.delete(path).code == "last_owner"
    assert client.delete(f"{API}/users/{invited.staff_id}").status == 204
    staff.add_staff(desk, desk.account_id)
    assert client.request("PATCH", path, json={"role": "viewer"}).status == 200
    assert client.get(f"{API}/session").json()["staff"]["role"] == "viewer"


def test_two_owners_who_remove_each_other_leave_one(desk):
    for _ in range(10):
        desk.rows("UPDATE portal.staff SET state = 'removed', removed_at = now(), password_hash = NULL WHERE account_id = %s AND state <> 'removed'", desk.account_id)
        pair = [staff.add_staff(desk, desk.account_id) for _ in range(2)]
        clients = [staff.signed_in(desk, desk.client(), who) for who in pair]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda each: each[0].delete(f"{API}/users/{each[1].staff_id}"), zip(clients, reversed(pair))))
        assert desk.value("SELECT count(*) FROM portal.staff WHERE account_id = %s AND state = 'active' AND role = 'owner'", desk.account_id) == 1


def test_a_forgotten_password(desk, owner):
    client = staff.signed_in(desk, desk.client(), owner)
    for email in (owner.email, "nobody@business.example"):
        assert desk.client().post(f"{API}/password-reset", json={"email": email}).status == 202
    (mail,) = messages(desk, owner.email)
    assert mail["kind"] == "staff_password_reset"
    token = mail["url"].partition("/console/password#")[2]
    assert desk.client().post("/api/v1/password", json={"token": token, "password": PASSWORD}).code == "token_unknown"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: desk.client().post(f"{API}/password", json={"token": token, "password": PASSWORD}), range(4)))
    assert [answer.status for answer in answers].count(204) == 1 and {answer.status for answer in answers} <= {204, 409, 410}
    assert client.get(f"{API}/session").status == 401, "all sessions end"
    assert desk.client().post(f"{API}/session", json={"email": owner.email, "password": desk.password}).status == 401
    assert desk.client().post(f"{API}/session", json={"email": owner.email, "password": PASSWORD}).status == 200
    assert [message["kind"] for message in messages(desk, owner.email)] == ["staff_password_reset", "staff_password_changed"]


def test_changing_the_own_password_ends_all_other_sessions(desk, owner):
    client, other = (staff.signed_in(desk, desk.client(), owner) for _ in range(2))
    former = dict(client.cookies)
    wrong = client.post(f"{API}/me/password", json={"current_password": "not this one", "password": PASSWORD})
    assert wrong.status == 400 and wrong.json()["errors"] == [{"pointer": "/current_password", "code": "wrong"}]
    assert client.post(f"{API}/me/password", json={"current_password": desk.password, "password": PASSWORD}).status == 200
    for _ in range(BOTH_WORKERS):
        assert client.get(f"{API}/session").status == 200
        assert other.get(f"{API}/session").status == 401
    client.cookies = former
    assert client.get(f"{API}/session").status == 401
    assert desk.client().post(f"{API}/session", json={"email": owner.email, "password": PASSWORD}).status == 200
    (notice,) = messages(desk, owner.email)
    assert notice["kind"] == "staff_password_changed"


def test_own_sessions_are_listed_and_ended_one_by_one(desk, owner):
    client, other = (staff.signed_in(desk, desk.client(), owner) for _ in range(2))
    items = client.get(f"{API}/sessions").json()["items"]
    assert [item["current"] for item in items].count(True) == 1 and len(items) == 2
    elsewhere = next(item["id"] for item in items if not item["current"])
    assert client.delete(f"{API}/sessions/{elsewhere}").status == 204
    assert other.get(f"{API}/session").status == 401
    assert client.delete(f"{API}/sessions/{elsewhere}").status == 404
    me = client.request("PATCH", f"{API}/me", json={"first_name": None, "language": "es"})
    assert me.json()["staff"]["first_name"] is None and me.json()["staff"]["language"] == "es"


def test_keys_end_with_the_owner_who_made_them(desk, owner):
    client = staff.signed_in(desk, desk.client(), owner)
    for how in ("removed", "demoted"):
        leaving = staff.add_staff(desk, desk.account_id)
        made = staff.signed_in(desk, desk.client(), leaving).post(f"{API}/api-keys", json={"name": f"Of the {how}", "scopes": ["import"]})
        assert made.status == 201, made.text
        headers = {"Authorization": f"Bearer {made.json()['key']}"}
        path = "/api/v1/import/clients?external_id=x"
        assert desk.client().get(path, headers=headers).status in (200, 404)
        if how == "removed":
            assert client.delete(f"{API}/users/{leaving.staff_id}").status == 204
        else:
            assert client.request("PATCH", f"{API}/users/{leaving.staff_id}", json={"role": "manager"}).status == 200
        assert desk.client().get(path, headers=headers).status == 401
