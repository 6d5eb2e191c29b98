"""A disk that takes its time for a file that staff send in, and somebody who signs in meanwhile."""

import subprocess
import threading
import time
from contextlib import closing

import pytest

from support import places, staff
from support.people import People
from support.uploads import add
from support.world import PDF

SYNC_SECONDS = 2.0  # three in one go: the file, and both folders of its name
LONG = 3.5  # what a sign-in takes on a busy machine is less, and what is left of the three is more


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    built = tmp_path_factory.mktemp("shim") / "slow_sync.so"
    subprocess.run(["clang-19", "-shared", "-fPIC", "-O1", places.ROOT / "tests/support/slow_sync.c", "-o", built, "-ldl"], check=True)
    return built


@pytest.fixture
def slow_site(make_site, shim):
    def make(more: str = ""):
        # Never with sanitizers: the shim stands where they stand.
        return make_site(preset="release", workers=1, main_extra=more, environment={"LD_PRELOAD": str(shim), "PORTAL_SLOW_SYNC": str(int(SYNC_SECONDS * 1000))})
    return make


def sign_in_while_a_file_is_synced(site) -> tuple[float, float]:
    """How long the sign-in took, and the upload."""
    member = site.accounts["brightwater"]["members"][0]
    took: dict[str, float] = {}

    def upload(console, client_id: int) -> None:
        started = time.monotonic()
        answer = add(console, client_id, "Report.pdf", PDF)
        took["upload"] = time.monotonic() - started
        assert answer.status == 201, answer.text
    with closing(People(site)) as desk:
        console = staff.signed_in(desk, desk.client(), staff.add_staff(desk, desk.account_id, "manager"))
        thread = threading.Thread(target=upload, args=(console, desk.clients["Acme"]))
        thread.start()
        time.sleep(SYNC_SECONDS / 3)
        started = time.monotonic()
        answer = site.client().post("/api/v1/session", json={"email": member["email"], "password": member["password"]})
        sign_in = time.monotonic() - started
        thread.join()
    assert answer.status == 200, answer.text
    return sign_in, took["upload"]


def test_with_threads_of_their_own_files_keep_nobody_waiting(slow_site):
    sign_in, upload = sign_in_while_a_file_is_synced(slow_site("thread_pool portal_files threads=1;"))
    assert upload > 2 * SYNC_SECONDS and sign_in < LONG


def test_without_them_whoever_signs_in_waits_for_what_is_under_way(slow_site):
    """The control, and the bound: one file that is being named, however many wait."""
    sign_in, upload = sign_in_while_a_file_is_synced(slow_site())
    assert upload > 2 * SYNC_SECONDS and LONG < sign_in < upload
