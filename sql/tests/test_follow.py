"""The kit for another application (sql/kit/follow.sql): what its triggers queue, and that nothing is lost, whoever commits when."""

import hashlib
import io
import itertools
import json
import threading
import time
from contextlib import closing

import psycopg2
import pytest
from named import PORTALCTL, SQL, Session, call, unwrap

NUMBERS = itertools.count(1)
KIT = SQL / "kit/follow.sql"
KINDS = ["clients", "sites", "contacts", "fields", "templates", "workers", "positions", "teams", "jobs", "documents", "invoices", "quotes"]

APPLICATION = """
create schema crm;
create table crm.customer (id bigint primary key, name text not null);
create table crm.visit (id text primary key, customer_id bigint references crm.customer on delete cascade, day date, hours integer, secret text);
create view crm.portal_clients as select c.id as external_id, 'organisation' as kind, c.name as organisation_name from crm.customer c;
create view crm.portal_jobs as
  select v.id as external_id, 7 as version, v.customer_id::text as client, 'scheduled' as status, v.day::timestamptz as scheduled_at, 60 / v.hours as duration_minutes,
    jsonb_build_object('hours', v.hours, 'nothing', null) as custom
  from crm.visit v;
"""
WATCH = """
select portal_follow.watch('clients', 'crm.customer', 'crm.portal_clients', 'id');
select portal_follow.watch('jobs', 'crm.visit', 'crm.portal_jobs', 'id');
"""
VISITS_OF_CUSTOMER = "unnest(array(select v.id from crm.visit v where v.customer_id = changed.id))"


class Application:
    """Its database, in which a role of its own has the tables and the kit and another one works with the tables alone."""

    def __init__(self, server):
        self.server, self.name, self.opened = server, f"follow_{next(NUMBERS)}", []
        server.execute(f'create database "{self.name}"', database="postgres")
        for role in ("crm", "crm_user"):
            server.execute(f"do $$ begin create role {role}; exception when duplicate_object then null; end $$", database="postgres")
        server.execute(f'grant create on database "{self.name}" to crm', database="postgres")
        self.owner = self.connect("crm")
        self.owner.rows(KIT.read_text())
        self.owner.rows(APPLICATION + "grant usage on schema crm to crm_user; grant all on all tables in schema crm to crm_user")

    def connect(self, role: str) -> Session:
        connection = psycopg2.connect(self.server.conninfo("postgres", self.name) + f" options='-c role={role}'")
        connection.autocommit = True
        self.opened.append(connection)
        return Session(connection)

    def run(self, name: str, session: Session | None = None, **values) -> list[dict]:
        """A statement of portalctl, as the owner."""
        statement = PORTALCTL[name]
        session = session or self.owner
        with session.connection.cursor() as cursor:
            cursor.execute(statement.text() if statement.body.startswith("set ") else call(session.connection, statement), values)
            return [{column.name: unwrap(item) for column, item in zip(statement.columns, row, strict=True)} for row in cursor.fetchall()] if statement.columns else []

    def queued(self) -> list[tuple]:
        """What waits, each thing once; the queue is empty then."""
        self.run("look_up_followed")
        rows = self.owner.rows("delete from portal_follow.queue returning kind, external_id")
        return sorted({(row["kind"], row["external_id"] or "*") for row in rows})

    def lines(self, kind: str, *ids: str, line_bytes: int = 1 << 18, enough: int = 1 << 23) -> dict:
        rows = self.run("read_followed_lines", kind=kind, external_ids=list(ids), line_bytes=line_bytes, bytes=enough)
        return {row["external_id"]: json.loads(row["line"]) if row["line"] else row["problem"] for row in rows}

    def take(self, maximum: int = 5000, resting: tuple = (), newest: int = 1 << 62) -> list[dict]:
        return self.run("take_queue", resting=list(resting), newest=newest, maximum=maximum)

    def acknowledge(self, kind: str, rows: list[dict], taken=(), gone=(), failures=()) -> dict:
        return self.run("acknowledge_followed", kind=kind, queue_ids=[row["queue_id"] for row in rows], taken=list(taken), gone=list(gone),
                        failures=json.dumps([{"external_id": each, "code": code, "pointer": "/client"} for each, code in failures]))[0]

    def close(self):
        for connection in self.opened:
            connection.close()
        self.server.drop_database(self.name)


@pytest.fixture
def application(database_server):
    made = Application(database_server)
    made.owner.rows(WATCH)
    with closing(made):
        yield made


@pytest.fixture
def user(application) -> Session:
    return application.connect("crm_user")


def test_what_changes_is_queued_by_its_key(application, user):
    """By somebody who may not look into the kit."""
    user.rows("insert into crm.customer values (1, 'Acme'), (2, 'Other')")
    user.rows("insert into crm.visit values ('V-1', 1, '2026-11-16', 2), ('V-2', 2, '2026-11-17', 1)")
    assert application.queued() == [("clients", "1"), ("clients", "2"), ("jobs", "V-1"), ("jobs", "V-2")]
    user.rows("update crm.visit set hours = 3 where id = 'V-1'")
    assert application.queued() == [("jobs", "V-1")]
    user.rows("update crm.visit set id = 'V-9' where id = 'V-2'")
    assert application.queued() == [("jobs", "V-2"), ("jobs", "V-9")]
    user.rows("insert into crm.customer values (1, 'Acme Ltd') on conflict (id) do update set name = excluded.name")
    assert application.queued() == [("clients", "1")]
    user.rows("delete from crm.customer where id = 1")
    assert application.queued() == [("clients", "1"), ("jobs", "V-1")]
    user.rows("update crm.visit set hours = 3 where false")
    assert application.queued() == []
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        user.rows("select from portal_follow.queue")


def test_truncating_and_copying(application, user):
    with user.connection.cursor() as cursor:
        cursor.copy_expert("copy crm.customer from stdin", io.StringIO("1\tAcme\n2\tOther\n"))
    assert application.queued() == [("clients", "1"), ("clients", "2")]
    application.acknowledge("clients", [], taken=["1"], failures=[("2", "invalid_text")])
    user.rows("truncate crm.customer cascade")
    user.rows("insert into crm.customer values (3, 'New')")
    assert application.run("list_whole_kinds") == [{"kind": "clients"}, {"kind": "jobs"}]
    assert application.run("queue_whole_kind", kind="clients") == [{"queued": 3}]
    assert application.run("list_whole_kinds") == [{"kind": "jobs"}]
    assert set(application.queued()) == {("clients", "1"), ("clients", "2"), ("clients", "3"), ("jobs", "*")}


def test_what_is_undone_was_never_there(application, user):
    user.begin()
    user.rows("insert into crm.customer values (1, 'Acme')")
    user.rows("savepoint here")
    user.rows("insert into crm.customer values (2, 'Other')")
    user.rows("rollback to here")
    user.commit()
    assert application.queued() == [("clients", "1")]
    user.begin()
    user.rows("update crm.customer set name = 'Else'")
    user.rollback()
    assert application.queued() == []


@pytest.mark.parametrize("first, second", [(0, 1), (1, 0)], ids=["in order", "the later one first"])
def test_two_transactions_change_the_same_thing(application, first, second):
    """The one that has the lower number in the queue may be committed last: by then the other one was taken and acknowledged."""
    application.owner.rows("insert into crm.customer values (1, 'Acme'), (2, 'Other'); insert into crm.visit values ('V-1', 1, '2026-11-16', 1)")
    application.queued()
    application.owner.rows("select portal_follow.watch('jobs', 'crm.customer', 'crm.portal_jobs', %s)", (VISITS_OF_CUSTOMER,))
    sessions = [application.connect("crm_user"), application.connect("crm_user")]
    sessions[0].begin()
    sessions[0].rows("update crm.customer set name = 'Acme Ltd' where id = 1")
    sessions[1].begin()
    sessions[1].rows("update crm.visit set hours = 2 where id = 'V-1'")
    for number in (first, second):
        sessions[number].commit()
        application.run("look_up_followed")
        rows = application.take(resting=("clients",))
        assert [(row["kind"], row["external_id"]) for row in rows] == [("jobs", "V-1")]
        application.acknowledge("jobs", rows, taken=["V-1"])
    assert application.take(resting=("clients",)) == []


def test_a_change_while_the_batch_is_fed_is_fed_next(application, user):
    user.rows("insert into crm.customer values (1, 'Acme')")
    rows = application.take()
    assert application.lines("clients", "1")["1"]["organisation_name"] == "Acme"
    user.rows("update crm.customer set name = 'Acme Ltd'")
    application.acknowledge("clients", rows, taken=["1"])
    rows = application.take()
    assert [row["external_id"] for row in rows] == ["1"]
    assert application.lines("clients", "1")["1"]["organisation_name"] == "Acme Ltd"
    application.acknowledge("clients", rows, taken=["1"])
    assert application.take() == []


def test_queue_and_lines_are_of_one_moment(application, user):
    """Else a job could be read that names a client of whom nothing was to be seen in the queue yet."""
    user.rows("insert into crm.customer values (1, 'Acme'); insert into crm.visit values ('V-1', 1, '2026-11-16', 1)")
    application.acknowledge("clients", application.take())
    application.owner.begin()
    application.run("hold_one_moment")
    [row] = application.take()
    user.rows("insert into crm.customer values (2, 'Other'); update crm.visit set customer_id = 2")
    assert (row["kind"], application.lines("jobs", "V-1")["V-1"]["client"]) == ("jobs", "1")
    application.owner.commit()
    assert [(row["kind"], row["external_id"]) for row in application.take()] == [("clients", "2")]


def test_transactions_of_the_application_never_wait_for_each_other(application):
    one, other = application.connect("crm_user"), application.connect("crm_user")
    one.begin()
    one.rows("insert into crm.customer values (1, 'Acme')")
    other.rows("set statement_timeout = '2s'")
    other.rows("insert into crm.customer values (2, 'Other'); update crm.customer set name = 'Else' where id = 2")
    one.commit()
    assert application.queued() == [("clients", "1"), ("clients", "2")]


def test_many_at_once_lose_nothing(application):
    """Writers change, a runner takes and acknowledges what it saw: in the end it has seen the last state of each."""
    application.owner.rows("insert into crm.customer select n, '0' from generate_series(1, 5) n")
    ends = threading.Event()
    seen = {}

    def write(session: Session, seed: int):
        for number in range(60):
            session.rows("update crm.customer set name = %s where id = %s", (f"{seed} {number}", 1 + (number + seed) % 5))

    def run():
        while True:
            is_last = ends.is_set()
            application.owner.begin()
            application.run("hold_one_moment")
            rows = application.take(7)
            lines = application.lines("clients", *{row["external_id"] for row in rows})
            application.owner.commit()
            seen.update({each: line["organisation_name"] for each, line in lines.items()})
            application.acknowledge("clients", rows, taken=list(lines))
            if is_last and not rows:
                return

    writers = [threading.Thread(target=write, args=(application.connect("crm_user"), seed)) for seed in range(4)]
    runner = threading.Thread(target=run)
    for thread in (*writers, runner):
        thread.start()
    for thread in writers:
        thread.join()
    ends.set()
    runner.join()
    assert seen == {str(row["id"]): row["name"] for row in application.owner.rows("select id, name from crm.customer")}


def test_kinds_come_in_the_order_in_which_they_name_each_other(application):
    application.owner.rows("insert into portal_follow.followed select k, 'crm.portal_clients' from unnest(%s) k on conflict do nothing", (KINDS,))
    application.owner.rows("insert into portal_follow.queue (kind, external_id) select k, 'X' from unnest(%s) k", (sorted(KINDS),))
    order = []
    while rows := application.take():
        order.append(rows[0]["kind"])
        application.acknowledge(rows[0]["kind"], rows)
    assert order == KINDS


def test_what_came_later_comes_after_all_that_waited(application, user):
    user.rows("insert into crm.customer values (1, 'Acme'); insert into crm.visit values ('V-1', 1, null, 1)")
    [round_] = application.run("newest_in_queue", resting=[])
    order = []
    while rows := application.take(newest=round_["newest"]):
        order.append(rows[0]["kind"])
        application.acknowledge(rows[0]["kind"], rows)
        user.rows("update crm.customer set name = name || '!'")
    assert order == ["clients", "jobs"]
    assert application.run("newest_in_queue", resting=[])[0]["newest"] > round_["newest"]
    assert application.run("newest_in_queue", resting=["clients"]) == [{"newest": 0}]


def test_no_more_lines_are_read_than_are_sent(application, user):
    user.rows("insert into crm.customer select n, case when n = 3 then repeat('x', 5000) else repeat('x', 1000) end from generate_series(1, 5) n")
    lines = application.lines("clients", "5", "17", "3", "1", "4", "2", line_bytes=2000, enough=1500)
    assert [line if isinstance(line, str) else len(line["organisation_name"]) for line in map(lines.get, ("5", "3", "1", "4", "2"))] == [1000, "payload_too_large", 1000, "later", "later"]
    assert "17" not in lines
    assert [line if isinstance(line, str) else "read" for line in application.lines("clients", "4", "2", enough=1).values()] == ["read", "later"]


def test_tables_that_are_watched_no_more_are_told(application):
    def blind():
        return [(row["kind"], row["source_table"]) for row in application.run("list_blind_watches")]

    visits = [("jobs", "crm.visit")]
    assert blind() == []
    application.owner.rows("alter table crm.visit disable trigger user")
    assert blind() == visits
    application.owner.rows("alter table crm.visit enable trigger user; alter table crm.visit rename to visit_of_today")
    assert blind() == [], "triggers go with their table"
    application.owner.rows("create table crm.visit (like crm.visit_of_today)")
    assert blind() == visits
    application.owner.rows("drop table crm.visit; drop table crm.visit_of_today cascade")
    assert blind() == visits
    application.owner.rows("select portal_follow.unwatch('jobs')")
    assert blind() == []


def test_lines(application, user):
    """Without nulls at any depth and without a version, since what comes last is the newest; in whatever type the view has its ids."""
    application.owner.rows("set timezone = 'Europe/London'")
    application.run("set_time_zone_of_lines")
    user.rows("insert into crm.customer values (1, 'Acme'); insert into crm.visit values ('V-1', 1, '2026-07-16', 2), ('V-2', 1, null, 1)")
    assert application.lines("clients", "1", "17") == {"1": {"external_id": "1", "kind": "organisation", "organisation_name": "Acme"}}
    assert application.lines("jobs", "V-1", "V-2") == {
        "V-1": {"external_id": "V-1", "client": "1", "status": "scheduled", "scheduled_at": "2026-07-16T00:00:00+00:00", "duration_minutes": 30, "custom": {"hours": 2}},
        "V-2": {"external_id": "V-2", "client": "1", "status": "scheduled", "duration_minutes": 60, "custom": {"hours": 1}}}


def test_a_row_that_the_view_cannot_make_is_alone(application, user):
    user.rows("insert into crm.visit values ('V-1', null, null, 0), ('V-2', null, null, 1)")
    lines = application.lines("jobs", "V-1", "V-2", "V-3")
    assert (lines["V-1"], lines["V-2"]["duration_minutes"], len(lines)) == ("22012", 60, 2)
    application.owner.rows("create or replace view crm.portal_clients as select 5::bigint as external_id, 'person' as kind, k as organisation_name from unnest(array['a', 'b']) k")
    assert application.lines("clients", "5") == {"5": "duplicate"}
    application.owner.rows("drop view crm.portal_jobs")
    with pytest.raises(psycopg2.errors.UndefinedTable):
        application.lines("jobs", "V-2")


def test_a_row_that_concerns_others_concerns_those_that_are_added_meanwhile(application):
    application.owner.rows("select portal_follow.watch('jobs', 'crm.customer', 'crm.portal_jobs', %s)", (VISITS_OF_CUSTOMER,))
    first, second = application.connect("crm_user"), application.connect("crm_user")
    first.rows("insert into crm.customer values (1, 'Acme'), (2, 'Other'); insert into crm.visit values ('V-1', 1, null, 1), ('V-2', 2, null, 1)")
    application.queued()
    first.rows("begin; update crm.customer set name = 'Acme Ltd' where id = 1")
    second.rows("insert into crm.visit values ('V-3', 1, null, 1)")
    assert application.queued() == [("jobs", "V-3")]
    first.rows("commit")
    assert application.queued() == [("clients", "1"), ("jobs", "V-1"), ("jobs", "V-3")]
    first.rows("update crm.customer set name = 'x' where false")
    assert application.queued() == []
    first.rows("truncate crm.customer cascade")
    assert ("jobs", "*") in application.queued()


@pytest.mark.parametrize("change", ["alter table crm.visit rename column customer_id to whose", "alter table crm.customer rename to client",
                                    "select portal_follow.watch('jobs', 'crm.customer', 'crm.portal_jobs', 'id')"])
def test_where_it_cannot_be_looked_up_all_of_the_kind_is_looked_at(application, change):
    application.owner.rows("select portal_follow.watch('jobs', 'crm.customer', 'crm.portal_jobs', %s)", (VISITS_OF_CUSTOMER,))
    application.owner.rows("insert into crm.customer values (1, 'Acme')")
    application.owner.rows(change)
    assert application.run("list_whole_kinds") == ([{"kind": "jobs"}] if "watch" in change else [])
    assert application.queued() == [("clients", "1"), ("jobs", "*")]


def test_ids_of_a_type_that_the_view_has_no_more_are_gone(application, user):
    """They are taken back, and what else is asked for is read."""
    user.rows("insert into crm.visit values ('5', null, null, 1), ('7', null, null, 0)")
    application.owner.rows("drop view crm.portal_jobs")
    application.owner.rows("create view crm.portal_jobs as select v.id::integer as external_id, 60 / v.hours as duration_minutes from crm.visit v")
    assert application.lines("jobs", "V-1", "5", "7", "99999999999") == {"5": {"external_id": "5", "duration_minutes": 60}, "7": "22012"}


def test_an_id_that_no_index_takes_holds_up_nothing(application):
    """It is told by its beginning, is not tried again, and goes when it has gone from the view."""
    long = "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(200))
    failures = "select left(external_id, 200) as external_id, length(external_id) < 256 as short, next_try_at = 'infinity' as for_ever from portal_follow.failure"
    assert application.acknowledge("jobs", [], failures=[(long, "too_long"), (long + "x", "too_long")]) == {"mended": 0, "newly_failed": 2}
    assert application.owner.rows(failures) == [{"external_id": long[:200], "short": True, "for_ever": True}] * 2
    assert application.owner.value("select portal_follow.queue_all('jobs')") == 0
    assert application.acknowledge("jobs", [], failures=[(long, "too_long")]) == {"mended": 0, "newly_failed": 0}
    assert application.acknowledge("jobs", [], gone=[long, long + "x"]) == {"mended": 2, "newly_failed": 0}


def test_the_kit_does_not_go_into_the_schema_of_somebody_else(application):
    other = application.connect("crm_user")
    application.owner.rows("drop schema portal_follow cascade")
    application.server.execute("drop schema if exists portal_follow", database=application.name)
    application.server.execute("create schema portal_follow authorization crm_user; grant all on schema portal_follow to public", database=application.name)
    other.rows("create table portal_follow.followed (kind text primary key, view text not null); grant all on portal_follow.followed to public")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="belongs to crm_user"):
        application.owner.rows(KIT.read_text())
    application.owner.rows("rollback")


def test_the_application_goes_on_when_its_key_is_gone(application, user):
    user.rows("insert into crm.visit values ('V-1', null, null, 1)")
    application.queued()
    application.owner.rows("drop view crm.portal_jobs; alter table crm.visit rename column id to number")
    user.rows("update crm.visit set hours = 2")
    assert "portal_follow" in user.connection.notices[-1]
    assert user.value("select hours from crm.visit") == 2
    assert application.queued() == [("jobs", "*")]


def test_what_failed_is_tried_again_with_growing_pauses(application):
    pause = "select round(extract(epoch from next_try_at - now())) as pause, tries from portal_follow.failure"
    assert application.acknowledge("jobs", [], failures=[("V-1", "unknown_reference")]) == {"mended": 0, "newly_failed": 1}
    pauses = []
    for tries in range(2, 16):
        application.owner.rows("update portal_follow.failure set next_try_at = now()")
        application.run("queue_due_failures")
        rows = application.take()
        assert [row["external_id"] for row in rows] == ["V-1"]
        assert application.owner.value("select next_try_at = 'infinity' from portal_follow.failure")
        assert application.acknowledge("jobs", rows, failures=[("V-1", "unknown_reference")]) == {"mended": 0, "newly_failed": 0}
        [row] = application.owner.rows(pause)
        assert row["tries"] == tries
        pauses.append(int(row["pause"]))
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, *[3600] * 5]
    application.run("hasten_references", kind="jobs")
    assert application.owner.rows(pause)[0]["pause"] == 3600
    application.run("hasten_references", kind="clients")
    assert application.owner.rows(pause)[0]["pause"] == 14
    assert application.acknowledge("jobs", [], gone=["V-1"]) == {"mended": 1, "newly_failed": 0}


def test_one_has_the_turn(application):
    other = application.connect("crm")
    assert application.run("try_turn_of_follower") == [{"taken": True}]
    assert application.run("try_turn_of_follower", other) == [{"taken": False}]
    application.owner.connection.close()
    deadline = time.monotonic() + 10
    while application.run("try_turn_of_follower", other) != [{"taken": True}]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("words, error, message", [
    ("'cars', 'crm.visit', 'crm.portal_jobs', 'id'", psycopg2.errors.InvalidParameterValue, "cars"),
    ("'jobs', 'crm.portal_jobs', 'crm.portal_jobs', 'external_id'", psycopg2.errors.WrongObjectType, "portal_jobs"),
    ("'jobs', 'crm.visit', 'crm.customer', 'id'", psycopg2.errors.UndefinedColumn, "external_id"),
    ("'jobs', 'crm.visit', 'crm.portal_jobs', 'number'", psycopg2.errors.UndefinedColumn, "number"),
    ("'jobs', 'crm.visit', 'crm.portal_clients', 'id'", psycopg2.errors.UniqueViolation, "crm.portal_jobs"),
])
def test_what_cannot_be_watched_is_refused_at_once(application, words, error, message):
    with pytest.raises(error) as raised:
        application.owner.rows(f"select portal_follow.watch({words})")
    assert message in str(raised.value)
    assert application.owner.value("select count(*) from portal_follow.watched") == 2


def test_watching_anew_and_no_more(application, user):
    """The kit can be installed again, a key be changed, and what is not followed any more leaves nothing in the tables."""
    application.owner.rows(KIT.read_text())
    application.owner.rows("select portal_follow.watch('jobs', 'crm.visit', 'crm.portal_jobs', '''V/'' || id')")
    user.rows("insert into crm.visit values ('1', null, null, 1)")
    assert application.queued() == [("jobs", "V/1")]
    triggers = "select count(*) from pg_trigger where tgname like 'portal_follow%'"
    assert application.owner.value(triggers) == 8
    application.owner.rows("select portal_follow.unwatch('jobs')")
    user.rows("insert into crm.visit values ('2', null, null, 1)")
    assert application.queued() == [] and application.owner.value(triggers) == 4
    with pytest.raises(psycopg2.errors.InvalidParameterValue):
        application.owner.rows("select portal_follow.queue_all('jobs')")
    application.owner.rows("drop schema portal_follow cascade")
    assert application.owner.value(triggers) == 0
    user.rows("delete from crm.visit")
