"""portalctl migrate on databases that only the bootstrap has seen, and with SQL folders that went wrong."""

import shutil
import time
from contextlib import closing

import pytest

from support import places, postgres
from support.portalctl import Portalctl

MIGRATIONS = sorted(path.stem for path in (places.ROOT / "sql/migrations").glob("*.sql"))


@pytest.fixture
def portalctl(database_server):
    """In a database of its own, as an operator has it after sql/bootstrap.sql."""
    name = "migrate_test"
    database_server.drop_database(name)
    database_server.execute(f'CREATE DATABASE "{name}"', database="postgres")
    postgres.run_psql(database_server, places.ROOT / "sql/bootstrap.sql", name)
    yield Portalctl(database_server, database=name)
    database_server.drop_database(name)


@pytest.fixture
def sql_folder(tmp_path):
    """A copy of the SQL files that a test may spoil."""
    folder = tmp_path / "sql"
    for part in ("migrations", "policies"):
        shutil.copytree(places.ROOT / "sql" / part, folder / part)
    return folder


def add_migration(sql_folder, text: str, name: str = "added") -> str:
    stem = f"{len(list((sql_folder / 'migrations').iterdir())) + 1:04}_{name}"
    (sql_folder / "migrations" / f"{stem}.sql").write_text(text)
    return stem


def query(portalctl, statement: str) -> list[tuple]:
    return portalctl.server.execute(statement, database=portalctl.database)


def applied(portalctl) -> list[str]:
    return [name for name, in query(portalctl, "SELECT name FROM portal.schema_migration ORDER BY number")]


def states(portalctl, *words) -> dict[str, str]:
    return {line["name"]: line["state"] for line in portalctl.json("migrate", "status", *words)["migrations"]}


def test_brings_an_empty_database_to_the_schema(portalctl):
    assert states(portalctl) == dict.fromkeys(MIGRATIONS, "pending")
    printed = portalctl("migrate")
    assert [line.removeprefix("Applied ") for line in printed.splitlines()] == [*MIGRATIONS, "the policies"]
    assert applied(portalctl) == MIGRATIONS
    assert query(portalctl, "SELECT number FROM portal.schema_state") == [(len(MIGRATIONS),)]
    assert states(portalctl) == dict.fromkeys(MIGRATIONS, "applied")
    assert portalctl.json("migrate", "status")["policies"] == "applied"
    owners = query(portalctl, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'portal'")
    assert owners == [("portal_owner",)]


def test_a_second_time_changes_nothing(portalctl):
    portalctl("migrate")
    before = query(portalctl, "SELECT number, applied_at FROM portal.schema_migration ORDER BY number")
    assert portalctl("migrate") == "The schema is current.\n"
    assert query(portalctl, "SELECT number, applied_at FROM portal.schema_migration ORDER BY number") == before


def test_a_dry_run_says_what_and_changes_nothing(portalctl):
    printed = portalctl("migrate", "--dry-run")
    assert [line.removeprefix("Would apply ") for line in printed.splitlines()] == [*MIGRATIONS, "the policies"]
    assert applied(portalctl) == []
    assert query(portalctl, "SELECT count(*) FROM pg_tables WHERE schemaname = 'portal' AND tablename = 'account'") == [(0,)]


def test_refuses_a_migration_that_was_changed_after_it_was_applied(portalctl, sql_folder):
    portalctl("migrate", "--sql-dir", sql_folder)
    first = sql_folder / "migrations" / f"{MIGRATIONS[0]}.sql"
    first.write_text(first.read_text() + "\n-- a small improvement\n")
    added = add_migration(sql_folder, "create table portal.added (id bigint);")
    for words in ((), ("--dry-run",)):
        assert MIGRATIONS[0] in portalctl.refuses("migrate", "--sql-dir", sql_folder, *words)
    assert added not in applied(portalctl)
    assert states(portalctl, "--sql-dir", sql_folder) == {**dict.fromkeys(MIGRATIONS, "applied"), MIGRATIONS[0]: "changed", added: "pending"}


def test_refuses_a_database_that_is_ahead(portalctl, sql_folder):
    added = add_migration(sql_folder, "create table portal.added (id bigint);")
    portalctl("migrate", "--sql-dir", sql_folder)
    assert added in portalctl.refuses("migrate")
    assert states(portalctl)[added] == "unknown"


@pytest.mark.parametrize("name", ["0099_gap.sql", "nonsense.sql", "0001_twice.sql"])
def test_refuses_a_folder_whose_numbers_are_not_in_order(portalctl, sql_folder, name):
    (sql_folder / "migrations" / name).write_text("select 1;")
    assert "numbered" in portalctl.refuses("migrate", "--sql-dir", sql_folder)
    assert applied(portalctl) == []


def test_a_migration_that_fails_leaves_nothing_of_itself(portalctl, sql_folder):
    good = add_migration(sql_folder, "create table portal.good (id bigint);")
    bad = add_migration(sql_folder, "create table portal.half (id bigint);\nselect 1 / 0;", "bad")
    sentence = portalctl.refuses("migrate", "--sql-dir", sql_folder)
    assert sentence.startswith(f"{bad}: ") and "division by zero" in sentence
    assert applied(portalctl) == [*MIGRATIONS, good]
    assert query(portalctl, "SELECT to_regclass('portal.half')") == [(None,)]
    # Put right, it goes on from there.
    (sql_folder / "migrations" / f"{bad}.sql").write_text("create table portal.whole (id bigint);")
    portalctl("migrate", "--sql-dir", sql_folder)
    assert applied(portalctl) == [*MIGRATIONS, good, bad]


def test_statements_without_a_transaction_run_one_by_one(portalctl, sql_folder):
    portalctl("migrate", "--sql-dir", sql_folder)
    concurrently = "drop index concurrently if exists portal.added;\n-- next\ncreate index concurrently added on portal.account (name);\n"
    wrong = add_migration(sql_folder, concurrently.replace("-- next\n", ""))
    assert "CONCURRENTLY" in portalctl.refuses("migrate", "--sql-dir", sql_folder)
    (sql_folder / "migrations" / f"{wrong}.sql").write_text("-- no transaction\n" + concurrently)
    portalctl("migrate", "--sql-dir", sql_folder)
    assert query(portalctl, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'portal.added'::regclass") == [(True,)]


def test_gives_up_a_lock_that_does_not_come(portalctl, sql_folder):
    portalctl("migrate", "--sql-dir", sql_folder)
    added = add_migration(sql_folder, "alter table portal.account add column added bigint;")
    with closing(portalctl.server.connect(database=portalctl.database)) as other:
        other.autocommit = False
        other.cursor().execute("LOCK TABLE portal.account IN ACCESS SHARE MODE")
        started = time.monotonic()
        assert "lock" in portalctl.refuses("migrate", "--sql-dir", sql_folder)
        assert 1.5 < time.monotonic() - started < 10
    portalctl("migrate", "--sql-dir", sql_folder)
    assert added in applied(portalctl)


def test_two_at_once_take_turns(portalctl, sql_folder):
    add_migration(sql_folder, "select pg_sleep(1);")
    both = [portalctl.start("migrate", "--sql-dir", sql_folder) for _ in range(2)]
    outputs = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert sorted(output == "The schema is current.\n" for output, _ in outputs) == [False, True]


def test_policies_are_applied_again_when_one_changes(portalctl, sql_folder):
    portalctl("migrate", "--sql-dir", sql_folder)
    (sql_folder / "policies/99_added.sql").write_text("grant select (created_at) on portal.account to portal_edge;")
    assert portalctl.json("migrate", "status", "--sql-dir", sql_folder)["policies"] == "pending"
    assert portalctl("migrate", "--sql-dir", sql_folder) == "Applied the policies\n"
    allowed = "SELECT has_column_privilege('portal_edge', 'portal.account', 'created_at', 'SELECT')"
    assert query(portalctl, allowed) == [(True,)]
    (sql_folder / "policies/99_added.sql").unlink()
    portalctl("migrate", "--sql-dir", sql_folder)
    assert query(portalctl, allowed) == [(False,)]


def test_policies_close_a_table_that_a_migration_brings(portalctl, sql_folder):
    portalctl("migrate", "--sql-dir", sql_folder)
    add_migration(sql_folder, "create table portal.added (account_id bigint not null references portal.account primary key);")
    portalctl("migrate", "--sql-dir", sql_folder)
    closed = "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = 'portal.added'::regclass"
    assert query(portalctl, closed) == [(True,)]


def test_policies_are_all_or_nothing(portalctl, sql_folder):
    portalctl("migrate", "--sql-dir", sql_folder)
    policies = "SELECT count(*) FROM pg_policies WHERE schemaname = 'portal'"
    before = query(portalctl, policies)
    (sql_folder / "policies/99_broken.sql").write_text("grant nonsense;")
    assert portalctl.refuses("migrate", "--sql-dir", sql_folder).startswith("99_broken: ")
    assert query(portalctl, policies) == before != [(0,)]


def test_a_migration_can_change_data_behind_forced_policies(portalctl, sql_folder):
    portalctl("migrate", "--sql-dir", sql_folder)
    query(portalctl, "INSERT INTO portal.account (slug, name, time_zone) VALUES ('a', 'Before', 'UTC')")
    # As the owner, behind forced policies, it would silently change nothing.
    add_migration(sql_folder, "set local role portal_maintenance;\nupdate portal.account set name = 'After';")
    add_migration(sql_folder, "create table portal.later (id bigint);", "later")
    portalctl("migrate", "--sql-dir", sql_folder)
    assert query(portalctl, "SELECT name FROM portal.account") == [("After",)]
    assert query(portalctl, "SELECT tableowner FROM pg_tables WHERE tablename = 'later'") == [("portal_owner",)]


def test_asks_for_the_bootstrap(portalctl, database_server):
    finished = portalctl.run("migrate", "--database", database_server.conninfo("portal_maintenance", "postgres"))
    assert finished.returncode == 1
    assert "sql/bootstrap.sql" in finished.stderr


def test_asks_for_a_folder_that_is_one(portalctl, tmp_path):
    assert "no folder migrations" in portalctl.refuses("migrate", "--sql-dir", tmp_path)
