"""What stands behind a guarded location in tests: a small HTTP server and a small FastCGI responder, each on a unix socket.
Both answer with what they were asked, as JSON, so that a test sees what nginx has passed on."""

import json
import shutil
import struct
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import StreamRequestHandler, ThreadingMixIn, UnixStreamServer

from support import places


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


class _Application:
    """Used with `with`. `served` counts the requests that came through; `last_body` came with the last of them, if it is HTTP."""

    handler: type

    def __init__(self):
        self._folder = places.make_socket_folder()
        self.socket = self._folder / "application.sock"
        self._server = _Server(str(self.socket), self.handler)
        self._server.application = self
        self.served = 0
        self.last_body = b""
        self.answer_headers: list[tuple[str, str]] = []
        self.status = 200
        self.socket.chmod(0o777)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        shutil.rmtree(self._folder, ignore_errors=True)


class _HttpHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        application = self.server.application
        length = int(self.headers.get("Content-Length") or 0)
        application.last_body = self.rfile.read(length)
        application.served += 1
        asked = {"method": self.command, "path": self.path, "headers": [[name, value] for name, value in self.headers.items()],
                 "body": application.last_body.decode()}
        body = json.dumps(asked).encode()
        self.send_response(application.status)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(body))), *application.answer_headers):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_PROPFIND = _answer

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_) -> None:
        pass


class HttpApplication(_Application):
    handler = _HttpHandler


class _FastCgiHandler(StreamRequestHandler):
    """The responder's half of the FastCGI specification 1.0, one request on a connection."""

    BEGIN, PARAMS, STDIN, STDOUT, END = 1, 4, 5, 6, 3

    def handle(self) -> None:
        params, body = b"", b""
        while True:
            head = self.rfile.read(8)
            if len(head) < 8:
                return
            _, kind, request_id, length, padding = struct.unpack("!BBHHBx", head)
            content = self.rfile.read(length)
            self.rfile.read(padding)
            if kind == self.PARAMS:
                params += content
            elif kind == self.STDIN and content:
                body += content
            elif kind == self.STDIN:
                break
        self.server.application.served += 1
        asked = json.dumps({"params": dict(_pairs(params)), "body": body.decode()}).encode()
        self._send(self.STDOUT, request_id, b"Content-Type: application/json\r\n\r\n" + asked)
        self._send(self.STDOUT, request_id, b"")
        self._send(self.END, request_id, bytes(8))

    def _send(self, kind: int, request_id: int, content: bytes) -> None:
        self.wfile.write(struct.pack("!BBHHBx", 1, kind, request_id, len(content), 0) + content)


def _pairs(data: bytes):
    place = 0

    def length() -> int:
        nonlocal place
        size = data[place] if data[place] < 128 else struct.unpack_from("!I", data, place)[0] & 0x7FFFFFFF
        place += 1 if data[place] < 128 else 4
        return size

    while place < len(data):
        name_size, value_size = length(), length()
        name, value = data[place:place + name_size], data[place + name_size:place + name_size + value_size]
        place += name_size + value_size
        yield name.decode(), value.decode()


class FastCgiApplication(_Application):
    handler = _FastCgiHandler

