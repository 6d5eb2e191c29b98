"""Quotes (FEATURES C6): from another system to the pages, as a program feeds them, as members decide and as staff hide and record."""

import concurrent.futures
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

QUOTES, STAFF_QUOTES = "/api/v1/quotes", "/api/v1/staff/quotes"
CONTENT = "/api/v1/import/quotes/content?external_id="
STATES = ("pending_approval", "changes_requested", "accepted", "declined", "expired", "superseded")


def day(world, days: int) -> str:
    return str(datetime.now(ZoneInfo(world.matrix.time_zone)).date() + timedelta(days=days))


def offer(world, external_id: str, client: str, **more) -> dict:
    return {"external_id": external_id, "client": client, "number": external_id, "title": "New boiler", "issued_on": day(world, -2), "valid_until": day(world, 28), "currency": "GBP",
            "total": 12000, **more}


@pytest.fixture(scope="module")
def system(world) -> System:
    return System(world.site, "matrix")


@pytest.fixture
def offered(world, system):
    """A client of its own for each test: its external id, and a member who sees what it is offered."""
    external_id = f"QC-{next(NUMBERS)}"
    system.counts("clients", client(external_id, external_id))
    ((client_id,),) = world.rows("SELECT client_id FROM portal.client WHERE account_id = %s AND external_id = %s", world.matrix.account_id, external_id)
    world.matrix.clients[external_id] = client_id
    yield external_id
    del world.matrix.clients[external_id]


NUMBERS = iter(range(1, 10**6))


def reader(world, client: str, permissions=("accept_quotes",)):
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


def decide(browser, quote: str, decision: str = "accepted", revision: int = 1, folder: str = QUOTES, **more):
    return browser.post(f"{folder}/{quote}/decision", json={"revision": revision, "decision": decision, **more})


def test_what_the_system_says_is_what_members_read(portal, world, system, offered):
    member = reader(world, offered)
    assert member.get(f"{QUOTES}?counts=true").json() == {"items": [], "next_cursor": None, "counts": dict.fromkeys(STATES, 0)}
    assert system.counts("quotes", offer(world, "A-1", offered, description="Two\nlines"), offer(world, "A-2", offered, issued_on=day(world, -1), valid_until=None),
                         offer(world, "A-3", offered, issued_on=day(world, -40), valid_until=day(world, -1)), offer(world, "A-4", offered, superseded=True, issued_on=day(world, -50)),
                         offer(world, "A-5", offered, valid_until=day(world, 0), issued_on=day(world, -60))) == (5, 0, 0, 0)
    world.settle()
    answer = member.get(f"{QUOTES}?counts=true").json()
    assert [(item["number"], item["state"], item["revision"]) for item in answer["items"]] == [
        ("A-2", "pending_approval", 1), ("A-1", "pending_approval", 1), ("A-3", "expired", 1), ("A-4", "superseded", 1), ("A-5", "pending_approval", 1)]
    assert answer["counts"] == {**dict.fromkeys(STATES, 0), "pending_approval": 3, "expired": 1, "superseded": 1}
    assert numbers(member.get(f"{QUOTES}?state=open")) == ["A-2", "A-1", "A-5"]
    assert numbers(member.get(f"{QUOTES}?state=accepted")) == [] and numbers(member.get(f"{QUOTES}?state=closed")) == ["A-3", "A-4"]
    pages, cursor = [], ""
    while cursor is not None:
        page = member.get(f"{QUOTES}?limit=2&state=open{cursor}").json()
        pages += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert pages == ["A-2", "A-1", "A-5"]
    one = answer["items"][1]
    assert member.get(f"{QUOTES}/{one['id']}").json() == {**one, "description": "Two\nlines", "decisions": []}
    assert (one["total"], one["valid_until"], one["job"], one["file"], one["decision"]) == ({"amount": 12000, "currency": "GBP"}, day(world, 28), None, None, None)


@pytest.mark.parametrize("line, pointer, code", [
    ({"number": "x" * 51}, "/number", "too_long"), ({"number": "a\nb"}, "/number", "invalid_text"), ({"title": "x" * 301}, "/title", "too_long"),
    ({"description": "x" * 15001}, "/description", "too_long"), ({"description": "a\x01b"}, "/description", "invalid_text"), ({"issued_on": "16.11.2026"}, "/issued_on", "invalid_date"),
    ({"valid_until": "2026-02-30"}, "/valid_until", "invalid_date"), ({"currency": "gbp"}, "/currency", "invalid_text"), ({"total": -1}, "/total", "out_of_range"),
    ({"total": 1.5}, "/total", "invalid_type"), ({"superseded": "yes"}, "/superseded", "invalid_type"), ({"client": "nobody"}, "/client", "unknown_reference"),
    ({"job": "none"}, "/job", "unknown_reference"), ({"decision": "accepted"}, "/decision", "unknown_field"), ({"revision": 2}, "/revision", "unknown_field"),
])
def test_a_wrong_line_is_refused(portal, world, system, offered, line, pointer, code):
    answer = system.send("quotes", offer(world, "W-1", offered) | line)
    assert answer.status == 400 and answer.json()["errors"] == [{"line": 1, "pointer": pointer, "code": code}], answer.text
    assert system.read("quotes", "W-1") == "not_found"


def test_the_file_comes_after_what_is_said_of_it(portal, world, system, offered, console):
    member = reader(world, offered)
    system.counts("quotes", offer(world, "F/1", offered, version=1))
    path = f"{CONTENT}F%2F1"
    world.settle()
    ((item,), shown) = (member.get(QUOTES).json()["items"], f"{QUOTES}/{{}}/content")
    assert item["file"] is None and member.get(shown.format(item["id"])).status == 404 and console.get(f"{STAFF_QUOTES}/{item['id']}/content").status == 404
    for content, status in ((b"<html>", 415), (b"", 400), (b"\xff\xd8\xff\x00broken", 415)):
        assert system.http.put(path, body=content, headers=OCTETS).status == status
    for turn, (content, extension, kind) in enumerate(((PDF + b"one", "pdf", "application/pdf"), (png(4, 4), "png", "image/png"), (PDF + b"two", "pdf", "application/pdf")), 2):
        answer = system.http.put(path, body=content, headers=OCTETS)
        assert (answer.status, answer.json()["content"], answer.json()["revision"]) == (200, hashlib.sha256(content).hexdigest(), turn), "each file is another revision"
        world.settle()
        (item,) = member.get(QUOTES).json()["items"]
        assert item["file"] == {"name": f"F/1.{extension}", "type": kind, "size": len(content), "url": f"{QUOTES}/{item['id']}/content"} and item["revision"] == turn
        for browser, address in ((member, item["file"]["url"]), (console, f"{STAFF_QUOTES}/{item['id']}/content")):
            got = browser.get(address)
            assert (got.status, got.body, got.header("Content-Type")) == (200, content, kind)
            assert got.header("Content-Disposition").startswith("inline") and f"F_1.{extension}" in got.header("Content-Disposition")
            assert browser.get(f"{address}?download=1").header("Content-Disposition").startswith("attachment")
    active = PDF + b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"
    assert system.http.put(path, body=active, headers=OCTETS).status == 200
    assert member.get(item["file"]["url"]).header("Content-Disposition").startswith("attachment")
    assert system.counts("quotes", {"external_id": "F/1", "version": 2, "deleted": True}) == (0, 0, 0, 1)
    world.settle()
    assert numbers(member.get(QUOTES)) == [] and member.get(item["file"]["url"]).status == 404 and system.http.put(path, body=PDF, headers=OCTETS).status == 404
    assert world.rows("SELECT size_bytes, content_hash FROM portal.quote WHERE external_id = 'F/1'") == [(0, None)]


def test_files_count_in_the_room_of_the_account(portal, world, system, offered):
    system.counts("quotes", offer(world, "R-1", offered))
    world.rows("UPDATE portal.account SET document_bytes = 10 WHERE account_id = %s", world.matrix.account_id)
    try:
        assert system.http.put(f"{CONTENT}R-1", body=PDF, headers=OCTETS).code == "quota_exceeded"
    finally:
        world.rows("UPDATE portal.account SET document_bytes = 53687091200 WHERE account_id = %s", world.matrix.account_id)
    assert system.http.put(f"{CONTENT}R-1", body=PDF, headers=OCTETS).status == 200


def test_a_member_decides_about_what_was_read(portal, world, system, offered, console):
    member, colleague = reader(world, offered), reader(world, offered)
    system.counts("quotes", offer(world, "D-1", offered))
    assert system.http.put(f"{CONTENT}D-1", body=PDF + b"offer", headers=OCTETS).status == 200
    world.settle()
    quote = member.get(QUOTES).json()["items"][0]["id"]
    assert numbers(colleague.get(f"{QUOTES}?state=open")) == ["D-1"]
    for decision in ("declined", "changes_requested"):
        assert decide(member, quote, decision).json()["errors"] == [{"pointer": "/reason", "code": "required"}]
        assert decide(member, quote, decision, reason=" \n").json()["errors"] == [{"pointer": "/reason", "code": "too_short"}]
    assert decide(member, quote, reason="x" * 2001).json()["errors"] == [{"pointer": "/reason", "code": "too_long"}]
    assert decide(member, quote, reason="a\x02").json()["errors"] == [{"pointer": "/reason", "code": "invalid_text"}]
    wish = decide(member, quote, "changes_requested", revision=2, reason="A smaller one,\nplease")
    assert wish.status == 200 and wish.json()["state"] == "changes_requested" and wish.json()["decision"]["reason"] == "A smaller one,\nplease"
    assert member.get(f"{QUOTES}/{quote}").json() == wish.json(), "whoever decided sees it at once"
    world.settle()
    assert colleague.get(f"{QUOTES}/{quote}").json() == wish.json()
    assert system.counts("quotes", offer(world, "D-1", offered, total=9000)) == (0, 1, 0, 0)
    world.settle()
    late = decide(member, quote, revision=2, reason=None)
    assert (late.status, late.code) == (409, "conflict"), "it is another offer by now"
    read = member.get(f"{QUOTES}/{quote}").json()
    assert (read["revision"], read["state"], read["decision"], len(read["decisions"])) == (3, "pending_approval", None, 1)
    made = decide(member, quote, revision=3, reason="Order number 4711.")
    assert made.status == 200, made.text
    assert {name: made.json()["decision"][name] for name in ("decision", "reason", "decided_by", "method", "revision", "total")} == {
        "decision": "accepted", "reason": "Order number 4711.", "decided_by": {"name": "Kim Doe"}, "method": "portal", "revision": 3, "total": {"amount": 9000, "currency": "GBP"}}
    assert [each["revision"] for each in made.json()["decisions"]] == [3, 2] and made.json()["state"] == "accepted"
    assert decide(member, quote, revision=3, reason="Order number 4711.").json() == made.json(), "the same again"
    for browser, body in ((colleague, {"revision": 3, "reason": "Order number 4711."}), (member, {"revision": 3}), (member, {"revision": 3, "decision": "declined", "reason": "No"})):
        assert decide(browser, quote, **body).code == "conflict"
    assert numbers(member.get(f"{QUOTES}?state=accepted")) == ["D-1"] and numbers(member.get(f"{QUOTES}?state=open")) == []
    told = console.get(f"{STAFF_QUOTES}/{quote}").json()
    assert told["decisions"] == made.json()["decisions"] and told["state"] == "accepted" and told["client"]["name"] == offered
    kept = world.rows("SELECT encode(content_hash, 'hex'), total_minor FROM portal.quote_decision WHERE quote_id = %s ORDER BY quote_decision_id DESC LIMIT 1", int(quote))
    assert kept == [(hashlib.sha256(PDF + b"offer").hexdigest(), 9000)]
    assert system.read("quotes", "D-1")["decision"] == {**made.json()["decision"], "decided_at": system.read("quotes", "D-1")["decision"]["decided_at"]}
    noted = console.get("/api/v1/staff/activity?action=quote_decided").json()["items"]
    assert [each["details"]["decision"] for each in noted if each["subject"]["id"] == quote] == ["accepted", "changes_requested"]
    mails = world.rows("SELECT count(*) FROM portal.outbox_message WHERE quote_id = %s AND kind = 'quote_decided'", int(quote))
    owners = world.rows("SELECT count(*) FROM portal.staff WHERE account_id = %s AND state = 'active' AND role = 'owner'", world.matrix.account_id)
    assert mails[0][0] == 2 * min(owners[0][0], 20)


@pytest.mark.parametrize("body, pointer, code", [
    ({}, "/decision", "required"), ({"decision": "accepted"}, "/revision", "required"), ({"revision": 0, "decision": "accepted"}, "/revision", "out_of_range"),
    ({"revision": 1, "decision": "maybe"}, "/decision", "invalid_choice"), ({"revision": 1, "decision": "accepted", "method": "phone"}, "/method", "unknown_field")])
def test_a_decision_that_is_none_is_refused(portal, world, offered, body, pointer, code):
    quote = world.add_quote(world.matrix, offered, "N-1")
    answer = reader(world, offered).post(f"{QUOTES}/{quote}/decision", json=body)
    assert answer.status == 400 and {"pointer": pointer, "code": code} in answer.json()["errors"], answer.text


def test_nobody_decides_what_is_over(portal, world, offered):
    member = reader(world, offered)
    for columns, status in (({"age_days": 40}, 409), ({"is_superseded": True}, 409), ({"is_visible": False}, 404)):
        quote = world.add_quote(world.matrix, offered, "O", **columns)
        assert decide(member, str(quote)).status == status
    assert decide(reader(world, offered, ("view_documents",)), str(world.add_quote(world.matrix, offered, "O"))).status == 404


def test_a_membership_decides_twenty_times_a_day(portal, world, offered):
    member, quote = reader(world, offered), str(world.add_quote(world.matrix, offered, "L-1"))
    for turn in range(20):
        assert decide(member, quote, "changes_requested", reason=f"Wish {turn}").status == 200
    refused = decide(member, quote)
    assert (refused.status, refused.code) == (429, "too_many_requests") and int(refused.header("Retry-After")) > 0
    assert decide(reader(world, offered), quote).status == 200, "a colleague may"
    assert len(member.get(f"{QUOTES}/{quote}").json()["decisions"]) == 20, "the newest"


def test_of_fifty_who_accept_at_once_one_does(portal, world, offered):
    """SECURITY R56; a worker that has too much to do may say so."""
    quote = str(world.add_quote(world.matrix, offered, "R56"))
    browsers = [reader(world, offered) for _ in range(50)]
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        statuses = list(pool.map(lambda browser: decide(browser, quote).status, browsers))
    assert statuses.count(200) == 1 and set(statuses) <= {200, 409, 503} and statuses.count(409) > 25, statuses
    assert world.rows("SELECT count(*) FROM portal.quote_decision WHERE quote_id = %s", int(quote)) == [(1,)]


def test_the_job_is_named_to_whoever_sees_it(portal, world, offered):
    job = world.add_job(world.matrix, offered, "finished")
    world.add_quote(world.matrix, offered, "J-1", job_id=job)
    sees, does_not = reader(world, offered, ("accept_quotes", "view_completed_jobs")), reader(world, offered, ("accept_quotes", "view_job_status"))
    number = sees.get(f"/api/v1/jobs/{job}").json()["number"]

    def named(browser):
        return browser.get(QUOTES).json()["items"][0]["job"]
    assert named(sees) == {"id": str(job), "number": number} and named(does_not) is None
    world.rows("UPDATE portal.job SET status = 'paused', resolution_id = NULL WHERE job_id = %s", job)
    world.settle()
    assert named(sees) is None and named(does_not) == {"id": str(job), "number": number}, "an answer from memory ends with what its job is"


def test_staff_decide_who_sees_a_quote(portal, world, offered, console):
    quote = str(world.add_quote(world.matrix, offered, "S-1", description="What it is"))
    member = reader(world, offered)
    (item,) = console.get(f"{STAFF_QUOTES}?client_id={world.matrix.clients[offered]}").json()["items"]
    one = console.get(f"{STAFF_QUOTES}/{quote}").json()
    assert one == {**item, "description": "What it is", "decisions": []} and item["visible"] is True and numbers(member.get(QUOTES)) == ["S-1"]
    for visible, seen in ((False, []), (False, []), (True, ["S-1"])):
        changed = console.request("PATCH", f"{STAFF_QUOTES}/{quote}", json={"visible": visible})
        assert changed.status == 200 and changed.json() == {**one, "visible": visible}
        world.settle()
        assert numbers(member.get(QUOTES)) == seen
        assert member.get(f"{QUOTES}/{quote}").status == (200 if seen else 404)
    noted = world.rows("SELECT details -> 'after' ->> 'visible' FROM portal.activity WHERE account_id = %s AND action = 'quote_changed' AND subject_id = %s ORDER BY activity_id",
                       world.matrix.account_id, int(quote))
    assert noted == [("false",), ("true",)]
    assert numbers(console.get(f"{STAFF_QUOTES}?q={offered.lower()}&state=open")) == ["S-1"] and numbers(console.get(f"{STAFF_QUOTES}?q={offered}&state=closed")) == []


def test_staff_record_what_was_said_elsewhere(portal, world, offered, console):
    late, hidden = (str(world.add_quote(world.matrix, offered, number, **columns)) for number, columns in (("P-1", {"age_days": 60}), ("P-2", {"is_visible": False})))
    member = reader(world, offered)
    assert member.get(f"{QUOTES}/{late}").json()["state"] == "expired"
    answer = decide(console, late, folder=STAFF_QUOTES, method="phone", decided_by="  Anna Moore ", reason="Order number 4711.")
    assert answer.status == 200 and answer.json()["state"] == "accepted", answer.text
    told = answer.json()["decision"]
    assert (told["method"], told["decided_by"], told["reason"]) == ("phone", {"name": "Anna Moore"}, "Order number 4711.")
    world.settle()
    assert member.get(f"{QUOTES}/{late}").json()["decision"] == told, "members read it"
    assert decide(console, late, folder=STAFF_QUOTES, method="phone", decided_by="Anna Moore", reason="Order number 4711.").json() == answer.json(), "the same again"
    assert decide(console, late, folder=STAFF_QUOTES, method="email").code == "conflict"
    nameless = decide(console, hidden, "declined", folder=STAFF_QUOTES, method="paper", reason="Too dear").json()
    assert nameless["decision"]["decided_by"] == {"name": None} and nameless["state"] == "declined" and nameless["visible"] is False
    for body, pointer, code in (({"method": "portal"}, "/method", "invalid_choice"), ({}, "/method", "required"), ({"method": "other", "decided_by": "a\nb"}, "/decided_by", "invalid_text"),
                                ({"method": "other", "decided_by": "x" * 102}, "/decided_by", "too_long")):
        assert decide(console, hidden, folder=STAFF_QUOTES, **body).json()["errors"] == [{"pointer": pointer, "code": code}]
    noted = console.get("/api/v1/staff/activity?action=quote_decision_recorded").json()["items"]
    assert {each["subject"]["id"]: each["details"]["method"] for each in noted if each["subject"]["id"] in (late, hidden)} == {late: "phone", hidden: "paper"}
    assert world.rows("SELECT count(*) FROM portal.outbox_message WHERE quote_id = ANY (%s)", [int(late), int(hidden)]) == [(0,)]
    viewer = staff.signed_in(world, CheckedClient(world.site.nginx.port, world.matrix.host), staff.add_staff(world, world.matrix.account_id, "viewer"))
    assert decide(viewer, hidden, folder=STAFF_QUOTES, method="phone").status == 403 and viewer.get(f"{STAFF_QUOTES}/{hidden}").json() == nameless


def test_opened_quotes_stand_in_the_activity(portal, world, offered, console):
    world.add_quote(world.matrix, offered, "O-1")
    member = reader(world, offered)
    who = member.who
    (item,) = member.get(QUOTES).json()["items"]
    assert member.get(item["file"]["url"]).status == 200
    view = f"/api/v1/staff/members/{who.membership_id}/view"
    assert console.get(f"{view}/quotes").status == 404, "nobody looks before there is a reason"
    assert console.post(view, json={"reason": "They called"}).status == 201
    assert console.get(f"{view}/quotes?counts=true").json() == member.get(f"{QUOTES}?counts=true").json()
    assert console.get(f"{view}/quotes/{item['id']}").json() == member.get(f"{QUOTES}/{item['id']}").json()
    assert console.get(f"{view}/quotes/{item['id']}/content").body == member.get(item["file"]["url"]).body
    assert console.post(f"{view}/quotes/{item['id']}/decision", json={"revision": 1, "decision": "accepted"}).status in (404, 405), "who looks decides nothing"

    def noted() -> list:
        return world.rows("""SELECT DISTINCT action, actor_kind FROM portal.activity WHERE account_id = %s AND membership_id = %s AND subject_kind = 'quote' AND subject_id = %s
                             ORDER BY action""", world.matrix.account_id, who.membership_id, int(item["id"]))
    wait_until(lambda: len(noted()) == 2)
    assert noted() == [("opened_as_member", "staff"), ("quote_opened", "member")]
    told = console.get("/api/v1/staff/activity?action=quote_opened").json()["items"]
    assert any(each["subject"] == {"kind": "quote", "id": item["id"], "name": None} for each in told)


def test_an_open_page_is_told(portal, world, system, offered):
    member, other = reader(world, offered), world.signed_in(reader(world, offered, ("view_documents",)).who)
    with begin(world.signed_in(member.who)) as stream, begin(other) as nothing:
        system.counts("quotes", offer(world, "L-1", offered))
        assert stream.next() == ("quotes", {})
        assert system.counts("quotes", offer(world, "L-1", offered)) == (0, 0, 1, 0)
        assert stream.is_quiet(0.3)
        world.settle()
        assert decide(member, member.get(QUOTES).json()["items"][0]["id"]).status == 200
        assert stream.next() == ("quotes", {}) and nothing.is_quiet(0.1)


def test_portalctl_feeds_quotes_and_their_files(portal, world, offered, tmp_path):
    portalctl = Portalctl(world.site.postgres, world.site.keys_file)
    key = portalctl.json("key", "create", "--account", "matrix", "--name", "the test", "--scopes", "import")["key"]
    (tmp_path / "key").write_text(key)
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "a.pdf").write_bytes(PDF + b"by portalctl")
    (tmp_path / "quotes.ndjson").write_text(f'{{"external_id": "P-1", "client": "{offered}", "number": "P-1", "issued_on": "{day(world, -1)}", "currency": "GBP", "total": 5}}\n')
    (tmp_path / "files.ndjson").write_text('{"external_id": "P-1", "file": "a.pdf"}\n')
    where = ("--url", f"http://{world.matrix.host}:{world.site.nginx.port}", "--key-file", tmp_path / "key")
    for kind, made in (("quotes", "created"), ("quote-files", "updated")):
        done = portalctl.run("import", tmp_path / ("quotes.ndjson" if kind == "quotes" else "files.ndjson"), "--kind", kind, *where, "--json")
        assert done.returncode == 0 and json.loads(done.stdout)[made] == 1, done.stderr
    world.settle()
    (item,) = reader(world, offered).get(QUOTES).json()["items"]
    assert (item["number"], item["file"]["name"], item["revision"]) == ("P-1", "P-1.pdf", 2)
