"""Which notices of changes the workers get (migrations/0020_changes.sql): ids of whoever saw the row before and of whoever sees it now, and none for
what nobody sees."""

import time

import psycopg2
import pytest
from named import World

ACME = "Acme Facilities Ltd"
BULK = 5_000


class Told:
    """A change, made by portal_maintenance in a copy of the demo data, and what a client hears of it who listens."""

    def __init__(self, clone):
        self.session = clone("portal_maintenance")
        self.listening = clone("portal_edge").connection
        self.listening.cursor().execute("listen portal_changes")

    def hear(self) -> list[str]:
        self.listening.cursor().execute("select")  # what was committed before has arrived with its answer
        self.listening.poll()
        heard = sorted(notice.payload for notice in self.listening.notifies)
        self.listening.notifies.clear()
        return heard

    def __call__(self, text: str, *parameters) -> list[str]:
        self.session.rows(text, parameters)
        return self.hear()

    def value(self, text: str, *parameters):
        return self.session.value(text, parameters)


@pytest.fixture
def told(clone) -> Told:
    return Told(clone)


@pytest.fixture
def account(world: World) -> int:
    return world.brightwater


@pytest.fixture
def client(world: World) -> int:
    return world.clients[ACME]


@pytest.fixture
def other(world: World, account, client) -> int:
    return next(row["client_id"] for row in world.tables["client"] if row["account_id"] == account and row["client_id"] != client)


@pytest.fixture
def job(world: World, client) -> dict:
    return next(row for row in world.tables["job"] if row["client_id"] == client and row["status"] == "scheduled")


def test_a_job_that_changes_is_told_to_its_client(told, account, client, job):
    told("""update portal.job j set worker_id = (select min(worker_id) from portal.worker w where w.account_id = j.account_id), team_id = null,
        site_id = (select min(site_id) from portal.site s where s.client_id = j.client_id) where job_id = %s""", job["job_id"])
    for change in (
        "status = 'started'", "scheduled_at = now()", "duration_minutes = 77", "address = 'elsewhere'", "entrance = 'B'", "floor = '9'", "contact = 'somebody'",
        "description = 'other'", "custom_values = '{\"a\": 1}'", "report_values = '{\"a\": 1}'", "en_route_at = now()", "started_at = now()",
        "finished_at = now()", "deleted_at = now()", "external_id = 'x-1'", "reference = 'r-1'", "number = 999999", "site_id = null", "worker_id = null",
        "team_id = (select min(team_id) from portal.team t where t.account_id = job.account_id)",
        "status = 'finished', resolution_id = (select min(resolution_id) from portal.resolution r where r.account_id = job.account_id)", "resolution_note = 'n'",
    ):
        assert told(f"update portal.job set {change} where job_id = %s", job["job_id"]) == [f"jobs {account} {client} {job['job_id']}"], change


def test_what_nobody_sees_of_a_job_is_not_told(told, job):
    for change in ("version = 5", "latitude = 1, longitude = 2", "status = status", "paused_at = now(), cancelled_at = now()"):
        assert told(f"update portal.job set {change} where job_id = %s", job["job_id"]) == [], change


def test_a_job_of_another_template(told, account, client, job):
    template = told.value("select min(job_template_id) from portal.job_template where account_id = %s and job_template_id <> %s", account, job["job_template_id"])
    assert told("update portal.job set job_template_id = %s where job_id = %s", template, job["job_id"]) == [f"jobs {account} {client} {job['job_id']}"]


# Catches the old owner that is forgotten: that client would go on seeing the job.
def test_a_job_that_moves_is_told_to_both_clients(told, account, client, other, job):
    assert told("update portal.job set client_id = %s, site_id = null where job_id = %s", other, job["job_id"]) == sorted(
        [f"jobs {account} {client} {job['job_id']}", f"jobs {account} {other} {job['job_id']}"])


def test_a_job_comes_and_goes(told, account, client, job):
    made = told.value("""insert into portal.job (account_id, number, client_id, job_template_id)
        select account_id, 987654, client_id, job_template_id from portal.job where job_id = %s returning job_id""", job["job_id"])
    assert told.hear() == [f"jobs {account} {client} {made}"]
    assert told("delete from portal.job where job_id = %s", made) == [f"jobs {account} {client} {made}"]


def test_several_jobs_of_a_client_are_one_notice_without_an_id(told, account, client):
    assert told("update portal.job set address = 'elsewhere' where client_id = %s", client) == [f"jobs {account} {client} 0"]


def many_clients(told, account: int, clients: int, jobs: int) -> None:
    told.session.rows("insert into portal.client (account_id, kind, organisation_name, external_id) select %s, 'organisation', 'Many ' || n, 'many-' || n from generate_series(1, %s) n",
                      (account, clients))
    told.session.rows("""
        insert into portal.job (account_id, number, client_id, job_template_id, external_id, custom_values)
        select c.account_id, 1000000 + n, c.client_id, t.job_template_id, 'many-' || n, jsonb_build_object('a', n)
        from generate_series(1, %(jobs)s) n
        join portal.client c on c.account_id = %(account)s and c.external_id = 'many-' || (n %% %(clients)s + 1)
        cross join (select min(job_template_id) as job_template_id from portal.job_template where account_id = %(account)s) t""",
                      {"account": account, "clients": clients, "jobs": jobs})


def test_jobs_of_many_clients_are_one_notice_of_jobs_of_any_client(told, account):
    many_clients(told, account, 16, 32)
    assert len(told.hear()) == 16
    assert len(told("update portal.job set address = 'x' where external_id like 'many-%%'")) == 16
    heard = told("""with c as (
        insert into portal.client (account_id, kind, organisation_name) select %s, 'organisation', 'One more' returning account_id, client_id)
        insert into portal.job (account_id, number, client_id, job_template_id)
        select c.account_id, 2000000, c.client_id, (select min(job_template_id) from portal.job_template t where t.account_id = c.account_id) from c""", account)
    assert len(heard) == 1 and heard[0].startswith(f"jobs {account} ")
    assert told("update portal.job set address = 'y' where number >= 1000000") == [f"jobs {account} 0 0"]


def test_many_statements_of_a_transaction_become_one_notice_of_jobs_of_any_client(told, account):
    many_clients(told, account, 16, 16)
    told.hear()
    told.session.begin()
    for number in range(1, 100):
        told.session.rows("update portal.job set floor = %s where external_id = %s", (str(number), f"many-{number % 16 + 1}"))
    told.session.commit()
    heard = told.hear()
    assert f"jobs {account} 0 0" in heard and len(heard) == 17
    # Nothing of this stays with the connection.
    assert told("update portal.job set floor = 'z' where external_id = 'many-1'")[0].startswith("jobs ")


# One notice for all of them must say that rights may have ended.
def test_many_memberships_are_one_notice_for_the_account(told, world: World, account, client):
    told.session.rows("""insert into portal.member (account_id, email, state) select %s, 'many-' || n || '@example.com', 'active' from generate_series(1, 17) n""", (account,))
    told.session.rows("""insert into portal.membership (account_id, member_id, client_id, state, activated_at)
        select m.account_id, m.member_id, %s, 'active', now() from portal.member m where m.email like 'many-%%'""", (client,))
    told.hear()
    ended = "update portal.membership ms set state = 'ended', ended_at = now() from portal.member m where m.member_id = ms.member_id and m.email like %s"
    assert told(ended, "many-%") == [f"account {account} 0 0"]


def test_rolled_back_changes_are_not_told(told, job):
    told.session.begin()
    told.session.rows("update portal.job set status = 'started' where job_id = %s", (job["job_id"],))
    told.session.rollback()
    assert told.hear() == []


def test_files_of_jobs(told, account, world: World):
    file = world.tables["job_file"][0]
    account, client = next((row["account_id"], row["client_id"]) for row in world.tables["job"] if row["job_id"] == file["job_id"])
    expected = [f"jobs {account} {client} {file['job_id']}"]
    assert told("update portal.job_file set name = 'other.png' where job_file_id = %s", file["job_file_id"]) == expected
    assert told("update portal.job_file set name = name where job_file_id = %s", file["job_file_id"]) == []
    assert told("delete from portal.job_file where job_file_id = %s", file["job_file_id"]) == expected
    columns = "account_id, job_id, job_field_id, type, position, name, media_type, size_bytes, content_hash"
    values = [file[name] for name in columns.split(", ")]
    assert told(f"insert into portal.job_file ({columns}) values ({', '.join(['%s'] * len(values))})", *values) == expected


def test_a_file_of_a_job_that_its_changer_does_not_see_is_told_to_the_account(told, world: World):
    """The owner is behind the forced policies and sees no job, as the checks of foreign keys do."""
    file = world.tables["job_file"][0]
    told.session.rows("set role portal_owner")
    told.session.rows("create policy test_only on portal.job_file to portal_owner using (true)")
    assert told("update portal.job_file set name = 'other.png' where job_file_id = %s", file["job_file_id"]) == [f"account {file['account_id']} 0 0"]


def test_sites(told, account, client, other, world: World):
    site = next(row["site_id"] for row in world.tables["site"] if row["client_id"] == client)
    expected = [f"sites {account} {client} {site}"]
    for change in ("name = 'other'", "address = 'other'", "withdrawn_at = now()"):
        assert told(f"update portal.site set {change} where site_id = %s", site) == expected
    assert told("update portal.site set version = 3, external_id = 'x', imported = true where site_id = %s", site) == []
    made = told.value("insert into portal.site (account_id, client_id, name) values (%s, %s, 'new') returning site_id", account, client)
    assert told.hear() == [f"sites {account} {client} {made}"]
    assert told("update portal.site set client_id = %s where site_id = %s", other, made) == sorted(
        [f"sites {account} {client} {made}", f"sites {account} {other} {made}"])
    assert told("delete from portal.site where site_id = %s", made) == [f"sites {account} {other} {made}"]


def test_documents_and_from_whom_they_are_hidden(told, world: World, account, client, other):
    made = told.value("""insert into portal.document (account_id, client_id, name, media_type, size_bytes, content_hash)
        values (%s, %s, 'plan.pdf', 'application/pdf', 1, %s) returning document_id""", account, client, bytes(32))
    expected = [f"documents {account} {client} {made}"]
    assert told.hear() == expected
    for change in ("name = 'other.pdf'", "is_visible = false", "size_bytes = 2", "is_active_content = true", "withdrawn_at = now()"):
        assert told(f"update portal.document set {change} where document_id = %s", made) == expected
    assert told("update portal.document set version = 3, external_id = 'x' where document_id = %s", made) == []
    membership = next(row["membership_id"] for row in world.tables["membership"] if row["client_id"] == client)
    assert told("insert into portal.document_hidden_from (account_id, document_id, client_id, membership_id) values (%s, %s, %s, %s)",
                account, made, client, membership) == expected
    assert told("delete from portal.document_hidden_from where document_id = %s", made) == expected
    assert told("update portal.document set client_id = %s where document_id = %s", other, made) == sorted([*expected, f"documents {account} {other} {made}"])
    assert told("delete from portal.document where document_id = %s", made) == [f"documents {account} {other} {made}"]


def test_work_requests(told, account, client, world: World):
    membership = next(row["membership_id"] for row in world.tables["membership"] if row["client_id"] == client)
    made = told.value("insert into portal.work_request (account_id, client_id, membership_id, subject) values (%s, %s, %s, 'new') returning work_request_id", account, client, membership)
    expected = [f"requests {account} {client} {made}"]
    assert told.hear() == expected
    for change in ("state = 'acknowledged'", "reply = 'soon'", "job_id = (select min(job_id) from portal.job j where j.client_id = work_request.client_id)"):
        assert told(f"update portal.work_request set {change} where work_request_id = %s", made) == expected, change
    assert told("update portal.work_request set state = state, reply = reply where work_request_id = %s", made) == []
    assert told("delete from portal.work_request where work_request_id = %s", made) == expected


def test_clients(told, account, client):
    assert told("update portal.client set organisation_name = 'Acme Ltd' where client_id = %s", client) == [f"client {account} {client} 0"]
    assert told("update portal.client set withdrawn_at = now() where client_id = %s", client) == [f"client {account} {client} 0"]
    assert told("update portal.client set version = 2, external_id = 'c-1', imported = true where client_id = %s", client) == []


def test_memberships_and_their_sessions(told, world: World):
    who = world.alex
    account, membership = who.account_id, who.membership_id
    expected = [f"membership {account} {who.client_id} {membership}"]
    assert told("update portal.membership set permissions = '{view_documents}' where membership_id = %s", membership) == expected
    assert told("update portal.membership set last_used_at = now() where membership_id = %s", membership) == []
    session = ("where membership_id = %s", membership)
    assert told(f"update portal.session set last_used_at = now() {session[0]}", session[1]) == []
    of_session = [f"membership {account} 0 {membership}"]
    assert told(f"update portal.session set expires_at = expires_at + interval '1 second' {session[0]}", session[1]) == of_session
    assert told(f"update portal.session set token_hash = sha256(token_hash) {session[0]}", session[1]) == of_session
    assert told(f"update portal.session set ended_at = now() {session[0]}", session[1]) == of_session
    assert told(f"delete from portal.session {session[0]}", session[1]) == of_session
    assert told("update portal.membership set state = 'ended', ended_at = now() where membership_id = %s", membership) == expected


def test_sessions_that_end_together_are_told_each(told, world: World):
    many = [who for who in world.memberships if who.account_id == world.brightwater][:5]
    assert len(many) > 2
    assert told("update portal.session set ended_at = now() where membership_id = any (%s)", [who.membership_id for who in many]) == sorted(
        f"membership {who.account_id} 0 {who.membership_id}" for who in many)


def test_a_session_that_changes_its_membership_is_told_for_both(told, world: World):
    first, second = next((a, b) for a in world.memberships for b in world.memberships if a.member_id == b.member_id and a.membership_id != b.membership_id)
    assert told("update portal.session set membership_id = %s where membership_id = %s", second.membership_id, first.membership_id) == sorted(
        f"membership {first.account_id} 0 {who.membership_id}" for who in (first, second))


def test_members(told, world: World):
    who = world.alex
    own = [f"membership {other.account_id} {other.client_id} {other.membership_id}" for other in world.memberships if other.member_id == who.member_id]
    assert told("update portal.member set first_name = 'Alexandra' where member_id = %s", who.member_id) == sorted(own)
    assert told("update portal.member set last_sign_in_at = now(), password_hash = '$argon2id$other' where member_id = %s", who.member_id) == []
    assert told("update portal.member set state = 'locked' where member_id = %s", who.member_id) == [f"account {who.account_id} 0 0"]


def test_accounts(told, account):
    for change in ("name = 'Other'", "time_zone = 'Asia/Tokyo'", "session_idle_days = 3", "suspended_at = now()"):
        assert told(f"update portal.account set {change} where account_id = %s", account) == [f"account {account} 0 0"], change


def test_settings(told, account, world: World):
    expected = [f"settings {account} 0 0"]
    for change in (
        "portal.portal set name = 'Other'", "portal.portal set worker_name = 'none'", "portal.job_template set name = name || '!'",
        "portal.job_field set label = label || '!'", "portal.job_field set position = position + 1", "portal.job_template_field set position = position + 1",
        "portal.resolution set is_successful = not is_successful", "portal.worker set name = name || '!'", "portal.team set name = name || '!'",
        "portal.portal set logo_hash = sha256('x'), logo_media_type = 'image/png', logo_width = 1, logo_height = 1",
    ):
        assert told(f"update {change} where account_id = %s", account) == expected, change
    for change in ("portal.worker set version = 9, phone = '+441', email = 'a@b.c'", "portal.team set version = 9", "portal.job_template set version = 9",
                   "portal.job_field set version = 9"):
        assert told(f"update {change} where account_id = %s", account) == [], change
    template = told.value("select min(job_template_id) from portal.portal_visible_template where account_id = %s", account)
    assert told("delete from portal.portal_visible_template where job_template_id = %s", template) == expected
    assert told("insert into portal.portal_visible_template values (%s, %s)", account, template) == expected
    field = told.value("select min(job_field_id) from portal.portal_visible_field where account_id = %s", account)
    assert told("delete from portal.portal_visible_field where job_field_id = %s", field) == expected
    assert told("insert into portal.portal_visible_field values (%s, %s)", account, field) == expected


def test_invoices(told, account, client, other):
    made = told.value("""insert into portal.invoice (account_id, client_id, number, issued_on, currency, total_minor, external_id)
        values (%s, %s, 'A-1', '2026-11-16', 'EUR', 100, 'A-1') returning invoice_id""", account, client)
    expected = [f"invoices {account} {client} {made}"]
    assert told.hear() == expected
    for change in ("number = 'A-2'", "title = 'Other'", "issued_on = '2026-11-17'", "due_on = '2026-12-17'", "currency = 'GBP'", "total_minor = 200", "paid_minor = 50", "is_void = true",
                   "is_visible = false", "job_id = (select min(job_id) from portal.job j where j.account_id = invoice.account_id)", "size_bytes = 1, content_hash = sha256('x')",
                   "withdrawn_at = now()"):
        assert told(f"update portal.invoice set {change} where invoice_id = %s", made) == expected, change
    assert told("update portal.invoice set version = 9, external_id = 'A-9' where invoice_id = %s", made) == []
    assert told("update portal.invoice set client_id = %s where invoice_id = %s", other, made) == sorted([*expected, f"invoices {account} {other} {made}"])
    assert told("delete from portal.invoice where invoice_id = %s", made) == [f"invoices {account} {other} {made}"]


def test_quotes(told, account, client, other, world: World):
    made = told.value("""insert into portal.quote (account_id, client_id, number, issued_on, currency, total_minor, external_id)
        values (%s, %s, 'Q-1', '2026-11-16', 'EUR', 100, 'Q-1') returning quote_id""", account, client)
    expected = [f"quotes {account} {client} {made}"]
    assert told.hear() == expected
    for change in ("number = 'Q-2'", "title = 'Other'", "description = 'Much'", "issued_on = '2026-11-17'", "valid_until = '2026-12-17'", "currency = 'GBP'", "total_minor = 200",
                   "is_superseded = true", "is_visible = false", "job_id = (select min(job_id) from portal.job j where j.account_id = quote.account_id)",
                   "size_bytes = 1, content_hash = sha256('x')", "withdrawn_at = now()"):
        assert told(f"update portal.quote set {change} where quote_id = %s", made) == expected, change
    assert told("update portal.quote set version = 9, external_id = 'Q-9' where quote_id = %s", made) == []
    membership = next(row["membership_id"] for row in world.tables["membership"] if row["client_id"] == client)
    decide = """insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, method, membership_id)
        select account_id, quote_id, client_id, revision, 'accepted', 'portal', %s from portal.quote where quote_id = %s"""
    assert told(decide, membership, made) == expected
    assert told("delete from portal.quote_decision where quote_id = %s", made) == []
    assert told("update portal.quote set client_id = %s where quote_id = %s", other, made) == sorted([*expected, f"quotes {account} {other} {made}"])
    assert told("delete from portal.quote where quote_id = %s", made) == [f"quotes {account} {other} {made}"]


def test_what_the_table_loses_at_once_is_told_to_everybody(told):
    told.session.rows("set role portal_owner")
    assert told("truncate portal.job_file") == ["everything"]


def test_every_table_that_members_read_tells(demo):
    """A table that a later migration adds is noticed here: it tells, or it stands here with the reason why it need not."""
    silent = {
        "account_host": "the map of hosts has a notice of its own", "one_time_token": "links: no cached answer depends on them",
        "repeatable_request": "bookkeeping", "password_reset_request": "bookkeeping", "schema_state": "no account's",
        "staff": "members meet them while a mail to them is written, and at no other time", "work_request_counter": "bookkeeping",
        "quote_decision": "the quote on which it stands is told", "worker_position": "changes every few seconds, and no answer of it is kept (test_positions.py)",
    }
    told = {name for name, in demo.execute("""select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where t.tgname in ('change_made', 'change_taken')""", database="sql_demo")}
    read = {name for name, in demo.execute("""select distinct c.relname from pg_policy p join pg_class c on c.oid = p.polrelid
        where pg_get_expr(p.polqual, p.polrelid) like '%''member''%' and p.polcmd in ('r', '*')""", database="sql_demo")}
    assert {"job", "site", "document", "membership", "session"} <= read
    assert read - told - set(silent) == set()


def test_a_mass_of_jobs_is_told_at_little_cost(told, account):
    """Against the same statement without the triggers: a join without statistics would take minutes here."""
    many_clients(told, account, 50, BULK)
    assert told.hear() == [f"jobs {account} 0 0"]

    def timed() -> float:
        began = time.monotonic()
        told.session.rows("update portal.job set address = 'a' || random() where external_id like 'many-%%'")
        return time.monotonic() - began

    with_triggers = min(timed() for _ in range(3))
    told.session.rows("set role portal_owner")
    for name in ("change_made", "change_added", "change_taken"):
        told.session.rows(f"alter table portal.job disable trigger {name}")
    told.session.rows("reset role")
    without = min(timed() for _ in range(3))
    assert with_triggers < 2 * without + 0.1, (with_triggers, without)


def test_the_module_hears_and_makes_them(clone, world: World, told):
    """As portal_edge, behind the policies: a member that ends a session of its own."""
    who = world.alex
    edge = clone("portal_edge")
    edge.begin()
    edge.enter_member(who)
    edge.run("end_session", account_id=who.account_id, session_hash=who.session_hash)
    edge.commit()
    assert told.hear() == [f"membership {who.account_id} 0 {who.membership_id}"]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        edge.rows("truncate portal.job")
