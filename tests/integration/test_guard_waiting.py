"""`portal_auth` while it waits for PostgreSQL, when that is away, and how quickly an end takes effect."""

import re
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import pytest

from support import places
from support.guarded import NAVIGATION, Guarded, open_guarded, passed_headers
from support.portalctl import Portalctl

FILE = "/guarded/files/plan.txt"
HTTP = "/guarded/http/anything"
SESSION = "/api/v1/session"


@pytest.fixture(scope="module")
def opened(servers):
    with ExitStack() as stack:
        yield open_guarded(servers / "guard-waiting", stack, proxied=True)


@pytest.fixture
def guarded(opened) -> Guarded:
    yield opened
    wait_for(lambda: active(opened) == 0)
    opened.nginx.check_log()


def wait_for(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def active(guarded: Guarded) -> int:
    """Of both workers together."""
    return int(re.search(r"^portal_requests_active (\d+)$", guarded.client().get("/metrics").text, re.MULTILINE)[1])


@contextmanager
def locked(guarded: Guarded):
    """No session can be confirmed until the end of the block."""
    with closing(guarded.site.postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE portal.session IN ACCESS EXCLUSIVE MODE")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


@pytest.fixture
def background():
    with ThreadPoolExecutor(8) as pool:
        yield pool


def test_a_client_that_leaves_is_forgotten(guarded):
    client, _ = guarded.signed_in()
    served = guarded.http.served
    with locked(guarded):
        connections = []
        for _ in range(6):
            connection = socket.create_connection(("127.0.0.1", guarded.nginx.port))
            connection.sendall(f"GET {HTTP} HTTP/1.1\r\nHost: {guarded.people.host}\r\nCookie: portal-member={client.cookies['portal-member']}\r\n\r\n".encode())
            connections.append(connection)
        wait_for(lambda: active(guarded) == 6)
        for connection in connections:
            connection.close()
        wait_for(lambda: active(guarded) == 0)
    assert guarded.http.served == served
    assert client.get(HTTP).status == 200


@pytest.mark.parametrize("path, says", [("/after/", "portal_auth required;"), ("/api/v1/jobs", "portal on;")])
def test_what_comes_after_a_client_that_left_is_done_once(guarded, path, says):
    """`post_action` goes on with the request of somebody for whom PostgreSQL is still asked."""
    client, _ = guarded.signed_in()
    folder = places.make_socket_folder()
    with closing(socket.socket(socket.AF_UNIX)) as listener, ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        listener.bind(str(folder / "after.sock"))
        (folder / "after.sock").chmod(0o777)
        listener.listen()
        listener.settimeout(10)
        locations = f"""
            location = /metrics {{ portal_metrics; }}
            location = {path} {{ {says} post_action @after; }}
            location @after {{ proxy_pass http://unix:{folder}/after.sock; }}
        """
        nginx = stack.enter_context(guarded.site.make_nginx("after", workers=1, server_extra=locations))

        def waiting() -> str:
            return re.search(r"^portal_requests_active (\d+)$", nginx.client().get("/metrics").text, re.MULTILINE)[1]

        worker = nginx.workers()
        with locked(guarded):
            with socket.create_connection(("127.0.0.1", nginx.port)) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {guarded.people.host}\r\nCookie: portal-member={client.cookies['portal-member']}\r\n\r\n".encode())
                wait_for(lambda: waiting() == "1")
            after, _ = listener.accept()
        with closing(after):
            wait_for(lambda: waiting() == "0")
            assert b"\r\n\r\n" in after.recv(4096)
            after.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
        listener.settimeout(0.3)
        with pytest.raises(TimeoutError):
            listener.accept()
        assert nginx.workers() == worker


@pytest.mark.parametrize("path", [FILE, HTTP])
def test_a_reload_lets_those_who_wait_finish(guarded, background, path):
    client, _ = guarded.signed_in()
    before = set(guarded.nginx.workers())
    with locked(guarded):
        waiting = [background.submit(client.get, path) for _ in range(3)]
        wait_for(lambda: active(guarded) == 3)
        guarded.nginx.reload(wait=False)
        wait_for(lambda: set(guarded.nginx.workers()) - before)
        time.sleep(0.3)  # longer than a worker needs that forgets them
    assert [each.result(20).status for each in waiting] == [200] * 3
    wait_for(lambda: not before & set(guarded.nginx.workers()))


def test_a_worker_that_quits_lets_those_who_wait_finish(guarded, background):
    client, _ = guarded.signed_in()
    with guarded.site.make_nginx("quitting", workers=1, server_extra=guarded.nginx._server_extra) as nginx:
        client.port = nginx.port
        wait_for(lambda: client.get(FILE).status == 200)
        time.sleep(0.8)  # what was confirmed is too old
        with locked(guarded):
            waiting = background.submit(client.get, FILE)
            wait_for(lambda: "portal_requests_active 1" in nginx.client().get("/metrics").text)
            quitting = background.submit(nginx.quit)
            time.sleep(0.3)
        assert waiting.result(20).text == "the plan\n"
        quitting.result(20)


def test_a_worker_that_is_told_to_stop_leaves_them(guarded):
    client, _ = guarded.signed_in()
    nginx = guarded.site.make_nginx("stopping", workers=1, server_extra=guarded.nginx._server_extra)
    nginx.start()
    with locked(guarded), socket.create_connection(("127.0.0.1", nginx.port)) as connection:
        connection.sendall(f"GET {FILE} HTTP/1.1\r\nHost: {guarded.people.host}\r\nCookie: portal-member={client.cookies['portal-member']}\r\n\r\n".encode())
        wait_for(lambda: "portal_requests_active 1" in nginx.client().get("/metrics").text)
        nginx.stop()


@contextmanager
def without_listener(guarded: Guarded):
    """The listeners are cut and do not come back; the lanes stay, as far as they are open."""
    database = guarded.site.postgres
    listeners = "query ILIKE 'listen%' OR query = ''"
    pids = [pid for (pid,) in database.execute(f"SELECT pid FROM pg_stat_activity WHERE usename = 'portal_edge' AND ({listeners})")]
    assert pids, "no listener was found"
    database.execute("ALTER ROLE portal_edge CONNECTION LIMIT 0")
    try:
        for pid in pids:
            database.execute("SELECT pg_terminate_backend(%s)", (pid,))
        yield
    finally:
        database.execute("ALTER ROLE portal_edge CONNECTION LIMIT -1")


def sign_out(guarded, client, person) -> None:
    """Without new connections to the database only by a worker that has one for changes."""
    for _ in range(30):
        other = guarded.client()
        other.cookies = dict(client.cookies)
        answer = other.delete(SESSION)
        if answer.status == 204:
            return
    raise AssertionError(answer.text)


def end_the_session(guarded, client, person) -> None:
    guarded.people.rows("UPDATE portal.session SET ended_at = now() WHERE member_id = %s", person.member_id)


def remove_the_member(guarded, client, person) -> None:
    Portalctl(guarded.site.postgres)("member", "remove", "--account", guarded.people.slug, "--client", "Acme", "--email", person.email)


def take_permissions(guarded, client, person) -> None:
    guarded.people.rows("UPDATE portal.membership SET permissions = '{}' WHERE member_id = %s", person.member_id)


@pytest.mark.parametrize("listener", ["listening", "cut"])
@pytest.mark.parametrize("end, status", [(sign_out, 401), (end_the_session, 401), (remove_the_member, 401), (take_permissions, 403)])
def test_an_end_takes_effect_within_a_second(guarded, end, status, listener):
    """R21. Asked all the time on both workers, so that each has confirmed it a moment before."""
    client, person = guarded.signed_in()
    path = "/guarded/documents/"
    for _ in range(20):
        assert client.get(path).status == 200
    with without_listener(guarded) if listener == "cut" else ExitStack():
        assert client.get(path).status == 200
        end(guarded, client, person)
        deadline = time.monotonic() + 1
        statuses = []
        while time.monotonic() < deadline:
            statuses.append(client.get(path).status)
        assert {client.get(path).status for _ in range(12)} == {status}, "a second later nobody believes it"
        assert set(statuses) <= {200, status}
    # What was given back is there at once.
    if end is take_permissions:
        guarded.people.rows("UPDATE portal.membership SET permissions = '{view_documents,view_job_status}' WHERE member_id = %s", person.member_id)
        assert {client.get(path).status for _ in range(8)} == {200}


def test_one_confirmation_serves_many(guarded):
    """And no more often than it has to: the fault is a question for each file."""
    client, _ = guarded.signed_in()
    with guarded.site.make_nginx("single", workers=1, server_extra=guarded.nginx._server_extra) as nginx:
        client.port = nginx.port

        def segments() -> int:
            return int(re.search(r'^portal_lane_segments_total\{lane="reads"\} (\d+)$', nginx.client().get("/metrics").text, re.MULTILINE)[1])

        def asks_nothing() -> bool:
            before = segments()
            return client.get(FILE).status == client.get(FILE).status == 200 and segments() == before

        wait_for(asks_nothing)  # the listener's lease begins a moment after the worker
        before, started, asked = segments(), time.monotonic(), 0
        while time.monotonic() < started + 0.9:
            assert client.get(FILE).status == 200
            asked += 1
        assert asked > 20
        assert 1 <= segments() - before <= 6, "twice, and what else a worker asks"


def test_a_database_that_is_away_opens_nothing(guarded):
    client, person = guarded.signed_in()
    nobody = guarded.client()
    assert client.get(FILE).status == 200
    guarded.site.proxy.refuse(True)
    guarded.site.proxy.cut()
    try:
        wait_for(lambda: client.get(FILE).status == 503, 2)
        for path in (FILE, HTTP, "/greeted/", "/guarded/documents/"):
            started = time.monotonic()
            answer = client.get(path)
            assert (answer.status, answer.code) == (503, "database_unavailable"), answer.text
            assert 1 <= int(answer.header("Retry-After")) <= 30 and time.monotonic() - started < 1
            page = client.get(path, headers=NAVIGATION)
            assert page.status == 503 and page.header("Location") is None and page.header("Retry-After")
        # Who is nobody needs no database for it.
        assert nobody.get(FILE).status == 401 and passed_headers(nobody.get("/greeted/"))
        assert guarded.nginx.client("unknown.localhost").get(FILE).status == 421
    finally:
        guarded.site.proxy.refuse(False)
    wait_for(lambda: client.get(FILE).status == 200)
    assert passed_headers(client.get(HTTP))["portal-email"] == [person.email]
    guarded.nginx.alarms()


def test_over_http_2(guarded, servers, tmp_path):
    """Browsers send each cookie in a field of its own there."""
    assert shutil.which("curl")
    client, person = guarded.signed_in()
    certificate, key = tmp_path / "portal.crt", tmp_path / "portal.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={guarded.people.host}", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    with guarded.site.make_nginx("tls", workers=1, server_extra=guarded.nginx._server_extra, certificate=(certificate, key)) as nginx:
        def ask(path: str, *options: str) -> str:
            return subprocess.run(["curl", "-sk", "--http2", "-w", " %{http_version} %{http_code}", "--resolve", f"{guarded.people.host}:{nginx.port}:127.0.0.1",
                                   *options, f"https://{guarded.people.host}:{nginx.port}{path}"], check=True, capture_output=True, text=True).stdout
        session = client.cookies["portal-member"]
        # One -H for each field, as a browser splits them.
        cookies = ("-H", "Cookie: theme=dark", "-H", f"Cookie: __Host-portal-member={session}", "-H", "Cookie: __Host-portal-device=x", "-H", "Cookie: size=2")
        wait_for(lambda: ask("/healthz").endswith(" 2 200"))
        for _ in range(2):
            said = ask(HTTP, *cookies, "-H", "Portal-Email: boss@example.com", "-H", "portal_email: boss@example.com")
            assert said.endswith(" 2 200"), said
            assert '"theme=dark; size=2"]' in said and f'["Portal-Email", "{person.email}"]' in said and "boss" not in said and session not in said
        assert ask(HTTP, "-H", f"Cookie: portal-member={session}").endswith(" 2 401"), "here only the cookie with the prefix counts"
        assert ask(FILE, *cookies, "-d", "x=1").endswith(" 2 403"), "a change without an origin"
