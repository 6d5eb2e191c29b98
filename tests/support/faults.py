"""What provokes faults between two programs, and how long a fault lasts.

`Proxy` stands between a client and a server, each on a unix socket or a TCP port, and does to the wire what networks and servers do.
"""

import os
import random
import selectors
import shutil
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from support import places

PART = 65536
LONGEST_WAIT = 0.1


def fault_seconds() -> float:
    """How long the load of one fault goes on: short in ./dev test, a minute in ./dev test --long."""
    return 60 if os.environ.get("PORTAL_LONG") == "1" else 4


@dataclass
class _Pair:
    client: socket.socket
    server: socket.socket
    # What was received and not yet passed on, with the time when it is due.
    waiting: list[tuple[float, bytes, socket.socket]] = field(default_factory=list)
    lose_answer: bool = False


class Proxy:
    """`server` is the path of a unix socket or the port of a server on 127.0.0.1. With `listen` (a path) the proxy is a unix socket that anybody may
    connect to, otherwise a free port of 127.0.0.1: see `port`."""

    def __init__(self, server: Path | int, listen: Path | None = None):
        self._server = server
        self._path = listen
        self.port = 0 if listen else places.free_port()
        self._lock = threading.RLock()
        self._pairs: list[_Pair] = []
        self._listener: socket.socket | None = None
        self._refusing = self._holding = self._ending = False
        self._slicing = 0
        self._delay = 0.0
        self._swallow = 0
        self._heard = 0
        self._lose: tuple[bytes, bool] | None = None
        self.accepted = 0
        self.lost = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Proxy":
        self._listen()
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ending = True
        self._thread.join(10)
        self.cut()
        self._close_listener()

    def refuse(self, on: bool) -> None:
        """Nobody gets a connection; those that exist stay."""
        with self._lock:
            self._refusing = on
            if on:
                self._close_listener()
            elif self._listener is None:
                self._listen()

    def cut(self) -> None:
        """Closes every connection that exists."""
        with self._lock:
            for pair in list(self._pairs):
                self._close(pair)

    def hold(self, on: bool) -> None:
        """Nothing is passed on in either direction; new connections are accepted and stay silent."""
        with self._lock:
            self._holding = on

    def delay(self, seconds: float) -> None:
        """What the server says arrives so much later."""
        with self._lock:
            self._delay = seconds

    def slice(self, on: bool, longest: int = 1) -> None:
        """What the server says arrives in single bytes, or in pieces of any length up to the longest."""
        with self._lock:
            self._slicing = longest if on else 0

    def swallow(self, every: int) -> None:
        """Of what the server says, every n-th part that it sent at once is lost, and what follows arrives; 0 ends it."""
        with self._lock:
            self._swallow = every

    def lose_question(self, word: bytes) -> None:
        """The next time a client sends something with this word in it, the connection is closed and the server does not get it."""
        with self._lock:
            self._lose = (word, False)

    def lose_answer(self, word: bytes) -> None:
        """The next time a client sends something with this word in it, the server gets it; its answer is lost and the connection closed."""
        with self._lock:
            self._lose = (word, True)

    @property
    def armed(self) -> bool:
        """Whether a loss that was asked for has not met its word yet."""
        return self._lose is not None

    def _listen(self) -> None:
        if self._path is None:
            self._listener = socket.socket()
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind(("127.0.0.1", self.port))
        else:
            self._path.unlink(missing_ok=True)
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(self._path))
            self._path.chmod(0o777)
        self._listener.listen(128)

    def _close_listener(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            if self._path is not None:
                self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        server = socket.socket(socket.AF_UNIX) if isinstance(self._server, Path) else socket.socket()
        try:
            server.connect(str(self._server) if isinstance(self._server, Path) else ("127.0.0.1", self._server))
        except OSError:
            client.close()
            server.close()
            return
        for each in (client, server):
            if each.family == socket.AF_INET:
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A side that does not read must not keep the proxy from ending.
        client.settimeout(5)
        server.settimeout(5)
        self.accepted += 1
        self._pairs.append(_Pair(client, server))

    def _close(self, pair: _Pair) -> None:
        pair.client.close()
        pair.server.close()
        self._pairs.remove(pair)

    def _take(self, pair: _Pair, source: socket.socket) -> bool:
        data = source.recv(PART)
        if not data:
            return False
        if source is pair.client:
            if self._lose and self._lose[0] in data:
                pair.lose_answer = self._lose[1]
                self._lose = None
                if not pair.lose_answer:
                    self.lost += 1
                    return False
            pair.server.sendall(data)
        elif pair.lose_answer:
            self.lost += 1
            return False
        elif self._swallows():
            self.lost += 1
        elif self._delay:
            pair.waiting.append((time.monotonic() + self._delay, data, pair.client))
        else:
            self._pass_on(data, pair.client)
        return True

    def _swallows(self) -> bool:
        self._heard += 1
        return self._swallow > 0 and self._heard % self._swallow == 0

    def _pass_on(self, data: bytes, to: socket.socket) -> None:
        start = 0
        while start < len(data):
            end = start + random.randint(1, self._slicing) if self._slicing else len(data)
            to.sendall(data[start:end])
            start = end

    def _pass_on_what_is_due(self) -> None:
        for pair in list(self._pairs):
            try:
                while pair.waiting and pair.waiting[0][0] <= time.monotonic():
                    _, data, to = pair.waiting.pop(0)
                    self._pass_on(data, to)
            except OSError:
                self._close(pair)

    def _longest_wait(self) -> float:
        due = [pair.waiting[0][0] for pair in self._pairs if pair.waiting]
        return min([LONGEST_WAIT, *(max(0.0, each - time.monotonic()) for each in due)])

    def _run(self) -> None:
        while not self._ending:
            with selectors.DefaultSelector() as selector:
                with self._lock:
                    if self._listener is not None:
                        selector.register(self._listener, selectors.EVENT_READ, None)
                    for pair in self._pairs if not self._holding else []:
                        for each in (pair.client, pair.server):
                            selector.register(each, selectors.EVENT_READ, pair)
                    wait = self._longest_wait() if not self._holding else 0.01
                ready = selector.select(wait)
            with self._lock:
                if not self._holding:
                    self._pass_on_what_is_due()
                for key, _ in ready:
                    pair = key.data
                    if pair is None:
                        if self._listener is not None:
                            self._accept()
                    elif pair in self._pairs and not self._holding:
                        try:
                            alive = self._take(pair, key.fileobj)
                        except OSError:
                            alive = False
                        if not alive:
                            self._close(pair)


class PostgresProxy(Proxy):
    """A proxy in front of a server's unix socket, under the name that libpq looks for: `folder` is what a conninfo says as host."""

    def __init__(self, server_folder: Path):
        self.folder = places.make_socket_folder()
        super().__init__(server_folder / ".s.PGSQL.5432", self.folder / ".s.PGSQL.5432")

    def __exit__(self, *_) -> None:
        super().__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)
