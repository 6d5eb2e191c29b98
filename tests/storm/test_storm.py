"""Connections that are aborted, under the address and undefined behaviour sanitizers, while others are served: nothing of them is left.

20,000 in `./dev test`, which is what its time allows, and 100,000 with `--long`.
"""

import itertools
import os
import re
import threading
import time
from pathlib import Path

import pytest

from aborting import STAGES, Requests, Wave
from support.signing_in import sign_in
from support.site import PrivateSite

LONG = os.environ.get("PORTAL_LONG") == "1"
ABORTED = 100_000 if LONG else 20_000
# Through a wire that passes one byte at a time.
ABORTED_SLICED = 10_000 if LONG else 1_600
WAVE = 2_000
WAVE_SLICED = 400
COOKIE = "portal-member"
METRICS = "location = /metrics { portal_metrics; }"


def metric(site: PrivateSite, name: str) -> int:
    text = site.nginx.client().get("/metrics").text
    return int(re.search(rf"^{re.escape(name)} (\d+)$", text, re.MULTILINE)[1])


def wait_for(condition, what: str, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def descriptors(worker: int) -> int:
    return len(os.listdir(f"/proc/{worker}/fd"))


def besides_database(site: PrivateSite, worker: int) -> int:
    """Descriptors but those of connections to PostgreSQL, which are opened when they are needed and kept."""
    connections = sum(metric(site, f'portal_lane_connections{{lane="{lane}"}}') for lane in ("reads", "writes", "searches", "imports"))
    return descriptors(worker) - connections


def memory(worker: int) -> int:
    """Resident, in kilobytes."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{worker}/status").read_text())[1])


class Bystander(threading.Thread):
    """Somebody of one account who is served all the time, and must always get what is his."""

    def __init__(self, site: PrivateSite, slug: str):
        super().__init__(daemon=True)
        self.slug = slug
        self._client = sign_in(site, slug)
        self._paths = ("/api/v1/jobs", "/api/v1/session", "/api/v1/portal", "/api/v1/jobs?limit=5&sort=-number")
        self._expected = {path: self._client.get(path).json() for path in self._paths}
        self._ending = threading.Event()
        self.answered = 0
        self.busy = 0
        self.wrong: list[str] = []

    @property
    def cookie(self) -> str:
        return self._client.cookies[COOKIE]

    def run(self) -> None:
        for path in itertools.cycle(self._paths):
            if self._ending.is_set():
                return
            try:
                answer = self._client.get(path)
            except OSError as error:
                self.wrong.append(f"{path}: {error!r}")
                continue
            if answer.status == 503 and answer.code == "overloaded":
                self.busy += 1
            elif answer.status != 200 or answer.json() != self._expected[path]:
                self.wrong.append(f"{path}: {answer.status} {answer.body[:200]}")
            else:
                self.answered += 1
            time.sleep(0.01)

    def end(self) -> None:
        self._ending.set()
        self.join(20)


@pytest.fixture
def site(make_site):
    return make_site(workers=1, server_extra=METRICS, error_level="warn")


def requests_of(somebody: Bystander) -> Requests:
    head = f"Host: {somebody.slug}.localhost\r\nCookie: {COOKIE}={somebody.cookie}\r\nSec-Fetch-Site: same-origin\r\n"
    body = '{"email": "nobody@example.com", "password": "wrong password here"}'
    def asking(path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\n{head}\r\n".encode()

    return Requests(small=asking("/api/v1/portal"), list=asking("/api/v1/jobs"), large=asking("/api/v1/sites"),
                    sign_in=f"POST /api/v1/session HTTP/1.1\r\n{head}Content-Type: application/json\r\n"
                            f"Content-Length: {len(body)}\r\n\r\n{body}".encode())


def add_large_answers(site: PrivateSite) -> None:
    """1.2 megabytes of sites for the clients of the bystanders."""
    for slug, account in site.accounts.items():
        site.postgres.execute("""INSERT INTO portal.site (account_id, client_id, name, address)
            SELECT a.account_id, c.client_id, 'LARGE ' || n, repeat('🏠', 1000) FROM portal.account a JOIN portal.client c USING (account_id),
            generate_series(1, 300) n WHERE a.slug = %s AND coalesce(c.organisation_name, c.first_name || ' ' || c.surname) = %s""",
                              (slug, account["members"][0]["client"]))


def test_nothing_is_left_of_aborted_connections(site):
    add_large_answers(site)
    storm(site, ABORTED, WAVE)


def test_nothing_is_left_when_answers_come_in_single_bytes(make_site):
    """The database's answers end in the middle of everything, and every request has left by the time that some of them are whole."""
    site = make_site(workers=1, server_extra=METRICS, error_level="warn", proxied=True)
    site.proxy.slice(True)
    storm(site, ABORTED_SLICED, WAVE_SLICED, least=3)


def storm(site: PrivateSite, aborted: int, size: int, least: int = 50) -> None:
    """`least`: as many answers each bystander has to get meanwhile."""
    bystanders = [Bystander(site, slug) for slug in ("brightwater", "northside")]
    requests = [requests_of(each) for each in bystanders]
    worker = site.nginx.workers()[0]

    # What is opened once and kept is no leak.
    Wave(site.nginx.port, requests[0], seed=0).run(min(size, 400))
    wait_for(lambda: metric(site, "portal_requests_active") == 0, "the first wave has left requests behind")
    time.sleep(0.3)
    before = besides_database(site, worker)
    aborted_before = metric(site, "portal_requests_aborted_total")

    for each in bystanders:
        each.start()
    waves = [Wave(site.nginx.port, requests[number % 2], seed=number) for number in range(1, aborted // size + 1)]
    resident = []
    for wave in waves:
        wave.run(size)
        resident.append(memory(worker))
    for each in bystanders:
        each.end()

    assert sum(sum(wave.counts.values()) for wave in waves) == aborted
    assert all(wave.counts[stage] >= size // len(STAGES) for wave in waves for stage in STAGES)
    for each in bystanders:
        assert each.wrong == [], f"{len(each.wrong)} wrong answers"
        assert each.answered >= least
    wait_for(lambda: metric(site, "portal_requests_active") == 0, "requests are still alive")
    # The control: had nobody left while the work was going on, the storm would have proved little.
    assert metric(site, "portal_requests_aborted_total") - aborted_before > aborted // 50
    wait_for(lambda: besides_database(site, worker) <= before, f"descriptors besides those of lanes: {before} before")
    assert site.nginx.workers() == [worker], "the worker died"
    # Sanitizers keep freed memory back for a while, up to their quarantine's 256 MB; a leak of every request's memory would go on growing.
    assert resident[-1] - resident[len(resident) // 2] < 150_000, resident
