"""PUT /import/{kind}: lines from another system, as a program sends them."""

import hashlib
import json
import socket
import threading
import time
from contextlib import closing
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.applications import HttpApplication
from support.client import Client
from support.contract import CheckedClient
from support.courier import wait_until
from support.portalctl import Portalctl
from support.uploads import png
from support.world import NOTICE_SECONDS, PDF

NDJSON = {"Content-Type": "application/x-ndjson"}


class System:
    """The other system, with a key of its account."""

    def __init__(self, site, account: str = "brightwater"):
        key = Portalctl(site.postgres, site.keys_file).json("key", "create", "--account", account, "--name", "the test", "--scopes", "import")["key"]
        self.http = CheckedClient(site.nginx.port, f"{account}.localhost", headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def send(self, kind: str, *lines: dict | str, mode: str | None = None, headers=None):
        body = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines).encode()
        return self.http.put(f"/api/v1/import/{kind}" + (f"?mode={mode}" if mode else ""), body=body, headers=headers or NDJSON)

    def counts(self, kind: str, *lines, mode=None) -> tuple:
        answer = self.send(kind, *lines, mode=mode)
        assert answer.status == 200, answer.text[:2000]
        body = answer.json()
        return body["created"], body["updated"], body["unchanged"], body["withdrawn"]

    def read(self, kind: str, external_id: str):
        answer = self.http.get(f"/api/v1/import/{kind}?external_id={external_id}")
        return answer.json() if answer.status == 200 else answer.code


@pytest.fixture(scope="module")
def system(shared_site) -> System:
    return System(shared_site)


@pytest.fixture
def staff_of_brightwater(portal) -> CheckedClient:
    who = next(each for each in portal.accounts["brightwater"]["staff"] if each["role"] == "owner")
    console = CheckedClient(portal.nginx.port, "brightwater.localhost")
    assert console.post("/api/v1/staff/session", json={"email": who["email"], "password": who["password"]}).status == 200
    return console


@pytest.fixture
def member_of(portal):
    """Somebody signed in for that client, who asks when notices of what was fed have come to the workers."""
    def sign_in(name: str):
        for who in portal.accounts["brightwater"]["members"]:
            browser = portal.client()
            answer = browser.post("/api/v1/session", json={"email": who["email"], "password": who["password"]})
            if answer.status == 200 and answer.json()["membership"]["client"]["name"] == name and "view_documents" in answer.json()["membership"]["permissions"]:
                browser.settle = lambda: time.sleep(NOTICE_SECONDS)
                return browser
        raise AssertionError(f"nobody may see documents of {name}")
    return sign_in


def client(external_id: str, name: str = "Acme", **more) -> dict:
    return {"external_id": external_id, "kind": "organisation", "organisation_name": name, **more}


def test_lines_are_taken_in_and_read_back(system):
    person = {"external_id": "IC-2", "version": 3, "kind": "person", "first_name": "Ruth", "surname": "Okafor", "middle_name": None}
    assert system.counts("clients", client("IC-1"), "", person, "  ") == (2, 0, 0, 0)
    assert system.counts("clients", client("IC-1"), person) == (0, 0, 2, 0)
    read = system.read("clients", "IC-2")
    assert {**person, "deleted": False, "organisation_name": None} == {name: value for name, value in read.items() if name != "id"}
    assert system.read("clients", "IC-0") == "not_found"
    assert system.counts("sites", {"external_id": "IS-1", "client": "IC-1", "name": "Mühle 1", "address": "12 Mill Lane"}) == (1, 0, 0, 0)
    assert system.counts("contacts", {"external_id": "IK-1", "client": "IC-1", "site": "IS-1", "kind": "phone", "value": "+44 20 7946 0101"}) == (1, 0, 0, 0)
    assert system.read("sites", "IS-1")["name"] == "Mühle 1"
    assert system.read("contacts", "IK-1")["site"] == "IS-1"
    assert system.counts("contacts", {"external_id": "IK-1", "deleted": True, "client": "whatever"}) == (0, 0, 0, 1)
    assert system.read("contacts", "IK-1")["deleted"] is True


def test_an_empty_body_does_nothing(system):
    assert system.counts("clients") == (0, 0, 0, 0)
    assert system.counts("clients", "", "\r") == (0, 0, 0, 0)


WRONG = [
    ('{"external_id": "W-1"', "invalid_syntax"), ("[]", "invalid_type"), ('"text"', "invalid_type"), ("{}", "required"),
    ('{"external_id": "W-1", "kind": "organisation"}', "required"), ('{"external_id": "", "kind": "person", "surname": "A"}', "too_short"),
    ('{"external_id": "W-1", "kind": "person"}', "required"), ('{"external_id": "W-1", "kind": "robot"}', "invalid_choice"),
    ('{"external_id": "W-1", "kind": "person", "surname": "' + "x" * 51 + '"}', "too_long"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A", "colour": "red"}', "unknown_field"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A\\u0000"}', "invalid_text"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A\\u0007"}', "invalid_text"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A\\nB"}', "invalid_text"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A", "version": -1}', "out_of_range"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A", "version": "7"}', "invalid_type"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A", "surname": "B"}', "duplicate"),
    ('{"external_id": "W-1", "kind": "person", "surname": "' + "x" * 300_000 + '"}', "payload_too_large"),
]


@pytest.mark.parametrize("line, code", WRONG, ids=[f"{number}-{code}" for number, (_, code) in enumerate(WRONG)])
def test_a_wrong_line_is_told_by_its_number_and_nothing_is_done(system, line, code):
    answer = system.send("clients", client("W-0"), "", line)
    assert (answer.status, answer.code) == (400, "import_refused")
    assert (3, code) in [(error["line"], error["code"]) for error in answer.json()["errors"]]
    assert system.read("clients", "W-0") == "not_found"


def test_what_is_right_of_it(system):
    answer = system.send("sites", {"external_id": "M-1", "client": "nobody", "name": "x"}, "{", {"external_id": "M-2", "name": "no client"}, mode="lines")
    body = answer.json()
    assert (answer.status, body["created"], body["wrong_lines"]) == (200, 0, 3)
    assert [(error["line"], error["pointer"], error["code"]) for error in body["errors"]][0] == (1, "/client", "unknown_reference")
    assert [error["line"] for error in body["errors"]] == [1, 2, 3]
    system.counts("clients", client("M-C"))
    assert system.counts("sites", {"external_id": "M-1", "client": "M-C", "name": "x"}, "{", mode="lines") == (1, 0, 0, 0)


def test_of_several_lines_the_newest_counts(system):
    assert system.counts("clients", client("D-1", "old", version=1), client("D-1", "new", version=3), client("D-1", "middle", version=2)) == (1, 0, 2, 0)
    assert system.read("clients", "D-1")["organisation_name"] == "new"
    assert system.counts("clients", client("D-2", "first"), client("D-2", "last")) == (1, 0, 1, 0)
    assert system.read("clients", "D-2")["organisation_name"] == "last"


def test_limits(system):
    assert system.send("clients", *["{}"] * 10_001).code == "payload_too_large"
    assert len(system.send("clients", *["{}"] * 10_000).json()["errors"]) == 1000
    assert system.http.put("/api/v1/import/clients", body=b" " * (16 * 1024 * 1024 + 1), headers=NDJSON).status == 413
    largest = (b" " * 199_999 + b"\n") * 83 + b" " * (16 * 1024 * 1024 - 83 * 200_000)
    assert len(largest) == 16 * 1024 * 1024 and system.http.put("/api/v1/import/clients", body=largest, headers=NDJSON).status == 200


def test_what_is_asked_wrongly(system):
    assert system.send("robots").code == "not_found"
    assert system.send("clients", mode="some").code == "invalid_field"
    assert system.send("clients", headers={"Content-Type": "application/json"}).status == 415
    assert system.send("clients", headers={**NDJSON, "Content-Encoding": "gzip"}).status == 415
    assert system.http.get("/api/v1/import/clients").code == "invalid_field"
    assert system.http.request("DELETE", "/api/v1/import/clients").status == 405


def invites(site, account: str = "brightwater", scopes: str = "invite") -> CheckedClient:
    key = Portalctl(site.postgres, site.keys_file).json("key", "create", "--account", account, "--name", "inviter", "--scopes", scopes)["key"]
    return CheckedClient(site.nginx.port, f"{account}.localhost", headers={"Authorization": f"Bearer {key}"}, timeout=60)


OCTETS = {"Content-Type": "application/octet-stream"}


def test_documents_come_in_two_calls_and_go_with_their_bytes(portal, system, staff_of_brightwater, member_of):
    """What is said about one, then its bytes: before, nobody sees it; taken back, nobody does any more; an older state brings nothing back."""
    member = member_of("Acme Facilities Ltd")
    ((client_id,),) = portal.postgres.execute("SELECT client_id FROM portal.client WHERE name = 'Acme Facilities Ltd'")
    portal.postgres.execute("UPDATE portal.client SET external_id = 'IC-acme' WHERE client_id = %s AND external_id IS NULL", (client_id,))
    ((acme,),) = portal.postgres.execute("SELECT external_id FROM portal.client WHERE client_id = %s", (client_id,))
    said = {"external_id": "ID-1", "version": 1, "client": acme, "name": "Certificate 2025.pdf"}

    def seen() -> tuple[bool, bool]:
        by_member = [each["name"] for each in member.get("/api/v1/documents?q=Certificate%202025").json()["items"]]
        by_staff = [each["name"] for each in staff_of_brightwater.get("/api/v1/staff/documents?q=Certificate%202025").json()["items"]]
        return said["name"] in by_member, said["name"] in by_staff
    assert system.counts("documents", said) == (1, 0, 0, 0)
    assert seen() == (False, False)
    assert system.read("documents", "ID-1")["content"] is None
    path = "/api/v1/import/documents/content?external_id=ID-1"
    assert system.http.put(path, body=b"<html>", headers=OCTETS).status == 415
    filled = system.http.put(path, body=PDF + b"one", headers=OCTETS)
    assert (filled.status, filled.json()["content"]) == (200, hashlib.sha256(PDF + b"one").hexdigest())
    assert seen() == (True, True)
    assert system.counts("documents", {**said, "version": 2, "visible": False}) == (0, 1, 0, 0)
    assert seen() == (False, True)
    assert system.counts("documents", {"external_id": "ID-1", "version": 4, "deleted": True}) == (0, 0, 0, 1)
    assert seen() == (False, False)
    assert system.counts("documents", {**said, "version": 3}) == (0, 0, 1, 0)
    assert system.http.put(path, body=PDF, headers=OCTETS).code == "not_found"
    assert system.counts("documents", {**said, "version": 5}) == (0, 1, 0, 0)
    assert seen() == (False, False)
    assert portal.postgres.execute("SELECT size_bytes FROM portal.document WHERE external_id = 'ID-1'") == [(0,)]
    assert system.http.put(path, body=PDF + b"one", headers=OCTETS).status == 200
    assert seen() == (True, True)


def test_photos_of_a_job_come_one_by_one(portal, system):
    system.counts("clients", client("IF-C"))
    system.counts("fields", {"external_id": "IF-P", "group": "report", "key": "if_photos", "label": "Photos", "type": "photo"},
                  {"external_id": "IF-F", "group": "custom", "key": "if_plan", "label": "Plan", "type": "file"})
    system.counts("templates", {"external_id": "IF-T", "name": "With photos", "fields": ["IF-P", "IF-F"]})
    assert system.counts("jobs", {"external_id": "IF-J", "number": 990_001, "client": "IF-C", "template": "IF-T", "status": "finished"}) == (1, 0, 0, 0)
    path = "/api/v1/import/jobs/files?external_id=IF-J"
    for position, picture in ((1, png(4, 4)), (2, png(5, 5)), (1, png(6, 6))):
        answer = system.http.put(f"{path}&field=report.if_photos&position={position}&name=boiler%20{position}.png", body=picture, headers=OCTETS)
        assert answer.status == 200, answer.text
    assert system.http.put(f"{path}&field=custom.if_plan&name=plan.pdf", body=PDF, headers=OCTETS).status == 200
    listed = system.http.get(path).json()["items"]
    assert [(each["field"], each["position"], each["content"]) for each in listed] == [
        ("custom.if_plan", 1, hashlib.sha256(PDF).hexdigest()), ("report.if_photos", 1, hashlib.sha256(png(6, 6)).hexdigest()),
        ("report.if_photos", 2, hashlib.sha256(png(5, 5)).hexdigest())]
    for wrong, status, code in ((f"{path}&field=report.if_photos&position=11&name=a.png", 400, "invalid_field"), (f"{path}&field=report.nothing&name=a.png", 404, "not_found"),
                                (f"{path}&field=main.if_photos&name=a.png", 400, "invalid_field"), (f"{path}&field=report.if_photos&name=a.pdf", 415, "unsupported_media_type"),
                                (f"{path}&field=report.if_photos", 400, "invalid_field"), (f"{path}&field=report.if_photos&name=a%C2%85.png", 400, "invalid_field")):
        answer = system.http.put(wrong, body=png(4, 4), headers=OCTETS)
        assert (answer.status, answer.code) == (status, code), wrong
    assert system.http.request("DELETE", f"{path}&field=report.if_photos&position=2").status == 204
    assert system.http.request("DELETE", f"{path}&field=report.if_photos&position=2").code == "not_found"


def test_what_begins_as_a_picture_and_is_none_is_not_kept(portal, system):
    """As where staff send one in: of what has no structure nothing can be left out, so what a camera noted would stay in it."""
    broken = {"jpg": b"\xff\xd8\xff\x00\xff\xe1\x00\x20Exif\x00\x00where it was taken........\xff\xd9", "png": b"\x89PNG\r\n\x1a\n" + b"where it was taken" * 9}
    system.counts("clients", client("IB-C"))
    system.counts("fields", {"external_id": "IB-P", "group": "report", "key": "ib_photos", "label": "Photos", "type": "photo"},
                  {"external_id": "IB-F", "group": "custom", "key": "ib_file", "label": "File", "type": "file"})
    system.counts("templates", {"external_id": "IB-T", "name": "With photos", "fields": ["IB-P", "IB-F"]})
    system.counts("jobs", {"external_id": "IB-J", "number": 990_002, "client": "IB-C", "template": "IB-T", "status": "finished"})
    files = "/api/v1/import/jobs/files?external_id=IB-J"
    for extension, content in broken.items():
        system.counts("documents", {"external_id": f"IB-{extension}", "client": "IB-C", "name": f"Roof.{extension}"})
        for path in (f"/api/v1/import/documents/content?external_id=IB-{extension}", f"{files}&field=report.ib_photos&name=roof.{extension}",
                     f"{files}&field=custom.ib_file&name=roof.{extension}"):
            answer = system.http.put(path, body=content, headers=OCTETS)
            assert (answer.status, answer.code) == (415, "unsupported_media_type"), path
        assert system.read("documents", f"IB-{extension}")["content"] is None
        digest = hashlib.sha256(content).hexdigest()
        assert not (portal.files / digest[:2] / digest).exists(), "what is refused leaves nothing"
    assert system.http.get(files).json()["items"] == []


def test_files_of_an_account_have_their_room(portal, system):
    system.counts("clients", client("IR-C"))
    system.counts("documents", {"external_id": "IR-D", "client": "IR-C", "name": "Room.pdf"})
    ((before,),) = portal.postgres.execute("SELECT document_bytes FROM portal.account WHERE slug = 'brightwater'")
    portal.postgres.execute("UPDATE portal.account SET document_bytes = 10 WHERE slug = 'brightwater'")
    try:
        assert system.http.put("/api/v1/import/documents/content?external_id=IR-D", body=PDF, headers=OCTETS).status == 409
    finally:
        portal.postgres.execute("UPDATE portal.account SET document_bytes = %s WHERE slug = 'brightwater'", (before,))


def test_a_key_invites(portal, system):
    """And does nothing else; a key that feeds does not invite."""
    inviter = invites(portal)
    system.counts("clients", client("II-1"), client("II-2"))
    system.counts("contacts", {"external_id": "II-K", "client": "II-1", "kind": "email", "value": "ii-one@mail.example", "name": "Vera Stone"})
    asked = {"invitations": [{"client": "II-1", "contact": "II-K"}, {"client": "II-2"}, {"client": "II-3", "email": "x@mail.example"}]}
    answer = inviter.post("/api/v1/invitations", json=asked)
    assert [each["outcome"] for each in answer.json()["items"]] == ["invited", "no_address", "not_found"], answer.text
    # Asked again nothing is sent twice.
    again = inviter.post("/api/v1/invitations", json=asked)
    assert again.json()["items"][0] == answer.json()["items"][0]
    assert portal.postgres.execute("SELECT count(*) FROM portal.outbox_message WHERE recipient = 'ii-one@mail.example'") == [(1,)]
    assert portal.postgres.execute("""SELECT actor_kind FROM portal.activity WHERE action = 'member_invited' AND membership_id = %s""",
                                   (int(answer.json()["items"][0]["member_id"]),)) == [("key",)]
    assert system.http.post("/api/v1/invitations", json=asked).code == "permission_required"
    assert inviter.put("/api/v1/import/clients", body=b"", headers=NDJSON).code == "permission_required"
    assert inviter.post("/api/v1/invitations", json={"invitations": []}).code == "invalid_field"
    assert inviter.post("/api/v1/invitations", body=b"{}", headers=NDJSON).status == 415


def test_nothing_is_received_from_somebody_without_a_key(shared_site):
    """The answer comes before the body was sent, of which nothing is kept."""
    for authorization in ("", "Authorization: Bearer pk_" + "A" * 43 + "\r\n"):
        with closing(socket.create_connection(("127.0.0.1", shared_site.nginx.port), timeout=15)) as connection:
            connection.sendall((f"PUT /api/v1/import/clients HTTP/1.1\r\nHost: brightwater.localhost\r\n{authorization}Content-Type: application/x-ndjson\r\n"
                                f"Content-Length: {16 << 20}\r\n\r\n").encode())
            assert connection.recv(4096).split(b" ")[1] == b"401", authorization


def test_a_body_says_how_long_it_is(system):
    with closing(socket.create_connection(("127.0.0.1", system.http.port), timeout=15)) as connection:
        key = system.http.headers["Authorization"]
        connection.sendall((f"PUT /api/v1/import/clients HTTP/1.1\r\nHost: brightwater.localhost\r\nAuthorization: {key}\r\nContent-Type: application/x-ndjson\r\n"
                            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n").encode())
        assert connection.recv(4096).split(b" ")[1] == b"400"


def test_an_import_that_finds_another_one_comes_again(portal, system):
    """On whatever host the other one runs: 503 at once, and nobody of another account waits for it."""
    ((account_id,),) = portal.postgres.execute("SELECT account_id FROM portal.account WHERE slug = 'brightwater'")
    with closing(portal.postgres.connect("portal_maintenance")) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('portal.import', %s))", (account_id,))
        refused = system.send("workers", worker("L-1", "Locked"))
        assert (refused.status, refused.code) == (503, "overloaded") and int(refused.header("Retry-After")) >= 1
    assert system.counts("workers", worker("L-1", "Locked")) == (1, 0, 0, 0)


def test_a_row_that_somebody_holds_is_not_waited_for_without_end(portal, system):
    """Four times four seconds; then nothing is done, and the next one has its turn."""
    system.counts("workers", worker("H-1", "Held"))
    with closing(portal.postgres.connect("portal_maintenance")) as other, other.cursor() as cursor:
        other.autocommit = False
        cursor.execute("SELECT FROM portal.worker WHERE external_id = 'H-1' FOR UPDATE")
        began = time.monotonic()
        refused = system.send("workers", worker("H-2", "Behind it"), worker("H-1", "Changed"))
        assert (refused.status, refused.code) == (503, "overloaded") and int(refused.header("Retry-After")) >= 1
        assert 10 < time.monotonic() - began < 40
        assert system.read("workers", "H-2") == "not_found"
        assert system.counts("workers", worker("H-2", "Before it")) == (1, 0, 0, 0)
        other.rollback()
    assert system.counts("workers", worker("H-1", "Changed")) == (0, 1, 0, 0)


def test_what_nobody_could_read_back_is_a_wrong_line(system):
    """Of values of fields only what is known; of points in time only those that have a year of four digits everywhere."""
    system.counts("clients", client("WV-C"))
    system.counts("fields", {"external_id": "WV-M", "group": "custom", "key": "wv_money", "label": "Money", "type": "money"},
                  {"external_id": "WV-L", "group": "custom", "key": "wv_link", "label": "Link", "type": "link"},
                  {"external_id": "WV-D", "group": "custom", "key": "wv_date", "label": "Date", "type": "datetime"})
    system.counts("templates", {"external_id": "WV-T", "name": "Made", "fields": ["WV-M", "WV-L", "WV-D"]})

    def job(number: int, more: str) -> str:
        return f'{{"external_id": "WV-{number}", "number": {991_000 + number}, "client": "WV-C", "template": "WV-T", "status": "scheduled", {more}}}'

    wrong = {
        '"custom": {"wv_money": {"amount": 1, "currency": "GBP", "x": 1e-30000}}': ("/custom/wv_money", "invalid_value"),
        '"custom": {"wv_money": {"amount": 1e-30000, "currency": "GBP"}}': ("/custom/wv_money", "invalid_value"),
        '"custom": {"wv_link": {"url": "https://a.example", "label": null, "x": 1}}': ("/custom/wv_link", "invalid_value"),
        '"custom": {"wv_date": "9999-12-31T23:59:59Z"}': ("/custom/wv_date", "invalid_value"),
        '"scheduled_at": "9990-01-01T00:00:00Z"': ("/scheduled_at", "invalid_date"),
        '"scheduled_at": "0001-12-31T00:00:00+14:59"': ("/scheduled_at", "invalid_date"),
    }
    good = job(0, '"scheduled_at": "9989-12-31T23:59:59-14:59", "duration_minutes": 525600, "custom": {"wv_date": "0002-01-01T00:00:00Z", "wv_money": {"amount": 1, "currency": "GBP"}, "wv_link": {"url": "https://a.example"}}')
    answer = system.send("jobs", good, *(job(number, more) for number, more in enumerate(wrong, start=1)), mode="lines")
    assert answer.status == 200 and answer.json()["created"] == 1, answer.text
    assert [(error["line"], error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(number, *told) for number, told in enumerate(wrong.values(), start=2)]
    assert system.read("jobs", "WV-0")["scheduled_at"] == "9990-01-01T14:58:59Z"


def test_whoever_waits_for_a_row_lets_other_imports_pass(make_site):
    """Between two of the four tries, with one worker: another account does not wait for the last."""
    site = make_site(workers=1)
    waiting, passing = System(site), System(site, "northside")
    waiting.counts("workers", worker("H-1", "Held"))
    with closing(site.postgres.connect("portal_maintenance")) as other, other.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        other.autocommit = False
        cursor.execute("SELECT FROM portal.worker WHERE external_id = 'H-1' FOR UPDATE")
        answer = pool.submit(waiting.send, "workers", worker("H-1", "Changed"))
        time.sleep(0.5)
        began = time.monotonic()
        assert passing.counts("workers", worker("H-1", "Elsewhere")) == (1, 0, 0, 0)
        assert time.monotonic() - began < 7
        assert not answer.done()
        refused = answer.result()
        assert (refused.status, refused.code) == (503, "overloaded")
        other.rollback()
    assert waiting.counts("workers", worker("H-1", "Changed")) == (0, 1, 0, 0)


def test_an_import_that_takes_too_long_leaves_nothing(make_site):
    """A minute, whatever it waits for."""
    site = make_site(workers=1)
    feeding = System(site)
    feeding.http.timeout = 100
    site.postgres.execute("""CREATE FUNCTION public.sleep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(90); RETURN NEW; END $$;
                             CREATE TRIGGER sleep BEFORE INSERT ON portal.worker FOR EACH ROW WHEN (NEW.external_id = 'Z-2') EXECUTE FUNCTION public.sleep()""")
    began = time.monotonic()
    refused = feeding.send("workers", worker("Z-1", "Quick"), worker("Z-2", "Slow"))
    assert (refused.status, refused.code) == (503, "deadline_exceeded") and int(refused.header("Retry-After")) >= 1
    assert 55 < time.monotonic() - began < 75
    assert feeding.read("workers", "Z-1") == "not_found"
    assert feeding.counts("workers", worker("Z-1", "Quick")) == (1, 0, 0, 0)


def test_lines_meet_the_edges_of_pieces(system):
    """A body is read in pieces of 64 KiB: lines that end at one, stand across one, and one that is too long between others."""
    def padded(external_id: str, size: int) -> str:
        line = json.dumps(worker(external_id, "x"))
        return line + " " * (size - len(line))
    piece = 64 * 1024
    lines = [padded("E-1", piece - 1), padded("E-2", piece), padded("E-3", piece - 2), padded("E-4", 200_000), "{" + " " * 400_000, padded("E-5", 100), ""]
    answer = system.send("workers", *lines, mode="lines")
    assert (answer.status, answer.json()["created"]) == (200, 5), answer.text
    assert answer.json()["errors"] == [{"line": 5, "pointer": "", "code": "payload_too_large"}]


def test_deleted_lines_with_very_many_members_are_read_quickly(system):
    """What else such a line says does not matter, and costs no more than reading it."""
    line = json.dumps({"external_id": "Q-1", "deleted": True, **{f"m{number}": 1 for number in range(15_000)}})
    began = time.monotonic()
    assert system.counts("workers", *[line] * 20) == (0, 0, 20, 0)
    assert time.monotonic() - began < 5


def test_others_have_their_turn_while_lines_are_read(make_site):
    """Reading a large body takes a good part of a second, which nobody waits for as a whole."""
    site = make_site(workers=1)
    feeding = System(site)
    line = json.dumps({"external_id": "Q-2", "deleted": True, **{f"m{number}": 1 for number in range(15_000)}})
    body = "\n".join([line] * 80).encode()
    feeding.http.put("/api/v1/import/workers", body=b"", headers=NDJSON)
    waits, done = [], threading.Event()

    def ask() -> None:
        probe = Client(site.nginx.port, "brightwater.localhost")
        while not done.is_set():
            began = time.monotonic()
            assert probe.get("/healthz").status == 200
            waits.append(time.monotonic() - began)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        began = time.monotonic()
        assert feeding.http.put("/api/v1/import/workers", body=body, headers=NDJSON).status == 200
        took = time.monotonic() - began
        done.set()
        asking.result()
    assert took > 0.1 and max(waits) < took / 3, f"somebody waited {1000 * max(waits):.0f} ms of {1000 * took:.0f} ms"


def worker(external_id: str, name: str, **more) -> dict:
    """Of workers nothing is kept besides, as the words are by which staff find clients: these tests are about the lines."""
    return {"external_id": external_id, "name": name, **more}


def test_ten_thousand_lines_at_once(system):
    lines = [worker(f"T-{number}", f"Worker {number}", version=1) for number in range(10_000)]
    assert system.counts("workers", *lines) == (10_000, 0, 0, 0)
    assert system.counts("workers", *lines) == (0, 0, 10_000, 0)


def test_the_same_from_many_at_once(system):
    """Imports of one account run one after the other: nobody fails, and the newest version stands."""
    lines = [[worker(f"P-{number}", f"version {version}", version=version) for number in range(200)] for version in range(8)]
    def send(some):
        while True:
            answer = system.send("workers", *some)
            if answer.status != 503:
                return answer
            assert answer.code == "overloaded"  # another worker of nginx feeds at this moment
            time.sleep(int(answer.header("Retry-After")))
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(send, lines))
    assert [answer.status for answer in answers] == [200] * 8, [answer.text for answer in answers]
    assert {system.read("workers", f"P-{number}")["version"] for number in range(0, 200, 50)} == {7}


def test_members_read_while_others_feed(portal, system):
    member = portal.accounts["brightwater"]["members"][0]
    browser = portal.client()
    assert browser.post("/api/v1/session", json={"email": member["email"], "password": member["password"]}).status == 200
    lines = [worker(f"R-{number}", f"Worker {number}") for number in range(10_000)]
    done = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        feeding = pool.submit(lambda: (system.counts("workers", *lines), done.set()))
        reads = 0
        while not done.is_set() and not feeding.done():
            assert browser.get("/api/v1/jobs").status == 200
            reads += 1
        assert feeding.result()[0] == (10_000, 0, 0, 0)
    assert reads > 10


def test_jobs_rest_while_members_read(make_site):
    """Where members read a lot in that worker, the statement rests in between; where they do not, it is through sooner."""
    site = make_site(workers=1, http_extra="portal_cache off;")
    feeding = System(site)
    feeding.counts("clients", client("RC"))
    feeding.counts("templates", {"external_id": "RT", "name": "Made", "fields": []})
    member = site.accounts["brightwater"]["members"][0]
    begun, done = threading.Barrier(5, timeout=30), threading.Event()

    def read() -> None:
        browser = Client(site.nginx.port, "brightwater.localhost")
        assert browser.post("/api/v1/session", json={"email": member["email"], "password": member["password"]}).status == 200
        begun.wait()
        while not done.is_set():
            assert browser.get("/api/v1/jobs").status == 200

    def rests(version: int) -> int:
        """How often it was seen resting while it took in 2,000 jobs."""
        lines = [{"external_id": f"RJ-{number}", "version": version, "number": 700_000 + number, "client": "RC", "template": "RT", "status": "scheduled", "description": f"visit {version}"}
                 for number in range(2000)]
        with ThreadPoolExecutor(1) as pool:
            taking_in = pool.submit(lambda: feeding.counts("jobs", *lines))
            seen = 0
            while not taking_in.done():
                seen += site.postgres.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")[0][0]
            assert sum(taking_in.result()[:2]) == 2000
        return seen

    assert rests(1) == 0
    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        try:
            begun.wait()
            assert rests(2) > 0
        finally:
            done.set()
        for reader in readers:
            reader.result()


def test_what_another_module_has_read_before_is_taken_in_whole(make_site):
    """It may lie in memory by then (client_body_buffer_size, 64k) or in a file, and the copy is as whole."""
    with HttpApplication() as other:
        site = make_site(workers=1, server_extra=f"mirror /copy; location = /copy {{ internal; proxy_pass http://unix:{other.socket}:/copy; }}")
        feeding = System(site)
        for served, count in enumerate((3, 2000)):
            lines = [client(f"MC-{count}-{number}") for number in range(count)]
            assert feeding.counts("clients", *lines) == (count, 0, 0, 0)
            wait_until(lambda: other.served > served)
            assert other.last_body.decode().split("\n") == [json.dumps(line) for line in lines]
        assert feeding.counts("clients") == (0, 0, 0, 0)
