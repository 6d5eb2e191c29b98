"""What the catalogue says of the whole schema (SECURITY R29): it decides also about tables that nobody thought of."""

import pytest
from named import DEMO

BOOKS = {"schema_migration", "schema_state"}
# By these an account is chosen before anybody knows which it is.
WORLDWIDE = {"account_slug_key", "account_host_host_key"}
# What other systems call a row. PostgreSQL's looks of foreign keys must not find these keys fit (migration 0028), so they end with the account.
OTHERS_NAMES = {f"{table}_external_id_account_id_key" for table in ("client", "site", "worker", "team", "job_template", "job_field", "invoice", "quote")}
# What the courier works off.
COURIERS = {"outbox_message", "logo_upload"}
# Telephone numbers, which it reads, and what they are found by.
NUMBERS = {"contact": "kind = 'phone'", "client_search": "contact_id <> 0"}
# What the courier sees while a message waits that is made of it.
WAITED_FOR = {"account", "account_host", "portal", "mail_setting", "invitation_layout", "member", "membership", "client", "one_time_token", "staff", "staff_token", "work_request", "quote",
              "quote_decision"}
# What is to be told, of all accounts, and what a mail that tells it is made of while it waits.
COURIERS |= {"news"}
WAITED_FOR |= {"invoice", "job", "job_template", "portal_visible_template"}


@pytest.fixture
def catalogue(demo):
    return lambda text: demo.execute(text, database=DEMO)


def test_every_table_of_an_account_is_forced_behind_policies(catalogue):
    tables = dict((name, (enabled, forced)) for name, enabled, forced in catalogue(
        "select relname, relrowsecurity, relforcerowsecurity from pg_class where relnamespace = 'portal'::regnamespace and relkind in ('r', 'p')"))
    assert len(tables) > 20
    assert {name for name, (enabled, forced) in tables.items() if not (enabled and forced)} == BOOKS


def test_keys_begin_with_the_account(catalogue):
    keys = catalogue("""
        select c.relname, i.relname, a.attname, x.indisprimary
        from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
        left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
        where c.relnamespace = 'portal'::regnamespace and x.indisunique""")
    assert {key[1] for key in keys if key[0] not in BOOKS and key[2] != "account_id"} == WORLDWIDE | OTHERS_NAMES
    with_primary = {key[0] for key in keys if key[3]}
    assert with_primary == {row[0] for row in catalogue("select relname from pg_class where relnamespace = 'portal'::regnamespace and relkind = 'r'")}


def test_foreign_keys_begin_with_the_account(catalogue):
    keys = catalogue("""
        select k.conname, a.attname, b.attname from pg_constraint k
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1]
        where k.contype = 'f' and k.connamespace = 'portal'::regnamespace""")
    assert len(keys) > 25
    assert [key for key in keys if key[1:] != ("account_id", "account_id")] == []


def test_roles_own_nothing_and_bypass_nothing(catalogue):
    roles = {row[0]: row[1:] for row in catalogue(
        "select rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb from pg_roles where rolname like 'portal%'")}
    assert roles == {"portal_owner": (False, False, False, False, False), "portal_maintenance": (False, True, True, False, False),
                     "portal_edge": (False, False, True, False, False), "portal_courier": (False, False, True, False, False)}
    assert catalogue("""select m.rolname, r.rolname from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles r on r.oid = a.roleid
        where m.rolname like 'portal%'""") == [("portal_maintenance", "portal_owner")]
    owners = catalogue("""select distinct pg_get_userbyid(relowner) from pg_class where relnamespace = 'portal'::regnamespace
        union select pg_get_userbyid(proowner) from pg_proc where pronamespace = 'portal'::regnamespace
        union select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'portal'""")
    assert owners == [("portal_owner",)]


def test_no_function_runs_with_the_rights_of_its_owner(catalogue):
    assert catalogue("select proname from pg_proc where pronamespace = 'portal'::regnamespace and prosecdef") == []


def test_views_ask_as_their_caller(catalogue):
    views = catalogue("select relname, reloptions from pg_class where relnamespace = 'portal'::regnamespace and relkind in ('v', 'm')")
    assert views and all("security_invoker=true" in (options or []) for _, options in views)


def test_policies_are_for_named_roles_and_only_the_courier_sees_everything(catalogue):
    policies = catalogue("select tablename, policyname, roles::text[], qual, with_check from pg_policies where schemaname = 'portal'")
    assert {tuple(policy[2]) for policy in policies} == {("portal_edge",), ("portal_courier",)}
    unconditional = {(policy[0], tuple(policy[2])) for policy in policies if "true" in (policy[3], policy[4])}
    assert unconditional == {(table, ("portal_courier",)) for table in ("outbox_message", "news")}
    for table, name, roles, qual, check in policies:
        if roles == ["portal_courier"] and table in NUMBERS:
            assert NUMBERS[table] in qual, f"{name} on {table} shows more than numbers"
        elif roles == ["portal_courier"] and table not in COURIERS:
            waits = any(word in qual for word in ("outbox_message", "portal.membership", "portal.news", "logo_upload", "phone_read_at IS NULL"))
            assert table in WAITED_FOR and not check and waits, f"{name} on {table} depends on nothing that waits"
        if roles == ["portal_edge"]:
            assert "account_for" in (qual or check) or "actor() = 'host_map'" in qual, f"{name} on {table} asks for no actor"
            if qual and check:
                assert "account_id = portal.current_account_id()" in check or "account_for" in check, f"{name} on {table} lets rows leave the account"


def test_the_module_has_no_right_to_whole_tables(catalogue):
    """A new column is not readable until somebody grants it."""
    whole = catalogue("""select table_name, privilege_type from information_schema.role_table_grants
        where table_schema = 'portal' and grantee in ('portal_edge', 'PUBLIC')""")
    assert {grant for grant in whole if grant[1] != "DELETE"} == {("schema_state", "SELECT"), ("job_summary", "SELECT")}
    courier = catalogue("select distinct table_name from information_schema.column_privileges where grantee = 'portal_courier'")
    assert {name for name, in courier} == {*COURIERS, *NUMBERS, *WAITED_FOR}
    deletes = catalogue("""select table_name, grantee from information_schema.role_table_grants where table_schema = 'portal'
        and privilege_type in ('DELETE', 'TRUNCATE') and grantee not in ('portal_owner', 'postgres')""")
    # What staff switch off: a row says nothing but that something is visible.
    deleted = {"portal_visible_template", "portal_visible_field"}
    # What staff take away; rows of these that others could reach are behind policies for staff alone.
    deleted |= {"contact", "site", "client_search", "outbox_message"}
    # What a line of an import does not name any more: who is in a team, which fields a template has.
    deleted |= {"team_worker", "job_template_field"}
    # What staff file, hide and send in.
    deleted |= {"document", "document_hidden_from", "logo_upload"}
    # What another system takes back of a job.
    deleted |= {"job_file"}
    # Where a worker was, who is not to be followed any more.
    deleted |= {"worker_position"}
    assert set(deletes) == {(table, "portal_edge") for table in deleted} | {(table, "portal_courier") for table in (*COURIERS, "client_search")}


def test_public_has_no_rights(catalogue):
    assert catalogue("select count(*) from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'portal' and a.grantee = 0") == [(0,)]


def test_times_know_their_zone_and_money_is_whole(catalogue):
    kinds = catalogue("""select table_name, column_name, data_type from information_schema.columns where table_schema = 'portal'
        and data_type in ('timestamp without time zone', 'money', 'real', 'character varying', 'character')""")
    assert kinds == []


def test_every_text_has_a_limit(catalogue):
    """Lengths stand in the schema: a CHECK that names the column, unless the column is computed from limited ones."""
    unlimited = catalogue("""
        select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'portal'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
          and a.atttypid in ('text'::regtype, 'bytea'::regtype, 'jsonb'::regtype)
          and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any (k.conkey))
        order by 1, 2""")
    assert unlimited == []


def test_planner_has_an_index_that_begins_with_the_account_for_every_foreign_key_of_a_list(catalogue):
    indexes = catalogue("""select i.relname, a.attname from pg_index x join pg_class i on i.oid = x.indexrelid
        join pg_class c on c.oid = x.indrelid join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
        where c.relnamespace = 'portal'::regnamespace and not x.indisunique""")
    # Which portalctl asks over all accounts before it removes a file.
    assert {name for name, first in indexes if first != "account_id"} == {"document_by_content", "job_file_by_content", "invoice_by_content", "quote_by_content"}


# Foreign keys without an index of their own: who is referred to is so few that reading the account's rows for each of them is no work.
FEW = {
    # The staff and the keys of an account.
    ("activity", "api_key"), ("api_key", "staff"), ("outbox_message", "staff"), ("quote_decision", "staff"), ("staff_session", "staff"),
    # The results that jobs can have.
    ("job", "resolution"), ("job_template_resolution", "resolution"),
}


def test_foreign_keys_have_an_index_for_those_who_delete_what_they_refer_to(catalogue):
    """Else deleting an account reads its jobs once for each of its clients. Partial indexes serve where they leave out nothing but rows that refer to nobody."""
    missing = catalogue("""
        select c.relname, r.relname from pg_constraint k
        join pg_class c on c.oid = k.conrelid join pg_class r on r.oid = k.confrelid
        -- What tells one row from another of its account.
        cross join lateral (
          select k.conkey[array_position(k.confkey, p.indkey[p.indnkeyatts - 1])] as own
          from pg_index p where p.indrelid = k.confrelid and p.indisprimary) as referred
        where k.contype = 'f' and k.connamespace = 'portal'::regnamespace and not exists (
          select from pg_index x
          cross join lateral (select array(select x.indkey[n] from generate_series(0, x.indnkeyatts - 1) as n order by n)) as l (columns)
          where x.indrelid = k.conrelid and x.indisvalid
            and array_position(l.columns, referred.own) is not null and l.columns[1:array_position(l.columns, referred.own)] <@ k.conkey
            and (x.indpred is null or pg_get_expr(x.indpred, x.indrelid) in (
              select format('(%I IS NOT NULL)', a.attname) from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey))))""")
    assert set(missing) == FEW
