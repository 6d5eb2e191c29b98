"""Every named statement is what it declares: prepared through libpq with the declared types as the role that will run it,
described by PostgreSQL, and allowed to run."""

import ctypes
import os
import re
import subprocess
import sys

import psycopg2
import pytest
from named import DEMO, MODULE, PORTALCTL, ROOT, SQL, Session, call

from generate_statements import FormatError, parse_file, parse_folder

COMMAND_OK = 1
# Commands that cannot be explained and need no rights to a table.
UTILITY = ("listen", "notify", "begin", "commit", "rollback", "set ")
pq = ctypes.CDLL("libpq.so.5")
for name, result, arguments in [
    ("PQconnectdb", ctypes.c_void_p, [ctypes.c_char_p]), ("PQfinish", None, [ctypes.c_void_p]),
    ("PQprepare", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]),
    ("PQdescribePrepared", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]), ("PQclear", None, [ctypes.c_void_p]),
    ("PQresultStatus", ctypes.c_int, [ctypes.c_void_p]), ("PQresultErrorMessage", ctypes.c_char_p, [ctypes.c_void_p]),
    ("PQnfields", ctypes.c_int, [ctypes.c_void_p]), ("PQftype", ctypes.c_uint, [ctypes.c_void_p, ctypes.c_int]),
    ("PQnparams", ctypes.c_int, [ctypes.c_void_p]), ("PQparamtype", ctypes.c_uint, [ctypes.c_void_p, ctypes.c_int]),
]:
    getattr(pq, name).restype, getattr(pq, name).argtypes = result, arguments


class Libpq:
    def __init__(self, conninfo: str):
        self._connection = pq.PQconnectdb(conninfo.encode())

    def close(self) -> None:
        pq.PQfinish(self._connection)

    def describe(self, name: str, text: str, types: list[int]) -> tuple[list[int], list[int]]:
        """The types of the parameters and of the columns, as PostgreSQL sees them."""
        oids = (ctypes.c_uint * max(1, len(types)))(*types)
        self._checked(pq.PQprepare(self._connection, name.encode(), text.encode(), len(types), oids), lambda _: None)
        return self._checked(pq.PQdescribePrepared(self._connection, name.encode()), lambda result: (
            [pq.PQparamtype(result, number) for number in range(pq.PQnparams(result))],
            [pq.PQftype(result, number) for number in range(pq.PQnfields(result))]))

    @staticmethod
    def _checked(result, read):
        try:
            assert pq.PQresultStatus(result) == COMMAND_OK, pq.PQresultErrorMessage(result).decode()
            return read(result)
        finally:
            pq.PQclear(result)


@pytest.fixture(scope="module")
def connections(demo):
    opened = {}

    # Another application's database has its own roles and nothing of the portal but the kit.
    application = f"sql_application_{os.getpid()}"
    demo.execute(f'create database "{application}"', database="postgres")
    demo.execute((SQL / "kit/follow.sql").read_text(), database=application)

    def connect(role: str) -> Libpq:
        if role not in opened:
            opened[role] = Libpq(demo.conninfo("postgres", application) if role == "application" else demo.conninfo(role, DEMO))
        return opened[role]

    yield connect
    for connection in opened.values():
        connection.close()
    demo.drop_database(application)


@pytest.mark.parametrize("with_filters", [True, False], ids=["filtered", "unfiltered"])
@pytest.mark.parametrize("statement", [*MODULE.values(), *PORTALCTL.values()], ids=lambda statement: statement.name)
def test_prepares_and_describes_as_declared(connections, statement, with_filters):
    declared = [value.type.oid for value in statement.parameters]
    name = f"{statement.file.parent.name}.{statement.name}.{with_filters}"
    parameters, columns = connections(statement.role).describe(name, statement.text(with_filters), declared)
    assert parameters == declared
    assert columns == [value.type.oid for value in statement.columns]


@pytest.mark.parametrize("statement", MODULE.values(), ids=lambda statement: statement.name)
def test_the_module_may_run_it(edge, statement):
    """Preparing asks for no rights, planning with a parameter does."""
    if statement.text().startswith(UTILITY):
        edge.rows(statement.text())
        return
    edge.rows("explain " + call(edge.connection, statement), {value.name: None for value in statement.parameters})


def test_the_module_and_portalctl_have_statements_of_their_own():
    assert {statement.role for statement in MODULE.values()} == {"portal_edge"}
    assert {statement.role for statement in PORTALCTL.values()} == {"portal_maintenance", "portal_courier", "application"}


@pytest.mark.parametrize("statement", [statement for statement in PORTALCTL.values() if statement.role == "portal_courier"], ids=lambda statement: statement.name)
def test_the_courier_may_run_it(stage, statement):
    courier = stage("portal_courier")
    if statement.text().startswith(UTILITY):
        courier.rows(statement.text())
        return
    courier.rows("explain " + call(courier.connection, statement), {value.name: None for value in statement.parameters})


def test_what_reads_or_writes_an_accounts_table_has_a_filter():
    """The exceptions only insert, enter, or speak of no account."""
    # What only calls a function names no table; the function asks for the account in each of its statements.
    functions = re.compile(r"portal\.\w+\(|::portal\.")
    calls = {name for name, statement in MODULE.items() if "portal." in statement.body and "portal." not in functions.sub("", statement.body)
             and not name.startswith("enter_")}
    without = {name for name, statement in MODULE.items() if "/*filter*/" not in statement.body} - calls
    without -= {"lock_files_for_row"}  # which reads nothing
    assert without == {"enter_host_map", "enter_anonymous", "enter_member", "load_host_map", "schema_state", "listen_hosts", "listen_changes", "create_token",
                       "create_outbox_message", "note_password_reset", "enter_staff", "enter_staff_visitor", "enter_preview", "record_activity", "record_opened", "create_staff_message", "add_staff_user", "begin_repeatable", "note_sign_in_failure", "touch_api_key",
                       "enter_key", "create_api_key", "begin_import"}


BAD_FILES = [
    ("-- name: a\nselect :x;\n", 1, "not declared: x"),
    ("-- name: a\n-- parameters: x bigint\nselect 1;\n", 1, "not used: x"),
    ("-- name: a\n-- parameters: x int\nselect :x;\n", 2, '"x int"'),
    ("-- name: a\n-- parameters: x bigint, x text\nselect :x;\n", 2, "declared twice"),
    ("-- name: a\n-- columns: x json!\nselect 1;\n", 2, '"x json!"'),
    ("-- name: a\n-- parameters: x json\nselect :x;\n", 1, "not a type for parameters"),
    ("-- name: A b\nselect 1;\n", 1, "not a name"),
    ("-- name: a\nselect 1\n", 1, "semicolon"),
    ("-- name: a\nselect 1; select 2;\n", 1, "semicolon"),
    ("-- name: a\nselect 1 -- why\n;\n", 1, "comments"),
    ("-- name: a\nselect $1;\n", 1, "dollar"),
    ("-- name: a\nselect 1 /*filter*/;\n", 1, "filter"),
    ("select 1;\n", 1, "before the first statement"),
    ("-- name: a\nselect 1;\n-- parameters: x bigint\n", 3, "head of a statement"),
    ("-- name: a\nselect 1;\n-- role: portal_edge\n", 3, "the role stands"),
]


@pytest.mark.parametrize("text, line, message", BAD_FILES, ids=[message for _, _, message in BAD_FILES])
def test_a_wrong_file_is_refused_by_name_and_line(tmp_path, text, line, message):
    file = tmp_path / "wrong.sql"
    file.write_text(text)
    with pytest.raises(FormatError) as raised:
        parse_file(file)
    assert str(raised.value).startswith(f"{file}:{line}: error: ") and message in str(raised.value)


def test_a_name_is_given_once(tmp_path):
    (tmp_path / "one.sql").write_text("-- name: a\nselect 1;\n")
    (tmp_path / "two.sql").write_text("-- name: b\nselect 1;\n-- name: a\nselect 2;\n")
    with pytest.raises(FormatError) as raised:
        parse_folder(tmp_path)
    assert str(raised.value).startswith(f"{tmp_path}/two.sql:3: ") and "one.sql:1" in str(raised.value)


def test_parameters_are_numbered_as_declared_and_nothing_else_is_touched(tmp_path):
    file = tmp_path / "good.sql"
    file.write_text("""-- Why.
-- name: good
-- parameters: first bigint, second text?,
--   third jsonb
-- columns: a text
select ':first' || :second::text || ":third" from t
-- A comment of its own.
where true /*filter*/ and x = :first /*end filter*/ and y = :third and z = :second;
""")
    [statement] = parse_file(file)
    assert statement.text() == "select ':first' || $2::text || \":third\" from t\nwhere true  and x = $1  and y = $3 and z = $2"
    assert statement.text(with_filters=False) == "select ':first' || $2::text || \":third\" from t\nwhere true  and y = $3 and z = $2"
    assert [(value.name, value.type_name, value.nullable) for value in statement.parameters] == [
        ("first", "bigint", False), ("second", "text", True), ("third", "jsonb", False)]


def test_an_error_stops_the_build_and_unchanged_files_are_left_alone(tmp_path):
    queries, output = tmp_path / "queries", tmp_path / "out"
    queries.mkdir()
    (queries / "some.sql").write_text("-- name: one\nselect 1;\n")
    command = [sys.executable, ROOT / "tools/generate_statements.py", "--queries", queries, "--output", output]
    listed = subprocess.run([*command, "--list"], check=True, capture_output=True, text=True).stdout.split()
    subprocess.run(command, check=True)
    assert sorted(map(str, output.rglob("*.?pp"))) == sorted(listed)
    written = {path: path.stat().st_mtime_ns for path in output.rglob("*.?pp")}
    subprocess.run(command, check=True)
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*.?pp")} == written
    (queries / "some.sql").write_text("-- name: one\nselect :x;\n")
    failed = subprocess.run(command, capture_output=True, text=True)
    assert failed.returncode == 1 and failed.stderr.startswith(f"{queries}/some.sql:1: error: one: ")


def test_a_statement_that_uses_a_column_without_right_is_found(edge):
    """The control of test_the_module_may_run_it."""
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        Session(edge.connection).rows("explain select created_at from portal.job")


def test_the_folder_of_the_queries_is_not_empty():
    assert len(list(SQL.glob("queries/*.sql"))) >= 6 and len(MODULE) > 25
