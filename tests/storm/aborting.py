"""Clients that leave at every stage of a request, many at once."""

import errno
import random
import selectors
import socket
import time
from dataclasses import dataclass

RESET = b"\1\0\0\0\0\0\0\0"  # struct linger: on, zero seconds
STAGES = ("before the request", "in its head", "in its body", "after it", "after it, reset", "while it waits", "while it waits, reset", "in the answer")


@dataclass
class Requests:
    """What is asked, as bytes: something small, a list, something that fills every buffer, and a sign-in."""

    small: bytes
    list: bytes
    large: bytes
    sign_in: bytes


class Wave:
    """Connections that were opened together and end together, except those that end at once."""

    def __init__(self, port: int, requests: Requests, seed: int):
        self._address = ("127.0.0.1", port)
        self._requests = requests
        self._random = random.Random(seed)
        self._open: list[tuple[str, socket.socket]] = []
        self.counts = dict.fromkeys(STAGES, 0)

    def run(self, size: int) -> None:
        for number in range(size):
            self._begin(STAGES[number % len(STAGES)])
        self._wait_for_answers()
        self._random.shuffle(self._open)
        for stage, connection in self._open:
            self._end(stage, connection)
        self._open.clear()

    def _begin(self, stage: str) -> None:
        connection = socket.socket()
        connection.settimeout(20)
        connection.connect(self._address)
        sent = self._bytes_of(stage)
        if sent:
            connection.sendall(sent)
        self.counts[stage] += 1
        if stage in ("before the request", "in its head", "in its body", "after it", "after it, reset") and self._random.random() < 0.7:
            self._end(stage, connection)
        else:
            self._open.append((stage, connection))

    def _bytes_of(self, stage: str) -> bytes:
        requests = self._requests
        if stage == "before the request":
            return b""
        if stage == "in its head":
            return requests.small[:self._random.randrange(1, requests.small.index(b"\r\n\r\n"))]
        if stage == "in its body":
            return requests.sign_in[:self._random.randrange(requests.sign_in.index(b"\r\n\r\n") + 4, len(requests.sign_in))]
        if stage == "in the answer":
            return requests.large if self._random.random() < 0.02 else requests.small
        # Few of them hash: the pool has places for 32, everybody else would only be refused.
        return self._random.choices((requests.small, requests.list, requests.sign_in), (50, 5, 1))[0]

    def _wait_for_answers(self) -> None:
        """Until the first bytes of an answer are here, for those that leave in the middle of it."""
        with selectors.DefaultSelector() as selector:
            waiting = [connection for stage, connection in self._open if stage == "in the answer"]
            for connection in waiting:
                selector.register(connection, selectors.EVENT_READ)
            deadline = time.monotonic() + 5
            left = len(waiting)
            while left and time.monotonic() < deadline:
                for key, _ in selector.select(0.1):
                    selector.unregister(key.fileobj)
                    left -= 1

    def _end(self, stage: str, connection: socket.socket) -> None:
        if stage.endswith("reset") or stage == "in the answer":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        try:
            connection.close()
        except OSError as error:
            assert error.errno in (errno.ECONNRESET, errno.EPIPE), error
