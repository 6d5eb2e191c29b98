"""The activity: what is written down, how it is found, how long it is kept."""

import hashlib
import itertools
import time
from contextlib import closing
from pathlib import Path

import pytest
from support import staff
from support.courier import wait_until
from support.people import People
from support.portalctl import Portalctl

API = "/api/v1/staff"

_numbers = itertools.count(1)


@pytest.fixture
def desk(portal):
    with closing(People(portal, slug=f"diary{next(_numbers)}")) as made:
        yield made


@pytest.fixture
def owner(desk) -> staff.Staff:
    return staff.add_staff(desk, desk.account_id, password_hash=desk.password_hash)


def read(desk, owner, query: str = "") -> list[dict]:
    answer = staff.signed_in(desk, desk.client(), owner).get(f"{API}/activity{query}")
    assert answer.status == 200, answer.text
    return answer.json()["items"]


def test_sign_ins_and_failures_of_members_and_staff(desk, owner):
    member = desk.add_member()
    client = desk.client()
    for path, email in (("/api/v1/session", member.email), (f"{API}/session", owner.email)):
        assert client.post(path, json={"email": email, "password": "not the right one"}).status == 401
        assert client.post(path, json={"email": "nobody@mail.example", "password": "not the right one"}).status == 401
        assert client.post(path, json={"email": email, "password": desk.password}).status == 200
    wait_until(lambda: len(read(desk, owner)) == 4)
    items = {(item["action"], item["actor"]["kind"]): item for item in read(desk, owner)}
    assert set(items) == {("signed_in", "staff"), ("signed_in", "member"), ("sign_in_failed", "system")}
    assert items["signed_in", "staff"]["actor"] == {"kind": "staff", "id": str(owner.staff_id), "name": "Olivia Grant"}
    signed_in = items["signed_in", "member"]
    assert signed_in["actor"]["id"] == str(member.member_id) and signed_in["member"]["id"] == str(member.membership_id)
    assert signed_in["client"]["id"] == str(desk.clients["Acme"])
    failures = [item["subject"] for item in read(desk, owner, "?action=sign_in_failed")]
    assert {(each["kind"], each["id"]) for each in failures} == {("staff", str(owner.staff_id)), ("member", str(member.member_id))}


def file_of(desk, content: bytes) -> Path:
    digits = hashlib.sha256(content).hexdigest()
    return desk.site.files / digits[:2] / digits


def add_document(desk, content: bytes) -> str:
    """The address of its content."""
    file = file_of(desk, content)
    file.parent.mkdir(mode=0o750, exist_ok=True)
    file.write_bytes(content)
    file.chmod(0o640)
    document = desk.insert("document", "document_id", account_id=desk.account_id, client_id=desk.clients["Acme"], name="Contract.pdf", media_type="application/pdf",
                           size_bytes=len(content), content_hash=hashlib.sha256(content).digest())
    return f"/api/v1/documents/{document}/content"


def opened_by(desk, owner, member) -> list[dict]:
    return [each for each in read(desk, owner, "?action=document_opened") if each["actor"]["id"] == str(member.member_id)]


def test_documents_that_members_opened(desk, owner):
    member = desk.add_member()
    path = add_document(desk, b"%PDF-1.4\nsome")
    client = desk.signed_in(member)
    client.keeps = True
    answer = client.get(path)
    assert answer.status == 200
    assert client.get(path, headers={"If-None-Match": answer.header("ETag")}).status == 304
    assert client.get(path, headers={"Range": "bytes=0-3"}).status == 206
    wait_until(lambda: opened_by(desk, owner, member))
    (opened,) = opened_by(desk, owner, member)
    assert opened["subject"]["kind"] == "document" and opened["subject"]["id"] == path.split("/")[4]
    assert opened["client"]["id"] == str(desk.clients["Acme"])
    client.close()


def test_a_document_that_was_not_given_was_not_opened(desk, owner):
    member = desk.add_member()
    content = b"%PDF-1.4\nnot given"
    path = add_document(desk, content)
    file = file_of(desk, content)
    client = desk.signed_in(member)
    client.keeps = True
    file.rename(file.with_suffix(".away"))
    assert client.get(path).code == "storage_unavailable"
    file.with_suffix(".away").rename(file)
    assert client.request("HEAD", path).status == 200
    assert client.get(path).status == 200
    wait_until(lambda: opened_by(desk, owner, member))
    time.sleep(0.5)  # what else there was to be noted would be there by now
    assert len(opened_by(desk, owner, member)) == 1
    client.close()


@pytest.mark.parametrize("part, status", [("bytes=0-", 206), ("bytes=1-", 206), ("rows=1-2", 200)])
def test_who_asks_for_parts_alone_has_opened_it_once(desk, owner, part, status):
    """Nobody reads a document unseen by the way he asks for it; and a reader that fetches it in parts has opened it once."""
    member = desk.add_member()
    path = add_document(desk, b"%PDF-1.4\nin parts")
    client = desk.signed_in(member)
    client.keeps = True
    for _ in range(3):
        assert client.get(path, headers={"Range": part}).status == status
    wait_until(lambda: opened_by(desk, owner, member))
    time.sleep(0.5)  # what else there was to be noted would be there by now
    assert len(opened_by(desk, owner, member)) == 1
    client.close()


def test_pages_and_filters(desk, owner):
    client = staff.signed_in(desk, desk.client(), owner)
    for number in range(7):
        desk.insert("activity", account_id=desk.account_id, actor_kind="staff", staff_id=owner.staff_id, action="number_noted", details=f'{{"number": {number}}}')
    desk.insert("activity", account_id=desk.account_id, actor_kind="system", action="number_noted")
    desk.rows("UPDATE portal.activity SET at = '2026-03-29 00:30+00' WHERE account_id = %s AND details = '{\"number\": 3}'", desk.account_id)
    path, seen = f"{API}/activity?actor=staff&limit=3", []
    while path:
        page = client.get(path).json()
        seen += [item["details"]["number"] for item in page["items"]]
        path = page["next_cursor"] and f"{API}/activity?actor=staff&limit=3&cursor={page['next_cursor']}"
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    cursor = client.get(f"{API}/activity?limit=3").json()["next_cursor"]
    assert client.get(f"{API}/activity?actor=staff&limit=3&cursor={cursor}").code == "invalid_cursor"
    assert [item["details"] for item in read(desk, owner, "?from=2026-03-29&to=2026-03-29")] == [{"number": 3}]
    assert read(desk, owner, "?to=2026-03-28") == [] and read(desk, owner, f"?actor=staff:{owner.staff_id + 1}") == []
    for wrong in ("actor=nobody", "actor=staff:x", "from=2026-02-30", "from=2026-02-02&to=2026-02-01", "limit=0", "client_id=x"):
        assert client.get(f"{API}/activity?{wrong}").status == 400, wrong


def test_it_is_kept_as_long_as_the_account_says(desk, owner):
    for days in (1, 370):
        desk.rows("""INSERT INTO portal.activity (account_id, actor_kind, action, at) VALUES (%s, 'system', 'time_passed', now() - make_interval(days => %s))""",
                  desk.account_id, days)
    portalctl = Portalctl(desk.site.postgres, desk.site.keys_file)
    assert portalctl.json("tidy")["activity"] >= 1
    assert len(read(desk, owner)) == 1
    assert "Forgotten: 0 lines" in portalctl("tidy")


def test_staff_start_a_reset_and_never_see_the_link(desk, owner):
    member = desk.add_member()
    client = staff.signed_in(desk, desk.client(), staff.add_staff(desk, desk.account_id, "manager"))
    path = f"{API}/members/{member.membership_id}/password-reset"
    for _ in range(5):
        answer = client.post(path, json={})
        assert answer.status == 202 and not answer.body
    refused = client.post(path, json={})
    assert refused.status == 429 and int(refused.header("Retry-After")) > 0
    mails = desk.messages_to(member, "password_reset")
    assert len(mails) == 5
    tokens = [mail["url"].partition("/password#")[2] for mail in mails]
    assert desk.client().post("/api/v1/password", json={"token": tokens[0], "password": "seven tall green lamps"}).code == "link_replaced"
    assert desk.client().post("/api/v1/password", json={"token": tokens[-1], "password": "seven tall green lamps"}).status == 204
    (started, *_) = read(desk, owner, "?action=password_reset_started")
    assert started["member"]["id"] == str(member.membership_id) and started["details"] == {}
