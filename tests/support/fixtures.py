"""Fixtures for every folder of process tests; its conftest.py says `from support.fixtures import *`.

Each pytest worker has one set of servers for the whole run. A test that fails leaves the folder of its servers and prints
how to run it alone.
"""

import os
from pathlib import Path

import pytest

from support import places, postgres
from support.site import PrivateSite

__all__ = ["database_server", "make_site", "portal", "pytest_runtest_makereport", "pytest_runtest_setup", "servers", "shared_site"]


@pytest.fixture(scope="session")
def servers() -> Path:
    """The folder of this worker's servers, build/test/<layer>/<worker>."""
    layer = os.environ.get("PORTAL_LAYER", "alone")
    return places.servers_folder(f"test/{layer}/{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")


@pytest.fixture(scope="session")
def database_server(servers):
    """A private PostgreSQL with the migrated, empty databases `portal` and `portal_template`, without nginx."""
    with postgres.copy_template(servers / "postgres") as server:
        yield server


@pytest.fixture(scope="session")
def shared_site(servers):
    """PostgreSQL, Redis, the demo accounts and nginx with two workers, for the whole run of this pytest worker."""
    with PrivateSite(servers / "site", redis=True) as site:
        yield site


@pytest.fixture
def portal(shared_site):
    """The shared site for one test: fails the test if nginx alarmed or lost a worker meanwhile."""
    workers = shared_site.nginx.workers()
    yield shared_site
    shared_site.nginx.check_log()
    assert shared_site.nginx.workers() == workers, "an nginx worker died or was replaced during the test"


@pytest.fixture
def make_site(servers, request):
    """For tests that stop, reload or configure servers: `make_site(workers=1, ...)` is a site of their own."""
    sites = []

    def make(**options) -> PrivateSite:
        name = "".join(letter if letter.isalnum() else "_" for letter in request.node.name)
        site = PrivateSite(servers / f"{name}_{len(sites)}", **options)
        site.__enter__()
        sites.append(site)
        return site

    yield make
    failed = getattr(request.node, "failed_call", False)
    for site in sites:
        site.__exit__(RuntimeError if failed else None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    item.failed_call = True
    layer = os.environ.get("PORTAL_LAYER", "LAYER")
    kept = item.funcargs.get("servers")
    lines = [f"to run it alone: ./dev test {layer} -- -n 0 -k '{item.name}'"]
    if kept:
        lines.append(f"its servers' files: {kept}")
    report.sections.append(("how to go on", "\n".join(lines)))


def pytest_runtest_setup(item):
    """A skipped test proves nothing, so the marks that skip are errors."""
    for name in ("skip", "skipif", "xfail"):
        assert item.get_closest_marker(name) is None, f"{item.nodeid} is marked {name}"
