"""Who am I, switch, sign out: what succeeds, what is refused, and when a session is dead."""

import concurrent.futures
import time
from contextlib import closing

import pytest

from support.people import BOTH_WORKERS, COOKIE, comparable, hash_of, make_token

SESSION = "/api/v1/session"
SWITCH = "/api/v1/session/membership"

# --- who am I


def test_nobody_is_signed_in_without_a_session(people):
    token, _ = make_token()
    for cookie in (None, "", token, token[:-1], "A" * 43, "=" * 43, "x" * 3000):
        answer = people.client().get(SESSION, headers={"Cookie": None if cookie is None else f"{COOKIE}={cookie}"})
        assert answer.code == "not_signed_in", cookie


def test_two_session_cookies_are_none(people):
    """R19: their order says nothing about who set them."""
    client = people.signed_in(people.add_member())
    token = client.cookies[COOKIE]
    other, _ = make_token()
    for cookie in (f"{COOKIE}={token}; {COOKIE}={other}", f"{COOKIE}={other}; {COOKIE}={token}", f"{COOKIE}={token}; {COOKIE}={token}"):
        assert people.client().get(SESSION, headers={"Cookie": cookie}).code == "not_signed_in", cookie
    # A cookie for https is of no use here, and neither hides nor replaces the right one.
    answer = people.client().get(SESSION, headers={"Cookie": f"__Host-{COOKIE}={other}; {COOKIE}={token}; theme=dark"})
    assert answer.status == 200
    assert people.client().get(SESSION, headers={"Cookie": f"__Host-{COOKIE}={token}"}).code == "not_signed_in"


def test_a_session_counts_only_at_its_account(people):
    client = people.signed_in(people.add_member())
    stranger = people.site.client("brightwater")
    stranger.cookies = dict(client.cookies)
    for _ in range(BOTH_WORKERS):
        assert stranger.get(SESSION).code == "not_signed_in"
    # Nor can it be ended from there.
    assert stranger.delete(SESSION).status == 204
    assert client.get(SESSION).status == 200


ENDINGS = {
    "ended": "UPDATE portal.session SET ended_at = now() WHERE session_id = %(session)s",
    "deleted": "DELETE FROM portal.session WHERE session_id = %(session)s",
    "over its absolute limit": "UPDATE portal.session SET created_at = now() - interval '90 days', expires_at = now() - interval '1 s' "
                               "WHERE session_id = %(session)s",
    "idle for too long": "UPDATE portal.session SET last_used_at = now() - interval '14 days 1 s' WHERE session_id = %(session)s",
    "member removed": "UPDATE portal.member SET state = 'removed', removed_at = now(), password_hash = NULL WHERE member_id = %(member)s",
    "member locked": "UPDATE portal.member SET state = 'locked' WHERE member_id = %(member)s",
    "membership ended": "UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE membership_id = %(membership)s",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_session_that_ended_is_refused_at_the_next_request(people, ending):
    person = people.add_member("Acme", "Zenith")
    client = people.signed_in(person)
    for _ in range(BOTH_WORKERS):  # until both workers remember it
        assert client.get(SESSION).status == 200
    values = {"session": people.session_of(client)["session_id"], "member": person.member_id, "membership": person.membership_id}
    people.rows(ENDINGS[ending] % values)
    assert people.is_dead(client.cookies[COOKIE])


def test_a_session_that_is_used_stays(people):
    client = people.signed_in(people.add_member())
    people.rows("UPDATE portal.session SET last_used_at = now() - interval '13 days 23 h' WHERE session_id = %s", people.session_of(client)["session_id"])
    assert client.get(SESSION).status == 200


def test_permissions_change_with_the_next_request(people):
    """R31, on workers that remember the session."""
    person = people.add_member()
    client = people.signed_in(person)

    def change(*permissions):
        people.rows("UPDATE portal.membership SET permissions = %s WHERE membership_id = %s", list(permissions), person.membership_id)

    for _ in range(BOTH_WORKERS):
        assert client.get("/api/v1/jobs").status == 200
    for _ in range(3):
        change("view_documents")
        for _ in range(BOTH_WORKERS):
            assert client.get("/api/v1/jobs").code == "permission_required"
        assert client.get(SESSION).json()["membership"]["permissions"] == ["view_documents"]
        change("view_job_status")
        for _ in range(BOTH_WORKERS):
            assert client.get("/api/v1/jobs").status == 200
    change()
    assert client.get(SESSION).json()["membership"]["permissions"] == []


def test_a_page_that_shows_another_client_is_told(people):
    person = people.add_member("Acme", "Zenith")
    client = people.signed_in(person)
    shown = {"Portal-Membership": str(person.memberships["Acme"])}
    assert client.get(SESSION, headers=shown).status == 200
    assert client.put(SWITCH, json={"membership_id": str(person.memberships["Zenith"])}).status == 200
    for _ in range(BOTH_WORKERS):
        assert client.get(SESSION, headers=shown).code == "membership_changed"
    assert client.get(SESSION, headers={"Portal-Membership": str(person.memberships["Zenith"])}).status == 200


# --- switching


def test_switching_makes_a_new_session_id(people):
    person = people.add_member("Acme", "Zenith")
    client = people.signed_in(person)
    first, row = client.cookies[COOKIE], people.session_of(client)
    answer = client.put(SWITCH, json={"membership_id": str(person.memberships["Zenith"])})
    assert answer.status == 200
    assert answer.json()["membership"] == {**people.described(person, "Zenith"),
                                           "permissions": ["view_completed_jobs", "view_documents", "view_job_status"]}
    assert client.cookies[COOKIE] != first
    assert people.is_dead(first)
    for _ in range(BOTH_WORKERS):
        assert client.get(SESSION).json() == answer.json()
    assert people.session_of(client)["session_id"] == row["session_id"]
    # The next sign-in starts where this one went.
    assert people.signed_in(person).get(SESSION).json()["membership"]["id"] == str(person.memberships["Zenith"])


def test_switching_to_what_is_not_ones_own_is_not_found(people):
    person = people.add_member("Acme", "Zenith", "Mill")
    stranger = people.add_member("Mill")
    people.rows("UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE membership_id = %s", person.memberships["Mill"])
    elsewhere = people.value("SELECT min(membership_id) FROM portal.membership WHERE account_id <> %s", people.account_id)
    client = people.signed_in(person)
    token = client.cookies[COOKIE]
    targets = {"another member's": stranger.membership_id, "another account's": elsewhere, "ended": person.memberships["Mill"],
               "unknown": 2**62, "the largest": 2**63 - 1}
    answers = {name: client.put(SWITCH, json={"membership_id": str(target)}) for name, target in targets.items()}
    for name, answer in answers.items():
        assert comparable(answer) == comparable(answers["unknown"]), name
        assert answer.code == "not_found"
    assert client.cookies[COOKIE] == token
    assert client.get(SESSION).json()["membership"]["id"] == str(person.memberships["Acme"])


@pytest.mark.parametrize("value, code", [(12, "invalid_type"), (None, "invalid_type"), ("", "invalid_id"), ("0", "invalid_id"), ("-1", "invalid_id"),
                                         ("01", "invalid_id"), ("1.0", "invalid_id"), (" 1", "invalid_id"), ("9223372036854775808", "invalid_id"),
                                         ("1' OR 1=1", "invalid_id"), (["1"], "invalid_type")])
def test_switching_needs_an_id(people, value, code):
    answer = people.signed_in(people.add_member()).put(SWITCH, json={"membership_id": value})
    assert answer.status == 400
    assert answer.json()["errors"] == [{"pointer": "/membership_id", "code": code}]


def test_switching_needs_a_session(people):
    assert people.client().put(SWITCH, json={"membership_id": "1"}).code == "not_signed_in"


# --- signing out


def test_signing_out_ends_the_session_everywhere(people):
    person = people.add_member()
    elsewhere, client = people.signed_in(person), people.signed_in(person)
    token = client.cookies[COOKIE]
    for _ in range(BOTH_WORKERS):
        assert client.get(SESSION).status == 200
    answer = client.delete(SESSION)
    assert answer.status == 204
    pair, *attributes = [part.strip() for part in answer.header("Set-Cookie").split(";")]
    assert (pair, sorted(attributes)) == (f"{COOKIE}=", ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax"])
    assert COOKIE not in client.cookies
    assert people.is_dead(token)
    assert elsewhere.get(SESSION).status == 200


def test_signing_out_with_the_token_before_a_switch_ends_the_session(people):
    """Whoever signs out while the answer to a switch is on its way still sends the former one."""
    person = people.add_member("Acme", "Zenith")
    client = people.signed_in(person)
    former = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
    assert client.put(SWITCH, json={"membership_id": str(person.memberships["Zenith"])}).status == 200
    current = client.cookies[COOKIE]
    assert people.client().get(SESSION, headers=former).code == "not_signed_in", "it opens nothing"
    assert client.get(SESSION).status == 200
    assert people.client().delete(SESSION, headers=former).status == 204
    assert people.is_dead(current)


def test_signing_out_beside_a_switch_ends_the_session(people):
    """Both wait for the session's row, and either may be the first to get it."""
    person = people.add_member("Acme", "Zenith")
    for _ in range(6):
        client, leaving = people.signed_in(person), people.client()
        row = people.session_of(client)
        cookie = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
        with closing(people.site.postgres.connect()) as connection, concurrent.futures.ThreadPoolExecutor(2) as pool:
            connection.autocommit = False
            with closing(connection.cursor()) as cursor:
                cursor.execute("SELECT 1 FROM portal.session WHERE session_id = %s FOR UPDATE", (row["session_id"],))
                switched = pool.submit(client.put, SWITCH, json={"membership_id": str(person.memberships["Zenith"])})
                signed_out = pool.submit(leaving.delete, SESSION, headers=cookie)
                time.sleep(0.05)
                connection.rollback()
        assert signed_out.result().status == 204
        assert switched.result().status in (200, 401, 404)
        assert people.value("SELECT ended_at IS NOT NULL FROM portal.session WHERE session_id = %s", row["session_id"])


def test_signing_out_is_the_same_for_nobody(people):
    client = people.signed_in(people.add_member())
    token = client.cookies[COOKIE]
    first = client.delete(SESSION)
    for cookie in (token, make_token()[0], "garbage", None):
        answer = people.client().delete(SESSION, headers={"Cookie": cookie and f"{COOKIE}={cookie}"})
        assert (answer.status, answer.header("Set-Cookie")) == (first.status, first.header("Set-Cookie"))


# --- around it


@pytest.mark.parametrize("method, path, allowed", [("PATCH", SESSION, {"GET", "POST", "DELETE"}), ("PUT", SESSION, {"GET", "POST", "DELETE"}),
                                                   ("GET", SWITCH, {"PUT"}), ("POST", SWITCH, {"PUT"}), ("DELETE", SWITCH, {"PUT"}),
                                                   ("OPTIONS", SESSION, {"GET", "POST", "DELETE"})])
def test_other_methods(people, method, path, allowed):
    client = people.signed_in(people.add_member())
    answer = client.request(method, path, json={})
    assert answer.code == "method_not_allowed"
    assert {word.strip() for word in answer.header("Allow").split(",")} - {"HEAD"} == allowed
    assert client.get(SESSION).status == 200


@pytest.mark.parametrize("method, path, body", [("GET", SESSION, None), ("POST", SESSION, {"email": "a@b.example", "password": "x"}),
                                                ("DELETE", SESSION, None), ("PUT", SWITCH, {"membership_id": "1"})])
def test_unknown_parameters_are_refused(people, method, path, body):
    client = people.signed_in(people.add_member())
    answer = client.request(method, path + "?debug=1", json=body)
    assert answer.code == "unknown_parameter"
    assert answer.json()["errors"] == [{"pointer": "/query/debug", "code": "unknown_field"}]
    assert client.get(SESSION).status == 200


def test_the_hash_of_a_session_is_no_session(people):
    """Whoever reads the database cannot sign in with what stands there."""
    client = people.signed_in(people.add_member())
    stored = hash_of(client.cookies[COOKIE])
    thief = people.client()
    thief.cookies[COOKIE] = stored.hex()
    assert thief.get(SESSION).code == "not_signed_in"
