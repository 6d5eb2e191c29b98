"""R05: whoever asks does not learn whether a login exists, neither from what is answered nor from how long it takes.

Each round asks once of every kind, in an order of chance, and times are compared within their round, by Wilcoxon's signed ranks: neither
how fast the machine is in one minute and in the next nor single waits decide. Beside them runs the control, the same request with 1 ms
added by the client: as long as the measurement does not see that, it goes on, and in the end it has to. Where it is allowed, all that
takes part runs before everything else on the machine. Each try has a password of its own: Argon2 walks through memory as password and salt
say, and each way has its own time, a tenth of a millisecond more or less.
"""

import itertools
import os
import random
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from support import staff
from support.client import Answer
from support.people import Person, People, comparable
from support.site import PrivateSite

ROUNDS = 2000 if os.environ.get("PORTAL_LONG") == "1" else 300
LONGEST = (4 if ROUNDS == 2000 else 6) * ROUNDS  # where others keep the machine busy
ENOUGH = 4.5
PLANTED = 0.001
KINDS = ("known", "invited", "removed", "locked")
SESSION = "/api/v1/session"
RESET = "/api/v1/password-reset"
STAFF_SESSION = "/api/v1/staff/session"
STAFF_RESET = "/api/v1/staff/password-reset"
RESETS = (RESET, STAFF_RESET)

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


def make_staff(people: People, kind: str) -> staff.Staff:
    """With a password that costs what everybody's costs."""
    return staff.add_staff(people, people.account_id, "manager", state="active" if kind == "known" else kind, password_hash=people.password_hash)


def make_login(people: People, path: str, kind: str) -> str:
    return (make_staff if path in (STAFF_SESSION, STAFF_RESET) else make_person)(people, kind).email


def kinds_of(path: str) -> tuple[str, ...]:
    """Staff are not locked."""
    return KINDS[:3] if path in (STAFF_SESSION, STAFF_RESET) else KINDS


def signed_ranks(differences: list[float]) -> float:
    """Wilcoxon's statistic as a normal deviate: how many standard deviations the differences are away from being as often above 0 as below."""
    count = len(differences)
    above = sum(rank for rank, value in enumerate(sorted(differences, key=abs), 1) if value > 0)
    return (above - count * (count + 1) / 4) / (count * (count + 1) * (2 * count + 1) / 24) ** 0.5


def ask(people: People, path: str, email: str, wait: float = 0) -> tuple[float, Answer]:
    client = people.client()
    body = {"email": email} if path in RESETS else {"email": email, "password": f"certainly not {next(_numbers)}"}
    started = time.perf_counter()
    while time.perf_counter() - started < wait:
        pass
    answer = client.post(path, json=body)
    return time.perf_counter() - started, answer


def measure(people: People, path: str, emails: dict[str, list[str]]) -> dict[str, float]:
    """The statistic of each kind against logins that do not exist. Members who may not sign in are asked of in every third round."""
    kinds = [*emails, "unknown", "planted"]
    often = [kind for kind in kinds if kind not in KINDS[1:]]
    slower: dict[str, list[float]] = {kind: [] for kind in kinds if kind != "unknown"}  # seconds, than "unknown" of the same round
    chance = random.Random(5)
    answers = set()
    for done in itertools.count(1):
        now = kinds if done % 3 == 1 else often
        seconds = {}
        for kind in chance.sample(now, len(now)):
            email = chance.choice(emails[kind]) if kind in emails else f"nobody{next(_numbers)}@example.com"
            seconds[kind], answer = ask(people, path, email, PLANTED if kind == "planted" else 0)
            answers.add((answer.status, bool(answer.body)))
        for kind in now:
            if kind != "unknown":
                slower[kind].append(seconds[kind] - seconds["unknown"])
        if done >= ROUNDS and (signed_ranks(slower["planted"]) > ENOUGH or done >= LONGEST):
            break
    assert len(answers) == 1, answers
    return {kind: signed_ranks(differences) for kind, differences in slower.items()}


def check(statistics_by_kind: dict[str, float]) -> None:
    planted = statistics_by_kind.pop("planted")
    assert planted > ENOUGH, f"the measurement does not see 1 ms: {planted}"
    assert all(abs(value) < ENOUGH for value in statistics_by_kind.values()), statistics_by_kind


@pytest.mark.parametrize("path", [SESSION, RESET, STAFF_SESSION, STAFF_RESET])
def test_answers_are_equal(people, path):
    """Status, headers but the date and ids, and body."""
    answers = [ask(people, path, make_login(people, path, kind))[1] for kind in kinds_of(path)]
    answers += [ask(people, path, email)[1] for email in ("nobody.at.all@example.com", "no address")]
    if path not in RESETS:
        assert len({str(comparable(answer)) for answer in answers}) == 1
    else:
        assert {answer.status for answer in answers} == {202}
        headers = [sorted((name, value) for name, value in answer.headers if name.lower() not in ("date", "x-request-id")) for answer in answers]
        assert all(each == headers[0] for each in headers) and not any(answer.body for answer in answers)


@pytest.mark.parametrize("path", [SESSION, STAFF_SESSION])
def test_times_of_signing_in(people, path):
    check(measure(people, path, {kind: [make_login(people, path, kind)] for kind in kinds_of(path)}))


@pytest.mark.parametrize("path", RESETS)
def test_times_of_a_forgotten_password(people, path):
    """Many people, because one gets only so many mails."""
    check(measure(people, path, {"known": [make_login(people, path, "known") for _ in range(100)]}))
