"""Where I am signed in, and how that ends: everywhere at once, on every worker of every host, with Redis and without."""

import base64
import codecs
import time
from contextlib import closing

import pytest

from support.client import Client
from support.nginx import PrivateNginx
from support.people import BOTH_WORKERS, COOKIE, People, hash_of
from support.portalctl import Portalctl
from support.site import PrivateSite

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
    people.rows("UPDATE portal.session SET last_used_at = now() - interval '15 days', created_at = now() - interval '15 days' WHERE user_agent = %s"
                   " AND ended_at IS NOT NULL", AGENTS[1])
    other = sign_in_with(people, person, "Mozilla/5.0 (idle)")
    people.rows("UPDATE portal.session SET last_used_at = now() - interval '15 days', created_at = now() - interval '15 days' WHERE user_agent = %s",
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
    assert (answer.status, answer.body) == (204, b"")
    # Nothing of the session; that something was changed is said for two seconds.
    assert answer.all_headers("Set-Cookie") == ["portal-written=1; Path=/; Max-Age=2; HttpOnly; SameSite=Lax"]
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


class Hosts:
    """Two hosts with two workers each, on one PostgreSQL and one Redis."""

    def __init__(self, site: PrivateSite, second: PrivateNginx, people: People):
        self.site = site
        self.redis = site.redis
        self.people = people
        self.nginx = (site.nginx, second)

    def everywhere(self, client: Client, status: int) -> None:
        """Every worker of both says so within a second, and from then on."""
        deadline = time.monotonic() + 1
        for nginx in self.nginx:
            for _ in range(BOTH_WORKERS):
                while (found := self.copy(client, nginx).get(SESSION).status) != status:
                    assert time.monotonic() < deadline, f"{found} instead of {status}"

    def copy(self, client: Client, nginx: PrivateNginx) -> Client:
        """The same browser at another host; what the answers say about cookies is not kept."""
        copy = nginx.client(client.host)
        copy.cookies = dict(client.cookies)
        return copy

    def sign_in(self, agent: str = AGENTS[0]) -> Client:
        return sign_in_with(self.people, self.people.add_member("Acme", "Zenith"), agent)


@pytest.fixture(scope="module")
def hosts(servers):
    with PrivateSite(servers / "hosts", redis=True) as site, closing(People(site)) as people, site.make_nginx("second") as second:
        deadline = time.monotonic() + 10
        while any(second.client(people.host).get("/api/v1/portal").status != 200 for _ in range(BOTH_WORKERS)):
            assert time.monotonic() < deadline
        yield Hosts(site, second, people)


def sign_out(hosts: Hosts, person, client: Client, other: Client) -> None:
    assert hosts.copy(client, hosts.nginx[0]).delete(SESSION).status == 204


def end_from_elsewhere(hosts: Hosts, person, client: Client, other: Client) -> None:
    assert other.delete(f"{SESSIONS}/{own_sessions(other)[AGENTS[0]]['id']}").status == 204
    hosts.everywhere(other, 200)


def change_password(hosts: Hosts, person, client: Client, other: Client) -> None:
    answer = other.post("/api/v1/me/password", json={"current_password": person.password, "password": "nineteen violet umbrellas"})
    assert answer.status == 200, answer.text
    hosts.everywhere(other, 200)


def remove_membership(hosts: Hosts, person, client: Client, other: Client) -> None:
    acting = client.get(SESSION).json()["membership"]["client"]["name"]
    Portalctl(hosts.site.postgres)("member", "remove", "--account", hosts.people.slug, "--client", acting, "--email", person.email)


def switch(hosts: Hosts, person, client: Client, other: Client) -> None:
    told = client.get(SESSION).json()
    another = next(each["id"] for each in told["memberships"] if each["id"] != told["membership"]["id"])
    switching = hosts.copy(client, hosts.nginx[0])
    assert switching.put(SESSION + "/membership", json={"membership_id": another}).status == 200
    hosts.everywhere(switching, 200)


@pytest.mark.parametrize("redis", ["with redis", "frozen redis"])
@pytest.mark.parametrize("end", [sign_out, end_from_elsewhere, change_password, remove_membership, switch])
def test_an_end_is_one_everywhere(hosts, end, redis):
    """R21, also while Redis cannot be reached."""
    person = hosts.people.add_member("Acme", "Zenith")
    client, other = (sign_in_with(hosts.people, person, agent) for agent in AGENTS)
    hosts.everywhere(client, 200)
    hosts.redis.freeze(redis == "frozen redis")
    try:
        end(hosts, person, client, other)
        hosts.everywhere(client, 401)
    finally:
        hosts.redis.freeze(False)
    hosts.everywhere(client, 401)


def test_a_session_is_known_to_the_other_host_through_redis(hosts):
    # A worker that has just met a silent Redis does without for up to two seconds: new sessions, until all workers are back.
    deadline = time.monotonic() + 10
    while (heard := commands_of_a_new_session(hosts)).count(b'"GETRANGE" "portal:s1:') < 2:
        assert time.monotonic() < deadline, f"two workers of the other host did not ask: {heard}"
    assert heard.count(b'"SET"') < heard.count(b'"GETRANGE"'), "and found it"


def commands_of_a_new_session(hosts) -> bytes:
    """What Redis hears while a session that it holds is used at every worker."""
    hosts.redis.command("FLUSHALL")
    client = hosts.sign_in()
    time.sleep(0.1)
    if not hosts.redis.session_entries():
        return b""
    heard = b""
    with hosts.redis.monitor() as monitor:
        hosts.everywhere(client, 200)
        monitor.settimeout(0.3)
        try:
            while data := monitor.recv(65536):
                heard += data
        except TimeoutError:
            pass
    return heard


def test_redis_is_told_no_secret(hosts):
    """R24: neither what opens a session nor who is in it, in keys, values or commands."""
    heard = bytearray()
    with hosts.redis.monitor() as monitor:
        person = hosts.people.add_member(first_name="Visible", surname="Marker")
        client = sign_in_with(hosts.people, person, AGENTS[0])
        hosts.everywhere(client, 200)
        hosts.redis.command("SET", "end of the test", "x")
        while b"end of the test" not in heard:
            heard += monitor.recv(65536)
    # MONITOR quotes what is not printable.
    heard += codecs.escape_decode(bytes(heard))[0]
    for entry in hosts.redis.session_entries():
        heard += entry + hosts.redis.command("GET", entry)
    assert b"portal:s1:" in heard, "the control: sessions were there"
    for secret in (person.email.encode(), person.password.encode(), b"Visible", b"Marker", *forms_of(client.cookies[COOKIE])):
        assert secret not in heard, secret


def forms_of(token: str) -> list[bytes]:
    """Its bytes and those of its hash, as they are and as text."""
    return [form for each in (base64.urlsafe_b64decode(token + "="), hash_of(token))
            for form in (each, each.hex().encode(), base64.urlsafe_b64encode(each).rstrip(b"="), base64.b64encode(each).rstrip(b"="))]
