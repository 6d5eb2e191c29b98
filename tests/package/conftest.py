"""The package under test, made once per run from what is built, and the one before it."""

import fcntl
import os
import shutil
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


def earlier_package(package: Path) -> Path:
    """The same, packed again under the version before: module, what loads it, and control file say so."""
    version, earlier = current_version(), current_version() + EARLIER
    tree = KEPT / "earlier"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    (tree / f"usr/lib/nginx/modules/ngx_http_portal_module-{version}.so").rename(tree / f"usr/lib/nginx/modules/ngx_http_portal_module-{earlier}.so")
    for name in ("DEBIAN/control", "usr/share/nginx/modules-available/mod-http-portal.conf"):
        text = (tree / name).read_text()
        assert version in text
        (tree / name).write_text(text.replace(version, earlier))
    target = KEPT / package.name.replace(version, earlier)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, target], check=True, stdout=subprocess.DEVNULL)
    return target


@pytest.fixture(scope="session")
def packages(testrun_uid) -> tuple[Path, Path]:
    """The earlier one and the one of now. The workers of pytest share them."""
    KEPT.mkdir(parents=True, exist_ok=True)
    stamp = KEPT / "packages.txt"
    with (KEPT / "packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text().splitlines()[0] != testrun_uid:
            current = make_package(current_version())
            stamp.write_text(f"{testrun_uid}\n{earlier_package(current)}\n{current}")
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
