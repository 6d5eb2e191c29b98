"""From the link of an invitation to a session."""

import concurrent.futures
import re
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest

from support.client import Client
from support.people import COOKIE, People, hash_of, make_token

LOOKUP = "/api/v1/activation/lookup"
ACTIVATION = "/api/v1/activation"
SESSION = "/api/v1/session"

NEW_PASSWORD = "five small blue teapots"


def activate(client: Client, token: str, email: str, password: str = NEW_PASSWORD):
    return client.post(ACTIVATION, json={"token": token, "email": email, "password": password})


def sign_in(client: Client, email: str, password: str):
    return client.post(SESSION, json={"email": email, "password": password})


def link_state(people, token: str) -> tuple:
    ((used_at, revoked_at),) = people.rows("SELECT used_at, revoked_at FROM portal.one_time_token WHERE token_hash = %s", hash_of(token))
    return used_at is not None, revoked_at is not None


def membership_state(people, person) -> str:
    return people.value("SELECT state FROM portal.membership WHERE membership_id = %s", person.membership_id)


def messages_of(people, person) -> list[tuple]:
    return people.rows("SELECT kind, channel, recipient, language, payload, key_id FROM portal.outbox_message WHERE member_id = %s", person.member_id)


# --- looking it up


def test_the_link_says_what_it_is_for(people):
    person, token = people.invite(client="Zenith")
    answer = people.client().post(LOOKUP, json={"token": token})
    assert answer.status == 200
    told = answer.json()
    expires_at = datetime.fromisoformat(told.pop("expires_at").replace("Z", "+00:00"))
    assert abs(expires_at - datetime.now(timezone.utc) - timedelta(days=7)) < timedelta(minutes=1)
    assert told == {"client": {"name": "Zenith"}, "email": person.email, "has_login": False}


def test_looking_up_consumes_nothing(people):
    person, token = people.invite()
    for _ in range(3):
        answer = people.client().post(LOOKUP, json={"token": token})
        assert (answer.status, answer.header("Set-Cookie")) == (200, None)
    assert link_state(people, token) == (False, False)
    assert activate(people.client(), token, person.email).status == 200


def test_a_link_by_text_message_has_no_address(people):
    _, token = people.invite(email=None)
    assert people.client().post(LOOKUP, json={"token": token}).json()["email"] is None


def test_a_known_login_is_told(people):
    person = people.add_member("Acme")
    people.add_membership(person, "Mill", state="invited")
    told = people.client().post(LOOKUP, json={"token": people.add_link(person, client="Mill")}).json()
    assert (told["client"], told["email"], told["has_login"]) == ({"name": "Mill"}, person.email, True)


# --- links that do not work (any more)


def dead_links(people) -> dict[str, tuple[str, str]]:
    """The token of each, and the code that says why."""
    used, expired, replaced, cancelled, ended, removed, locked, other = (people.invite()[0] for _ in range(8))
    links = {
        "used": (people.add_link(used, used=True), "activation_used"),
        "expired": (people.add_link(expired, days=-0.0001), "activation_expired"),
        "replaced": (people.add_link(replaced, revoked="replaced"), "activation_replaced"),
        "cancelled": (people.add_link(cancelled, revoked="cancelled"), "activation_cancelled"),
        "of an ended membership": (people.add_link(ended), "activation_cancelled"),
        "of a removed member": (people.add_link(removed), "activation_cancelled"),
        "of a locked member": (people.add_link(locked), "activation_cancelled"),
        "of an active membership": (people.add_link(people.add_member()), "activation_used"),
        "for another purpose": (people.add_link(other, purpose="email_change"), "token_unknown"),
        "for a password": (people.add_link(other, purpose="password_reset"), "token_unknown"),
        "unknown": (make_token()[0], "token_unknown"),
        "too short": (make_token()[0][:-1], "token_unknown"),
        "with other last bits": ("A" * 42 + "B", "token_unknown"),
        "the hash": (hash_of(people.invite()[1]).hex(), "token_unknown"),
        "words": ("no token at all", "token_unknown"),
        "as long as allowed": ("x" * 256, "token_unknown"),
    }
    people.rows("UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE membership_id = %s", ended.membership_id)
    people.rows("UPDATE portal.member SET state = 'removed', removed_at = now() WHERE member_id = %s", removed.member_id)
    people.rows("UPDATE portal.member SET state = 'locked' WHERE member_id = %s", locked.member_id)
    return links


def test_dead_links_say_why(people):
    for name, (token, code) in dead_links(people).items():
        client = people.client()
        assert client.post(LOOKUP, json={"token": token}).code == code, name
        answer = activate(client, token, "somebody@mail.example")
        assert (answer.code, answer.header("Set-Cookie")) == (code, None), name


def test_an_expired_link_says_where_a_new_one_would_go(people):
    person, _ = people.invite(email="kim.late@zenith.example")
    expired = people.add_link(person, days=-0.0001)
    told = people.client().post(LOOKUP, json={"token": expired})
    assert told.json()["sent_to"] == "k•••@zenith.example"
    assert "kim.late" not in told.text
    assert activate(people.client(), expired, "somebody@mail.example").json()["sent_to"] == "k•••@zenith.example"
    for name, (token, code) in dead_links(people).items():
        assert ("sent_to" in people.client().post(LOOKUP, json={"token": token}).json()) == (code == "activation_expired"), name


def test_unknown_tokens_are_all_alike(people):
    answers = []
    for token, code in dead_links(people).values():
        if code == "token_unknown":
            answer = people.client().post(LOOKUP, json={"token": token})
            answers.append({**answer.json(), "request_id": None})
    assert len(answers) > 4 and all(answer == answers[0] for answer in answers)


def test_a_link_works_only_at_its_account(people):
    person, token = people.invite()
    stranger = people.site.client("brightwater")
    assert stranger.post(LOOKUP, json={"token": token}).code == "token_unknown"
    assert activate(stranger, token, person.email).code == "token_unknown"
    assert link_state(people, token) == (False, False)


@pytest.mark.parametrize("path", [LOOKUP, ACTIVATION])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_redeems_nothing(people, path, method):
    """R10: neither the page of the link nor a look at the API."""
    _, token = people.invite()
    for target in (path, f"{path}?token={token}", f"/activate?token={token}"):
        answer = people.client().request(method, target)
        assert answer.status == (405 if target.startswith("/api") else 200)
        assert answer.header("Set-Cookie") is None
    assert link_state(people, token) == (False, False)


# --- activating


def test_activating_signs_in(people):
    person, token = people.invite(client="Zenith", first_name="Tom", surname="Reed")
    client = people.client()
    answer = activate(client, token, person.email)
    assert answer.status == 200
    own = {"id": str(person.membership_id), "client": {"id": str(people.clients["Zenith"]), "name": "Zenith"}}
    assert answer.json() == {
        "member": {"id": str(person.member_id), "email": person.email, "first_name": "Tom", "surname": "Reed", "language": None,
                   "email_change_pending": False},
        "membership": {**own, "permissions": ["view_completed_jobs", "view_documents", "view_job_status"]},
        "memberships": [own],
    }
    assert client.get(SESSION).json() == answer.json()
    assert client.get("/api/v1/jobs").status == 200
    row = people.member_row(person)
    assert (row["email"], row["pending_email"], row["state"]) == (person.email, None, "active")
    assert row["last_sign_in_at"] is not None
    parameters = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+,keyid=[^$]+\$([^$]+)\$", row["password_hash"])
    assert int(parameters[1]) >= 19456 and int(parameters[2]) >= 2 and len(parameters[3]) >= 22
    assert membership_state(people, person) == "active"
    assert link_state(people, token) == (True, False)
    assert messages_of(people, person) == []


def test_the_new_password_is_the_login(people):
    person, token = people.invite()
    activate(people.client(), token, person.email.upper())
    assert sign_in(people.client(), person.email, NEW_PASSWORD).status == 200
    assert sign_in(people.client(), person.email, NEW_PASSWORD + " ").code == "invalid_credentials"


def test_a_used_link_says_so_and_changes_nothing(people):
    person, token = people.invite()
    activate(people.client(), token, person.email)
    before = people.member_row(person)
    answer = activate(people.client(), token, person.email, "another long password")
    assert (answer.code, answer.header("Set-Cookie")) == ("activation_used", None)
    assert people.member_row(person) == before


def test_other_links_of_the_same_membership_end_with_it(people):
    person, token = people.invite()
    second = people.add_link(person)
    assert activate(people.client(), token, person.email).status == 200
    assert activate(people.client(), second, person.email).code == "activation_used"


def test_the_session_that_came_along_ends(people):
    other = people.add_member()
    client = people.signed_in(other)
    former = dict(client.cookies)
    person, token = people.invite()
    assert activate(client, token, person.email).json()["member"]["id"] == str(person.member_id)
    assert client.cookies[COOKIE] != former[COOKIE]
    thief = people.client()
    thief.cookies = former
    for _ in range(12):
        assert thief.get(SESSION).code == "not_signed_in"


def test_of_many_at_once_one_wins(people):
    """R09. More than the hash queue takes are refused before hashing, and told to come back."""
    person, token = people.invite()
    clients = [people.client() for _ in range(100)]
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda client: activate(client, token, person.email), clients))
    winners = [client for client, answer in zip(clients, answers) if answer.status == 200]
    assert len(winners) == 1
    assert {answer.code for answer in answers if answer.status != 200} <= {"conflict", "activation_used", "overloaded", "deadline_exceeded"}
    assert people.value("SELECT count(*) FROM portal.session WHERE member_id = %s", person.member_id) == 1
    assert winners[0].get(SESSION).status == 200
    for client in clients:
        assert (COOKIE in client.cookies) == (client is winners[0])


# --- an address other than the invited one


def test_another_address_waits_for_its_confirmation(people):
    person, token = people.invite()
    typed = f"new.{person.email}"
    client = people.client()
    answer = activate(client, token, f" {typed.upper()} ")
    assert answer.status == 200
    assert (answer.json()["member"]["email"], answer.json()["member"]["email_change_pending"]) == (person.email, True)
    row = people.member_row(person)
    assert (row["email"], row["pending_email"]) == (person.email, typed)
    # Until it is confirmed the invited address is the login.
    assert sign_in(people.client(), typed, NEW_PASSWORD).code == "invalid_credentials"
    assert sign_in(people.client(), person.email, NEW_PASSWORD).status == 200


def test_the_confirmation_is_mailed_with_a_sealed_link(people):
    person, token = people.invite(language="en")
    typed = f"new.{person.email}"
    activate(people.client(), token, typed)
    ((kind, channel, recipient, language, payload, key_id),) = messages_of(people, person)
    assert (kind, channel, recipient, language) == ("email_confirmation", "email", typed, "en")
    assert key_id and people.origin.encode() not in bytes(payload)
    ((purpose, address, used_at, seconds),) = people.rows(
        """SELECT purpose, address, used_at, extract(epoch FROM expires_at - created_at)::bigint FROM portal.one_time_token
           WHERE member_id = %s AND purpose <> 'activation'""", person.member_id)
    assert (purpose, address, used_at, seconds) == ("email_change", typed, None, 7 * 86400)


def test_mail_is_written_in_the_portals_language_if_the_person_has_none(people):
    person, token = people.invite()
    activate(people.client(), token, f"new.{person.email}")
    assert messages_of(people, person)[0][3] == "es"


def test_the_answer_does_not_say_whether_an_address_is_known(people):
    known = people.add_member()
    bodies = []
    for typed in (known.email, "nobody.knows@mail.example"):
        person, token = people.invite()
        body = activate(people.client(), token, typed).json()
        assert body["member"].pop("id") == str(person.member_id)
        assert body["member"].pop("email") == person.email
        bodies.append((body["member"], messages_of(people, person)[0][:2]))
    assert bodies[0] == bodies[1]
    assert sign_in(people.client(), known.email, NEW_PASSWORD).code == "invalid_credentials"
    assert sign_in(people.client(), known.email, known.password).status == 200


def test_after_a_text_message_there_is_no_login_until_the_address_is_confirmed(people):
    person, token = people.invite(email=None)
    typed = f"sms{person.member_id}@mail.example"
    client = people.client()
    answer = activate(client, token, typed)
    assert answer.status == 200
    assert (answer.json()["member"]["email"], answer.json()["member"]["email_change_pending"]) == (None, True)
    assert client.get(SESSION).status == 200
    assert messages_of(people, person)[0][2] == typed
    assert sign_in(people.client(), typed, NEW_PASSWORD).code == "invalid_credentials"


# --- an address that has a login


def joining(people):
    person = people.add_member("Acme")
    people.add_membership(person, "Mill", state="invited")
    return person, people.add_link(person, client="Mill")


def test_a_login_joins_with_its_own_password(people):
    person, token = joining(people)
    before = people.member_row(person)
    client = people.client()
    answer = activate(client, token, person.email, person.password)
    assert answer.status == 200
    assert answer.json()["membership"]["client"]["name"] == "Mill"
    assert [entry["client"]["name"] for entry in answer.json()["memberships"]] == ["Acme", "Mill"]
    after = people.member_row(person)
    assert after["password_hash"] == before["password_hash"]
    assert (after["email"], after["pending_email"]) == (before["email"], None)


def test_a_login_that_joins_may_ask_for_another_address(people):
    person, token = joining(people)
    answer = activate(people.client(), token, f"new.{person.email}", person.password)
    assert (answer.json()["member"]["email"], answer.json()["member"]["email_change_pending"]) == (person.email, True)
    assert messages_of(people, person)[0][2] == f"new.{person.email}"
    assert sign_in(people.client(), person.email, person.password).status == 200


def test_a_login_is_never_taken_over_by_a_link(people):
    """Whoever gets hold of the link does not get the login: the existing password is asked for, and stays."""
    person, token = joining(people)
    before = people.member_row(person)
    for password in (NEW_PASSWORD, person.password + "x", "x"):
        answer = activate(people.client(), token, person.email, password)
        assert (answer.code, answer.header("Set-Cookie")) == ("invalid_credentials", None)
    assert people.member_row(person) == before
    assert link_state(people, token) == (False, False)
    assert people.value("SELECT state FROM portal.membership WHERE membership_id = %s", person.memberships["Mill"]) == "invited"
    assert activate(people.client(), token, person.email, person.password).status == 200


def test_the_rule_for_new_passwords_is_not_asked_of_old_ones(people):
    person, token = joining(people)
    people.rows("UPDATE portal.member SET first_name = %s WHERE member_id = %s", person.password[:12], person.member_id)
    assert activate(people.client(), token, person.email, person.password).status == 200


# --- new passwords


@pytest.mark.parametrize("password, code", [
    ("eleven char", "too_short"),
    ("ñ" * 11, "too_short"),
    ("x" * 1025, "too_long"),
    ("é" * 513, "too_long"),
    ("Harbour & Co 2026", "personal_password"),
    ("my-harbourco-password", "personal_password"),
    ("Harbour & Co online", "personal_password"),
    ("xx JOSEPHINE xx", "personal_password"),
    ("IBÁÑEZ de la Vega", "personal_password"),
    ("people who sign in", "personal_password"),
    ("josie.ibanez.2026", "personal_password"),
    ("password2026!", "common_password"),
    ("P4ssw0rd-P4ssw0rd", "common_password"),
    ("jibanez-at-work-1", "personal_password"),
], ids=lambda word: word[:24])
def test_new_passwords_that_are_refused(people, password, code):
    person, token = people.invite(email=f"josie.ibanez@mail{people.value('SELECT count(*) FROM portal.member')}.example", first_name="Josephine",
                                  surname="Ibáñez")
    answer = activate(people.client(), token, "jibanez@mail.example", password)
    assert answer.status == 400, password
    assert answer.json()["errors"] == [{"pointer": "/password", "code": code}]
    assert link_state(people, token) == (False, False)
    assert people.member_row(person)["password_hash"] is None


@pytest.mark.parametrize("password", ["twelve chars", "ñandú y búho", ("kettles on a hill, " * 60)[:1024], ("árboles del río, " * 32)[:512], "correct horse battery staple " * 3, " leading and trailing ",
                                      "\t\n\r tabs and lines", "🐎🐖🐄🐓🦆🐑🐐🐇🐕🐈🦔🦊🐎🐎"], ids=lambda password: f"{password[:12].strip()}_{len(password)}")
def test_new_passwords_that_are_taken_as_they_are(people, password):
    person, token = people.invite()
    assert activate(people.client(), token, person.email, password).status == 200
    assert sign_in(people.client(), person.email, password).status == 200
    for other in (password[1:], password[:-1]):
        assert sign_in(people.client(), person.email, other).code == "invalid_credentials"


@pytest.mark.parametrize("minimum", [8, 20])
def test_an_account_sets_its_own_minimum(shared_site, portal, minimum):
    with closing(People(shared_site, slug=f"minimum-{minimum}", minimum_length=minimum)) as people:
        person, token = people.invite()
        assert activate(people.client(), token, person.email, "x" * (minimum - 1)).json()["errors"] == [{"pointer": "/password", "code": "too_short"}]
        assert activate(people.client(), token, person.email, "kettles on seven quiet hills"[:minimum]).status == 200


@pytest.mark.parametrize("email", ["nobody", "a@", "@b.example", "a@b@c.example", "a b@c.example", "a@b.example\nbcc: c@d.example", "<a@b.example>",
                                   "a@b..example", "   "])
def test_addresses_that_are_refused(people, email):
    _, token = people.invite()
    answer = activate(people.client(), token, email)
    assert answer.json()["errors"] == [{"pointer": "/email", "code": "invalid_email"}]
    assert link_state(people, token) == (False, False)


def test_all_mistakes_are_told_at_once(people):
    answer = people.client().post(ACTIVATION, json={"email": "nobody", "password": "", "remember": True})
    assert answer.status == 400
    assert sorted((error["pointer"], error["code"]) for error in answer.json()["errors"]) == [
        ("/email", "invalid_email"), ("/password", "too_short"), ("/remember", "unknown_field"), ("/token", "required")]


@pytest.mark.parametrize("path", [LOOKUP, ACTIVATION])
def test_unknown_parameters_are_refused(people, path):
    person, token = people.invite()
    body = {"token": token} if path == LOOKUP else {"token": token, "email": person.email, "password": NEW_PASSWORD}
    assert people.client().post(path + "?next=https://evil.example", json=body).code == "unknown_parameter"
    assert link_state(people, token) == (False, False)
