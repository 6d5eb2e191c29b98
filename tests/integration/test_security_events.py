"""What the error log tells about security (R58): one line of JSON for each event, with who and where, and nothing that is secret."""

import json
import re
import time

import pytest

from support import staff
from support.people import COOKIE

SESSION = "/api/v1/session"
ACTIVATION = "/api/v1/activation"
PASSWORD = "five small blue teapots"


class Watch:
    """Events that were written since it was made."""

    def __init__(self, people):
        self._log = people.site.nginx.error_log
        self._offset = self._log.stat().st_size
        self._account = str(people.account_id)

    def next(self, event: str) -> dict:
        deadline = time.monotonic() + 5
        while True:
            found = [entry for entry in self.all() if entry["event"] == event]
            if found:
                return found[-1]
            assert time.monotonic() < deadline, f"no {event}: {self.all()}"
            time.sleep(0.01)

    def all(self) -> list[dict]:
        text = self._log.read_bytes()[self._offset:].decode()
        entries = [json.loads(found) for found in re.findall(r"^.* portal: security (\{.*\})$", text, re.MULTILINE)]
        return [entry for entry in entries if entry["account"] == self._account]


@pytest.fixture
def watch(people):
    return Watch(people)


def test_signing_in_and_out(people, watch):
    person = people.add_member()
    client = people.client()
    refused = client.post(SESSION, json={"email": person.email, "password": "not the one"})
    event = watch.next("sign_in_failed")
    assert event.pop("time").endswith("Z")
    assert event == {"event": "sign_in_failed", "account": str(people.account_id), "member": str(person.member_id),
                     "request_id": refused.json()["request_id"], "address": "127.0.0.1", "operation": "sign_in", "reason": "invalid_credentials"}
    client.post(SESSION, json={"email": "nobody@mail.example", "password": "not the one"})
    assert client.post(SESSION, json={"email": person.email, "password": person.password}).status == 200
    assert watch.next("signed_in")["member"] == str(person.member_id)
    assert [entry["member"] for entry in watch.all() if entry["event"] == "sign_in_failed"] == [str(person.member_id), None]
    assert client.delete(SESSION).status == 204
    assert watch.next("signed_out")["member"] == str(person.member_id)
    assert client.delete(SESSION).status == 204
    client.post(SESSION, json={"email": "end@mail.example", "password": "not the one"})
    while len([entry for entry in watch.all() if entry["event"] == "sign_in_failed"]) < 3:
        time.sleep(0.01)
    assert len([entry for entry in watch.all() if entry["event"] == "signed_out"]) == 1, "nobody was signed in"


def test_links(people, watch):
    person, token = people.invite()
    client = people.client()
    body = {"token": token, "email": person.email, "password": PASSWORD}
    assert client.post(ACTIVATION, json=body).status == 200
    assert watch.next("activated")["member"] == str(person.member_id)
    assert client.post(ACTIVATION, json=body).status == 410
    assert watch.next("link_refused")["reason"] == "activation_used"


def test_what_is_denied(people, watch):
    person = people.add_member("Acme", "Zenith", permissions=("view_documents",))
    client = people.signed_in(person)
    assert client.get("/api/v1/jobs").status == 403
    event = watch.next("access_denied")
    assert (event["member"], event["operation"], event["reason"]) == (str(person.member_id), "list_jobs", "permission_required")
    assert client.get("/api/v1/jobs/1").status == 404
    assert watch.next("access_denied")["reason"] == "permission_required"
    while [entry["operation"] for entry in watch.all() if entry["event"] == "access_denied"] != ["list_jobs", "get_job"]:
        time.sleep(0.01)
    assert client.post(SESSION, json={}, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    while watch.next("access_denied")["reason"] != "cross_site_request":
        time.sleep(0.01)
    assert client.put(SESSION + "/membership", json={"membership_id": str(person.memberships["Zenith"])}).status == 200
    assert watch.next("membership_switched")["member"] == str(person.member_id)


def test_nobody_writes_lines_of_his_own(people, watch):
    forged = '\\r\\n2026/01/01 00:00:00 [notice] 1#1: portal: security {\\"event\\":\\"forged\\"}'
    client = people.client()
    for headers in ({"X-Forwarded-For": "203.0.113.9"}, {"User-Agent": forged}, {"Cookie": f"{COOKIE}={forged}"}):
        client.post(SESSION, body=('{"email": "%s", "password": "x"}' % forged).encode(), headers={"Content-Type": "application/json", **headers})
    client.post(SESSION, json={"email": "end@mail.example", "password": "x"})
    watch.next("sign_in_failed")
    assert "forged" not in {entry["event"] for entry in watch.all()}
    assert {entry["address"] for entry in watch.all()} == {"127.0.0.1"}


def test_new_passwords(people, watch):
    person = people.add_member()
    assert people.client().post("/api/v1/password-reset", json={"email": person.email}).status == 202
    assert watch.next("password_reset_requested")["member"] == str(person.member_id)
    (message,) = people.messages_to(person, "password_reset")
    body = {"token": message["url"].rpartition("#")[2], "password": PASSWORD}
    assert people.client().post("/api/v1/password", json=body).status == 204
    assert watch.next("password_reset")["member"] == str(person.member_id)
    assert people.client().post("/api/v1/password", json=body).code == "link_used"
    assert watch.next("link_refused")["reason"] == "link_used"
    person.password = PASSWORD
    client = people.signed_in(person)
    assert client.post("/api/v1/me/password", json={"current_password": "not the one", "password": "seven tall green lamps"}).status == 400
    assert (watch.next("sign_in_failed")["operation"], watch.next("sign_in_failed")["member"]) == ("change_password", str(person.member_id))
    assert client.post("/api/v1/me/password", json={"current_password": PASSWORD, "password": "seven tall green lamps"}).status == 200
    assert watch.next("password_changed")["member"] == str(person.member_id)
    people.client().post("/api/v1/password-reset", json={"email": "nobody@mail.example"})
    while [entry["member"] for entry in watch.all() if entry["event"] == "password_reset_requested"] != [str(person.member_id), None]:
        time.sleep(0.01)


def test_what_staff_change_of_people_and_keys(people, watch):
    """Keys made and revoked, views as a member, members and colleagues removed, roles changed, the way mail goes: each with who did it."""
    owner = staff.add_staff(people, people.account_id, "owner")
    desk = staff.signed_in(people, people.client(), owner)
    person = people.add_member()
    membership = people.value("SELECT membership_id FROM portal.membership WHERE account_id = %s AND member_id = %s", people.account_id, person.member_id)
    colleague = staff.add_staff(people, people.account_id, "viewer")
    key = desk.post("/api/v1/staff/api-keys", json={"name": "ERP", "scopes": ["import"]})
    done = [("key_created", "create_api_key", key),
            ("key_revoked", "revoke_api_key", desk.delete(f"/api/v1/staff/api-keys/{key.json()['id']}")),
            ("member_viewed", "begin_staff_view", desk.post(f"/api/v1/staff/members/{membership}/view", json={"reason": "They called"})),
            ("member_removed", "remove_member", desk.delete(f"/api/v1/staff/members/{membership}")),
            ("role_changed", "update_staff_user", desk.request("PATCH", f"/api/v1/staff/users/{colleague.staff_id}", json={"role": "manager"})),
            ("staff_removed", "remove_staff_user", desk.delete(f"/api/v1/staff/users/{colleague.staff_id}")),
            ("mail_settings_changed", "set_mail_settings",
             desk.put("/api/v1/staff/mail-settings", json={"sender_name": None, "sender_address": None, "reply_to": None, "server": None}))]
    for event, operation, answer in done:
        assert answer.status < 300, answer.text
        told = watch.next(event)
        assert (told["staff"], told["operation"], told["address"]) == (str(owner.staff_id), operation, "127.0.0.1")
    # What was refused or not found has not happened.
    before = len(watch.all())
    assert desk.delete("/api/v1/staff/api-keys/999999999").status == desk.delete("/api/v1/staff/members/999999999").status == 404
    assert desk.post("/api/v1/staff/api-keys", json={"name": "", "scopes": []}).status == 400
    assert [entry["event"] for entry in watch.all()[before:]] == []
    assert key.json()["key"] not in people.site.nginx.error_log.read_text(errors="replace")
