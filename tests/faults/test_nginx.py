"""What happens to nginx itself (SECURITY, part 2, N1 to N5), under the sanitizers and under load: whoever was told "done" finds it done, and whoever
asks again is served."""

import http.client
import itertools
import os
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from support import exposition
from support.client import Client
from support.faults import fault_seconds
from support.signing_in import sign_in
from support.site import PrivateSite

METRICS = "location = /metrics { access_log off; portal_metrics; }"
KILLED = r"\[alert\].* exited on signal 9"


class Load(threading.Thread):
    """Asks all the time, on a new connection each time. `turn` asks once and answers what went wrong, or nothing."""

    def __init__(self, turn):
        super().__init__(daemon=True)
        self._turn = turn
        self._ending = threading.Event()
        self.succeeded = 0
        self.reset = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                wrong = self._turn()
                if wrong:
                    self.wrong.append(wrong)
                else:
                    self.succeeded += 1
            except (ConnectionError, http.client.HTTPException):
                self.reset += 1
            except Exception as error:
                self.wrong.append(repr(error))
            time.sleep(0.005)

    def end(self) -> None:
        self._ending.set()
        self.join(30)


class Writer:
    """A member who counts in the own first name: what was acknowledged must be there."""

    def __init__(self, site: PrivateSite):
        self._site = site
        self._client = sign_in(site, "brightwater")
        self._email = self._client.get("/api/v1/session").json()["member"]["email"]
        self._numbers = itertools.count(1)
        self.acknowledged = 0

    def __call__(self) -> str | None:
        number = next(self._numbers)
        answer = self._client.request("PATCH", "/api/v1/me", json={"first_name": f"n{number}"})
        if answer.status == 200:
            self.acknowledged = number
            return None
        return f"{answer.status} {answer.text}"

    def stored(self) -> int:
        ((name,),) = self._site.postgres.execute("SELECT first_name FROM portal.member JOIN portal.account USING (account_id) "
                                                 "WHERE slug = 'brightwater' AND email = %s", (self._email,))
        return int(name.removeprefix("n"))


def reader(client: Client, path: str):
    expected = client.get(path).json()

    def turn() -> str | None:
        answer = client.get(path)
        return None if answer.status == 200 and answer.json() == expected else f"{answer.status} {answer.body[:100]!r}"
    return turn


def loads_of(site: PrivateSite) -> tuple[list[Load], Writer]:
    writer = Writer(site)
    turns = [writer, reader(sign_in(site, "northside"), "/api/v1/jobs"), reader(site.client(), "/api/v1/portal")]
    return [Load(turn) for turn in turns], writer


def wait_for(condition, what: str, seconds: float = 20):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
    return found


def figure(site: PrivateSite, name: str) -> float:
    return exposition.value_of(exposition.parse(site.nginx.client().get("/metrics").text), name)


def check_nothing_left(site: PrivateSite, writer: Writer) -> None:
    assert writer.stored() >= writer.acknowledged > 0, "what was acknowledged is not there"
    wait_for(lambda: figure(site, "portal_requests_active") == 0, "requests are still alive")
    wait_for(lambda: figure(site, "portal_workers") == len(site.nginx.workers()), "workers that are no more are still counted")


@pytest.fixture
def site(make_site):
    # Walking whole stacks in each round of a hash takes longer than the round.
    return make_site(workers=2, error_level="notice", exact_stacks=False, server_extra=METRICS)


def test_n1_reloads_under_load_fail_nobody(site):
    loads, writer = loads_of(site)
    for load in loads:
        load.start()
    reloads = 0
    end = time.monotonic() + fault_seconds()
    try:
        while time.monotonic() < end:
            before = set(site.nginx.workers())
            site.nginx.reload(wait=False)
            wait_for(lambda: set(site.nginx.workers()) - before, "no new workers")
            reloads += 1
            # Old workers look for leaks on their way out; more than a few generations of them at once only slow each other down.
            wait_for(lambda: len(site.nginx.workers()) <= 6, "old workers do not leave", 30)
    finally:
        for load in loads:
            load.end()
    print(f"{reloads} reloads, {sum(load.succeeded for load in loads)} requests")
    assert reloads >= 3
    for load in loads:
        assert (load.wrong, load.reset) == ([], 0)
        assert load.succeeded > 3, "the control: nobody asked"
    wait_for(lambda: len(site.nginx.workers()) == 2, "old workers do not leave", 30)
    check_nothing_left(site, writer)


def test_n3_a_killed_worker_takes_nothing_along_but_its_own(site):
    loads, writer = loads_of(site)
    for load in loads:
        load.start()
    kills = 0
    waits = []
    end = time.monotonic() + fault_seconds()
    try:
        while time.monotonic() < end:
            time.sleep(0.3)
            before = site.nginx.workers()
            os.kill(before[kills % len(before)], signal.SIGKILL)
            kills += 1
            started = time.monotonic()
            site.nginx.wait_until_healthy()
            waits.append(time.monotonic() - started)
            wait_for(lambda: len(site.nginx.workers()) == 2, "no new worker")
    finally:
        for load in loads:
            load.end()
    print(f"{kills} workers killed, {sum(load.reset for load in loads)} requests reset, {sum(load.succeeded for load in loads)} answered, next answer after "
          f"{max(waits) * 1000:.0f} ms at most")
    for load in loads:
        assert load.wrong == []
        # One connection at a time each: no kill can reset more than the one that it had.
        assert load.reset <= kills
        assert load.succeeded > kills
    assert max(waits) < 2
    check_nothing_left(site, writer)
    assert [line for line in site.nginx.alarms() if not re.search(KILLED, line)] == []


def test_n4_workers_go_on_without_their_master(site):
    writer = Writer(site)
    workers = site.nginx.workers()
    os.kill(site.nginx.pid, signal.SIGKILL)
    site.nginx._process.wait()
    try:
        for _ in range(10):
            assert writer() is None
            assert site.client().get("/api/v1/portal").status == 200
        assert writer.stored() == writer.acknowledged
    finally:
        # What systemd does with a unit that has lost its main process.
        for worker in workers:
            os.kill(worker, signal.SIGTERM)
    wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), "workers do not end", 30)
    site.nginx._process = None
    site.nginx.start()
    assert writer() is None
    check_nothing_left(site, writer)


def test_n5_a_configuration_that_cannot_be_used_changes_nothing(site):
    loads, writer = loads_of(site)
    workers = site.nginx.workers()
    good = site.nginx.configuration.read_text()
    not_a_module = site.nginx.folder / "not_a_module.so"
    not_a_module.write_bytes(b"\x7fELF this is none")
    keys = site.keys_file.read_bytes()
    for load in loads:
        load.start()
    try:
        for broken in (good + "\nthis is no directive;\n", good.replace("http {", "http { portal_postgres \"host=example.com\";", 1),
                       re.sub(r"load_module \S+;", f"load_module {not_a_module};", good), "keys"):
            if broken == "keys":
                site.keys_file.write_bytes(b"not keys\n")
            else:
                site.nginx.configuration.write_text(broken)
            seen = len(site.nginx.error_log.read_text(errors="replace"))
            site.nginx.reload(wait=False)
            wait_for(lambda: "[emerg]" in site.nginx.error_log.read_text(errors="replace")[seen:], "nobody has noticed")
            assert site.nginx.workers() == workers
            site.nginx.configuration.write_text(good)
    finally:
        site.keys_file.write_bytes(keys)
        for load in loads:
            load.end()
    for load in loads:
        assert (load.wrong, load.reset) == ([], 0)
        assert load.succeeded > 0, "the control: nobody asked"
    assert [line for line in site.nginx.alarms() if "[emerg]" not in line] == []
    site.nginx.reload()
    assert writer() is None
    check_nothing_left(site, writer)
