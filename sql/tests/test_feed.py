"""The feed: what clients did, in the order in which it was committed, and what a key for it may do."""

import json
from dataclasses import replace

import psycopg2
import pytest
from named import sha256

KEY = sha256("a key for the feed")
NOTICE = json.dumps({"reference": "reference-of-feed-1", "payload": b"sealed".hex(), "key_id": "k1"})


def make_key(maintenance, account: int, scope: str = "feed") -> None:
    maintenance.rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'a key', %s, %s)", (account, KEY, [scope]))


@pytest.fixture
def both(stage, world):
    """As the maintenance role, which changes things, and as the module. With a key of Brightwater."""
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    make_key(maintenance, world.brightwater)
    return maintenance, edge


def enter(edge, world) -> None:
    edge.run("enter_key", account_id=world.brightwater, key_hash=KEY, scope="feed")


def read(edge, world, after: int = 0, limit: int = 100) -> list[dict]:
    enter(edge, world)
    return [row["body"] for row in edge.run("list_feed", account_id=world.brightwater, after=after, row_limit=limit)]


def submit(edge, who, **content) -> int:
    edge.enter_member(who)
    return edge.run("submit_work_request", **who.scope(), membership_id=who.membership_id, content=json.dumps({"subject": "A wish", **content}), day_maximum=20, most_days=730,
                    messages="[]")[0]["work_request_id"]


def decide(edge, who, quote: int, **content) -> None:
    edge.enter_member(who)
    edge.rows("select portal.decide_quote(%s, %s, %s, %s, 20, '[]')", (who.account_id, who.membership_id, quote, json.dumps(content)))


def make_quote(maintenance, who, **columns) -> int:
    columns = {"account_id": who.account_id, "client_id": who.client_id, "number": "Q-1", "issued_on": "2026-01-02", "currency": "GBP", "total_minor": 100, "external_id": "q-1",
               **columns}
    return maintenance.value(f"insert into portal.quote ({', '.join(columns)}) values ({', '.join(['%s'] * len(columns))}) returning quote_id", tuple(columns.values()))


def allow(maintenance, who):
    """The same person, who may also ask and decide."""
    permissions = maintenance.value("""
        update portal.membership set permissions = (select array_agg(distinct p) from unnest(permissions || '{accept_quotes,create_work_requests}') p)
        where membership_id = %s returning permissions""", (who.membership_id,))
    return replace(who, permissions=tuple(permissions))


def answer(edge, world, request: int, former: str, **content) -> str | None:
    enter(edge, world)
    return edge.run("answer_work_request_by_key", account_id=world.brightwater, work_request_id=request, former_state=former, content=json.dumps(content),
                    message=NOTICE)[0]["refusal"]


def last_change(maintenance, world) -> int:
    return maintenance.value("select last_change from portal.work_request_counter where account_id = %s", (world.brightwater,))


def test_requests_and_decisions_come_in_one_order_each_once(both, world):
    maintenance, edge = both
    who = allow(maintenance, world.alex)
    quote = make_quote(maintenance, who)
    before = last_change(maintenance, world)
    request = submit(edge, who, subject="Boiler", notes="One\ntwo", preferred_date=None)
    decide(edge, who, quote, revision=1, decision="changes_requested", reason="Cheaper")
    second = submit(edge, who, subject="Roof")
    decide(edge, who, quote, revision=1, decision="accepted")
    items = read(edge, world, after=before)
    assert [(item["change"] - before, item["kind"]) for item in items] == [(1, "work_request"), (2, "quote_decision"), (3, "work_request"), (4, "quote_decision")]
    assert [item["work_request"]["id"] for item in items if item["kind"] == "work_request"] == [str(request), str(second)]
    assert (items[0]["work_request"]["subject"], items[0]["work_request"]["notes"], items[0]["work_request"]["state"]) == ("Boiler", "One\ntwo", "submitted")
    client = items[0]["work_request"]["client"]
    named = maintenance.rows("select external_id, name from portal.client where client_id = %s", (who.client_id,))[0]
    assert client == {"id": str(who.client_id), **named}
    asked, accepted = items[1]["quote_decision"], items[3]["quote_decision"]
    assert (asked["decision"], asked["reason"], asked["quote"]) == ("changes_requested", "Cheaper", {"id": str(quote), "external_id": "q-1", "number": "Q-1"})
    assert (accepted["decision"], accepted["method"], accepted["total"], accepted["decided_by"]) == ("accepted", "portal", {"amount": 100, "currency": "GBP"}, {"name": "Alex Morgan"})
    # A request that changes again comes again, at its new place, and is no longer at the former one.
    assert answer(edge, world, request, "submitted", state="acknowledged") is None
    assert [(item["change"] - before, item["kind"]) for item in read(edge, world, after=before)] == [
        (2, "quote_decision"), (3, "work_request"), (4, "quote_decision"), (5, "work_request")]
    assert [item["change"] - before for item in read(edge, world, after=before + 2, limit=2)] == [3, 4]
    assert read(edge, world, after=before + 5) == []


def test_an_answer_names_the_job_by_its_external_id(both, world):
    maintenance, edge = both
    who = allow(maintenance, world.alex)
    request = submit(edge, who)
    own, foreign = [maintenance.rows(f"select job_id, number, external_id from portal.job where account_id = %s and client_id {sign} %s and deleted_at is null and external_id is not null limit 1",
                                     (who.account_id, who.client_id))[0] for sign in ("=", "<>")]
    assert answer(edge, world, request, "submitted", state="scheduled", job=foreign["external_id"]) == "job_number"
    assert answer(edge, world, request, "submitted", state="scheduled", job="no such job") == "job_number"
    assert answer(edge, world, request, "submitted", state="declined") == "reply"
    assert answer(edge, world, request, "submitted", state="scheduled", reply="On Friday", job=own["external_id"]) is None
    enter(edge, world)
    body = edge.run("get_request_of_feed", account_id=world.brightwater, work_request_id=request)[0]["body"]
    assert (body["state"], body["reply"], body["job"]) == ("scheduled", "On Friday", {"id": str(own["job_id"]), "external_id": own["external_id"], "number": str(own["number"])})
    assert [row["kind"] for row in maintenance.rows("select kind from portal.outbox_message where work_request_id = %s and member_id is not null", (request,))] == ["work_request_answered"]
    note = maintenance.rows("select actor_kind, api_key_id is not null as by_key from portal.activity where action = 'work_request_changed' and subject_id = %s", (request,))
    assert note == [{"actor_kind": "key", "by_key": True}]
    assert answer(edge, world, request, "scheduled", job=None) is None
    enter(edge, world)
    assert edge.run("get_request_of_feed", account_id=world.brightwater, work_request_id=request)[0]["body"]["job"] is None


@pytest.mark.parametrize("content", [{"former": "submitted", "state": "completed"}, {"former": "scheduled", "former_reply": "another", "state": "completed"}])
def test_what_is_another_by_now_is_not_answered(both, world, content):
    maintenance, edge = both
    request = submit(edge, allow(maintenance, world.alex))
    assert answer(edge, world, request, "submitted", state="scheduled", reply="Then") is None
    with pytest.raises(psycopg2.Error) as refused:
        answer(edge, world, request, content.pop("former"), **content)
    assert refused.value.pgcode == "PT412"


def test_other_accounts_are_out_of_reach(both, world):
    """With our own filters taken out, too: the statement names the account, the policies know it."""
    maintenance, edge = both
    foreign = maintenance.rows("select work_request_id from portal.work_request where account_id = %s limit 1", (world.northside,))
    enter(edge, world)
    assert {row["account_id"] for row in edge.rows("select distinct account_id from portal.work_request")} == {world.brightwater}
    for table in ("client", "site", "job", "quote", "quote_decision", "membership", "member", "work_request_counter"):
        assert edge.rows(f"select from portal.{table} where account_id <> %s", (world.brightwater,)) == [], table
    assert foreign
    with pytest.raises(psycopg2.Error) as refused:
        answer(edge, world, foreign[0]["work_request_id"], "submitted", state="acknowledged")
    assert refused.value.pgcode == "PT404"


@pytest.mark.parametrize(("table", "statement"), [
    ("quote_decision", """insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, method)
        select account_id, quote_id, client_id, revision, 'accepted', 'other' from portal.quote"""),
    ("client", "update portal.client set organisation_name = 'Taken'"),
    ("job", "update portal.job set description = 'Taken'"),
    ("quote", "update portal.quote set is_visible = false"),
    ("work_request", "update portal.work_request set state = 'cancelled'"),
    ("outbox_message", "delete from portal.outbox_message"),
    ("membership", "update portal.membership set state = 'ended', ended_at = now()")], ids=lambda value: value if value.isidentifier() else "")
def test_a_key_for_the_feed_does_nothing_else(both, world, table, statement):
    maintenance, edge = both
    who = allow(maintenance, world.alex)
    make_quote(maintenance, who)
    submit(edge, who)
    whole = f"select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from portal.{table} t"
    before = maintenance.value(whole)
    enter(edge, world)
    try:
        edge.rows(statement)
    except psycopg2.errors.InsufficientPrivilege:
        pass
    assert maintenance.value(whole) == before
