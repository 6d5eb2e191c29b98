"""Hosts of their own on this machine: network namespaces, each with a cable (a pair of veth) to it. What lies in the file system, unix sockets too, is the same for
all of them. Whatever ends takes its namespace and its cable along, because nothing but the processes in it holds the namespace."""

import ipaddress
import itertools
import os
import subprocess
import time
from contextlib import ExitStack, contextmanager

from support import places

SUBNETS = 1 << 15  # of four addresses each, in 198.18.0.0/15, which is for measurements (RFC 2544)
SUBNETS_OF_A_PROCESS = 16  # before it meets those of the process with the next number

_numbers = itertools.count()


class NetworkHost:
    """Needs root and the right to make namespaces; OSError where there is none. `address` reaches it from here; `enter` stands before a command that runs in it."""

    def __init__(self):
        number = next(_numbers)
        subnet = (os.getpid() * SUBNETS_OF_A_PROCESS + number) % SUBNETS
        first = ipaddress.IPv4Address("198.18.0.0") + 4 * subnet
        self._near, self.address = str(first + 1), str(first + 2)
        self.cable = f"veth{os.getpid():x}.{number}"
        self._holder: subprocess.Popen | None = None

    def __enter__(self) -> "NetworkHost":
        self._holder = subprocess.Popen(places.as_user(None, "unshare", "--net", "--", "sleep", "infinity"), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait_for_namespace()
            self._here("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", str(self._holder.pid))
            self._here("address", "add", f"{self._near}/30", "dev", self.cable)
            self._here("link", "set", self.cable, "up")
            self._inside("address", "add", f"{self.address}/30", "dev", "eth0")
            for name in ("eth0", "lo"):
                self._inside("link", "set", name, "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self._holder.terminate()
        self._holder.wait()

    @property
    def enter(self) -> list[str]:
        return ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net", "--"]

    def _wait_for_namespace(self) -> None:
        deadline = time.monotonic() + 5
        ours = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self._holder.pid}/ns/net") == ours:
            if self._holder.poll() is not None or time.monotonic() > deadline:
                raise OSError("a network namespace cannot be made here")
            time.sleep(0.01)

    def _here(self, *words: str) -> None:
        _run("ip", *words)

    def _inside(self, *words: str) -> None:
        _run(*self.enter, "ip", *words)


def _run(*command: str) -> None:
    finished = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if finished.returncode != 0:
        raise OSError(f"{' '.join(command)}: {finished.stderr.strip()}")


@contextmanager
def two_hosts():
    """Two of them and an empty text; or None twice and why, where it is not permitted."""
    with ExitStack() as stack:
        why = ""
        try:
            hosts = [stack.enter_context(NetworkHost()) for _ in range(2)]
        except OSError as error:
            hosts, why = [None, None], str(error)
        yield hosts, why
