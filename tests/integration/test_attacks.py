"""Requests made to hurt: hosts that are written strangely, requests that share a connection, changes that come from two sides at once."""

import concurrent.futures
import re
import socket
import time
from contextlib import closing

import pytest

from support.people import COOKIE

SESSION = "/api/v1/session"
ACTIVATION = "/api/v1/activation"
SECONDS = 20
NEW_PASSWORD = "five small blue teapots"

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'portal_edge' AND wait_event_type = 'Lock'"


def exchange(port: int, *requests: str) -> list[bytes]:
    """All requests in one write on one connection, which stays open for writing: a client that closes its side has left."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall("".join(requests).encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    return re.split(rb"(?=HTTP/1\.1 \d)", received)[1:]


def signed_in_at(site, slug: str) -> str:
    client = site.client(slug)
    member = site.accounts[slug]["members"][0]
    assert client.post(SESSION, json={"email": member["email"], "password": member["password"]}).status == 200
    return client.cookies[COOKIE]


def asking(target: str, host: str, cookie: str, more: str = "") -> str:
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\nCookie: {COOKIE}={cookie}\r\n{more}\r\n"


def test_a_host_in_any_spelling_is_the_same_account(portal):
    ours, theirs = (f"{slug}.localhost" for slug in ("brightwater", "northside"))
    cookie = signed_in_at(portal, "brightwater")
    close = "Connection: close\r\n"
    for host, target, status in [
            (ours, SESSION, 200), (ours.upper(), SESSION, 200), (f"{ours}.", SESSION, 200), (f"{ours}:1", SESSION, 200),
            # The target's own host counts, whatever the header says.
            (theirs, f"http://{ours}{SESSION}", 200), (ours, f"http://{theirs}{SESSION}", 401), (theirs, SESSION, 401),
            (f"x.{ours}", SESSION, 421), (f"{ours},{theirs}", SESSION, 421), (f"{ours}..", SESSION, 400)]:
        forwarded = f"X-Forwarded-Host: {ours}\r\nForwarded: host={ours}\r\n"
        (answer,) = exchange(portal.nginx.port, asking(target, host, cookie, close + forwarded))
        assert answer.startswith(b"HTTP/1.1 %d " % status), (host, target, answer[:200])


def test_requests_of_two_accounts_on_one_connection_are_kept_apart(portal):
    people = {slug: portal.accounts[slug]["members"][0]["email"].encode() for slug in ("brightwater", "northside")}
    cookies = {slug: signed_in_at(portal, slug) for slug in people}
    turns = ["brightwater", "northside", "northside", "brightwater"] * 5
    requests = [asking(SESSION, f"{slug}.localhost", cookies[slug]) for slug in turns]
    stolen = asking(SESSION, "northside.localhost", cookies["brightwater"], "Connection: close\r\n")
    *answers, last = exchange(portal.nginx.port, *requests, stolen)
    assert len(answers) == len(turns)
    for slug, answer in zip(turns, answers):
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert [email in answer for email in people.values()] == [slug == other for other in people]
    assert last.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("letter", ["\u0080", "\u0085", "\u009f", "\u00a0", "\u2028", "\u3000"])
def test_an_address_that_the_database_refuses_is_refused_before(people, letter):
    _, token = people.invite()
    answer = people.client().post(ACTIVATION, json={"token": token, "email": f"an{letter}na@mail.example", "password": NEW_PASSWORD})
    assert answer.code == "invalid_field"
    assert answer.json()["errors"] == [{"pointer": "/email", "code": "invalid_email"}]


def ask_between(people, first: tuple, ask, second: tuple):
    """Somebody else's transaction locks with `first`, `ask` comes and waits, the transaction goes on with `second`."""
    with closing(people.site.postgres.connect()) as connection, concurrent.futures.ThreadPoolExecutor(1) as pool:
        connection.autocommit = False
        with closing(connection.cursor()) as cursor:
            cursor.execute(*first)
            asked = pool.submit(ask)
            deadline = time.monotonic() + SECONDS
            while people.value(WAITING) == 0:
                assert not asked.done(), f"nothing waited: {asked.result().text}"
                assert time.monotonic() < deadline
                time.sleep(0.002)
            cursor.execute(*second)
            connection.commit()
        return asked.result()


LOCK_MEMBER = "SELECT FROM portal.member WHERE member_id = %s FOR UPDATE"


def test_signing_in_again_while_the_sessions_are_ended(people):
    """Locks are taken in one order by everybody; otherwise the two would wait for each other."""
    person = people.add_member()
    client = people.signed_in(person)
    before = client.cookies[COOKIE]
    answer = ask_between(people, (LOCK_MEMBER, (person.member_id,)),
                         lambda: client.post(SESSION, json={"email": person.email, "password": person.password}),
                         ("UPDATE portal.session SET ended_at = now() WHERE member_id = %s AND ended_at IS NULL", (person.member_id,)))
    assert answer.status == 200, answer.text
    assert client.cookies[COOKIE] != before
    assert client.get(SESSION).status == 200


def test_permissions_that_change_while_somebody_signs_in(people):
    """Catches an answer of 503 to a right password."""
    person = people.add_member(permissions=("view_job_status", "view_documents"))
    client = people.client()
    answer = ask_between(people, (LOCK_MEMBER, (person.member_id,)),
                         lambda: client.post(SESSION, json={"email": person.email, "password": person.password}),
                         ("UPDATE portal.membership SET permissions = '{view_completed_jobs}' WHERE member_id = %s", (person.member_id,)))
    assert answer.status == 200, answer.text
    assert answer.json()["membership"]["permissions"] == ["view_completed_jobs"]
    assert people.value("SELECT count(*) FROM portal.session WHERE member_id = %s", person.member_id) == 1


def test_a_link_that_is_replaced_while_it_is_used(people):
    person, token = people.invite()
    client = people.client()
    answer = ask_between(people, (LOCK_MEMBER, (person.member_id,)),
                         lambda: client.post(ACTIVATION, json={"token": token, "email": person.email, "password": NEW_PASSWORD}),
                         ("UPDATE portal.one_time_token SET revoked_at = now(), revoked_reason = 'replaced' WHERE member_id = %s AND used_at IS NULL",
                          (person.member_id,)))
    assert answer.code == "conflict"
    assert COOKIE not in client.cookies
    assert people.member_row(person)["state"] == "invited"
