"""Signing in: what a session begins with, and who gets none."""

import re
from pathlib import Path

import pytest

from support.client import Client
from support.people import COOKIE, comparable, make_token

SESSION = "/api/v1/session"


def sign_in(client: Client, email: str, password: str):
    return client.post(SESSION, json={"email": email, "password": password})


def test_sign_in_answers_with_the_session(people):
    person = people.add_member("Zenith", "Acme", first_name="Anna", surname="Moore", language="es")
    client = people.client()
    answer = sign_in(client, person.email, person.password)
    assert answer.status == 200
    # Both were never used, so the older one is taken; they are listed by name.
    assert answer.json() == {
        "member": {"id": str(person.member_id), "email": person.email, "first_name": "Anna", "surname": "Moore", "language": "es",
                   "email_change_pending": False},
        "membership": {**people.described(person, "Zenith"), "permissions": ["view_completed_jobs", "view_documents", "view_job_status"]},
        "memberships": [people.described(person, "Acme"), people.described(person, "Zenith")],
    }
    assert client.get(SESSION).json() == answer.json()
    row = people.session_of(client)
    assert (row["member_id"], row["membership_id"], row["ended_at"]) == (person.member_id, person.membership_id, None)
    assert people.member_row(person)["last_sign_in_at"] is not None


def test_what_is_not_known_is_null(people):
    person = people.add_member()
    member = people.signed_in(person).get(SESSION).json()["member"]
    assert (member["first_name"], member["surname"], member["language"]) == (None, None, None)


@pytest.mark.parametrize("spelling", ["{}", "  {}\t", "\r\n{}"])
@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_an_address_has_one_spelling(people, spelling, case):
    person = people.add_member()
    assert sign_in(people.client(), spelling.format(case(person.email)), person.password).status == 200


def test_the_membership_used_last_is_taken(people):
    person = people.add_member("Acme", "Zenith", "Mill")
    people.rows("UPDATE portal.membership SET last_used_at = now() WHERE membership_id = %s", person.memberships["Zenith"])
    people.rows("UPDATE portal.membership SET last_used_at = now() - interval '1 day' WHERE membership_id = %s", person.memberships["Mill"])
    answer = sign_in(people.client(), person.email, person.password)
    assert answer.json()["membership"]["id"] == str(person.memberships["Zenith"])


def test_cookie_attributes(people):
    """R19, in the form for plain HTTP on loopback; the other form is in the unit tests and in the browser's."""
    person = people.add_member()
    answer = sign_in(people.client(), person.email, person.password)
    cookies = ((rf"{COOKIE}=[A-Za-z0-9_-]{{43}}", 90 * 86400), (r"portal-device=[A-Za-z0-9_-]{50}", 365 * 86400))
    lines = answer.all_headers("Set-Cookie")
    assert len(lines) == len(cookies)
    for line, (form, age) in zip(lines, cookies):
        pair, *attributes = [part.strip() for part in line.split(";")]
        assert re.fullmatch(form, pair)
        assert sorted(attributes) == ["HttpOnly", f"Max-Age={age}", "Path=/", "SameSite=Lax"]


def test_the_token_is_stored_only_as_its_hash(people):
    client = people.signed_in(people.add_member())
    token = client.cookies[COOKIE]
    assert people.session_of(client) is not None
    for stored in people.rows("SELECT s::text FROM portal.session s WHERE account_id = %s", people.account_id):
        assert token not in stored[0]


def test_every_sign_in_is_a_session_of_its_own(people):
    """R18: the one that came along ends, others of the member stay."""
    person = people.add_member()
    elsewhere, client = people.signed_in(person), people.signed_in(person)
    first = client.cookies[COOKIE]
    assert sign_in(client, person.email, person.password).status == 200
    assert client.cookies[COOKIE] != first
    assert people.is_dead(first)
    assert client.get(SESSION).status == 200
    assert elsewhere.get(SESSION).status == 200


def test_signing_in_as_somebody_else_ends_the_former_session(people):
    client = people.signed_in(people.add_member())
    first = client.cookies[COOKIE]
    other = people.add_member()
    assert sign_in(client, other.email, other.password).json()["member"]["id"] == str(other.member_id)
    assert people.is_dead(first)


def test_a_failed_sign_in_leaves_the_session_alone(people):
    person = people.add_member()
    client = people.signed_in(person)
    answer = sign_in(client, person.email, "another password")
    assert (answer.code, answer.all_headers("Set-Cookie")) == ("invalid_credentials", [])
    assert client.get(SESSION).status == 200


def test_the_user_agent_is_kept_in_bounds(people):
    person = people.add_member()
    for sent, kept in ((None, None), ("Tester/1.0", "Tester/1.0"), ("é" * 150, "é" * 100), (b"\xff\xfe", None)):
        client = people.client()
        sent = sent.encode().decode("latin-1") if isinstance(sent, str) else sent and sent.decode("latin-1")
        answer = client.post(SESSION, json={"email": person.email, "password": person.password}, headers={"User-Agent": sent})
        assert answer.status == 200, answer.text
        assert people.session_of(client)["user_agent"] == kept


# --- who cannot sign in


def strangers(people) -> dict[str, tuple[str, str]]:
    """Logins that are refused, with a password that would be right if there is one."""
    removed_later = people.add_member()
    people.rows("UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE membership_id = %s", removed_later.membership_id)
    members = {
        "invited": people.add_member(state="invited"),
        "locked": people.add_member(state="locked"),
        "removed": people.add_member(state="removed"),
        "without a membership": removed_later,
    }
    elsewhere = people.site.accounts["brightwater"]["members"][0]
    return {
        "unknown": ("nobody@mail.example", people.password),
        "no address": ("nobody", people.password),
        "blank": ("   ", people.password),
        "another account's": (elsewhere["email"], elsewhere["password"]),
        "wrong password": (people.add_member().email, people.password + "x"),
        "password in other case": (people.add_member().email, people.password.swapcase()),
        "password cut off": (people.add_member().email, people.password[:-1]),
        "password with a blank": (people.add_member().email, people.password + " "),
        **{name: (person.email, people.password) for name, person in members.items()},
    }


def test_refusals_are_all_alike(people):
    answers = {name: sign_in(people.client(), *login) for name, login in strangers(people).items()}
    first = comparable(next(iter(answers.values())))
    assert first[2]["code"] == "invalid_credentials"
    for name, answer in answers.items():
        assert comparable(answer) == first, name
        assert answer.header("Set-Cookie") is None


def processor_nanoseconds(people) -> int:
    """What nginx's workers, with their hashing threads, have used so far."""
    return sum(int(file.read_text().split()[0])
               for pid in people.site.nginx.workers() for file in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def cost(people, email: str, password: str) -> int:
    before = processor_nanoseconds(people)
    for _ in range(4):
        sign_in(people.client(), email, password)
    return processor_nanoseconds(people) - before


def test_refusals_cost_alike(people):
    """In processor time, and the least of several rounds that take turns: hashing is work for the memory, which whoever else
    works on the machine makes slower. A body that is refused before hashing is the control: a hash that was left out would
    be seen."""
    logins = {**strangers(people), "refused before hashing": ("", "x")}
    least: dict[str, int] = {}
    for _ in range(5):
        for name in ("wrong password", "unknown", "no address", "invited", "locked", "removed", "without a membership", "refused before hashing"):
            used = cost(people, *logins[name])
            least[name] = min(used, least.get(name, used))
    known = least.pop("wrong password")
    assert least.pop("refused before hashing") / known < 0.4
    for name, used in least.items():
        assert 0.7 < used / known < 1.4, name


def test_a_password_is_hashed_anew_when_the_pepper_was_rotated(make_site):
    """R03: the next sign-in does it, and the one after that finds nothing to do."""
    site = make_site(workers=1)
    member = site.accounts["brightwater"]["members"][0]

    def stored() -> str:
        return site.postgres.execute("SELECT password_hash FROM portal.member WHERE email = %s", (member["email"],))[0][0]

    first = stored()
    fresh = make_token()[0]
    keys = site.keys_file.read_text()
    site.keys_file.write_text(keys.rstrip("\n") + f"\npepper rotated.1 {fresh}\n")
    site.nginx.reload()
    assert stored() == first
    assert sign_in(site.client(), member["email"], "another password").code == "invalid_credentials"
    assert stored() == first
    assert sign_in(site.client(), member["email"], member["password"]).status == 200
    second = stored()
    assert "keyid=rotated.1" in second and second != first
    assert sign_in(site.client(), member["email"], member["password"]).status == 200
    assert stored() == second
    parameters = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)", second)
    assert int(parameters[1]) >= 19456 and int(parameters[2]) >= 2
