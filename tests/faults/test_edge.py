"""What is answered from a worker's memory while what would tell of changes is cut, frozen or away: nobody sees what has not been true for a second, and
nobody sees an error."""

import itertools
import os
import re
import signal
import threading
import time

import pytest

from support import exposition
from support.faults import fault_seconds
from support.signing_in import sign_in

METRICS = "location = /metrics { access_log off; portal_metrics; }"
CHANGE_EVERY = 0.05
FAULT_EVERY = 2.0
FROZEN_FOR = 1.5
MAY_BE_OLD = 1.0
# The listener asks with an empty statement once it listens.
LISTENERS = "SELECT pid FROM pg_stat_activity WHERE usename = 'portal_edge' AND (query ILIKE 'listen%' OR query = '')"
MARK = re.compile(r"Mark (\d+) Lane")


class Changes(threading.Thread):
    """Another system that gives one job a new address all the time, and remembers when each was committed."""

    def __init__(self, site, job: int):
        super().__init__(daemon=True)
        self._site, self._job = site, job
        self._ending = threading.Event()
        self.committed: list[float] = [time.monotonic()]
        self._change(0)

    def _change(self, number: int) -> None:
        self._site.postgres.execute("UPDATE portal.job SET address = %s WHERE job_id = %s", (f"Mark {number} Lane", self._job))
        self.committed.append(time.monotonic())

    def run(self) -> None:
        for number in itertools.count(1):
            if self._ending.wait(CHANGE_EVERY):
                return
            self._change(number)

    def end(self) -> None:
        self._ending.set()
        self.join(30)

    def oldest_allowed(self, asked_at: float) -> int:
        """The number that was committed last, a second before somebody asked."""
        committed = list(self.committed)
        return max((number - 1 for number in range(1, len(committed)) if committed[number] <= asked_at - MAY_BE_OLD), default=0)


class Reader(threading.Thread):
    def __init__(self, client, path: str, changes: Changes):
        super().__init__(daemon=True)
        self._client, self._path, self._changes = client, path, changes
        self._ending = threading.Event()
        self.answers = 0
        self.numbers: set[int] = set()
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                self._turn()
            except Exception as error:
                self.wrong.append(repr(error))
            time.sleep(0.002)

    def _turn(self) -> None:
        asked_at = time.monotonic()
        answer = self._client.get(self._path)
        if answer.status != 200:
            self.wrong.append(f"{answer.status} {answer.body[:200]!r}")
            return
        self.answers += 1
        number = int(MARK.search(answer.text)[1])
        self.numbers.add(number)
        if number < self._changes.oldest_allowed(asked_at):
            self.wrong.append(f"{number} was told where {self._changes.oldest_allowed(asked_at)} had been true for a second")

    def end(self) -> None:
        self._ending.set()
        self.join(30)


def figures(site) -> dict:
    return exposition.parse(site.nginx.client().get("/metrics").text)


def listeners(site) -> list[int]:
    return [pid for (pid,) in site.postgres.execute(LISTENERS)]


def cut(site) -> None:
    for pid in listeners(site):
        site.postgres.execute("SELECT pg_terminate_backend(%s)", (pid,))


def freeze(site) -> None:
    """The connection stays and nobody speaks."""
    pids = listeners(site)
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(FROZEN_FOR)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("faults", [[], [cut], [freeze], [cut, freeze]], ids=["none", "cut", "frozen", "both"])
def test_nothing_older_than_a_second_is_told(make_site, faults):
    site = make_site(workers=2, error_level="notice", exact_stacks=False, server_extra=METRICS)
    member = sign_in(site, "northside")
    job = member.get("/api/v1/jobs").json()["items"][0]["id"]
    changes = Changes(site, int(job))
    readers = [Reader(sign_in(site, "northside"), path, changes) for path in ("/api/v1/jobs", f"/api/v1/jobs/{job}", "/api/v1/jobs")]
    changes.start()
    for reader in readers:
        reader.start()
    end = time.monotonic() + 2 * fault_seconds()
    try:
        for fault in itertools.cycle(faults or [lambda _: None]):
            time.sleep(FAULT_EVERY)
            if time.monotonic() > end:
                break
            fault(site)
    finally:
        changes.end()
        for reader in readers:
            reader.end()
    for reader in readers:
        assert reader.wrong == []
        assert reader.answers > 20 and len(reader.numbers) > 5, "the control: nobody asked, or nothing changed"
    print(f"{sum(reader.answers for reader in readers)} answers, {len(changes.committed)} changes")
