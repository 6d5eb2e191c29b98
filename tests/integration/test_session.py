"""Sign in, who am I, switch, sign out: what succeeds, what is refused, and when a session is dead."""

import re
from pathlib import Path

import pytest

from support.client import Client
from support.people import COOKIE, hash_of, make_token

SESSION = "/api/v1/session"
SWITCH = "/api/v1/session/membership"

# Enough requests that each of the two workers gets some.
BOTH_WORKERS = 12


def sign_in(client: Client, email: str, password: str):
    return client.post(SESSION, json={"email": email, "password": password})


def is_dead(people, token: str) -> bool:
    """On every worker, and from the first request on."""
    answers = []
    for _ in range(BOTH_WORKERS):
        client = people.client()
        client.cookies[COOKIE] = token
        answers.append(client.get(SESSION).code)
    assert len(set(answers)) == 1, answers
    return answers[0] == "not_signed_in"


def described(people, person, client_name: str) -> dict:
    return {"id": str(person.memberships[client_name]), "client": {"id": str(people.clients[client_name]), "name": client_name}}


# --- signing in


def test_sign_in_answers_with_the_session(people):
    person = people.add_member("Zenith", "Acme", first_name="Anna", surname="Moore", language="es")
    client = people.client()
    answer = sign_in(client, person.email, person.password)
    assert answer.status == 200
    # Both were never used, so the older one is taken; they are listed by name.
    assert answer.json() == {
        "member": {"id": str(person.member_id), "email": person.email, "first_name": "Anna", "surname": "Moore", "language": "es",
                   "email_change_pending": False},
        "membership": {**described(people, person, "Zenith"), "permissions": ["view_completed_jobs", "view_documents", "view_job_status"]},
        "memberships": [described(people, person, "Acme"), described(people, person, "Zenith")],
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
    pair, *attributes = [part.strip() for part in answer.header("Set-Cookie").split(";")]
    assert re.fullmatch(rf"{COOKIE}=[A-Za-z0-9_-]{{43}}", pair)
    assert sorted(attributes) == ["HttpOnly", "Max-Age=7776000", "Path=/", "SameSite=Lax"]


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
    assert is_dead(people, first)
    assert client.get(SESSION).status == 200
    assert elsewhere.get(SESSION).status == 200


def test_signing_in_as_somebody_else_ends_the_former_session(people):
    client = people.signed_in(people.add_member())
    first = client.cookies[COOKIE]
    other = people.add_member()
    assert sign_in(client, other.email, other.password).json()["member"]["id"] == str(other.member_id)
    assert is_dead(people, first)


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


def comparable(answer) -> tuple:
    body = {**answer.json(), "request_id": None}
    headers = sorted((name, value) for name, value in answer.headers if name.lower() not in ("date", "x-request-id", "content-length"))
    return answer.status, headers, body


def test_refusals_are_all_alike(people):
    answers = {name: sign_in(people.client(), *login) for name, login in strangers(people).items()}
    first = comparable(next(iter(answers.values())))
    assert first[2]["code"] == "invalid_credentials"
    for name, answer in answers.items():
        assert comparable(answer) == first, name
        assert answer.header("Set-Cookie") is None


def processor_ticks(people) -> int:
    """What nginx's workers, with their hashing threads, have used so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in people.site.nginx.workers()]
    return sum(int(field[11]) + int(field[12]) for field in fields)


def cost(people, email: str, password: str) -> int:
    before = processor_ticks(people)
    for _ in range(20):
        sign_in(people.client(), email, password)
    return processor_ticks(people) - before


def test_refusals_cost_alike(people):
    """In processor time, which the machine's other work does not change. A body that is refused before hashing is the control:
    a hash that was left out would be seen."""
    logins = strangers(people)
    known = cost(people, *logins["wrong password"])
    for name in ("unknown", "no address", "invited", "locked", "removed", "without a membership"):
        assert 0.7 < cost(people, *logins[name]) / known < 1.4, name
    assert cost(people, "", "x") / known < 0.4


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
    assert is_dead(people, client.cookies[COOKIE])


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
    assert answer.json()["membership"] == {**described(people, person, "Zenith"),
                                           "permissions": ["view_completed_jobs", "view_documents", "view_job_status"]}
    assert client.cookies[COOKIE] != first
    assert is_dead(people, first)
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
    assert is_dead(people, token)
    assert elsewhere.get(SESSION).status == 200


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


def test_the_hash_of_a_session_is_no_session(people):
    """Whoever reads the database cannot sign in with what stands there."""
    client = people.signed_in(people.add_member())
    stored = hash_of(client.cookies[COOKIE])
    thief = people.client()
    thief.cookies[COOKIE] = stored.hex()
    assert thief.get(SESSION).code == "not_signed_in"
