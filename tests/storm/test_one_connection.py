"""Two accounts share each connection to nginx, and its connections to PostgreSQL, whose answers come in single bytes and small pieces: every answer is
whole and belongs to the request that it stands behind, also where others were given up before they were answered. With `--long` 100,000 requests are
asked so; nothing of them is left alive.
"""

import itertools
import os
import random
import re
import socket
import threading
import time

import pytest

from support.faults import fault_seconds
from support.signing_in import sign_in

LONG = os.environ.get("PORTAL_LONG") == "1"
# Of both kinds together: answered, and given up before.
LEAST_ASKED = 100_000 if LONG else 300
# The first of them in single bytes, which takes a system call for each on both sides; the others in small pieces.
IN_SINGLE_BYTES = 5_000 if LONG else 300
LONGEST_PIECE = 40
MOST_SECONDS = 720 if LONG else 60
COOKIE = "portal-member"
ACCOUNTS = ("brightwater", "northside")
CLIENTS = 6
PATHS = ("/api/v1/session", "/api/v1/jobs", "/api/v1/portal", "/api/v1/sites", "/api/v1/jobs?limit=5&sort=-number", "/api/v1/documents",
         "/api/v1/jobs/999999999", "/api/v1/documents/999999999")


class Asked:
    """A request and what must be in its answer: the whole body, but for the id of the request that a problem repeats."""

    def __init__(self, client, slug: str, path: str):
        answer = client.get(path)
        self.status = answer.status
        self.body = self._without_id(answer.body)
        self.path = f"{slug} {path}"
        self.wire = (f"GET {path} HTTP/1.1\r\nHost: {slug}.localhost\r\nCookie: {COOKIE}={client.cookies[COOKIE]}\r\n"
                     "Sec-Fetch-Site: same-origin\r\n\r\n").encode()

    @staticmethod
    def _without_id(body: bytes) -> bytes:
        return body.partition(b'"request_id"')[0]

    def is_answered_by(self, status: int, body: bytes) -> bool:
        return status == self.status and self._without_id(body) == self.body


class Sharing(threading.Thread):
    """Sends several requests of both accounts at once over one connection, reads some of the answers and then, mostly, goes away."""

    def __init__(self, port: int, asked: list[Asked], seed: int, ending: threading.Event):
        super().__init__(daemon=True)
        self._port, self._asked, self._random, self._ending = port, asked, random.Random(seed), ending
        self.answered = self.given_up = self.busy = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self._ending.is_set():
            batch = self._random.choices(self._asked, k=self._random.randrange(2, 12))
            wanted = self._random.choice((len(batch), len(batch), self._random.randrange(len(batch))))
            with socket.create_connection(("127.0.0.1", self._port), timeout=20) as connection:
                connection.sendall(b"".join(one.wire for one in batch))
                reader = connection.makefile("rb")
                for one in batch[:wanted]:
                    self._read(reader, one)
                self.given_up += len(batch) - wanted

    def _read(self, reader, one: Asked) -> None:
        status = int(reader.readline().split()[1])
        headers = dict(line.decode().lower().rstrip("\r\n").split(": ", 1) for line in itertools.takewhile(lambda line: line != b"\r\n", reader))
        body = reader.read(int(headers["content-length"]))
        if status == 503:
            self.busy += 1
        elif one.is_answered_by(status, body):
            self.answered += 1
        else:
            self.wrong.append(f"{one.path}: {status} {body[:200]}")


def wait_for(condition, what: str, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.mark.parametrize("wire", ["whole", "sliced"])
def test_every_answer_is_its_own(make_site, wire):
    site = make_site(workers=1, proxied=True, error_level="warn", server_extra="location = /metrics { portal_metrics; }")
    asked = [Asked(sign_in(site, slug), slug, path) for slug in ACCOUNTS for path in PATHS]
    # The control: were the answers alike, one in the place of another would not be seen.
    assert len({(one.status, one.body) for one in asked if one.status == 200}) >= 2 * (len(PATHS) - 2)
    if wire == "sliced":
        site.proxy.slice(True)
    ending = threading.Event()
    worker, = site.nginx.workers()
    clients = [Sharing(site.nginx.port, asked, seed, ending) for seed in range(CLIENTS)]

    def requests() -> int:
        return sum(each.answered + each.busy + each.given_up for each in clients)

    for each in clients:
        each.start()
    started = time.monotonic()
    time.sleep(fault_seconds())
    if wire == "sliced":
        wait_for(lambda: requests() >= IN_SINGLE_BYTES, "too few requests in single bytes", MOST_SECONDS)
        site.proxy.slice(True, longest=LONGEST_PIECE)
        wait_for(lambda: requests() >= LEAST_ASKED, "too few requests in the time", MOST_SECONDS)
    ending.set()
    for each in clients:
        each.join(30)
        assert not each.is_alive()
    print(f"{wire}: {requests()} requests in {time.monotonic() - started:.0f} s, {sum(each.answered for each in clients)} answered, "
          f"{sum(each.given_up for each in clients)} given up, {sum(each.busy for each in clients)} refused for want of room")
    assert [wrong for each in clients for wrong in each.wrong] == []
    assert sum(each.answered for each in clients) > 100 and sum(each.given_up for each in clients) > 20
    wait_for(lambda: re.search(r"^portal_requests_active 0$", site.nginx.client().get("/metrics").text, re.MULTILINE), "requests are still alive")
    assert site.nginx.workers() == [worker], "the worker died"
