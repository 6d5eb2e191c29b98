"""Work requests (C8): a member asks, staff answer, and whom it concerns gets a mail."""

import itertools
from contextlib import closing
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from support import staff
from support.event_stream import begin
from support.people import COOKIE, People, make_token

OWN, OF_STAFF = "/api/v1/work-requests", "/api/v1/staff/work-requests"
ASKING = ["create_work_requests", "view_job_status"]
_numbers = itertools.count(1)


@pytest.fixture
def desk(portal):
    with closing(People(portal, slug=f"requests{next(_numbers)}")) as made:
        yield made


@pytest.fixture
def owner(desk):
    return staff.add_staff(desk, desk.account_id, "owner")


@pytest.fixture
def manager(desk, owner):
    return staff.signed_in(desk, desk.client(), staff.add_staff(desk, desk.account_id, "manager"))


def member(desk, permissions=ASKING):
    """Somebody with a session, without the time that a password takes; returns who it is and the browser."""
    person = desk.add_member(permissions=permissions, language="en")
    token, token_hash = make_token()
    desk.rows("INSERT INTO portal.session (account_id, token_hash, member_id, membership_id, expires_at) VALUES (%s, %s, %s, %s, now() + interval '1 day')",
              desk.account_id, token_hash, person.member_id, person.membership_id)
    client = desk.client()
    client.cookies[COOKIE] = token
    return person, client


def ask(client, key: str | None = None, **wish):
    return client.post(OWN, json={"subject": "Boiler is losing pressure", **wish}, headers={"Idempotency-Key": key} if key else None)


def answer(client, request: dict, former: str, **content):
    return client.request("PATCH", f"{OF_STAFF}/{request['id']}", json={"former_state": former, **content})


def mails(desk, kind: str) -> list[str]:
    return [recipient for recipient, in desk.rows("SELECT recipient FROM portal.outbox_message WHERE account_id = %s AND kind = %s ORDER BY outbox_message_id", desk.account_id, kind)]


def field_errors(answer) -> list[tuple]:
    assert answer.status == 400, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def today(desk):
    return datetime.now(ZoneInfo(desk.rows("SELECT time_zone FROM portal.account WHERE account_id = %s", desk.account_id)[0][0])).date()


def test_from_the_wish_to_the_answer(desk, owner, manager):
    person, client = member(desk)
    _, colleague = member(desk)
    wished = (today(desk) + timedelta(days=3)).isoformat()
    made = ask(client, notes="Since Monday.\nThe key is at the reception.", preferred_date=wished, preferred_time="09:30")
    assert made.status == 201, made.text
    request = made.json()
    assert (request["number"], request["state"], request["site"], request["preferred_date"], request["preferred_time"]) == (1, "submitted", None, wished, "09:30")
    assert request["is_own"] and request["reply"] is None and request["job"] is None and request["created_at"] == request["changed_at"]
    assert client.get(f"{OWN}/{request['id']}").json() == request
    seen = colleague.get(f"{OWN}/{request['id']}").json()
    assert seen == {**request, "is_own": False}
    assert mails(desk, "work_request_submitted") == [owner.email]

    told = manager.get(f"{OF_STAFF}/{request['id']}").json()
    assert told["client"]["name"] and told["member"]["id"] == str(person.membership_id) and told["notes"] == request["notes"] and "is_own" not in told
    assert manager.get(f"{OF_STAFF}?state=open&counts=true").json()["counts"] == {"submitted": 1, "open": 1, "closed": 0}
    done = answer(manager, request, "submitted", state="scheduled", reply="We come on Friday.")
    assert done.status == 200 and (done.json()["state"], done.json()["reply"]) == ("scheduled", "We come on Friday.")
    assert len(mails(desk, "work_request_answered")) == 1
    desk.client().get("/api/v1/portal")
    now = client.get(f"{OWN}/{request['id']}").json()
    assert (now["state"], now["reply"]) == ("scheduled", "We come on Friday.") and now["changed_at"] > now["created_at"]
    assert client.get(f"{OWN}?state=closed").json()["items"] == [] and len(client.get(f"{OWN}?state=open").json()["items"]) == 1
    assert answer(manager, request, "submitted", state="completed").code == "conflict"
    assert answer(manager, request, "scheduled", reply="We come on Friday.").status == 200 and len(mails(desk, "work_request_answered")) == 1
    actions = [item["action"] for item in manager.get("/api/v1/staff/activity").json()["items"]]
    assert actions == ["work_request_changed", "work_request_submitted"]
    (changed, _) = manager.get("/api/v1/staff/activity").json()["items"]
    assert (changed["details"]["before"], changed["details"]["after"]) == ({"state": "submitted"}, {"state": "scheduled"})


REFUSED = [
    ({"subject": ""}, "/subject", "too_short"), ({"subject": "  "}, "/subject", "too_short"), ({"subject": "x" * 201}, "/subject", "too_long"),
    ({"subject": "one\ntwo"}, "/subject", "invalid_text"), ({"notes": "x" * 4001}, "/notes", "too_long"), ({"notes": "a\x07b"}, "/notes", "invalid_text"),
    ({"preferred_date": "2026-02-30"}, "/preferred_date", "invalid_date"), ({"preferred_time": "09:30"}, "/preferred_date", "required"),
    ({"site_id": "x"}, "/site_id", "invalid_id"), ({"site_id": "987654321"}, "/site_id", "unknown_id"), ({"state": "scheduled"}, "/state", "unknown_field"),
    ({"urgent": True}, "/urgent", "unknown_field"),
]


@pytest.mark.parametrize("wrong, pointer, code", REFUSED, ids=[f"{pointer} {code} {number}" for number, (_, pointer, code) in enumerate(REFUSED)])
def test_a_wish_that_is_none(desk, wrong, pointer, code):
    _, client = member(desk)
    assert field_errors(ask(client, **wrong)) == [(pointer, code)]
    assert client.get(OWN).json()["items"] == []


def test_days_that_can_be_wished_for(desk):
    _, client = member(desk)
    now = today(desk)
    for days, good in ((-1, False), (0, True), (730, True), (731, False)):
        asked = ask(client, preferred_date=(now + timedelta(days=days)).isoformat())
        if good:
            assert asked.status == 201, asked.text
        else:
            assert field_errors(asked) == [("/preferred_date", "out_of_range")]
    for time in ("9:30", "24:00", "12:60", "12-30"):
        assert field_errors(ask(client, preferred_date=now.isoformat(), preferred_time=time)) == [("/preferred_time", "invalid_text")], time
    longest = ask(client, subject="é" * 200, notes="\n".join(["n" * 99] * 40))
    assert longest.status == 201 and len(longest.json()["notes"]) == 3999


def test_the_same_request_again_asks_once(desk, owner):
    _, client = member(desk)
    first, again = ask(client, key="wish-1"), ask(client, key="wish-1")
    assert first.status == again.status == 201 and first.json() == again.json()
    assert len(client.get(OWN).json()["items"]) == 1 and len(mails(desk, "work_request_submitted")) == 1
    assert ask(client, key="wish-1", subject="Another").code == "idempotency_key_reused"
    # What was refused has used up no key.
    assert ask(client, key="wish-2", site_id="987654321").status == 400
    assert ask(client, key="wish-2", site_id="987654321").status == 400


def test_so_many_in_a_day(desk):
    _, client = member(desk)
    client.keeps = True
    for _ in range(20):
        assert ask(client).status == 201
    refused = ask(client)
    assert refused.code == "too_many_requests" and int(refused.header("Retry-After")) > 0
    assert len(client.get(f"{OWN}?limit=100").json()["items"]) == 20


def test_a_page_after_the_other(desk):
    _, client = member(desk)
    asked = [ask(client, subject=f"No. {number}").json()["id"] for number in range(5)]
    path, listed = f"{OWN}?limit=2", []
    while path:
        page = client.get(path).json()
        listed += [item["id"] for item in page["items"]]
        path = page["next_cursor"] and f"{OWN}?limit=2&cursor={page['next_cursor']}"
    assert listed == asked[::-1]


def test_taken_back_until_it_is_planned(desk, owner, manager):
    _, client = member(desk)
    _, colleague = member(desk)
    request, planned = ask(client).json(), ask(client).json()
    path = f"{OWN}/{request['id']}"
    cancel = {"state": "cancelled"}
    assert colleague.request("PATCH", path, json=cancel).code == "conflict"
    done = client.request("PATCH", path, json=cancel)
    assert done.status == 200 and done.json()["state"] == "cancelled" and mails(desk, "work_request_cancelled") == [owner.email]
    assert client.request("PATCH", path, json=cancel).json() == done.json() and len(mails(desk, "work_request_cancelled")) == 1
    assert answer(manager, request, "cancelled", reply="Too late").code == "conflict"
    assert answer(manager, planned, "submitted", state="scheduled").status == 200
    assert client.request("PATCH", f"{OWN}/{planned['id']}", json=cancel).code == "conflict"
    assert field_errors(client.request("PATCH", path, json={"state": "completed"})) == [("/state", "invalid_choice")]


def test_declined_with_a_reason_and_a_job_of_the_client(desk, manager):
    _, client = member(desk)
    request = ask(client).json()
    template = desk.insert("job_template", "job_template_id", account_id=desk.account_id, name="Inspection")
    desk.insert("portal_visible_template", account_id=desk.account_id, job_template_id=template)
    client_id = int(manager.get(f"{OF_STAFF}/{request['id']}").json()["client"]["id"])
    desk.insert("job", account_id=desk.account_id, client_id=client_id, number=4711, status="scheduled", job_template_id=template)
    assert field_errors(answer(manager, request, "submitted", state="declined")) == [("/reply", "required")]
    assert field_errors(answer(manager, request, "submitted", job_number="4712")) == [("/job_number", "unknown_reference")]
    assert field_errors(answer(manager, request, "submitted", reply="x" * 2001)) == [("/reply", "too_long")]
    assert field_errors(answer(manager, request, "submitted", state="cancelled")) == [("/state", "invalid_choice")]
    assert ("/former_state", "required") in field_errors(manager.request("PATCH", f"{OF_STAFF}/{request['id']}", json={"state": "completed"}))
    linked = answer(manager, request, "submitted", job_number="4711").json()
    assert linked["job"]["number"] == "4711" and client.get(f"{OWN}/{request['id']}").json()["job"] == linked["job"]
    assert answer(manager, request, "submitted", job_number=None).json()["job"] is None
    assert answer(manager, request, "submitted", state="declined", reply="No.").status == 200


def test_staff_choose_who_gets_the_mails(desk, owner, manager):
    _, client = member(desk)
    me = staff.signed_in(desk, desk.client(), owner)
    assert manager.request("PATCH", "/api/v1/staff/me", json={"work_request_mail": True}).json()["staff"]["work_request_mail"] is True
    mine = manager.get("/api/v1/staff/session").json()["staff"]
    assert mine["work_request_mail"] is True
    ask(client)
    assert mails(desk, "work_request_submitted") == [mine["email"]]
    listed = {user["id"]: user["work_request_mail"] for user in me.get("/api/v1/staff/users").json()["items"]}
    assert listed == {mine["id"]: True, str(owner.staff_id): False}
    switched = me.request("PATCH", f"/api/v1/staff/users/{mine['id']}", json={"work_request_mail": False})
    assert switched.status == 200 and (switched.json()["work_request_mail"], switched.json()["role"]) == (False, "manager")
    ask(client)
    assert mails(desk, "work_request_submitted") == [mine["email"], owner.email]
    assert me.request("PATCH", f"/api/v1/staff/users/{mine['id']}", json={}).status == 400
    assert manager.request("PATCH", f"/api/v1/staff/users/{owner.staff_id}", json={"work_request_mail": True}).code == "permission_required"


def test_without_the_permission(desk):
    _, client = member(desk, ["view_job_status"])
    assert client.get(OWN).code == ask(client).code == "permission_required"
    assert client.get(f"{OWN}/1").code == client.request("PATCH", f"{OWN}/1", json={"state": "cancelled"}).code == "not_found"


def test_an_open_page_hears_of_it(desk, manager):
    _, client = member(desk)
    _, other = member(desk, ["view_documents"])
    request = ask(client).json()
    with begin(client) as stream, begin(other) as deaf:
        assert answer(manager, request, "submitted", state="acknowledged").status == 200
        assert stream.next() == ("work_requests", {})
        assert deaf.is_quiet(0.5)
