"""Invoices: which state they have on which day, who sees them with which statement, and what a line of the accounting does."""

from datetime import date, timedelta

import psycopg2
import pytest
from named import sha256
from test_import_statements import Importer, client, job


@pytest.fixture
def importer(stage, world) -> Importer:
    return Importer(stage("portal_maintenance"), stage("portal_edge"), world.brightwater)


@pytest.fixture
def both(stage):
    return stage("portal_maintenance"), stage("portal_edge")


TODAY = date(2026, 11, 16)
STATES = [
    ((True, 100, 0, TODAY - timedelta(1)), "void"), ((True, 100, 100, None), "void"), ((False, 100, 100, TODAY - timedelta(1)), "paid"), ((False, 0, 0, TODAY - timedelta(1)), "paid"),
    ((False, 100, 0, TODAY - timedelta(1)), "overdue"), ((False, 100, 99, TODAY - timedelta(1)), "overdue"), ((False, 100, 1, TODAY), "partially_paid"),
    ((False, 100, 1, None), "partially_paid"), ((False, 100, 0, TODAY), "payment_due"), ((False, 100, 0, None), "payment_due"),
]


@pytest.mark.parametrize("invoice, state", STATES)
def test_the_state_follows_from_amounts_and_day(edge, invoice, state):
    assert edge.value("select portal.invoice_state(%s, %s, %s, %s, %s)", (*invoice, TODAY)) == state
    kind = state if state in ("void", "paid") else "open"
    assert edge.value("select portal.invoice_kind(%s, %s, %s)", invoice[:3]) == kind
    assert edge.value("select portal.invoice_outstanding(%s, %s, %s)", invoice[:3]) == (invoice[1] - invoice[2] if kind == "open" else 0)


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_state_holds_until_the_end_of_the_day_in_the_zone(edge, zone):
    """The day ends at the midnight after it, where the account is."""
    today, left = edge.rows("select portal.today_in(%s) as today, (portal.today_in(%s) + 1)::timestamp at time zone %s - now() as remains", (zone,) * 3)[0].values()
    holds = "select portal.invoice_state_holds(%s, %s, %s, %s, %s)"
    assert edge.value(holds, (False, 100, 0, today, zone)) == left // timedelta(milliseconds=1)
    assert edge.value(holds, (False, 100, 0, today + timedelta(1), zone)) > 23 * 3600 * 1000
    for never in ((False, 100, 0, today - timedelta(1)), (False, 100, 0, None), (False, 100, 100, today), (True, 100, 0, today)):
        assert edge.value(holds, (*never, zone)) is None, never


def listed(edge, who, with_filters: bool = True, **values) -> list[dict]:
    edge.enter_member(who)
    return edge.run("list_invoices", **who.scope(), **{"time_zone": "Europe/London", "after_invoice_id": 0, "row_limit": 100, **values}, with_filters=with_filters)


@pytest.mark.parametrize("with_filters", [True, False])
def test_a_member_sees_the_own_clients_in_their_order(edge, world, with_filters):
    who = world.alex
    rows = listed(edge, who, with_filters)
    expected = [row for row in world.tables["invoice"] if row["client_id"] == who.client_id and row["is_visible"] and row["withdrawn_at"] is None]
    assert [row["invoice_id"] for row in rows] == [row["invoice_id"] for row in sorted(expected, key=lambda row: (row["issued_on"], row["invoice_id"]), reverse=True)]
    assert {row["state"] for row in rows} == {"payment_due", "partially_paid", "overdue", "paid", "void"}
    for kind in ("open", "paid", "void"):
        assert listed(edge, who, with_filters, kind=kind) == [row for row in rows if kind == (row["state"] if row["state"] in ("paid", "void") else "open")]
    # Pages follow each other, also inside a day.
    pages, after = [], {}
    while page := listed(edge, who, with_filters, row_limit=7, **after):
        pages += page
        after = {"after_issued_on": page[-1]["issued_on"], "after_invoice_id": page[-1]["invoice_id"]}
    assert pages == rows
    edge.enter_member(who)
    counted = edge.run("count_invoices", **who.scope(), time_zone="Europe/London", with_filters=with_filters)
    assert {(row["state"], row["currency"]): (row["invoices"], row["outstanding_minor"]) for row in counted} == {
        (state, "GBP"): (len(of_state), sum(row["outstanding_minor"] for row in of_state)) for state in {row["state"] for row in rows}
        for of_state in [[row for row in rows if row["state"] == state]]}


def test_whoever_may_see_no_invoices_sees_none(both, world):
    maintenance, edge = both
    who = world.alex
    assert listed(edge, who)
    maintenance.rows("update portal.membership set permissions = '{view_job_status,view_completed_jobs,view_documents}' where membership_id = %s", (who.membership_id,))
    lesser = who.__class__(**{**who.__dict__, "permissions": ("view_job_status", "view_completed_jobs", "view_documents")})
    assert listed(edge, lesser) == []


HIDES_THE_JOB = {
    "a hidden template": "delete from portal.portal_visible_template v using portal.job j where j.job_id = {job} and v.account_id = j.account_id and v.job_template_id = j.job_template_id",
    "a deleted job": "update portal.job set deleted_at = now() where job_id = {job}",
    "a job that went to another client": "update portal.job set site_id = null, client_id = {other} where job_id = {job}",
    "a state that the member may not see": "update portal.membership set permissions = '{{view_job_status,view_invoices}}' where membership_id = {membership}",
}


@pytest.mark.parametrize("with_filters", [True, False])
@pytest.mark.parametrize("change", HIDES_THE_JOB.values(), ids=HIDES_THE_JOB)
def test_the_job_is_named_to_those_who_see_it(both, world, change, with_filters):
    maintenance, edge = both
    who = world.alex
    (named,) = [row for row in listed(edge, who, with_filters) if row["job_id"]]
    assert named["job_number"] == next(row["number"] for row in world.tables["job"] if row["job_id"] == named["job_id"])
    maintenance.rows(change.format(job=named["job_id"], other=world.clients["Harbour Hotels Group"], membership=who.membership_id))
    permissions = tuple(maintenance.value("select permissions from portal.membership where membership_id = %s", (who.membership_id,)))
    now = who.__class__(**{**who.__dict__, "permissions": permissions})
    assert [row["job_id"] for row in listed(edge, now, with_filters) if row["invoice_id"] == named["invoice_id"]] == [None]
    edge.enter_member(now)
    (one,) = edge.run("get_invoice", **now.scope(), time_zone="Europe/London", invoice_id=named["invoice_id"], with_filters=with_filters)
    assert one == {**named, "job_id": None, "job_number": None}


@pytest.mark.parametrize("with_filters", [True, False])
@pytest.mark.parametrize("statement", ["get_invoice", "get_invoice_file"])
def test_one_invoice_is_there_for_whoever_sees_it(edge, world, statement, with_filters):
    who = world.alex
    edge.enter_member(who)
    shown = {row["invoice_id"] for row in world.tables["invoice"] if row["client_id"] == who.client_id and row["is_visible"] and row["withdrawn_at"] is None
             and (statement == "get_invoice" or row["content_hash"] is not None)}
    scope = {**who.scope(), **({"time_zone": "Europe/London"} if statement == "get_invoice" else {})}
    found = {row["invoice_id"] for row in world.tables["invoice"] if edge.run(statement, **scope, invoice_id=row["invoice_id"], with_filters=with_filters)}
    assert found == shown and len(found) < len(world.tables["invoice"])


@pytest.mark.parametrize("role", ["viewer", "manager", "owner"])
def test_staff_see_the_accounts_and_managers_decide_what_members_see(both, world, role):
    maintenance, edge = both
    who = world.staff_of(role)
    edge.enter_staff(who)
    expected = {row["invoice_id"] for row in world.tables["invoice"] if row["account_id"] == who.account_id and row["withdrawn_at"] is None}
    listing = {"account_id": who.account_id, "time_zone": "Europe/London", "after_invoice_id": 0, "row_limit": 100}
    for with_filters in (True, False):
        assert {row["invoice_id"] for row in edge.run("list_staff_invoices", **listing, with_filters=with_filters)} == expected
        assert {row["number"] for row in edge.run("list_staff_invoices", **listing, q="EXPANSION", with_filters=with_filters)} == set()
        assert {row["number"] for row in edge.run("list_staff_invoices", **listing, q="entered TWICE", with_filters=with_filters)} == {"INV-2018"}
        assert {row["client_name"] for row in edge.run("list_staff_invoices", **listing, q="harbour hotels", with_filters=with_filters)} == {"Harbour Hotels Group"}
    own = next(row["invoice_id"] for row in world.tables["invoice"] if row["number"] == "CANARY-invoice-invisible")
    theirs = next(row["invoice_id"] for row in world.tables["invoice"] if row["account_id"] != who.account_id)
    withdrawn = next(row["invoice_id"] for row in world.tables["invoice"] if row["withdrawn_at"] is not None)
    for invoice_id in (theirs, withdrawn, *([own] if role == "viewer" else [])):
        edge.rows("savepoint before")
        with pytest.raises(psycopg2.errors.Error) as refused:
            edge.run("show_staff_invoice", account_id=who.account_id, invoice_id=invoice_id, is_visible=True)
        assert refused.value.pgcode == "PT404"
        edge.rows("rollback to before")
    if role == "viewer":
        return
    for _ in range(2):
        edge.run("show_staff_invoice", account_id=who.account_id, invoice_id=own, is_visible=True)
    noted = maintenance.rows("select action, staff_id, details from portal.activity where subject_kind = 'invoice'")
    assert noted == [{"action": "invoice_changed", "staff_id": who.staff_id,
                      "details": {"number": "CANARY-invoice-invisible", "before": {"visible": False}, "after": {"visible": True}}}], "what stays as it is is not noted"
    assert own in {row["invoice_id"] for row in listed(edge, world.alex)}


def bill(external_id: str = "I-1", **more) -> dict:
    return {"external_id": external_id, "client": "C-1", "number": "A-1", "title": "Service", "issued_on": "2026-11-16", "due_on": "2026-12-16", "currency": "EUR", "total": 1000,
            "paid": 0, "void": False, **more}


def test_a_line_makes_an_invoice_and_changes_it(importer):
    importer.run("clients", client())
    assert importer.run("invoices", bill()) == ([1, 0, 0, 0], [])
    assert importer.run("invoices", bill()) == ([0, 0, 1, 0], [])
    body = importer.read("invoice", "I-1")
    assert {name: body[name] for name in bill()} == bill()
    assert (body["visible"], body["job"], body["content"], body["deleted"], body["version"]) == (True, None, None, False, None)
    for change in ({"number": "A-2"}, {"title": None}, {"issued_on": "2026-11-15"}, {"due_on": None}, {"currency": "GBP"}, {"total": 2000}, {"paid": 1000}, {"void": True}):
        assert importer.run("invoices", bill(**change)) == ([0, 1, 0, 0], []), change
        assert importer.run("invoices", bill()) == ([0, 1, 0, 0], []), change


def test_what_staff_have_hidden_stays_so_unless_a_line_says_otherwise(importer):
    importer.run("clients", client())
    importer.run("invoices", bill())
    importer.maintenance.rows("update portal.invoice set is_visible = false where external_id = 'I-1'")
    assert importer.run("invoices", bill()) == ([0, 0, 1, 0], [])
    assert importer.run("invoices", bill(paid=1)) == ([0, 1, 0, 0], []) and importer.read("invoice", "I-1")["visible"] is False
    assert importer.run("invoices", bill(paid=1, visible=True)) == ([0, 1, 0, 0], []) and importer.read("invoice", "I-1")["visible"] is True
    assert importer.run("invoices", bill("I-2", visible=False)) == ([1, 0, 0, 0], []) and importer.read("invoice", "I-2")["visible"] is False


@pytest.mark.parametrize("apply, counts", [("all", [0, 0, 0, 0]), ("good", [1, 0, 0, 0]), ("none", [0, 0, 0, 0])])
def test_an_invoice_names_a_client_and_a_job_of_the_client(importer, apply, counts):
    importer.run("clients", client(), client("C-2"))
    importer.run("templates", {"external_id": "T-1", "name": "Visit", "fields": []})
    assert importer.run("jobs", job(), job("J-2", 900002, client="C-2"))[1] == []
    wrong = [(1, "/client", "unknown_reference"), (2, "/job", "unknown_reference"), (3, "/job", "unknown_reference")]
    lines = (bill("I-1", client="nobody"), bill("I-2", job="none"), bill("I-3", job="J-2"), bill("I-4", job="J-1"))
    assert importer.run("invoices", *lines, apply=apply) == (counts, wrong)
    if apply == "good":
        assert importer.read("invoice", "I-4")["job"] == "J-1"
        assert importer.run("invoices", bill("I-4", job="none"))[1] == [(1, "/job", "unknown_reference")], "also where nothing else changes"
        assert importer.run("invoices", bill("I-4")) == ([0, 1, 0, 0], []) and importer.read("invoice", "I-4")["job"] is None


def test_a_file_is_for_the_client_to_whom_it_was_sent(importer):
    importer.run("clients", client(), client("C-2"))
    importer.run("invoices", bill(version=1))
    importer.enter()
    scope = {"account_id": importer.account_id, "external_id": "I-1"}
    (found,) = importer.edge.run("find_invoice_to_fill", **scope, size_bytes=9)
    assert found["has_room"] is True
    filled = {**scope, "client_id": found["client_id"], "media_type": "application/pdf", "size_bytes": 9, "content_hash": sha256("bytes"), "is_active_content": False}
    with pytest.raises(psycopg2.errors.Error) as refused:
        importer.edge.run("fill_invoice", **{**filled, "client_id": found["client_id"] + 1})
    assert refused.value.pgcode == "PT404"
    importer.enter()
    assert len(importer.edge.run("fill_invoice", **filled)) == 1
    assert importer.read("invoice", "I-1")["content"] == sha256("bytes").hex()
    assert importer.run("invoices", bill(version=2, paid=5)) == ([0, 1, 0, 0], []) and importer.read("invoice", "I-1")["content"], "what is said of it leaves the file"
    assert importer.run("invoices", bill(version=2, paid=5, client="C-2"))[0] == [0, 1, 0, 0] and importer.read("invoice", "I-1")["content"] is None, "it was for the first client"
    assert importer.run("invoices", bill(version=2, paid=5))[0] == [0, 1, 0, 0]
    importer.enter()
    assert len(importer.edge.run("fill_invoice", **filled)) == 1
    assert importer.run("invoices", {"external_id": "I-1", "version": 3, "deleted": True}) == ([0, 0, 0, 1], [])
    assert importer.maintenance.rows("select content_hash, size_bytes from portal.invoice where external_id = 'I-1'") == [{"content_hash": None, "size_bytes": 0}]
    importer.enter()
    assert importer.edge.run("find_invoice_to_fill", **scope, size_bytes=9) == []
    assert importer.run("invoices", bill(version=2)) == ([0, 0, 1, 0], []), "an older state does not bring it back"


def test_a_key_changes_only_what_has_an_id_of_its_system(importer):
    importer.maintenance.rows("update portal.invoice set external_id = null where number = 'INV-2041'")
    importer.enter()
    assert importer.edge.rows("update portal.invoice set number = 'mine' where external_id is null returning invoice_id") == []
    assert {row["account_id"] for row in importer.edge.rows("select account_id from portal.invoice")} == {importer.account_id}
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        importer.edge.rows("insert into portal.invoice (account_id, client_id, number, issued_on, currency, total_minor) values (%s, 1, 'x', '2026-11-16', 'EUR', 1)", (importer.account_id,))
