"""A client that sends at a fixed rate whatever the answers do, and counts each answer's time from the moment when its request was
to be sent: what waits behind something slow is counted as slow, which a client that waits for answers never sees."""

import json
import random
import re
import selectors
import socket
import time
from collections import Counter, deque
from dataclasses import dataclass, field

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LONGEST_WAIT = 10


@dataclass
class Outcome:
    seconds: list[float] = field(default_factory=list)  # of answers 2xx, from the intended moment
    statuses: Counter = field(default_factory=Counter)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Stream:
    """Requests at `rate` a second over keep-alive connections, as many as are needed."""

    def __init__(self, port: int, rate: float, make_request, outcome: Outcome, most_connections: int = 128):
        self._port, self._rate, self._make_request, self.outcome, self._most = port, rate, make_request, outcome, most_connections
        self._idle: list[socket.socket] = []
        self._busy: dict[socket.socket, list] = {}  # the intended moment and what has arrived
        self._waiting: deque[float] = deque()
        self._sent = 0

    def due(self, started: float) -> float:
        return started + self._sent / self._rate

    def send_what_is_due(self, started: float, now: float, end: float, selector) -> None:
        while self.due(started) <= min(now, end):
            self._waiting.append(self.due(started))
            self._sent += 1
        while self._waiting and (self._idle or len(self._busy) < self._most):
            connection = self._idle.pop() if self._idle else self._open(selector)
            self._busy[connection] = [self._waiting.popleft(), b""]
            connection.sendall(self._make_request())

    def _open(self, selector) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, self)
        return connection

    def read(self, connection: socket.socket, selector) -> None:
        data = connection.recv(65536)
        if not data or connection not in self._busy:
            selector.unregister(connection)
            connection.close()
            if connection in self._idle:
                self._idle.remove(connection)
            elif self._busy.pop(connection, None):
                self.outcome.statuses["closed"] += 1
            return
        entry = self._busy[connection]
        entry[1] += data
        head, separator, body = entry[1].partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not separator or len(body) < (int(length[1]) if length else 0):
            return
        status = int(head[9:12])
        self.outcome.statuses[status] += 1
        if 200 <= status < 300:
            self.outcome.seconds.append(time.perf_counter() - entry[0])
        del self._busy[connection]
        self._idle.append(connection)

    def unanswered(self) -> int:
        return len(self._busy) + len(self._waiting)

    def close(self) -> None:
        for connection in [*self._idle, *self._busy]:
            connection.close()


def run(streams: list[Stream], seconds: float) -> None:
    """All streams side by side, for so long; returns when everything was answered."""
    selector = selectors.DefaultSelector()
    started = time.perf_counter()
    end = started + seconds
    while (now := time.perf_counter()) < end or any(stream.unanswered() for stream in streams):
        assert now < end + LONGEST_WAIT, "requests were not answered"
        for stream in streams:
            stream.send_what_is_due(started, now, end, selector)
        following = min((stream.due(started) for stream in streams), default=end)
        for key, _ in selector.select(max(0.0, min(following, end + 0.01) - time.perf_counter())):
            key.data.read(key.fileobj, selector)
    for stream in streams:
        stream.close()
    selector.close()


def get(path: str, choices: list[dict[str, str]]):
    """Makes a request of one of several members."""
    requests = [(f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode()
                for headers in choices]
    return lambda: random.choice(requests)


def wrong_sign_in(host: str):
    """Makes attempts to sign in, each at another login and from another address."""
    def make() -> bytes:
        body = json.dumps({"email": f"nobody{random.randrange(10**9)}@example.com", "password": "not-the-password-of-anybody"}).encode()
        address = ".".join(str(random.randrange(1, 255)) for _ in range(4))
        return (f"POST /api/v1/session HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n"
                f"X-Forwarded-For: {address}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
    return make
