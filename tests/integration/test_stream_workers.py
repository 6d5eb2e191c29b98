"""Event streams and what happens to the processes beneath them: reloads, deaths, outages, thousands of clients, slow ones, HTTP/2."""

import base64
import hashlib
import os
import re
import resource
import select
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, closing

import pytest

from support import places
from support.client import Client
from support.event_stream import BROWSER_HEADERS, STREAM, EventStream, begin
from support.people import COOKIE, People
from support.site import PrivateSite

from test_stream import METRICS, add_job, metric, next_number, open_session, wait_for

IDLE = "location = /small { return 200 'x'; }"


def browser(people: People, person) -> Client:
    client = people.site.nginx.client(people.host)
    client.cookies[COOKIE] = open_session(people, person)
    return client


def make_people(site: PrivateSite) -> People:
    people = People(site)
    people.template = people.insert("job_template", "job_template_id", account_id=people.account_id, name="Inspection")
    people.insert("portal_visible_template", account_id=people.account_id, job_template_id=people.template)
    return people


def token_of(number: int) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(f"stream {number}".encode()).digest()).rstrip(b"=").decode()


def add_many(people: People, count: int) -> list[str]:
    """So many members with a session each; their tokens."""
    people.rows("""
        WITH people AS (
          INSERT INTO portal.member (account_id, email, first_name, state, password_hash)
          SELECT %s, 'many' || n || '@mail.example', n, 'active', %s FROM generate_series(0, %s - 1) n RETURNING account_id, member_id, first_name
        ), memberships AS (
          INSERT INTO portal.membership (account_id, member_id, client_id, state, activated_at)
          SELECT account_id, member_id, %s, 'active', now() FROM people RETURNING membership_id, member_id
        )
        INSERT INTO portal.session (account_id, token_hash, member_id, membership_id, expires_at)
        SELECT p.account_id, sha256(sha256(convert_to('stream ' || p.first_name, 'UTF8'))), p.member_id, ms.membership_id, now() + interval '1 day'
        FROM memberships ms JOIN people p USING (member_id)""",
                people.account_id, people.value("SELECT password_hash FROM portal.member WHERE password_hash IS NOT NULL LIMIT 1"), count, people.clients["Mill"])
    return [token_of(number) for number in range(count)]


def ready_people(people: People) -> None:
    people.rows("ANALYZE portal.member; ANALYZE portal.membership; ANALYZE portal.session")


def resident_kilobytes(pid: int) -> int:
    text = open(f"/proc/{pid}/smaps_rollup").read()
    return int(re.search(r"^Rss:\s+(\d+) kB", text, re.MULTILINE)[1])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_reload_hands_the_clients_over_spread_in_time(make_site, workers):
    site = make_site(workers=workers, server_extra=METRICS)
    with closing(make_people(site)) as people, ExitStack() as stack:
        members = [browser(people, people.add_member()) for _ in range(30)]
        streams = [stack.enter_context(begin(member)) for member in members]
        started = time.monotonic()
        site.nginx.reload(wait=False)
        ends = []
        while len(ends) < len(streams):
            left = [stream for stream in streams if not stream.ended]
            ready, _, _ = select.select(left, [], [], 5)
            assert ready, "they stay"
            for stream in ready:
                if not stream.is_quiet(0.001):
                    assert stream.rest() == [], "it only ends, and its client comes back"
                    ends.append(time.monotonic() - started)
        # Each at a moment of its own within a second or so.
        assert max(ends) - min(ends) > 0.3 and max(ends) < 4, ends
        for member in members:
            stack.enter_context(begin(member))
        wait_for(lambda: len(site.nginx.workers()) == workers)
        site.nginx.wait_until_healthy()
        wait_for(lambda: metric(site, "portal_streams") == 30)


def test_a_quit_ends_all_streams_and_leaves_nothing(make_site):
    site = make_site(workers=1, server_extra=METRICS)
    with closing(make_people(site)) as people:
        streams = [begin(browser(people, people.add_member())) for _ in range(20)]
        started = time.monotonic()
        site.nginx.quit()  # any socket that is left open is an alarm
        assert time.monotonic() - started < 5
        for stream in streams:
            stream.wait_for_end(1)
            stream.close()
        site.nginx.start()


def test_a_stream_that_does_not_read_does_not_keep_a_worker_that_has_to_go(make_site):
    site = make_site(workers=1, server_extra=METRICS, listen_options="sndbuf=4k")
    with closing(make_people(site)) as people:
        stream = EventStream(browser(people, people.add_member()), receive_buffer=2048)
        job = add_job(people, "Acme", next_number())
        fill(people, [job], seconds=2)
        started = time.monotonic()
        site.nginx.reload()
        assert time.monotonic() - started < 5
        stream.close()


def fill(people: People, jobs: list[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        people.rows("UPDATE portal.job SET duration_minutes = coalesce(duration_minutes, 0) %% 100 + 1 WHERE job_id = ANY(%s)", jobs)


def test_the_death_of_a_worker_is_survived(make_site):
    site = make_site(workers=1, server_extra=METRICS)
    with closing(make_people(site)) as people:
        member = browser(people, people.add_member())
        with begin(member) as stream:
            os.kill(site.nginx.workers()[0], signal.SIGKILL)
            stream.wait_for_end(2)
        site.nginx.wait_until_healthy()
        wait_for(lambda: site.nginx.client(people.host).get("/api/v1/portal").status == 200)
        with begin(member) as stream:
            job = add_job(people, "Acme", next_number())
            assert stream.next() == ("jobs", {"job_id": str(job)})
    site.nginx.alarms()


def test_a_restart_of_postgresql_is_an_interruption_and_a_resync(make_site):
    site = make_site(workers=1, server_extra=METRICS)
    with closing(make_people(site)) as people:
        person, leaving = people.add_member(), people.add_member()
        members = [browser(people, person), browser(people, leaving)]
        token_hash = people.value("SELECT token_hash FROM portal.session WHERE member_id = %s", leaving.member_id)
        staying, ended = (begin(member) for member in members)
        people.close()
        site.postgres.stop(signal.SIGQUIT)
        assert staying.is_quiet(1.5), "the stream stays"
        refused = EventStream(members[0])
        assert refused.status == 503 and int(refused.headers["retry-after"]) >= 1
        refused.close()
        site.postgres.start()
        # Of what was lost with the old connection nothing can tell but the row itself.
        with closing(site.postgres.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE portal.session SET ended_at = now() WHERE token_hash = %s", (token_hash,))
        assert staying.next(8) == ("resync", {})
        ended.wait_for_end(8)
        assert ended.rest()[-1] == ("ended", {})
        staying.close()
        ended.close()
    site.nginx.alarms()


def test_events_wait_while_the_session_is_looked_at(make_site):
    """Catches an event that is told between the notice of a session's end and the look at the session."""
    site = make_site(workers=1, server_extra=METRICS)
    with closing(make_people(site)) as people, closing(site.postgres.connect()) as blocking, blocking.cursor() as cursor:
        person = people.add_member()
        with begin(browser(people, person)) as stream:
            cursor.execute("BEGIN; LOCK TABLE portal.session IN ACCESS EXCLUSIVE MODE")
            people.rows("SELECT pg_notify('portal_changes', %s)", f"membership {people.account_id} 0 {person.membership_id}")
            job = add_job(people, "Acme", next_number())
            assert stream.is_quiet(0.7)
            cursor.execute("ROLLBACK")
            assert sorted([stream.next(), stream.next()]) == [("jobs", {"job_id": str(job)}), ("settings", {})]
        with begin(browser(people, person)) as stream:
            # Again, and in doubt once more while it is looked at: what was read before the second notice proves nothing.
            cursor.execute("BEGIN; LOCK TABLE portal.session IN ACCESS EXCLUSIVE MODE")
            people.rows("SELECT pg_notify('portal_changes', %s)", f"membership {people.account_id} 0 {person.membership_id}")
            time.sleep(0.1)
            people.rows("SELECT pg_notify('portal_changes', %s)", f"membership {people.account_id} 0 {person.membership_id}")
            assert stream.is_quiet(0.2)
            before = metric(site, "portal_stream_checks_total")
            cursor.execute("ROLLBACK")
            assert stream.next()[0] == "settings"
            assert metric(site, "portal_stream_checks_total") == before + 1


# --- many, and slow ones


def open_many(site: PrivateSite, people: People, tokens: list[str], each: int) -> list[EventStream]:
    streams = []
    sessions = people.rows("SELECT s.token_hash, s.membership_id FROM portal.session s WHERE s.account_id = %s", people.account_id)
    known = {bytes(token_hash): membership for token_hash, membership in sessions}
    for token in tokens:
        raw = base64.urlsafe_b64decode(token + "=")
        membership = known[hashlib.sha256(raw).digest()]
        client = site.nginx.client(people.host)
        client.cookies = {COOKIE: token}
        batch = [EventStream(client, wait=False, more_headers=f"Portal-Membership: {membership}\r\n{BROWSER_HEADERS}") for _ in range(each)]
        for stream in batch:
            stream.read_head(30)
            assert stream.status == 200, stream.status
        streams += batch
    return streams


def open_idle(site: PrivateSite, port: int, count: int) -> list[socket.socket]:
    connections = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(b"GET /small HTTP/1.1\r\nHost: x\r\n\r\n")
        connections.append(connection)
    for connection in connections:
        assert connection.recv(4096)
    return connections


@pytest.fixture
def descriptors():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_thousands_of_idle_streams_on_one_worker(make_site, descriptors):
    """What each costs beyond a connection that nginx itself keeps open; 10,000 of them with PORTAL_LONG."""
    count = 10_000 if os.environ.get("PORTAL_LONG") else 2000
    # A stream is a connection; half of them may be streams.
    site = make_site(workers=1, server_extra=METRICS + IDLE, worker_connections=2 * count + 1000, error_level="notice")
    with closing(make_people(site)) as people:
        tokens = add_many(people, count // 10)
        ready_people(people)
        warm = open_many(site, people, tokens[:2], 10)
        worker = site.nginx.workers()[0]
        before = resident_kilobytes(worker)
        streams = warm + open_many(site, people, tokens[2:], 10)
        assert metric(site, "portal_streams") == count
        time.sleep(1)
        with_streams = resident_kilobytes(worker)

        # All of them are told of one change, and within what time.
        for stream in streams:
            while ("resync", {}) not in stream.rest():
                assert stream._receive(time.monotonic() + 5)
                stream._decode()
        started = time.monotonic()
        job = add_job(people, "Mill", next_number())
        waiting = {stream.fileno(): stream for stream in streams}
        poll = select.poll()
        for descriptor in waiting:
            poll.register(descriptor, select.POLLIN)
        first = None
        while waiting and time.monotonic() < started + 20:
            for descriptor, _ in poll.poll(1000):
                first = first or time.monotonic() - started
                stream = waiting[descriptor]
                stream._receive(time.monotonic())
                stream._decode()
                if stream.rest() == [("jobs", {"job_id": str(job)})]:
                    poll.unregister(descriptor)
                    del waiting[descriptor]
        told = time.monotonic() - started
        assert not waiting
        after_event = resident_kilobytes(worker)

        assert site.nginx.client().get("/healthz").status == 200
        for stream in streams:
            stream.close()
        wait_for(lambda: metric(site, "portal_streams") == 0, seconds=20)
        assert metric(site, "portal_requests_active") == 0

        with site.make_nginx("plain", workers=1, server_extra=IDLE, worker_connections=2 * count + 1000, error_level="notice") as plain:
            for connection in open_idle(site, plain.port, 20):
                connection.close()
            idle_worker = plain.workers()[0]
            idle_before = resident_kilobytes(idle_worker)
            idle = open_idle(site, plain.port, count - 20)
            idle_kilobytes = (resident_kilobytes(idle_worker) - idle_before) / (count - 20)
            for connection in idle:
                connection.close()
    stream_kilobytes = (with_streams - before) / (count - 20)
    print(f"{count} streams: {stream_kilobytes:.1f} kB each, {idle_kilobytes:.1f} kB a connection that nginx keeps, {(after_event - before) / (count - 20):.1f} kB after an event;"
          f" the first was told after {first * 1000:.0f} ms, all after {told * 1000:.0f} ms")
    # The sanitizers' own memory and time say nothing.
    if places.PRESET != "check":
        assert stream_kilobytes - idle_kilobytes < 12
        assert told < (4 if count == 2000 else 15)


def test_over_the_limit_of_the_worker_the_next_is_told_to_come_back(make_site):
    site = make_site(workers=1, server_extra=METRICS, http_extra="portal_streams 5;")
    with closing(make_people(site)) as people, ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(begin(browser(people, people.add_member())))
        refused = EventStream(browser(people, people.add_member()))
        assert refused.status == 503 and int(refused.headers["retry-after"]) >= 5
        refused.close()
        assert metric(site, "portal_streams_refused_total") == 1
        assert metric(site, "portal_streams") == 5


def test_a_client_that_does_not_read_is_left_and_costs_nothing_until_then(make_site):
    site = make_site(workers=1, server_extra=METRICS + "send_timeout 2s;", listen_options="sndbuf=4k")
    with closing(make_people(site)) as people:
        member, other = browser(people, people.add_member()), browser(people, people.add_member())
        slow = EventStream(member, receive_buffer=2048)
        quick = begin(other)
        job = add_job(people, "Acme", next_number())
        worker = site.nginx.workers()[0]
        before = resident_kilobytes(worker)
        deadline = time.monotonic() + 60
        # The kernel takes a lot before nginx has to wait.
        while metric(site, "portal_streams") == 2 and time.monotonic() < deadline:
            fill(people, [job], seconds=1)
            while not quick.is_quiet(0):
                quick.rest()
        assert metric(site, "portal_streams") == 1, "the slow one was given up"
        assert places.PRESET == "check" or resident_kilobytes(worker) - before < 2000
        quick.rest()
        slow.close()
        quick.close()


# --- HTTP/2


class Curl:
    """A stream over HTTP/2, line by line."""

    def __init__(self, site: PrivateSite, host: str, token: str):
        self._process = subprocess.Popen(["curl", "--silent", "--no-buffer", "--insecure", "--http2", "-H", f"Host: {host}", "--cookie", f"__Host-{COOKIE}={token}",
                                          f"https://127.0.0.1:{site.nginx.port}{STREAM}"], stdout=subprocess.PIPE)
        os.set_blocking(self._process.stdout.fileno(), False)
        self._text = ""

    def wait_for(self, event: str, seconds: float = 3) -> float:
        started = time.monotonic()
        while event not in self._text:
            left = started + seconds - time.monotonic()
            assert left > 0 and select.select([self._process.stdout], [], [], left)[0], f"no {event} in {self._text!r}"
            part = self._process.stdout.read()
            assert part, f"it ended with {self._text!r}"
            self._text += part.decode()
        self._text = self._text.partition(event)[2]
        return time.monotonic() - started

    def wait_for_end(self, seconds: float = 3) -> str:
        out, _ = self._process.communicate(timeout=seconds)
        assert self._process.returncode == 0, f"curl says {self._process.returncode}"
        return self._text + (out or b"").decode()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def test_events_come_at_once_through_http2_and_tls(make_site, tmp_path):
    certificate, key = tmp_path / "portal.crt", tmp_path / "portal.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    site = make_site(workers=1, server_extra=METRICS, certificate=(certificate, key))
    with closing(make_people(site)) as people:
        people_of_it = [people.add_member() for _ in range(3)]
        streams = [Curl(site, people.host, open_session(people, person)) for person in people_of_it]
        for stream in streams:
            stream.wait_for('event: resync\ndata: {}\n\n')
        for _ in range(5):
            job = add_job(people, "Acme", next_number())
            for stream in streams:
                assert stream.wait_for(f'event: jobs\ndata: {{"job_id":"{job}"}}\n\n') < 1
        assert metric(site, "portal_streams") == 3
        streams[0].kill()
        wait_for(lambda: metric(site, "portal_streams") == 2, seconds=2)
        people.rows("UPDATE portal.session SET ended_at = now() WHERE member_id = %s", people_of_it[1].member_id)
        assert streams[1].wait_for_end(2).endswith("event: ended\ndata: {}\n\n")
        site.nginx.reload(wait=False)
        assert streams[2].wait_for_end(5) == ""
        site.nginx.wait_until_healthy()
        wait_for(lambda: len(site.nginx.workers()) == 1)
