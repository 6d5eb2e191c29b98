"""The client's side of GET /api/v1/stream: one connection that is read event by event."""

import json
import re
import select
import socket
import time

from support.client import Client

STREAM = "/api/v1/stream"
# What a browser sends besides: close to a kilobyte with some.
BROWSER_HEADERS = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n"
    'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"\r\nsec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: "Linux"\r\n'
    "Accept: text/event-stream\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nReferer: http://people.localhost/jobs/1234567\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en-US;q=0.9,en;q=0.8,es;q=0.7\r\n")


class EventStream:
    """Opened by the constructor; used with `with` or closed. Events are (name, data); comments count as `heartbeats`."""

    def __init__(self, client: Client, *, headers: dict[str, str] | None = None, wait: bool = True, receive_buffer: int = 0, more_headers: str = ""):
        self._client = client
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.connect(("127.0.0.1", client.port))
        self._received = b""
        self._text = ""
        self._events: list[tuple[str, dict]] = []
        self.heartbeats = 0
        self.ended = False  # the server has said that nothing follows
        self.status = 0
        self.headers: dict[str, str] = {}
        sent = {"Host": client.host, **client.headers, "Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items()), **(headers or {})}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value)
        self._socket.sendall(f"GET {STREAM} HTTP/1.1\r\n{lines}{more_headers}\r\n".encode())
        if wait:
            self.read_head()

    def __enter__(self) -> "EventStream":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def read_head(self, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while b"\r\n\r\n" not in self._received:
            assert self._receive(deadline), f"no answer: {self._received!r}"
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self._decode()

    def next(self, seconds: float = 5) -> tuple[str, dict]:
        """The next event; fails when none comes in time, or the stream ends before."""
        deadline = time.monotonic() + seconds
        while not self._events:
            assert not self.ended, "the stream has ended"
            assert self._receive(deadline), f"no event within {seconds} s"
            self._decode()
        return self._events.pop(0)

    def read_what_came(self) -> list[tuple[str, dict]]:
        """Without waiting, once there is something to be read. While `status` is 0 the head is not whole yet."""
        self._receive(time.monotonic())
        if self.status:
            self._decode()
        elif b"\r\n\r\n" in self._received:
            self.read_head()
        return self.rest()

    def is_quiet(self, seconds: float) -> bool:
        """No event in this time, and no end."""
        deadline = time.monotonic() + seconds
        while not self._events and not self.ended and self._receive(deadline):
            self._decode()
        return not self._events and not self.ended

    def wait_for_end(self, seconds: float = 5) -> float:
        """Answers how long it took; events before the end stay to be read."""
        started = time.monotonic()
        while not self.ended:
            if not self._receive(started + seconds):
                raise AssertionError(f"the stream did not end within {seconds} s")
            self._decode()
        return time.monotonic() - started

    def rest(self) -> list[tuple[str, dict]]:
        found, self._events = self._events, []
        return found

    def _receive(self, deadline: float) -> bool:
        # select() knows no descriptors above 1023.
        waiting = select.poll()
        waiting.register(self._socket, select.POLLIN)
        if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
            return False
        try:
            part = self._socket.recv(65536)
        except ConnectionResetError:
            part = b""
        if not part:
            self.ended = True
        self._received += part
        return True

    def _decode(self) -> None:
        """Chunks (RFC 9112, 7.1), then lines."""
        while found := re.match(rb"([0-9a-f]+)\r\n", self._received):
            size = int(found[1], 16)
            if len(self._received) < found.end() + size + 2:
                return
            self._text += self._received[found.end():found.end() + size].decode()
            self._received = self._received[found.end() + size + 2:]
            if size == 0:
                self.ended = True
            self._take_events()

    def _take_events(self) -> None:
        *whole, self._text = self._text.split("\n\n")
        for block in whole:
            fields = dict(line.split(": ", 1) if ": " in line else (line, "") for line in block.split("\n"))
            if "event" in fields:
                self._events.append((fields["event"], json.loads(fields["data"])))
            elif ":" in fields:
                self.heartbeats += 1
            else:
                assert set(fields) == {"retry"}, block


def begin(client: Client, **options) -> EventStream:
    """A stream that is past its beginning."""
    stream = EventStream(client, **options)
    assert stream.status == 200, stream.status
    assert stream.next() == ("resync", {})
    return stream
