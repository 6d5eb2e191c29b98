"""Links that are sent to an address: an invitation once more, and the confirmation of an address that was typed in."""

import concurrent.futures

import pytest

from support.people import COOKIE, make_token

RESEND = "/api/v1/activation/resend"
LOOKUP = "/api/v1/activation/lookup"
CONFIRM = "/api/v1/email/confirm"
SESSION = "/api/v1/session"


def resend(people, token: str):
    return people.client().post(RESEND, json={"token": token})


def invitations(people, person) -> list[dict]:
    return people.messages_to(person, "invitation")


def expired_invitation(people, **columns):
    person, _ = people.invite(**columns)
    people.rows("DELETE FROM portal.one_time_token WHERE member_id = %s", person.member_id)
    return person, people.add_link(person, days=-0.0001)


def test_an_expired_invitation_is_sent_again_to_where_it_went(people):
    person, token = expired_invitation(people, language="en")
    answer = resend(people, token)
    assert (answer.status, answer.body) == (202, b"")
    (message,) = invitations(people, person)
    assert (message["channel"], message["recipient"], message["language"]) == ("email", person.email, "en")
    origin, _, renewed = message["url"].partition("/activate#")
    assert origin == people.origin
    assert people.client().post(LOOKUP, json={"token": renewed}).json()["email"] == person.email
    assert people.client().post(LOOKUP, json={"token": token}).code == "activation_replaced"
    body = {"token": renewed, "email": person.email, "password": "five small blue teapots"}
    assert people.client().post("/api/v1/activation", json=body).status == 200


def test_one_that_went_by_text_message_goes_by_text_message(people):
    person, token = expired_invitation(people, email=None)
    assert resend(people, token).status == 202
    assert (invitations(people, person)[0]["channel"], invitations(people, person)[0]["recipient"]) == ("sms", "+44 20 7946 0101")


def test_an_expired_link_is_renewed_once(people):
    """R54: however often, and however many at once."""
    person, token = expired_invitation(people)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert {answer.status for answer in pool.map(lambda _: resend(people, token), range(8))} == {202}
    assert len(invitations(people, person)) == 1


def test_nothing_is_sent_in_any_other_case_and_nobody_can_tell(people):
    """R05."""
    waiting, valid = people.invite()
    active = people.add_member()
    ended, ended_link = expired_invitation(people)
    people.rows("UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE membership_id = %s", ended.membership_id)
    sent, renewed = expired_invitation(people)
    tokens = {"renewed": renewed, "valid": valid, "used": people.add_link(active, used=True, days=-1), "active": people.add_link(active, days=-1),
              "ended": ended_link, "reset": people.add_link(active, purpose="password_reset", days=-1), "unknown": make_token()[0],
              "words": "no token at all"}
    answers = {name: resend(people, token) for name, token in tokens.items()}
    seen = {(answer.status, answer.body, str(sorted(header for header in answer.headers if header[0].lower() not in ("date", "x-request-id"))))
            for answer in answers.values()}
    assert len(seen) == 1 and answers["unknown"].status == 202
    assert len(invitations(people, sent)) == 1
    assert [invitations(people, person) for person in (waiting, active, ended)] == [[], [], []]


def confirm(people, token: str):
    return people.client().post(CONFIRM, json={"token": token})


def test_a_confirmed_address_is_the_login(people):
    person = people.add_member(language="en", pending_email="ann@new.example")
    client, former = people.signed_in(person), person.email
    answer = confirm(people, people.add_link(person, purpose="email_change", address="ann@new.example"))
    assert (answer.status, answer.body, answer.header("Set-Cookie")) == (204, b"", None)
    row = people.member_row(person)
    assert (row["email"], row["pending_email"]) == ("ann@new.example", None)
    member = client.get(SESSION).json()["member"]
    assert (member["email"], member["email_change_pending"]) == ("ann@new.example", False)
    sign_in = {"password": person.password}
    assert people.client().post(SESSION, json={"email": "ann@new.example", **sign_in}).status == 200
    assert people.client().post(SESSION, json={"email": former, **sign_in}).code == "invalid_credentials"
    assert people.messages_to(person, "email_changed") == [{"channel": "email", "recipient": former, "language": "en", "origin": people.origin}]


def test_after_a_text_message_the_confirmed_address_is_the_first_login(people):
    """From the invitation by text message to a login, with the link as it is mailed."""
    person, token = people.invite(email=None)
    body = {"token": token, "email": "first.login@mail.example", "password": "five small blue teapots"}
    assert people.client().post("/api/v1/activation", json=body).status == 200
    (message,) = people.messages_to(person, "email_confirmation")
    assert confirm(people, message["url"].rpartition("#")[2]).status == 204
    assert people.messages_to(person, "email_changed") == []
    assert people.client().post(SESSION, json={"email": body["email"], "password": body["password"]}).status == 200


def test_a_confirmation_takes_open_links_back(people):
    """R08: they went to the former address."""
    person = people.add_member(pending_email="moved@mail.example")
    reset = people.add_link(person, purpose="password_reset")
    assert confirm(people, people.add_link(person, purpose="email_change", address="moved@mail.example")).status == 204
    assert people.client().post("/api/v1/password", json={"token": reset, "password": "five small blue teapots"}).code == "link_expired"


def test_of_many_at_once_one_wins(people):
    person = people.add_member(pending_email="once@mail.example")
    token = people.add_link(person, purpose="email_change", address="once@mail.example")
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: confirm(people, token), range(20)))
    assert sorted(str(answer.code or answer.status) for answer in answers) == ["204"] + ["link_used"] * 19


def test_an_address_that_somebody_has_by_now_is_a_conflict(people):
    other = people.add_member()
    person = people.add_member(pending_email=other.email)
    token = people.add_link(person, purpose="email_change", address=other.email)
    former = person.email
    assert confirm(people, token).code == "conflict"
    assert people.member_row(person)["email"] == former


@pytest.mark.parametrize("state, code", [({"used": True}, "link_used"), ({"days": -0.0001}, "link_expired"), ({"revoked": "replaced"}, "link_replaced"),
                                         ({"revoked": "cancelled"}, "link_expired"), ({"purpose": "password_reset"}, "token_unknown")])
def test_dead_links_say_why(people, state, code):
    person = people.add_member()
    former = person.email
    answer = confirm(people, people.add_link(person, **{"purpose": "email_change", "address": "other@mail.example", **state}))
    assert (answer.code, answer.header("Set-Cookie")) == (code, None)
    assert people.member_row(person)["email"] == former


def test_of_two_addresses_the_one_typed_last_counts(people):
    """Whoever reads the mail to an address that was typed wrong gets nothing, neither before nor after the right one is confirmed."""
    person = people.add_member(pending_email="right@mail.example")
    wrong, right = (people.add_link(person, purpose="email_change", address=f"{which}@mail.example") for which in ("wrong", "right"))
    assert confirm(people, wrong).code == "link_replaced"
    assert confirm(people, right).status == 204
    assert confirm(people, wrong).code == "link_expired"
    assert people.member_row(person)["email"] == "right@mail.example"


def test_reading_confirms_nothing(people):
    """R10."""
    person = people.add_member(pending_email="read@mail.example")
    token = people.add_link(person, purpose="email_change", address="read@mail.example")
    for target in (CONFIRM, f"{CONFIRM}?token={token}", f"/confirm?token={token}"):
        assert COOKIE not in people.client().request("GET", target).headers
    assert people.client().post(CONFIRM, json={"token": token}, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert people.member_row(person)["email"] == person.email
    assert confirm(people, token).status == 204
