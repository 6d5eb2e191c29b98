"""Answers from a worker's memory (docs/architecture/cache.md): what is kept, for whom, and how soon it is gone."""

import gzip
import json
import os
import re
import signal
import threading
import time
from contextlib import contextmanager

import pytest

from support.client import Answer, Client
from support.signing_in import sign_in
from support.site import PrivateSite
from support.world import COOKIE, Membership, World

JOBS, DOCUMENTS, SITES = "/api/v1/jobs", "/api/v1/documents", "/api/v1/sites"
MARK = "portal-written"
STATUS = """add_header Cache-Status-Of-Test $portal_cache_status always;
    add_header Account-Of-Test $portal_account always;
    location = /metrics { portal_metrics; }
    location /uncached/ { portal on; portal_cache off; rewrite ^/uncached(/.*)$ $1 break; }
"""
LEASE_SECONDS = 1


@pytest.fixture(scope="module")
def site(servers):
    with PrivateSite(servers / "edge_cache", workers=1, server_extra=STATUS, proxied=True) as site:
        yield site


@pytest.fixture(scope="module")
def world(site):
    world = World(site)
    world.settle = lambda: None  # here it is the very question how soon a change is seen
    world.wait_until_served()
    yield world
    world.close()


@pytest.fixture
def account(world):
    return world.matrix


@pytest.fixture
def who(world, account) -> Membership:
    return world.add_member(account, "One")


@pytest.fixture
def browser(world, who) -> Client:
    browser = world.signed_in(who)
    wait_for(lambda: status_of(browser.get(SITES)) != "expired_lease")
    return browser


@pytest.fixture(autouse=True)
def quiet(site):
    yield
    site.nginx.check_log()


def wait_for(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def status_of(answer: Answer) -> str | None:
    return answer.header("Cache-Status-Of-Test")


def warm(browser: Client, path: str, **options) -> Answer:
    """The answer from memory. Notices of what a test has set up may still be on their way."""
    deadline = time.monotonic() + 10
    while True:
        answer = browser.get(path, **options)
        assert answer.status in (200, 304), answer.text
        if status_of(answer) == "hit":
            return answer
        assert time.monotonic() < deadline, status_of(answer)


def seconds_until(condition, at_most: float) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < at_most, f"not within {at_most} s"
    return time.monotonic() - began


def metric(site, line: str) -> int:
    text = site.client().get("/metrics").text
    return int(re.search(rf"^{re.escape(line)} (\d+)$", text, re.MULTILINE)[1])


def headers_of(answer: Answer) -> dict[str, list[str]]:
    own = {"date", "cache-status-of-test"}
    return {name: answer.all_headers(name) for name in sorted({name.lower() for name, _ in answer.headers} - own)}


@pytest.mark.parametrize("path", [JOBS, f"{JOBS}?state=planned&limit=2&counts=true", "job", DOCUMENTS, "document", SITES])
def test_the_second_answer_comes_from_memory_and_is_the_same(site, world, account, who, path):
    """Also its headers: every one of them."""
    path = {"job": f"{JOBS}/{account.jobs['One']['without a date']}",
            "document": f"{DOCUMENTS}/{account.documents['One']['Price list.pdf']}"}.get(path, path)
    browser = world.signed_in(who)
    first = browser.get(path)
    assert first.status == 200, first.text
    assert status_of(first) == "miss"
    hits = metric(site, 'portal_cache_lookups_total{result="hit"}')
    second = warm(browser, path)
    assert second.body == first.body and headers_of(second) == headers_of(first)
    assert first.header("Cache-Control") == "no-store" and first.header("Content-Type").startswith("application/json")
    assert first.header("Vary") == "Accept-Encoding" and first.header("Account-Of-Test") == account.slug == second.header("Account-Of-Test")
    assert first.header("Strict-Transport-Security") and re.fullmatch(r'"[\w-]{22}"', first.header("ETag"))
    assert metric(site, 'portal_cache_lookups_total{result="hit"}') > hits
    # As without the cache, but for what only that has.
    plain = browser.get(f"/uncached{path}")
    assert plain.body == first.body and status_of(plain) is None
    assert {name: value for name, value in headers_of(first).items() if name not in ("etag", "vary")} == {
        name: value for name, value in headers_of(plain).items() if name != "vary"}


def test_parameters_in_another_order_are_the_same_question(browser):
    warm(browser, f"{JOBS}?limit=3&state=planned")
    assert status_of(browser.get(f"{JOBS}?state=planned&limit=3")) == "hit"
    assert status_of(browser.get(f"{JOBS}?state=planned&limit=4")) == "miss"
    assert status_of(browser.get(f"{JOBS}?limit=3&%73tate=planned")) == "miss"


def test_what_is_not_declared_is_not_kept(browser):
    for _ in range(3):
        assert status_of(browser.get("/api/v1/session")) is None
        assert status_of(browser.get("/api/v1/portal")) is None
        assert browser.get("/api/v1/session").header("ETag") is None


def test_refusals_are_not_kept(world, account, browser):
    for _ in range(2):
        answer = browser.get(f"{JOBS}/999999999")
        assert answer.status == 404 and status_of(answer) == "miss"
        assert browser.get(f"{JOBS}?limit=0").status == 400


@pytest.mark.parametrize("from_memory", [False, True])
def test_if_none_match(browser, from_memory):
    answer = warm(browser, JOBS) if from_memory else browser.get(JOBS)
    tag = answer.header("ETag")
    for value in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = browser.get(JOBS, headers={"If-None-Match": value})
        assert again.status == 304 and again.body == b"" and again.header("ETag") == tag, value
        assert again.header("Content-Length") is None and again.header("Content-Type") is None
        assert again.header("Cache-Control") == "no-store" and again.header("Vary") == "Accept-Encoding"
    assert browser.get(JOBS, headers={"If-None-Match": '"other"'}).status == 200


def test_a_miss_answers_304_too(world, account, who, browser):
    tag = browser.get(DOCUMENTS).header("ETag")
    world.rows("update portal.membership set permissions = permissions where membership_id = %s", who.membership_id)
    browser = world.signed_in(who)
    answer = browser.get(DOCUMENTS, headers={"If-None-Match": tag})
    assert answer.status == 304 and status_of(answer) == "miss" and answer.header("ETag") == tag


def test_head(browser):
    answer = warm(browser, JOBS)
    head = browser.request("HEAD", JOBS)
    assert head.status == 200 and head.body == b"" and status_of(head) == "hit"
    assert headers_of(head) == headers_of(answer) and head.header("Content-Length") == str(len(answer.body))


@pytest.mark.parametrize("from_memory", [False, True])
def test_gzip(browser, from_memory):
    """Compressed once and by the portal: nginx would weaken the tag."""
    plain = warm(browser, JOBS) if from_memory else browser.get(JOBS)
    accepts = {"Accept-Encoding": "gzip, deflate"}
    packed = warm(browser, JOBS, headers=accepts) if from_memory else browser.get(JOBS, headers=accepts)
    assert packed.header("Content-Encoding") == "gzip" and gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) and packed.header("Content-Length") == str(len(packed.body))
    assert packed.header("ETag") == plain.header("ETag")[:-1] + '-g"'
    assert packed.header("Vary") == plain.header("Vary") == "Accept-Encoding"
    assert browser.get(JOBS, headers={**accepts, "If-None-Match": packed.header("ETag")}).status == 304
    assert browser.get(JOBS, headers={"If-None-Match": packed.header("ETag")}).status == 200
    assert plain.header("Content-Encoding") is None and browser.get(JOBS, headers={"Accept-Encoding": "gzip;q=0"}).header("Content-Encoding") is None


def numbers(browser: Client) -> set[str]:
    answer = browser.get(f"{JOBS}?limit=100")
    assert answer.status == 200, answer.text
    return {item["id"] for item in answer.json()["items"]}


def test_what_is_committed_is_seen_at_once(world, account, browser):
    times = []
    for _ in range(20):
        warm(browser, f"{JOBS}?limit=100")
        job = str(world.add_job(account, "One", "scheduled"))
        times.append(seconds_until(lambda job=job: job in numbers(browser), LEASE_SECONDS))
    assert sorted(times)[len(times) // 2] < 0.1, times


def test_a_job_that_moves_to_another_client_is_gone(world, account, browser):
    other = world.signed_in(world.add_member(account, "Two"))
    job = world.add_job(account, "One", "scheduled")
    seconds_until(lambda: str(job) in numbers(browser), LEASE_SECONDS)
    warm(browser, f"{JOBS}?limit=100")
    warm(browser, f"{JOBS}/{job}")
    warm(other, f"{JOBS}?limit=100")
    world.rows("update portal.job set client_id = %s, site_id = null where job_id = %s", account.clients["Two"], job)
    seconds_until(lambda: str(job) not in numbers(browser), LEASE_SECONDS)
    seconds_until(lambda: browser.get(f"{JOBS}/{job}").status == 404, LEASE_SECONDS)
    seconds_until(lambda: str(job) in numbers(other), LEASE_SECONDS)


@pytest.mark.parametrize("change, path", [
    ("update portal.document set name = 'Renamed.pdf' where document_id = {document}", DOCUMENTS),
    ("insert into portal.document_hidden_from (account_id, document_id, client_id, membership_id) values ({account}, {document}, {client}, {membership})", DOCUMENTS),
    ("update portal.site set name = 'Renamed' where client_id = {client}", SITES),
    ("update portal.site set name = name || '!' where client_id = {client}", f"{JOBS}?limit=100"),
    ("update portal.job_template set name = name || '!' where account_id = {account}", f"{JOBS}?limit=100"),
    ("update portal.worker set name = name || '!' where account_id = {account}", f"{JOBS}?limit=100"),
    ("update portal.portal set worker_name = case worker_name when 'none' then 'full' else 'none' end where account_id = {account}", f"{JOBS}?limit=100"),
])
def test_each_thing_that_is_shown(world, account, who, browser, change, path):
    document = world.add_document(account, "One", "Some.pdf")
    wait_for(lambda: str(document) in browser.get(DOCUMENTS).text)
    before = warm(browser, path).body
    world.rows(change.format(account=account.account_id, client=who.client_id, membership=who.membership_id, document=document))
    seconds_until(lambda: browser.get(path).body != before, LEASE_SECONDS)


def test_the_zone_of_the_account_decides_about_days(world, account, browser):
    """It comes from the worker's map of hosts, which is loaded after its notice: what was answered in between must not stay."""
    job = str(world.add_job(account, "One", "scheduled", scheduled_at="2031-05-01T23:30:00Z", site_id=None))
    path = f"{JOBS}?from=2031-05-02&to=2031-05-02"
    zone = account.time_zone
    try:
        for other, is_there in (("UTC", False), ("Asia/Tokyo", True), ("UTC", False), ("Asia/Tokyo", True)):
            world.rows("update portal.account set time_zone = %s where account_id = %s", other, account.account_id)
            stop = time.monotonic() + 0.2
            while time.monotonic() < stop:
                browser.get(path)
            for _ in range(5):
                assert (job in browser.get(path).text) == is_there, other
    finally:
        world.rows("update portal.account set time_zone = %s where account_id = %s", zone, account.account_id)


@pytest.mark.parametrize("change, code", [
    ("update portal.session set ended_at = now() where membership_id = {membership}", "not_signed_in"),
    ("update portal.membership set state = 'ended', ended_at = now() where membership_id = {membership}", "not_signed_in"),
    ("update portal.member set state = 'locked' where member_id = {member}", "not_signed_in"),
    ("update portal.membership set permissions = '{{view_documents}}' where membership_id = {membership}", "permission_required"),
])
def test_whoever_may_no_longer_see_it_is_refused_at_once(world, who, browser, change, code):
    warm(browser, JOBS)
    world.rows(change.format(membership=who.membership_id, member=who.member_id))
    assert seconds_until(lambda: browser.get(JOBS).code == code, LEASE_SECONDS) < LEASE_SECONDS
    assert browser.get(JOBS).code == code


def test_signing_out_ends_it(world, who, browser):
    warm(browser, JOBS)
    cookie = browser.cookies[COOKIE]
    assert browser.delete("/api/v1/session").status == 204
    thief = world.client(who.account, cookie)
    assert thief.get(JOBS).code == "not_signed_in"


def test_a_session_ends_by_itself_to_the_moment(world, who, site):
    (end,), = world.rows("select extract(epoch from clock_timestamp() + interval '2.5 seconds')")
    (expires,), = world.rows("select to_timestamp(%s)", end)
    browser = world.client(who.account, world.open_session(who, expires_at=expires))
    warm(browser, JOBS)
    while time.time() < float(end) - 0.2:
        assert browser.get(JOBS).status == 200
    wait_for(lambda: time.time() > float(end) + 0.002)
    assert browser.get(JOBS).code == "not_signed_in"


def test_nobody_else_gets_it(world, account, who, browser):
    """A colleague for the same client, whose answer differs in nothing but whose it is; somebody of another account; nobody."""
    hidden = world.add_document(account, "One", "For one alone.pdf")
    colleague = world.add_member(account, "One")
    world.insert("document_hidden_from", account_id=account.account_id, document_id=hidden, client_id=who.client_id, membership_id=colleague.membership_id)
    other = world.signed_in(colleague)
    item = f'"id":"{hidden}"'
    wait_for(lambda: item in browser.get(DOCUMENTS).text)
    assert item in warm(browser, DOCUMENTS).text
    assert item not in other.get(DOCUMENTS).text and item not in warm(other, DOCUMENTS).text
    foreign = world.client(world.elsewhere, browser.cookies[COOKIE])
    assert foreign.get(DOCUMENTS).code == "not_signed_in"
    assert world.client(account).get(DOCUMENTS).code == "not_signed_in"
    double = browser.get(DOCUMENTS, headers={"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}; {COOKIE}={other.cookies[COOKIE]}"})
    assert double.code == "not_signed_in"


def test_a_page_of_another_membership_is_told_so(who, browser):
    warm(browser, JOBS, headers={"Portal-Membership": str(who.membership_id)})
    assert browser.get(JOBS, headers={"Portal-Membership": str(who.membership_id + 1)}).code == "membership_changed"


def test_own_changes_bypass_for_two_seconds(world, browser):
    warm(browser, JOBS)
    assert MARK not in browser.cookies
    answer = browser.request("PATCH", "/api/v1/me", json={"first_name": "Robin"})
    assert answer.status == 200, answer.text
    line, = [line for line in answer.all_headers("Set-Cookie") if line.startswith(MARK)]
    assert line == f"{MARK}=1; Path=/; Max-Age=2; HttpOnly; SameSite=Lax"
    began = time.monotonic()
    while MARK in browser.cookies and time.monotonic() - began < 5:
        answer = browser.get(JOBS)
        assert status_of(answer) == ("bypass" if MARK in browser.cookies else "miss") or time.monotonic() - began > 1.9
        time.sleep(0.05)
    assert 1.5 < time.monotonic() - began < 3
    warm(browser, JOBS)


def test_what_was_refused_sets_no_mark(browser):
    assert browser.request("PATCH", "/api/v1/me", json={"first_name": 7}).status == 400
    assert MARK not in browser.cookies


def test_a_body_is_not_answered_from_memory(browser):
    warm(browser, JOBS)
    assert browser.request("GET", JOBS, body=b"x").status in (200, 400)
    assert status_of(browser.request("GET", JOBS, body=b"x")) != "hit"


def listener_pids(site) -> list[int]:
    """The last question of a listener is an empty one."""
    return [pid for pid, in site.postgres.execute("select pid from pg_stat_activity where usename = 'portal_edge' and query = ''")]


@contextmanager
def reading(browser: Client, problems: list[str], statuses: list[str]):
    """Reads without a pause meanwhile; nothing but 200 is right."""
    stop = threading.Event()

    def read():
        while not stop.is_set():
            answer = browser.get(f"{JOBS}?limit=100")
            statuses.append(status_of(answer))
            if answer.status != 200:
                problems.append(answer.text)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)


def test_a_listener_whose_connection_is_lost_gives_nothing_old(site, world, account, browser):
    problems, statuses = [], []
    for _ in range(3):
        warm(browser, f"{JOBS}?limit=100")
        with reading(world.client(account, browser.cookies[COOKIE]), problems, statuses):
            for pid in listener_pids(site):
                site.postgres.execute("select pg_terminate_backend(%s)", (pid,))
            job = str(world.add_job(account, "One", "scheduled"))
            seconds_until(lambda job=job: job in numbers(browser), LEASE_SECONDS)
    assert not problems
    warm(browser, f"{JOBS}?limit=100")
    assert "expired_lease" in statuses or "miss" in statuses
    site.nginx.alarms()


def test_a_frozen_listener_gives_nothing_that_is_older_than_the_lease(site, world, account, browser):
    problems, statuses = [], []
    warm(browser, f"{JOBS}?limit=100")
    wait_for(lambda: len(listener_pids(site)) == 1)
    (pid,) = listener_pids(site)
    os.kill(pid, signal.SIGSTOP)
    try:
        with reading(world.client(account, browser.cookies[COOKIE]), problems, statuses):
            job = str(world.add_job(account, "One", "scheduled"))
            taken = seconds_until(lambda: job in numbers(browser), LEASE_SECONDS + 0.05)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert not problems and "expired_lease" in statuses
    assert taken > 0.3, "the control: while it is frozen, the memory knows nothing of it"
    warm(browser, f"{JOBS}?limit=100")


def test_figures(site, browser):
    warm(browser, JOBS)
    assert metric(site, "portal_cache_entries") > 0 and metric(site, "portal_cache_stored_total") > 0
    body, whole = metric(site, "portal_cache_body_bytes"), metric(site, "portal_cache_bytes")
    assert 0 < body < whole and (whole - body) / metric(site, "portal_cache_entries") < 320
    assert metric(site, 'portal_operation_responses_total{operation="list_jobs",class="2xx"}') > 1


def test_the_access_log_tells(site, browser):
    warm(browser, JOBS)
    entries = [json.loads(line) for line in site.nginx.access_log.read_text(errors="replace").splitlines()]
    hit = [entry for entry in entries if entry["cache"] == "hit"][-1]
    assert hit["account"] == "matrix" and hit["database"] == "0.000" and hit["status"] in (200, 304)


def test_it_can_be_switched_off(make_site):
    site = make_site(workers=1, server_extra=STATUS, http_extra="portal_cache_size off;")
    world = World(site)
    try:
        world.wait_until_served()
        browser = world.signed_in(world.add_member(world.matrix, "One"))
        for _ in range(3):
            answer = browser.get(JOBS)
            assert answer.status == 200 and status_of(answer) is None and answer.header("ETag") is None
    finally:
        world.close()


def test_on_two_workers_nobody_misses_an_own_change(shared_site, portal):
    """Each request may reach either of them: the mark is what they share."""
    browser = sign_in(shared_site, "brightwater")
    for number in range(40):
        name = f"Name{number}"
        assert browser.request("PATCH", "/api/v1/me", json={"first_name": name}).status == 200
        assert browser.get("/api/v1/session").json()["member"]["first_name"] == name
        assert browser.get(JOBS).status == 200
