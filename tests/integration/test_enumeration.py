"""R05: whoever asks does not learn whether a login exists, neither from what is answered nor from how long it takes.

Times are compared by Welch's t on their ranks: the middle of the times decides, and what else the machine did meanwhile does not.
Each round asks once of every kind, in an order of chance. Beside them runs the control, the same request with 1 ms added by the client:
as long as the measurement does not see that, it goes on, and in the end it has to. Where it is allowed, all that takes part runs before
everything else on the machine.
"""

import itertools
import os
import random
import statistics
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from support.client import Answer
from support.people import Person, People, comparable
from support.site import PrivateSite

ROUNDS = 2000 if os.environ.get("PORTAL_LONG") == "1" else 300
LONGEST = 4 * ROUNDS
ENOUGH = 4.5
PLANTED = 0.001
KINDS = ("known", "invited", "removed", "locked")
SESSION = "/api/v1/session"
RESET = "/api/v1/password-reset"

_numbers = itertools.count()


@pytest.fixture(scope="module")
def people(servers):
    with PrivateSite(servers / "enumeration", workers=1) as site, closing(People(site)) as people:
        ask(people, SESSION, "nobody.yet@example.com")  # its connections are open now
        backends = [pid for pid, in people.rows("SELECT pid FROM pg_stat_activity WHERE usename = 'portal_edge'")]
        with before_everything([os.getpid(), *site.nginx.workers(), *backends]):
            yield people


@contextmanager
def before_everything(processes: list[int]):
    threads = [int(task.name) for process in processes for task in Path(f"/proc/{process}/task").iterdir()]
    try:
        for thread in threads:
            os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pass  # an ordinary user's machine has to be quiet
    try:
        yield
    finally:
        for task in Path("/proc/self/task").iterdir():
            os.sched_setscheduler(int(task.name), os.SCHED_OTHER, os.sched_param(0))


def make_person(people: People, kind: str) -> Person:
    return people.invite()[0] if kind == "invited" else people.add_member(state="active" if kind == "known" else kind)


def welch_of_ranks(left: list[float], right: list[float]) -> float:
    order = {value: rank for rank, value in enumerate(sorted([*left, *right]))}
    one, other = ([order[value] for value in values] for values in (left, right))
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / spread ** 0.5


def ask(people: People, path: str, email: str, wait: float = 0) -> tuple[float, Answer]:
    client = people.client()
    body = {"email": email} if path == RESET else {"email": email, "password": "certainly not the one"}
    started = time.perf_counter()
    while time.perf_counter() - started < wait:
        pass
    answer = client.post(path, json=body)
    return time.perf_counter() - started, answer


def measure(people: People, path: str, emails: dict[str, list[str]]) -> dict[str, float]:
    """The statistic of each kind against logins that do not exist. Members who may not sign in are asked of in every third round."""
    kinds = [*emails, "unknown", "planted"]
    often = [kind for kind in kinds if kind not in KINDS[1:]]
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    chance = random.Random(5)
    answers = set()
    while True:
        now = kinds if len(seconds["unknown"]) % 3 == 0 else often
        for kind in chance.sample(now, len(now)):
            email = chance.choice(emails[kind]) if kind in emails else f"nobody{next(_numbers)}@example.com"
            took, answer = ask(people, path, email, PLANTED if kind == "planted" else 0)
            seconds[kind].append(took)
            answers.add((answer.status, bool(answer.body)))
        done = len(seconds["unknown"])
        if done >= ROUNDS and (welch_of_ranks(seconds["planted"], seconds["unknown"]) > ENOUGH or done >= LONGEST):
            break
    assert len(answers) == 1, answers
    return {kind: welch_of_ranks(seconds[kind], seconds["unknown"]) for kind in kinds if kind != "unknown"}


def check(statistics_by_kind: dict[str, float]) -> None:
    planted = statistics_by_kind.pop("planted")
    assert planted > ENOUGH, f"the measurement does not see 1 ms: {planted}"
    assert all(abs(value) < ENOUGH for value in statistics_by_kind.values()), statistics_by_kind


@pytest.mark.parametrize("path", [SESSION, RESET])
def test_answers_are_equal(people, path):
    """Status, headers but the date and ids, and body."""
    answers = [ask(people, path, make_person(people, kind).email)[1] for kind in KINDS]
    answers += [ask(people, path, email)[1] for email in ("nobody.at.all@example.com", "no address")]
    if path == SESSION:
        assert len({str(comparable(answer)) for answer in answers}) == 1
    else:
        assert {answer.status for answer in answers} == {202}
        headers = [sorted((name, value) for name, value in answer.headers if name.lower() not in ("date", "x-request-id")) for answer in answers]
        assert all(each == headers[0] for each in headers) and not any(answer.body for answer in answers)


def test_times_of_signing_in(people):
    check(measure(people, SESSION, {kind: [make_person(people, kind).email] for kind in KINDS}))


def test_times_of_a_forgotten_password(people):
    """Many members, because one gets only so many mails."""
    check(measure(people, RESET, {"known": [make_person(people, "known").email for _ in range(100)]}))
