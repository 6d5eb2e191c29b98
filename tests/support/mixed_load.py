"""Members of two accounts who read, ask whether what they have is still so, change what is their own, switch between clients and follow streams, while another
system changes what they see. Every answer is held against whose it may be and how old. What a client does about a connection that is lost, these do, too."""

import http.client
import itertools
import random
import re
import select
import threading
import time
from bisect import bisect_left, bisect_right
from contextlib import closing

import psycopg2

from support.client import Answer, Client
from support.event_stream import EventStream
from support.world import COOKIE, Account, Membership, World

MAY_BE_OLD = 1.0  # docs/architecture/cache.md
CHANGE_EVERY = 0.05
PAUSE = 0.01
REFUSED_PAUSE = 0.1
STREAM_AGAIN = 0.2
SPARE_SESSIONS = 100
READS_AFTER_SWITCH = 5
MARK = re.compile(r"Mark (\d+) of (\w+) (\w+) end")
UNAVAILABLE = ("database_unavailable", "outcome_unknown", "overloaded", "deadline_exceeded")
# Every first name that was ever committed: what is overwritten later has not been lost.
WRITTEN = """CREATE TABLE public.written (member_id bigint, first_name text);
    CREATE FUNCTION public.remember_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
      $$ BEGIN INSERT INTO public.written VALUES (NEW.member_id, NEW.first_name); RETURN NULL; END $$;
    CREATE TRIGGER written AFTER UPDATE OF first_name ON portal.member FOR EACH ROW EXECUTE FUNCTION public.remember_written();"""


class Marks:
    """A job and a document of one client, both with a number that grows, and when each number was committed."""

    def __init__(self, world: World, account: Account, client: str):
        self.account, self.client = account, client
        self.job = world.add_job(account, client, "scheduled", address=self.text(0))
        self.document = world.add_document(account, client, self.text(0))
        self.content = f"%PDF-1.4\n{self.text(0)} of {client} at {account.slug}".encode()  # as World.add_document makes it
        self._times, self._numbers = [time.monotonic()], [0]

    def text(self, number: int) -> str:
        return f"Mark {number} of {self.account.slug} {self.client} end"

    def change(self, cursor, number: int) -> None:
        cursor.execute("WITH job AS (UPDATE portal.job SET address = %(text)s WHERE job_id = %(job)s)"
                       " UPDATE portal.document SET name = %(text)s WHERE document_id = %(document)s",
                       {"text": self.text(number), "job": self.job, "document": self.document})
        self._numbers.append(number)
        self._times.append(time.monotonic())

    def oldest_allowed(self, asked_at: float) -> int:
        return self._numbers[max(0, bisect_right(self._times, asked_at - MAY_BE_OLD) - 1)]

    def fault_of(self, text: str, asked_at: float) -> str | None:
        """What is wrong with what somebody of this client was told."""
        found = MARK.findall(text)
        if not found or "CANARY-" in text:
            return f"not what was asked for: {text[:300]}"
        for number, slug, client in found:
            if (slug, client) != (self.account.slug, self.client):
                return f"{slug} {client} was told to {self.account.slug} {self.client}"
            if int(number) < self.oldest_allowed(asked_at):
                return f"{number} was told where {self.oldest_allowed(asked_at)} had been true for a second"
        return None

    def numbers_in(self, text: str) -> set[int]:
        return {int(number) for number, _, _ in MARK.findall(text)}


class Worker(threading.Thread):
    """Does `turn` again and again until it is told to end."""

    def __init__(self, pause: float = PAUSE):
        super().__init__(daemon=True)
        self._pause = pause
        self._ending = threading.Event()
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self._ending.wait(self._pause):
            try:
                self.turn()
            except Exception as error:
                self.wrong.append(repr(error))

    def end(self) -> None:
        self._ending.set()
        self.join(30)
        assert not self.is_alive(), "somebody still waits for an answer"

    def turn(self) -> None:
        raise NotImplementedError


class Changes(Worker):
    """Another system, which writes to the database itself."""

    def __init__(self, world: World, marks: list[Marks]):
        super().__init__(CHANGE_EVERY)
        self._postgres = world.site.postgres
        self._turns = zip(itertools.count(1), itertools.cycle(marks))
        self._connection = None
        self.committed = 0

    def turn(self) -> None:
        number, marks = next(self._turns)
        try:
            self._connection = self._connection or self._postgres.connect()
            with self._connection.cursor() as cursor:
                marks.change(cursor, number)
            self.committed += 1
        except psycopg2.Error:
            self._connection = None  # nobody knows what became of this number; the next one is higher

    def end(self) -> None:
        super().end()
        if self._connection is not None:
            self._connection.close()


class Member(Worker):
    def __init__(self, client: Client):
        super().__init__()
        self.client = client
        client.settle = None  # how soon a change is seen is the very question
        self.succeeded: list[tuple[float, float]] = []  # when it was asked and answered, in this order
        self.lost: list[float] = []  # connections
        self.refused: list[float] = []
        self.asked_at = 0.0
        self.nothing_done = False  # a change that was refused was certainly not made

    def ask(self, method: str, path: str, **options) -> Answer | None:
        """None: there was no answer, or a proper one that nobody can be served at the moment."""
        self.asked_at = time.monotonic()
        self.nothing_done = False
        try:
            answer = self.client.request(method, path, **options)
        except (ConnectionError, http.client.HTTPException):
            self.lost.append(time.monotonic())
            return None
        if answer.status == 503 and answer.code in UNAVAILABLE and 1 <= int(answer.header("Retry-After")) <= 30:
            self.refused.append(time.monotonic())
            self.nothing_done = answer.code in ("database_unavailable", "overloaded")
            time.sleep(REFUSED_PAUSE)
            return None
        self.succeeded.append((self.asked_at, time.monotonic()))
        return answer

    def expect(self, answer: Answer, fault: str | None) -> None:
        if fault or answer.status not in (200, 304):
            self.wrong.append(f"{type(self).__name__} {answer.status} {fault or answer.body[:300]!r}")

    def next_success(self, moment: float) -> float | None:
        """Seconds until the first answer to what was asked after the moment."""
        place = bisect_left(self.succeeded, (moment,))
        return self.succeeded[place][1] - moment if place < len(self.succeeded) else None


class Reader(Member):
    """Lists, details and documents, every second time with the tag of what it has."""

    def __init__(self, client: Client, marks: Marks, chance: random.Random):
        super().__init__(client)
        self._marks, self._chance = marks, chance
        self._content = f"/api/v1/documents/{marks.document}/content"
        self._paths = ("/api/v1/jobs", "/api/v1/jobs?limit=100&sort=-number", f"/api/v1/jobs/{marks.job}", "/api/v1/documents",
                       f"/api/v1/documents/{marks.document}", self._content)
        self._held: dict[str, tuple[str, str]] = {}  # tag and text
        self.unchanged = 0
        self.numbers: set[int] = set()

    def turn(self) -> None:
        path = self._chance.choice(self._paths)
        tag, text = self._held.get(path, (None, "")) if self._chance.random() < 0.5 else (None, "")
        answer = self.ask("GET", path, headers={"If-None-Match": tag})
        if answer is None:
            return
        if path == self._content:
            self.expect(answer, None if answer.body == self._marks.content else "other bytes")
            return
        if answer.status == 304:
            self.unchanged += 1
        else:
            text = answer.text
        fault = self._marks.fault_of(text, self.asked_at)
        self.expect(answer, fault)
        if answer.status == 200 and fault is None:
            self._held[path] = (answer.header("ETag"), text)
            self.numbers |= self._marks.numbers_in(text)


class Writer(Member):
    """Counts in the own first name, and looks at once whether it is there."""

    def __init__(self, client: Client, who: Membership):
        super().__init__(client)
        self.who = who
        self._numbers = itertools.count(1)
        self._possible = {"Kim"}
        self.acknowledged: list[str] = []

    def turn(self) -> None:
        name = f"n{next(self._numbers)}"
        # Until the answer is there nobody knows; and what was lost may still be on its way when a later one is carried out.
        self._possible.add(name)
        answer = self.ask("PATCH", "/api/v1/me", json={"first_name": name})
        if answer is None:
            return
        self.expect(answer, None)
        if answer.status == 200:
            self.acknowledged.append(name)
            self._possible = {one for one in self._possible if one not in self.acknowledged} - {"Kim"} | {name}
        answer = self.ask("GET", "/api/v1/session")
        if answer is not None:
            shown = answer.json()["member"]["first_name"] if answer.status == 200 else None
            self.expect(answer, None if shown in self._possible else f"{shown} where it can be {sorted(self._possible)}")


class Switcher(Member):
    """Stands for both clients of an account and goes from one to the other: the next answer shows the one that was gone to."""

    def __init__(self, world: World, marks: list[Marks]):
        account = marks[0].account
        first = world.add_member(account, marks[0].client)
        second = world.add_member(account, marks[1].client, member_id=first.member_id)
        super().__init__(world.client(account))
        self._marks = {who.membership_id: each for who, each in zip((first, second), marks)}
        self._first = first.membership_id
        # Whoever does not know whether a switch was made does not have its cookie either.
        self._sessions = [world.open_session(first) for _ in range(SPARE_SESSIONS)]
        self._begin_anew()
        self.switched = 0

    def _begin_anew(self) -> None:
        self.client.cookies = {COOKIE: self._sessions.pop()}
        self._membership = self._first

    def turn(self) -> None:
        [other] = [one for one in self._marks if one != self._membership]
        answer = self.ask("PUT", "/api/v1/session/membership", json={"membership_id": str(other)})
        if answer is None:
            if not self.nothing_done:
                self._begin_anew()
            return
        self.expect(answer, None)
        if answer.status != 200:
            return
        self.switched += 1
        self._membership = other
        for number in range(READS_AFTER_SWITCH):
            answer = self.ask("GET", ("/api/v1/jobs", "/api/v1/documents")[number % 2])
            if answer is not None:
                self.expect(answer, self._marks[other].fault_of(answer.text, self.asked_at) if answer.status == 200 else None)


class Follower:
    """One stream, opened again whenever it ends."""

    def __init__(self, client: Client, marks: Marks, *, changes: bool):
        self._client, self._marks = client, marks
        # Who changes the own name is told so.
        self._may_be_told = [("documents", {}), *([("settings", {})] if changes else [])]
        self.stream: EventStream | None = None
        self.again_at = 0.0
        self.resync_at = self.told_at = 0.0
        self.ends = 0

    def open(self) -> None:
        try:
            self.stream = EventStream(self._client, wait=False)
        except OSError:
            self.again_at = time.monotonic() + STREAM_AGAIN

    def read(self) -> str | None:
        """What is wrong with what came."""
        events = self.stream.read_what_came()
        if self.stream.status not in (0, 200, 429, 503):
            return f"a stream was answered {self.stream.status}"
        if self.stream.ended or self.stream.status > 200:
            self.close()
            self.ends += 1
        for name, data in events:
            if name == "resync":
                self.resync_at = time.monotonic()
            elif name == "jobs" and data.get("job_id", str(self._marks.job)) == str(self._marks.job):
                self.told_at = time.monotonic()
            elif (name, data) not in self._may_be_told:
                return f"a stream of {self._marks.account.slug} {self._marks.client} told {name} {data}"
        return None

    def close(self) -> None:
        if self.stream is not None:
            self.stream.close()
            self.stream = None
        self.again_at = time.monotonic() + STREAM_AGAIN * random.uniform(0.5, 1)


class Streams(Worker):
    def __init__(self, followers: list[Follower]):
        super().__init__(0)
        self.followers = followers

    def turn(self) -> None:
        poll = select.poll()
        reading = {}
        for follower in self.followers:
            if follower.stream is None and time.monotonic() >= follower.again_at:
                follower.open()
            if follower.stream is not None:
                poll.register(follower.stream, select.POLLIN)
                reading[follower.stream.fileno()] = follower
        for descriptor, _ in poll.poll(50):
            if fault := reading[descriptor].read():
                self.wrong.append(fault)

    def end(self) -> None:
        super().end()
        for follower in self.followers:
            follower.close()


class MixedLoad:
    """`with MixedLoad(world, streams=50) as load:` after the block nobody asks any more; what was wrong is in `wrong`."""

    def __init__(self, world: World, *, streams: int):
        chance = random.Random(7)
        world.rows(WRITTEN)
        self._site = world.site
        accounts = (world.matrix, world.elsewhere)
        by_account = [[Marks(world, account, client) for client in account.clients] for account in accounts]
        marks = [each for of_account in by_account for each in of_account]
        people = [(world.add_member(each.account, each.client), each) for each in marks for _ in range(3)]
        self.readers = [Reader(world.signed_in(who), each, chance) for who, each in people[::3] + people[1::3]]
        for reader in self.readers[::2]:
            reader.client.keeps = True
        self.writers = [Writer(world.signed_in(who), who) for who, _ in (people[2], people[-1])]
        self.switchers = [Switcher(world, of_account) for of_account in by_account]
        self.members: list[Member] = [*self.readers, *self.writers, *self.switchers]
        writing = {writer.who.membership_id for writer in self.writers}
        self.followers = [Follower(world.signed_in(who), each, changes=who.membership_id in writing) for who, each in itertools.islice(itertools.cycle(people), streams)]
        self.changes = Changes(world, marks)
        self._workers: list[Worker] = [self.changes, *self.members, Streams(self.followers)]

    def __enter__(self) -> "MixedLoad":
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, *_) -> None:
        for worker in reversed(self._workers):
            worker.end()
        for member in self.members:
            member.client.close()

    @property
    def wrong(self) -> list[str]:
        return [line for worker in self._workers for line in worker.wrong]

    @property
    def answers(self) -> int:
        return sum(len(member.succeeded) for member in self.members)

    def slowest_success(self, moment: float) -> float | None:
        """Seconds after the moment until everybody has asked and was answered; None: somebody was not yet."""
        seconds = [member.next_success(moment) for member in self.members]
        return None if None in seconds else max(seconds)

    def all_told(self, moment: float, *, resync: bool = False) -> bool:
        """Every stream is open and has told of a change since then, after `resync` if that had to come."""
        return all(follower.stream is not None and follower.told_at > moment and (not resync or follower.resync_at > moment) for follower in list(self.followers))

    def lost_writes(self) -> list[str]:
        """Those that were acknowledged and have never been in the database."""
        with closing(self._site.postgres.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT member_id, first_name FROM public.written")
            written = set(cursor.fetchall())
        return [name for writer in self.writers for name in writer.acknowledged if (writer.who.member_id, name) not in written]
