"""Changing one's own password, name and language while signed in."""

import concurrent.futures

import pytest

from support.client import Client
from support.people import COOKIE

PASSWORD = "/api/v1/me/password"
ME = "/api/v1/me"
SESSION = "/api/v1/session"

NEW_PASSWORD = "five small blue teapots"


def change(client: Client, current: str, new: str = NEW_PASSWORD):
    return client.post(PASSWORD, json={"current_password": current, "password": new})


def sign_in(people, person, password: str):
    return people.client().post(SESSION, json={"email": person.email, "password": password})


def test_the_session_goes_on_under_another_token_and_all_others_end(people):
    """R12, R13, R18."""
    person = people.add_member(language="en")
    client, elsewhere = people.signed_in(person), people.signed_in(person)
    before, row = client.cookies[COOKIE], people.session_of(client)
    shown = client.get(SESSION).json()
    answer = change(client, person.password)
    assert (answer.status, answer.json()) == (200, shown)
    assert client.cookies[COOKIE] != before
    assert people.session_of(client)["session_id"] == row["session_id"]
    assert client.get(SESSION).status == 200
    assert people.is_dead(before) and people.is_dead(elsewhere.cookies[COOKIE])
    assert sign_in(people, person, person.password).code == "invalid_credentials"
    assert sign_in(people, person, NEW_PASSWORD).status == 200
    (notice,) = people.messages_to(person, "password_changed")
    assert notice == {"channel": "email", "recipient": person.email, "language": "en", "origin": people.origin}


def test_a_wrong_current_password_changes_nothing(people):
    person = people.add_member()
    client = people.signed_in(person)
    cookie = client.cookies[COOKIE]
    answer = change(client, "not the one")
    assert (answer.status, answer.json()["errors"]) == (400, [{"pointer": "/current_password", "code": "wrong"}])
    assert client.cookies[COOKIE] == cookie and client.get(SESSION).status == 200
    assert sign_in(people, person, person.password).status == 200
    assert people.messages_to(person, "password_changed") == []
    line = (f'"event":"sign_in_failed","account":"{people.account_id}","member":"{person.member_id}","request_id":"{answer.json()["request_id"]}",'
            '"address":"127.0.0.1","operation":"change_password"')
    assert line in people.site.nginx.error_log.read_text(errors="replace")


def test_the_rule_is_asked_of_the_new_one(people):
    person = people.add_member(first_name="Ann-Person", surname="Quill")
    client = people.signed_in(person)
    for password, code in (("short", "too_short"), ("annperson 2026", "personal_password"), ("x" * 1025, "too_long"),
                           ("Unbelievable!99", "common_password")):
        assert change(client, person.password, password).json()["errors"] == [{"pointer": "/password", "code": code}]
    assert change(client, person.password).status == 200


def test_open_links_are_taken_back(people):
    person = people.add_member()
    reset = people.add_link(person, purpose="password_reset")
    assert change(people.signed_in(person), person.password).status == 200
    assert people.client().post("/api/v1/password", json={"token": reset, "password": "seven tall green lamps"}).code == "link_expired"


def test_of_many_at_once_one_wins(people):
    """R09's rule for a change: the old password is claimed by one conditional write."""
    person = people.add_member()
    clients = [people.signed_in(person) for _ in range(12)]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: change(clients[number], person.password, f"seven tall green lamps {number}"), range(12)))
    (winner,) = [number for number, answer in enumerate(answers) if answer.status == 200]
    # The others' sessions ended with the winner's change, or their password was no longer the current one.
    losers = {answer.code for number, answer in enumerate(answers) if number != winner}
    assert losers <= {"not_signed_in", "conflict", "invalid_field"}, losers
    assert sign_in(people, person, f"seven tall green lamps {winner}").status == 200
    assert len(people.messages_to(person, "password_changed")) == 1


def test_nobody_who_is_signed_out_changes_anything(people):
    assert change(people.client(), "x").code == "not_signed_in"
    assert people.client().request("PATCH", ME, json={"language": "en"}).code == "not_signed_in"


BAD_CHANGES = [({}, {"/current_password": "required", "/password": "required"}),
               ({"current_password": "x", "password": NEW_PASSWORD, "member_id": "1"}, {"/member_id": "unknown_field"}),
               ({"current_password": "x" * 1025, "password": NEW_PASSWORD}, {"/current_password": "too_long"})]


@pytest.mark.parametrize("body, errors", BAD_CHANGES)
def test_bodies_that_are_refused(people, body, errors):
    answer = people.signed_in(people.add_member()).post(PASSWORD, json=body)
    assert (answer.status, {error["pointer"]: error["code"] for error in answer.json()["errors"]}) == (400, errors)


def test_name_and_language(people):
    person = people.add_member(first_name="Ann", surname="Quill", language="en")
    client = people.signed_in(person)
    answer = client.request("PATCH", ME, json={"language": "es"})
    assert answer.status == 200
    assert {name: answer.json()["member"][name] for name in ("first_name", "surname", "language")} == {
        "first_name": "Ann", "surname": "Quill", "language": "es"}
    answer = client.request("PATCH", ME, json={"first_name": "Anna María", "surname": None, "language": None})
    assert answer.json()["member"] == {**answer.json()["member"], "first_name": "Anna María", "surname": None, "language": None}
    assert client.get(SESSION).json() == answer.json()
    assert client.request("PATCH", ME, json={}).json() == answer.json()


BAD_UPDATES = [({"language": "fr"}, "/language", "invalid_choice"), ({"first_name": ""}, "/first_name", "too_short"),
               ({"surname": "ñ" * 51}, "/surname", "too_long"), ({"email": "x@y.example"}, "/email", "unknown_field"),
               ({"state": "locked"}, "/state", "unknown_field"), ({"first_name": 1}, "/first_name", "invalid_type")]


@pytest.mark.parametrize("body, pointer, code", BAD_UPDATES)
def test_updates_that_are_refused(people, body, pointer, code):
    answer = people.signed_in(people.add_member()).request("PATCH", ME, json=body)
    assert (answer.status, answer.json()["errors"]) == (400, [{"pointer": pointer, "code": code}])


def test_only_the_own_row_changes(people):
    person, other = people.add_member(first_name="Ann"), people.add_member(first_name="Bob")
    assert people.signed_in(person).request("PATCH", ME, json={"first_name": "Cleo"}).status == 200
    names = people.rows("SELECT first_name FROM portal.member WHERE member_id = ANY(%s) ORDER BY member_id", [person.member_id, other.member_id])
    assert names == [("Cleo",), ("Bob",)]
