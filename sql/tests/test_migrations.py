"""The schema as it comes to be: bootstrap, migrations and policies, each of which may be run again."""

import hashlib
import re
import select
import subprocess
import time
from contextlib import closing

import psycopg2
import pytest
from named import DEMO, SQL
from support import places
from support.postgres import run_psql

MIGRATIONS = sorted(SQL.glob("migrations/*.sql"))


def schema(demo, database: str) -> str:
    """Everything that the catalogue says, as pg_dump writes it."""
    dump = subprocess.run(["pg_dump", "--schema-only", "-d", demo.conninfo("postgres", database)], check=True, capture_output=True, text=True).stdout
    # Newer minor versions mark a dump with a random key.
    return re.sub(r"^\\(un)?restrict .*$", "", dump, flags=re.MULTILINE)


def run_policies(connection) -> None:
    connection.autocommit = False
    with connection, connection.cursor() as cursor:
        cursor.execute("set role portal_owner")
        for file in sorted(SQL.glob("policies/*.sql")):
            cursor.execute(file.read_text(encoding="utf-8"))


def test_migrations_are_numbered_without_gaps():
    assert [int(file.name[:4]) for file in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", file.name) for file in MIGRATIONS)


def test_the_books_say_what_was_run(demo):
    rows = demo.execute("select number, name, checksum from portal.schema_migration order by number", database=DEMO)
    assert [(row[0], row[2]) for row in rows] == [(int(file.name[:4]), hashlib.sha256(file.read_bytes()).hexdigest()) for file in MIGRATIONS]
    assert demo.execute("select number from portal.schema_state", database=DEMO) == [(len(MIGRATIONS),)]


def test_everything_may_be_run_again_and_nothing_changes(demo, clone):
    before = schema(demo, clone.database)
    run_psql(demo, SQL / "bootstrap.sql", clone.database)
    subprocess.run([places.portalctl_path(), "migrate", "--database", demo.conninfo("portal_maintenance", clone.database)], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with closing(demo.connect("portal_maintenance", clone.database)) as connection:
        run_policies(connection)
    assert schema(demo, clone.database) == before


def test_policies_take_back_what_is_no_longer_said(demo, clone):
    before = schema(demo, clone.database)
    owner = clone("portal_maintenance")
    owner.rows("set role portal_owner")
    owner.rows("create policy forgotten on portal.job for select to portal_edge using (true)")
    owner.rows("grant select, delete on portal.job to portal_edge")
    owner.rows("grant update (status) on portal.job to portal_edge")
    owner.rows("grant select on portal.worker to public")
    owner.rows("alter table portal.job no force row level security")
    assert schema(demo, clone.database) != before
    with closing(demo.connect("portal_maintenance", clone.database)) as connection:
        run_policies(connection)
    assert schema(demo, clone.database) == before


def test_a_table_without_policies_shows_nothing_to_the_module(clone):
    """Later migrations make tables: the policies put each behind row-level security, said or not."""
    owner = clone("portal_maintenance")
    owner.rows("set role portal_owner")
    owner.rows("create table portal.later (account_id bigint primary key)")
    owner.rows("insert into portal.later values (1)")
    run_policies(owner.connection)
    owner.connection.autocommit = True
    owner.rows("set role portal_owner")
    owner.rows("grant select on portal.later to portal_edge")
    assert clone("portal_edge").rows("select * from portal.later") == []
    # Not even to its owner, which is why data is repaired by portal_maintenance.
    assert owner.rows("select * from portal.later") == []
    owner.rows("reset role")
    assert owner.rows("select * from portal.later") == [{"account_id": 1}]


def next_notice(edge):
    """A notice is sent after the commit that caused it."""
    deadline = time.monotonic() + 10
    while not edge.connection.notifies:
        select.select([edge.connection], [], [], 0.1)
        edge.connection.poll()
        assert time.monotonic() < deadline, "no notice came"
    return edge.connection.notifies.pop(0)


def test_the_module_hears_of_changed_hosts_and_of_nothing_else(clone, world):
    edge, maintenance = clone("portal_edge"), clone("portal_maintenance")
    edge.run("listen_hosts")
    for change in ("update portal.account set suspended_at = now() where account_id = %s", "delete from portal.account_host where account_id = %s"):
        maintenance.rows(change, (world.northside,))
        assert next_notice(edge).channel == "portal_hosts"
    maintenance.rows("update portal.member set last_sign_in_at = now()")
    maintenance.rows("update portal.job set status = status")
    maintenance.rows("notify portal_hosts, 'the end'")
    assert next_notice(edge).payload == "the end"
    edge.run("enter_host_map")
    edge.begin()
    edge.run("enter_host_map")
    assert [row["host"] for row in edge.run("load_host_map")] == ["brightwater.localhost"]
    edge.rollback()


def test_suspension_is_told_with_the_hosts(stage, world):
    stage("portal_maintenance").rows("update portal.account set suspended_at = now() where account_id = %s", (world.northside,))
    edge = stage("portal_edge")
    edge.run("enter_host_map")
    rows = edge.run("load_host_map")
    assert {row["slug"]: row["suspended"] for row in rows} == {"brightwater": False, "northside": True}
    assert {row["time_zone"] for row in rows} == {"Europe/London", "Europe/Madrid"}


def test_a_database_of_another_encoding_is_refused(demo):
    demo.execute("create database sql_latin template template0 encoding 'LATIN1' locale 'C'", database="postgres")
    try:
        with pytest.raises(subprocess.CalledProcessError):
            run_psql(demo, SQL / "bootstrap.sql", "sql_latin")
    finally:
        demo.drop_database("sql_latin")


def test_the_demo_is_loaded_once(demo):
    with closing(demo.connect("portal_maintenance", DEMO)) as connection, connection.cursor() as cursor, pytest.raises(psycopg2.errors.UniqueViolation):
        connection.autocommit = False
        for file in sorted(SQL.glob("demo/*.sql")):
            cursor.execute(file.read_text(encoding="utf-8"))
