"""Secrets stay where they belong, and hashing stands in nobody's way."""

import concurrent.futures
import statistics
import time
from contextlib import closing
from pathlib import Path

from support.people import COOKIE, People
from support.site import PrivateSite

SESSION = "/api/v1/session"
ACTIVATION = "/api/v1/activation"


def files_with(folder: Path, words: dict[str, str]) -> list[str]:
    found = []
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            found += [f"{name} in {file}" for name, word in words.items() if word.encode() in content]
    return found


def use_everything(site: PrivateSite, people: People) -> dict[str, str]:
    """Succeeds and fails with every secret there is, and returns them."""
    secrets = {"password": "canary five small blue teapots", "wrong password": "canary of somebody who guesses"}
    person, secrets["link"] = people.invite()
    client = people.client()
    body = {"token": secrets["link"], "email": f"typed.{person.email}", "password": secrets["password"]}
    assert client.post(ACTIVATION + "/lookup", json={"token": secrets["link"]}).status == 200
    assert client.post(ACTIVATION, json={**body, "password": "canary"}).status == 400
    assert client.post(ACTIVATION, json={**body, "remember": secrets["wrong password"]}).status == 400
    assert client.post(ACTIVATION, json=body).status == 200
    assert client.post(ACTIVATION, json=body).status == 410
    secrets["first session"] = client.cookies[COOKIE]
    assert client.post(SESSION, json={"email": person.email, "password": secrets["wrong password"]}).status == 401
    assert client.post(SESSION, json={"email": person.email, "password": secrets["password"]}).status == 200
    secrets["second session"] = client.cookies[COOKIE]
    assert client.get(SESSION).status == 200
    assert client.post(SESSION, body=b'{"password": "' + secrets["password"].encode(), headers={"Content-Type": "application/json"}).status == 400
    # A fault of ours in the middle of it, which is logged.
    site.postgres.execute("REVOKE INSERT ON portal.session FROM portal_edge")
    site.postgres.execute("REVOKE ALL (account_id, token_hash, member_id, membership_id, user_agent, expires_at) ON portal.session FROM portal_edge")
    assert client.post(SESSION, json={"email": person.email, "password": secrets["password"]}).status == 500
    assert client.get(SESSION).status == 500
    return secrets


def test_no_secret_is_ever_written(make_site):
    """R08, R24: in no log, no table, no file of the servers."""
    site = make_site(workers=1)
    with closing(People(site)) as people:
        secrets = use_everything(site, people)
        # The control: what is searched is what the servers wrote.
        people.add_member(first_name="visible marker")
    site.postgres.execute("CHECKPOINT")
    assert files_with(site.folder, secrets) == []
    assert files_with(site.folder, {"marker": "visible marker"})
    assert "/api/v1/session" in site.nginx.access_log.read_text(errors="replace")
    assert "internal_error" in site.nginx.error_log.read_text(errors="replace")


def test_too_many_hashes_are_refused_and_nobody_else_waits(make_site):
    """R04: the queue is bounded, the rest is told to come back before anything was hashed, and the loop goes on."""
    site = make_site(workers=1)
    email = site.accounts["brightwater"]["members"][0]["email"]
    started = time.monotonic()
    alone = site.client().post(SESSION, json={"email": email, "password": "not the one"})
    one_hash = time.monotonic() - started
    assert alone.code == "invalid_credentials"

    with concurrent.futures.ThreadPoolExecutor(120) as pool:
        guesses = [pool.submit(site.client().post, SESSION, json={"email": email, "password": f"guess {number}"}) for number in range(120)]
        waits = []
        while not all(guess.done() for guess in guesses):
            asked = time.monotonic()
            assert site.client().get("/api/v1/portal").status == 200
            waits.append(time.monotonic() - asked)
        answers = [guess.result() for guess in guesses]
    refused = [answer for answer in answers if answer.status == 503]
    assert {answer.code for answer in answers} == {"invalid_credentials", "overloaded"}
    assert 32 <= len(answers) - len(refused) < 120
    assert all(1 <= int(answer.header("Retry-After")) <= 30 for answer in refused)
    # If the loop hashed itself, each of these would have waited for several hashes.
    assert statistics.median(waits) < max(2 * one_hash, 0.05), waits
    assert site.client().post(SESSION, json={"email": email, "password": "not the one"}).code == "invalid_credentials"
