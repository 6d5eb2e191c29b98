"""Staff sign in, stay signed in apart from members, and are out at once when that is over."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from support import staff
from support.courier import wait_until
from support.people import BOTH_WORKERS, comparable

SESSION = "/api/v1/staff/session"
ACTIVATION = "/api/v1/staff/activation"
PASSWORD = "seven tall green lamps"


@pytest.fixture
def olivia(people) -> staff.Staff:
    return add(people)


def add(people, role: str = "owner", **columns) -> staff.Staff:
    """With the password of everybody here."""
    return staff.add_staff(people, people.account_id, role, password_hash=people.password_hash, **columns)


def sign_in(people, who: staff.Staff):
    client = people.client()
    answer = client.post(SESSION, json={"email": who.email, "password": people.password})
    assert answer.status == 200, answer.text
    return client


def test_signing_in_says_who_one_is_on_every_worker(people, olivia):
    client = people.client()
    answer = client.post(SESSION, json={"email": f"  {olivia.email.upper()} ", "password": people.password})
    assert answer.status == 200
    assert answer.json() == {
        "staff": {"id": str(olivia.staff_id), "email": olivia.email, "first_name": "Olivia", "surname": "Grant", "role": "owner", "language": None, "work_request_mail": False},
        "account": {"name": "Harbour & Co", "time_zone": "Europe/London"}, "portal_created": True}
    (cookie,) = [line for line in answer.all_headers("Set-Cookie") if line.startswith("portal-staff=")]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Max-Age=604800" in cookie
    for _ in range(BOTH_WORKERS):
        assert client.get(SESSION).json() == answer.json()
    assert people.value("SELECT last_sign_in_at > now() - interval '1 minute' FROM portal.staff WHERE staff_id = %s", olivia.staff_id)
    assert ("staff", olivia.staff_id, "signed_in") in staff.activities(people, people.account_id)


def test_a_former_session_ends_with_a_new_one(people, olivia):
    client = sign_in(people, olivia)
    former = dict(client.cookies)
    assert client.post(SESSION, json={"email": olivia.email, "password": people.password}).status == 200
    assert client.get(SESSION).status == 200
    client.cookies = former
    for _ in range(BOTH_WORKERS):
        assert client.get(SESSION).status == 401


def test_refusals_are_alike(people, olivia):
    add(people, state="invited", email="invited@business.example")
    add(people, state="removed", email="removed@business.example")
    member = people.add_member(email="member@business.example")
    answers = [people.client().post(SESSION, json={"email": email, "password": password}) for email, password in (
        (olivia.email, "not the one at all"), ("nobody@business.example", people.password), ("invited@business.example", people.password),
        ("removed@business.example", people.password), (member.email, member.password), ("no address", people.password))]
    assert {answer.status for answer in answers} == {401}
    assert len({str(comparable(answer)) for answer in answers}) == 1


def test_members_and_staff_of_one_address_are_apart(people):
    who = add(people, email="both@mail.example")
    member = people.add_member(email="both@mail.example")
    client = sign_in(people, who)
    assert client.get("/api/v1/session").status == 401
    assert client.post("/api/v1/session", json={"email": member.email, "password": member.password}).status == 200
    assert client.get("/api/v1/session").status == client.get(SESSION).status == 200
    assert client.delete("/api/v1/session").status == 204
    assert client.get(SESSION).status == 200
    # Under the other's name a token opens nothing.
    client.cookies = {"portal-member": client.cookies[staff.COOKIE]}
    assert client.get("/api/v1/session").status == 401


@pytest.mark.parametrize("change", [
    "UPDATE portal.staff_session SET ended_at = now() WHERE staff_id = %s",
    "UPDATE portal.staff SET state = 'removed', removed_at = now(), password_hash = NULL WHERE staff_id = %s",
    "UPDATE portal.staff_session SET last_used_at = now() - interval '12 hours 1 second' WHERE staff_id = %s",
    "UPDATE portal.staff_session SET created_at = now() - interval '8 days', expires_at = now() - interval '1 second' WHERE staff_id = %s",
], ids=["ended", "removed", "idle", "too old"])
def test_an_ended_session_is_dead_on_every_worker_at_once(people, olivia, change):
    client = sign_in(people, olivia)
    for _ in range(BOTH_WORKERS):
        assert client.get(SESSION).status == 200
    people.rows(change, olivia.staff_id)
    for _ in range(BOTH_WORKERS):
        assert client.get(SESSION).status == 401


def test_signing_out_ends_it_for_every_worker(people, olivia):
    client = sign_in(people, olivia)
    cookies = dict(client.cookies)
    answer = client.delete(SESSION)
    assert answer.status == 204 and staff.COOKIE not in client.cookies
    client.cookies = cookies
    for _ in range(BOTH_WORKERS):
        assert client.get(SESSION).status == 401
    assert client.delete(SESSION).status == 204


def test_a_changed_role_counts_at_the_next_request(people, olivia):
    client = sign_in(people, olivia)
    for role in ("viewer", "manager", "owner"):
        people.rows("UPDATE portal.staff SET role = %s WHERE staff_id = %s", role, olivia.staff_id)
        for _ in range(BOTH_WORKERS):
            answer = client.get(SESSION)
            assert answer.status == 200 and answer.json()["staff"]["role"] == role


def test_only_the_portals_own_pages_sign_in(people, olivia):
    body = {"email": olivia.email, "password": people.password}
    assert people.client().post(SESSION, json=body, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert people.client().post(SESSION, json=body, headers={"Sec-Fetch-Site": None, "Origin": people.origin}).status == 200


def test_a_link_is_used_once_and_signs_in(people):
    who = add(people, "manager", state="invited", first_name="", surname="")
    link = staff.add_link(people, who)
    client = people.client()
    told = client.post(f"{ACTIVATION}/lookup", json={"token": link})
    assert told.status == 200 and told.json()["email"] == who.email and told.json()["account"] == {"name": "Harbour & Co"}
    for password, code in (("short", "too_short"), ("password1234", "common_password"), ("harbour & co rules", "personal_password")):
        refused = client.post(ACTIVATION, json={"token": link, "password": password})
        assert refused.status == 400 and refused.json()["errors"] == [{"pointer": "/password", "code": code}]
    assert client.get(SESSION).status == 401
    opened = client.post(ACTIVATION, json={"token": link, "password": PASSWORD, "first_name": "Max", "surname": "Ode"})
    assert opened.status == 200 and opened.json()["staff"] == {
        "id": str(who.staff_id), "email": who.email, "first_name": "Max", "surname": "Ode", "role": "manager", "language": None, "work_request_mail": False}
    assert client.get(SESSION).status == 200
    assert client.post(f"{ACTIVATION}/lookup", json={"token": link}).code == "activation_used"
    assert people.client().post(SESSION, json={"email": who.email, "password": PASSWORD}).status == 200
    assert ("staff", who.staff_id, "staff_activated") in staff.activities(people, people.account_id)


def test_of_many_who_activate_at_once_one_wins(people):
    who = add(people, state="invited")
    link = staff.add_link(people, who)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: people.client().post(ACTIVATION, json={"token": link, "password": PASSWORD}), range(12)))
    assert sorted(answer.status for answer in answers)[0] == 200
    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.status for answer in answers} <= {200, 409, 410}


def test_last_use_is_written_outside_the_request(people, olivia):
    client = sign_in(people, olivia)
    people.rows("UPDATE portal.staff_session SET last_used_at = now() - interval '10 minutes' WHERE staff_id = %s", olivia.staff_id)
    assert client.get(SESSION).status == 200
    wait_until(lambda: people.value("SELECT last_used_at > now() - interval '1 minute' FROM portal.staff_session WHERE staff_id = %s", olivia.staff_id))
