"""Texts: what would break a list, a mail's header or a terminal is refused, wherever somebody is named, and what nobody can see as well."""

import json

import pytest
from support import staff
from support.portalctl import Portalctl

CONTROLS = {"a bell": "\u0007", "an escape": "\u001b[31m", "an end of line": "\n", "a tab": "\t", "delete": "\u007f", "a next line": "\u0085", "the last of C1": "\u009f"}
LETTERS = "Œrsted \u00a0\u0416\u6d4b O'Neill-\U0001f600"  # of C2 and of others, none of them a control


def invite(people, console, name: str, value: str):
    client_id = str(people.insert("client", "client_id", account_id=people.account_id, kind="organisation", organisation_name="Acme"))
    return console.post("/api/v1/staff/invitations", json={"client_id": client_id, "email": "zoe@acme.example", name: value})


def add_person(people, console, name: str, value: str):
    return console.post("/api/v1/staff/clients", json={"kind": "person", "surname": "Okafor", name: value})


def add_contact(people, console, name: str, value: str):
    return console.post("/api/v1/staff/clients", json={"kind": "person", "surname": "A", "contacts": [{"kind": "email", "value": "a@b.example", name: value}]})


def own_staff(people, console, name: str, value: str):
    return console.request("PATCH", "/api/v1/staff/me", json={name: value})


def add_staff(people, console, name: str, value: str):
    return console.post("/api/v1/staff/users", json={"email": f"new-{name}@business.example".lower(), "role": "viewer", name: value})


def own_member(people, console, name: str, value: str):
    return people.signed_in(people.add_member()).request("PATCH", "/api/v1/me", json={name: value})


def add_key(people, console, name: str, value: str):
    return console.post("/api/v1/staff/api-keys", json={"scopes": ["import"], name: value})


def rename_document(people, console, name: str, value: str):
    document = people.insert("document", "document_id", account_id=people.account_id, client_id=people.clients["Acme"], name="Report.pdf", media_type="application/pdf", size_bytes=1,
                             content_hash=bytes(32))
    return console.request("PATCH", f"/api/v1/staff/documents/{document}", json={name: value})


def set_mail(people, console, name: str, value: str):
    return console.put("/api/v1/staff/mail-settings", json={"sender_name": None, "sender_address": None, "reply_to": None, "server": None, name: value})


def set_layout(people, console, name: str, value: str):
    return console.put("/api/v1/staff/invitation-layouts", json={"language": "en", "email": {"html": "<p>{{activation.url}}</p>", name: value}})


def view(people, console, name: str, value: str):
    return console.post(f"/api/v1/staff/members/{people.add_member().membership_id}/view", json={name: value})


def set_portal(people, console, name: str, value: str):
    return console.request("PATCH", "/api/v1/staff/portal", json={name: value})


def set_contact(people, console, name: str, value: str):
    return console.request("PATCH", "/api/v1/staff/portal", json={"contact": {name: value}})


@pytest.fixture
def kept(people):
    """What the account has set is then as before."""
    ((name, phone),) = people.rows("SELECT name, contact_phone FROM portal.portal WHERE account_id = %s", people.account_id)
    yield people
    people.rows("UPDATE portal.portal SET name = %s, contact_phone = %s WHERE account_id = %s", name, phone, people.account_id)
    for table in ("mail_setting", "invitation_layout", "document"):
        people.rows(f"DELETE FROM portal.{table} WHERE account_id = %s", people.account_id)


PLACES = [(invite, "first_name"), (invite, "surname"), (invite, "job_title"), (add_person, "first_name"), (add_person, "surname"), (add_person, "middle_name"), (add_contact, "name"),
          (own_staff, "first_name"), (own_staff, "surname"), (add_staff, "first_name"), (add_staff, "surname"), (own_member, "first_name"), (own_member, "surname"),
          (add_person, "external_id"), (add_key, "name"), (rename_document, "name"), (set_mail, "sender_name"), (set_layout, "subject"), (view, "reason"), (set_portal, "name"),
          (set_contact, "phone")]


@pytest.mark.parametrize("place, name", PLACES, ids=[f"{place.__name__}-{name}" for place, name in PLACES])
def test_a_name_has_one_line_without_controls(kept, people, place, name):
    console = staff.signed_in(people, people.client(), staff.add_staff(people, people.account_id, "owner"))
    for what, control in CONTROLS.items():
        answer = place(people, console, name, f"Zo{control}e")
        assert (answer.status, answer.code) == (400, "invalid_field"), what
        assert [(error["pointer"].rsplit("/", 1)[1], error["code"]) for error in answer.json()["errors"]] == [(name, "invalid_text")], what
    if place is not set_layout:
        answer = place(people, console, name, " " * 12)
        assert [(error["pointer"].rsplit("/", 1)[1], error["code"]) for error in answer.json()["errors"]] == [(name, "too_short")], answer.text
    answer = place(people, console, name, LETTERS)
    assert answer.status in (200, 201, 204), answer.text


def test_nor_has_one_that_another_system_says(portal):
    keys = Portalctl(portal.postgres, portal.keys_file)
    key = keys.json("key", "create", "--account", "brightwater", "--name", "names", "--scopes", "import,invite")["key"]
    client = portal.client()
    client.headers = {"Authorization": f"Bearer {key}"}
    answer = client.post("/api/v1/invitations", json={"invitations": [{"client": "C-1", "email": "a@b.example", "first_name": "Zo\u0007e"}]})
    assert (answer.status, answer.code) == (400, "invalid_field"), answer.text
    for kind, line in (("clients", '{"external_id": "OL-1", "kind": "person", "surname": "%s"}'), ("workers", '{"external_id": "OL-1", "name": "%s"}'),
                       ("contacts", '{"external_id": "OL-1", "client": "C-1", "kind": "phone", "value": "5550110", "name": "%s"}')):
        for control in (r"\u0007", r"\n", r"\u0085"):
            refused = client.put(f"/api/v1/import/{kind}", body=(line % f"Zo{control}e").encode(), headers={"Content-Type": "application/x-ndjson"})
            assert ("invalid_text" in [error["code"] for error in refused.json()["errors"]], refused.code) == (True, "import_refused"), (kind, control)


def test_nor_have_the_lines_of_an_import_elsewhere(portal):
    keys = Portalctl(portal.postgres, portal.keys_file)
    client = portal.client()
    client.headers = {"Authorization": "Bearer " + keys.json("key", "create", "--account", "brightwater", "--name", "lines", "--scopes", "import")["key"]}

    def codes(kind: str, line: dict) -> list[tuple]:
        answer = client.put(f"/api/v1/import/{kind}", body=json.dumps(line).encode(), headers={"Content-Type": "application/x-ndjson"})
        return [] if answer.status == 200 else [(error["pointer"], error["code"]) for error in answer.json()["errors"]]

    pick = {"external_id": "OL-P", "group": "custom", "key": "ol_pick", "label": "Pick", "type": "pick_list", "options": [{"id": "a", "label": "A"}]}
    text = {"external_id": "OL-T", "group": "custom", "key": "ol_text", "label": "Text", "type": "text"}
    link = {"external_id": "OL-L", "group": "custom", "key": "ol_link", "label": "Link", "type": "link"}
    job = {"external_id": "OL-J", "number": 990_201, "client": "OL-C", "status": "finished", "template": "OL-M", "reference": "R", "description": "Two\nlines",
           "resolution": {"name": "Done"}, "custom": {"ol_text": "Two\nlines", "ol_link": {"url": "https://a.example", "label": "A"}}}
    for kind, line in (("clients", {"external_id": "OL-C", "kind": "person", "surname": "Okafor"}), ("fields", pick), ("fields", text), ("fields", link),
                       ("templates", {"external_id": "OL-M", "name": "Made", "fields": ["OL-T", "OL-L"]}), ("jobs", job)):
        assert codes(kind, line) == [], (kind, line)
    for what, control in CONTROLS.items():
        value = f"Zo{control}e"
        assert codes("workers", {"external_id": value, "name": "Zoe"}) == [("/external_id", "invalid_text")], what
        assert codes("workers", {"external_id": value, "deleted": True}) == [("/external_id", "invalid_text")], what
        for name in ("id", "label"):
            assert codes("fields", {**pick, "options": [{"id": "a", "label": "A", name: value}]}) == [("/options", "invalid_value")], (what, name)
        for name in ("reference", "client", "site", "entrance", "floor", "contact", "template", "worker", "team"):
            assert codes("jobs", {**job, name: value}) == [(f"/{name}", "invalid_text")], (what, name)
        assert codes("jobs", {**job, "resolution": {"name": value}}) == [("/resolution/name", "invalid_text")], what
        assert codes("jobs", {**job, "custom": {"ol_link": {"url": "https://a.example", "label": value}}}) == [("/custom/ol_link", "invalid_text")], what
        if control not in "\n\t":
            assert codes("jobs", {**job, "custom": {"ol_text": value}}) == [("/custom/ol_text", "invalid_text")], what
            assert codes("jobs", {**job, "description": value}) == [("/description", "invalid_text")], what
            assert codes("jobs", {**job, "address": value}) == [("/address", "invalid_text")], what
            assert codes("jobs", {**job, "resolution": {"name": "Done"}, "resolution_note": value}) == [("/resolution_note", "invalid_text")], what
            assert codes("sites", {"external_id": "OL-S", "client": "OL-C", "name": "Home", "address": value}) == [("/address", "invalid_text")], what


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_address_has_lines_and_no_other_controls(people, method):
    console = staff.signed_in(people, people.client(), staff.add_staff(people, people.account_id, "owner"))
    sites = f"/api/v1/staff/clients/{people.clients['Acme']}/sites"
    made = console.post(sites, json={"name": "Depot", "address": "1 High Street\nTown"})
    assert made.status == 201, made.text
    path = sites if method == "POST" else f"{sites}/{made.json()['id']}"
    answer = console.request(method, path, json={"name": "Depot", "address": "1 High Street\u0007"})
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("/address", "invalid_text")], answer.text
