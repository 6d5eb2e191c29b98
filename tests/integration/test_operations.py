"""What those see who run the portal: readiness, figures of all workers, and an access log by which a request can be found again."""

import json
import os
import re
import signal
import threading
import time
from contextlib import closing

import pytest

from support import exposition
from support.contract import check
from support.exposition import value_of
from support.people import COOKIE, People
from support.signing_in import sign_in
from support.site import PrivateSite

METRICS = "location = /metrics { access_log off; portal_metrics; }"
SESSION = "/api/v1/session"


@pytest.fixture(scope="module")
def site(servers):
    with PrivateSite(servers / "operations", workers=2, server_extra=METRICS) as site:
        yield site


def figures(site) -> dict:
    answer = site.nginx.client().get("/metrics")
    assert answer.status == 200
    assert answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    return exposition.parse(answer.text)


def wait_for(condition, what: str, seconds: float = 10):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
    return found


def ready(site):
    answer = site.nginx.client("any.example").get("/readyz")
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Content-Type") == "application/json; charset=utf-8"
    check("GET", "/readyz", answer)
    return answer


def test_ready_follows_the_database(site):
    wait_for(lambda: ready(site).status == 200, "never ready")
    assert ready(site).json()["status"] == "ready"
    site.postgres.stop()
    try:
        def away():
            started = time.monotonic()
            answer = ready(site)
            assert time.monotonic() - started < 0.1, "readiness is what the worker knows already"
            return answer if answer.status == 503 else None

        answer = wait_for(away, "ready without a database")
        assert answer.json()["reason"] == "database_unavailable"
        assert answer.header("Retry-After") == "1"
        assert site.nginx.client().get("/healthz").status == 200
    finally:
        site.postgres.start()
    wait_for(lambda: all(ready(site).status == 200 for _ in range(8)), "not ready again")


def test_not_ready_while_the_schema_is_too_new(make_site):
    site = make_site(demo=False, workers=1, http_extra="portal_host_refresh 1s;")
    wait_for(lambda: ready(site).status == 200, "never ready")
    site.postgres.execute("UPDATE portal.schema_state SET oldest_module = 1000")
    answer = wait_for(lambda: answer if (answer := ready(site)).status == 503 else None, "ready with a schema that is not known")
    assert answer.json() == {**answer.json(), "status": "unavailable", "reason": "schema_mismatch"}
    assert [line for line in site.nginx.alarms() if "too old" not in line] == []


@pytest.mark.parametrize("method, status", [("HEAD", 200), ("POST", 405), ("DELETE", 405)])
def test_readiness_is_asked_with_get(site, method, status):
    wait_for(lambda: ready(site).status == 200, "never ready")
    assert site.nginx.client().request(method, "/readyz").status == status


def test_metrics_are_in_prometheus_format(site):
    sign_in(site, "brightwater").get("/api/v1/jobs")
    found = figures(site)
    for name in ("portal_requests_active", "portal_requests_started_total", "portal_responses_total", "portal_operation_responses_total",
                 "portal_request_duration_seconds", "portal_security_events_total", "portal_lane_connections", "portal_lane_segments_total",
                 "portal_sessions_remembered", "portal_hash_jobs", "portal_hosts", "portal_build_info", "portal_ready"):
        assert name in found, name


def test_a_broken_exposition_is_noticed():
    """The control: the reader finds what would be wrong."""
    good = "# HELP portal_a A.\n# TYPE portal_a gauge\nportal_a 1\n"
    assert value_of(exposition.parse(good), "portal_a") == 1
    for bad in (good[:-1], good.replace(" 1", " x"), good + "portal_a 1\n", good + "portal_b 1\n", good.replace("gauge", "counter"), good.replace("portal_a 1", 'portal_a{b=c} 1'),
                good + "\n", good.replace("# HELP portal_a A.\n", ""), good.replace("portal_a 1", 'portal_a{b="c" 1'), good + good):
        with pytest.raises((AssertionError, KeyError)):
            exposition.parse(bad)


def test_counters_are_those_of_all_workers(site):
    """Catches figures of whichever worker happens to answer."""
    assert len(site.nginx.workers()) == 2
    wait_for(lambda: value_of(figures(site), "portal_workers") == 2, "two workers")
    before = value_of(figures(site), "portal_operation_responses_total", operation="get_portal", **{"class": "2xx"})
    answered = 0
    for _ in range(60):
        answered += site.client().get("/api/v1/portal").status == 200
    def count():
        return value_of(figures(site), "portal_operation_responses_total", operation="get_portal", **{"class": "2xx"}) - before
    wait_for(lambda: count() == answered, "not everything was counted")
    seen = set()
    for _ in range(20):
        seen.add(count())
    assert seen == {answered}, "every worker tells the same"
    assert site.client().get("/api/v1/nothing").status == 404
    wait_for(lambda: value_of(figures(site), "portal_operation_responses_total", operation="none", **{"class": "4xx"}) >= 1, "an unknown path")


def test_bytes_of_files_are_counted(site):
    client = sign_in(site, "brightwater")
    document = client.get("/api/v1/documents").json()["items"][0]
    before = value_of(figures(site), "portal_file_bytes_total")
    url = f"/api/v1/documents/{document['id']}/content"
    whole = client.get(url).body
    part = client.get(url, headers={"Range": "bytes=0-9"})
    assert part.status == 206 and client.request("HEAD", url).status == 200
    assert client.get(url, headers={"Range": f"bytes={len(whole)}-"}).status == 416
    wait_for(lambda: value_of(figures(site), "portal_file_bytes_total") - before == len(whole) + 10, "other bytes than those that were sent")


def test_counters_outlive_workers(make_site):
    site = make_site(workers=1, server_extra=METRICS)
    for _ in range(10):
        assert site.client().get("/api/v1/portal").status == 200
    before = value_of(figures(site), "portal_requests_started_total")
    assert before >= 10
    time.sleep(0.6)  # what a worker counted in its last half second dies with it
    (worker,) = site.nginx.workers()
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: site.nginx.workers() not in ([], [worker]), "no new worker")
    site.nginx.wait_until_healthy()
    assert [line for line in site.nginx.alarms() if "signal 9" not in line] == []
    assert value_of(figures(site), "portal_requests_started_total") >= before
    wait_for(lambda: value_of(figures(site), "portal_workers") == 1, "the dead worker is still counted")
    before = value_of(figures(site), "portal_requests_started_total")
    site.nginx.reload()
    assert value_of(figures(site), "portal_requests_started_total") >= before
    wait_for(lambda: value_of(figures(site), "portal_workers") == 1, "the worker that left is still counted")


def test_metrics_can_be_kept_to_oneself(make_site):
    site = make_site(demo=False, workers=1, server_extra="location = /metrics { portal_metrics; allow 192.0.2.1; deny all; }")
    assert site.nginx.client().get("/metrics").status == 403


def log_entries(site, marker: str) -> list[dict]:
    def found():
        entries = [json.loads(line) for line in site.nginx.access_log.read_text(errors="replace").splitlines()]
        return [entry for entry in entries if entry["user_agent"] == marker]
    return wait_for(found, f"no line of {marker}")


def test_time_in_the_database_is_told(site):
    client = sign_in(site, "brightwater")
    with closing(site.postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE portal.portal IN ACCESS EXCLUSIVE MODE")
        release = threading.Timer(0.4, lambda: cursor.execute("ROLLBACK"))
        release.start()
        assert client.get("/api/v1/portal", headers={"User-Agent": "slow"}).status == 200
        release.join()
    (entry,) = log_entries(site, "slow")
    assert 0.3 < float(entry["database"]) <= entry["seconds"] + 0.002


def test_a_problem_is_found_in_the_log_by_its_id(site):
    answer = site.client().get("/api/v1/jobs", headers={"User-Agent": "problem"})
    (entry,) = log_entries(site, "problem")
    assert entry["request_id"] == answer.json()["request_id"]
    assert entry["account"] == "brightwater"


def test_the_log_of_pages_names_no_account(site):
    site.client().get("/sign-in", headers={"User-Agent": "page"})
    (entry,) = log_entries(site, "page")
    assert entry["account"] == ""


def test_no_secret_is_in_any_log(make_site):
    """R24: whatever stands in queries, cookies, headers, bodies and broken requests."""
    site = make_site(workers=1, error_level="info", server_extra=METRICS)
    word = "canary-that-must-not-be-logged"
    with closing(People(site)) as people:
        client = people.client()
        _, token = people.invite()
        secrets = {"word": word, "token": token, "password": f"{word} of a password"}
        client.headers.update({"Referer": f"http://{people.host}/{word}", "Authorization": f"Bearer {word}", "X-Api-Key": word})
        client.cookies.update({COOKIE: word, "other": word})
        for path in (f"/sign-in?next={word}", f"/api/v1/jobs?q={word}", f"/api/v1/nothing?email={word}@mail.example", f"/api/v1/jobs?{word}=%00",
                     f"/nothing?token={token}", f"/assets/nothing.js?{word}"):
            client.get(path)
        for body in ({"email": f"{word}@mail.example", "password": secrets["password"]}, {"email": word, "password": secrets["password"], word: 1}):
            client.post(SESSION, json=body)
        client.post("/api/v1/activation", json={"token": token, "email": f"{word}@mail.example", "password": secrets["password"]})
        client.post("/api/v1/activation/lookup", json={"token": word})
        client.post(SESSION, body=b'{"password": "' + word.encode() + b'\xff', headers={"Content-Type": "application/json"})
        client.put(SESSION + "/membership", json={"membership_id": word})
        client.get("/healthz", headers={"User-Agent": "last"})
        client.get("/help", headers={"User-Agent": "last"})
        log_entries(site, "last")
        for file in (site.nginx.access_log, site.nginx.error_log):
            text = file.read_text()
            assert "portal" in text, "the control: this is the log"
            assert [name for name, secret in secrets.items() if secret in text] == [], file
