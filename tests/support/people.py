"""Members, invitations and links in an account of their own, made for one test each.

Rows are written as the superuser, past all policies; passwords are the hash of a demo member's, which fits any login of the
same key file.
"""

import base64
import hashlib
import itertools
import secrets
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timezone

import pytest

from support.client import Answer, Client
from support.contract import CheckedClient
from support.outbox import open_payload
from support.site import PrivateSite
from support.world import NOTICE_SECONDS, may_be_told

COOKIE = "portal-member"
SLUG = "people"
HOST = f"{SLUG}.localhost"
DEFAULT_PERMISSIONS = ("view_job_status", "view_completed_jobs", "view_documents")
READY_SECONDS = 10

# Enough requests that each of the two workers gets some.
BOTH_WORKERS = 12

_numbers = itertools.count(1)


def make_token() -> tuple[str, bytes]:
    """The text that travels, and the hash that is kept."""
    raw = secrets.token_bytes(32)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), hashlib.sha256(raw).digest()


def comparable(answer: Answer) -> tuple:
    """Everything in which two refusals must not differ."""
    body = {**answer.json(), "request_id": None}
    headers = sorted((name, value) for name, value in answer.headers if name.lower() not in ("date", "x-request-id", "content-length"))
    return answer.status, headers, body


def hash_of(token: str) -> bytes:
    return hashlib.sha256(base64.urlsafe_b64decode(token + "=")).digest()


@dataclass
class Person:
    member_id: int
    email: str | None
    password: str | None
    memberships: dict[str, int] = field(default_factory=dict)  # id by client's name

    @property
    def membership_id(self) -> int:
        return next(iter(self.memberships.values()))


class People:
    def __init__(self, site: PrivateSite, *, slug: str = SLUG, name: str = "Harbour & Co", minimum_length: int = 12):
        self.site = site
        self._connection = site.postgres.connect()
        self._changed_at = 0.0
        self.slug = slug
        self.host = f"{slug}.localhost"
        self.origin = f"http://{self.host}:{site.nginx.port}"
        demo = site.accounts["brightwater"]["members"][0]
        self.password = demo["password"]
        self.password_hash = self.value("SELECT password_hash FROM portal.member WHERE email = %s", demo["email"])
        self.account_id = self.insert("account", "account_id", slug=slug, name=name, time_zone="Europe/London", password_minimum_length=minimum_length)
        self.insert("account_host", account_id=self.account_id, host=self.host, origin=self.origin, is_primary=True)
        self.insert("portal", account_id=self.account_id, name=f"{name} online", languages=["en", "es"], default_language="es")
        self.clients = {client: self.insert("client", "client_id", account_id=self.account_id, kind="organisation", organisation_name=client)
                        for client in ("Acme", "Zenith", "Mill")}
        self._wait_until_known()

    def settle(self) -> None:
        """As World.settle."""
        time.sleep(max(0.0, self._changed_at + NOTICE_SECONDS - time.monotonic()))

    def rows(self, statement: str, *parameters) -> list[tuple]:
        if may_be_told(statement):
            self._changed_at = time.monotonic()
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        self._connection.close()

    def value(self, statement: str, *parameters):
        ((value,),) = self.rows(statement, *parameters)
        return value

    def insert(self, table: str, returning: str | None = None, **columns):
        statement = f"INSERT INTO portal.{table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
        if returning:
            return self.value(f"{statement} RETURNING {returning}", *columns.values())
        self.rows(statement, *columns.values())
        return None

    def client(self) -> Client:
        """A browser at the account's host; every answer is held against the contract."""
        return CheckedClient(self.site.nginx.port, self.host, settle=self.settle)

    def signed_in(self, person: Person) -> Client:
        client = self.client()
        answer = client.post("/api/v1/session", json={"email": person.email, "password": person.password})
        assert answer.status == 200, answer.text
        return client

    def add_member(self, *clients: str, email: str | None = "", state: str = "active", permissions=DEFAULT_PERMISSIONS, **columns) -> Person:
        """A member who acts for the clients, Acme if none is named. `email` is made up unless given; None: has none."""
        number = next(_numbers)
        if email == "":
            email = f"person{number}@mail.example"
        has_password = state in ("active", "locked")
        if state == "removed":
            columns["removed_at"] = datetime.now(timezone.utc)
        member_id = self.insert("member", "member_id", account_id=self.account_id, email=email, state=state,
                                password_hash=self.password_hash if has_password else None, **columns)
        person = Person(member_id, email, self.password if has_password else None)
        for client in clients or ("Acme",):
            self.add_membership(person, client, state="active" if has_password else "invited", permissions=permissions)
        return person

    def add_membership(self, person: Person, client: str, *, state: str = "active", permissions=DEFAULT_PERMISSIONS) -> int:
        membership_id = self.insert("membership", "membership_id", account_id=self.account_id, member_id=person.member_id,
                                    client_id=self.clients[client], state=state, permissions=list(permissions),
                                    activated_at=datetime.now(timezone.utc) if state == "active" else None,
                                    ended_at=datetime.now(timezone.utc) if state == "ended" else None)
        person.memberships[client] = membership_id
        return membership_id

    def add_link(self, person: Person, *, client: str | None = None, address: str | None = None, purpose: str = "activation",
                 days: float = 7, revoked: str | None = None, used: bool = False) -> str:
        """The token of a link to activate the membership."""
        token, token_hash = make_token()
        membership_id = person.memberships[client] if client else person.membership_id
        self.rows("""INSERT INTO portal.one_time_token
                       (account_id, purpose, token_hash, member_id, membership_id, address, expires_at, revoked_at, revoked_reason, used_at)
                     VALUES (%s, %s, %s, %s, %s, %s, now() + make_interval(secs => %s), CASE WHEN %s::text IS NOT NULL THEN now() END, %s,
                       CASE WHEN %s THEN now() END)""",
                  self.account_id, purpose, token_hash, person.member_id, membership_id, address or person.email or "+44 20 7946 0101",
                  days * 86400, revoked, revoked, used)
        return token

    def invite(self, *, client: str = "Acme", email: str | None = "", **columns) -> tuple[Person, str]:
        """Somebody who has not activated yet, and the token of the link."""
        person = self.add_member(client, email=email, state="invited", **columns)
        return person, self.add_link(person)

    def member_row(self, person: Person) -> dict:
        names = ("email", "pending_email", "password_hash", "state", "last_sign_in_at")
        (row,) = self.rows(f"SELECT {', '.join(names)} FROM portal.member WHERE account_id = %s AND member_id = %s", self.account_id, person.member_id)
        return dict(zip(names, row))

    def messages_to(self, person: Person, kind: str) -> list[dict]:
        """What waits in the outbox for the person, oldest first, with the payload opened."""
        rows = self.rows("""SELECT message_reference, channel, recipient, language, key_id, payload FROM portal.outbox_message
                            WHERE account_id = %s AND member_id = %s AND kind = %s ORDER BY outbox_message_id""", self.account_id, person.member_id, kind)
        return [{"channel": channel, "recipient": recipient, "language": language,
                 **open_payload(self.site.keys_file, self.account_id, reference, key_id, payload)}
                for reference, channel, recipient, language, key_id, payload in rows]

    def session_of(self, client: Client) -> dict | None:
        """The row of the session whose cookie the client has."""
        names = ("session_id", "member_id", "membership_id", "ended_at", "user_agent")
        rows = self.rows(f"SELECT {', '.join(names)} FROM portal.session WHERE account_id = %s AND token_hash = %s",
                         self.account_id, hash_of(client.cookies[COOKIE]))
        return dict(zip(names, rows[0])) if rows else None

    def is_dead(self, session: str) -> bool:
        """On every worker, and from the first request on."""
        codes = []
        for _ in range(BOTH_WORKERS):
            client = self.client()
            client.cookies[COOKIE] = session
            codes.append(client.get("/api/v1/session").code)
        assert len(set(codes)) == 1, codes
        return codes[0] == "not_signed_in"

    def described(self, person: Person, client: str) -> dict:
        """A membership as the API lists it."""
        return {"id": str(person.memberships[client]), "client": {"id": str(self.clients[client]), "name": client}}

    def _wait_until_known(self) -> None:
        """Every worker learns of a new host from a notice."""
        deadline = time.monotonic() + READY_SECONDS
        known = 0
        while known < 20:
            known = known + 1 if self.site.nginx.client(self.host).get("/api/v1/portal").status == 200 else 0
            assert time.monotonic() < deadline, f"{self.host} did not become known"


@pytest.fixture(scope="session")
def people_account(shared_site):
    with closing(People(shared_site)) as people:
        yield people


@pytest.fixture
def people(people_account, portal) -> People:
    """An account to make members in; nginx must not have alarmed at the end of the test."""
    return people_account
