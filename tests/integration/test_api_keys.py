"""API keys: made and revoked at the command line, good for one account and for what they are for."""

import time
from contextlib import closing

import pytest

from support.contract import CheckedClient
from support.portalctl import Portalctl

CLIENTS = "/api/v1/import/clients"
ONE = f"{CLIENTS}?external_id=nothing"


@pytest.fixture(scope="module")
def portalctl(shared_site):
    return Portalctl(shared_site.postgres, shared_site.keys_file)


def make_key(portalctl, account: str = "brightwater", scopes: str = "import") -> tuple[str, str]:
    made = portalctl.json("key", "create", "--account", account, "--name", "the test", "--scopes", scopes)
    return made["api_key_id"], made["key"]


def asker(site, key: str | None, account: str = "brightwater", scheme: str = "Bearer") -> CheckedClient:
    """As a program asks: no cookie, no Origin."""
    return CheckedClient(site.nginx.port, f"{account}.localhost", headers={"Authorization": f"{scheme} {key}"} if key else {})


def test_a_key_is_made_listed_and_revoked(portal, portalctl):
    key_id, key = make_key(portalctl, scopes="invite,import")
    assert key.startswith("pk_") and len(key) == 46
    (listed,) = [item for item in portalctl.json("key", "list", "--account", "brightwater") if str(item["api_key_id"]) == key_id]
    assert (listed["name"], listed["scopes"], listed["revoked_at"]) == ("the test", ["import", "invite"], None)
    assert asker(portal, key).get(ONE).status == 404
    assert asker(portal, key, scheme="bearer").get(ONE).status == 404
    assert "it opens nothing" in portalctl("key", "revoke", "--account", "brightwater", "--key", key_id)
    answer = asker(portal, key).get(ONE)
    assert (answer.status, answer.code, answer.header("WWW-Authenticate")) == (401, "invalid_key", "Bearer")
    portalctl("key", "revoke", "--account", "brightwater", "--key", key_id)
    assert "has no key" in portalctl.refuses("key", "revoke", "--account", "northside", "--key", key_id)
    assert portalctl.try_on_database("key", "create", "--account", "brightwater", "--name", "x", "--scopes", "everything").returncode == 2


def test_only_the_hash_is_kept(portal, portalctl):
    _, key = make_key(portalctl)
    with closing(portal.postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from portal.api_key k where k::text like %s", (f"%{key[3:]}%",))
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("key", [None, "", "pk_", "pk_short", "pk_" + "A" * 43, "pk_" + "A" * 44, "A" * 43, "pk_" + "A" * 42 + "="])
def test_what_is_no_key_opens_nothing(portal, key):
    answer = asker(portal, key).get(ONE)
    assert (answer.status, answer.code) == (401, "invalid_key")


def test_a_key_is_good_for_its_account_alone(portal, portalctl):
    _, key = make_key(portalctl)
    assert asker(portal, key).get(ONE).code == "not_found"
    assert asker(portal, key, account="northside").get(ONE).code == "invalid_key"


def test_a_key_is_good_for_its_scope_alone(portal, portalctl):
    _, key = make_key(portalctl, scopes="invite")
    answer = asker(portal, key).get(ONE)
    assert (answer.status, answer.code) == (403, "permission_required")


def test_sessions_and_keys_do_not_cross(portal, portalctl):
    _, key = make_key(portalctl)
    assert asker(portal, key).get("/api/v1/jobs").code == "not_signed_in"
    member = portal.accounts["brightwater"]["members"][0]
    client = portal.client()
    assert client.post("/api/v1/session", json={"email": member["email"], "password": member["password"]}).status == 200
    assert client.get("/api/v1/jobs").status == 200
    assert client.get(ONE).code == "invalid_key"
    assert client.put(CLIENTS, body=b"", headers={"Content-Type": "application/x-ndjson"}).code == "invalid_key"


def test_last_use_is_noted(portal, portalctl):
    key_id, key = make_key(portalctl)

    def last_use():
        return next(item["last_used_at"] for item in portalctl.json("key", "list", "--account", "brightwater") if str(item["api_key_id"]) == key_id)
    assert last_use() is None
    asker(portal, key).get(ONE)
    deadline = time.monotonic() + 10
    while last_use() is None:
        assert time.monotonic() < deadline, "the use was never noted"
        time.sleep(0.1)


def test_guesses_are_throttled_by_address(make_site):
    site = make_site(workers=1, throttle=True)
    portalctl = Portalctl(site.postgres, site.keys_file)
    _, key = make_key(portalctl)
    wrong = "pk_" + "A" * 43
    codes = [asker(site, wrong).get(ONE).code for _ in range(25)]
    assert codes[:20] == ["invalid_key"] * 20 and set(codes[20:]) == {"too_many_requests"}
    assert asker(site, key).get(ONE).status == 429, "whoever guesses from there waits, too"
