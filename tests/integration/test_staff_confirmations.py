"""An address that waits for its confirmation: staff see it, have the link sent again, and mend what was mistyped (A13, R08, R15, R54)."""

import itertools
from contextlib import closing

import pytest
from support import staff
from support.people import People, hash_of, make_token

MEMBERS = "/api/v1/staff/members"
PASSWORD = "five small blue teapots"
_numbers = itertools.count(1)


@pytest.fixture
def desk(portal):
    with closing(People(portal, slug=f"confirms{next(_numbers)}")) as made:
        yield made


@pytest.fixture
def manager(desk):
    return staff.signed_in(desk, desk.client(), staff.add_staff(desk, desk.account_id, "manager"))


def arrived(desk, typed: str, email: str | None = None):
    """Somebody who activated by a text message, or by an email to another address than the one that was typed."""
    person, token = desk.invite(email=email, phone=None if email else f"+4420794{next(_numbers):05d}", language="en")
    answer = desk.client().post("/api/v1/activation", json={"token": token, "email": typed, "password": PASSWORD})
    assert answer.status == 200, answer.text
    return person


def send(client, person, email: str, key: str | None = None):
    return client.post(f"{MEMBERS}/{person.membership_id}/email-confirmation", json={"email": email}, headers={"Idempotency-Key": key} if key else None)


def seen(client, person) -> tuple:
    body = client.get(f"{MEMBERS}/{person.membership_id}").json()
    return body["state"], body["email"], body["pending_email"]


def token_of(desk, person) -> str:
    """Of the newest mail; there is never more than one that waits."""
    (mail,) = desk.messages_to(person, "email_confirmation")
    assert mail["url"].startswith(desk.origin + "/confirm#")
    return mail["url"].partition("#")[2]


def confirm(desk, token: str):
    return desk.client().post("/api/v1/email/confirm", json={"token": token})


def sign_in(desk, email: str):
    return desk.client().post("/api/v1/session", json={"email": email, "password": PASSWORD})


def test_a_mistyped_address_is_seen_and_mended(desk, manager):
    person = arrived(desk, "tom@barker")
    assert seen(manager, person) == ("accepted", None, "tom@barker")
    (listed,) = manager.get(f"{MEMBERS}?q=tom%40bark").json()["items"]
    assert (listed["id"], listed["pending_email"]) == (str(person.membership_id), "tom@barker")
    first = token_of(desk, person)
    assert sign_in(desk, "tom@barker").code == "invalid_credentials"

    answer = send(manager, person, " Tom@Barker.Example ")
    assert answer.status == 200, answer.text
    assert (answer.json()["email"], answer.json()["pending_email"]) == (None, "tom@barker.example")
    assert [(mail["recipient"], mail["language"]) for mail in desk.messages_to(person, "email_confirmation")] == [("tom@barker.example", "en")]
    second = token_of(desk, person)
    assert confirm(desk, first).code == "link_replaced"
    assert sign_in(desk, "tom@barker.example").code == "invalid_credentials"
    assert confirm(desk, second).status == 204
    assert sign_in(desk, "tom@barker.example").status == 200
    assert seen(manager, person) == ("accepted", "tom@barker.example", None)

    # What is confirmed is confirmed.
    for email in ("tom@barker.example", "thief@mail.example"):
        assert send(manager, person, email).code == "conflict"
    assert seen(manager, person) == ("accepted", "tom@barker.example", None)
    rows = desk.rows("SELECT action, staff_id IS NOT NULL, details FROM portal.activity WHERE account_id = %s AND membership_id = %s AND action LIKE '%%email%%'",
                     desk.account_id, person.membership_id)
    assert ("pending_email_changed", True, {"before": {"email": "tom@barker"}, "after": {"email": "tom@barker.example"}}) in rows


def test_the_same_address_has_its_link_again_and_the_old_one_dies(desk, manager):
    person = arrived(desk, "sara@mail.example")
    first = token_of(desk, person)
    desk.rows("UPDATE portal.outbox_message SET sent_at = now(), payload = NULL, key_id = NULL WHERE member_id = %s AND kind = 'email_confirmation'", person.member_id)
    desk.rows("UPDATE portal.one_time_token SET created_at = now() - interval '8 days', expires_at = now() - interval '1 day' WHERE token_hash = %s", hash_of(first))
    assert confirm(desk, first).code == "link_expired"
    assert send(manager, person, "sara@mail.example").status == 200
    assert confirm(desk, first).code == "link_replaced"
    ((seconds,),) = desk.rows("""SELECT extract(epoch FROM expires_at - created_at)::bigint FROM portal.one_time_token
                                 WHERE member_id = %s AND purpose = 'email_change' AND revoked_at IS NULL""", person.member_id)
    assert seconds == 7 * 86400
    assert desk.value("SELECT count(*) FROM portal.outbox_message WHERE member_id = %s AND sent_at IS NULL", person.member_id) == 1
    ((action, details),) = desk.rows("SELECT action, details FROM portal.activity WHERE account_id = %s AND action LIKE 'confirmation%%'", desk.account_id)
    assert (action, details) == ("confirmation_resent", {"before": {}, "after": {}})


def test_who_signs_in_with_an_address_keeps_it(desk, manager):
    """Or a manager could take somebody's login over by an address of one's own."""
    person = arrived(desk, "new@mail.example", email="known@mail.example")
    assert seen(manager, person) == ("accepted", "known@mail.example", "new@mail.example")
    before = token_of(desk, person)
    refused = send(manager, person, "thief@mail.example")
    assert (refused.status, refused.code) == (409, "conflict")
    assert (seen(manager, person), token_of(desk, person)) == (("accepted", "known@mail.example", "new@mail.example"), before)
    assert send(manager, person, "new@mail.example").status == 200
    assert sign_in(desk, "known@mail.example").status == 200
    assert confirm(desk, before).code == "link_replaced" and confirm(desk, token_of(desk, person)).status == 204
    assert seen(manager, person) == ("accepted", "new@mail.example", None)
    # Whoever signed in with the former address is told, as ever.
    assert [mail["recipient"] for mail in desk.messages_to(person, "email_changed")] == ["known@mail.example"]


def test_what_is_refused_changes_nothing(desk, manager):
    person, other = arrived(desk, "kim@mail.example"), desk.add_member("Mill")
    settled, (invited, _) = desk.add_member("Zenith"), desk.invite()
    removed = arrived(desk, "gone@mail.example")
    assert manager.delete(f"{MEMBERS}/{removed.membership_id}").status == 204
    before = token_of(desk, person)
    in_use = send(manager, person, other.email.upper())
    assert (in_use.status, in_use.code) == (409, "in_use")
    assert send(manager, settled, settled.email).code == send(manager, invited, invited.email).code == "conflict"
    assert send(manager, removed, "gone@mail.example").code == "not_found"
    path = f"{MEMBERS}/{person.membership_id}/email-confirmation"
    for body in ({"email": "no address"}, {"email": ""}, {"email": None}, {}, {"email": "a@b.example", "more": 1}, {"email": f"{'x' * 250}@b.example"}):
        assert manager.post(path, json=body).code == "invalid_field", body
    viewer = staff.signed_in(desk, desk.client(), staff.add_staff(desk, desk.account_id, "viewer"))
    assert send(viewer, person, "kim@mail.example").code == "permission_required"
    assert seen(viewer, person) == ("accepted", None, "kim@mail.example") and token_of(desk, person) == before
    assert desk.value("SELECT count(*) FROM portal.one_time_token WHERE member_id = %s AND purpose = 'email_change'", person.member_id) == 1


def test_so_many_mails_to_one_person_and_to_one_address(desk, manager):
    person = arrived(desk, "lea@mail.example")
    for number in range(4):
        assert send(manager, person, f"lea{number}@mail.example").status == 200
    refused = send(manager, person, "lea@mail.example")
    assert refused.status == 429 and int(refused.header("Retry-After")) > 0
    assert seen(manager, person)[2] == "lea3@mail.example"
    desk.rows("UPDATE portal.one_time_token SET created_at = created_at - interval '2 hours' WHERE member_id = %s", person.member_id)
    for _ in range(5):
        assert send(manager, person, "lea@mail.example").status == 200
    desk.rows("UPDATE portal.one_time_token SET created_at = created_at - interval '2 hours' WHERE member_id = %s", person.member_id)
    assert send(manager, person, "lea@mail.example").status == 429, "ten in a day"
    # The same address under other names is the same letter box; each of these has had one mail already.
    others = [arrived(desk, f"box{number}@mail.example") for number in range(5)]
    assert [send(manager, other, "shared@mail.example").status for other in others] == [200] * 4 + [429]


def test_a_repeated_request_sends_one_mail(desk, manager):
    person = arrived(desk, "ned@mail.example")
    key = make_token()[0]
    answers = [send(manager, person, "ned@other.example", key) for _ in range(3)]
    assert [answer.status for answer in answers] == [200] * 3 and len({answer.text for answer in answers}) == 1
    assert desk.value("SELECT count(*) FROM portal.one_time_token WHERE member_id = %s AND purpose = 'email_change'", person.member_id) == 2
    assert send(manager, person, "ned@third.example", key).code == "idempotency_key_reused"
