"""Where I am signed in, and how that ends: everywhere at once, on every worker of every host, with Redis and without."""

import time

import pytest

from support.people import BOTH_WORKERS, COOKIE, People
from support.portalctl import Portalctl

SESSION = "/api/v1/session"
SESSIONS = "/api/v1/sessions"
AGENTS = ("Mozilla/5.0 (a telephone)", "Mozilla/5.0 (a desk)")


def sign_in_with(people: People, person, agent: str):
    client = people.client()
    client.headers = {**client.headers, "User-Agent": agent}
    assert client.post(SESSION, json={"email": person.email, "password": person.password}).status == 200
    return client


def own_sessions(client) -> dict[str, dict]:
    answer = client.get(SESSIONS)
    assert answer.status == 200, answer.text
    return {item["user_agent"]: item for item in answer.json()["items"]}


def test_my_sessions_and_nobody_elses(people):
    person, stranger = people.add_member(), people.add_member()
    telephone, desk = (sign_in_with(people, person, agent) for agent in AGENTS)
    sign_in_with(people, stranger, "Mozilla/5.0 (of somebody else)")
    seen = own_sessions(telephone)
    assert set(seen) == set(AGENTS)
    assert [seen[agent]["current"] for agent in AGENTS] == [True, False]
    assert [own_sessions(desk)[agent]["current"] for agent in AGENTS] == [False, True]
    assert seen[AGENTS[0]]["created_at"] <= seen[AGENTS[0]]["last_used_at"]
    assert telephone.get(SESSIONS + "?limit=1").code == "unknown_parameter"


def test_what_is_over_is_not_listed(people):
    person = people.add_member()
    telephone, desk = (sign_in_with(people, person, agent) for agent in AGENTS)
    assert desk.delete(SESSION).status == 204
    assert set(own_sessions(telephone)) == {AGENTS[0]}
    people.execute("UPDATE portal.session SET last_used_at = now() - interval '15 days', created_at = now() - interval '15 days' WHERE user_agent = %s"
                   " AND ended_at IS NOT NULL", AGENTS[1])
    other = sign_in_with(people, person, "Mozilla/5.0 (idle)")
    people.execute("UPDATE portal.session SET last_used_at = now() - interval '15 days', created_at = now() - interval '15 days' WHERE user_agent = %s",
                   "Mozilla/5.0 (idle)")
    assert set(own_sessions(telephone)) == {AGENTS[0]}
    assert other.get(SESSION).status == 401


def test_one_is_ended_from_another_and_the_own_one_clears_its_cookie(people):
    person = people.add_member()
    telephone, desk = (sign_in_with(people, person, agent) for agent in AGENTS)
    for client in (telephone, desk):
        for _ in range(BOTH_WORKERS):
            assert client.get(SESSION).status == 200
    ended = own_sessions(telephone)[AGENTS[1]]["id"]
    answer = telephone.delete(f"{SESSIONS}/{ended}")
    assert (answer.status, answer.body, answer.all_headers("Set-Cookie")) == (204, b"", [])
    for _ in range(BOTH_WORKERS):
        assert desk.get(SESSION).code == "not_signed_in"
        assert telephone.get(SESSION).status == 200
    assert telephone.delete(f"{SESSIONS}/{ended}").code == "not_found", "once"

    cookie = telephone.cookies[COOKIE]
    own = own_sessions(telephone)[AGENTS[0]]["id"]
    assert telephone.delete(f"{SESSIONS}/{own}").status == 204
    assert COOKIE not in telephone.cookies, "the browser was told"
    for _ in range(BOTH_WORKERS):
        assert people.client().get(SESSION, headers={"Cookie": f"{COOKIE}={cookie}"}).code == "not_signed_in"


def test_ending_needs_the_own_page(people):
    person = people.add_member()
    telephone, desk = (sign_in_with(people, person, agent) for agent in AGENTS)
    ended = own_sessions(telephone)[AGENTS[1]]["id"]
    assert telephone.delete(f"{SESSIONS}/{ended}", headers={"Sec-Fetch-Site": "cross-site"}).code == "cross_site_request"
    assert telephone.get(f"{SESSIONS}/{ended}").status == 405
    assert desk.get(SESSION).status == 200


@pytest.fixture(scope="module")
def hosts(servers):
    """Two hosts with two workers each, on one PostgreSQL and one Redis."""
    from support.site import PrivateSite
    with PrivateSite(servers / "hosts", redis=True) as site:
        with site.make_nginx("second") as second:
            yield site, second
        # One host at a time is asked below, and the connections of both are counted at the end.


def everywhere(hosts, client, status: int) -> None:
    """Every worker of both hosts says so within a second, and from then on."""
    site, second = hosts
    deadline = time.monotonic() + 1
    for nginx in (site.nginx, second):
        copy = nginx.client(client.host)
        copy.cookies = dict(client.cookies)
        for _ in range(BOTH_WORKERS):
            while (found := copy.get(SESSION).status) != status:
                assert time.monotonic() < deadline, f"{found} instead of {status}"
                copy.cookies = dict(client.cookies)


ENDINGS = ("signed out", "ended from elsewhere", "membership removed", "switched")


@pytest.mark.parametrize("redis", ["redis", "frozen"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_an_end_is_one_everywhere(hosts, ending, redis):
    """R21, also while Redis cannot be reached."""
    site, second = hosts
    people = People(site)
    person = people.add_member("Acme", "Zenith")
    client, other = (sign_in_with(people, person, agent) for agent in AGENTS)
    everywhere(hosts, client, 200)
    if redis == "frozen":
        site.redis.freeze(True)
    try:
        if ending == "signed out":
            leaving = site.nginx.client(client.host)
            leaving.cookies = dict(client.cookies)
            assert leaving.delete(SESSION).status == 204
        elif ending == "ended from elsewhere":
            assert other.delete(f"{SESSIONS}/{own_sessions(other)[AGENTS[0]]['id']}").status == 204
        elif ending == "membership removed":
            acting = client.get(SESSION).json()["membership"]["client"]["name"]
            Portalctl(site.postgres)("member", "remove", "--account", people.slug, "--client", acting, "--email", person.email)
        else:
            body = client.get(SESSION).json()
            another = next(each["id"] for each in body["memberships"] if each["id"] != body["membership"]["id"])
            switching = site.nginx.client(client.host)
            switching.cookies = dict(client.cookies)
            assert switching.put(SESSION + "/membership", json={"membership_id": another}).status == 200
        everywhere(hosts, client, 401)
    finally:
        if redis == "frozen":
            site.redis.freeze(False)
        people.close()
    everywhere(hosts, client, 401)


def test_a_session_is_known_to_the_other_host_through_redis(hosts):
    site, second = hosts
    people = People(site)
    client = sign_in_with(people, people.add_member(), AGENTS[0])
    people.close()
    assert client.get(SESSION).status == 200
    deadline = time.monotonic() + 5
    while not site.redis.session_entries():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    with site.redis.monitor() as monitor:
        everywhere(hosts, client, 200)
        heard = monitor.recv(65536)
    assert b'"GETRANGE" "portal:s1:' in heard


def test_redis_is_told_no_secret(hosts):
    """R24: neither what opens a session nor who is in it, in keys, values or commands."""
    site, second = hosts
    people = People(site)
    heard = bytearray()
    with site.redis.monitor() as monitor:
        person = people.add_member(first_name="Visible", surname="Marker")
        client = sign_in_with(people, person, AGENTS[0])
        everywhere(hosts, client, 200)
        name = "marker of the test"
        site.redis.command("SET", name, "x")
        while name.encode() not in heard:
            heard += monitor.recv(65536)
    token = client.cookies[COOKIE]
    for entry in site.redis.session_entries():
        heard += entry + site.redis.command("GET", entry)
    secrets = [token, person.email, person.password, "Visible", "Marker", *hash_forms(token)]
    assert b"portal:s1:" in heard, "the control: sessions were there"
    for secret in secrets:
        assert secret.encode() not in heard if isinstance(secret, str) else secret not in heard, secret
    people.close()


def hash_forms(token: str) -> list:
    import base64
    import hashlib
    raw = base64.urlsafe_b64decode(token + "=")
    digest = hashlib.sha256(raw).digest()
    return [raw, raw.hex(), digest, digest.hex(), base64.urlsafe_b64encode(digest).decode()]
