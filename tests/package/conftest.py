"""The package under test and the one before it, made once per run from what is built."""

import fcntl
import os
import subprocess
from pathlib import Path

import pytest
from machine import KEPT, Machine, bare_tree, tree_with

from support import places

# Older than the version of the changelog, as Debian orders versions.
EARLIER = "~earlier"


def current_version() -> str:
    return subprocess.run(["dpkg-parsechangelog", "-l", places.ROOT / "packaging/debian/changelog", "-S", "Version"], check=True, capture_output=True,
                          text=True).stdout.strip()


def make_package(version: str, folder: Path | None = None) -> Path:
    into = ["--into", folder] if folder else []
    finished = subprocess.run([places.ROOT / "tools/package.sh", "--version", version, *into], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "DEB_BUILD_OPTIONS": "noautodbgsym"})
    return places.ROOT / finished.stdout.splitlines()[-1]


def install(machine: Machine, package: Path) -> str:
    """With what the package needs loaded before, because the machine has no network."""
    file = machine.put(package)
    machine.download(file)
    return machine.run(f"apt-get -q -y install {file}")


@pytest.fixture(scope="session")
def packages(testrun_uid) -> tuple[Path, Path]:
    """The earlier one and the one of now. The workers of pytest share them."""
    KEPT.mkdir(parents=True, exist_ok=True)
    stamp = KEPT / "packages.txt"
    with (KEPT / "packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text().splitlines()[0] != testrun_uid:
            made = [make_package(current_version() + EARLIER), make_package(current_version())]
            stamp.write_text("\n".join([testrun_uid, *map(str, made)]))
        _, earlier, current = stamp.read_text().splitlines()
    return Path(earlier), Path(current)


@pytest.fixture(scope="session")
def package(packages) -> Path:
    return packages[1]


@pytest.fixture(scope="module")
def bare_machine(request):
    """A bare Debian for the tests of one file, which build on each other."""
    with Machine(KEPT / request.module.__name__, bare_tree()) as machine:
        yield machine


@pytest.fixture(scope="module")
def machine(request):
    """A Debian that has what the package needs, with nginx at work."""
    with Machine(KEPT / request.module.__name__, tree_with("ready", "nginx postgresql curl openssl")) as machine:
        machine.run("service nginx start")
        yield machine
