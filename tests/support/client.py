"""Small HTTP clients. `*.localhost` does not resolve in libc, so they connect to 127.0.0.1 and send the Host header."""

import http.client
import json as json_text
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The only value of a header; an error when it came twice."""
        values = self.all_headers(name)
        assert len(values) < 2, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None

    def all_headers(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self):
        return json_text.loads(self.body)

    @property
    def code(self) -> str | None:
        """The code of a problem (RFC 9457), None for any other answer."""
        if not (self.header("Content-Type") or "").startswith("application/problem+json"):
            return None
        return self.json()["code"]


@dataclass
class Client:
    """A browser's share of HTTP: one host, cookies kept, `Sec-Fetch-Site: same-origin` on every request."""

    port: int
    host: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=lambda: {"Sec-Fetch-Site": "same-origin"})
    timeout: float = 15
    tls: bool = False
    # Called before each request: whoever changes the database past the portal waits here until its workers have heard of it.
    settle: Callable[[], None] | None = None
    # When cookies end that came with a Max-Age.
    ends: dict[str, float] = field(default_factory=dict)
    address: str = "127.0.0.1"
    # One connection for all requests, as long as the server keeps it, instead of one for each.
    keeps: bool = False
    _kept: http.client.HTTPConnection | None = None

    def request(self, method: str, path: str, *, json=None, body: bytes | None = None,
                headers: dict[str, str | None] | None = None) -> Answer:
        """A header given as None is left out."""
        if self.settle is not None:
            self.settle()
        sent: dict[str, str | None] = {"Host": self.host, **self.headers}
        for name in [name for name, end in self.ends.items() if end <= time.monotonic()]:
            self.cookies.pop(name, None)
            del self.ends[name]
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if json is not None:
            body = json_text.dumps(json).encode()
            sent["Content-Type"] = "application/json"
        if body is not None or method in ("POST", "PUT", "PATCH"):
            sent["Content-Length"] = str(len(body or b""))
        sent.update(headers or {})
        connection, self._kept = self._kept or self._connection(), None
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            goes_on = (response.getheader("Content-Type") or "").startswith("text/event-stream")
            # Of a stream the beginning, after which it is left.
            answer = Answer(response.status, response.getheaders(), response.read1(65536) if goes_on else response.read())
            if self.keeps and not goes_on:
                self._kept = connection
        finally:
            if self._kept is None:
                connection.close()
        self._take_cookies(answer)
        return answer

    def get(self, path: str, **options) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, **options) -> Answer:
        return self.request("POST", path, **options)

    def put(self, path: str, **options) -> Answer:
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options) -> Answer:
        return self.request("DELETE", path, **options)

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _connection(self) -> http.client.HTTPConnection:
        if not self.tls:
            return http.client.HTTPConnection(self.address, self.port, timeout=self.timeout)
        # The demo's certificate is signed by itself; who answers on loopback is not in question here.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(self.address, self.port, timeout=self.timeout, context=context)

    def _take_cookies(self, answer: Answer) -> None:
        for line in answer.all_headers("Set-Cookie"):
            pair, *attributes = line.split(";")
            name, _, value = pair.strip().partition("=")
            age = next((int(attribute.partition("=")[2]) for attribute in attributes if attribute.strip().lower().startswith("max-age=")), None)
            self.ends.pop(name, None)
            if age == 0 or not value:
                self.cookies.pop(name, None)
                continue
            self.cookies[name] = value
            if age is not None:
                self.ends[name] = time.monotonic() + age


def exchange_raw(port: int, data: bytes, *, timeout: float = 10) -> bytes:
    """Sends bytes as they are, closes the sending side, and returns everything that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = bytearray()
        while True:
            try:
                part = connection.recv(65536)
            except ConnectionResetError:
                break
            if not part:
                break
            received += part
    return bytes(received)
