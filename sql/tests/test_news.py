"""What is new: what becomes news and for whom, what an import of history does not tell, and which mails the courier makes of it."""

import json
import select
from datetime import date, datetime, timedelta, timezone

import pytest
from named import PORTALCTL, call
from test_import_statements import Importer
from test_quotes import fill

TODAY, YEAR = date.today(), timedelta(days=365)
ALL = ("new_quotes", "new_invoices", "completed_jobs")
PERMISSIONS = ("accept_quotes", "view_invoices", "view_completed_jobs")


def run(session, name: str, **values) -> list[dict]:
    """A statement of the courier."""
    statement = PORTALCTL[name]
    rows = session.rows(call(session.connection, statement), values)
    return [dict(zip((column.name for column in statement.columns), row.values(), strict=True)) for row in rows] if statement.columns else []


class Stage:
    """Somebody who is told everything, and a feed that tells it."""

    def __init__(self, stage, world):
        self.maintenance, self.courier, self.edge = stage("portal_maintenance"), stage("portal_courier"), stage("portal_edge")
        self.who, self.world = world.alex, world
        self.importer = Importer(self.maintenance, self.edge, world.brightwater)
        self.maintenance.rows("update portal.client set external_id = 'C-news', imported = true where client_id = %s", (self.who.client_id,))
        # Whoever else of the demo is told something is none of these tests' business.
        self.maintenance.rows("update portal.membership set notifications = '{}'")
        self.tick()
        template = next(row["job_template_id"] for row in world.tables["portal_visible_template"] if row["account_id"] == world.brightwater)
        self.maintenance.rows("update portal.job_template set external_id = 'T-news' where job_template_id = %s", (template,))
        self.template = template

    def tick(self, notifications=ALL, permissions=PERMISSIONS) -> None:
        self.maintenance.rows("update portal.membership set notifications = %s, permissions = %s where membership_id = %s", (list(notifications), list(permissions), self.who.membership_id))

    def invoices(self, *lines: dict) -> None:
        usual = {"client": "C-news", "title": "Service", "issued_on": str(TODAY), "due_on": None, "currency": "EUR", "total": 1000, "paid": 0, "void": False}
        assert self.importer.run("invoices", *({**usual, "number": line["external_id"], **line} for line in lines))[1] == []

    def jobs(self, *lines: dict) -> None:
        usual = {"client": "C-news", "template": "T-news", "status": "finished", "finished_at": (datetime.now(timezone.utc) - timedelta(hours=1)).isoformat()}
        numbered = ({**usual, "number": 770000 + int(line["external_id"][2:]), **line} for line in lines)
        assert self.importer.run("jobs", *numbered)[1] == []

    def quote(self, **columns) -> int:
        columns = {"account_id": self.who.account_id, "client_id": self.who.client_id, "number": "Q-1", "issued_on": TODAY, "currency": "EUR", "total_minor": 1000, **columns}
        return self.maintenance.value(f"insert into portal.quote ({', '.join(columns)}) values ({', '.join(['%s'] * len(columns))}) returning quote_id", tuple(columns.values()))

    def id_of(self, kind: str, external_id: str) -> int:
        return self.maintenance.value(f"select {kind}_id from portal.{kind} where external_id = %s", (external_id,))

    def news(self) -> list[tuple]:
        return [tuple(row.values()) for row in self.maintenance.rows("select kind, object_id, revision from portal.news where membership_id = %s order by kind, object_id, revision",
                                                                     (self.who.membership_id,))]

    def age(self, minutes: float) -> None:
        self.maintenance.rows("update portal.news set created_at = created_at - make_interval(mins => %s)", (minutes,))

    def due(self) -> list[int]:
        return [row["membership_id"] for row in run(self.courier, "list_due_news", row_limit=100)]

    def gather(self, reference: str = "reference-of-news") -> int | None:
        (row,) = run(self.courier, "write_news", account_id=self.who.account_id, membership_id=self.who.membership_id, message_reference=reference, payload=b"sealed", key_id="k1")
        return row["outbox_message_id"]

    def told(self, message: int, row_limit: int = 10) -> list[tuple]:
        return [(row["kind"], row["object_id"], row["of_kind"]) for row in run(self.courier, "load_news", account_id=self.who.account_id, outbox_message_id=message, row_limit=row_limit)]


@pytest.fixture
def play(stage, world) -> Stage:
    return Stage(stage, world)


def test_nobody_is_told_anything_who_has_not_said_so(world):
    assert [row for row in world.tables["membership"] if row["notifications"]] == [] and world.tables["news"] == []


def test_an_invoice_is_news_once(play):
    play.invoices({"external_id": "I-1"})
    expected = [("new_invoices", play.id_of("invoice", "I-1"), 0)]
    assert play.news() == expected
    for change in ({"paid": 10}, {"title": "Other"}, {"visible": False}, {"visible": True}, {"void": True}, {"void": False}):
        play.invoices({"external_id": "I-1", **change})
        assert play.news() == expected, change


SILENT_INVOICES = {"issued long ago": {"issued_on": str(TODAY - timedelta(days=14))}, "paid": {"paid": 1000}, "of nothing": {"total": 0}, "void": {"void": True},
                   "hidden": {"visible": False}}


@pytest.mark.parametrize("line", SILENT_INVOICES.values(), ids=SILENT_INVOICES)
def test_an_invoice_that_is_not_to_be_paid_is_no_news(play, line):
    play.invoices({"external_id": "I-1", **line})
    assert play.news() == []


@pytest.mark.parametrize("before", [{"visible": False}, {"void": True}, {"paid": 1000}])
def test_an_invoice_is_news_when_it_becomes_one_to_be_paid(play, before):
    play.invoices({"external_id": "I-1", **before}, {"external_id": "I-2"}, {"external_id": "I-old", "issued_on": str(TODAY - YEAR), **before})
    second = ("new_invoices", play.id_of("invoice", "I-2"), 0)
    assert play.news() == [second]
    play.invoices({"external_id": "I-1", "visible": True}, {"external_id": "I-2", "total": 2000}, {"external_id": "I-old", "issued_on": str(TODAY - YEAR), "visible": True})
    assert play.news() == sorted([("new_invoices", play.id_of("invoice", "I-1"), 0), second])


def test_staff_who_show_an_invoice_make_news_of_it(play):
    play.invoices({"external_id": "I-1", "visible": False})
    play.edge.enter_staff(play.world.staff_of("manager"))
    play.edge.rows("update portal.invoice set is_visible = true where invoice_id = %s", (play.id_of("invoice", "I-1"),))
    assert [item[0] for item in play.news()] == ["new_invoices"]


def test_a_history_of_lines_tells_nothing(play):
    """The first import of years of history, and one line among them of today."""
    play.invoices(*({"external_id": f"I-{n}", "issued_on": str(TODAY - timedelta(days=n * 20))} for n in range(50)))
    finished = [(datetime.now(timezone.utc) - timedelta(hours=1 + n * 48)).isoformat() for n in range(50)]
    play.jobs(*({"external_id": f"J-{n}", "finished_at": finished[n]} for n in range(50)), {"external_id": "J-99", "finished_at": None})
    assert play.news() == [("completed_jobs", play.id_of("job", "J-0"), 0), ("new_invoices", play.id_of("invoice", "I-0"), 0)]


def test_a_job_is_news_when_it_is_finished(play):
    play.jobs({"external_id": "J-1", "status": "started", "finished_at": None}, {"external_id": "J-2", "status": "scheduled", "finished_at": None},
              {"external_id": "J-3", "status": "started", "finished_at": None})
    assert play.news() == []
    play.jobs({"external_id": "J-1"}, {"external_id": "J-2", "status": "cancelled", "finished_at": None})
    # Where nobody says since when: it is now that it has become so.
    play.jobs({"external_id": "J-3", "finished_at": None})
    expected = sorted(("completed_jobs", play.id_of("job", f"J-{n}"), 0) for n in (1, 3))
    assert play.news() == expected
    play.jobs({"external_id": "J-1", "description": "More words"})
    assert play.news() == expected


def test_a_job_that_members_do_not_see_is_no_news(play):
    play.maintenance.rows("delete from portal.portal_visible_template where job_template_id = %s", (play.template,))
    play.jobs({"external_id": "J-1"})
    assert play.news() == []


def test_a_quote_is_news_with_each_revision(play):
    quote = play.quote()
    assert play.news() == [("new_quotes", quote, 1)]
    play.maintenance.rows("update portal.quote set is_visible = false where quote_id = %s", (quote,))
    play.maintenance.rows("update portal.quote set is_visible = true where quote_id = %s", (quote,))
    assert play.news() == [("new_quotes", quote, 1)]
    play.maintenance.rows("update portal.quote set total_minor = 900 where quote_id = %s", (quote,))
    assert play.news() == [("new_quotes", quote, 1), ("new_quotes", quote, 2)]


def test_an_old_quote_is_news_only_when_it_is_offered_anew(play):
    quote = play.quote(issued_on=TODAY - YEAR)
    play.quote(number="Q-2", valid_until=TODAY - timedelta(days=2))
    play.quote(number="Q-3", is_superseded=True)
    play.quote(number="Q-4", is_visible=False)
    assert play.news() == []
    play.maintenance.rows("update portal.quote set version = 1 where quote_id = %s", (quote,))
    assert play.news() == []
    play.maintenance.rows("update portal.quote set title = 'Cheaper' where quote_id = %s", (quote,))
    assert play.news() == [("new_quotes", quote, 2)]
    late = play.quote(number="Q-5", issued_on=TODAY - YEAR, external_id="Q-5")
    fill(play.importer, "first", "Q-5")
    assert play.news() == [("new_quotes", quote, 2)], "the file of an old one that nobody has answered"
    fill(play.importer, "second", "Q-5")
    assert play.news() == [("new_quotes", quote, 2), ("new_quotes", late, 3)]


@pytest.mark.parametrize("kind, permission", zip(ALL, PERMISSIONS))
def test_only_what_is_ticked_and_allowed_is_told(play, kind, permission):
    everything = lambda number: (play.invoices({"external_id": f"I-{number}"}), play.jobs({"external_id": f"J-{number}"}), play.quote(number=f"Q-{number}"))  # noqa: E731
    play.tick([each for each in ALL if each != kind])
    everything(1)
    play.tick(ALL, [each for each in PERMISSIONS if each != permission])
    everything(2)
    assert [item[0] for item in play.news()] == sorted(2 * [each for each in ALL if each != kind])


def test_only_active_memberships_are_told(play):
    play.maintenance.rows("update portal.membership set state = 'ended', ended_at = now() where membership_id = %s", (play.who.membership_id,))
    play.invoices({"external_id": "I-1"})
    assert play.news() == []


def test_what_is_new_waits_for_more_and_goes_in_one_mail(play):
    play.invoices({"external_id": "I-1"})
    assert play.due() == []
    play.age(3)
    play.jobs({"external_id": "J-1"})
    quote = play.quote()
    assert play.due() == [play.who.membership_id]
    message = play.gather()
    assert play.told(message) == [("new_quotes", quote, 1), ("new_invoices", play.id_of("invoice", "I-1"), 1), ("completed_jobs", play.id_of("job", "J-1"), 1)]
    (row,) = play.maintenance.rows("select kind, channel, recipient, language, member_id, membership_id, staff_id from portal.outbox_message where outbox_message_id = %s", (message,))
    assert row == {"kind": "news", "channel": "email", "recipient": play.who.email, "language": "en", "member_id": play.who.member_id, "membership_id": play.who.membership_id, "staff_id": None}
    assert play.due() == [] and play.gather("reference-of-others") is None


def test_there_is_a_mail_an_hour_at_most(play):
    play.invoices({"external_id": "I-1"})
    play.age(3)
    first = play.gather()
    play.invoices({"external_id": "I-2"})
    play.age(100)
    assert play.due() == [] and play.gather("reference-of-second") is None, "the first one has not left"
    play.maintenance.rows("update portal.outbox_message set sent_at = now() - interval '59 minutes', created_at = now() - interval '5 hours', payload = null, key_id = null where outbox_message_id = %s",
                          (first,))
    assert play.due() == [] and play.gather("reference-of-second") is None
    play.maintenance.rows("update portal.outbox_message set sent_at = now() - interval '61 minutes' where outbox_message_id = %s", (first,))
    assert play.due() == [play.who.membership_id]
    assert play.told(play.gather("reference-of-second")) == [("new_invoices", play.id_of("invoice", "I-2"), 1)]


NOT_WRITTEN_TO = {
    "a suspended account": "update portal.account set suspended_at = now() where account_id = {account}",
    "a membership that has ended": "update portal.membership set state = 'ended', ended_at = now() where membership_id = {membership}",
    "somebody who is locked out": "update portal.member set state = 'locked' where member_id = {member}",
    "somebody without an address": "update portal.member set email = null where member_id = {member}",
    "an account without a host": "delete from portal.account_host where account_id = {account}",
}


@pytest.mark.parametrize("change", NOT_WRITTEN_TO.values(), ids=NOT_WRITTEN_TO)
def test_who_is_not_written_to(play, change):
    play.invoices({"external_id": "I-1"})
    play.age(3)
    assert play.due() == [play.who.membership_id]
    play.maintenance.rows(change.format(account=play.who.account_id, membership=play.who.membership_id, member=play.who.member_id))
    assert play.due() == []


GONE = {
    "an invoice that was paid": "update portal.invoice set paid_minor = total_minor where external_id = 'I-1'",
    "an invoice that was hidden": "update portal.invoice set is_visible = false where external_id = 'I-1'",
    "an invoice that was taken back": "update portal.invoice set withdrawn_at = now() where external_id = 'I-1'",
    "an invoice that went to another client": "update portal.invoice set client_id = {other} where external_id = 'I-1'",
    "invoices that may not be seen": "update portal.membership set permissions = '{{accept_quotes,view_completed_jobs}}' where membership_id = {membership}",
    "invoices that are not ticked any more": "update portal.membership set notifications = '{{new_quotes,completed_jobs}}' where membership_id = {membership}",
    "a job that is open again": "update portal.job set status = 'paused' where external_id = 'J-1'",
    "a job that was deleted": "update portal.job set deleted_at = now() where external_id = 'J-1'",
    "a job that went to another client": "update portal.job set client_id = {other}, site_id = null where external_id = 'J-1'",
    "a template that was hidden": "delete from portal.portal_visible_template where job_template_id = {template}",
    "jobs that may not be seen": "update portal.membership set permissions = '{{accept_quotes,view_invoices}}' where membership_id = {membership}",
    "a quote that was hidden": "update portal.quote set is_visible = false where quote_id = {quote}",
    "a quote that is over": "update portal.quote set is_superseded = true where quote_id = {quote}",
    "a quote that has another revision": "update portal.quote set total_minor = 5 where quote_id = {quote}",
    "a quote that was accepted": """insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, method, membership_id)
        values ({account}, {quote}, {client}, 1, 'accepted', 'portal', {membership})""",
    "quotes that may not be decided": "update portal.membership set permissions = '{{view_invoices,view_completed_jobs}}' where membership_id = {membership}",
    "a membership that has ended": "update portal.membership set state = 'ended', ended_at = now() where membership_id = {membership}",
}


@pytest.mark.parametrize("change", GONE.values(), ids=GONE)
def test_the_mail_tells_what_is_true_when_it_leaves(play, change):
    play.invoices({"external_id": "I-1"})
    play.jobs({"external_id": "J-1"})
    quote = play.quote()
    message = play.gather()
    before = play.told(message)
    assert [item[0] for item in before] == list(ALL)
    play.maintenance.rows(change.format(other=play.world.clients["Harbour Hotels Group"], template=play.template, quote=quote, account=play.who.account_id, client=play.who.client_id,
                                        membership=play.who.membership_id))
    missing = {"invoice": "new_invoices", "job": "completed_jobs", "template": "completed_jobs", "quote": "new_quotes"}
    name = next(name for name, text in GONE.items() if text == change)
    gone = set(ALL) if "membership that" in name else {kind for word, kind in missing.items() if word in name.split(" that")[0]}
    assert play.told(message) == [item for item in before if item[0] not in gone] and gone


def test_of_many_a_few_are_told_and_all_are_counted(play):
    play.invoices(*({"external_id": f"I-{n}"} for n in range(15)))
    told = play.told(play.gather(), row_limit=4)
    assert len(told) == 4 and {item[2] for item in told} == {15}


def test_the_courier_sees_of_them_what_waits_and_nothing_besides(play):
    play.invoices({"external_id": "I-1"}, {"external_id": "I-2", "issued_on": str(TODAY - YEAR)})
    play.jobs({"external_id": "J-1"})
    quote = play.quote()
    sees = lambda: [play.courier.value(f"select coalesce(array_agg({name}_id), '{{}}') from portal.{name}") for name in ("invoice", "job", "quote")]  # noqa: E731
    assert sees() == [[], [], []]
    message = play.gather()
    assert sees() == [[play.id_of("invoice", "I-1")], [play.id_of("job", "J-1")], [quote]]
    play.maintenance.rows("update portal.outbox_message set sent_at = now(), payload = null, key_id = null where outbox_message_id = %s", (message,))
    assert sees() == [[], [], []]


def test_a_mail_with_nothing_left_is_dropped_and_takes_its_news_along(play):
    play.invoices({"external_id": "I-1"})
    message = play.gather()
    play.maintenance.rows("update portal.outbox_message set claim_token = 'mine-mine-mine-m', claimed_until = now() + interval '1 minute' where outbox_message_id = %s", (message,))
    drop = lambda token: run(play.courier, "drop_message", account_id=play.who.account_id, outbox_message_id=message, claim_token=token)  # noqa: E731
    assert drop(b"another-another-") == [] and play.news()
    assert drop(b"mine-mine-mine-m") == [{"outbox_message_id": message}] and play.news() == []
    # Of other kinds nothing can be dropped.
    other = play.maintenance.value("""insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, claim_token, payload, key_id)
        values (%s, 'reference-0123456', 'mail_test', 'email', 'x@example.com', 'en', 'mine-mine-mine-m', 'sealed', 'k1') returning outbox_message_id""", (play.who.account_id,))
    play.courier.rows("delete from portal.outbox_message where sent_at is null")
    assert play.maintenance.value("select count(*) from portal.outbox_message where outbox_message_id = %s", (other,)) == 1


def test_what_nobody_could_be_told_is_swept(play):
    play.invoices({"external_id": "I-1"})
    run(play.courier, "sweep_news")
    assert len(play.news()) == 1
    play.age(7 * 24 * 60 + 1)
    run(play.courier, "sweep_news")
    assert play.news() == []
    play.invoices({"external_id": "I-2"})
    play.maintenance.rows("update portal.membership set state = 'ended', ended_at = now() where membership_id = %s", (play.who.membership_id,))
    run(play.courier, "sweep_news")
    assert play.news() == []


def test_what_was_told_stays_until_its_mail_is_forgotten(play):
    play.invoices({"external_id": "I-1"})
    message = play.gather()
    play.age(30 * 24 * 60)
    run(play.courier, "sweep_news")
    assert len(play.news()) == 1
    play.maintenance.rows("update portal.outbox_message set sent_at = now() - interval '91 days', payload = null, key_id = null where outbox_message_id = %s", (message,))
    run(play.courier, "remove_old_messages", keep_days=90)
    assert play.news() == []


def test_two_couriers_write_one_mail(clone, world):
    """The second one looks while the first has not committed."""
    maintenance, who = clone("portal_maintenance"), world.alex
    maintenance.rows("update portal.membership set notifications = '{new_invoices}', permissions = '{view_invoices}' where membership_id = %s", (who.membership_id,))
    maintenance.rows("insert into portal.invoice (account_id, client_id, number, issued_on, currency, total_minor) values (%s, %s, 'I-1', current_date, 'EUR', 1)", (who.account_id, who.client_id))
    first, second = clone("portal_courier"), clone("portal_courier")
    values = {"account_id": who.account_id, "membership_id": who.membership_id, "payload": b"sealed", "key_id": "k1"}
    first.begin()
    (row,) = run(first, "write_news", message_reference="reference-of-first", **values)
    assert row["outbox_message_id"] is not None
    assert run(second, "write_news", message_reference="reference-of-second", **values) == [{"outbox_message_id": None}]
    first.commit()
    assert run(second, "write_news", message_reference="reference-of-second", **values) == [{"outbox_message_id": None}]
    assert maintenance.value("select count(*) from portal.outbox_message where kind = 'news'") == 1


@pytest.mark.parametrize("with_filters", [True, False])
def test_a_member_chooses_for_the_present_membership(stage, world, with_filters):
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    who = world.alex
    edge.enter_member(who)
    run_own = lambda name, **values: edge.run(name, account_id=who.account_id, membership_id=who.membership_id, with_filters=with_filters, **values)  # noqa: E731
    assert run_own("get_my_notifications") == [{"notifications": []}]
    assert run_own("put_my_notifications", notifications=["new_quotes", "completed_jobs"]) == [{"notifications": ["new_quotes", "completed_jobs"]}]
    ticked = [row["membership_id"] for row in maintenance.rows("select membership_id from portal.membership where notifications <> '{}'")]
    assert ticked == [who.membership_id]
    other = world.membership("priya.nair@harbour.example.com", "Harbour Hotels Group")
    edge.enter_member(who)
    assert edge.run("put_my_notifications", account_id=who.account_id, membership_id=other.membership_id, notifications=["new_quotes"], with_filters=with_filters) == []
    assert edge.run("get_my_notifications", account_id=who.account_id, membership_id=other.membership_id, with_filters=with_filters) == []


def test_nobody_else_reads_or_writes_news_through_the_module(stage, world):
    edge = stage("portal_edge")
    insert = "insert into portal.news (account_id, membership_id, kind, object_id) values (%s, %s, 'new_invoices', 1)"
    for enter in (lambda: edge.enter_member(world.alex), lambda: edge.enter_anonymous(world.brightwater), lambda: edge.enter_staff(world.staff_of("viewer")),
                  lambda: edge.enter_staff(world.staff_of("owner", "northside"))):
        enter()
        with pytest.raises(Exception, match="row-level security"):
            edge.rows(insert, (world.brightwater, world.alex.membership_id))
    with pytest.raises(Exception, match="permission denied"):
        edge.rows("select membership_id from portal.news")


def test_staff_choose_for_whom_they_invite_and_it_is_noted(stage, world):
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    who, staff = world.alex, world.staff_of("manager")
    edge.enter_staff(staff)
    edge.run("update_member", account_id=who.account_id, membership_id=who.membership_id, content=json.dumps({"notifications": ["new_invoices"]}))
    (member,) = edge.run("get_member", account_id=who.account_id, membership_id=who.membership_id)
    assert member["notifications"] == ["new_invoices"] and tuple(member["permissions"]) == who.permissions
    (note,) = maintenance.rows("select action, staff_id, details from portal.activity where membership_id = %s and details ? 'after' order by activity_id desc limit 1", (who.membership_id,))
    assert note == {"action": "member_changed", "staff_id": staff.staff_id, "details": {"before": {"notifications": []}, "after": {"notifications": ["new_invoices"]}}}
    content = {"email": "new.person@acme.example.com", "permissions": ["view_invoices"], "notifications": ["new_invoices"]}
    invite = {"account_id": who.account_id, "client_id": who.client_id, "message_reference": "reference-0123456", "payload": b"sealed", "key_id": "k1"}
    edge.enter_staff(staff)
    made = edge.run("invite_member", content=json.dumps(content), token_hash=bytes(32), **invite)[0]["membership_id"]
    stored = "select notifications from portal.membership where membership_id = %s"
    assert maintenance.value(stored, (made,)) == ["new_invoices"]
    # Invited again without a word about it: it stays as it is.
    edge.enter_staff(staff)
    del content["notifications"]
    edge.run("invite_member", content=json.dumps(content), token_hash=bytes(31) + b"1", **{**invite, "message_reference": "reference-1234567"})
    assert maintenance.value(stored, (made,)) == ["new_invoices"]


@pytest.mark.parametrize("wrong", ["{anything}", "{new_quotes,new_quotes,new_quotes,new_quotes}", "{null}"])
def test_only_what_there_is_can_be_ticked(stage, wrong):
    with pytest.raises(Exception, match="membership_notifications_check"):
        stage("portal_maintenance").rows("update portal.membership set notifications = %s::text[]", (wrong,))


def test_a_tick_needs_no_notice(clone, world):
    """No answer that is kept shows it, and no session stands for it."""
    maintenance = clone("portal_maintenance")
    listener = clone("portal_edge")
    listener.rows("listen portal_changes")
    maintenance.rows("update portal.membership set notifications = '{new_quotes}' where membership_id = %s", (world.alex.membership_id,))
    maintenance.rows("update portal.membership set permissions = '{}' where membership_id = %s", (world.alex.membership_id,))
    # They come in their order: what comes first is of the second change.
    while not listener.connection.notifies:
        assert select.select([listener.connection], [], [], 10)[0], "no notice of the permissions"
        listener.connection.poll()
    assert len(listener.connection.notifies) == 1
