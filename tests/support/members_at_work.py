"""A steady load of members whose every answer is held against what it must be, while somebody breaks things under the portal."""

import itertools
import json
import threading
import time
from dataclasses import dataclass, field

from support.client import Answer, Client
from support.signing_in import sign_in
from support.site import PrivateSite

COOKIE = "portal-member"
PAUSE = 0.02
QUIET = 0.5  # without a failure: every lane of every worker is asked meanwhile
UNAVAILABLE = ("database_unavailable", "outcome_unknown", "overloaded", "deadline_exceeded")


@dataclass
class Seen:
    """What one member has been told."""

    succeeded: int = 0
    unavailable: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    # When each failure was told and how long it took.
    failures: list[tuple[float, float]] = field(default_factory=list)
    last_success: float = 0.0

    def take(self, what: str, answer: Answer, seconds: float, expected: bool) -> bool:
        """Whether the answer is what was asked for. 503 is allowed, if it is a proper one; anything else is wrong."""
        if expected:
            self.succeeded += 1
            self.last_success = time.monotonic()
            return True
        code = answer.code
        if answer.status == 503 and code in UNAVAILABLE and 1 <= int(answer.header("Retry-After") or 0) <= 30 and answer.json()["request_id"]:
            self.unavailable[code] = self.unavailable.get(code, 0) + 1
            self.failures.append((time.monotonic(), seconds))
        else:
            self.wrong.append(f"{what}: {answer.status} {answer.body[:200]!r}")
        return False


class Member(threading.Thread):
    def __init__(self, site: PrivateSite, slug: str):
        super().__init__(daemon=True)
        self._site = site
        self._slug = slug
        self._ending = threading.Event()
        self.seen = Seen()

    def end(self) -> None:
        self._ending.set()
        self.join(30)
        assert not self.is_alive(), "a member still waits for an answer"

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                self.turn()
            except Exception as error:
                self.seen.wrong.append(repr(error))
            time.sleep(PAUSE)

    def turn(self) -> None:
        raise NotImplementedError

    def ask(self, client: Client, method: str, path: str, **options) -> tuple[Answer, float]:
        started = time.monotonic()
        answer = client.request(method, path, **options)
        return answer, time.monotonic() - started


class Reader(Member):
    """Reads the same pages again and again: the answers never change."""

    PATHS = ("/api/v1/jobs", "/api/v1/session", "/api/v1/portal", "/api/v1/jobs?limit=5&sort=-number&q=a")

    def __init__(self, site: PrivateSite, slug: str):
        super().__init__(site, slug)
        self._client = sign_in(site, slug)
        self._expected = {path: self._client.get(path).json() for path in self.PATHS}
        self._paths = itertools.cycle(self.PATHS)

    def turn(self) -> None:
        path = next(self._paths)
        answer, seconds = self.ask(self._client, "GET", path)
        self.seen.take(path, answer, seconds, answer.status == 200 and answer.json() == self._expected[path])


class Writer(Member):
    """Signs in and out. A sign-in that was acknowledged is a session until a sign-out is acknowledged, and none after it."""

    def __init__(self, site: PrivateSite, slug: str):
        super().__init__(site, slug)
        member = site.accounts[slug]["members"][-1]
        self._credentials = {"email": member["email"], "password": member["password"]}
        self._client = site.client(slug)
        self.acknowledged = 0

    def turn(self) -> None:
        answer, seconds = self.ask(self._client, "POST", "/api/v1/session", json=self._credentials)
        if not self.seen.take("sign-in", answer, seconds, answer.status == 200):
            return
        self.acknowledged += 1
        self.until("who am I", "GET", 200)
        cookie = self._client.cookies[COOKIE]
        self.until("sign-out", "DELETE", 204)
        self._client.cookies[COOKIE] = cookie
        self.until("who was I", "GET", 401)
        self._client.cookies.clear()

    def until(self, what: str, method: str, status: int) -> None:
        """Asks until there is an answer other than 503."""
        while not self._ending.is_set():
            answer, seconds = self.ask(self._client, method, "/api/v1/session")
            if self.seen.take(what, answer, seconds, answer.status == status) or answer.status != 503:
                return
            time.sleep(PAUSE)


class AtWork:
    """`with AtWork(site) as load:` two readers and a writer of each demo account that has them; after the block every answer has been checked."""

    def __init__(self, site: PrivateSite):
        self.site = site
        self.readers = [Reader(site, slug) for slug in ("brightwater", "northside")]
        self.writers = [Writer(site, "brightwater")]
        self.members: list[Member] = [*self.readers, *self.writers]

    def __enter__(self) -> "AtWork":
        for member in self.members:
            member.start()
        self.wait_until_normal(10)
        return self

    def __exit__(self, kind, *_) -> None:
        for member in self.members:
            member.end()
        if kind is None:
            wrong = [line for member in self.members for line in member.seen.wrong]
            assert not wrong, f"{len(wrong)} wrong answers: {json.dumps(wrong[:5], indent=1)}"

    @property
    def succeeded(self) -> int:
        return sum(member.seen.succeeded for member in self.members)

    def unavailable(self, code: str | None = None) -> int:
        return sum(count for member in self.members for each, count in member.seen.unavailable.items() if code in (None, each))

    def failures_since(self, moment: float) -> list[float]:
        """How long everybody who was turned away since then had waited."""
        return [seconds for member in self.members for when, seconds in list(member.seen.failures) if when >= moment]

    def wait_until_normal(self, seconds: float) -> float:
        """Until everybody has succeeded once more and nobody is turned away any more; answers how long that took."""
        started = time.monotonic()
        while True:
            now = time.monotonic()
            failed = max([started, *(when for member in self.members for when, _ in member.seen.failures[-1:])])
            if now - failed > QUIET and all(member.seen.last_success > failed for member in self.members):
                return failed - started
            assert now - started < seconds + QUIET, f"not normal after {seconds} s"
            time.sleep(0.01)
