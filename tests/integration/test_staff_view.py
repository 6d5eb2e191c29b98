"""Staff look at the portal as a member would (SECURITY R32): with a reason, for a while, without changing anything, and it is written down."""

import re
import socket

import pytest

from support import staff
from support.courier import wait_until
from support.world import COOKIE


@pytest.fixture
def desk(portal, world):
    client = staff.signed_in(world, world.client(world.matrix), staff.add_staff(world, world.matrix.account_id, "manager"))
    return client


def begin(desk, who) -> None:
    answer = desk.post(f"/api/v1/staff/members/{who.membership_id}/view", json={"reason": "They called: nothing is shown"})
    assert answer.status == 201, answer.text
    assert answer.json()["member"]["id"] == str(who.membership_id) and answer.json()["client"]["id"] == str(who.client_id)


def test_what_the_member_sees_is_what_staff_see(desk, world):
    for permissions in (("view_job_status", "view_completed_jobs", "view_documents"), ("view_job_status",), ("view_completed_jobs",)):
        who = world.add_member(world.matrix, "One", permissions)
        member = world.signed_in(who)
        path = f"/api/v1/staff/members/{who.membership_id}/view"
        assert desk.get(f"{path}/jobs").status == 404, "nobody looks before there is a reason"
        begin(desk, who)
        for query in ("", "?counts=true&limit=100", "?q=street", "?sort=number&limit=2"):
            seen, shown = member.get(f"/api/v1/jobs{query}").json(), desk.get(f"{path}/jobs{query}").json()
            assert {**shown, "next_cursor": None} == {**seen, "next_cursor": None}
        for job in member.get("/api/v1/jobs?limit=3").json()["items"]:
            assert desk.get(f"{path}/jobs/{job['id']}").json() == member.get(f"/api/v1/jobs/{job['id']}").json()
        documents = member.get("/api/v1/documents")
        shown = desk.get(f"{path}/documents")
        assert (shown.status, shown.json().get("items")) == (documents.status, documents.json().get("items"))


def test_what_the_member_can_open_opens_and_stands_in_the_activity(desk, world):
    """As the staff's own doing: the member has opened nothing."""
    desk.keeps = True
    who = world.add_member(world.matrix, "One")
    member = world.signed_in(who)
    begin(desk, who)
    path = f"/api/v1/staff/members/{who.membership_id}/view"
    document = desk.get(f"{path}/documents").json()["items"][0]["id"]
    job = world.matrix.jobs["One"]["finished"]
    (file, *_) = [entry for field in desk.get(f"{path}/jobs/{job}").json()["fields"] if field["type"] in ("photo", "file", "signature") for entry in field["value"]]
    world.rows("DELETE FROM portal.activity WHERE account_id = %s AND action IN ('opened_as_member', 'document_opened')", world.matrix.account_id)
    for own, shown in ((f"/api/v1/documents/{document}/content", f"{path}/documents/{document}/content"),
                       (f"/api/v1/jobs/{job}/files/{file['id']}", f"{path}/jobs/{job}/files/{file['id']}")):
        seen, told = desk.get(shown), member.get(own)
        assert seen.status == told.status == 200 and seen.body == told.body
        for header in ("Content-Type", "Content-Disposition", "Content-Security-Policy", "ETag"):
            assert seen.header(header) == told.header(header), header
        # Neither a part nor what the browser has is opened again.
        assert desk.get(shown, headers={"Range": "bytes=0-0"}).status == 206
        assert desk.get(shown, headers={"If-None-Match": seen.header("ETag")}).status == 304

    def noted() -> list:
        return world.rows("""SELECT action, actor_kind, staff_id IS NOT NULL, membership_id, subject_kind, subject_id FROM portal.activity
                             WHERE account_id = %s AND action IN ('opened_as_member', 'document_opened') ORDER BY action DESC, subject_kind""", world.matrix.account_id)
    wait_until(lambda: len(noted()) >= 3)
    assert noted() == [("opened_as_member", "staff", True, who.membership_id, "document", int(document)),
                       ("opened_as_member", "staff", True, who.membership_id, "job_file", int(file["id"])),
                       ("document_opened", "member", False, who.membership_id, "document", int(document))]
    world.rows("UPDATE portal.staff_view SET started_at = started_at - interval '1 hour', expires_at = now() - interval '1 second' WHERE membership_id = %s", who.membership_id)
    assert desk.get(f"{path}/documents/{document}/content").status == 404
    desk.close()


def test_who_leaves_right_after_has_opened_it(portal, world):
    """Both requests in one write: when the note is written the session is over."""
    manager = staff.add_staff(world, world.matrix.account_id, "manager")
    who = world.add_member(world.matrix, "One")
    document = world.matrix.documents["One"]["Price list.pdf"]
    session, own = staff.open_session(world, manager), world.open_session(who)
    desk = world.client(world.matrix)
    desk.cookies[staff.COOKIE] = session
    begin(desk, who)
    for cookie, opens, leaves in ((f"{staff.COOKIE}={session}", f"/api/v1/staff/members/{who.membership_id}/view/documents/{document}/content", "/api/v1/staff/session"),
                                  (f"{COOKIE}={own}", f"/api/v1/documents/{document}/content", "/api/v1/session")):
        head = f"Host: {world.matrix.host}\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n"
        with socket.create_connection(("127.0.0.1", portal.nginx.port), timeout=15) as connection:
            connection.sendall(f"GET {opens} HTTP/1.1\r\n{head}\r\nDELETE {leaves} HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
            answers = b"".join(iter(lambda: connection.recv(65536), b""))
        assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"200", b"204"]

    def noted() -> list:
        return world.rows("""SELECT action, staff_id, member_id FROM portal.activity WHERE account_id = %s AND membership_id = %s AND subject_id = %s ORDER BY action""",
                          world.matrix.account_id, who.membership_id, document)
    wait_until(lambda: len(noted()) == 2)
    assert noted() == [("document_opened", None, who.member_id), ("opened_as_member", manager.staff_id, None)]


def test_pages_of_a_long_list_follow_each_other(desk, world):
    who = world.add_member(world.matrix, "One")
    begin(desk, who)
    path = f"/api/v1/staff/members/{who.membership_id}/view/jobs"
    seen, cursor = [], ""
    while cursor is not None:
        page = desk.get(f"{path}?limit=3{cursor}").json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert seen == [item["id"] for item in world.signed_in(who).get("/api/v1/jobs?limit=100").json()["items"]]


def test_it_ends_by_itself_and_with_the_role_and_leaves_the_member_alone(desk, world):
    who = world.add_member(world.matrix, "One")
    before = world.rows("SELECT last_used_at, last_sign_in_at FROM portal.membership JOIN portal.member USING (account_id, member_id) WHERE membership_id = %s", who.membership_id)
    begin(desk, who)
    path = f"/api/v1/staff/members/{who.membership_id}/view/jobs"
    assert desk.get(path).status == 200
    world.rows("UPDATE portal.staff_view SET started_at = started_at - interval '1 hour', expires_at = now() - interval '1 second' WHERE membership_id = %s", who.membership_id)
    assert desk.get(path).status == 404
    begin(desk, who)
    viewer = staff.signed_in(world, world.client(world.matrix), staff.add_staff(world, world.matrix.account_id, "viewer"))
    assert viewer.get(path).code == viewer.post(path.removesuffix("/jobs"), json={"reason": "Curious"}).code == "permission_required"
    colleague = staff.signed_in(world, world.client(world.matrix), staff.add_staff(world, world.matrix.account_id, "owner"))
    assert colleague.get(path).status == 404, "each says the own reason"
    world.rows("UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE membership_id = %s", who.membership_id)
    assert desk.get(path).status == 404
    assert world.rows("SELECT last_used_at, last_sign_in_at FROM portal.membership JOIN portal.member USING (account_id, member_id) WHERE membership_id = %s",
                      who.membership_id) == before
    ((details, number),) = world.rows("SELECT details, membership_id FROM portal.activity WHERE account_id = %s AND action = 'member_viewed' ORDER BY activity_id DESC LIMIT 1",
                                      world.matrix.account_id)
    assert details["reason"] == "They called: nothing is shown" and number == who.membership_id and details["until"].endswith("Z")


@pytest.mark.parametrize("body, code", [({}, "required"), ({"reason": "x"}, "too_short"), ({"reason": "    "}, "too_short"), ({"reason": "x" * 501}, "too_long")])
def test_without_a_reason_nobody_looks(desk, world, body, code):
    who = world.add_member(world.matrix, "One")
    answer = desk.post(f"/api/v1/staff/members/{who.membership_id}/view", json=body)
    assert answer.json()["errors"] == [{"pointer": "/reason", "code": code}]
