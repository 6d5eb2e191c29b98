"""Work requests: who may ask, take back and answer, what is refused, who is told, and in which order changes are numbered."""

import itertools
import json
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from named import PORTALCTL, Membership, call

NUMBERS = itertools.count(1)
DAY_MAXIMUM, MOST_DAYS = 20, 730
DEMO_SUBJECT = "Boiler in the plant room loses pressure"


def notice() -> dict:
    return {"reference": f"reference-{next(NUMBERS):012}", "payload": b"sealed".hex(), "key_id": "k1"}


def notices(count: int = 5) -> str:
    return json.dumps([notice() for _ in range(count)])


@pytest.fixture
def both(stage):
    """As the maintenance role, which changes things, and as the module."""
    return stage("portal_maintenance"), stage("portal_edge")


def submit(edge, who: Membership, *, day_maximum: int = DAY_MAXIMUM, count: int = 5, **content) -> int:
    return edge.run("submit_work_request", **who.scope(), membership_id=who.membership_id, content=json.dumps({"subject": "A wish", **content}),
                    day_maximum=day_maximum, most_days=MOST_DAYS, messages=notices(count))[0]["work_request_id"]


def cancel(edge, who: Membership, request: int) -> None:
    edge.run("cancel_work_request", **who.scope(), membership_id=who.membership_id, work_request_id=request, messages=notices())


def answer(edge, account: int, request: int, former: str, **content) -> str | None:
    return edge.run("answer_work_request", account_id=account, work_request_id=request, former_state=former, content=json.dumps(content),
                    message=json.dumps(notice()))[0]["refusal"]


def code_of(act) -> str:
    """The SQLSTATE with which it is refused; empty when it is done."""
    try:
        act()
        return ""
    except psycopg2.Error as error:
        return error.pgcode


def mails(maintenance, request: int) -> list[tuple]:
    return [tuple(row.values()) for row in maintenance.rows(
        "select kind, recipient, language, staff_id, member_id from portal.outbox_message where work_request_id = %s order by outbox_message_id", (request,))]


def notes(maintenance, request: int) -> list[tuple]:
    return [tuple(row.values()) for row in maintenance.rows(
        "select action, actor_kind, client_id, membership_id, details from portal.activity where subject_kind = 'work_request' and subject_id = %s order by activity_id", (request,))]


def row_of(maintenance, request: int) -> dict:
    return maintenance.rows("select * from portal.work_request where work_request_id = %s", (request,))[0]


def test_what_is_asked_for_is_numbered_noted_and_told_to_all_owners(both, world):
    maintenance, edge = both
    who = world.alex
    before = maintenance.rows("select * from portal.work_request_counter where account_id = %s", (who.account_id,))[0]
    site = next(row["site_id"] for row in world.tables["site"] if row["client_id"] == who.client_id)
    edge.enter_member(who)
    first = submit(edge, who, subject="Boiler", notes="One\ntwo", site_id=str(site), preferred_date=str(today(world) + timedelta(days=1)), preferred_time="09:30")
    second = submit(edge, who)
    made, other = row_of(maintenance, first), row_of(maintenance, second)
    assert (made["number"], made["change_number"]) == (before["last_number"] + 1, before["last_change"] + 1)
    assert (other["number"], other["change_number"]) == (before["last_number"] + 2, before["last_change"] + 2)
    assert (made["client_id"], made["membership_id"], made["asked_by"], made["state"]) == (who.client_id, who.membership_id, "Alex Morgan", "submitted")
    assert (made["site_id"], made["subject"], made["notes"], str(made["preferred_time"])) == (site, "Boiler", "One\ntwo", "09:30:00")
    owners = [(row["email"], row["language"] or "en", row["staff_id"]) for row in sorted(world.tables["staff"], key=lambda row: row["staff_id"])
              if row["account_id"] == who.account_id and row["role"] == "owner" and row["state"] == "active"]
    assert mails(maintenance, first) == [("work_request_submitted", email, language, staff, None) for email, language, staff in owners] and owners
    assert notes(maintenance, first) == [("work_request_submitted", "member", who.client_id, who.membership_id, {"number": made["number"], "subject": "Boiler"})]
    assert edge.rows("select staff_id from portal.staff") == [], "the staff are not to be seen afterwards"


def today(world, account: int | None = None):
    zone = next(row["time_zone"] for row in world.tables["account"] if row["account_id"] == (account or world.brightwater))
    return datetime.now(ZoneInfo(zone)).date()


def test_mails_go_to_those_who_want_them_and_to_no_more_than_were_made(both, world):
    maintenance, edge = both
    who = world.alex
    maintenance.rows("update portal.staff set work_request_mail = true, language = 'es' where email = %s", (world.staff_of("viewer").email,))
    maintenance.rows("update portal.staff set work_request_mail = true where email like '%%northside.example.com'")
    edge.enter_member(who)
    assert [mail[1:3] for mail in mails(maintenance, submit(edge, who))] == [(world.staff_of("viewer").email, "es")]
    # Whoever was removed wants nothing any more.
    maintenance.rows("update portal.staff set state = 'removed', removed_at = now(), password_hash = null where email = %s", (world.staff_of("viewer").email,))
    edge.enter_member(who)
    assert [mail[1] for mail in mails(maintenance, submit(edge, who))] == [row["email"] for row in maintenance.rows(
        "select email from portal.staff where account_id = %s and role = 'owner' and state = 'active' order by staff_id", (who.account_id,))]
    edge.enter_member(who)
    assert len(mails(maintenance, submit(edge, who, count=1))) == 1


def test_what_cannot_be_asked_for(both, world):
    maintenance, edge = both
    who = world.alex
    sites = {row["client_id"]: row["site_id"] for row in world.tables["site"]}
    withdrawn = maintenance.value("insert into portal.site (account_id, client_id, name, withdrawn_at) values (%s, %s, 'gone', now()) returning site_id",
                                  (who.account_id, who.client_id))
    foreign = next(site for client, site in sites.items() if client != who.client_id)
    now = today(world)
    edge.enter_member(who)
    for content, code in (({"site_id": str(foreign)}, "PT404"), ({"site_id": str(withdrawn)}, "PT404"), ({"site_id": "987654321"}, "PT404"),
                          ({"preferred_date": str(now - timedelta(days=1))}, "PT400"), ({"preferred_date": str(now + timedelta(days=MOST_DAYS + 1))}, "PT400"),
                          ({"preferred_date": str(now)}, ""), ({"preferred_date": str(now + timedelta(days=MOST_DAYS))}, "")):
        edge.enter_member(who)
        assert code_of(lambda content=content: submit(edge, who, **content)) == code, content


def test_a_membership_asks_for_so_much_in_a_day(both, world):
    maintenance, edge = both
    who, colleague = world.alex, world.membership("sam.reyes@acme.example.com", "Acme Facilities Ltd")
    maintenance.rows("update portal.work_request set created_at = now() - interval '25 hours'")
    edge.enter_member(who)
    for _ in range(3):
        submit(edge, who, day_maximum=3)
    assert code_of(lambda: submit(edge, who, day_maximum=3)) == "PT429"
    edge.enter_member(colleague)
    assert code_of(lambda: submit(edge, colleague, day_maximum=3)) == ""
    maintenance.rows("update portal.work_request set created_at = now() - interval '24 hours' where membership_id = %s", (who.membership_id,))
    edge.enter_member(who)
    assert code_of(lambda: submit(edge, who, day_maximum=3)) == ""


def test_whoever_asked_takes_it_back_until_it_is_planned(both, world):
    maintenance, edge = both
    who, colleague = world.alex, world.membership("sam.reyes@acme.example.com", "Acme Facilities Ltd")
    edge.enter_member(who)
    request = submit(edge, who)
    edge.enter_member(colleague)
    assert code_of(lambda: cancel(edge, colleague, request)) == "PT412"
    for state in ("scheduled", "completed", "declined"):
        maintenance.rows("update portal.work_request set state = %s where work_request_id = %s", (state, request))
        edge.enter_member(who)
        assert code_of(lambda: cancel(edge, who, request)) == "PT412", state
    maintenance.rows("update portal.work_request set state = 'acknowledged' where work_request_id = %s", (request,))
    edge.enter_member(who)
    cancel(edge, who, request)
    done = row_of(maintenance, request)
    assert done["state"] == "cancelled"
    assert [mail[0] for mail in mails(maintenance, request)][-1] == "work_request_cancelled"
    assert [note[0] for note in notes(maintenance, request)] == ["work_request_submitted", "work_request_cancelled"]
    written = len(mails(maintenance, request))
    edge.enter_member(who)
    cancel(edge, who, request)
    assert row_of(maintenance, request) == done and len(mails(maintenance, request)) == written
    edge.enter_member(colleague)
    assert code_of(lambda: cancel(edge, colleague, request)) == "PT412", "also one that is cancelled already"
    other = next(row["work_request_id"] for row in world.tables["work_request"] if row["client_id"] != who.client_id and row["account_id"] == who.account_id)
    edge.enter_member(who)
    assert code_of(lambda: cancel(edge, who, other)) == code_of(lambda: cancel(edge, who, 987654321)) == "PT404"


def refused(edge, statement: str, parameters=None) -> bool:
    """Whether the second wall alone stops a statement: it is forbidden, or changes nothing."""
    try:
        return edge.rows(statement, parameters) == []
    except psycopg2.errors.InsufficientPrivilege:
        return True


INSERT = """insert into portal.work_request (account_id, client_id, membership_id, site_id, subject) values (%(account)s, %(client)s, %(membership)s, %(site)s, 'x')
    returning work_request_id"""


def test_members_write_nothing_but_their_own(both, world):
    maintenance, edge = both
    who = world.alex
    colleague = world.membership("sam.reyes@acme.example.com", "Acme Facilities Ltd")
    priya = world.membership("priya.nair@harbour.example.com", "Harbour Hotels Group")
    own = {"account": who.account_id, "client": who.client_id, "membership": who.membership_id, "site": None}
    foreign_site = next(row["site_id"] for row in world.tables["site"] if row["client_id"] == priya.client_id)
    edge.enter_member(who)
    for wrong in ({"membership": colleague.membership_id}, {"client": priya.client_id, "membership": priya.membership_id}, {"site": foreign_site}):
        edge.enter_member(who)
        assert refused(edge, INSERT, {**own, **wrong}), wrong
    for column in ("state", "number", "reply", "job_id", "created_at", "change_number"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            edge.rows(f"insert into portal.work_request (account_id, client_id, membership_id, subject, {column}) values (%(account)s, %(client)s, %(membership)s, 'x', null)", own)
    edge.enter_member(who)
    (made,) = edge.rows(INSERT, own)
    request = made["work_request_id"]
    of_colleague = next(row["work_request_id"] for row in world.tables["work_request"] if row["membership_id"] == colleague.membership_id and row["state"] == "acknowledged")
    for change, number in (("state = 'scheduled'", request), ("state = 'cancelled', reply = 'mine'", request), ("state = 'cancelled', job_id = 1", request),
                           ("reply = 'mine'", request), ("state = 'cancelled'", of_colleague)):
        assert refused(edge, f"update portal.work_request set {change} where work_request_id = %s returning work_request_id", (number,)), change
    assert not refused(edge, "update portal.work_request set state = 'cancelled' where work_request_id = %s returning work_request_id", (request,))
    assert refused(edge, "update portal.work_request set state = 'submitted' where work_request_id = %s returning work_request_id", (request,))
    assert row_of(maintenance, request)["state"] == "cancelled"


def test_without_the_permission_nothing_is_seen_or_made(both, world):
    maintenance, edge = both
    priya = world.membership("priya.nair@harbour.example.com", "Harbour Hotels Group")
    edge.enter_member(priya)
    assert maintenance.value("select count(*) from portal.work_request where client_id = %s", (priya.client_id,)) > 0
    assert edge.rows("select work_request_id from portal.work_request") == []
    assert refused(edge, INSERT, {"account": priya.account_id, "client": priya.client_id, "membership": priya.membership_id, "site": None})
    assert code_of(lambda: submit(edge, priya)) != ""


def test_staff_read_and_managers_answer_but_do_not_cancel(both, world):
    maintenance, edge = both
    numbers = {row["work_request_id"]: row["state"] for row in world.tables["work_request"] if row["account_id"] == world.brightwater}
    request = next(number for number, state in numbers.items() if state == "submitted")
    cancelled = next(number for number, state in numbers.items() if state == "cancelled")
    change = "update portal.work_request set {} where work_request_id = %s returning work_request_id"
    for role in ("viewer", "manager", "owner"):
        edge.enter_staff(world.staff_of(role))
        assert {row["work_request_id"] for row in edge.rows("select work_request_id from portal.work_request")} == set(numbers), role
        maintenance.rows("savepoint untouched")
        assert refused(edge, change.format("reply = 'so'"), (request,)) == (role == "viewer"), role
        assert refused(edge, change.format("state = 'cancelled'"), (request,)), role
        assert refused(edge, change.format("state = 'scheduled'"), (cancelled,)), role
        assert refused(edge, change.format("state = 'submitted'"), (next(number for number, state in numbers.items() if state == "scheduled"),)), role
        maintenance.rows("rollback to untouched")
    edge.enter_staff(world.staff_of("owner", "northside"))
    assert set(numbers) & {row["work_request_id"] for row in edge.rows("select work_request_id from portal.work_request")} == set()
    assert refused(edge, change.format("reply = 'so'"), (request,))


@pytest.fixture
def request_of_alex(both, world) -> int:
    _, edge = both
    edge.enter_member(world.alex)
    return submit(edge, world.alex)


def answering(edge, world, request: int, former: str, **content) -> str | None:
    edge.enter_staff(world.staff_of("manager"))
    return answer(edge, world.brightwater, request, former, **content)


def test_an_answer_is_noted_and_told_to_whoever_asked(both, world, request_of_alex):
    maintenance, edge = both
    who, request = world.alex, request_of_alex
    job = next(row for row in world.tables["job"] if row["client_id"] == who.client_id and row["status"] == "scheduled" and row["deleted_at"] is None)
    assert answering(edge, world, request, "submitted", state="scheduled", reply="On Friday.", job_number=str(job["number"])) is None
    now = row_of(maintenance, request)
    assert (now["state"], now["reply"], now["job_id"]) == ("scheduled", "On Friday.", job["job_id"])
    assert mails(maintenance, request)[-1] == ("work_request_answered", who.email, "en", None, who.member_id)
    note = notes(maintenance, request)[-1]
    assert note[:2] == ("work_request_changed", "staff") and (note[4]["before"], note[4]["after"]) == ({"state": "submitted"}, {"state": "scheduled"})
    # Nothing else than is there: nothing happens.
    done = (now, mails(maintenance, request), notes(maintenance, request))
    assert answering(edge, world, request, "scheduled", state="scheduled", reply="On Friday.", job_number=str(job["number"])) is None
    assert answering(edge, world, request, "scheduled") is None
    assert (row_of(maintenance, request), mails(maintenance, request), notes(maintenance, request)) == done
    # The job alone is no news for a mail; a mail that still waits tells of what comes after it, too.
    assert answering(edge, world, request, "scheduled", job_number=None) is None
    assert row_of(maintenance, request)["job_id"] is None and mails(maintenance, request) == done[1]
    assert answering(edge, world, request, "scheduled", state="completed") is None
    assert [mail[0] for mail in mails(maintenance, request)].count("work_request_answered") == 1
    assert row_of(maintenance, request)["change_number"] == now["change_number"] + 2


def test_answers_that_do_not_fit(both, world, request_of_alex):
    maintenance, edge = both
    request = request_of_alex
    untouched = row_of(maintenance, request)
    other = next(row for row in world.tables["job"] if row["account_id"] == world.brightwater and row["client_id"] != world.alex.client_id)
    deleted = next(row for row in world.tables["job"] if row["client_id"] == world.alex.client_id and row["deleted_at"])
    assert answering(edge, world, request, "submitted", state="declined") == "reply"
    assert answering(edge, world, request, "submitted", state="declined", reply=None) == "reply"
    for number in (other["number"], deleted["number"], "x", "0", "99999999999999999999999"):
        assert answering(edge, world, request, "submitted", job_number=str(number)) == "job_number", number
    assert code_of(lambda: answering(edge, world, request, "acknowledged", state="completed")) == "PT412"
    assert code_of(lambda: answering(edge, world, 987654321, "submitted", state="completed")) == "PT404"
    assert row_of(maintenance, request) == untouched
    assert answering(edge, world, request, "submitted", state="declined", reply="No.", former_reply=None) is None
    for former_reply in (None, "Yes."):
        assert code_of(lambda: answering(edge, world, request, "declined", reply="Never.", former_reply=former_reply)) == "PT412", "a colleague wrote something else"
    assert answering(edge, world, request, "declined", reply=None) == "reply"
    maintenance.rows("update portal.work_request set state = 'cancelled' where work_request_id = %s", (request,))
    assert code_of(lambda: answering(edge, world, request, "cancelled", reply="x")) == "PT412"


@pytest.mark.parametrize("change", ["update portal.membership set state = 'ended', ended_at = now() where membership_id = %(membership)s",
                                    "update portal.membership set permissions = '{view_documents}' where membership_id = %(membership)s",
                                    "update portal.member set email = null where member_id = %(member)s"], ids=["ended", "not allowed any more", "no address"])
def test_whoever_is_no_member_any_more_gets_no_mail(both, world, request_of_alex, change):
    maintenance, edge = both
    maintenance.rows(change, {"membership": world.alex.membership_id, "member": world.alex.member_id})
    before = mails(maintenance, request_of_alex)
    assert answering(edge, world, request_of_alex, "submitted", state="completed") is None
    assert mails(maintenance, request_of_alex) == before and row_of(maintenance, request_of_alex)["state"] == "completed"


@pytest.mark.parametrize("with_filters", [True, False], ids=["both walls", "policies alone"])
def test_the_job_is_shown_to_whoever_may_see_it(both, world, with_filters, request_of_alex):
    maintenance, edge = both
    who = world.alex
    job = next(row for row in world.tables["job"] if row["client_id"] == who.client_id and row["status"] == "scheduled" and row["deleted_at"] is None
               and row["job_template_id"] in {shown["job_template_id"] for shown in world.tables["portal_visible_template"]})
    maintenance.rows("update portal.work_request set job_id = %s where work_request_id = %s", (job["job_id"], request_of_alex))

    def shown(member: Membership = who):
        edge.enter_member(member)
        (row,) = edge.run("get_work_request", with_filters=with_filters, **member.scope(), membership_id=member.membership_id, work_request_id=request_of_alex)
        return row["job_id"], row["job_number"]
    assert shown() == (job["job_id"], job["number"])
    maintenance.rows("savepoint untouched")
    for change in ("update portal.job set deleted_at = now() where job_id = %(job)s", "delete from portal.portal_visible_template where job_template_id = %(template)s",
                   "update portal.job set client_id = (select min(client_id) from portal.client c where c.account_id = job.account_id and c.client_id <> job.client_id), site_id = null where job_id = %(job)s"):
        maintenance.rows(change, {"job": job["job_id"], "template": job["job_template_id"]})
        assert shown() == (None, None), change
        maintenance.rows("rollback to untouched")
    maintenance.rows("update portal.membership set permissions = '{create_work_requests}' where membership_id = %s", (who.membership_id,))
    assert shown(replace(who, permissions=("create_work_requests",))) == (None, None)


@pytest.mark.parametrize("with_filters", [True, False], ids=["both walls", "policies alone"])
def test_members_list_what_their_client_asked_for(edge, world, with_filters):
    who = world.alex
    edge.enter_member(who)

    def listed(states) -> list[dict]:
        return edge.run("list_work_requests", with_filters=with_filters, **who.scope(), membership_id=who.membership_id, states=states,
                        after_work_request_id=2**62, row_limit=100)
    own = sorted((row for row in world.tables["work_request"] if row["client_id"] == who.client_id), key=lambda row: (row["created_at"], row["work_request_id"]), reverse=True)
    every = sorted({row["state"] for row in own})
    assert len(every) == 6
    assert [row["work_request_id"] for row in listed(every)] == [row["work_request_id"] for row in own]
    assert [row["is_own"] for row in listed(every)] == [row["membership_id"] == who.membership_id for row in own]
    assert [row["subject"] for row in listed(["submitted"])] == [DEMO_SUBJECT]


def test_numbers_of_changes_are_committed_in_their_order(clone, world):
    """Whoever reads along them misses none: the second change waits for the end of the first."""
    who, colleague = world.alex, world.membership("sam.reyes@acme.example.com", "Acme Facilities Ltd")
    one, two = clone("portal_edge"), clone("portal_edge")
    one.begin()
    one.enter_member(who)
    first = submit(one, who)
    two.begin()
    two.enter_member(colleague)
    two.rows("set local lock_timeout = '100ms'")
    assert code_of(lambda: submit(two, colleague)) == "55P03"
    two.rollback()
    one.commit()
    two.begin()
    two.enter_member(colleague)
    second = submit(two, colleague)
    two.commit()
    maintenance = clone("portal_maintenance")
    assert row_of(maintenance, first)["change_number"] + 1 == row_of(maintenance, second)["change_number"]


def test_a_new_account_counts_from_one(both, world):
    maintenance, _ = both
    account = maintenance.value("insert into portal.account (slug, name, time_zone) values ('fresh', 'Fresh', 'UTC') returning account_id")
    assert maintenance.rows("select last_number, last_change from portal.work_request_counter where account_id = %s", (account,)) == [{"last_number": 0, "last_change": 0}]


def test_the_courier_reads_what_a_waiting_mail_is_made_of(stage, world):
    maintenance, edge, courier = stage("portal_maintenance"), stage("portal_edge"), stage("portal_courier")
    who = world.alex
    read = "select work_request_id from portal.work_request"
    assert courier.rows(read) == []
    edge.enter_member(who)
    request = submit(edge, who)
    edge.commit()
    assert courier.rows(read) == [{"work_request_id": request}]
    assert courier.rows("select client_id from portal.client") == [{"client_id": who.client_id}]
    for secret in ("notes", "membership_id", "asked_by"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            courier.rows(f"select {secret} from portal.work_request")
    maintenance.rows("update portal.outbox_message set sent_at = now(), payload = null, key_id = null where work_request_id = %s", (request,))
    assert courier.rows(read) == courier.rows("select client_id from portal.client") == []


def test_a_member_sends_staff_no_mail_of_another_kind(both, world):
    _, edge = both
    edge.enter_member(world.alex)
    edge.rows("select set_config('portal.tells_staff', 'yes', true)")
    values = {"account": world.brightwater, "staff": world.staff_of("owner").staff_id, "request": next(row["work_request_id"] for row in world.tables["work_request"])}
    for kind, request in (("staff_password_reset", None), ("work_request_submitted", None), ("work_request_answered", values["request"])):
        assert refused(edge, """insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, work_request_id, payload, key_id)
            values (%(account)s, 'reference-0123456', %(kind)s, 'email', 'x@example.com', 'en', %(staff)s, %(request)s, 'x', 'k1')""",
                       {**values, "kind": kind, "request": request}), kind


def test_a_site_can_go_while_requests_name_it(both, world):
    maintenance, edge = both
    who = world.alex
    site = maintenance.value("insert into portal.site (account_id, client_id, name) values (%s, %s, 'soon gone') returning site_id", (who.account_id, who.client_id))
    edge.enter_member(who)
    request = submit(edge, who, site_id=str(site))
    maintenance.rows("delete from portal.site where site_id = %s returning 1", (site,))
    assert row_of(maintenance, request)["site_id"] is None


def told_of(maintenance, request: int) -> list[str]:
    return [mail[0] for mail in mails(maintenance, request) if mail[3] is not None]


def test_of_many_requests_of_one_day_the_first_are_told_by_mail(both, world):
    """Whoever asks for much uses up nobody else's place among the mails that one of the staff may get in a day."""
    maintenance, edge = both
    who, colleague = world.alex, world.membership("sam.reyes@acme.example.com", "Acme Facilities Ltd")
    maintenance.rows("update portal.work_request set created_at = now() - interval '25 hours'")
    maintenance.rows("update portal.membership set permissions = permissions || '{create_work_requests}' where membership_id = any (%s) and not permissions @> '{create_work_requests}'",
                     ([who.membership_id, colleague.membership_id],))
    owners = maintenance.value("select count(*) from portal.staff where account_id = %s and role = 'owner' and state = 'active'", (who.account_id,))
    current = lambda one: replace(one, permissions=tuple(maintenance.value("select permissions from portal.membership where membership_id = %s", (one.membership_id,))))  # noqa: E731
    edge.enter_member(current(who))
    requests = [submit(edge, who) for _ in range(7)]
    assert [len(told_of(maintenance, request)) for request in requests] == 5 * [owners] + 2 * [0] and owners
    for request in (requests[0], requests[6]):
        cancel(edge, who, request)
    assert sorted(told_of(maintenance, requests[0])) == sorted(owners * ["work_request_submitted", "work_request_cancelled"])
    assert told_of(maintenance, requests[6]) == []
    # Somebody else's are counted apart, and the next day is another one.
    edge.enter_member(current(colleague))
    assert len(told_of(maintenance, submit(edge, colleague))) == owners
    maintenance.rows("update portal.work_request set created_at = created_at - interval '24 hours' where work_request_id = any (%s)", (requests,))
    edge.enter_member(current(who))
    assert len(told_of(maintenance, submit(edge, who))) == owners


def test_staff_are_not_told_more_than_a_day_late(both, stage, world):
    maintenance, courier = both[0], stage("portal_courier")
    edge, who = both[1], world.alex
    edge.enter_member(who)
    request = submit(edge, who)
    give_up = lambda: courier.rows(call(courier.connection, PORTALCTL["give_up_late_notices"]))  # noqa: E731
    failures = lambda: {row["last_error"] for row in maintenance.rows("select last_error from portal.outbox_message where failed_at is not null and work_request_id = %s", (request,))}  # noqa: E731
    late = "update portal.outbox_message set created_at = now() - interval '{} hours', last_error = {} where work_request_id = %s"
    for hours, error in ((23, "'waits: the recipient has got all that one may get in a day'"), (25, "null")):
        maintenance.rows(late.format(hours, error), (request,))
        give_up()
        assert failures() == set(), "what nothing has put off yet is tried"
    maintenance.rows(late.format(25, "'waits: the recipient has got all that one may get in a day'"), (request,))
    give_up()
    assert failures() == {"given up, because it is more than a day late: waits: the recipient has got all that one may get in a day"}


def test_the_answer_to_a_member_is_never_too_late(both, stage, world):
    maintenance, edge = both
    courier, who = stage("portal_courier"), world.alex
    edge.enter_member(who)
    request = submit(edge, who)
    edge.enter_staff(world.staff_of("manager"))
    assert answer(edge, who.account_id, request, "submitted", state="scheduled", reply="Friday") is None
    maintenance.rows("update portal.outbox_message set created_at = now() - interval '30 hours', last_error = 'waits' where work_request_id = %s", (request,))
    courier.rows(call(courier.connection, PORTALCTL["give_up_late_notices"]))
    assert maintenance.rows("select kind from portal.outbox_message where work_request_id = %s and failed_at is null", (request,)) == [{"kind": "work_request_answered"}]


@pytest.mark.parametrize("by", ["owner", "self"])
def test_who_gets_the_mails_is_noted(both, world, by):
    maintenance, edge = both
    owner, viewer = world.staff_of("owner"), world.staff_of("viewer")
    acting = owner if by == "owner" else viewer

    def change(wanted: bool | None) -> list[dict]:
        edge.enter_staff(acting)
        if by == "owner":
            edge.run("switch_staff_mail", account_id=owner.account_id, staff_id=viewer.staff_id, work_request_mail=wanted)
        else:
            edge.run("update_staff_me", account_id=viewer.account_id, staff_id=viewer.staff_id, sets_first_name=True, first_name="Vic", sets_surname=False, sets_language=False,
                     work_request_mail=wanted)
        return maintenance.rows("select staff_id, subject_kind, subject_id, details from portal.activity where action = 'staff_mail_changed' order by activity_id")

    def noted(before: bool) -> dict:
        return {"staff_id": acting.staff_id, "subject_kind": "staff", "subject_id": viewer.staff_id,
                "details": {"before": {"work_request_mail": before}, "after": {"work_request_mail": not before}}}

    assert change(True) == [noted(False)]
    assert change(True) == [noted(False)], "nothing has changed"
    assert change(False) == [noted(False), noted(True)]
    stored = "select first_name, work_request_mail from portal.staff where staff_id = %s"
    assert maintenance.rows(stored, (viewer.staff_id,)) == [{"first_name": "Vic" if by == "self" else "", "work_request_mail": False}]
    if by == "self":
        assert change(None) == [noted(False), noted(True)] and maintenance.rows(stored, (viewer.staff_id,)) == [{"first_name": "Vic", "work_request_mail": False}]
