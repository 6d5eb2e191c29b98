"""What each actor can read and change with any statement at all: raw selects and updates as portal_edge, without a filter of
their own. What is to be expected is worked out from all rows, as the maintenance role reads them."""

import psycopg2
import pytest
from named import Membership, World, sha256

# Tables in which the module may read nothing.
CLOSED = {"job_template_resolution", "schema_migration"}
OPEN = {"schema_state"}
# Of which nobody sees anything who is not staff; what staff see of them: test_staff_policies.py.
FOR_STAFF = {"staff", "staff_session", "staff_token", "activity", "mail_setting", "invitation_layout", "staff_view", "contact", "client_search", "outbox_message"}
# Of which only other systems see something, with their keys: test_key_statements.py.
FOR_KEYS = {"api_key", "team_worker"}
ID = {"portal": "account_id", "repeatable_request": "actor_id", "password_reset_request": "place", "account_host": "host", "portal_visible_template": "job_template_id", "portal_visible_field": "job_field_id",
      "job_template_field": "job_field_id", "document_hidden_from": "document_id", "client_search": "client_id", "team_worker": "team_id", "worker_position": "worker_id", "work_request_counter": "account_id"}
FOR_STAFF |= {"logo_upload", "account_storage"}
CLOSED |= {"news"}
ID |= {"logo_upload": "account_id", "account_storage": "account_id"}


def visible_statuses(permissions) -> set[str]:
    statuses = {"unscheduled", "scheduled", "en_route", "started", "paused"} if "view_job_status" in permissions else set()
    statuses |= {"finished"} if "view_completed_jobs" in permissions else set()
    return statuses | ({"cancelled"} if {"view_job_status", "view_completed_jobs"} & set(permissions) else set())


def expected(world: World, who: Membership) -> dict[str, list[dict]]:
    """The rows of each table that a member may see at all."""
    own = {name: [row for row in rows if row.get("account_id") == who.account_id] for name, rows in world.tables.items()}
    templates = {row["job_template_id"] for row in own["portal_visible_template"]}
    fields = {row["job_field_id"]: row for row in own["job_field"]}
    shown = {row["job_field_id"] for row in own["portal_visible_field"]}
    memberships = [row for row in own["membership"] if row["member_id"] == who.member_id and row["state"] == "active"]
    jobs = {row["job_id"]: row for row in own["job"] if row["client_id"] == who.client_id and row["deleted_at"] is None
            and row["job_template_id"] in templates and row["status"] in visible_statuses(who.permissions)}
    hidden = [row for row in own["document_hidden_from"] if row["membership_id"] == who.membership_id]
    documents = [row for row in own["document"] if "view_documents" in who.permissions and row["client_id"] == who.client_id and row["is_visible"]
                 and row["document_id"] not in {item["document_id"] for item in hidden}]
    invoices = [row for row in own["invoice"] if "view_invoices" in who.permissions and row["client_id"] == who.client_id and row["is_visible"] and row["withdrawn_at"] is None]
    quotes = [row for row in own["quote"] if "accept_quotes" in who.permissions and row["client_id"] == who.client_id and row["is_visible"] and row["withdrawn_at"] is None]
    return {
        **{table: [] for table in FOR_STAFF},
        "invoice": invoices, "quote": quotes,
        "quote_decision": [row for row in own["quote_decision"] if row["client_id"] == who.client_id and row["quote_id"] in {quote["quote_id"] for quote in quotes}],
        "document": documents, "document_hidden_from": hidden,
        "account": own["account"], "account_host": own["account_host"], "portal": own["portal"],
        "client": [row for row in own["client"] if row["client_id"] in {item["client_id"] for item in memberships}],
        "repeatable_request": [],
        "site": [row for row in own["site"] if row["client_id"] == who.client_id],
        "member": [row for row in own["member"] if row["member_id"] == who.member_id],
        "membership": memberships,
        "session": [row for row in own["session"] if row["member_id"] == who.member_id],
        "one_time_token": [], "password_reset_request": [], **{table: [] for table in FOR_KEYS},
        "portal_visible_template": own["portal_visible_template"], "portal_visible_field": own["portal_visible_field"],
        "job_template": [row for row in own["job_template"] if row["job_template_id"] in templates],
        "job_template_field": [row for row in own["job_template_field"] if row["job_template_id"] in templates],
        "job_field": [row for row in own["job_field"] if row["job_field_id"] in shown],
        "worker": own["worker"], "team": own["team"], "resolution": own["resolution"],
        "work_request": [row for row in own["work_request"] if row["client_id"] == who.client_id and "create_work_requests" in who.permissions],
        "work_request_counter": own["work_request_counter"] if {"create_work_requests", "accept_quotes"} & set(who.permissions) else [],
        "worker_position": [row for row in own["worker_position"] if own["portal"][0]["shows_position"]
                            and row["worker_id"] in {job["worker_id"] for job in jobs.values() if job["status"] == "en_route"}],
        "job": list(jobs.values()),
        "job_file": [row for row in own["job_file"] if row["job_id"] in jobs and row["job_field_id"] in shown
                     and (fields[row["job_field_id"]]["field_group"] != "report" or jobs[row["job_id"]]["status"] == "finished")],
    }


def id_of(table: str) -> str:
    return ID.get(table, f"{table}_id")


def keys(rows: list[dict], table: str) -> list:
    return sorted((row["account_id"], row[id_of(table)]) for row in rows)


def readable(edge, table: str) -> list[str]:
    """The columns that portal_edge may read."""
    return [row["column_name"] for row in edge.rows(
        "select column_name from information_schema.column_privileges where table_schema = 'portal' and table_name = %s and privilege_type = 'SELECT'",
        (table,))]


def seen(edge, table: str) -> list[dict]:
    return edge.rows(f"select {', '.join(readable(edge, table))} from portal.{table}")


EMAILS = [("alex.morgan@acme.example.com", "Acme Facilities Ltd"), ("sam.reyes@acme.example.com", "Acme Facilities Ltd"),
          ("sam.reyes@acme.example.com", "Harbour Hotels Group"), ("priya.nair@harbour.example.com", "Harbour Hotels Group"),
          ("ruth.okafor@example.com", "Ruth Okafor"), ("lucia.fernandez@ribera.example.com", "Talleres Ribera S.L."),
          ("diego.campos@olmos.example.com", "Colegio Los Olmos"), ("diego.campos@olmos.example.com", "Talleres Ribera S.L."),
          ("sam.reyes@acme.example.com", "Colegio Los Olmos")]


@pytest.mark.parametrize("email, client", EMAILS)
def test_a_member_sees_exactly_its_own(edge, world, email, client):
    who = world.membership(email, client)
    edge.enter_member(who)
    allowed = expected(world, who)
    assert set(allowed) | CLOSED | OPEN == set(world.tables), "a table has no row in this test"
    for table, rows in allowed.items():
        assert keys(seen(edge, table), table) == keys(rows, table), table
    # What the view shows is what its tables show.
    assert sorted(row["job_id"] for row in edge.rows("select job_id from portal.job_summary")) == sorted(row["job_id"] for row in allowed["job"])


def test_the_demo_has_something_to_hide_from_everybody_who_sees_something(world):
    """The control of the test above: had the policies no effect, it would fail in every table where this finds more rows."""
    allowed = expected(world, world.alex)
    empty = FOR_STAFF | FOR_KEYS | {"one_time_token", "password_reset_request", "repeatable_request"}
    assert {table for table, rows in allowed.items() if rows and len(rows) < len(world.tables[table])} >= set(allowed) - empty
    assert all(world.tables[table] for table in FOR_STAFF - {"outbox_message", "mail_setting", "invitation_layout", "staff_view", "logo_upload"})


@pytest.mark.parametrize("table", sorted(CLOSED))
def test_some_tables_are_closed(edge, world, table):
    edge.enter_member(world.alex)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        edge.rows(f"select count(account_id) from portal.{table}" if table != "schema_migration" else "select number from portal.schema_migration")


SECRET_COLUMNS = [("account", "created_at"), ("job", "created_at"), ("client", "created_at"), ("worker", "created_at"),
                  ("job_template", "created_at")]


@pytest.mark.parametrize("table, column", SECRET_COLUMNS)
def test_columns_that_nobody_needs_cannot_be_read(edge, world, table, column):
    edge.enter_member(world.alex)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        edge.rows(f"select {column} from portal.{table}")


def all_readable(world) -> list[str]:
    return sorted(set(world.tables) - CLOSED - OPEN)


def assert_nothing(edge, world) -> None:
    for table in all_readable(world):
        assert seen(edge, table) == [], table
    assert edge.rows("select job_id from portal.job_summary") == []


def test_no_context_no_rows(edge, world):
    assert_nothing(edge, world)


@pytest.mark.parametrize("actor", ["", "member", "anonymous", "staff", "staff_visitor", "key", "portal_owner", "Member"])
def test_an_actor_without_ids_sees_nothing(edge, world, actor):
    edge.rows("select portal.set_context(%s, null, null, null, null, null, null, null)", (actor,))
    assert_nothing(edge, world)


def test_ids_without_an_actor_see_nothing(edge, world):
    who = world.alex
    edge.rows("select portal.set_context(null, %s, null, %s, %s, %s, %s, '{1,2,3}')", tuple(map(str, (
        who.account_id, who.member_id, who.membership_id, who.client_id, "{view_job_status,view_completed_jobs}"))))
    assert_nothing(edge, world)


def test_a_key_without_a_scope_sees_its_account_alone(edge, world):
    edge.rows("select portal.set_context('key', %s, null, null, null, %s, null, null)", (str(world.brightwater), str(world.alex.client_id)))
    for table in all_readable(world):
        assert {row["account_id"] for row in seen(edge, table)} == ({world.brightwater} if table == "account" else set()), table


@pytest.mark.parametrize("missing, hidden", [("portal.client_id", {"job", "job_file", "site", "invoice", "quote", "quote_decision"}),
                                             ("portal.permissions", {"job", "job_file", "invoice", "quote", "quote_decision"}),
                                             ("portal.visible_templates", {"job", "job_file", "job_template", "job_template_field"}),
                                             ("portal.member_id", {"member", "membership", "client"})])
def test_an_empty_setting_never_means_all(edge, world, missing, hidden):
    edge.enter_member(world.alex)
    assert all(seen(edge, table) for table in hidden)
    edge.rows("select set_config(%s, '', true)", (missing,))
    for table in hidden:
        assert seen(edge, table) == [], table


def test_the_host_map_is_all_that_its_actor_sees(edge, world):
    edge.run("enter_host_map")
    for table in all_readable(world):
        count = len(world.tables[table]) if table in ("account", "account_host") else 0
        assert len(seen(edge, table)) == count, table
    assert {row["host"] for row in edge.run("load_host_map")} == {"brightwater.localhost", "northside.localhost"}


def test_a_visitor_sees_the_account_and_its_portal_and_nothing_else(edge, world):
    edge.enter_anonymous(world.northside)
    for table in all_readable(world):
        rows = seen(edge, table)
        assert {row["account_id"] for row in rows} == ({world.northside} if table in ("account", "account_host", "portal") else set()), table


def anonymous_rows(edge, world) -> dict[str, list]:
    found = {table: keys(seen(edge, table), table) for table in all_readable(world)}
    return {table: rows for table, rows in found.items() if rows and table not in ("account", "account_host", "portal")}


def test_a_visitor_who_names_a_login_sees_that_member_alone(edge, world):
    who = world.membership("sam.reyes@acme.example.com", "Harbour Hotels Group")
    edge.enter_anonymous(world.brightwater, sha256("sam.reyes@acme.example.com"))
    mine = [(world.brightwater, item.membership_id) for item in world.memberships
            if item.member_id == who.member_id and item.account_id == world.brightwater]
    assert len(mine) == 2
    assert anonymous_rows(edge, world) == {"member": [(who.account_id, who.member_id)], "membership": sorted(mine)}


def test_a_visitor_with_a_link_sees_what_it_is_for(edge, world):
    invited = world.invited["jo.lindqvist@acme.example.com"]
    edge.enter_anonymous(world.brightwater, sha256(f"activation {invited['membership_id']}"))
    rows = anonymous_rows(edge, world)
    assert {table: [key[1] for key in found] for table, found in rows.items() if table != "one_time_token"} == {
        "member": [invited["member_id"]], "membership": [invited["membership_id"]], "client": [invited["client_id"]]}
    assert len(rows["one_time_token"]) == 1


def test_a_visitor_with_a_session_sees_what_it_stands_for(edge, world):
    who = world.alex
    edge.enter_anonymous(world.brightwater, who.session_hash)
    rows = anonymous_rows(edge, world)
    assert {table: [key[1] for key in found] for table, found in rows.items() if table != "session"} == {
        "member": [who.member_id], "membership": [who.membership_id], "client": [who.client_id]}
    assert len(rows["session"]) == 1


@pytest.mark.parametrize("lookup", [b"", b"x" * 31, b"x" * 32, b"x" * 33, sha256("nobody@example.com")])
def test_a_visitor_with_an_unknown_hash_finds_nothing(edge, world, lookup):
    edge.enter_anonymous(world.brightwater, lookup)
    assert anonymous_rows(edge, world) == {}


def test_a_hash_of_another_account_finds_nothing(edge, world):
    for lookup in (sha256("alex.morgan@acme.example.com"), world.alex.session_hash):
        edge.enter_anonymous(world.northside, lookup)
        assert anonymous_rows(edge, world) == {}


def test_the_context_ends_with_the_transaction(demo, world, edge):
    edge.enter_member(world.alex)
    assert seen(edge, "job")
    edge.connection.commit()
    assert_nothing(edge, world)
    edge.connection.rollback()
    edge.enter_anonymous(world.brightwater, sha256("alex.morgan@acme.example.com"))
    edge.connection.rollback()
    assert_nothing(edge, world)


def test_every_setting_of_the_context_is_for_the_transaction_only(edge, world):
    """A session-level setting would speak for the next user of the connection."""
    names = ["actor", "account_id", "lookup", "member_id", "membership_id", "client_id", "permissions", "visible_templates", "worker_name"]
    edge.enter_member(world.alex)
    assert all(edge.value("select current_setting(%s)", (f"portal.{name}",)) for name in names)
    edge.connection.commit()
    assert [edge.value("select coalesce(current_setting(%s, true), '')", (f"portal.{name}",)) for name in names] == [""] * len(names)


def test_entering_again_leaves_nothing_of_the_first_context(edge, world):
    edge.enter_member(world.alex)
    edge.enter_anonymous(world.northside)
    assert anonymous_rows(edge, world) == {}
    other = world.membership("lucia.fernandez@ribera.example.com", "Talleres Ribera S.L.")
    edge.enter_member(other)
    edge.enter_member(world.alex)
    assert {row["account_id"] for row in seen(edge, "job")} == {world.brightwater}


WRITES = [
    "update portal.member set password_hash = '$argon2id$other'",
    "update portal.member set pending_email = 'x@example.com'",
    "update portal.membership set last_used_at = now()",
    "update portal.session set ended_at = now()",
    "update portal.one_time_token set used_at = now()",
    "update portal.job set status = 'finished'",
    "update portal.client set external_id = 'x'",
]


@pytest.mark.parametrize("write", WRITES)
def test_an_update_without_a_condition_reaches_only_what_is_ones_own(edge, world, write):
    table = write.split()[1].removeprefix("portal.")
    who = world.membership("sam.reyes@acme.example.com", "Acme Facilities Ltd")
    reach = {"member": 1, "membership": 2, "session": 2}
    with edge.connection.cursor() as cursor:
        cursor.execute(write)
        assert cursor.rowcount == 0, "without a context"
        edge.enter_member(who)
        cursor.execute(write)
        assert cursor.rowcount == reach.get(table, 0), "as a member"
        edge.enter_anonymous(world.brightwater)
        cursor.execute(write)
        assert cursor.rowcount == 0, "as a visitor"
        edge.enter_anonymous(world.brightwater, sha256("alex.morgan@acme.example.com"))
        cursor.execute(write)
        assert cursor.rowcount == (1 if table == "member" else 0), "as a visitor who names a login"


FORBIDDEN_WRITES = [
    "delete from portal.job", "delete from portal.session", "truncate portal.job", "update portal.job set created_at = now()",
    "update portal.membership set permissions = '{view_invoices}'", "update portal.membership set client_id = client_id + 1",
    "update portal.session set member_id = member_id + 1", "update portal.session set expires_at = now() + interval '9 years'",
    "update portal.member set email = 'x@example.com'", "insert into portal.membership (account_id, member_id, client_id) values (1, 1, 1)",
    "update portal.one_time_token set expires_at = now() + interval '9 years'", "update portal.account set suspended_at = null",
    "insert into portal.portal_visible_field (account_id, job_field_id) values (1, 1)", "select * from portal.outbox_message",
    "alter table portal.job disable row level security", "set role portal_owner", "set role portal_maintenance",
    "create function portal.backdoor() returns void language sql as $$ $$", "create table public.stolen (x text)",
]


@pytest.mark.parametrize("write", FORBIDDEN_WRITES)
def test_the_module_has_no_right_to_it(edge, world, write):
    edge.enter_member(world.alex)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        edge.rows(write)


def test_nobody_gets_a_session_for_somebody_else(edge, world):
    other = world.membership("priya.nair@harbour.example.com", "Harbour Hotels Group")
    insert = "insert into portal.session (account_id, token_hash, member_id, membership_id, expires_at) values (%s, %s, %s, %s, now() + interval '1 day')"
    for enter in (lambda: edge.enter_member(world.alex), lambda: edge.enter_anonymous(world.brightwater),
                  lambda: edge.enter_anonymous(world.brightwater, sha256("alex.morgan@acme.example.com"))):
        enter()
        edge.rows("savepoint before")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            edge.rows(insert, (world.brightwater, sha256("new"), other.member_id, other.membership_id))
        edge.rows("rollback to before")


def test_nobody_invites_through_the_module(edge, world):
    who = world.alex
    edge.enter_member(who)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        edge.run("create_token", account_id=who.account_id, purpose="activation", token_hash=sha256("t"), member_id=who.member_id,
                 membership_id=who.membership_id, address="x@example.com", lifetime_seconds=60)


def test_a_link_activates_no_other_membership(stage, world):
    """Of a member with two open invitations the link for one cannot open the other, and without a link none can be opened."""
    invited = world.invited["jo.lindqvist@acme.example.com"]
    stage("portal_maintenance").rows("insert into portal.membership (account_id, member_id, client_id) values (%s, %s, %s)",
                                     (world.brightwater, invited["member_id"], world.clients["Harbour Hotels Group"]))
    edge = stage("portal_edge")
    activate = "update portal.membership set state = 'active', activated_at = now() returning membership_id"
    edge.enter_anonymous(world.brightwater, sha256("jo.lindqvist@acme.example.com"))
    assert len(edge.rows("select membership_id from portal.membership")) == 2
    assert edge.rows(activate) == []
    edge.enter_anonymous(world.brightwater, sha256(f"activation {invited['membership_id']}"))
    assert edge.rows(activate) == [{"membership_id": invited["membership_id"]}]


def test_what_was_filled_in_before_the_end_is_not_there_yet(stage, world):
    """Photos of a report whose job was opened again."""
    who = world.alex
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    report = "select count(jf.account_id) from portal.job_file jf join portal.job_field f using (account_id, job_field_id) where f.field_group = 'report'"
    edge.enter_member(who)
    assert edge.value(report) > 0
    maintenance.rows("update portal.job set status = 'paused', resolution_id = null where client_id = %s and status = 'finished'", (who.client_id,))
    edge.enter_member(who)
    assert edge.value(report) == 0
    assert edge.value("select count(account_id) from portal.job_file") > 0


OF_A_MESSAGE = {"account": "name", "account_host": "origin", "portal": "name", "mail_setting": "smtp_host", "invitation_layout": "language", "member": "first_name", "membership": "client_id",
                "client": "name", "one_time_token": "expires_at", "staff": "state", "staff_token": "expires_at", "work_request": "subject",
                "quote": "number", "quote_decision": "reason"}
# Of what is new, while a mail about it waits: test_news.py.
OF_A_MESSAGE |= {"news": "kind", "invoice": "number", "job": "number", "job_template": "name", "portal_visible_template": "job_template_id"}


def test_the_courier_reads_messages_of_all_accounts_and_what_they_are_made_of(clone, world):
    """Of the rest only what a waiting message is made of: the account, the person, the client; nothing once it is sent."""
    maintenance = clone("portal_maintenance")
    who = world.alex
    insert = """insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id)
        values (%s, 'reference-0123456', 'invitation', 'email', 'x@example.com', 'en', %s, %s, '\\x00', 'k1')"""
    for account_id in (world.brightwater, world.northside):
        maintenance.rows("insert into portal.mail_setting (account_id) values (%s)", (account_id,))
    # Numbers that are still to be read need the country of their account.
    maintenance.rows("update portal.contact set phone_read_at = now() where kind = 'phone'")
    courier = clone("portal_courier")
    count = {table: f"select count({column}) from portal.{table}" if table != "mail_setting" else "select count(account_id) from portal.mail_setting"
             for table, column in OF_A_MESSAGE.items()}
    assert {table: courier.value(text) for table, text in count.items()} == dict.fromkeys(count, 0)
    maintenance.rows(insert, (who.account_id, who.member_id, who.membership_id))
    maintenance.rows(insert, (world.northside, None, None))
    assert courier.value("select count(*) from portal.outbox_message") == 2
    assert courier.value(count["account"]) == courier.value(count["portal"]) == courier.value(count["mail_setting"]) == 2
    assert courier.rows("select member_id from portal.member") == [{"member_id": who.member_id}]
    assert {row["account_id"] for row in courier.rows("select account_id from portal.client")} == {who.account_id}
    memberships = maintenance.value("select count(*) from portal.membership where member_id = %s", (who.member_id,))
    assert 0 < courier.value(count["membership"]) == memberships and courier.value(count["client"]) <= memberships
    assert courier.rows("update portal.outbox_message set sent_at = now(), payload = null, key_id = null returning account_id")
    assert {table: courier.value(text) for table, text in count.items()} == dict.fromkeys(count, 0)
    for table in sorted(set(world.tables) - {"outbox_message", "logo_upload", "contact", "client_search", *OF_A_MESSAGE}):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            courier.rows(f"select count(*) from portal.{table}")
    for secret in ("select password_hash from portal.member", "select phone from portal.member", "select user_agent from portal.session",
                   "update portal.outbox_message set recipient = 'x@example.com'", "update portal.member set first_name = 'x'",
                   "insert into portal.outbox_message (account_id) values (1)"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            courier.rows(secret)
    # What is over is the courier's to delete, once no limit counts it any more.
    assert courier.rows("delete from portal.outbox_message returning account_id") == []
    maintenance.rows("update portal.outbox_message set sent_at = now() - interval '3 days' where account_id = %s", (who.account_id,))
    assert courier.rows("delete from portal.outbox_message returning account_id") == [{"account_id": who.account_id}]
