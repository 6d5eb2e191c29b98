"""A private Redis: one unix socket, nothing kept on disk unless a test asks for a snapshot."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from support import places

START_SECONDS = 10
SESSIONS = b"portal:s1:*"


class PrivateRedis:
    def __init__(self, folder: Path):
        self.folder = folder
        self.sockets: Path | None = None
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "PrivateRedis":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.close()

    @property
    def socket_path(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def snapshot(self) -> Path:
        """Read at the next start, if it is there."""
        return self.folder / "dump.rdb"

    def start(self) -> None:
        if self.sockets is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            places.give_to_servers(self.folder)
            self.sockets = places.make_socket_folder()
        options = ["--port", "0", "--unixsocket", self.socket_path, "--unixsocketperm", "777", "--save", "", "--appendonly", "no", "--dir", self.folder]
        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(places.as_user(places.server_user(), "redis-server", *options), cwd="/", stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if self.command("PING") == b"PONG":
                    return
            except OSError:
                pass
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise RuntimeError(f"Redis did not start: {self.folder}/redis.log")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """The folder of the socket stays, so that a running nginx finds the server again once it is started."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None
            self.socket_path.unlink(missing_ok=True)

    def freeze(self, on: bool) -> None:
        """Alive and silent: the kernel still takes its connections."""
        os.kill(self._process.pid, signal.SIGSTOP if on else signal.SIGCONT)

    def close(self) -> None:
        self.stop()
        if self.sockets is not None:
            shutil.rmtree(self.sockets, ignore_errors=True)
            self.sockets = None

    def command(self, *words: str | bytes | int):
        """One command on a connection of its own: bytes, int, None or a list; an error of Redis is raised as RuntimeError."""
        return self.commands([words])[0]

    def commands(self, commands: list[tuple]) -> list:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self.socket_path))
            connection.sendall(b"".join(map(_encode, commands)))
            with connection.makefile("rb") as stream:
                return [_decode(stream) for _ in commands]

    def session_entries(self) -> list[bytes]:
        return self.command("KEYS", SESSIONS)

    def monitor(self) -> socket.socket:
        """A connection on which Redis tells every command that anybody sends."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(1)
        connection.connect(str(self.socket_path))
        connection.sendall(_encode(("MONITOR",)))
        assert connection.recv(5) == b"+OK\r\n"
        return connection


def _encode(words: tuple) -> bytes:
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def _decode(stream):
    line = stream.readline()
    if not line:
        raise ConnectionError("Redis has closed the connection")
    kind, rest = line[:1], line[1:-2]
    if kind == b"-":
        raise RuntimeError(rest.decode())
    if kind == b":":
        return int(rest)
    if kind == b"$":
        if int(rest) < 0:
            return None
        return stream.read(int(rest) + 2)[:-2]
    if kind == b"*":
        return [_decode(stream) for _ in range(int(rest))]
    return rest
