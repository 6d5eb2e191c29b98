"""Runs the named statements as the module does, by name and typed parameters, and knows the demo data."""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from psycopg2.extras import RealDictCursor

ROOT = Path(__file__).resolve().parents[2]
SQL = ROOT / "sql"
DEMO = "sql_demo"  # the database with the demo data
sys.path.insert(0, str(ROOT / "tools"))

import generate_statements  # noqa: E402

MODULE = {statement.name: statement for statement in generate_statements.parse_folder(SQL / "queries")}
PORTALCTL = {statement.name: statement for statement in generate_statements.parse_folder(SQL / "portalctl")}


def sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


# What each connection has prepared, as the module prepares a statement once for each connection.
PREPARED: WeakKeyDictionary = WeakKeyDictionary()


def prepare(connection, statement: generate_statements.Statement, with_filters: bool) -> str:
    """The name under which the connection can execute it."""
    name = f"{statement.name}{'' if with_filters else '_unfiltered'}"
    names = PREPARED.setdefault(connection, set())
    if name not in names:
        types = ", ".join(value.type_name for value in statement.parameters)
        with connection.cursor() as cursor:
            cursor.execute(f"prepare {name}{f' ({types})' if types else ''} as {statement.text(with_filters)}")
        names.add(name)
    return name


def call(connection, statement: generate_statements.Statement, with_filters: bool = True) -> str:
    """EXECUTE with psycopg2's placeholders, each cast to its declared type."""
    if statement.body.lower().startswith("listen"):
        return statement.text()
    values = ", ".join(f"%({value.name})s::{value.type_name}" for value in statement.parameters)
    return f"execute {prepare(connection, statement, with_filters)}{f' ({values})' if values else ''}"


def job_columns(lines: list[dict]) -> dict[str, list]:
    """What import_jobs is called with for lines that say what its columns hold, as the module does it (core/features/import/job_rows.cpp)."""
    nothing = {"bigint[]": 0, "text[]": ""}

    def value(line: dict, name: str, type_name: str):
        found = line.get({"job_template": "template"}.get(name, name))
        if found is None:
            return -1 if name == "version" else nothing[type_name]
        return found if type_name == "bigint[]" or isinstance(found, str) else json.dumps(found)

    columns = {each.name: [value(line, each.name, each.type_name) for line in lines] for each in MODULE["import_jobs"].parameters if each.type_name in nothing}
    columns = {name: column if any(each not in ("", 0) for each in column) or name == "line" else [] for name, column in columns.items()}
    named = {"clients": "client", "sites": "site", "templates": "job_template", "workers": "worker", "teams": "team"}
    return columns | {name: sorted({each for each in columns[column] if each}) for name, column in named.items()}


def lines_of(kind: str, lines) -> dict:
    """The parameters of an import that are the lines themselves."""
    numbered = [{"line": number, **line} for number, line in enumerate(lines, 1)]
    return job_columns(numbered) if kind == "jobs" else {"rows": json.dumps(numbered)}


@dataclass(frozen=True)
class Membership:
    account_id: int
    member_id: int
    membership_id: int
    client_id: int
    email: str
    permissions: tuple[str, ...]

    @property
    def session_hash(self) -> bytes:
        return sha256(f"session {self.membership_id}")

    def scope(self) -> dict[str, int]:
        return {"account_id": self.account_id, "client_id": self.client_id}


@dataclass(frozen=True)
class Staff:
    account_id: int
    staff_id: int
    role: str
    email: str

    @property
    def session_hash(self) -> bytes:
        return sha256(f"staff session {self.staff_id}")


class Session:
    """One connection."""

    def __init__(self, connection):
        self.connection = connection

    def execute(self, cursor, text: str, parameters=None) -> None:
        cursor.execute(text, parameters)

    def rows(self, text: str, parameters=None) -> list[dict]:
        with self.connection.cursor(cursor_factory=RealDictCursor) as cursor:
            self.execute(cursor, text, parameters)
            return [dict(row) for row in cursor.fetchall()] if cursor.description else []

    def value(self, text: str, parameters=None):
        with self.connection.cursor() as cursor:
            self.execute(cursor, text, parameters)
            return cursor.fetchone()[0]

    def run(self, name: str, *, with_filters: bool = True, **values) -> list[dict]:
        """The rows under their declared names. Parameters that may be null may be left out."""
        statement = MODULE[name]
        known = {parameter.name for parameter in statement.parameters}
        required = {parameter.name for parameter in statement.parameters if not parameter.nullable}
        assert set(values) <= known and required <= set(values), f"{name} takes {known}, got {set(values)}"
        with self.connection.cursor() as cursor:
            self.execute(cursor, call(self.connection, statement, with_filters), {**dict.fromkeys(known), **values})
            if not statement.columns:
                return []
            return [{column.name: unwrap(item) for column, item in zip(statement.columns, row, strict=True)} for row in cursor.fetchall()]

    def count(self, name: str, **values) -> int:
        """How many rows a statement without columns touched."""
        statement = MODULE[name]
        with self.connection.cursor() as cursor:
            self.execute(cursor, call(self.connection, statement), {**dict.fromkeys(parameter.name for parameter in statement.parameters), **values})
            return cursor.rowcount

    def begin(self) -> None:
        self.rows("begin")

    def commit(self) -> None:
        self.rows("commit")

    def rollback(self) -> None:
        self.rows("rollback")

    def enter_anonymous(self, account_id: int, lookup: bytes = b"") -> None:
        self.run("enter_anonymous", account_id=account_id, lookup=lookup)

    def enter_member(self, who: Membership) -> bool:
        return self.run("enter_member", account_id=who.account_id, session_hash=who.session_hash, membership_id=who.membership_id,
                        permissions=list(who.permissions))[0]["touch"]


    def enter_staff_visitor(self, account_id: int, lookup: bytes = b"") -> None:
        self.run("enter_staff_visitor", account_id=account_id, lookup=lookup)

    def enter_staff(self, who: Staff) -> bool:
        return self.run("enter_staff", account_id=who.account_id, session_hash=who.session_hash, role=who.role)[0]["touch"]


class StagedSession(Session):
    """Plays a role on a superuser's connection that stays in one transaction: what several roles do can be seen by all and be
    undone at the end. A statement that fails is undone alone; begin and rollback are a savepoint."""

    def __init__(self, connection, role: str):
        super().__init__(connection)
        self.role = role

    def execute(self, cursor, text: str, parameters=None) -> None:
        assert text.strip().lower() not in ("begin", "commit", "rollback"), "the demo data is shared"
        cursor.execute(f"set local role {self.role}; savepoint one_statement")
        try:
            cursor.execute(text, parameters)
        except Exception:
            cursor.execute("rollback to savepoint one_statement")
            raise

    def begin(self) -> None:
        self.connection.cursor().execute("savepoint one_segment")

    def commit(self) -> None:
        self.connection.cursor().execute("select set_config('portal.actor', '', true)")

    def rollback(self) -> None:
        self.connection.cursor().execute("rollback to savepoint one_segment")


def unwrap(item):
    return bytes(item) if isinstance(item, memoryview) else item


class World:
    """The ids of the demo data, and all rows of a table."""

    def __init__(self, connection):
        self._session = Session(connection)
        self.accounts = {row["slug"]: row["account_id"] for row in self.table("account")}
        self.brightwater = self.accounts["brightwater"]
        self.northside = self.accounts["northside"]
        self.clients = {row["name"]: row["client_id"] for row in self.table("client")}
        rows = self._session.rows("""select ms.*, m.email, m.state as member_state from portal.membership ms
            join portal.member m using (account_id, member_id) order by ms.membership_id""")
        self.memberships = [
            Membership(row["account_id"], row["member_id"], row["membership_id"], row["client_id"], row["email"], tuple(row["permissions"]))
            for row in rows if row["state"] == "active"
        ]
        self.staff = {row["email"]: Staff(row["account_id"], row["staff_id"], row["role"], row["email"]) for row in self.table("staff")}
        self.invited = {row["email"]: row for row in rows if row["state"] == "invited"}
        self.tables = {}
        for row in self._session.rows("select relname from pg_class where relnamespace = 'portal'::regnamespace and relkind = 'r'"):
            self.tables[row["relname"]] = self.table(row["relname"])

    def table(self, name: str) -> list[dict]:
        return [{key: unwrap(item) for key, item in row.items()} for row in self._session.rows(f"select * from portal.{name}")]

    def membership(self, email: str, client: str) -> Membership:
        client_id = self.clients[client]
        return next(item for item in self.memberships if item.email == email and item.client_id == client_id)

    def staff_of(self, role: str, slug: str = "brightwater") -> Staff:
        return self.staff[f"{role}@{slug}.example.com"]

    @property
    def alex(self) -> Membership:
        return self.membership("alex.morgan@acme.example.com", "Acme Facilities Ltd")
