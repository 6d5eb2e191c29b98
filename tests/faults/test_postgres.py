"""PostgreSQL goes away in every way there is, under a steady load (SECURITY.md P1 to P3, P5, P6, P12, P13)."""

import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from support.pace import slowness_of_this_run
from support.faults import fault_seconds
from support.members_at_work import AtWork
from support.signing_in import sign_in
from support.site import PrivateSite

SOON = 1.0 * slowness_of_this_run()  # a refusal, on a machine of usual pace within a second
NORMAL_AGAIN = 5.0
SLOTS = 24
# Whoever has just changed something is answered by PostgreSQL, whatever the worker has in its memory.
WRITTEN = "portal-written"


@pytest.fixture(scope="module")
def site(servers):
    # Signing in to the database under exact stacks takes longer than a server may be silent.
    with PrivateSite(servers / "postgres_faults", workers=2, proxied=True, exact_stacks=False, error_level="warn",
                     postgres_settings={"max_connections": str(SLOTS)}) as site:
        yield site


def settle(site: PrivateSite) -> None:
    """Every worker is back from the test before, also where that has failed."""
    deadline = time.monotonic() + 10
    credentials = {name: site.accounts["brightwater"]["members"][0][name] for name in ("email", "password")}
    in_a_row = 0
    while in_a_row < 6:
        assert time.monotonic() < deadline, "the portal has not come back from the test before"
        in_a_row = in_a_row + 1 if site.client().post("/api/v1/session", json=credentials).status == 200 else 0


@pytest.fixture(autouse=True)
def workers_live(site):
    settle(site)
    workers = site.nginx.workers()
    yield
    site.nginx.check_log()
    assert site.nginx.workers() == workers, "a worker died"


def processes(site: PrivateSite) -> list[int]:
    """The postmaster and everything that it has started."""
    main = site.postgres.pid
    return [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]


@contextmanager
def stopped(pids: list[int]):
    """Frozen: nothing tells, no connection is closed. The one that starts others goes first, so that nobody is missed."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


def assert_served_without_the_database(site: PrivateSite) -> None:
    for path in ("/", "/sign-in"):
        page = site.client().get(path)
        assert page.status == 200 and b"<html" in page.body, path
    assert site.client().get("/healthz").status == 200


def assert_refused_soon(load: AtWork, since: float) -> None:
    waited = load.failures_since(since)
    assert waited, "the control: the fault was noticed"
    assert max(waited) < SOON, sorted(waited)[-5:]


def sessions(site: PrivateSite) -> int:
    return site.postgres.execute("SELECT count(*) FROM portal.session")[0][0]


def log_size(site: PrivateSite) -> int:
    return site.nginx.error_log.stat().st_size


def log_since(site: PrivateSite, size: int) -> list[str]:
    with site.nginx.error_log.open("rb") as log:
        log.seek(size)
        return log.read().decode(errors="replace").splitlines()


def test_stopped(site):
    """P1: refused at once, and found again."""
    size = log_size(site)
    with AtWork(site) as load:
        sockets, site.postgres.sockets = site.postgres.sockets, None
        site.postgres.stop()
        site.postgres.sockets = sockets
        gone = time.monotonic()
        time.sleep(0.3)
        assert_served_without_the_database(site)
        waited = []
        for _ in range(10):
            started = time.monotonic()
            answer = site.client().get("/api/v1/portal")
            waited.append(time.monotonic() - started)
            assert (answer.status, answer.code) == (503, "database_unavailable")
        assert sorted(waited)[len(waited) // 2] < 0.1, waited
        time.sleep(fault_seconds() / 2)
        assert_refused_soon(load, gone)
        failed = load.unavailable()
        site.postgres.start()
        load.wait_until_normal(NORMAL_AGAIN)
    lines = [line for line in log_since(site, size) if "lane" in line or "listener" in line]
    assert failed > 20
    # Three lanes and a listener in each of two workers, each with one line when it was lost and one when it was back; a lane that was
    # not in use needs none.
    assert 2 <= sum("cannot be used" in line for line in lines) <= 6, lines
    assert sum("is back after" in line for line in lines) <= sum("cannot be used" in line for line in lines), lines
    assert len(lines) <= 16 + 4, lines


def test_frozen(site):
    """P5: no error and no end of a connection tells; only silence does."""
    with AtWork(site) as load:
        frozen = time.monotonic()
        with stopped(processes(site)):
            time.sleep(1.2)
            assert_served_without_the_database(site)
            known = time.monotonic()
            time.sleep(fault_seconds() / 2)
            assert_refused_soon(load, frozen)
            waited = load.failures_since(known)
            assert sorted(waited)[len(waited) * 9 // 10] < 0.2, "nobody waits for a server that is known to be frozen"
        load.wait_until_normal(NORMAL_AGAIN)


def test_only_the_postmaster_is_frozen(site):
    """Nobody gets a new connection; those that exist go on, and nobody notices."""
    with AtWork(site) as load:
        before = load.succeeded
        with stopped([site.postgres.pid]):
            time.sleep(fault_seconds() / 2)
            assert load.succeeded > before + 20
        assert load.unavailable() == 0


@pytest.mark.parametrize("what", ["question", "answer"])
def test_a_change_that_is_cut_is_told_as_unknown(site, what):
    """P2, P3: before the server got it, and between its commit and the answer to it. The worker cannot know which."""
    for client in (sign_in(site, "brightwater") for _ in range(8)):  # every worker has prepared its statements
        assert client.get("/api/v1/session").status == 200
    before = sessions(site)
    member = site.accounts["brightwater"]["members"][0]
    credentials = {"email": member["email"], "password": member["password"]}
    getattr(site.proxy, f"lose_{what}")(b"create_session.")
    answer = site.client().post("/api/v1/session", json=credentials)
    assert (answer.status, answer.code, answer.header("Retry-After")) == (503, "outcome_unknown", "1"), answer.body
    assert not site.proxy.armed
    assert sessions(site) - before == (1 if what == "answer" else 0)
    assert site.client().post("/api/v1/session", json=credentials).status == 200, "and the next try tells the truth"


@pytest.mark.parametrize("what", ["question", "answer"])
def test_a_read_that_is_cut_is_asked_again(site, what):
    client = sign_in(site, "brightwater")
    expected = client.get("/api/v1/sites").json()
    for _ in range(8):
        client.get("/api/v1/sites")
    client.cookies[WRITTEN] = "1"
    for _ in range(3):
        getattr(site.proxy, f"lose_{what}")(b"list_sites.")
        answer = client.get("/api/v1/sites")
        assert not site.proxy.armed
        assert (answer.status, answer.json()) == (200, expected)


def test_connections_that_are_cut_all_the_time(site):
    """P2, P3 under load: reads are asked again, changes are told as unknown, and what was acknowledged stays."""
    with AtWork(site) as load:
        end = time.monotonic() + fault_seconds()
        began = time.monotonic()
        while time.monotonic() < end:
            site.proxy.cut()
            time.sleep(0.4)
        assert all(seconds < SOON for seconds in load.failures_since(began))
        load.wait_until_normal(NORMAL_AGAIN)
        assert load.succeeded > 20, "the control: something went on between the cuts"
        assert load.writers[0].acknowledged > 0


def edge_connection(site: PrivateSite):
    """A connection that takes one of the portal's own slots; None when there is none left."""
    try:
        return psycopg2.connect(site.postgres.conninfo("portal_edge"))
    except psycopg2.OperationalError as error:
        assert "slots" in str(error) or "too many" in str(error), error
        return None


def test_out_of_slots(site):
    """P6: the server is there and takes nobody in."""
    taken = []
    with AtWork(site) as load:
        try:
            # Whatever the portal gives up is taken before it comes back.
            while True:
                while (connection := edge_connection(site)) is not None:
                    taken.append(connection)
                site.proxy.cut()
                time.sleep(0.05)
                while (connection := edge_connection(site)) is not None:
                    taken.append(connection)
                if len(taken) == SLOTS - 3:
                    break
            full = time.monotonic()
            time.sleep(fault_seconds() / 2)
            assert_refused_soon(load, full)
            assert_served_without_the_database(site)
        finally:
            for connection in taken:
                connection.close()
        load.wait_until_normal(NORMAL_AGAIN)


def test_killed_and_starting_up(site):
    """P13: recovery after kill -9, while everybody keeps asking."""
    with AtWork(site) as load:
        sockets, site.postgres.sockets = site.postgres.sockets, None
        site.postgres.stop(signal.SIGKILL)
        site.postgres.sockets = sockets
        killed = time.monotonic()
        assert site.client().get("/api/v1/portal").status in (200, 503)
        while True:
            try:
                site.postgres.start()
                break
            except RuntimeError:
                # Old backends have not noticed yet that their postmaster is gone.
                site.postgres.sockets = sockets
                assert time.monotonic() - killed < 15
        load.wait_until_normal(NORMAL_AGAIN)
        assert_refused_soon(load, killed)


def test_without_context(site):
    """P12: `enter` that enters nothing must not pass for an empty list."""
    client = sign_in(site, "brightwater")
    client.cookies[WRITTEN] = "1"
    expected = client.get("/api/v1/jobs").json()
    assert expected["items"]
    function = "portal.enter_member(bigint, bytea, bigint, text[])"
    definition = site.postgres.execute("SELECT pg_get_functiondef(%s::regprocedure)", (function,))[0][0]
    size = log_size(site)
    site.postgres.execute("""CREATE OR REPLACE FUNCTION portal.enter_member(account bigint, session_hash bytea, membership bigint, permissions text[])
        RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT false'""")
    try:
        for path in ("/api/v1/jobs", "/api/v1/sites", "/api/v1/session"):
            answer = client.get(path)
            assert (answer.status, answer.code) == (500, "internal_error"), path
            assert "items" not in answer.json()
    finally:
        site.postgres.execute(definition)
    lines = [line for line in log_since(site, size) if "NO CONTEXT" in line]
    assert len(lines) == 3 and all("[error]" in line for line in lines), lines
    assert client.get("/api/v1/jobs").json() == expected
