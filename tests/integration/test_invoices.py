"""Invoices (FEATURES C7): from the accounting to the pages, as a program feeds them and as members and staff read them."""

import hashlib
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from support import staff
from support.contract import CheckedClient
from support.courier import wait_until
from support.event_stream import begin
from support.portalctl import Portalctl
from support.uploads import png
from support.world import PDF
from test_import import OCTETS, System, client

INVOICES, STAFF_INVOICES = "/api/v1/invoices", "/api/v1/staff/invoices"
CONTENT = "/api/v1/import/invoices/content?external_id="


def day(world, days: int) -> str:
    return str(datetime.now(ZoneInfo(world.matrix.time_zone)).date() + timedelta(days=days))


def bill(world, external_id: str, client: str, **more) -> dict:
    return {"external_id": external_id, "client": client, "number": external_id, "title": "Service", "issued_on": day(world, -2), "due_on": day(world, 28), "currency": "GBP",
            "total": 12000, **more}


@pytest.fixture(scope="module")
def accounting(world) -> System:
    return System(world.site, "matrix")


@pytest.fixture
def billed(world, accounting):
    """A client of its own for each test: its external id, and a member who sees what it is billed."""
    external_id = f"IC-{next(NUMBERS)}"
    accounting.counts("clients", client(external_id, external_id))
    ((client_id,),) = world.rows("SELECT client_id FROM portal.client WHERE account_id = %s AND external_id = %s", world.matrix.account_id, external_id)
    world.matrix.clients[external_id] = client_id
    yield external_id
    del world.matrix.clients[external_id]


NUMBERS = iter(range(1, 10**6))


def reader(world, client: str, permissions=("view_invoices",)):
    who = world.add_member(world.matrix, client, permissions)
    browser = CheckedClient(world.site.nginx.port, world.matrix.host)
    browser.cookies, browser.settle = world.signed_in(who).cookies, world.settle
    browser.who = who
    return browser


@pytest.fixture
def console(world):
    return staff.signed_in(world, CheckedClient(world.site.nginx.port, world.matrix.host), staff.add_staff(world, world.matrix.account_id, "manager"))


def numbers(answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


def test_what_the_accounting_says_is_what_members_read(portal, world, accounting, billed):
    member = reader(world, billed)
    assert member.get(f"{INVOICES}?counts=true").json() == {
        "items": [], "next_cursor": None, "counts": dict.fromkeys(("payment_due", "partially_paid", "overdue", "paid", "void"), 0), "outstanding": []}
    assert accounting.counts("invoices", bill(world, "A-1", billed), bill(world, "A-2", billed, paid=2000, issued_on=day(world, -1)),
                             bill(world, "A-3", billed, issued_on=day(world, -40), due_on=day(world, -1)), bill(world, "A-4", billed, paid=12000, issued_on=day(world, -50)),
                             bill(world, "A-5", billed, void=True, issued_on=day(world, -60)), bill(world, "A-6", billed, currency="EUR", total=5, due_on=None, issued_on=day(world, -70))) == (6, 0, 0, 0)
    world.settle()
    answer = member.get(f"{INVOICES}?counts=true").json()
    assert [(item["number"], item["state"], item["outstanding"]["amount"]) for item in answer["items"]] == [
        ("A-2", "partially_paid", 10000), ("A-1", "payment_due", 12000), ("A-3", "overdue", 12000), ("A-4", "paid", 0), ("A-5", "void", 0), ("A-6", "payment_due", 5)]
    assert answer["counts"] == {"payment_due": 2, "partially_paid": 1, "overdue": 1, "paid": 1, "void": 1}
    assert answer["outstanding"] == [{"amount": 5, "currency": "EUR"}, {"amount": 34000, "currency": "GBP"}]
    assert numbers(member.get(f"{INVOICES}?state=open")) == ["A-2", "A-1", "A-3", "A-6"]
    assert numbers(member.get(f"{INVOICES}?state=paid")) == ["A-4"] and numbers(member.get(f"{INVOICES}?state=void")) == ["A-5"]
    pages, cursor = [], ""
    while cursor is not None:
        page = member.get(f"{INVOICES}?limit=2&state=open{cursor}").json()
        pages += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert pages == ["A-2", "A-1", "A-3", "A-6"]
    one = answer["items"][1]
    assert member.get(f"{INVOICES}/{one['id']}").json() == one
    assert (one["total"], one["due_on"], one["job"], one["file"]) == ({"amount": 12000, "currency": "GBP"}, day(world, 28), None, None)


@pytest.mark.parametrize("line, pointer, code", [
    ({"number": "x" * 51}, "/number", "too_long"), ({"number": "a\nb"}, "/number", "invalid_text"), ({"title": "x" * 301}, "/title", "too_long"), ({"issued_on": "16.11.2026"}, "/issued_on", "invalid_date"),
    ({"due_on": "2026-02-30"}, "/due_on", "invalid_date"), ({"currency": "gbp"}, "/currency", "invalid_text"), ({"total": -1}, "/total", "out_of_range"), ({"total": 1.5}, "/total", "invalid_type"),
    ({"paid": 12001}, "/paid", "out_of_range"), ({"client": "nobody"}, "/client", "unknown_reference"), ({"job": "none"}, "/job", "unknown_reference"), ({"state": "paid"}, "/state", "unknown_field"),
])
def test_a_wrong_line_is_refused(portal, world, accounting, billed, line, pointer, code):
    answer = accounting.send("invoices", bill(world, "W-1", billed) | line)
    assert answer.status == 400 and answer.json()["errors"] == [{"line": 1, "pointer": pointer, "code": code}], answer.text
    assert accounting.read("invoices", "W-1") == "not_found"


def test_the_file_comes_after_what_is_said_of_it(portal, world, accounting, billed, console):
    member = reader(world, billed)
    accounting.counts("invoices", bill(world, "F/1", billed, version=1))
    path = f"{CONTENT}F%2F1"
    world.settle()
    ((item,), shown) = (member.get(INVOICES).json()["items"], f"{INVOICES}/{{}}/content")
    assert item["file"] is None and member.get(shown.format(item["id"])).status == 404 and console.get(f"{STAFF_INVOICES}/{item['id']}/content").status == 404
    for content, status in ((b"<html>", 415), (b"", 400), (b"\xff\xd8\xff\x00broken", 415)):
        assert accounting.http.put(path, body=content, headers=OCTETS).status == status
    for content, extension, kind in ((PDF + b"one", "pdf", "application/pdf"), (png(4, 4), "png", "image/png"), (PDF + b"two", "pdf", "application/pdf")):
        answer = accounting.http.put(path, body=content, headers=OCTETS)
        assert (answer.status, answer.json()["content"]) == (200, hashlib.sha256(content).hexdigest()), answer.text
        world.settle()
        (item,) = member.get(INVOICES).json()["items"]
        assert item["file"] == {"name": f"F/1.{extension}", "type": kind, "size": len(content), "url": f"{INVOICES}/{item['id']}/content"}
        for browser, address in ((member, item["file"]["url"]), (console, f"{STAFF_INVOICES}/{item['id']}/content")):
            got = browser.get(address)
            assert (got.status, got.body, got.header("Content-Type")) == (200, content, kind)
            assert got.header("Content-Disposition").startswith("inline") and f"F_1.{extension}" in got.header("Content-Disposition")
            assert browser.get(f"{address}?download=1").header("Content-Disposition").startswith("attachment")
    active = PDF + b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"
    assert accounting.http.put(path, body=active, headers=OCTETS).status == 200
    assert member.get(item["file"]["url"]).header("Content-Disposition").startswith("attachment")
    assert accounting.counts("invoices", {"external_id": "F/1", "version": 2, "deleted": True}) == (0, 0, 0, 1)
    world.settle()
    assert numbers(member.get(INVOICES)) == [] and member.get(item["file"]["url"]).status == 404 and accounting.http.put(path, body=PDF, headers=OCTETS).status == 404
    assert world.rows("SELECT size_bytes, content_hash FROM portal.invoice WHERE external_id = 'F/1'") == [(0, None)]


def test_files_count_in_the_room_of_the_account(portal, world, accounting, billed):
    accounting.counts("invoices", bill(world, "Q-1", billed))
    world.rows("UPDATE portal.account SET document_bytes = 10 WHERE account_id = %s", world.matrix.account_id)
    try:
        assert accounting.http.put(f"{CONTENT}Q-1", body=PDF, headers=OCTETS).code == "quota_exceeded"
    finally:
        world.rows("UPDATE portal.account SET document_bytes = 53687091200 WHERE account_id = %s", world.matrix.account_id)
    assert accounting.http.put(f"{CONTENT}Q-1", body=PDF, headers=OCTETS).status == 200


def test_the_job_is_named_to_whoever_sees_it(portal, world, billed):
    job = world.add_job(world.matrix, billed, "finished")
    world.add_invoice(world.matrix, billed, "J-1", job_id=job)
    sees, does_not = reader(world, billed, ("view_invoices", "view_completed_jobs")), reader(world, billed, ("view_invoices", "view_job_status"))
    number = sees.get(f"/api/v1/jobs/{job}").json()["number"]

    def named(browser):
        return browser.get(INVOICES).json()["items"][0]["job"]
    assert named(sees) == {"id": str(job), "number": number} and named(does_not) is None
    world.rows("UPDATE portal.job SET status = 'paused', resolution_id = NULL WHERE job_id = %s", job)
    world.settle()
    assert named(sees) is None and named(does_not) == {"id": str(job), "number": number}, "an answer from memory ends with what its job is"


def test_staff_decide_who_sees_an_invoice(portal, world, billed, console):
    world.add_invoice(world.matrix, billed, "S-1")
    member = reader(world, billed)
    (item,) = console.get(f"{STAFF_INVOICES}?client_id={world.matrix.clients[billed]}").json()["items"]
    assert (item["number"], item["visible"], item["client"]["name"]) == ("S-1", True, billed) and numbers(member.get(INVOICES)) == ["S-1"]
    for visible, seen in ((False, []), (False, []), (True, ["S-1"])):
        changed = console.request("PATCH", f"{STAFF_INVOICES}/{item['id']}", json={"visible": visible})
        assert changed.status == 200 and changed.json() == {**item, "visible": visible}
        world.settle()
        assert numbers(member.get(INVOICES)) == seen
        assert member.get(f"{INVOICES}/{item['id']}").status == (200 if seen else 404)
    noted = world.rows("SELECT details -> 'after' ->> 'visible' FROM portal.activity WHERE account_id = %s AND action = 'invoice_changed' AND subject_id = %s ORDER BY activity_id",
                       world.matrix.account_id, int(item["id"]))
    assert noted == [("false",), ("true",)]
    assert numbers(console.get(f"{STAFF_INVOICES}?q={billed.lower()}&state=open")) == ["S-1"] and numbers(console.get(f"{STAFF_INVOICES}?q={billed}&state=void")) == []


def test_opened_invoices_stand_in_the_activity(portal, world, billed, console):
    world.add_invoice(world.matrix, billed, "O-1")
    member = reader(world, billed)
    who = member.who
    (item,) = member.get(INVOICES).json()["items"]
    assert member.get(item["file"]["url"]).status == 200
    view = f"/api/v1/staff/members/{who.membership_id}/view"
    assert console.get(f"{view}/invoices").status == 404, "nobody looks before there is a reason"
    assert console.post(view, json={"reason": "They called"}).status == 201
    shown = console.get(f"{view}/invoices?counts=true")
    assert shown.json() == member.get(f"{INVOICES}?counts=true").json()
    assert console.get(f"{view}/invoices/{item['id']}/content").body == member.get(item["file"]["url"]).body

    def noted() -> list:
        return world.rows("""SELECT DISTINCT action, actor_kind FROM portal.activity WHERE account_id = %s AND membership_id = %s AND subject_kind = 'invoice' AND subject_id = %s
                             ORDER BY action""", world.matrix.account_id, who.membership_id, int(item["id"]))
    wait_until(lambda: len(noted()) == 2)
    assert noted() == [("invoice_opened", "member"), ("opened_as_member", "staff")]
    told = console.get("/api/v1/staff/activity?action=invoice_opened").json()["items"]
    assert any(each["subject"] == {"kind": "invoice", "id": item["id"], "name": None} for each in told)


def test_an_open_page_is_told(portal, world, accounting, billed):
    member, other = world.signed_in(reader(world, billed).who), world.signed_in(reader(world, billed, ("view_documents",)).who)
    with begin(member) as stream, begin(other) as nothing:
        accounting.counts("invoices", bill(world, "L-1", billed))
        assert stream.next() == ("invoices", {})
        assert accounting.counts("invoices", bill(world, "L-1", billed)) == (0, 0, 1, 0)
        assert stream.is_quiet(0.3) and nothing.is_quiet(0.1)


def test_portalctl_feeds_invoices_and_their_files(portal, world, billed, tmp_path):
    portalctl = Portalctl(world.site.postgres, world.site.keys_file)
    key = portalctl.json("key", "create", "--account", "matrix", "--name", "the test", "--scopes", "import")["key"]
    (tmp_path / "key").write_text(key)
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "a.pdf").write_bytes(PDF + b"by portalctl")
    (tmp_path / "invoices.ndjson").write_text(f'{{"external_id": "P-1", "client": "{billed}", "number": "P-1", "issued_on": "{day(world, -1)}", "currency": "GBP", "total": 5}}\n')
    (tmp_path / "files.ndjson").write_text('{"external_id": "P-1", "file": "a.pdf"}\n')
    where = ("--url", f"http://{world.matrix.host}:{world.site.nginx.port}", "--key-file", tmp_path / "key")
    for kind, made in (("invoices", "created"), ("invoice-files", "updated")):
        done = portalctl.run("import", tmp_path / ("invoices.ndjson" if kind == "invoices" else "files.ndjson"), "--kind", kind, *where, "--json")
        assert done.returncode == 0 and json.loads(done.stdout)[made] == 1, done.stderr
    world.settle()
    (item,) = reader(world, billed).get(INVOICES).json()["items"]
    assert (item["number"], item["file"]["name"]) == ("P-1", "P-1.pdf")
