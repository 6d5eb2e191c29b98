"""Event streams: who is told what, how soon, and when they end (docs/architecture/live.md)."""

import gzip
import os
import re
import signal
import subprocess
import time
from contextlib import ExitStack, closing

import pytest

from support.event_stream import STREAM, EventStream, begin
from support.people import COOKIE, People, make_token
from support.site import PrivateSite

METRICS = "location = /metrics { portal_metrics; }"
SESSION = "/api/v1/session"


@pytest.fixture(scope="module")
def site(servers):
    with PrivateSite(servers / "stream", workers=1, server_extra=METRICS, redis=True) as site:
        yield site


@pytest.fixture(scope="module")
def people_here(site):
    with closing(People(site)) as people:
        people.template = people.insert("job_template", "job_template_id", account_id=people.account_id, name="Inspection")
        people.insert("portal_visible_template", account_id=people.account_id, job_template_id=people.template)
        yield people


@pytest.fixture
def people(people_here, site):
    wait_for(lambda: metric(site, "portal_streams") == 0)
    yield people_here
    wait_for(lambda: metric(site, "portal_streams") == 0)
    site.nginx.check_log()


def metric(site: PrivateSite, name: str) -> int:
    return int(re.search(rf"^{re.escape(name)} (\d+)$", site.nginx.client().get("/metrics").text, re.MULTILINE)[1])


def wait_for(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def open_session(people: People, person) -> str:
    """A session without the time that a password takes."""
    token, token_hash = make_token()
    people.rows("INSERT INTO portal.session (account_id, token_hash, member_id, membership_id, expires_at) VALUES (%s, %s, %s, %s, now() + interval '1 day')",
                people.account_id, token_hash, person.member_id, person.membership_id)
    return token


def browser(people: People, person):
    client = people.site.nginx.client(people.host)
    client.cookies[COOKIE] = open_session(people, person)
    return client


def add_job(people: People, client: str, number: int) -> int:
    return people.insert("job", "job_id", account_id=people.account_id, client_id=people.clients[client], number=number, status="scheduled",
                         job_template_id=people.template)


def add_document(people: People, client: str) -> None:
    people.insert("document", account_id=people.account_id, client_id=people.clients[client], name="Plan", media_type="application/pdf", size_bytes=1,
                  content_hash=b"x" * 32)


_numbers = iter(range(1, 10**6))


def add_invoice(people: People, client: str) -> int:
    return people.insert("invoice", "invoice_id", account_id=people.account_id, client_id=people.clients[client], number="A-1", issued_on="2026-11-16", currency="EUR", total_minor=100)


def add_quote(people: People, client: str) -> int:
    return people.insert("quote", "quote_id", account_id=people.account_id, client_id=people.clients[client], number="Q-1", issued_on="2026-11-16", currency="EUR", total_minor=100)


def next_number() -> int:
    return next(_numbers)


# --- who is told what


def test_the_answer_is_a_stream_that_nobody_keeps_or_compresses(people):
    member = browser(people, people.add_member())
    with begin(member, headers={"Accept-Encoding": "gzip"}) as stream:
        assert stream.headers["content-type"] == "text/event-stream"
        assert stream.headers["cache-control"] == "no-store"
        assert stream.headers["x-content-type-options"] == "nosniff"
        assert "content-encoding" not in stream.headers and "content-length" not in stream.headers
        assert stream.is_quiet(0.3)


def test_a_commit_is_told_to_its_client_and_to_nobody_else(people):
    ours, theirs = browser(people, people.add_member("Acme")), browser(people, people.add_member("Zenith"))
    with begin(ours) as acme, begin(theirs) as zenith:
        started = time.monotonic()
        job = add_job(people, "Acme", next_number())
        assert acme.next() == ("jobs", {"job_id": str(job)})
        assert time.monotonic() - started < 1
        people.rows("UPDATE portal.job SET address = '1 Quay Street' WHERE job_id = %s", job)
        assert acme.next() == ("jobs", {"job_id": str(job)})
        assert zenith.is_quiet(0.5)
        people.rows("UPDATE portal.job SET client_id = %s WHERE job_id = %s", people.clients["Zenith"], job)
        assert acme.next() == ("jobs", {"job_id": str(job)}), "who has lost it is told"
        assert zenith.next() == ("jobs", {"job_id": str(job)}), "and who has it now"


def test_another_account_is_not_told(people, site):
    member = browser(people, people.add_member())
    with begin(member) as stream, closing(site.postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE portal.job SET address = address || '.' WHERE account_id <> %s", (people.account_id,))
        cursor.execute("UPDATE portal.portal SET contact_phone = '+44 20 7946 0199' WHERE account_id <> %s", (people.account_id,))
        assert stream.is_quiet(0.5)


def test_each_kind_has_its_name(people):
    member = browser(people, people.add_member(permissions=["view_job_status", "view_documents", "view_invoices", "accept_quotes"]))
    with begin(member) as stream:
        site_id = people.insert("site", "site_id", account_id=people.account_id, client_id=people.clients["Acme"], name="Mill Lane")
        assert stream.next() == ("sites", {})
        add_document(people, "Acme")
        assert stream.next() == ("documents", {})
        add_invoice(people, "Acme")
        assert stream.next() == ("invoices", {})
        add_quote(people, "Acme")
        assert stream.next() == ("quotes", {})
        people.rows("UPDATE portal.portal SET name = 'Harbour' WHERE account_id = %s", people.account_id)
        assert stream.next() == ("settings", {})
        people.rows("DELETE FROM portal.site WHERE site_id = %s", site_id)
        assert stream.next() == ("sites", {})


def test_nobody_is_told_of_what_he_may_not_see(people):
    jobs_only, papers_only = (browser(people, people.add_member(permissions=permissions)) for permissions in (["view_job_status"], ["view_documents"]))
    with begin(jobs_only) as jobs, begin(papers_only) as papers:
        add_job(people, "Acme", next_number())
        add_document(people, "Acme")
        add_invoice(people, "Acme")
        add_quote(people, "Acme")
        assert jobs.next()[0] == "jobs" and papers.next() == ("documents", {})
        assert jobs.is_quiet(0.4) and papers.is_quiet(0.1)


def test_many_jobs_at_once_are_told_without_their_ids(people):
    member = browser(people, people.add_member())
    with begin(member) as stream:
        people.rows("INSERT INTO portal.job (account_id, client_id, number, status, job_template_id) SELECT %s, %s, %s + n, 'scheduled', %s FROM generate_series(1, 30) n",
                    people.account_id, people.clients["Acme"], 10**7, people.template)
        assert stream.next() == ("jobs", {})
        assert stream.is_quiet(0.4)


def test_jobs_of_many_clients_put_no_session_in_doubt(people, site):
    """More clients than are told one by one, as after an import."""
    member, other = browser(people, people.add_member()), browser(people, people.add_member(permissions=["view_documents"]))
    many = [people.insert("client", "client_id", account_id=people.account_id, kind="organisation", organisation_name=f"Of many {n}") for n in range(20)]
    with begin(member) as stream, begin(other) as sees_no_jobs:
        looked_at = metric(site, "portal_stream_checks_total")
        people.rows("""INSERT INTO portal.job (account_id, client_id, number, status, job_template_id)
            SELECT %s, client_id, 2 * 10^7 + row_number() OVER (), 'scheduled', %s FROM unnest(%s) AS client_id""", people.account_id, people.template, many)
        assert stream.next() == ("jobs", {}), "one of them may be the member's"
        assert stream.is_quiet(0.4) and sees_no_jobs.is_quiet(0.1)
        assert metric(site, "portal_stream_checks_total") == looked_at
    people.rows("DELETE FROM portal.job WHERE client_id = ANY (%s)", many)


def test_what_a_burst_of_commits_tells_is_gathered(people):
    member = browser(people, people.add_member())
    with begin(member) as stream:
        jobs = [add_job(people, "Acme", next_number()) for _ in range(3)]
        for _ in range(100):
            people.rows("UPDATE portal.job SET address = coalesce(address, '') || '.' WHERE job_id = %s", jobs[0])
        time.sleep(0.5)
        assert stream.next()[0] == "jobs"
        stream.is_quiet(0.5)
        assert len(stream.rest()) < 60, "103 commits"


# --- when it ends


def test_a_session_that_ends_takes_its_streams_along_and_no_other(people):
    person = people.add_member()
    leaving, staying = browser(people, person), browser(people, person)
    with begin(leaving) as one, begin(leaving) as another, begin(staying) as third:
        assert leaving.delete(SESSION).status == 204
        assert max(one.wait_for_end(1), another.wait_for_end(1)) < 1
        assert one.rest() == another.rest() == [("ended", {})]
        assert third.next() == ("settings", {})
        add_job(people, "Acme", next_number())
        assert third.next()[0] == "jobs"
    assert EventStream(leaving).status == 401


@pytest.mark.parametrize("how", ["UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE membership_id = %(membership)s",
                                 "UPDATE portal.membership SET permissions = '{view_documents}' WHERE membership_id = %(membership)s",
                                 "UPDATE portal.member SET state = 'locked' WHERE member_id = %(member)s",
                                 "UPDATE portal.account SET suspended_at = now() WHERE account_id = %(account)s",
                                 "UPDATE portal.session SET ended_at = now() WHERE member_id = %(member)s",
                                 "DELETE FROM portal.session WHERE member_id = %(member)s"],
                         ids=["membership ends", "permissions change", "locked", "suspended", "session ends", "session deleted"])
def test_whatever_takes_the_right_away_ends_the_stream_within_a_second(people, how):
    person = people.add_member()
    member = browser(people, person)
    with begin(member) as stream:
        with closing(people.site.postgres.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(how, {"membership": person.membership_id, "member": person.member_id, "account": people.account_id})
            # In the same commit: must not be told any more.
            cursor.execute("INSERT INTO portal.job (account_id, client_id, number, status, job_template_id) VALUES (%s, %s, %s, 'scheduled', %s)",
                           (people.account_id, people.clients["Acme"], next_number(), people.template))
            cursor.execute("COMMIT")
        assert stream.wait_for_end(1) < 1
        assert stream.rest() == [("ended", {})]
    people.rows("UPDATE portal.account SET suspended_at = NULL WHERE account_id = %s AND suspended_at IS NOT NULL", people.account_id)
    wait_for(lambda: people.site.nginx.client(people.host).get("/api/v1/portal").status == 200)


def test_a_switch_to_another_client_ends_the_stream_of_the_one_before(people):
    person = people.add_member("Acme", "Zenith")
    member = people.signed_in(person)
    with begin(member) as stream:
        other = next(each for each in person.memberships.values() if str(each) != member.get(SESSION).json()["membership"]["id"])
        assert member.put("/api/v1/session/membership", json={"membership_id": str(other)}).status == 200
        stream.wait_for_end(1)
        assert stream.rest() == [("ended", {})]
    with begin(member):
        pass
    assert EventStream(member, headers={"Portal-Membership": str(person.membership_id)}).status in (200, 409)


def test_the_session_s_own_end_is_kept(people):
    person = people.add_member()
    member = browser(people, person)
    people.rows("UPDATE portal.session SET created_at = now() - interval '1 day', expires_at = now() + interval '3 seconds' WHERE member_id = %s", person.member_id)
    with begin(member) as stream:
        assert 1.5 < stream.wait_for_end(5) < 4
        assert stream.rest() == [("ended", {})]


def test_a_page_that_is_only_open_does_not_use_the_session(people):
    person = people.add_member()
    member = browser(people, person)
    people.rows("UPDATE portal.session SET last_used_at = now() - interval '1 hour' WHERE member_id = %s", person.member_id)
    for _ in range(3):
        with begin(member):
            pass
    time.sleep(1.5)
    assert people.value("SELECT last_used_at < now() - interval '50 minutes' FROM portal.session WHERE member_id = %s", person.member_id)


# --- limits, and clients that leave


def test_a_member_has_ten_streams_and_the_next_is_told_to_come_back(people):
    person = people.add_member()
    member = browser(people, person)
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(begin(member))
        refused = EventStream(browser(people, person))
        assert refused.status == 429 and int(refused.headers["retry-after"]) >= 5
        refused.close()
        stack.enter_context(begin(browser(people, people.add_member())))
    wait_for(lambda: metric(people.site, "portal_streams") == 0)
    with begin(member):
        pass


def test_other_methods_make_no_stream(people):
    member = browser(people, people.add_member())
    assert member.request("POST", STREAM, json={}).status == 405
    head = member.request("HEAD", STREAM)
    assert (head.status, head.body, head.header("Content-Type")) == (200, b"", "text/event-stream")
    assert metric(people.site, "portal_streams") == 0


def test_clients_that_leave_are_noticed_at_once(people):
    members = [browser(people, people.add_member()) for _ in range(20)]
    streams = [EventStream(member, wait=False) for member in members for _ in range(10)]
    for number, stream in enumerate(streams):
        if number % 3 == 0:  # before its answer
            stream.close()
    wait_for(lambda: metric(people.site, "portal_streams") <= 133)
    for stream in streams:
        stream.close()
    wait_for(lambda: metric(people.site, "portal_streams") == 0, seconds=3)


def test_the_access_log_tells_of_a_stream_at_its_end(people):
    person = people.add_member()
    with begin(browser(people, person), headers={"User-Agent": "the one of this test"}):
        time.sleep(0.3)
    wait_for(lambda: "the one of this test" in people.site.nginx.access_log.read_text(errors="replace"))
    line = next(line for line in people.site.nginx.access_log.read_text(errors="replace").splitlines() if "the one of this test" in line)
    assert f'"account":"{people.slug}"' in line and '"status":200' in line and f'"path":"{STREAM}"' in line
    assert 0.25 < float(re.search(r'"seconds":([\d.]+)', line)[1]) < 5
    assert float(re.search(r'"database":"([\d.]+)', line)[1]) >= 0


def test_a_limited_rate_does_not_hold_events_back(people, site):
    """The limit is for what is downloaded; what an event waits for behind another one must come."""
    member = browser(people, people.add_member())
    with site.make_nginx("limited", workers=1, server_extra=f"location = {STREAM} {{ portal on; limit_rate 1k; }}") as nginx:
        member.port = nginx.port
        wait_for(lambda: member.get(SESSION).status == 200)
        with begin(member) as stream:
            for _ in range(4):
                job = add_job(people, "Acme", next_number())
                assert stream.next() == ("jobs", {"job_id": str(job)})


# --- when something breaks


def test_a_lost_listener_means_resync(people, site):
    member = browser(people, people.add_member())
    with begin(member) as stream:
        site.postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'portal_edge' AND query = ''")
        assert stream.next(3) == ("resync", {})
        # A slow machine loses and finds the listener far enough apart to tell of both.
        while not stream.is_quiet(1):
            assert set(name for name, _ in stream.rest()) == {"resync"}
        job = add_job(people, "Acme", next_number())
        assert stream.next() == ("jobs", {"job_id": str(job)})
    site.nginx.alarms()


def test_a_session_that_ended_while_nobody_listened_is_found_out(people, site):
    person = people.add_member()
    with begin(browser(people, person)) as stream:
        with closing(site.postgres.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("ALTER TABLE portal.session DISABLE TRIGGER change_made")
            cursor.execute("UPDATE portal.session SET ended_at = now() WHERE member_id = %s", (person.member_id,))
            cursor.execute("ALTER TABLE portal.session ENABLE TRIGGER change_made")
        assert stream.is_quiet(0.5)
        site.postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'portal_edge' AND query = ''")
        stream.wait_for_end(3)
        assert stream.rest() == [("ended", {})]
    site.nginx.alarms()
