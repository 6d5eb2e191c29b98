"""portalctl follow: another application's tables in the same database, whose changes are seen by members a moment later."""

import http.server
import json
import os
import re
import signal
import subprocess
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from support import places
from support.client import Client
from support.courier import wait_until
from support.portalctl import Portalctl
from support.site import PrivateSite

SOON = 3  # seconds; a change takes tenths of one, a busy machine more

APPLICATION = """
create schema crm;
create table crm.customer (id bigint primary key, name text not null);
create table crm.visit (number bigint primary key, customer_id bigint not null, day date, status text not null default 'scheduled', minutes integer not null default 60);
create table crm.kind_of_visit (id text primary key, name text not null);
create view crm.portal_templates as select k.id as external_id, k.name from crm.kind_of_visit k;
create view crm.portal_jobs as
  select v.number as external_id, 700000 + v.number as number, 'crm-' || v.customer_id as client, 'visit' as template, v.status, v.day::timestamptz as scheduled_at, 600 / v.minutes as duration_minutes
  from crm.visit v;
create view crm.portal_clients as select 'crm-' || c.id as external_id, 'organisation' as kind, c.name as organisation_name from crm.customer c;
"""
WATCH = """
select portal_follow.watch('clients', 'crm.customer', 'crm.portal_clients', '''crm-'' || id');
select portal_follow.watch('templates', 'crm.kind_of_visit', 'crm.portal_templates', 'id');
select portal_follow.watch('jobs', 'crm.visit', 'crm.portal_jobs', 'number');
"""


class Follow:
    """The application `crm` in the portal's own database, as a role that has no right to anything of the portal, and portalctl that follows it."""

    def __init__(self, site, folder: Path):
        self.site = site
        self.portalctl = Portalctl(site.postgres, site.keys_file)
        self.conninfo = f"host={site.postgres.sockets} dbname=portal user=postgres options='-c role=crm'"
        self.url = f"http://brightwater.localhost:{site.nginx.port}"
        self.key_file = folder / "key"
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(self.portalctl("key", "create", "--account", "brightwater", "--name", "crm", "--scopes", "import"))
        self.log = folder / "follow.log"
        site.postgres.execute("create role crm")
        site.postgres.execute("grant create on database portal to crm")
        self.sql(APPLICATION)
        self.ctl("install")
        self.sql(WATCH)

    def sql(self, statement: str, parameters=None) -> list[tuple]:
        connection = psycopg2.connect(self.conninfo)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def command(self, *words: str) -> list[str]:
        run = ["--url", self.url, "--key-file", str(self.key_file)] if words[0] == "run" else []
        return [str(places.portalctl_path()), "follow", *words, "--database", self.conninfo, *run]

    def try_ctl(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(self.command(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, timeout=120)

    def ctl(self, *words: str) -> str:
        finished = self.try_ctl(*words)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def once(self) -> str:
        return self.ctl("run", "--once").strip()

    def status(self) -> dict:
        return json.loads(self.ctl("status", "--json"))

    def failures(self) -> list[tuple]:
        return [(each["kind"], each["external_id"], each["code"], each["pointer"]) for each in self.status()["failures"]]

    def start(self) -> subprocess.Popen:
        with self.log.open("ab") as log:
            return subprocess.Popen(self.command("run"), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={"PATH": os.environ["PATH"]})

    @contextmanager
    def running(self):
        process = self.start()
        try:
            yield process
            process.terminate()
            assert process.wait(15) == 0, self.log.read_text()
        finally:
            process.kill()
            process.wait()

    @contextmanager
    def killed_after(self, seconds: float):
        process = self.start()
        try:
            yield
            time.sleep(seconds / 2)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def clear(self):
        """Everything of an earlier test is taken back."""
        self.sql("truncate crm.customer, crm.visit, crm.kind_of_visit; insert into crm.kind_of_visit values ('visit', 'Visit')")
        self.ctl("run", "--once", "--clients-may-go")
        self.log.write_text("")

    def jobs_of_portal(self) -> dict[int, str]:
        return dict(self.site.postgres.execute("select number - 700000, status from portal.job where number >= 700000 and deleted_at is null"))


@pytest.fixture(scope="module")
def follow_of_module(servers, tmp_path_factory):
    with PrivateSite(servers / "follow", workers=1) as site:
        yield Follow(site, tmp_path_factory.mktemp("follow"))


@pytest.fixture
def follow(follow_of_module) -> Follow:
    follow_of_module.clear()
    return follow_of_module


@pytest.fixture
def member(follow):
    """Somebody who was invited for the customer 1, and reads the list of jobs."""
    follow.sql("insert into crm.customer values (1, 'Acme by CRM')")
    follow.once()
    follow.portalctl("portal", "set", "--account", "brightwater", "--show-template", "Visit")
    printed = follow.portalctl("member", "invite", "--account", "brightwater", "--client", "crm-1", "--email", "crm@acme.example")
    browser = Client(follow.site.nginx.port, "brightwater.localhost")
    answer = browser.post("/api/v1/activation", json={"token": re.search(r"/activate#(\S+)", printed)[1], "email": "crm@acme.example", "password": "nine-round-pebbles"})
    assert answer.status == 200, answer.text
    browser.cookies = {"portal-member": browser.cookies["portal-member"]}

    def jobs() -> dict[int, str]:
        answer = browser.get("/api/v1/jobs")
        assert answer.status == 200, answer.text
        return {int(item["number"]) - 700000: item["state"] for item in answer.json()["items"]}

    return jobs


def test_a_change_is_in_the_members_list_a_moment_later(follow, member):
    with follow.running():
        follow.sql("insert into crm.visit (number, customer_id, day) values (1, 1, '2030-01-02'), (2, 1, '2030-01-03')")
        wait_until(lambda: member() == {1: "planned", 2: "planned"}, seconds=SOON)
        follow.sql("update crm.visit set status = 'started' where number = 2")
        wait_until(lambda: member() == {1: "planned", 2: "active"}, seconds=SOON)
        follow.sql("delete from crm.visit where number = 1")
        wait_until(lambda: member() == {2: "active"}, seconds=SOON)
        follow.sql("update crm.visit set number = 3 where number = 2")
        wait_until(lambda: member() == {3: "active"}, seconds=SOON)
        follow.sql("truncate crm.visit")
        wait_until(lambda: member() == {}, seconds=SOON)
        # What comes back is there again.
        follow.sql("insert into crm.visit (number, customer_id, day) values (3, 1, '2030-01-02')")
        wait_until(lambda: member() == {3: "planned"}, seconds=SOON)
    assert follow.log.read_text() == "following has begun\nfollowing has ended\n"


def test_a_wrong_row_blocks_nothing_and_heals(follow):
    with follow.running():
        follow.sql("insert into crm.customer values (1, 'Acme')")
        follow.sql("insert into crm.visit (number, customer_id, status, minutes) values (1, 1, 'dancing', 60), (2, 1, 'scheduled', 60), (3, 1, 'scheduled', 0), (4, 9, 'scheduled', 60)")
        wait_until(lambda: follow.jobs_of_portal() == {2: "scheduled"}, seconds=SOON)
        wait_until(lambda: len(follow.failures()) == 3)
        assert follow.failures() == [("jobs", "1", "invalid_choice", "/status"), ("jobs", "3", "view_failed", "22012"), ("jobs", "4", "unknown_reference", "/client")]
        assert "jobs: refused lines: " in follow.log.read_text()
        follow.sql("update crm.visit set status = 'started' where number = 1; update crm.visit set minutes = 30 where number = 3")
        wait_until(lambda: follow.jobs_of_portal() == {1: "started", 2: "scheduled", 3: "scheduled"}, seconds=SOON)
        # What it names is there now: nobody touches the visit.
        follow.sql("insert into crm.customer values (9, 'Late')")
        wait_until(lambda: 4 in follow.jobs_of_portal(), seconds=2 * SOON)
        wait_until(lambda: follow.failures() == [])
        # Gone from the view, it is no failure any more.
        follow.sql("update crm.visit set status = 'dancing' where number = 1")
        wait_until(lambda: len(follow.failures()) == 1)
        follow.sql("delete from crm.visit where number = 1")
        wait_until(lambda: follow.failures() == [] and 1 not in follow.jobs_of_portal())


def test_more_wrong_rows_than_are_told(follow):
    """An answer names 1,000 errors: what it says nothing of stays in the queue and is sent again."""
    follow.sql("insert into crm.customer values (1, 'Acme')")
    follow.sql("insert into crm.visit (number, customer_id, status) select n, 1, case when n % 2 = 0 then 'dancing' else 'scheduled' end from generate_series(20001, 24500) n")
    finished = follow.try_ctl("run", "--once")
    assert finished.returncode == 1 and "Refused lines: 2250." in finished.stderr
    assert follow.status()["kinds"][-1] | {"oldest_queued_at": None} == {
        "kind": "jobs", "view": "crm.portal_jobs", "queued": 0, "oldest_queued_at": None, "fed": 2250, "failed": 2250}
    assert set(follow.jobs_of_portal()) == set(range(20001, 24501, 2))
    follow.sql("update crm.visit set status = 'finished' where status = 'dancing'")
    assert follow.once() == "2250 created, 0 updated, 0 unchanged, 0 taken back."


def test_a_runner_that_is_killed_loses_nothing(follow):
    follow.sql("insert into crm.customer values (1, 'Acme')")
    follow.sql("insert into crm.visit (number, customer_id) select n, 1 from generate_series(1, 12000) n")
    for pause in (0.05, 0.2, 0.4, 0.8, 1.2):
        with follow.killed_after(pause):
            time.sleep(pause / 2)
            follow.sql("update crm.visit set status = 'started' where number %% 7 = %s", (int(pause * 10) % 7,))
            follow.sql("delete from crm.visit where number between %s and %s", (int(pause * 1000), int(pause * 1000) + 20))
    wait_until(lambda: follow.try_ctl("run", "--once").returncode == 0, seconds=60)
    assert follow.jobs_of_portal() == dict(follow.sql("select number, status from crm.visit"))
    assert follow.status()["failures"] == []


def test_a_portal_and_a_database_that_are_away_for_a_while(follow):
    with follow.running():
        follow.sql("insert into crm.customer values (1, 'Acme'); insert into crm.visit (number, customer_id) values (1, 1)")
        wait_until(lambda: follow.jobs_of_portal() == {1: "scheduled"}, seconds=SOON)
        follow.site.nginx.stop()
        follow.sql("update crm.visit set status = 'started'; insert into crm.visit (number, customer_id) values (2, 1)")
        wait_until(lambda: "The portal does not answer" in follow.log.read_text())
        time.sleep(2.5)
        assert follow.log.read_text().count("The portal does not answer") == 1
        follow.site.nginx.start()
        wait_until(lambda: follow.jobs_of_portal() == {1: "started", 2: "scheduled"}, seconds=20)
        wait_until(lambda: "it goes on" in follow.log.read_text())

        follow.site.postgres.restart()
        follow.sql("update crm.visit set status = 'paused' where number = 2")
        wait_until(lambda: follow.jobs_of_portal() == {1: "started", 2: "paused"}, seconds=30)
    follow.site.nginx.wait_until_healthy()


def test_a_key_that_is_no_good(follow, tmp_path):
    follow.sql("insert into crm.customer values (1, 'Acme')")
    good = follow.key_file.read_text()
    try:
        follow.key_file.write_text("portico_wrong\n")
        with follow.running():
            wait_until(lambda: "The portal answers 401 (" in follow.log.read_text())
            time.sleep(1.5)
            assert follow.log.read_text().count("The portal answers 401 (") == 1
        assert follow.sql("select count(*) from portal_follow.queue") == [(1,)] and follow.failures() == []
        follow.key_file.chmod(0o644)
        finished = follow.try_ctl("run")
        assert finished.returncode == 1 and "chmod 600" in finished.stderr
        follow.key_file.chmod(0o600)
        with follow.running():
            wait_until(lambda: follow.log.read_text().count("The portal answers 401 (") == 2)
            follow.key_file.write_text(good)
            wait_until(lambda: follow.sql("select count(*) from portal_follow.queue") == [(0,)])
    finally:
        follow.key_file.chmod(0o600)
        follow.key_file.write_text(good)
    assert follow.once() == "0 created, 0 updated, 0 unchanged, 0 taken back."


def test_a_kind_that_never_rests_holds_up_no_other(follow):
    follow.sql("insert into crm.customer values (1, 'Acme')")
    follow.once()
    ends = threading.Event()

    def change():
        connection = psycopg2.connect(follow.conninfo)
        connection.autocommit = True
        with closing(connection), connection.cursor() as cursor:
            while not ends.wait(0.005):
                cursor.execute("update crm.customer set name = 'Acme ' || clock_timestamp()")

    writer = threading.Thread(target=change)
    writer.start()
    try:
        with follow.running():
            follow.sql("insert into crm.visit (number, customer_id) values (1, 1)")
            wait_until(lambda: follow.jobs_of_portal() == {1: "scheduled"}, seconds=2 * SOON)
    finally:
        ends.set()
        writer.join()


def test_a_view_that_is_too_slow_for_many_is_asked_for_fewer(follow):
    fast, conninfo = "select 'crm-' || c.id as external_id, 'organisation' as kind, c.name as organisation_name from crm.customer c", follow.conninfo
    follow.sql("insert into crm.customer select n, 'Acme' from generate_series(1, 40) n")
    follow.sql("create or replace view crm.portal_clients as " + fast.replace("c.name", "pg_sleep(0.02)::text || c.name"))
    try:
        follow.conninfo = conninfo.replace("role=crm", "role=crm -c statement_timeout=400")
        follow.once()
        assert follow.status()["kinds"][0]["fed"] == 40
    finally:
        follow.conninfo = conninfo
        follow.sql("create or replace view crm.portal_clients as " + fast)


def test_two_at_once_do_no_harm(follow):
    first = follow.start()
    try:
        wait_until(lambda: follow.sql("select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = 'portal')") == [(1,)])
        finished = follow.try_ctl("run", "--once")
        assert (finished.returncode, finished.stderr) == (1, "portalctl: Another run follows this database already.\n")
        with follow.running():
            wait_until(lambda: "this one waits for its turn" in follow.log.read_text())
            first.terminate()
            assert first.wait(15) == 0
            follow.sql("insert into crm.customer values (1, 'Acme'); insert into crm.visit (number, customer_id) values (5, 1)")
            wait_until(lambda: follow.jobs_of_portal() == {5: "scheduled"}, seconds=SOON)
    finally:
        first.kill()
        first.wait()


def test_a_view_that_is_broken_holds_up_its_kind_alone(follow):
    with follow.running():
        follow.sql("alter view crm.portal_clients rename to elsewhere")
        follow.sql("insert into crm.customer values (1, 'Acme'); insert into crm.kind_of_visit values ('other', 'Other')")
        wait_until(lambda: "the view of clients cannot be read" in follow.log.read_text())
        wait_until(lambda: follow.site.postgres.execute("select count(*) from portal.job_template where external_id = 'other' and withdrawn_at is null") == [(1,)])
        follow.sql("alter view crm.elsewhere rename to portal_clients")
        wait_until(lambda: follow.site.postgres.execute("select organisation_name from portal.client where external_id = 'crm-1' and withdrawn_at is null") == [("Acme",)])
        assert "clients can be read again" in follow.log.read_text()


def test_everything_for_the_first_time_and_to_compare(follow):
    follow.sql("insert into crm.customer values (1, 'Acme'); insert into crm.visit (number, customer_id) values (50001, 1), (50002, 1)")
    follow.once()
    assert follow.status()["unwatched"] == []
    follow.sql("alter table crm.visit disable trigger user")
    assert follow.status()["unwatched"] == [{"kind": "jobs", "unwatched_table": "crm.visit"}]
    assert re.search(r"\n\nKIND +UNWATCHED TABLE\njobs +crm.visit\n$", follow.ctl("status"))
    follow.sql("delete from crm.visit where number = 50001; insert into crm.visit (number, customer_id) values (50003, 1); alter table crm.visit enable trigger user")
    assert follow.once() == "0 created, 0 updated, 0 unchanged, 0 taken back."
    assert follow.ctl("all", "--kind", "jobs") == "jobs: 3 queued.\n"
    assert follow.status()["kinds"][-1]["queued"] == 3
    assert follow.once() == "1 created, 0 updated, 1 unchanged, 1 taken back."
    assert follow.ctl("all").splitlines()[0] == "clients: 1 queued."
    assert re.search(r"^KIND +VIEW +QUEUED .*\nclients +crm.portal_clients +1 ", follow.ctl("status"))
    refused = follow.try_ctl("all", "--kind", "sites")
    assert refused.returncode == 1 and "sites are not followed" in refused.stderr


class HardPortal:
    """Takes few lines at once, breaks over some, and says nothing while it is told to: what a real one does on a very bad day."""

    def __init__(self):
        portal = self
        self.taken: list[str] = []
        self.is_silent = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                lines = self.rfile.read(int(self.headers["Content-Length"])).decode().splitlines()
                while portal.is_silent.is_set():
                    time.sleep(0.05)
                status, answer = 200, {"created": len(lines), "errors": []}
                if len(lines) > 4:
                    status, answer = 413, {"code": "payload_too_large"}
                elif any("poison" in line for line in lines):
                    status, answer = 500, {"code": "internal"}
                else:
                    portal.taken += [json.loads(line)["external_id"] for line in lines]
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.is_silent.clear()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hard_portal(follow):
    portal = HardPortal()
    good, follow.url = follow.url, portal.url
    yield portal
    follow.url = good
    portal.close()


def test_a_line_over_which_a_portal_breaks_is_found(follow, hard_portal):
    follow.sql("insert into crm.customer select n, case n when 7 then 'poison' else 'Acme' end from generate_series(1, 20) n")
    finished = follow.try_ctl("run", "--once")
    assert (finished.returncode, finished.stderr.count("The portal answers 500 (internal).")) == (1, 1), finished.stderr
    assert follow.failures() == [("clients", "crm-7", "internal", "")]
    assert sorted(hard_portal.taken) == sorted(f"crm-{number}" for number in range(1, 21) if number != 7)


def test_lines_that_are_too_long_are_not_sent(follow):
    follow.sql("insert into crm.customer values (1, 'Acme'), (2, repeat('x', 300000))")
    assert follow.try_ctl("run", "--once").returncode == 1
    assert follow.failures() == [("clients", "crm-2", "payload_too_large", "")]


def test_more_than_goes_into_one_request(follow):
    """Lines of twelve megabytes together, which is more than is sent at once."""
    follow.sql("insert into crm.customer select n, repeat('x', 200000) from generate_series(1, 60) n; insert into crm.customer values (61, 'Acme')")
    assert follow.try_ctl("run", "--once").stdout.strip() in ("1 created, 0 updated, 0 unchanged, 0 taken back.", "0 created, 1 updated, 0 unchanged, 0 taken back.")
    assert follow.sql("select code, pointer, count(*) from portal_follow.failure group by 1, 2") == [("too_long", "/organisation_name", 60)]


def test_an_end_while_the_portal_says_nothing(follow, hard_portal):
    """Within seconds, and what was under way stays in the queue."""
    hard_portal.is_silent.set()
    follow.sql("insert into crm.customer values (1, 'Acme')")
    with follow.running():
        time.sleep(1)
    assert follow.sql("select external_id from portal_follow.queue") == [("crm-1",)]
    assert follow.log.read_text() == "following has begun\nfollowing has ended\n"


def test_a_table_of_clients_that_is_emptied_and_filled_again(follow):
    """With a client its people lose the portal for good, so most of them do not go at once because a view has none for a moment."""
    def clients():
        return follow.site.postgres.execute("select count(*) from portal.client where external_id like 'crm-%' and withdrawn_at is null")[0][0]

    fill = "insert into crm.customer select n, 'Acme' from generate_series(1, 30) n"
    follow.sql(fill)
    follow.once()
    with follow.running():
        follow.sql("truncate crm.customer; insert into crm.kind_of_visit values ('late', 'Late')")
        wait_until(lambda: "clients no more" in follow.log.read_text())
        wait_until(lambda: follow.site.postgres.execute("select count(*) from portal.job_template where external_id = 'late' and withdrawn_at is null") == [(1,)])
        assert clients() == 30
        follow.sql(fill)
        wait_until(lambda: follow.sql("select count(*) from portal_follow.queue") == [(0,)], seconds=20)
        assert clients() == 30 and follow.log.read_text().count("clients no more") == 1
        follow.sql("delete from crm.customer where id > 16")
        wait_until(lambda: clients() == 16, seconds=SOON)
    follow.sql("insert into crm.customer select n, 'Acme' from generate_series(17, 30) n")
    follow.once()
    follow.sql("delete from crm.customer where id > 5")
    refused = follow.try_ctl("run", "--once")
    assert (refused.returncode, clients()) == (1, 30) and "it has 25 of 30 clients no more" in refused.stderr
    assert follow.ctl("run", "--once", "--clients-may-go") == "0 created, 0 updated, 0 unchanged, 25 taken back.\n"


def test_where_workers_are(follow):
    follow.sql("""
        create table crm.van (id bigint primary key, driver text, latitude double precision, longitude double precision, seen timestamptz);
        create view crm.portal_workers as select v.id as external_id, v.driver as name from crm.van v;
        create view crm.portal_positions as select v.id as external_id, v.latitude, v.longitude, v.seen as recorded_at from crm.van v where v.seen is not null;
        select portal_follow.watch(k, 'crm.van', 'crm.portal_' || k, 'id') from unnest(array['workers', 'positions']) k;
    """)
    place = "select p.latitude from portal.worker_position p join portal.worker w using (account_id, worker_id) where w.name = 'Dana by CRM'"
    try:
        follow.sql("insert into crm.van values (1, 'Dana by CRM', 53.8, -1.5, now() - interval '1 minute')")
        assert follow.once() == "2 created, 0 updated, 0 unchanged, 0 taken back."
        follow.sql("update crm.van set latitude = 53.9, seen = now()")
        assert follow.once() == "0 created, 1 updated, 1 unchanged, 0 taken back."
        assert follow.site.postgres.execute(place) == [(53.9,)]
        follow.sql("update crm.van set seen = null")
        assert follow.once() == "0 created, 0 updated, 1 unchanged, 1 taken back."
        assert follow.site.postgres.execute(place) == []
    finally:
        follow.sql("select portal_follow.unwatch(k) from unnest(array['workers', 'positions']) k; drop table crm.van cascade")


def test_where_there_is_no_kit(follow):
    name = "nobodys"
    follow.site.postgres.execute(f'create database "{name}"', database="postgres")
    for words in (["status"], ["all"], ["run", "--once", "--url", follow.url, "--key-file", str(follow.key_file)]):
        finished = subprocess.run([places.portalctl_path(), "follow", *words, "--database", f"host={follow.site.postgres.sockets} dbname={name} user=postgres"],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert finished.returncode == 1 and "portalctl follow install" in finished.stderr, finished
