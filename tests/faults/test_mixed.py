"""Everything at once (SECURITY, part 2: N1, N3, P1, P13, Q1): members of two accounts read from memory and change what is theirs, fifty pages follow, and meanwhile nginx is
reloaded, a worker is killed, PostgreSQL and Redis are restarted. Nobody sees what is somebody else's, or what has not been true for a second; nothing that was
acknowledged is lost; whoever asks again is served, and pages hear of changes again."""

import http.client
import itertools
import os
import re
import signal
import time
from contextlib import closing
from pathlib import Path

from support import exposition
from support.client import Client
from support.mixed_load import MixedLoad
from support.pace import slowness_of_this_run
from support.world import World

METRICS = "location = /metrics { access_log off; portal_metrics; }"
KILLED = r"\[alert\].* exited on signal 9"
WORKERS, STREAMS = 2, 50
AFTER_A_KILL = 0.1 * slowness_of_this_run()
AFTER_POSTGRESQL = 5.0
STREAMS_BACK = 10.0
USUAL_ANSWERS = 10
OUTAGE = 1.5  # longer than the lease of what is in memory


def run_seconds() -> float:
    return 60 if os.environ.get("PORTAL_LONG") == "1" else 10


def wait_for(condition, what: str, seconds: float = 20):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.005)
    return found


class Faults:
    """Each of them returns once everybody is served again. `reloads` and `kills` are when connections may be lost, `outages` when answers may be refused."""

    def __init__(self, site, load: MixedLoad, asking: Client):
        self._site, self._load, self._asking = site, load, asking
        self.reloads: list[tuple[float, float]] = []
        self.kills: list[tuple[float, float]] = []
        self.outages: list[tuple[float, float]] = []
        self.after_kills: list[tuple[float, float]] = []  # with the longest that the same answer took just before
        self.after_outages: list[float] = []

    def reload(self) -> None:
        """N1."""
        started = time.monotonic()
        self._site.nginx.reload()
        self.reloads.append((started, time.monotonic() + 1))
        self._wait_for_pages(started, resync=True)

    def kill_a_worker(self) -> None:
        """N3: the one with the most connections."""
        victim = max(self._site.nginx.workers(), key=lambda pid: len(os.listdir(f"/proc/{pid}/fd")))
        ended = sum(follower.ends for follower in self._load.followers)
        usual = max(self._seconds_to_next_answer(time.monotonic()) for _ in range(USUAL_ANSWERS))
        killed = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        self.after_kills.append((self._seconds_to_next_answer(killed), usual))
        self.kills.append((killed, killed + 1))
        wait_for(lambda: self._load.slowest_success(killed) is not None, "somebody is not served after a worker's death", 5)
        wait_for(lambda: len(self._site.nginx.workers()) == WORKERS and not Path(f"/proc/{victim}").exists(), "no new worker")
        self._wait_for_pages(time.monotonic())
        assert sum(follower.ends for follower in self._load.followers) > ended, "the control: a worker with streams"

    def restart_postgresql(self) -> None:
        """P1 with P13 in turn."""
        stopped = time.monotonic()
        self._site.postgres.stop(signal.SIGINT if len(self.outages) % 2 else signal.SIGQUIT)
        time.sleep(OUTAGE)
        self._site.postgres.start()
        returned = time.monotonic()
        self.after_outages.append(wait_for(lambda: self._load.slowest_success(returned), "somebody is not served after PostgreSQL's return", AFTER_POSTGRESQL))
        self.outages.append((stopped, returned + AFTER_POSTGRESQL))
        self._wait_for_pages(stopped, resync=True)

    def restart_redis(self) -> None:
        """Q1."""
        self._site.redis.stop()
        time.sleep(OUTAGE / 3)
        self._site.redis.start()
        self._wait_for_pages(time.monotonic())

    def _seconds_to_next_answer(self, since: float) -> float:
        """Of somebody who asks again at once when the connection is lost."""
        while True:
            try:
                if self._asking.get("/api/v1/jobs").status == 200:
                    return time.monotonic() - since
            except (ConnectionError, http.client.HTTPException):
                assert time.monotonic() - since < 5, "nobody answers after a worker's death"

    def _wait_for_pages(self, moment: float, *, resync: bool = False) -> None:
        wait_for(lambda: self._load.all_told(moment, resync=resync), "a stream does not tell of changes again", STREAMS_BACK)


def within(moment: float, times: list[tuple[float, float]]) -> bool:
    return any(start <= moment <= end for start, end in times)


def test_nobody_sees_what_is_wrong_while_everything_is_restarted(make_site):
    # Walking whole stacks in each round of a hash takes longer than the round.
    site = make_site(workers=WORKERS, redis=True, demo=False, error_level="notice", exact_stacks=False, server_extra=METRICS)
    with closing(World(site)) as world:
        world.wait_until_served()
        asking = world.signed_in(world.add_member(world.matrix, "One"))
        asking.settle = None
        started = time.monotonic()
        with MixedLoad(world, streams=STREAMS) as load:
            faults = Faults(site, load, asking)
            wait_for(lambda: load.slowest_success(started) is not None and load.all_told(started, resync=True), "the load does not begin")
            order = [faults.reload, faults.kill_a_worker, faults.restart_postgresql, faults.restart_redis]
            for number, fault in enumerate(itertools.cycle(order)):
                if number >= len(order) and time.monotonic() - started > run_seconds():
                    break
                fault()
            while time.monotonic() - started < run_seconds():
                time.sleep(0.1)
            hits = exposition.value_of(exposition.parse(site.nginx.client().get("/metrics").text), "portal_cache_lookups_total", result="hit")
    print(f"{load.answers} answers, {sum(reader.unchanged for reader in load.readers)} of them 304, {hits:.0f} hits since the last death; {load.changes.committed} changes,"
          f" {sum(len(writer.acknowledged) for writer in load.writers)} own ones, {sum(switcher.switched for switcher in load.switchers)} switches;"
          f" {sum(len(member.lost) for member in load.members)} connections lost; after a kill {[round(1000 * each) for each, _ in faults.after_kills]} ms"
          f" where it had been {[round(1000 * usual) for _, usual in faults.after_kills]} at most,"
          f" after PostgreSQL's return {[round(each, 2) for each in faults.after_outages]} s until all are served;"
          f" streams opened again {sum(follower.ends for follower in load.followers)} times")
    assert load.wrong == [], f"{len(load.wrong)}: {load.wrong[:5]}"
    assert load.lost_writes() == []
    assert max(seconds - usual for seconds, usual in faults.after_kills) < AFTER_A_KILL
    for member in load.members:
        assert [moment - started for moment in member.refused if not within(moment, faults.outages)] == [], "refused while PostgreSQL was there"
        # A connection that is kept ends with the worker that has to go, also where a question is just on its way.
        may_be_lost = faults.kills + (faults.reloads if member.client.keeps else [])
        assert [moment - started for moment in member.lost if not within(moment, may_be_lost)] == [], "a connection was lost while no worker had to go"
    # The controls: it was asked, and what was asked for changed.
    assert hits > 10 and sum(reader.unchanged for reader in load.readers) > 10 and all(len(reader.numbers) > 3 for reader in load.readers)
    assert all(len(writer.acknowledged) > 3 for writer in load.writers) and all(switcher.switched > 3 for switcher in load.switchers)
    assert any(member.refused for member in load.members) and any(member.lost for member in load.members)
    assert [line for line in site.nginx.alarms() if not re.search(KILLED, line)] == []
