"""Quotes: which state they have on which day, who sees and decides them with which statement, what makes another revision, and that nobody takes back what was decided."""

import itertools
import json
import threading
from dataclasses import replace
from datetime import date, timedelta

import psycopg2
import pytest
from named import Membership, sha256
from test_import_statements import Importer, client, job

NUMBERS = itertools.count(1)
DAY_MAXIMUM = 20
TODAY = date(2026, 11, 16)
YESTERDAY, TOMORROW = TODAY - timedelta(1), TODAY + timedelta(1)
ZONE = "Europe/London"


@pytest.fixture
def importer(stage, world) -> Importer:
    return Importer(stage("portal_maintenance"), stage("portal_edge"), world.brightwater)


@pytest.fixture
def both(stage):
    return stage("portal_maintenance"), stage("portal_edge")


STATES = [
    ((True, "accepted", YESTERDAY), "superseded"), ((True, None, TOMORROW), "superseded"), ((False, "accepted", YESTERDAY), "accepted"), ((False, "declined", None), "declined"),
    ((False, None, YESTERDAY), "expired"), ((False, "changes_requested", YESTERDAY), "expired"), ((False, "changes_requested", TODAY), "changes_requested"),
    ((False, None, TODAY), "pending_approval"), ((False, None, None), "pending_approval"),
]
KINDS = {"pending_approval": "open", "changes_requested": "open", "accepted": "accepted", "declined": "closed", "expired": "closed", "superseded": "closed"}


@pytest.mark.parametrize("quote, state", STATES)
def test_the_state_follows_from_decision_and_day(edge, quote, state):
    assert edge.value("select portal.quote_state(%s, %s, %s, %s)", (*quote, TODAY)) == state
    assert edge.value("select portal.quote_kind(%s)", (state,)) == KINDS[state]


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_state_holds_until_the_end_of_the_last_day_in_the_zone(edge, zone):
    today, left = edge.rows("select portal.today_in(%s) as today, (portal.today_in(%s) + 1)::timestamp at time zone %s - now() as remains", (zone,) * 3)[0].values()
    holds = "select portal.quote_state_holds(%s, %s, %s, %s)"
    assert edge.value(holds, (False, None, today, zone)) == edge.value(holds, (False, "changes_requested", today, zone)) == left // timedelta(milliseconds=1)
    assert edge.value(holds, (False, None, today + timedelta(1), zone)) > 23 * 3600 * 1000
    for never in ((False, None, today - timedelta(1)), (False, None, None), (False, "accepted", today), (False, "declined", today), (True, None, today)):
        assert edge.value(holds, (*never, zone)) is None, never


def notices(count: int = 5) -> str:
    return json.dumps([{"reference": f"reference-{next(NUMBERS):012}", "payload": b"sealed".hex(), "key_id": "k1"} for _ in range(count)])


def decide(edge, who: Membership, quote: int, decision: str = "accepted", *, revision: int = 1, day_maximum: int = DAY_MAXIMUM, **more) -> str | None:
    edge.enter_member(who)
    return edge.run("decide_quote", account_id=who.account_id, membership_id=who.membership_id, quote_id=quote,
                    content=json.dumps({"revision": revision, "decision": decision, **more}), day_maximum=day_maximum, messages=notices())[0]["refusal"]


def record(edge, who, quote: int, decision: str = "accepted", *, revision: int = 1, method: str = "phone", **more) -> str | None:
    edge.enter_staff(who)
    return edge.run("record_quote_decision", account_id=who.account_id, quote_id=quote,
                    content=json.dumps({"revision": revision, "decision": decision, "method": method, **more}))[0]["refusal"]


def code_of(session, act) -> str:
    """The SQLSTATE with which it is refused; empty when it is done."""
    session.rows("savepoint before")
    try:
        act()
        return ""
    except psycopg2.Error as error:
        session.rows("rollback to before")
        return error.pgcode


def offer(maintenance, who: Membership, **columns) -> int:
    """A quote of the member's client that waits for a decision."""
    values = {"account_id": who.account_id, "client_id": who.client_id, "number": f"T-{next(NUMBERS)}", "title": "Work", "issued_on": date.today(), "currency": "GBP",
              "total_minor": 12300, **columns}
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    return maintenance.value(f"insert into portal.quote ({names}) values ({places}) returning quote_id", tuple(values.values()))


def row_of(maintenance, quote: int) -> dict:
    return maintenance.rows("select * from portal.quote where quote_id = %s", (quote,))[0]


def decisions_of(maintenance, quote: int) -> list[dict]:
    return maintenance.rows("select * from portal.quote_decision where quote_id = %s order by quote_decision_id", (quote,))


def listed(edge, who, with_filters: bool = True, **values) -> list[dict]:
    edge.enter_member(who)
    return edge.run("list_quotes", **who.scope(), **{"time_zone": ZONE, "after_quote_id": 0, "row_limit": 100, **values}, with_filters=with_filters)


def shown_to(world, who) -> list[dict]:
    return [row for row in world.tables["quote"] if row["client_id"] == who.client_id and row["is_visible"] and row["withdrawn_at"] is None]


@pytest.mark.parametrize("with_filters", [True, False])
def test_a_member_sees_the_own_clients_in_their_order(edge, world, with_filters):
    who = world.alex
    rows = listed(edge, who, with_filters)
    expected = sorted(shown_to(world, who), key=lambda row: (row["issued_on"], row["quote_id"]), reverse=True)
    assert [row["quote_id"] for row in rows] == [row["quote_id"] for row in expected]
    assert {row["state"] for row in rows} == set(KINDS)
    for kind in ("open", "accepted", "closed"):
        assert listed(edge, who, with_filters, kind=kind) == [row for row in rows if KINDS[row["state"]] == kind]
    pages, after = [], {}
    while page := listed(edge, who, with_filters, row_limit=2, **after):
        pages += page
        after = {"after_issued_on": page[-1]["issued_on"], "after_quote_id": page[-1]["quote_id"]}
    assert pages == rows
    edge.enter_member(who)
    counted = edge.run("count_quotes", **who.scope(), time_zone=ZONE, with_filters=with_filters)
    assert {row["state"]: row["quotes"] for row in counted} == {state: sum(row["state"] == state for row in rows) for state in KINDS}
    last = {row["number"]: (row["decision"], row["decided_by"], row["method"]) for row in rows}
    assert last["Q-1025"] == ("accepted", "Alex Morgan", "portal") and last["Q-1018"] == ("accepted", "Sam Reyes", "phone"), "as it was decided"
    assert last["Q-1030"] == (None, None, None), "what was decided about an earlier revision counts no more"


@pytest.mark.parametrize("with_filters", [True, False])
@pytest.mark.parametrize("statement", ["get_quote", "get_quote_file", "list_quote_decisions"])
def test_one_quote_is_there_for_whoever_sees_it(edge, world, statement, with_filters):
    who = world.alex
    edge.enter_member(who)
    rest = {"get_quote": {"time_zone": ZONE}, "get_quote_file": {}, "list_quote_decisions": {"row_limit": 20}}[statement]
    decided = {row["quote_id"] for row in world.tables["quote_decision"] if row["client_id"] == who.client_id}
    shown = {row["quote_id"] for row in shown_to(world, who)
             if {"get_quote": True, "get_quote_file": row["content_hash"] is not None, "list_quote_decisions": row["quote_id"] in decided}[statement]}
    found = {row["quote_id"] for row in world.tables["quote"] if edge.run(statement, **who.scope(), **rest, quote_id=row["quote_id"], with_filters=with_filters)}
    assert found == shown and shown and len(found) < len(world.tables["quote"])


def test_whoever_may_see_no_quotes_sees_and_decides_none(both, world):
    maintenance, edge = both
    who = world.alex
    quote = listed(edge, who)[0]["quote_id"]
    maintenance.rows("update portal.membership set permissions = '{view_invoices,view_documents}' where membership_id = %s", (who.membership_id,))
    lesser = replace(who, permissions=("view_invoices", "view_documents"))
    assert listed(edge, lesser) == [] and edge.rows("select quote_id from portal.quote_decision") == []
    assert code_of(edge, lambda: decide(edge, lesser, quote)) == "PT404"


def test_a_decision_is_kept_with_what_was_agreed_to(both, world):
    maintenance, edge = both
    who = world.alex
    quote = offer(maintenance, who, valid_until=date.today() + timedelta(2), content_hash=sha256("pdf"), size_bytes=9)
    assert decide(edge, who, quote, "changes_requested", reason="Fewer,\nplease") is None
    assert row_of(maintenance, quote)["decision"] == "changes_requested"
    assert decide(edge, who, quote, "accepted", reason="Order 4711") is None, "after a wish for changes it can still be accepted"
    first, last = decisions_of(maintenance, quote)
    assert (first["decision"], first["reason"], last["decision"], last["reason"]) == ("changes_requested", "Fewer,\nplease", "accepted", "Order 4711")
    held = row_of(maintenance, quote)
    assert (last["client_id"], last["membership_id"], last["staff_id"], last["method"], last["decided_by"]) == (who.client_id, who.membership_id, None, "portal", "Alex Morgan")
    assert {name: last[name] for name in ("number", "title", "currency", "total_minor", "valid_until", "revision")} == {
        name: held[name] for name in ("number", "title", "currency", "total_minor", "valid_until", "revision")} and bytes(last["content_hash"]) == sha256("pdf")
    assert (held["decision"], held["decided_at"], held["revision"]) == ("accepted", last["decided_at"], 1)
    noted = maintenance.rows("select action, actor_kind, client_id, membership_id, details from portal.activity where subject_kind = 'quote' and subject_id = %s order by activity_id", (quote,))
    assert [(note["action"], note["actor_kind"], note["client_id"], note["membership_id"]) for note in noted] == [("quote_decided", "member", who.client_id, who.membership_id)] * 2
    assert noted[1]["details"] == {"number": held["number"], "title": "Work", "revision": 1, "decision": "accepted", "reason": "Order 4711", "method": "portal",
                                   "decided_by": "Alex Morgan", "total": 12300, "currency": "GBP", "valid_until": str(held["valid_until"]), "content": sha256("pdf").hex()}
    owners = [row["email"] for row in maintenance.rows("select email from portal.staff where account_id = %s and role = 'owner' and state = 'active' order by staff_id", (who.account_id,))]
    mails = maintenance.rows("select kind, recipient, quote_id, work_request_id, member_id, staff_id from portal.outbox_message where quote_id = %s order by outbox_message_id", (quote,))
    assert [(mail["kind"], mail["recipient"]) for mail in mails] == [("quote_decided", owner) for owner in owners] * 2 and owners
    assert all(mail["staff_id"] and mail["member_id"] is None and mail["work_request_id"] is None for mail in mails)
    edge.enter_member(who)
    assert edge.rows("select staff_id from portal.staff") == [], "the staff are not to be seen afterwards"


def test_mails_go_to_those_of_the_staff_who_want_them(both, world):
    maintenance, edge = both
    who = world.alex
    maintenance.rows("update portal.staff set work_request_mail = true, language = 'es' where email = %s", (world.staff_of("viewer").email,))
    quote = offer(maintenance, who)
    assert decide(edge, who, quote) is None
    assert maintenance.rows("select recipient, language from portal.outbox_message where quote_id = %s", (quote,)) == [{"recipient": world.staff_of("viewer").email, "language": "es"}]


def test_sending_the_same_again_changes_nothing(both, world):
    maintenance, edge = both
    who, colleague = world.alex, world.membership("sam.reyes@acme.example.com", "Acme Facilities Ltd")
    quote = offer(maintenance, who)
    for _ in range(2):
        assert decide(edge, who, quote, "changes_requested", reason="Fewer") is None
    assert len(decisions_of(maintenance, quote)) == 1
    assert decide(edge, who, quote, "changes_requested", reason="More") is None and len(decisions_of(maintenance, quote)) == 2, "another wish"
    for _ in range(2):
        assert decide(edge, who, quote) is None
    assert len(decisions_of(maintenance, quote)) == 3
    assert len(maintenance.rows("select outbox_message_id from portal.outbox_message where quote_id = %s", (quote,))) == 3 * len(
        maintenance.rows("select staff_id from portal.staff where account_id = %s and role = 'owner' and state = 'active'", (who.account_id,)))
    for act in (lambda: decide(edge, colleague, quote), lambda: decide(edge, who, quote, reason="Order 4711"), lambda: decide(edge, who, quote, "declined", reason="No"),
                lambda: decide(edge, who, quote, "changes_requested", reason="More"), lambda: record(edge, world.staff_of("owner"), quote)):
        assert code_of(edge, act) == "PT412"
    assert len(decisions_of(maintenance, quote)) == 3
    maintenance.rows("update portal.quote set is_superseded = true where quote_id = %s", (quote,))
    assert decide(edge, who, quote) is None, "what is answered twice is answered alike"


NOT_TO_BE_DECIDED = [
    ("total_minor = 1", "PT412", "PT412"), ("is_superseded = true", "PT412", "PT412"), ("is_visible = false", "PT404", ""), ("withdrawn_at = now()", "PT404", "PT404"),
    ("valid_until = issued_on", "PT412", ""), ("client_id = {other}", "PT404", "PT412"),
]


@pytest.mark.parametrize("change, for_member, for_staff", NOT_TO_BE_DECIDED, ids=[change for change, _, _ in NOT_TO_BE_DECIDED])
def test_what_cannot_be_decided(both, world, change, for_member, for_staff):
    """An expired or hidden one can still be recorded; another revision can by nobody who has not read it."""
    maintenance, edge = both
    who = world.alex
    quote = offer(maintenance, who, issued_on=date.today() - timedelta(3))
    maintenance.rows(f"update portal.quote set {change.format(other=world.clients['Harbour Hotels Group'])} where quote_id = %s", (quote,))
    revision = row_of(maintenance, quote)["revision"] if "valid_until" in change else 1
    assert code_of(edge, lambda: decide(edge, who, quote, revision=revision)) == for_member
    assert code_of(edge, lambda: record(edge, world.staff_of("manager"), quote, revision=revision)) == for_staff
    assert [row["method"] for row in decisions_of(maintenance, quote)] == ([] if for_staff else ["phone"])


def test_the_last_day_is_that_of_the_accounts_zone(both, world):
    maintenance, edge = both
    who = world.alex
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        maintenance.rows("update portal.account set time_zone = %s where account_id = %s", (zone, who.account_id))
        today = maintenance.value("select portal.today_in(%s)", (zone,))
        assert decide(edge, who, offer(maintenance, who, valid_until=today)) is None
        late = offer(maintenance, who, valid_until=today - timedelta(1))
        assert code_of(edge, lambda late=late: decide(edge, who, late)) == "PT412"


def test_only_an_acceptance_goes_without_a_reason(both, world):
    maintenance, edge = both
    quote = offer(maintenance, world.alex)
    for decision in ("declined", "changes_requested"):
        assert decide(edge, world.alex, quote, decision) == "reason" and record(edge, world.staff_of("owner"), quote, decision) == "reason"
    assert decisions_of(maintenance, quote) == []


def test_a_membership_decides_so_often_in_a_day(both, world):
    maintenance, edge = both
    who, colleague = world.alex, world.membership("sam.reyes@acme.example.com", "Acme Facilities Ltd")
    maintenance.rows("update portal.quote_decision set decided_at = now() - interval '25 hours'")
    quotes = [offer(maintenance, who) for _ in range(4)]
    for quote in quotes[:3]:
        assert decide(edge, who, quote, day_maximum=3) is None
    assert code_of(edge, lambda: decide(edge, who, quotes[3], day_maximum=3)) == "PT429"
    assert decide(edge, who, quotes[2], day_maximum=3) is None, "what was done is answered"
    assert decide(edge, colleague, quotes[3], day_maximum=3) is None
    maintenance.rows("update portal.quote_decision set decided_at = now() - interval '24 hours' where membership_id = %s", (who.membership_id,))
    assert decide(edge, who, offer(maintenance, who), day_maximum=3) is None


@pytest.mark.parametrize("role", ["viewer", "manager", "owner"])
def test_staff_record_what_was_decided_elsewhere(both, world, role):
    maintenance, edge = both
    staff = world.staff_of(role)
    quote = offer(maintenance, world.alex)
    if role == "viewer":
        assert code_of(edge, lambda: record(edge, staff, quote)) in ("PT404", "42501") and decisions_of(maintenance, quote) == []
        return
    for _ in range(2):
        assert record(edge, staff, quote, decided_by="Anna Moore", reason="Order 4711") is None
    (made,) = decisions_of(maintenance, quote)
    assert (made["method"], made["decided_by"], made["membership_id"], made["staff_id"], made["reason"]) == ("phone", "Anna Moore", None, staff.staff_id, "Order 4711")
    assert row_of(maintenance, quote)["decision"] == "accepted"
    noted = maintenance.rows("select action, staff_id, details ->> 'decided_by' as name from portal.activity where subject_kind = 'quote' and subject_id = %s", (quote,))
    assert noted == [{"action": "quote_decision_recorded", "staff_id": staff.staff_id, "name": "Anna Moore"}]
    assert maintenance.rows("select outbox_message_id from portal.outbox_message where quote_id = %s", (quote,)) == [], "whoever recorded it knows"
    assert code_of(edge, lambda: record(edge, staff, quote, decided_by="Somebody else")) == "PT412"
    theirs = offer(maintenance, world.membership("lucia.fernandez@ribera.example.com", "Talleres Ribera S.L."))
    assert code_of(edge, lambda: record(edge, staff, theirs)) == "PT404"


@pytest.mark.parametrize("role", ["viewer", "manager", "owner"])
def test_staff_see_the_accounts_and_managers_decide_what_members_see(both, world, role):
    maintenance, edge = both
    who = world.staff_of(role)
    edge.enter_staff(who)
    expected = {row["quote_id"] for row in world.tables["quote"] if row["account_id"] == who.account_id and row["withdrawn_at"] is None}
    listing = {"account_id": who.account_id, "time_zone": ZONE, "after_quote_id": 0, "row_limit": 100}
    for with_filters in (True, False):
        assert {row["quote_id"] for row in edge.run("list_staff_quotes", **listing, with_filters=with_filters)} == expected
        assert {row["number"] for row in edge.run("list_staff_quotes", **listing, q="NEW boiler", with_filters=with_filters)} == {"Q-1031"}
        assert {row["client_name"] for row in edge.run("list_staff_quotes", **listing, q="harbour hotels", with_filters=with_filters)} == {"Harbour Hotels Group"}
        assert {row["state"] for row in edge.run("list_staff_quotes", **listing, kind="closed", with_filters=with_filters)} == {"declined", "expired", "superseded"}
    hidden = next(row["quote_id"] for row in world.tables["quote"] if row["number"] == "CANARY-quote-invisible")
    theirs = next(row["quote_id"] for row in world.tables["quote"] if row["account_id"] != who.account_id)
    withdrawn = next(row["quote_id"] for row in world.tables["quote"] if row["withdrawn_at"] is not None)
    for quote in (theirs, withdrawn, *([hidden] if role == "viewer" else [])):
        assert code_of(edge, lambda quote=quote: edge.run("show_staff_quote", account_id=who.account_id, quote_id=quote, is_visible=True)) == "PT404"
    if role == "viewer":
        return
    for _ in range(2):
        edge.run("show_staff_quote", account_id=who.account_id, quote_id=hidden, is_visible=True)
    assert maintenance.rows("select action, staff_id, details from portal.activity where subject_kind = 'quote'") == [
        {"action": "quote_changed", "staff_id": who.staff_id, "details": {"number": "CANARY-quote-invisible", "before": {"visible": False}, "after": {"visible": True}}}]
    assert hidden in {row["quote_id"] for row in listed(edge, world.alex)}


TERMS = ["number = 'x'", "title = null", "description = 'x'", "issued_on = '2026-01-01'", "valid_until = '2030-01-01'", "currency = 'EUR'", "total_minor = 1", "client_id = client_id + 1",
         "job_id = null, is_superseded = true", "withdrawn_at = now()", "media_type = 'image/png'", "content_hash = sha256('other'), size_bytes = 1", "version = 9"]
OWN_DECISION = {"decision": "accepted", "method": "portal"}


def test_members_write_nothing_but_their_own_decision(both, world):
    """Also with statements that are none of ours."""
    maintenance, edge = both
    who, colleague = world.alex, world.membership("sam.reyes@acme.example.com", "Acme Facilities Ltd")
    foreign = world.membership("lucia.fernandez@ribera.example.com", "Talleres Ribera S.L.")
    quote, gone, late = offer(maintenance, who), offer(maintenance, who, is_superseded=True), offer(maintenance, who, valid_until=date.today() - timedelta(2))
    edge.enter_member(who)
    for change in (*TERMS, "is_visible = false"):
        assert code_of(edge, lambda change=change: edge.rows(f"update portal.quote set {change} where quote_id = %s", (quote,))) == "42501", change
    for column in ("revision", "external_id"):
        assert code_of(edge, lambda column=column: edge.rows(f"update portal.quote set {column} = null where quote_id = %s", (quote,))) == "42501"
    edge.rows("update portal.quote set decision = 'accepted', decided_at = now() where quote_id = %s", (quote,))
    assert row_of(maintenance, quote)["decision"] is None, "a decision follows from what was decided"

    def insert(**columns) -> str:
        values = {"account_id": who.account_id, "quote_id": quote, "client_id": who.client_id, "revision": 1, "membership_id": who.membership_id, "decided_by": "Somebody",
                  **OWN_DECISION, **columns}
        text = f"insert into portal.quote_decision ({', '.join(values)}) values ({', '.join(['%s'] * len(values))})"
        return code_of(edge, lambda: edge.rows(text, tuple(values.values())))
    for wrong in ({"membership_id": colleague.membership_id}, {"membership_id": foreign.membership_id}, {"client_id": world.clients["Harbour Hotels Group"]}, {"revision": 2},
                  {"method": "phone"}, {"method": "phone", "membership_id": None, "staff_id": world.staff_of("owner").staff_id}, {"quote_id": gone}, {"quote_id": late},
                  {"account_id": world.northside}):
        assert insert(**wrong) in ("42501", "23514"), wrong
    for column, value in (("total_minor", 1), ("decided_at", "2020-01-01"), ("content_hash", sha256("x")), ("number", "x")):
        assert insert(**{column: value}) == "42501", column
    assert insert(decision="declined") == "23514", "a reason"
    assert insert() == ""
    (made,) = decisions_of(maintenance, quote)
    assert made["decided_by"] == "Alex Morgan" and made["total_minor"] == 12300, "a name is nobody's to choose"
    assert insert() == "42501", "it is decided"
    for change in ("update portal.quote_decision set reason = 'x'", "update portal.quote_decision set decision = 'declined'", "delete from portal.quote_decision",
                   "delete from portal.quote", "truncate portal.quote_decision"):
        for enter in (lambda: edge.enter_member(who), lambda: edge.enter_staff(world.staff_of("owner"))):
            enter()
            assert code_of(edge, lambda change=change: edge.rows(change)) == "42501", change


def test_staff_write_nothing_but_what_members_see_and_records(both, world):
    maintenance, edge = both
    owner = world.staff_of("owner")
    quote = offer(maintenance, world.alex)
    edge.enter_staff(owner)
    for change in TERMS:
        assert code_of(edge, lambda change=change: edge.rows(f"update portal.quote set {change} where quote_id = %s", (quote,))) == "42501", change
    insert = "insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, method, membership_id, staff_id) values (%s, %s, %s, 1, 'accepted', %s, %s, %s)"
    for method, membership, staff in (("portal", world.alex.membership_id, None), ("phone", None, world.staff_of("manager").staff_id), ("phone", None, None)):
        assert code_of(edge, lambda values=(owner.account_id, quote, world.alex.client_id, method, membership, staff): edge.rows(insert, values)) in ("42501", "23514")
    edge.enter_staff(world.staff_of("viewer"))
    assert edge.rows("update portal.quote set is_visible = false where quote_id = %s returning quote_id", (quote,)) == []
    viewer = (owner.account_id, quote, world.alex.client_id, "phone", None, world.staff_of("viewer").staff_id)
    assert code_of(edge, lambda: edge.rows(insert, viewer)) == "42501"
    edge.enter_member(world.alex)
    send = """insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, quote_id, payload, key_id)
        values (%s, 'reference-of-nobody', %s, 'email', 'x@example.com', 'en', %s, %s, '\\x00', 'k1')"""
    assert code_of(edge, lambda: edge.rows(send, (owner.account_id, "quote_decided", owner.staff_id, quote))) == "42501", "only while staff are told"
    edge.rows("select set_config('portal.tells_staff', 'yes', true)")
    assert code_of(edge, lambda: edge.rows(send, (owner.account_id, "password_reset", owner.staff_id, quote))) == "42501"
    assert code_of(edge, lambda: edge.rows(send, (owner.account_id, "quote_decided", None, quote))) == "42501"


def test_of_fifty_who_accept_at_once_one_does(clone, world):
    """Members and staff, each through a connection of its own (SECURITY R56)."""
    maintenance = clone("portal_maintenance")
    racers = 50
    who = world.alex
    quote = offer(maintenance, who)
    people = [replace(who, membership_id=number) for number in second_memberships(maintenance, who, racers)]
    outcomes: list[str] = []
    together = threading.Barrier(racers)

    def race(number: int, edge) -> None:
        edge.begin()
        together.wait(30)
        try:
            if number % 10:
                refusal = decide(edge, people[number], quote)
            else:
                refusal = record(edge, world.staff_of("owner" if number % 20 else "manager"), quote, decided_by=str(number))
            edge.commit()
            outcomes.append(refusal or "")
        except psycopg2.Error as error:
            outcomes.append(error.pgcode)
            edge.rollback()
    threads = [threading.Thread(target=race, args=pair) for pair in enumerate([clone("portal_edge") for _ in range(racers)])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["", *["PT412"] * (racers - 1)]
    assert len(decisions_of(maintenance, quote)) == 1 and row_of(maintenance, quote)["decision"] == "accepted"
    assert len(maintenance.rows("select activity_id from portal.activity where subject_kind = 'quote' and subject_id = %s", (quote,))) == 1


def second_memberships(maintenance, who: Membership, count: int) -> list[int]:
    """Of people who are like the one, each with a session as the demo's have."""
    made = [row["membership_id"] for row in maintenance.rows("""
        with person as (
          insert into portal.member (account_id, email, first_name, surname, state, password_hash)
          select %(account)s, 'racer' || n || '@example.com', 'Racer', n::text, 'active', '$argon2id$demo$' || n from generate_series(1, %(count)s) n returning member_id
        ) insert into portal.membership (account_id, member_id, client_id, permissions, state, activated_at)
        select %(account)s, member_id, %(client)s, %(permissions)s, 'active', now() from person returning membership_id""",
        {"account": who.account_id, "client": who.client_id, "count": count, "permissions": list(who.permissions)})]
    maintenance.rows("""insert into portal.session (account_id, token_hash, member_id, membership_id, expires_at)
        select account_id, sha256(convert_to('session ' || membership_id, 'UTF8')), member_id, membership_id, now() + interval '1 day' from portal.membership
        where membership_id = any (%s)""", (made,))
    return made


def test_the_index_alone_keeps_a_second_acceptance_out(both, world):
    """Also where nobody holds the quote and asks for its state before."""
    maintenance, _ = both
    quote = offer(maintenance, world.alex)
    insert = """insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, method, membership_id) values (%s, %s, %s, 1, 'accepted', 'portal', %s)"""
    values = (world.alex.account_id, quote, world.alex.client_id, world.alex.membership_id)
    maintenance.rows(insert, values)
    assert code_of(maintenance, lambda: maintenance.rows(insert, values)) == "23505"


def line(external_id: str = "Q-1", **more) -> dict:
    return {"external_id": external_id, "client": "C-1", "number": "A-1", "title": "Boiler", "description": "New\nboiler", "issued_on": "2026-11-16", "valid_until": "2036-12-16",
            "currency": "EUR", "total": 1000, "superseded": False, **more}


def fill(importer: Importer, content: str, external_id: str = "Q-1") -> None:
    importer.enter()
    scope = {"account_id": importer.account_id, "external_id": external_id}
    (found,) = importer.edge.run("find_quote_to_fill", **scope, size_bytes=9)
    assert found["has_room"] is True
    importer.enter()
    assert importer.edge.run("fill_quote", **scope, client_id=found["client_id"], media_type="application/pdf", size_bytes=9, content_hash=sha256(content), is_active_content=False)


def test_a_line_makes_a_quote_and_changes_it(importer):
    importer.run("clients", client())
    assert importer.run("quotes", line()) == ([1, 0, 0, 0], [])
    assert importer.run("quotes", line()) == ([0, 0, 1, 0], [])
    body = importer.read("quote", "Q-1")
    assert {name: body[name] for name in line()} == line()
    assert (body["visible"], body["job"], body["content"], body["deleted"], body["version"], body["revision"], body["decision"]) == (True, None, None, False, None, 1, None)
    revision = 1
    for change in ({"number": "A-2"}, {"title": None}, {"description": None}, {"issued_on": "2026-11-15"}, {"valid_until": None}, {"currency": "GBP"}, {"total": 2000}):
        for lines in (line(**change), line()):
            assert importer.run("quotes", lines) == ([0, 1, 0, 0], []), change
            revision += 1
            assert importer.read("quote", "Q-1")["revision"] == revision, change
    for change in ({"superseded": True}, {"superseded": False}, {"visible": False}, {"visible": True}):
        assert importer.run("quotes", line(**change)) == ([0, 1, 0, 0], []), change
        assert importer.read("quote", "Q-1")["revision"] == revision, "what one would agree to is the same"


def test_what_staff_have_hidden_stays_so_unless_a_line_says_otherwise(importer):
    importer.run("clients", client())
    importer.run("quotes", line())
    importer.maintenance.rows("update portal.quote set is_visible = false where external_id = 'Q-1'")
    assert importer.run("quotes", line()) == ([0, 0, 1, 0], [])
    assert importer.run("quotes", line(total=1)) == ([0, 1, 0, 0], []) and importer.read("quote", "Q-1")["visible"] is False
    assert importer.run("quotes", line(total=1, visible=True)) == ([0, 1, 0, 0], []) and importer.read("quote", "Q-1")["visible"] is True


@pytest.mark.parametrize("apply, counts", [("all", [0, 0, 0, 0]), ("good", [1, 0, 0, 0]), ("none", [0, 0, 0, 0])])
def test_a_quote_names_a_client_and_a_job_of_the_client(importer, apply, counts):
    importer.run("clients", client(), client("C-2"))
    importer.run("templates", {"external_id": "T-1", "name": "Visit", "fields": []})
    assert importer.run("jobs", job(), job("J-2", 900002, client="C-2"))[1] == []
    wrong = [(1, "/client", "unknown_reference"), (2, "/job", "unknown_reference"), (3, "/job", "unknown_reference")]
    lines = (line("Q-1", client="nobody"), line("Q-2", job="none"), line("Q-3", job="J-2"), line("Q-4", job="J-1"))
    assert importer.run("quotes", *lines, apply=apply) == (counts, wrong)
    if apply == "good":
        assert importer.read("quote", "Q-4")["job"] == "J-1"


def acceptor(importer: Importer, external_id: str = "C-1") -> Membership:
    """Somebody of a client that was imported, who may decide."""
    account = importer.account_id
    (person,) = importer.maintenance.rows("""
        with person as (
          insert into portal.member (account_id, email, first_name, surname, state, password_hash) values (%s, %s, 'Pat', 'Lee', 'active', '$argon2id$demo$x') returning member_id
        ) insert into portal.membership (account_id, member_id, client_id, permissions, state, activated_at)
        select %s, member_id, (select client_id from portal.client where account_id = %s and external_id = %s), '{accept_quotes}', 'active', now() from person
        returning member_id, membership_id, client_id""", (account, f"pat{next(NUMBERS)}@example.com", account, account, external_id))
    importer.maintenance.rows("""insert into portal.session (account_id, token_hash, member_id, membership_id, expires_at)
        values (%s, sha256(convert_to('session ' || %s, 'UTF8')), %s, %s, now() + interval '1 day')""", (account, person["membership_id"], person["member_id"], person["membership_id"]))
    return Membership(account, person["member_id"], person["membership_id"], person["client_id"], "", ("accept_quotes",))


def quote_of(importer: Importer, external_id: str = "Q-1") -> dict:
    return importer.maintenance.rows("select * from portal.quote where account_id = %s and external_id = %s", (importer.account_id, external_id))[0]


def test_each_file_is_another_revision(importer):
    """The first one, too: whoever has read the line has not seen it."""
    importer.run("clients", client())
    importer.run("quotes", line())
    fill(importer, "one")
    assert importer.read("quote", "Q-1")["revision"] == 2 and importer.read("quote", "Q-1")["content"] == sha256("one").hex()
    fill(importer, "one")
    assert importer.read("quote", "Q-1")["revision"] == 2, "the same again"
    importer.run("quotes", line(total=2000))
    fill(importer, "two")
    assert importer.read("quote", "Q-1")["revision"] == 4
    assert decide(importer.edge, acceptor(importer), quote_of(importer)["quote_id"], "changes_requested", revision=4, reason="Fewer") is None
    importer.run("quotes", line("Q-2"))
    who = acceptor(importer)
    assert decide(importer.edge, who, quote_of(importer, "Q-2")["quote_id"]) is None
    fill(importer, "late", "Q-2")
    body = importer.read("quote", "Q-2")
    assert (body["revision"], body["decision"]) == (2, None), "whoever decided had not seen it"


def test_another_revision_has_to_be_decided_anew(importer):
    importer.run("clients", client())
    importer.run("quotes", line())
    fill(importer, "one")
    who, quote = acceptor(importer), quote_of(importer)["quote_id"]
    assert decide(importer.edge, who, quote, revision=2, reason="Order 4711") is None
    told = importer.read("quote", "Q-1")["decision"]
    assert {name: told[name] for name in ("decision", "reason", "decided_by", "method", "revision", "total")} == {
        "decision": "accepted", "reason": "Order 4711", "decided_by": {"name": "Pat Lee"}, "method": "portal", "revision": 2, "total": {"amount": 1000, "currency": "EUR"}}
    assert importer.run("quotes", line(superseded=False, visible=True)) == ([0, 0, 1, 0], []) and importer.read("quote", "Q-1")["decision"] == told
    importer.run("quotes", line(total=900))
    assert (quote_of(importer)["decision"], quote_of(importer)["revision"], importer.read("quote", "Q-1")["decision"]) == (None, 3, None)
    assert code_of(importer.edge, lambda: decide(importer.edge, who, quote, revision=2, reason="Order 4711")) == "PT412", "of the first one"
    assert decide(importer.edge, who, quote, revision=3) is None
    importer.edge.enter_member(who)
    history = importer.edge.run("list_quote_decisions", **who.scope(), quote_id=quote, row_limit=20)
    assert [(row["revision"], row["total_minor"]) for row in history] == [(3, 900), (2, 1000)]
    assert importer.run("quotes", {"external_id": "Q-1", "deleted": True}) == ([0, 0, 0, 1], [])
    assert quote_of(importer)["content_hash"] is None and quote_of(importer)["size_bytes"] == 0
    importer.edge.enter_member(who)
    assert importer.edge.run("list_quote_decisions", **who.scope(), quote_id=quote, row_limit=20) == []
    assert len(decisions_of(importer.maintenance, quote)) == 2, "nothing of it is lost"


@pytest.mark.parametrize("with_file", [True, False])
def test_what_goes_to_another_client_loses_its_file_and_its_decision(importer, with_file):
    importer.run("clients", client(), client("C-2"))
    importer.run("quotes", line())
    if with_file:
        fill(importer, "one")
    first, second, quote = acceptor(importer), acceptor(importer, "C-2"), quote_of(importer)["quote_id"]
    read = quote_of(importer)["revision"]
    assert decide(importer.edge, first, quote, revision=read, reason="Order 4711") is None
    assert importer.run("quotes", line(client="C-2"))[0] == [0, 1, 0, 0]
    now = quote_of(importer)
    assert (now["content_hash"], now["size_bytes"], now["revision"], now["decision"]) == (None, 0, read + 1, None)
    for who in (first, second):
        for with_filters in (True, False):
            importer.edge.enter_member(who)
            assert importer.edge.run("list_quote_decisions", **who.scope(), quote_id=quote, row_limit=20, with_filters=with_filters) == []
    assert listed(importer.edge, first) == [] and [row["revision"] for row in listed(importer.edge, second)] == [read + 1]
    assert importer.run("quotes", line())[0] == [0, 1, 0, 0]
    importer.edge.enter_member(first)
    assert [row["revision"] for row in importer.edge.run("list_quote_decisions", **first.scope(), quote_id=quote, row_limit=20)] == [read], "it is theirs again, and has to be decided anew"
    assert quote_of(importer)["decision"] is None


def test_a_key_changes_only_what_has_an_id_of_its_system_and_decides_nothing(importer):
    importer.run("clients", client())
    importer.run("quotes", line())
    importer.maintenance.rows("update portal.quote set external_id = null where number = 'Q-1031'")
    importer.enter()
    assert importer.edge.rows("update portal.quote set number = 'mine' where external_id is null returning quote_id") == []
    assert {row["account_id"] for row in importer.edge.rows("select account_id from portal.quote")} == {importer.account_id}
    importer.edge.rows("update portal.quote set decision = 'accepted', decided_at = now() where external_id = 'Q-1'")
    assert quote_of(importer)["decision"] is None
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        importer.edge.rows("insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, method) select account_id, quote_id, client_id, 1, 'accepted', 'portal' from portal.quote where external_id = 'Q-1'")


def test_whoever_repairs_a_file_offers_nothing_new(importer):
    importer.run("clients", client())
    importer.run("quotes", line())
    fill(importer, "one")
    assert decide(importer.edge, acceptor(importer), quote_of(importer)["quote_id"], revision=2) is None
    importer.maintenance.rows("update portal.quote set content_hash = sha256('better') where external_id = 'Q-1'")
    assert (quote_of(importer)["revision"], quote_of(importer)["decision"]) == (2, "accepted")


HIDES_THE_JOB = {
    "a hidden template": "delete from portal.portal_visible_template v using portal.job j where j.job_id = {job} and v.account_id = j.account_id and v.job_template_id = j.job_template_id",
    "a deleted job": "update portal.job set deleted_at = now() where job_id = {job}",
    "a job that went to another client": "update portal.job set site_id = null, client_id = {other} where job_id = {job}",
}


@pytest.mark.parametrize("with_filters", [True, False])
@pytest.mark.parametrize("change", HIDES_THE_JOB.values(), ids=HIDES_THE_JOB)
def test_the_job_is_named_to_those_who_see_it(both, world, change, with_filters):
    maintenance, edge = both
    who = world.alex
    found = maintenance.rows("""select job_id, number from portal.job j where client_id = %s and status = 'finished' and deleted_at is null
        and exists (select from portal.portal_visible_template v where v.account_id = j.account_id and v.job_template_id = j.job_template_id) limit 1""", (who.client_id,))[0]
    quote = offer(maintenance, who, job_id=found["job_id"])
    (row,) = [row for row in listed(edge, who, with_filters) if row["quote_id"] == quote]
    assert (row["job_id"], row["job_number"]) == (found["job_id"], found["number"])
    maintenance.rows(change.format(job=found["job_id"], other=world.clients["Harbour Hotels Group"]))
    assert [row["job_id"] for row in listed(edge, who, with_filters) if row["quote_id"] == quote] == [None]
    edge.enter_member(who)
    (one,) = edge.run("get_quote", **who.scope(), time_zone=ZONE, quote_id=quote, with_filters=with_filters)
    assert one["job_id"] is None


def test_the_courier_reads_what_a_waiting_mail_is_made_of(clone, world):
    maintenance, edge, courier = clone("portal_maintenance"), clone("portal_edge"), clone("portal_courier")
    who = world.alex
    quote, other = offer(maintenance, who), offer(maintenance, who)
    look = "select number from portal.quote", "select reason from portal.quote_decision", "select name from portal.client"
    assert [courier.rows(text) for text in look] == [[], [], []]
    edge.begin()
    assert decide(edge, who, quote, "declined", reason="Too much") is None
    edge.commit()
    maintenance.rows("insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, method, membership_id) values (%s, %s, %s, 1, 'accepted', 'portal', %s)",
                     (who.account_id, other, who.client_id, who.membership_id))
    number = row_of(maintenance, quote)["number"]
    assert [courier.rows(text) for text in look] == [[{"number": number}], [{"reason": "Too much"}], [{"name": "Acme Facilities Ltd"}]]
    courier.rows("update portal.outbox_message set sent_at = now(), payload = null, key_id = null where quote_id = %s", (quote,))
    assert [courier.rows(text) for text in look] == [[], [], []]
    for secret in ("select description from portal.quote", "select membership_id from portal.quote_decision", "update portal.quote set is_visible = true"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            courier.rows(secret)
