"""What changes between the look-up and the write, while the password is being hashed, is seen by the write."""

import concurrent.futures
import time
from contextlib import closing
from pathlib import Path

import pytest

from support.people import COOKIE

SESSION = "/api/v1/session"
ACTIVATION = "/api/v1/activation"

# Long enough for a look-up and a hash on a busy machine; the wait itself ends much sooner.
SECONDS = 20

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'portal_edge' AND wait_event_type = 'Lock'"


def change_before_the_write(people, ask, member_id: int, *changes: str):
    """The change is made and not committed: the look-up does not see it, the write waits for it."""
    with closing(people.site.postgres.connect()) as connection, concurrent.futures.ThreadPoolExecutor(1) as pool:
        connection.autocommit = False
        with closing(connection.cursor()) as cursor:
            for change in changes:
                cursor.execute(change, (member_id,))
            asked = pool.submit(ask)
            deadline = time.monotonic() + SECONDS
            while people.value(WAITING) == 0:
                assert not asked.done(), f"the write did not wait: {asked.result()}"
                assert time.monotonic() < deadline
                time.sleep(0.002)
            connection.commit()
        return asked.result()


SIGN_IN_CHANGES = {
    # As well formed as any, and of no password that anybody knows.
    "another password": "UPDATE portal.member SET password_hash = left(password_hash, -43) || repeat('A', 43) WHERE member_id = %s",
    "locked": "UPDATE portal.member SET state = 'locked' WHERE member_id = %s",
    "removed": "UPDATE portal.member SET state = 'removed', removed_at = now(), password_hash = NULL WHERE member_id = %s",
    "membership ended": "UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE member_id = %s",
}
# What the write waits for in any case.
HARMLESS = "UPDATE portal.member SET surname = 'Moore' WHERE member_id = %s"


@pytest.mark.parametrize("change", SIGN_IN_CHANGES)
def test_signing_in(people, change):
    person = people.add_member()
    client = people.client()
    answer = change_before_the_write(people, lambda: client.post(SESSION, json={"email": person.email, "password": person.password}),
                                     person.member_id, HARMLESS, SIGN_IN_CHANGES[change])
    assert (answer.code, answer.header("Set-Cookie")) == ("invalid_credentials", None)
    assert people.value("SELECT count(*) FROM portal.session WHERE member_id = %s", person.member_id) == 0
    assert people.member_row(person)["last_sign_in_at"] is None


ACTIVATION_CHANGES = {
    "cancelled": "UPDATE portal.one_time_token SET revoked_at = now(), revoked_reason = 'cancelled' WHERE member_id = %s",
    "expired": "UPDATE portal.one_time_token SET expires_at = now() WHERE member_id = %s",
    "membership ended": "UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE member_id = %s",
    "removed": "UPDATE portal.member SET state = 'removed', removed_at = now() WHERE member_id = %s",
    "has a password": "UPDATE portal.member SET state = 'active', password_hash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA' WHERE member_id = %s",
}


@pytest.mark.parametrize("change", ACTIVATION_CHANGES)
def test_activating(people, change):
    person, token = people.invite()
    client = people.client()
    body = {"token": token, "email": f"new.{person.email}", "password": "five small blue teapots"}
    answer = change_before_the_write(people, lambda: client.post(ACTIVATION, json=body), person.member_id, ACTIVATION_CHANGES[change])
    assert (answer.code, answer.header("Set-Cookie")) == ("conflict", None)
    assert COOKIE not in client.cookies
    assert people.value("SELECT count(*) FROM portal.session WHERE member_id = %s", person.member_id) == 0
    assert people.value("SELECT count(*) FROM portal.outbox_message WHERE member_id = %s", person.member_id) == 0
    row = people.member_row(person)
    assert (row["pending_email"], row["last_sign_in_at"]) == (None, None)
    assert row["password_hash"] is None or row["password_hash"].endswith("$c2FsdA$aGFzaA")


def test_a_harmless_change_is_waited_for_and_shown(people):
    person = people.add_member()
    client = people.client()
    answer = change_before_the_write(people, lambda: client.post(SESSION, json={"email": person.email, "password": person.password}),
                                     person.member_id, HARMLESS)
    assert answer.json()["member"]["surname"] == "Moore"


NEW_PERMISSIONS = "UPDATE portal.membership SET permissions = '{view_documents}' WHERE member_id = %s"


def test_activating_while_the_permissions_change(people):
    person, token = people.invite()
    client = people.client()
    body = {"token": token, "email": person.email, "password": "five small blue teapots"}
    answer = change_before_the_write(people, lambda: client.post(ACTIVATION, json=body), person.member_id, HARMLESS, NEW_PERMISSIONS)
    assert answer.status == 200, answer.text
    assert answer.json()["membership"]["permissions"] == ["view_documents"]
    assert client.get(SESSION).status == 200


def niceness(process: int, thread: int) -> int:
    return int(Path(f"/proc/{process}/task/{thread}/stat").read_text().rpartition(")")[2].split()[16])


def test_the_thread_that_hashes_steps_back_behind_the_event_loop(people):
    person = people.add_member()
    assert people.client().post(SESSION, json={"email": person.email, "password": person.password}).status == 200
    steps = []
    for worker in people.site.nginx.workers():
        threads = [int(thread.name) for thread in Path(f"/proc/{worker}/task").iterdir()]
        steps += [niceness(worker, thread) - niceness(worker, worker) for thread in threads if thread != worker]
    assert set(steps) <= {0, 5} and 5 in steps, steps
