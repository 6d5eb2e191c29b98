"""From a forgotten password to a new one."""

import concurrent.futures
import re
from datetime import datetime, timedelta, timezone

import pytest

from support.client import Client
from support.people import COOKIE, comparable, hash_of, make_token

REQUEST = "/api/v1/password-reset"
RESET = "/api/v1/password"
SESSION = "/api/v1/session"

NEW_PASSWORD = "five small blue teapots"
MAILS_PER_HOUR = 5
MAILS_PER_DAY = 10


def ask(people, email: str):
    return people.client().post(REQUEST, json={"email": email})


def links(people, person) -> list[str]:
    return [message["url"].rpartition("#")[2] for message in people.messages_to(person, "password_reset")]


def new_link(people, person) -> str:
    """The token of a link as it is mailed."""
    assert ask(people, person.email).status == 202
    return links(people, person)[-1]


def reset(client: Client, token: str, password: str = NEW_PASSWORD):
    return client.post(RESET, json={"token": token, "password": password})


def sign_in(people, person, password: str):
    return people.client().post(SESSION, json={"email": person.email, "password": password})


def log_lines(people, event: str, member) -> list[str]:
    line = re.compile(rf'portal: security .*"event":"{event}","account":"{people.account_id}","member":{member},"request_id":"[0-9a-f]{{32}}"')
    return line.findall(people.site.nginx.error_log.read_text(errors="replace"))


# --- asking for a link


def test_a_link_waits_for_the_member(people):
    person = people.add_member(language="en")
    before = datetime.now(timezone.utc)
    answer = ask(people, f" {person.email.upper()} ")
    assert (answer.status, answer.body, answer.header("Set-Cookie")) == (202, b"", None)
    (message,) = people.messages_to(person, "password_reset")
    assert (message["channel"], message["recipient"], message["language"]) == ("email", person.email, "en")
    assert re.fullmatch(rf"{people.origin}/password#[A-Za-z0-9_-]{{43}}", message["url"])
    ((expires_at, address),) = people.rows("SELECT expires_at, address FROM portal.one_time_token WHERE token_hash = %s",
                                           hash_of(message["url"].rpartition("#")[2]))
    assert abs(expires_at - before - timedelta(hours=1)) < timedelta(minutes=1)
    assert address == person.email


def test_the_mail_is_in_the_portals_language_if_the_person_has_none(people):
    person = people.add_member()
    new_link(people, person)
    assert people.messages_to(person, "password_reset")[0]["language"] == "es"


def test_the_answer_says_nothing(people):
    """R05: the same for everybody, and a message for nobody but the active member."""
    somebody = people.add_member()
    others = [people.add_member(state="locked"), people.add_member(state="removed"), people.invite()[0]]
    unconfirmed = people.add_member(email=None, pending_email="typed.in@mail.example")
    emails = [somebody.email, *(person.email for person in others), "typed.in@mail.example", "nobody@mail.example", "no address", "x"]
    answers = [ask(people, email) for email in emails]
    assert all(answer.status == 202 and answer.body == b"" for answer in answers)
    seen = {str(sorted((name, value) for name, value in answer.headers if name.lower() not in ("date", "x-request-id"))) for answer in answers}
    assert len(seen) == 1, seen
    assert len(links(people, somebody)) == 1
    for person in (*others, unconfirmed):
        assert links(people, person) == []


def test_only_the_accounts_own_member_is_written_to(people):
    person = people.add_member()
    answer = people.site.client("brightwater").post(REQUEST, json={"email": person.email})
    assert answer.status == 202
    assert links(people, person) == []


def test_a_newer_link_replaces_the_older(people):
    person = people.add_member()
    older, newer = new_link(people, person), new_link(people, person)
    assert reset(people.client(), older).code == "link_replaced"
    assert reset(people.client(), newer).status == 204


def test_mails_to_a_login_are_bounded(people):
    """R54. The last link that was sent stays good, so that strangers who ask in somebody's name take nothing away."""
    person = people.add_member()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert {answer.status for answer in pool.map(lambda _: ask(people, person.email), range(MAILS_PER_HOUR + 4))} == {202}
    sent = links(people, person)
    assert len(sent) == MAILS_PER_HOUR
    ((good,),) = people.rows("SELECT count(*) FROM portal.one_time_token WHERE member_id = %s AND revoked_at IS NULL", person.member_id)
    assert good == 1

    def hours_later(hours: int) -> int:
        people.rows("UPDATE portal.one_time_token SET created_at = created_at - make_interval(hours => %s) WHERE member_id = %s", hours, person.member_id)
        for _ in range(MAILS_PER_HOUR + 1):
            ask(people, person.email)
        return len(links(people, person))
    assert hours_later(1) == 2 * MAILS_PER_HOUR
    assert hours_later(1) == 2 * MAILS_PER_HOUR, "the day's"
    assert hours_later(24) == 3 * MAILS_PER_HOUR


BAD_REQUESTS = [({}, "required"), ({"email": ""}, "too_short"), ({"email": "x" * 255}, "too_long"), ({"email": 1}, "invalid_type"),
                ({"email": "a@b.example", "url": "https://evil.example"}, "unknown_field"), ({"email": "a@b.example", "token": "x"}, "unknown_field")]


@pytest.mark.parametrize("body, code", BAD_REQUESTS)
def test_requests_that_are_refused(people, body, code):
    answer = people.client().post(REQUEST, json=body)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (400, code)


# --- choosing the password


def test_the_new_password_is_the_login_and_nobody_is_signed_in(people):
    """R12."""
    person = people.add_member()
    browsers = [people.signed_in(person) for _ in range(3)]
    cookies = [browser.cookies[COOKIE] for browser in browsers]
    answer = reset(browsers[0], new_link(people, person))
    assert (answer.status, answer.body) == (204, b"")
    assert all(cookie.startswith("portal-written=") for cookie in answer.all_headers("Set-Cookie"))  # which signs nobody in
    assert all(people.is_dead(cookie) for cookie in cookies)
    assert sign_in(people, person, person.password).code == "invalid_credentials"
    assert sign_in(people, person, NEW_PASSWORD).status == 200


def test_a_mail_tells_of_it(people):
    person = people.add_member(language="en")
    assert reset(people.client(), new_link(people, person)).status == 204
    (notice,) = people.messages_to(person, "password_changed")
    assert notice == {"channel": "email", "recipient": person.email, "language": "en", "origin": people.origin}


def test_nobody_elses_sessions_end(people):
    person, other = people.add_member(), people.add_member()
    browser = people.signed_in(other)
    assert reset(people.client(), new_link(people, person)).status == 204
    assert browser.get(SESSION).status == 200


def test_a_used_link_says_so(people):
    person = people.add_member()
    token = new_link(people, person)
    assert reset(people.client(), token).status == 204
    assert reset(people.client(), token, "another fine password").code == "link_used"
    assert sign_in(people, person, NEW_PASSWORD).status == 200


def test_of_a_hundred_at_once_one_wins(people):
    """R09."""
    person = people.add_member()
    token = new_link(people, person)
    client = people.client()
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda number: reset(client, token, f"seven tall green lamps {number}"), range(100)))
    assert sorted({answer.code or answer.status for answer in answers}, key=str) in (
        [204, "link_used"], [204, "link_used", "overloaded"], [204, "overloaded"])
    (winner,) = [number for number, answer in enumerate(answers) if answer.status == 204]
    assert sign_in(people, person, f"seven tall green lamps {winner}").status == 200
    assert len(people.messages_to(person, "password_changed")) == 1


def test_a_change_takes_every_open_link_back(people):
    """R08: an older link to a new password, and the confirmation of another address."""
    person = people.add_member()
    token = new_link(people, person)
    confirmation = people.add_link(person, purpose="email_change", address="other@mail.example")
    invitation = people.add_link(person, purpose="activation")
    assert reset(people.client(), token).status == 204
    rows = people.rows("SELECT purpose, revoked_reason FROM portal.one_time_token WHERE token_hash = ANY(%s) ORDER BY 1",
                       [hash_of(confirmation), hash_of(invitation)])
    assert rows == [("activation", None), ("email_change", "cancelled")]


def dead_links(people) -> dict[str, tuple[str, str]]:
    def reset_link(**state) -> str:
        return people.add_link(people.add_member(), purpose="password_reset", **state)
    locked, removed = people.add_member(), people.add_member()
    links = {
        "used": (reset_link(used=True), "link_used"),
        "expired": (reset_link(days=-0.0001), "link_expired"),
        "replaced": (reset_link(revoked="replaced"), "link_replaced"),
        "taken back": (reset_link(revoked="cancelled"), "link_expired"),
        "of a locked member": (people.add_link(locked, purpose="password_reset"), "link_expired"),
        "of a removed member": (people.add_link(removed, purpose="password_reset"), "link_expired"),
        "to activate": (people.invite()[1], "token_unknown"),
        "to confirm": (people.add_link(people.add_member(), purpose="email_change"), "token_unknown"),
        "unknown": (make_token()[0], "token_unknown"),
        "words": ("no token at all", "token_unknown"),
    }
    people.rows("UPDATE portal.member SET state = 'locked' WHERE member_id = %s", locked.member_id)
    people.rows("UPDATE portal.member SET state = 'removed', removed_at = now(), password_hash = NULL WHERE member_id = %s", removed.member_id)
    return links


def test_dead_links_say_why(people):
    for name, (token, code) in dead_links(people).items():
        answer = reset(people.client(), token)
        assert (answer.code, answer.header("Set-Cookie")) == (code, None), name


def test_unknown_links_are_all_alike(people):
    answers = [comparable(reset(people.client(), token)) for token, code in dead_links(people).values() if code == "token_unknown"]
    assert len(answers) > 3 and all(answer == answers[0] for answer in answers)


def test_a_link_works_only_at_its_account(people):
    person = people.add_member()
    token = new_link(people, person)
    assert reset(people.site.client("brightwater"), token).code == "token_unknown"
    assert reset(people.client(), token).status == 204


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_changes_nothing(people, method):
    """R10."""
    person = people.add_member()
    token = new_link(people, person)
    for target in (RESET, f"{RESET}?token={token}", f"/password?token={token}"):
        answer = people.client().request(method, target)
        assert answer.status == (405 if target.startswith("/api") else 200)
        assert answer.header("Set-Cookie") is None
    assert people.client().post(RESET, json={"token": token, "password": NEW_PASSWORD}, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert sign_in(people, person, person.password).status == 200
    assert reset(people.client(), token).status == 204


BAD_PASSWORDS = [("short", "too_short"), ("x" * 1025, "too_long"), ("harbour&co 2026", "personal_password"), ("harbour co online", "personal_password"),
                 ("Ann-Person Quill", "personal_password"), ("", "too_short"), ("administrator1", "common_password"),
                 ("sunshine sunshine 2026", "common_password")]


@pytest.mark.parametrize("password, code", BAD_PASSWORDS)
def test_passwords_that_are_refused(people, password, code):
    person = people.add_member(first_name="Ann-Person", surname="Quill")
    token = new_link(people, person)
    answer = reset(people.client(), token, password)
    assert (answer.status, answer.json()["errors"]) == (400, [{"pointer": "/password", "code": code}])
    assert reset(people.client(), token).status == 204


def test_what_happened_is_logged_without_the_address(people):
    """R58."""
    person = people.add_member()
    assert reset(people.client(), new_link(people, person)).status == 204
    assert len(log_lines(people, "password_reset_requested", f'"{person.member_id}"')) == 1
    assert len(log_lines(people, "password_reset", f'"{person.member_id}"')) == 1
    before = len(log_lines(people, "password_reset_requested", "null"))
    ask(people, "nobody@mail.example")
    assert len(log_lines(people, "password_reset_requested", "null")) == before + 1
    assert person.email not in people.site.nginx.error_log.read_text(errors="replace")
