"""Requests that are sent again (P-once, P-unknown): with the same Idempotency-Key they happen once, and the second one hears of the first."""

import itertools
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from support import staff, uploads
from support.people import People

USERS = "/api/v1/staff/users"
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"

# So many requests leave none of two workers out.
WARM = 24

_numbers = itertools.count(1)


@pytest.fixture
def desk(portal):
    with closing(People(portal, slug=f"again{next(_numbers)}")) as made:
        yield made


def signed_in(desk, role: str = "owner"):
    return staff.signed_in(desk, desk.client(), staff.add_staff(desk, desk.account_id, role))


def add(client, email: str, key: str | None, **more):
    return client.post(USERS, json={"email": email, "role": "viewer", **more}, headers={"Idempotency-Key": key} if key else None)


def count(desk, table: str, **conditions) -> int:
    words = "".join(f" AND {column} = %s" for column in conditions)
    return desk.value(f"SELECT count(*) FROM portal.{table} WHERE account_id = %s{words}", desk.account_id, *conditions.values())


def test_twenty_equal_requests_at_once_are_one(desk):
    client = signed_in(desk)
    for _ in range(3):
        key, email = secrets.token_urlsafe(16), f"new{next(_numbers)}@business.example"
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: add(client, email, key), range(20)))
        assert {answer.status for answer in answers} == {201}, [answer.text for answer in answers]
        assert len({answer.text for answer in answers}) == 1
        assert count(desk, "outbox_message", recipient=email) == 1 and count(desk, "activity", action="staff_added", subject_id=int(answers[0].json()["id"])) == 1


def test_without_a_key_the_second_one_meets_the_first(desk):
    client = signed_in(desk)
    assert add(client, "new@business.example", None).status == 201
    assert add(client, "new@business.example", None).code == "conflict"


def test_a_key_belongs_to_one_request_of_one_person(desk):
    client = signed_in(desk)
    first = add(client, "one@business.example", "key-1")
    assert first.status == 201
    assert add(client, "two@business.example", "key-1").code == "idempotency_key_reused"
    assert client.post(f"{USERS}/{first.json()['id']}/resend", json={}, headers={"Idempotency-Key": "key-1"}).code == "idempotency_key_reused"
    assert add(client, "one@business.example", "key-2").code == "conflict"
    other = signed_in(desk)
    assert add(other, "two@business.example", "key-1").status == 201
    # What failed was not done, so its key is free.
    assert add(client, "three@business.example", "key-3").status == 201
    assert add(other, "three@business.example", "key-4").code == "conflict"
    assert add(other, "four@business.example", "key-4").status == 201


def test_what_is_only_sent_is_sent_once(desk):
    client = signed_in(desk)
    invited = add(client, "new@business.example", None).json()["id"]
    for _ in range(3):
        assert client.post(f"{USERS}/{invited}/resend", json={}, headers={"Idempotency-Key": "again"}).status == 202
    assert count(desk, "outbox_message", recipient="new@business.example") == 2


def test_a_day_later_the_key_is_forgotten(desk):
    client = signed_in(desk)
    assert add(client, "one@business.example", "old").status == 201
    desk.rows("UPDATE portal.repeatable_request SET created_at = now() - interval '1 day 1 minute' WHERE account_id = %s", desk.account_id)
    assert add(client, "two@business.example", "old").status == 201


@pytest.mark.parametrize("key", ["x" * 201, "with blanks", "\u00e9"], ids=["too long", "blanks", "not ASCII"])
def test_what_is_no_key_is_refused(desk, key):
    refused = add(signed_in(desk), "new@business.example", key)
    assert refused.status == 400 and refused.json()["errors"] == [{"pointer": "/header/Idempotency-Key", "code": "invalid_key"}]


def test_the_longest_key_is_taken(desk):
    assert add(signed_in(desk), "new@business.example", "x" * 200).status == 201


def twice(client, path: str, key: str, **sent) -> tuple:
    headers = {"Idempotency-Key": key, **sent.pop("headers", {})}
    first, second = (client.post(path, headers=headers, **sent) for _ in range(2))
    assert first.status == second.status, (first.text, second.text)
    return first, second


def test_a_document_is_filed_once(desk):
    client = signed_in(desk)
    acme = desk.clients["Acme"]
    path = f"{uploads.DOCUMENTS}?client_id={acme}"
    first, second = twice(client, path, "file", body=PDF, headers=uploads.headers_of("Contract.pdf"))
    assert first.status == 201 and first.json() == second.json() and count(desk, "document") == 1
    assert client.get(first.json()["url"]).body == PDF
    # The content makes it this request, too; and so does for whom it is.
    assert client.post(path, body=PDF + b"%", headers={**uploads.headers_of("Contract.pdf"), "Idempotency-Key": "file"}).code == "idempotency_key_reused"
    assert uploads.add(client, desk.clients["Zenith"], "Contract.pdf", PDF, **{"Idempotency-Key": "file"}).code == "idempotency_key_reused"
    assert uploads.add(client, acme, "Contract.pdf", PDF, **{"Idempotency-Key": "other"}).status == 201 and count(desk, "document") == 2
    # What was filed is told although there is no room for more by now.
    desk.rows("UPDATE portal.account SET document_bytes = %s WHERE account_id = %s", 2 * len(PDF), desk.account_id)
    assert uploads.add(client, acme, "Contract.pdf", PDF, **{"Idempotency-Key": "other"}).status == 201
    assert uploads.add(client, acme, "Contract.pdf", PDF, **{"Idempotency-Key": "third"}).code == "quota_exceeded"
    # One that was taken away is not filed again by whoever only asks again.
    assert client.delete(f"{uploads.DOCUMENTS}/{first.json()['id']}").status == 204
    assert uploads.add(client, acme, "Contract.pdf", PDF, **{"Idempotency-Key": "file"}).code == "conflict"


def test_a_key_is_made_once_and_shown_once(desk):
    client = signed_in(desk)
    first, second = twice(client, "/api/v1/staff/api-keys", "key", json={"name": "ERP", "scopes": ["invite", "import"]})
    secret = first.json()["key"]
    assert secret.startswith("pk_") and second.json() == {**first.json(), "key": None} and count(desk, "api_key") == 1
    # It stands nowhere but in that answer.
    assert not desk.rows("SELECT 1 FROM portal.repeatable_request r WHERE r::text LIKE %s", f"%{secret[3:]}%")
    assert client.delete(f"/api/v1/staff/api-keys/{first.json()['id']}").status == 204
    again = client.post("/api/v1/staff/api-keys", json={"name": "ERP", "scopes": ["invite", "import"]}, headers={"Idempotency-Key": "key"})
    assert again.code == "conflict" and count(desk, "api_key") == 1


def test_a_view_is_begun_once(desk):
    client = signed_in(desk)
    person = desk.add_member()
    membership = desk.value("SELECT membership_id FROM portal.membership WHERE member_id = %s", person.member_id)
    first, second = twice(client, f"/api/v1/staff/members/{membership}/view", "view", json={"reason": "They called"})
    assert first.status == 201 and first.json() == second.json()
    assert count(desk, "staff_view") == count(desk, "activity", action="member_viewed") == 1
    assert client.post("/api/v1/staff/members/999999999/view", json={"reason": "They called"}, headers={"Idempotency-Key": "none"}).status == 404


def add_clients(desk, number: int) -> list[str]:
    made = []
    for index in range(number):
        client = desk.insert("client", "client_id", account_id=desk.account_id, kind="organisation", organisation_name=f"Many {index}")
        if index % 10 != 3:
            desk.insert("contact", account_id=desk.account_id, client_id=client, kind="email", value=f"many{index}@{desk.slug}.example")
        made.append(str(client))
    return made


def test_many_invitations_go_once_and_say_the_same(desk):
    client = signed_in(desk)
    body = {"client_ids": add_clients(desk, 60)}
    first, second = twice(client, "/api/v1/staff/invitations/bulk", "many", json=body)
    outcomes = [item["outcome"] for item in first.json()["items"]]
    assert outcomes.count("invited") == 54 and outcomes.count("no_address") == 6 and first.json() == second.json()
    assert count(desk, "outbox_message", kind="invitation") == 54
    # Whatever became of them meanwhile.
    desk.rows("UPDATE portal.client SET withdrawn_at = now() WHERE account_id = %s", desk.account_id)
    assert client.post("/api/v1/staff/invitations/bulk", json=body, headers={"Idempotency-Key": "many"}).json() == first.json()
    assert client.post("/api/v1/staff/invitations/bulk", json={"client_ids": body["client_ids"][:1]}, headers={"Idempotency-Key": "many"}).code == "idempotency_key_reused"


def test_a_reminder_goes_once_to_those_who_had_not_accepted_then(desk):
    client = signed_in(desk)
    assert client.post("/api/v1/staff/invitations/bulk", json={"client_ids": add_clients(desk, 30)}).status == 200

    def all_sent() -> None:
        desk.rows("UPDATE portal.outbox_message SET sent_at = now(), payload = NULL, key_id = NULL WHERE account_id = %s AND sent_at IS NULL", desk.account_id)
        desk.rows("UPDATE portal.membership SET invited_at = now() - interval '2 hours' WHERE account_id = %s", desk.account_id)
    all_sent()
    first = client.post("/api/v1/staff/invitations/resend", json={}, headers={"Idempotency-Key": "remind"})
    assert (first.status, first.json()["resent"]) == (200, 27)
    all_sent()  # and so they would be reminded again
    second = client.post("/api/v1/staff/invitations/resend", json={}, headers={"Idempotency-Key": "remind"})
    assert second.json() == first.json() and count(desk, "outbox_message", kind="invitation") == 54
    assert client.post("/api/v1/staff/invitations/resend", json={}, headers={"Idempotency-Key": "later"}).json()["resent"] == 27


def test_rows_are_taken_over_once_and_say_the_same(desk):
    client = signed_in(desk)
    rows = [{"line": line, "name": f"Row {line}", "email": f"row{line}@{desk.slug}.example"} for line in range(2, 252)]
    rows += [{"line": 252, "name": "Row 2"}, {"line": 253, "surname": "Acme"}, {"line": 254}]
    body = {"dry_run": False, "rows": rows}
    first, second = twice(client, "/api/v1/staff/clients/rows", "rows", json=body)
    assert first.status == 200 and first.json()["created"] >= 250 and first.json()["errors"] and second.json() == first.json()
    assert count(desk, "activity", action="clients_imported") == 3
    assert client.post("/api/v1/staff/clients/rows", json={**body, "dry_run": True}, headers={"Idempotency-Key": "rows"}).code == "idempotency_key_reused"
    assert client.post("/api/v1/staff/clients/rows", json=body).json()["created"] == 0


@pytest.mark.parametrize("what", ["question", "answer"])
def test_a_part_of_many_that_was_lost_is_told_and_the_rest_follows(make_site, what):
    """Cut in the first part of three: what was sent stays sent, and whoever asks again hears of everybody."""
    site = make_site(proxied=True)
    with closing(People(site)) as desk:
        client = signed_in(desk)
        body = {"client_ids": add_clients(desk, 60)}
        for number in range(WARM):  # every worker has prepared its statements
            assert client.post("/api/v1/staff/invitations/bulk", json={"client_ids": ["999999999"]}, headers={"Idempotency-Key": f"warm{number}"}).status == 200
        getattr(site.proxy, f"lose_{what}")(b"try_to_invite_member.")
        lost = client.post("/api/v1/staff/invitations/bulk", json=body, headers={"Idempotency-Key": "many"})
        assert lost.status == 503, lost.text
        told = client.post("/api/v1/staff/invitations/bulk", json=body, headers={"Idempotency-Key": "many"})
        outcomes = [item["outcome"] for item in told.json()["items"]]
        assert outcomes.count("invited") == 54 and len(outcomes) == 60
        assert count(desk, "outbox_message", kind="invitation") == 54


@pytest.mark.parametrize("what", ["question", "answer"])
def test_a_connection_that_dies_leaves_it_open_and_the_key_tells(make_site, what):
    """P2, P3: cut before the server got the change, and between its commit and the answer."""
    site = make_site(proxied=True)
    with closing(People(site)) as desk:
        client = signed_in(desk)
        for number in range(WARM):  # every worker has prepared its statements
            assert add(client, f"warm{number}@business.example", f"warm{number}").status == 201
        getattr(site.proxy, f"lose_{what}")(b"add_staff_user.")
        lost = add(client, "new@business.example", "the-key")
        assert (lost.status, lost.code) == (503, "outcome_unknown"), lost.text
        assert count(desk, "staff", email="new@business.example") == (1 if what == "answer" else 0)
        told = add(client, "new@business.example", "the-key")
        assert told.status == 201 and told.json()["email"] == "new@business.example", told.text
        assert count(desk, "staff", email="new@business.example") == count(desk, "outbox_message", recipient="new@business.example") == 1
