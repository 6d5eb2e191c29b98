"""Staff invite people, see what became of it, and take it back (FEATURES A11 to A14, C1, C12)."""

import concurrent.futures
import time

import pytest

from support import staff
from support.people import COOKIE, DEFAULT_PERMISSIONS, make_token

INVITATIONS = "/api/v1/staff/invitations"
MEMBERS = "/api/v1/staff/members"
PASSWORD = "five small blue teapots"


@pytest.fixture
def manager(people):
    return staff.signed_in(people, people.client(), staff.add_staff(people, people.account_id, "manager"))


@pytest.fixture
def client_id(people) -> str:
    """Of a client whom nobody else uses."""
    return str(people.insert("client", "client_id", account_id=people.account_id, kind="organisation", organisation_name=f"Client {make_token()[0]}"))


def add_contact(people, client_id: str, value: str, **columns) -> str:
    return str(people.insert("contact", "contact_id", account_id=people.account_id, client_id=int(client_id), kind="email" if "@" in value else "phone",
                             value=value, **columns))


def invite(client, client_id: str, status: int = 201, **body):
    answer = client.post(INVITATIONS, json={"client_id": client_id, **body})
    assert answer.status == status, answer.text
    return answer.json()


def token_of(people, membership_id: str) -> str:
    """What the newest message that waits carries."""
    from support.outbox import open_payload
    reference, key_id, payload = people.rows("""SELECT message_reference, key_id, payload FROM portal.outbox_message WHERE membership_id = %s
                                                ORDER BY outbox_message_id DESC LIMIT 1""", int(membership_id))[0]
    return open_payload(people.site.keys_file, people.account_id, reference, key_id, payload)["url"].partition("#")[2]


def messages(people, membership_id: str) -> list[tuple]:
    return people.rows("SELECT channel, recipient, language FROM portal.outbox_message WHERE membership_id = %s ORDER BY outbox_message_id", int(membership_id))


def activate(people, token: str, email: str, password: str = PASSWORD):
    client = people.client()
    return client, client.post("/api/v1/activation", json={"token": token, "email": email, "password": password})


def test_somebody_is_invited_activates_and_is_seen(people, manager, client_id):
    made = invite(manager, client_id, email="Nia@Mail.Example", first_name="Nia", surname="Owusu", job_title="Buyer", language="en",
                  permissions=["view_documents", "view_job_status"])
    assert (made["state"], made["channel"], made["email"], made["first_name"], made["job_title"]) == ("queued", "email", "nia@mail.example", "Nia", "Buyer")
    assert sorted(made["permissions"]) == ["view_documents", "view_job_status"]
    assert messages(people, made["id"]) == [("email", "nia@mail.example", "en")]
    _, answer = activate(people, token_of(people, made["id"]), "nia@mail.example")
    assert answer.status == 200, answer.text
    seen = manager.get(f"{MEMBERS}/{made['id']}").json()
    assert (seen["state"], seen["expires_at"]) == ("accepted", None) and seen["accepted_at"] and seen["last_sign_in_at"]
    again = manager.post(INVITATIONS, json={"client_id": client_id, "email": "nia@mail.example"})
    assert again.code == "already_member"


def test_the_channel_follows_what_is_there(people, manager, client_id):
    assert manager.post(INVITATIONS, json={"client_id": client_id}).code == "no_address"
    add_contact(people, client_id, "not an address@")
    assert manager.post(INVITATIONS, json={"client_id": client_id}).code == "no_address"
    phone = add_contact(people, client_id, "+44 (20) 7946-0551", name="Ana Lima Reis")
    by_sms = invite(manager, client_id)
    assert (by_sms["channel"], by_sms["phone"], by_sms["email"]) == ("sms", "+442079460551", None)
    assert (by_sms["first_name"], by_sms["surname"]) == ("Ana", "Lima Reis")
    assert messages(people, by_sms["id"]) == [("sms", "+442079460551", "es")]
    assert manager.post(INVITATIONS, json={"client_id": client_id, "channel": "email"}).code == "no_address"
    email = add_contact(people, client_id, "Ana@Lima.Example")
    by_email = invite(manager, client_id, contact_id=email)
    assert (by_email["channel"], by_email["email"]) == ("email", "ana@lima.example")
    assert invite(manager, client_id)["id"] == by_email["id"]
    chosen = invite(manager, client_id, channel="sms")
    # The number's person, who need not be the address's.
    assert (chosen["id"], chosen["channel"], chosen["email"]) == (by_sms["id"], "sms", None)
    # Somebody who opens a text message does not get the login of an address that was named beside the number.
    named = invite(manager, client_id, email="other@lima.example", phone="+44 20 7946 0552", channel="sms")
    assert (named["email"], named["phone"]) == (None, "+442079460552")
    assert people.client().post("/api/v1/activation/lookup", json={"token": token_of(people, named["id"])}).json()["email"] is None
    assert invite(manager, client_id, contact_id=phone)["id"] == by_sms["id"]
    assert manager.post(INVITATIONS, json={"client_id": str(people.clients["Acme"]), "contact_id": phone}).code == "not_found"


def test_who_has_a_login_joins_with_it(people, manager, client_id):
    person = people.add_member("Mill")
    made = invite(manager, client_id, email=person.email, first_name="Other", surname="Name")
    assert made["first_name"] != "Other"
    token = token_of(people, made["id"])
    assert people.client().post("/api/v1/activation/lookup", json={"token": token}).json()["has_login"] is True
    assert activate(people, token, person.email)[1].code == "invalid_credentials"
    _, answer = activate(people, token, person.email, person.password)
    assert answer.status == 200 and len(answer.json()["memberships"]) == 2


def test_sending_again_kills_the_earlier_link_at_once(people, manager, client_id):
    made = invite(manager, client_id, email="again@mail.example")
    first = token_of(people, made["id"])
    sent = manager.post(f"{INVITATIONS}/{made['id']}/resend", json={})
    assert (sent.status, sent.json()["state"]) == (200, "queued")
    second = token_of(people, made["id"])
    assert people.client().post("/api/v1/activation/lookup", json={"token": first}).code == "activation_replaced"
    invite(manager, client_id, email="again@mail.example")
    assert people.client().post("/api/v1/activation/lookup", json={"token": second}).code == "activation_replaced"
    assert len(messages(people, made["id"])) == 1  # what waited for a dead link is not sent
    assert activate(people, token_of(people, made["id"]), "again@mail.example")[1].status == 200
    assert manager.post(f"{INVITATIONS}/{made['id']}/resend", json={}).code == "already_member"
    assert manager.delete(f"{INVITATIONS}/{made['id']}").code == "already_member"


def test_a_cancelled_invitation_is_dead(people, manager, client_id):
    made = invite(manager, client_id, email="gone@mail.example")
    token = token_of(people, made["id"])
    assert manager.delete(f"{INVITATIONS}/{made['id']}").status == 204
    assert people.client().post("/api/v1/activation/lookup", json={"token": token}).code == "activation_cancelled"
    assert messages(people, made["id"]) == []
    assert manager.get(f"{MEMBERS}/{made['id']}").json()["state"] == "cancelled"
    assert people.rows("SELECT state FROM portal.member WHERE email = 'gone@mail.example'") == [("removed",)]
    assert manager.delete(f"{INVITATIONS}/{made['id']}").code == manager.post(f"{INVITATIONS}/{made['id']}/resend", json={}).code == "not_found"
    back = invite(manager, client_id, email="gone@mail.example")
    assert back["id"] != made["id"] and activate(people, token_of(people, back["id"]), "gone@mail.example")[1].status == 200


def test_a_removed_member_is_out_within_a_second(people, manager):
    person = people.add_member("Acme", "Mill")
    browser = people.signed_in(person)
    acting = browser.get("/api/v1/session").json()["membership"]["id"]
    (other,) = [number for number in map(str, person.memberships.values()) if number != acting]
    link = people.add_link(person, purpose="password_reset")
    assert manager.delete(f"{MEMBERS}/{acting}").status == 204
    removed = time.monotonic()
    assert people.is_dead(browser.cookies[COOKIE]) and time.monotonic() - removed < 1
    assert manager.get(f"{MEMBERS}/{acting}").json()["state"] == "removed"
    # The other client is still there, with the login.
    second = people.signed_in(person)
    assert second.get("/api/v1/session").json()["membership"]["id"] == other
    assert manager.delete(f"{MEMBERS}/{other}").status == 204
    assert people.is_dead(second.cookies[COOKIE])
    row = people.member_row(person)
    assert (row["state"], row["password_hash"]) == ("removed", None)
    assert people.client().post("/api/v1/session", json={"email": person.email, "password": person.password}).code == "invalid_credentials"
    assert people.client().post("/api/v1/password", json={"token": link, "password": PASSWORD}).code == "link_expired"
    assert manager.delete(f"{MEMBERS}/{other}").code == "not_found"


def test_a_member_is_changed(people, manager):
    person = people.add_member("Zenith")
    browser = people.signed_in(person)
    changed = manager.request("PATCH", f"{MEMBERS}/{person.membership_id}", json={
        "first_name": "Uma", "surname": None, "job_title": "Clerk", "language": "es", "permissions": ["view_invoices"]})
    assert changed.status == 200, changed.text
    body = changed.json()
    assert (body["first_name"], body["surname"], body["job_title"], body["language"], body["permissions"]) == ("Uma", "", "Clerk", "es", ["view_invoices"])
    assert browser.get("/api/v1/session").json()["membership"]["permissions"] == ["view_invoices"]
    for wrong in ({"email": "x@mail.example"}, {"permissions": ["everything"]}, {"language": "fr"}, {"job_title": "x" * 101}):
        assert manager.request("PATCH", f"{MEMBERS}/{person.membership_id}", json=wrong).code == "invalid_field"
    ((details,),) = people.rows("SELECT details FROM portal.activity WHERE membership_id = %s AND action = 'permissions_changed'", person.membership_id)
    assert details["before"]["permissions"] == list(DEFAULT_PERMISSIONS) and details["after"]["permissions"] == ["view_invoices"]


def test_who_changes_permissions_from_an_old_page_gives_none_back(people, manager):
    path = f"{MEMBERS}/{people.add_member('Zenith').membership_id}"
    before = list(DEFAULT_PERMISSIONS)
    assert manager.request("PATCH", path, json={"permissions": ["view_invoices"], "former_permissions": before[::-1]}).status == 200
    late = manager.request("PATCH", path, json={"surname": "Late", "permissions": [*before, "view_invoices"], "former_permissions": before})
    assert (late.status, late.code) == (409, "conflict")
    now = manager.get(path).json()
    assert now["permissions"] == ["view_invoices"] and now["surname"] != "Late"
    assert manager.request("PATCH", path, json={"permissions": [], "former_permissions": ["view_invoices"]}).json()["permissions"] == []
    ((details,),) = people.rows("SELECT details FROM portal.activity WHERE membership_id = %s AND action = 'permissions_changed' ORDER BY activity_id DESC LIMIT 1", path.split("/")[-1])
    assert details["before"] == {"permissions": ["view_invoices"]} and details["after"] == {"permissions": []}


def test_the_list_tells_what_became_of_everybody(people, manager, client_id):
    made = {name: invite(manager, client_id, email=f"{name}@state.example")["id"] for name in ("queued", "sent", "failed", "expired", "cancelled")}
    people.rows("UPDATE portal.outbox_message SET sent_at = now(), payload = null, key_id = null WHERE membership_id = ANY (%s)", [int(made["sent"]), int(made["expired"])])
    people.rows("UPDATE portal.outbox_message SET failed_at = now(), last_error = '550 no such user' WHERE membership_id = %s", int(made["failed"]))
    people.rows("UPDATE portal.one_time_token SET created_at = now() - interval '8 days', expires_at = now() - interval '1 day' WHERE membership_id = %s", int(made["expired"]))
    manager.delete(f"{INVITATIONS}/{made['cancelled']}")
    path = f"{MEMBERS}?client_id={client_id}"
    listed = manager.get(path).json()["items"]
    assert {item["id"]: item["state"] for item in listed} == {number: name for name, number in made.items()}
    assert [item["failure"] for item in listed if item["state"] == "failed"] == ["550 no such user"]
    for state, number in made.items():
        assert [item["id"] for item in manager.get(f"{path}&state={state}").json()["items"]] == [number]
    assert manager.get(f"{path}&channel=sms").json()["items"] == [] and len(manager.get(f"{path}&channel=email").json()["items"]) == 5
    assert [item["id"] for item in manager.get(f"{path}&q=FAILED%20state.ex").json()["items"]] == [made["failed"]]
    seen, cursor = [], ""
    while cursor is not None:
        page = manager.get(f"{path}&limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        seen, cursor = seen + [item["id"] for item in page["items"]], page["next_cursor"]
    assert seen == [item["id"] for item in listed]
    assert manager.get(f"{path}&state=gone").code == "invalid_field"


def test_two_invitations_to_one_number_make_one_person(people, client_id):
    """At the same moment, from two desks."""
    browsers = [staff.signed_in(people, people.client(), staff.add_staff(people, people.account_id, "manager")) for _ in range(8)]
    clients = [client_id, *map(str, people.clients.values())]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda pair: pair[1].post(INVITATIONS, json={"client_id": clients[pair[0] % 4], "phone": "+44 20 7946 0777"}), enumerate(browsers)))
    assert [answer.status for answer in answers] == [201] * 8, [answer.text for answer in answers]
    assert people.value("SELECT count(*) FROM portal.member WHERE account_id = %s AND phone = '+442079460777'", people.account_id) == 1
    assert people.value("SELECT count(*) FROM portal.membership WHERE membership_id = ANY (%s) AND state = 'invited'", [int(a.json()["id"]) for a in answers]) == 4
    open_links = people.value("""SELECT count(*) FROM portal.one_time_token t JOIN portal.member m USING (account_id, member_id)
                                 WHERE m.phone = '+442079460777' AND used_at IS NULL AND revoked_at IS NULL""")
    assert open_links == 4


WRONG = [({}, "/client_id"), ({"client_id": 1}, "/client_id"), ({"email": "nobody"}, "/email"), ({"phone": "letters"}, "/phone"), ({"channel": "fax"}, "/channel"),
         ({"permissions": ["all"]}, "/permissions/0"), ({"first_name": "x" * 51}, "/first_name"), ({"state": "accepted"}, "/state"), ({"language": "fr"}, "/language")]


@pytest.mark.parametrize("body, pointer", WRONG, ids=[pointer for _, pointer in WRONG])
def test_what_is_wrong_is_said_where(manager, people, body, pointer):
    answer = manager.post(INVITATIONS, json={"client_id": str(people.clients["Acme"]), **body} if body else {})
    assert answer.code == "invalid_field" and pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_without_a_portal_nobody_is_invited(people, manager, client_id):
    portal = people.rows("SELECT name, languages, default_language FROM portal.portal WHERE account_id = %s", people.account_id)[0]
    people.rows("DELETE FROM portal.portal WHERE account_id = %s", people.account_id)
    try:
        assert manager.post(INVITATIONS, json={"client_id": client_id, "email": "early@mail.example"}).code == "no_portal"
        assert people.rows("SELECT FROM portal.member WHERE email = 'early@mail.example'") == []
    finally:
        people.insert("portal", account_id=people.account_id, name=portal[0], languages=portal[1], default_language=portal[2])
