"""What bounds a request from outside, as the running portal has it: time in the database, and whose address counts."""

import json
import time
from contextlib import closing

PORTAL = "/api/v1/portal"


def test_a_statement_that_waits_is_ended(make_site):
    """SECURITY R42: the worker's own connections carry the limit. A lock makes an ordinary request wait."""
    site = make_site(workers=1)
    client = site.client("brightwater")
    assert client.get(PORTAL).status == 200
    with closing(site.postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE portal.portal IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        answer = client.get(PORTAL)
        waited = time.monotonic() - started
        cursor.execute("ROLLBACK")
    assert (answer.status, answer.json()["code"]) == (503, "deadline_exceeded")
    assert answer.header("Retry-After")
    assert 4 < waited < 9
    assert client.get(PORTAL).status == 200


def test_an_address_that_the_client_claims_is_ignored(make_site):
    """SECURITY R40: no proxy is configured, so nobody may say who the client is."""
    site = make_site(workers=1)
    claimed = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Forwarded-Proto": "https"}
    assert site.client("brightwater").get(PORTAL, headers=claimed).status == 200
    deadline = time.monotonic() + 5  # the line is written after the answer
    while PORTAL not in (written := site.nginx.access_log.read_text(errors="replace")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "203.0.113.9" not in written
    assert [json.loads(line)["address"] for line in written.splitlines() if PORTAL in line] == ["127.0.0.1"]
