"""The courier as a process of its own, on a database of tests."""

import os
import signal
import subprocess
import time
from pathlib import Path

from support import places, postgres


class Courier:
    """Used with `with`. `settings` is the text of its courier.conf."""

    def __init__(self, server: postgres.PrivatePostgres, keys_file: Path, folder: Path, settings: str = "", *, database: str = postgres.DATABASE,
                 name: str = "courier", files: Path | None = None):
        self.folder = folder
        self.config = folder / f"{name}.conf"
        self.config.write_text(settings)
        self.log = folder / f"{name}.log"
        self._command = [places.portalctl_path(), "courier", "--config", self.config, "--database",
                         f"host={server.sockets} dbname={database}", "--keys-file", keys_file, *(["--files", files] if files else [])]
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "Courier":
        return self.start()

    def __exit__(self, kind, *_) -> None:
        self.stop(check=kind is None)

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> "Courier":
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(places.as_user(None, *self._command), cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             env={"PATH": os.environ["PATH"]})
        return self

    def stop(self, *, check: bool = True) -> None:
        """SIGTERM: it finishes what it is sending."""
        if self._process is None:
            return
        self._process.terminate()
        status = self._process.wait(90)
        self._process = None
        if check:
            assert status == 0, self.log.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process = None

    def run_once(self) -> str:
        """Everything that is due now; returns what it said."""
        finished = subprocess.run([*self._command, "--once"], cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  env={"PATH": os.environ["PATH"]}, timeout=120)
        assert finished.returncode == 0, finished.stderr
        return finished.stderr


def wait_until(what, *, seconds: float = 20):
    """What the condition answered, once that is true."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)
    return answer
