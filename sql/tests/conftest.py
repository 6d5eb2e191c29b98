"""A database with the demo data, and connections as the roles that the programs use."""

import itertools
import os
from contextlib import closing

import pytest
from named import DEMO, SQL, Session, StagedSession, World
from support import postgres
from support.fixtures import *  # noqa: F403

NUMBERS = itertools.count(1)


def load_demo(connection) -> None:
    """As `portalctl demo` does, with a password hash that no password has."""
    connection.autocommit = False
    with connection, connection.cursor() as cursor:
        for file in sorted(SQL.glob("demo/*.sql")):
            cursor.execute(file.read_text(encoding="utf-8"))
        cursor.execute("update portal.member set password_hash = '$argon2id$demo$' || member_id where state = 'active'")
        cursor.execute("""
            insert into portal.session (account_id, token_hash, member_id, membership_id, expires_at)
            select account_id, sha256(convert_to('session ' || membership_id, 'UTF8')), member_id, membership_id, now() + interval '30 days'
            from portal.membership where state = 'active'""")
        cursor.execute("""
            insert into portal.one_time_token (account_id, purpose, token_hash, member_id, membership_id, address, expires_at)
            select ms.account_id, 'activation', sha256(convert_to('activation ' || ms.membership_id, 'UTF8')), ms.member_id, ms.membership_id,
              coalesce(m.email, m.phone), now() + interval '7 days'
            from portal.membership ms join portal.member m using (account_id, member_id) where ms.state = 'invited'""")
        cursor.execute('''
            insert into portal.staff (account_id, email, role, state, password_hash)
            select a.account_id, r.role || '@' || a.slug || '.example.com', r.role, 'active', '$argon2id$demo$staff'
            from portal.account a cross join (values ('viewer'), ('manager'), ('owner')) r (role)''')
        cursor.execute('''
            insert into portal.staff_session (account_id, token_hash, staff_id, expires_at)
            select account_id, sha256(convert_to('staff session ' || staff_id, 'UTF8')), staff_id, now() + interval '7 days' from portal.staff''')
        cursor.execute('''
            insert into portal.staff (account_id, email, role) select account_id, 'invited@' || slug || '.example.com', 'viewer' from portal.account''')
        cursor.execute('''
            insert into portal.staff_token (account_id, purpose, token_hash, staff_id, address, expires_at)
            select account_id, 'activation', sha256(convert_to('staff activation ' || staff_id, 'UTF8')), staff_id, email, now() + interval '7 days'
            from portal.staff where state = 'invited' ''')
        cursor.execute('''
            insert into portal.activity (account_id, actor_kind, staff_id, action) select account_id, 'staff', staff_id, 'signed_in'
            from portal.staff where state = 'active' ''')
    with closing(connection):
        connection.autocommit = True
        connection.cursor().execute("analyze")


@pytest.fixture(scope="session")
def database_server(servers):
    """With room for the race of a hundred claims."""
    with postgres.copy_template(servers / "postgres", settings={"max_connections": "130"}) as server:
        yield server


@pytest.fixture(scope="session")
def demo(database_server):
    """The server; its database sql_demo is for tests that leave nothing behind."""
    database_server.create_database(DEMO)
    load_demo(database_server.connect("portal_maintenance", DEMO))
    return database_server


@pytest.fixture(scope="session")
def world(demo) -> World:
    with closing(demo.connect("portal_maintenance", DEMO)) as connection:
        return World(connection)


@pytest.fixture
def edge(demo):
    """A segment as portal_edge in the demo data; undone at the end."""
    with closing(demo.connect("portal_edge", DEMO)) as connection:
        connection.autocommit = False
        yield Session(connection)
        connection.rollback()


@pytest.fixture
def stage(demo):
    """Sessions of several roles in one transaction on the demo data: `stage("portal_maintenance")`; undone at the end."""
    with closing(demo.connect("postgres", DEMO)) as connection:
        connection.autocommit = False
        yield lambda role: StagedSession(connection, role)
        connection.rollback()


@pytest.fixture
def clone(demo):
    """For tests in which several connections meet. Connects to a copy of the demo data that this test may change: `clone("portal_edge")`, each connection in autocommit mode."""
    name = f"sql_clone_{os.getpid()}_{next(NUMBERS)}"
    demo.execute(f'create database "{name}" template "{DEMO}"', database="postgres")
    connections = []

    def connect(role: str) -> Session:
        connections.append(demo.connect(role, name))
        return Session(connections[-1])

    connect.database = name
    yield connect
    for connection in connections:
        connection.close()
    demo.drop_database(name)
