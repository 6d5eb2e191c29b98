"""A real SMTP server that does as it is told, and a gateway for text messages."""

import email
import email.policy
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

USER, PASSWORD = "portico", "a password of the mail server"


def make_authority(folder: Path, name: str = "ca") -> tuple[Path, Path, Path]:
    """A certificate authority of its own, and a server certificate for localhost: (authority, certificate, key)."""
    authority, key = folder / f"{name}.crt", folder / f"{name}.key"
    server, server_key, request = folder / f"{name}-server.crt", folder / f"{name}-server.key", folder / f"{name}-server.csr"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    def openssl(*words) -> None:
        subprocess.run(["openssl", *map(str, words)], check=True, stdin=subprocess.DEVNULL, capture_output=True)

    openssl("req", "-x509", *curve, "-days", "2", "-subj", f"/CN=Test authority {name}", "-keyout", key, "-out", authority)
    openssl("req", *curve, "-subj", "/CN=localhost", "-keyout", server_key, "-out", request)
    extensions = folder / f"{name}.ext"
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", key, "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", server)
    return authority, server, server_key


@dataclass
class Received:
    sender: str
    recipients: list[str]
    content: bytes
    peer: str | None
    user: str | None

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)


@dataclass
class Behaviour:
    """Answers in the place of the usual ones, by recipient; hooks run in the server's thread."""
    recipients: dict[str, str] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    before: dict[str, object] = field(default_factory=dict)  # MAIL, RCPT, DATA: called before the answer


class _Handler:
    def __init__(self, server: "MailServer"):
        self.server = server

    def _before(self, verb: str) -> None:
        if hook := self.server.behaviour.before.get(verb):
            hook()

    async def handle_MAIL(self, server, session, envelope, address, options):
        self._before("MAIL")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        self._before("RCPT")
        answer = self.server.behaviour.recipients.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self._before("DATA")
        answer = self.server.behaviour.text.get(envelope.rcpt_tos[0])
        if answer is None:
            self.server.received.append(Received(envelope.mail_from, envelope.rcpt_tos, envelope.content, str(session.peer),
                                                 session.auth_data.login.decode() if session.auth_data else None))
        return answer or "250 OK"


class _Controller(Controller):
    """Controller connects to itself to see whether it runs, which TLS from the first byte refuses."""

    def _trigger_server(self):
        socket.create_connection((self.hostname, self.port), timeout=5).close()


class MailServer:
    """STARTTLS and AUTH are required; `tls_first`: TLS from the first byte instead."""

    def __init__(self, certificate: Path, key: Path, *, tls_first: bool = False, port: int = 0):
        self.received: list[Received] = []
        self.behaviour = Behaviour()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if not port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
        self.port = port
        security = {"ssl_context": context, "auth_require_tls": False} if tls_first else {"tls_context": context, "require_starttls": True}
        self._controller = _Controller(_Handler(self), hostname="127.0.0.1", port=port, authenticator=self._authenticate, auth_required=True,
                                       **security)

    @staticmethod
    def _authenticate(server, session, envelope, mechanism, data) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.login.decode() == USER and data.password.decode() == PASSWORD
        return AuthResult(success=right, handled=False, auth_data=data)

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *_) -> None:
        self._controller.stop()

    def to(self, recipient: str) -> list[EmailMessage]:
        return [received.message for received in list(self.received) if received.recipients == [recipient]]


class Tarpit:
    """Says its first words one byte a second, and never gets to their end."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self._ended = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._drip, args=(connection,), daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        with connection:
            for letter in b"220 " + b"x" * 200:
                try:
                    connection.sendall(bytes([letter]))
                except OSError:
                    return
                if self._ended.wait(1):
                    return

    def __enter__(self) -> "Tarpit":
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        self._listener.close()


class SmsGateway:
    """Answers what `answers` says, in turn, then 201."""

    def __init__(self):
        self.requests: list[dict] = []
        self.answers: list[tuple[int, dict]] = []
        self.body = b"{}"
        self.length: int | None = None  # of the body, as it is told; else the truth
        self.held: threading.Event | None = None  # the connection stays open after the body until this is set
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                gateway.requests.append({"path": self.path, "headers": dict(self.headers), "form": parse_qs(body, strict_parsing=True)})
                status, headers = gateway.answers.pop(0) if gateway.answers else (201, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(gateway.body) if gateway.length is None else gateway.length))
                self.end_headers()
                self.wfile.write(gateway.body)
                if gateway.held:
                    gateway.held.wait(30)
                # A body shorter than was told has to end somehow.
                self.close_connection = True

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port

    def __enter__(self) -> "SmsGateway":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()


__all__ = ["MailServer", "PASSWORD", "SmsGateway", "Tarpit", "USER", "make_authority"]
