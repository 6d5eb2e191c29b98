"""Many people at once: invitations for a whole list of clients, reminders, clients from a table, and what could not be delivered."""

import os
import time

import pytest

from support import staff
from support.people import make_token

INVITATIONS = "/api/v1/staff/invitations"
ROWS = "/api/v1/staff/clients/rows"


@pytest.fixture
def manager(people):
    return staff.signed_in(people, people.client(), staff.add_staff(people, people.account_id, "manager"))


def add_clients(people, count: int, *, with_email: bool = True) -> list[str]:
    mark = make_token()[0].lower().replace("_", "x").replace("-", "y")
    rows = people.rows("""INSERT INTO portal.client (account_id, kind, organisation_name) SELECT %s, 'organisation', %s || n FROM generate_series(1, %s) n
                          RETURNING client_id""", people.account_id, f"Many {mark} ", count)
    ids = [number for number, in rows]
    if with_email:
        people.rows("""INSERT INTO portal.contact (account_id, client_id, kind, value) SELECT %s, c, 'email', 'office' || c || '@many.example'
                       FROM unnest(%s) c""", people.account_id, ids)
    return list(map(str, ids))


def outcomes(answer) -> dict[str, str]:
    assert answer.status == 200, answer.text
    return {item["client_id"]: item["outcome"] for item in answer.json()["items"]}


def messages(people, client_ids: list[str]) -> int:
    return people.value("""SELECT count(*) FROM portal.outbox_message o JOIN portal.membership m USING (account_id, membership_id)
                           WHERE m.client_id = ANY (%s)""", list(map(int, client_ids)))


def test_each_client_of_a_list_has_its_outcome(people, manager):
    ids = add_clients(people, 3)
    bare = add_clients(people, 1, with_email=False)[0]
    member = people.add_member("Acme")
    people.rows("INSERT INTO portal.contact (account_id, client_id, kind, value) VALUES (%s, %s, 'email', %s)", people.account_id, int(ids[1]), member.email)
    people.rows("DELETE FROM portal.contact WHERE client_id = %s AND value LIKE 'office%%'", int(ids[1]))
    people.clients["listed"] = int(ids[1])
    people.add_membership(member, "listed")
    body = {"client_ids": [*ids, bare, "999999999"], "permissions": ["view_documents"], "language": "en"}
    first = manager.post(f"{INVITATIONS}/bulk", json=body)
    assert outcomes(first) == {ids[0]: "invited", ids[1]: "already_member", ids[2]: "invited", bare: "no_address", "999999999": "not_found"}
    made = {item["client_id"]: item["member_id"] for item in first.json()["items"] if "member_id" in item}
    assert manager.get(f"/api/v1/staff/members/{made[ids[0]]}").json()["permissions"] == ["view_documents"]
    # Once more, as after an answer that was lost: nobody is written to twice.
    assert outcomes(manager.post(f"{INVITATIONS}/bulk", json=body)) == outcomes(first)
    assert messages(people, ids) == 2


def test_a_roll_out_to_three_hundred_clients(people, manager):
    """The caps of the courier (1,000 an hour) have room for it."""
    ids = add_clients(people, 300)
    began = time.monotonic()
    done = {}
    for begin in range(0, 300, 25):  # as the page does, to show progress
        done |= outcomes(manager.post(f"{INVITATIONS}/bulk", json={"client_ids": ids[begin:begin + 25]}))
    print(f"300 invitations took {time.monotonic() - began:.1f} s")
    assert set(done.values()) == {"invited"} and len(done) == 300
    assert messages(people, ids) == 300
    assert manager.post(f"{INVITATIONS}/bulk", json={"client_ids": [str(n) for n in range(1, 502)]}).code == "invalid_field"


def test_whoever_has_not_accepted_is_written_to_again(people, manager):
    ids = add_clients(people, 4)
    made = [int(item["member_id"]) for item in manager.post(f"{INVITATIONS}/bulk", json={"client_ids": ids}).json()["items"]]
    people.rows("UPDATE portal.outbox_message SET sent_at = now(), payload = null, key_id = null WHERE membership_id = ANY (%s)", made[:3])
    people.rows("UPDATE portal.membership SET state = 'active', activated_at = now() WHERE membership_id = %s", made[0])
    # Nobody is reminded within the hour.
    people.rows("UPDATE portal.membership SET invited_at = now() - interval '2 hours' WHERE membership_id = ANY (%s)", made[1:2])
    before = messages(people, ids)
    answer = manager.post(f"{INVITATIONS}/resend", json={"state": ["sent"]})
    assert answer.status == 200, answer.text
    assert answer.json()["failed"] == [] and answer.json()["resent"] >= 1 and answer.json()["more"] is False
    assert messages(people, ids) == before + 1
    assert manager.post(f"{INVITATIONS}/resend", json={"state": ["sent"]}).json()["resent"] == 0
    assert manager.post(f"{INVITATIONS}/resend", json={"state": ["accepted"]}).code == "invalid_field"


def test_a_dry_run_says_what_would_happen_and_changes_nothing(people, manager):
    mark = make_token()[0]
    rows = [{"line": 2, "name": f"Table {mark}", "email": "Office@Table.Example", "external_id": f"X-{mark}"},
            {"line": 3, "first_name": "Tia", "surname": mark, "phone": "+44 20 7946 0333", "site_name": "Home", "site_address": "1 Road"},
            {"line": 4, "first_name": "Tia", "surname": mark, "email": "tia@table.example"},
            {"line": 5, "name": "", "email": "x@table.example"}, {"line": 6, "name": "No address", "email": "nobody"},
            {"line": 7, "name": f"Renamed {mark}", "external_id": f"X-{mark}"}, {"line": 8, "name": "x" * 5001}, {"line": 9, "name": "A", "phone": "letters"}]
    state = "SELECT (SELECT count(*) FROM portal.client), (SELECT count(*) FROM portal.contact), (SELECT count(*) FROM portal.client_search), (SELECT count(*) FROM portal.activity)"
    before = people.rows(state)
    dry = manager.post(ROWS, json={"dry_run": True, "rows": rows})
    assert dry.status == 200, dry.text
    assert dry.json() == {"created": 2, "updated": 2, "unchanged": 0, "errors": [
        {"line": 5, "field": "name", "code": "required"}, {"line": 6, "field": "email", "code": "invalid_email"},
        {"line": 8, "field": "name", "code": "too_long"}, {"line": 9, "field": "phone", "code": "invalid_phone"}]}
    assert people.rows(state) == before
    assert manager.post(ROWS, json={"dry_run": False, "rows": rows}).json() == dry.json()
    again = manager.post(ROWS, json={"dry_run": False, "rows": [row for row in rows if row["line"] in (3, 4, 7)]})
    assert (again.json()["created"], again.json()["updated"], again.json()["unchanged"]) == (0, 0, 3)
    found = manager.get(f"/api/v1/staff/clients?q=renamed%20{mark[:20]}").json()["items"]
    assert [(item["name"], item["external_id"], item["email"]) for item in found] == [(f"Renamed {mark}", f"X-{mark}", "office@table.example")]
    people.rows("UPDATE portal.client SET imported = true WHERE external_id = %s", f"X-{mark}")
    refused = manager.post(ROWS, json={"dry_run": False, "rows": [rows[0]]})
    assert refused.json()["errors"] == [{"line": 2, "field": "external_id", "code": "imported"}]
    assert manager.post(ROWS, json={"dry_run": True, "rows": [{"line": 1, "name": "A", "colour": "red"}]}).code == "invalid_field"
    assert manager.post(ROWS, json={"dry_run": True, "rows": [{"line": 1}] * 2001}).code == "invalid_field"


def test_a_table_takes_nothing_away_from_a_name(people, manager):
    """Rows have no middle name, and some have a part of a name only."""
    mark = make_token()[0]

    def names(**row) -> tuple:
        """What became of a client after a row with its id, and of its name."""
        external_id = make_token()[0]
        client_id = people.insert("client", "client_id", account_id=people.account_id, kind="person", first_name="Ana", middle_name="Maria", surname=mark,
                                  external_id=external_id)
        answer = manager.post(ROWS, json={"dry_run": False, "rows": [{"line": 1, "external_id": external_id, **row}]}).json()
        assert answer["errors"] == [] and answer["created"] == 0
        found = people.rows("SELECT first_name, middle_name, surname FROM portal.client WHERE client_id = %s", client_id)[0]
        return answer["updated"], *found

    assert names(first_name="Ana", surname=mark) == (0, "Ana", "Maria", mark)
    assert names(first_name="Ana", surname=f"{mark} Gil") == (1, "Ana", "Maria", f"{mark} Gil")
    assert names(surname=mark) == (0, "Ana", "Maria", mark)
    assert names(first_name="Ana Maria", surname=mark) == (0, "Ana", "Maria", mark)
    # A name that has come to hold the middle one does not have it twice.
    assert names(first_name="Ana Maria", surname=f"{mark} Gil") == (1, "Ana Maria", None, f"{mark} Gil")


def test_a_table_adds_what_an_import_once_took_back(people, manager):
    mark = make_token()[0]
    client_id = people.insert("client", "client_id", account_id=people.account_id, kind="organisation", organisation_name=f"Back {mark}")
    row = {"line": 1, "name": f"Back {mark}", "email": "back@table.example", "phone": "+44 20 7946 0334"}
    for kind, value in (("email", row["email"]), ("phone", row["phone"])):
        people.rows("INSERT INTO portal.contact (account_id, client_id, kind, value, withdrawn_at) VALUES (%s, %s, %s, %s, now())", people.account_id, client_id,
                    kind, value)
    answers = [manager.post(ROWS, json={"dry_run": False, "rows": [row]}).json() for _ in range(2)]
    assert [(answer["updated"], answer["unchanged"]) for answer in answers] == [(1, 0), (0, 1)]
    assert people.value("SELECT count(*) FROM portal.contact WHERE client_id = %s AND withdrawn_at IS NULL", client_id) == 2


def test_a_table_of_many_rows(people, manager):
    many = 2000 if os.environ.get("PORTAL_LONG") else 60
    mark = make_token()[0]
    rows = [{"line": number, "name": f"Row {mark} {number}", "email": f"row{number}@rows.example"} for number in range(1, many + 1)]
    began = time.monotonic()
    answer = manager.post(ROWS, json={"dry_run": True, "rows": rows})
    print(f"{many} rows took {time.monotonic() - began:.1f} s")
    assert answer.json() == {"created": many, "updated": 0, "unchanged": 0, "errors": []}
    assert people.value("SELECT count(*) FROM portal.client WHERE organisation_name LIKE %s", f"Row {mark}%") == 0


def test_what_could_not_be_delivered_is_shown_and_tried_again(people, manager):
    (client_id,) = add_clients(people, 1)
    member = manager.post(INVITATIONS, json={"client_id": client_id}).json()
    people.rows("UPDATE portal.outbox_message SET failed_at = now(), attempts = 3, last_error = '550 5.1.1 no such user' WHERE membership_id = %s", int(member["id"]))
    listed = manager.get("/api/v1/staff/messages?state=failed&limit=100").json()["items"]
    (message,) = [item for item in listed if item["member_id"] == member["id"]]
    assert (message["reason"], message["attempts"], message["can_retry"], message["kind"]) == ("550 5.1.1 no such user", 3, True, "invitation")
    assert manager.get(f"/api/v1/staff/members/{member['id']}").json()["failure"] == "550 5.1.1 no such user"
    retried = manager.post(f"/api/v1/staff/messages/{message['id']}/retry", json={})
    assert retried.status == 202, retried.text
    assert manager.post(f"/api/v1/staff/messages/{message['id']}/retry", json={}).code == "conflict"
    assert manager.post("/api/v1/staff/messages/999999999/retry", json={}).code == "not_found"
    assert manager.get(f"/api/v1/staff/members/{member['id']}").json()["state"] == "queued"
    assert message["id"] in [item["id"] for item in manager.get("/api/v1/staff/messages?state=queued&limit=100").json()["items"]]
    # What its link cannot do any more is not shown as a failure.
    people.rows("UPDATE portal.outbox_message SET failed_at = now(), last_error = 'x' WHERE membership_id = %s", int(member["id"]))
    manager.delete(f"{INVITATIONS}/{member['id']}")
    assert member["id"] not in [item["member_id"] for item in manager.get("/api/v1/staff/messages").json()["items"]]
