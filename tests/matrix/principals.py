"""Everybody who can ask, and with what in the hand."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from support import staff
from support.client import Client
from support.staff import Staff
from support.world import COOKIE, DEFAULT_PERMISSIONS, Account, Membership, World


@dataclass
class Principal:
    name: str
    account: Account  # whose host is asked
    acting: Membership | None = None  # None: nobody is signed in, whatever the cookie says
    cookie: str | None = None  # of those who are not signed in; a member gets a new session for every request
    staff: Staff | None = None  # who is signed in at the console: for members' operations nobody
    staff_cookie: str | None = None  # of staff who are not signed in
    key: str | None = None  # an API key that comes along
    scope: str | None = None  # what it is good for at this account

    def may_see_documents(self) -> bool:
        return "view_documents" in self.acting.permissions

    def may_see_invoices(self) -> bool:
        return "view_invoices" in self.acting.permissions

    def may_decide_quotes(self) -> bool:
        return "accept_quotes" in self.acting.permissions

    def may_ask_for_work(self) -> bool:
        return "create_work_requests" in self.acting.permissions

    def may_see_jobs(self) -> bool:
        return bool({"view_job_status", "view_completed_jobs"} & set(self.acting.permissions))


def make_principals(world: World) -> dict[str, Principal]:
    now = datetime.now(timezone.utc)
    matrix, elsewhere = world.matrix, world.elsewhere
    everything = (*DEFAULT_PERMISSIONS, "view_invoices", "create_work_requests", "accept_quotes")
    default = world.add_member(matrix, "One", everything)
    first = world.add_member(matrix, "One", (*DEFAULT_PERMISSIONS, "create_work_requests"))
    second = world.add_member(matrix, "Two", member_id=first.member_id)
    leaving = world.add_member(matrix, "One")
    left = world.add_member(matrix, "Two", member_id=leaving.member_id, membership_state="ended")
    removed = world.add_member(matrix, "One", state="removed", membership_state="ended")
    stranger = world.add_member(elsewhere, "One", everything)

    def signed_in(name: str, acting: Membership) -> Principal:
        return Principal(name, acting.account, acting)

    def not_signed_in(name: str, cookie: str | None) -> Principal:
        return Principal(name, matrix, cookie=cookie)

    principals = [
        not_signed_in("nobody", None),
        not_signed_in("garbage cookie", "not a token"),
        not_signed_in("unknown token", base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()),
        not_signed_in("ended session", world.open_session(default, ended_at=now)),
        not_signed_in("expired session", world.open_session(default, created_at=now - timedelta(days=90), expires_at=now - timedelta(seconds=1))),
        not_signed_in("idle session", world.open_session(default, created_at=now - timedelta(days=15), last_used_at=now - timedelta(days=15))),
        not_signed_in("removed member", world.open_session(removed)),
        not_signed_in("ended membership", world.open_session(left)),
        not_signed_in("member of the other account, here", world.open_session(stranger)),
        signed_in("member", default),
        signed_in("member who sees no finished jobs", world.add_member(matrix, "One", ("view_job_status",))),
        signed_in("member who sees finished jobs only", world.add_member(matrix, "One", ("view_completed_jobs", "view_invoices"))),
        signed_in("member without jobs", world.add_member(matrix, "One", ("view_documents", "view_invoices", "accept_quotes"))),
        signed_in("member of two, as the first", first),
        signed_in("member of two, as the second", second),
        signed_in("member who asks for work only", world.add_member(matrix, "One", ("create_work_requests",))),
        signed_in("member of the other client", world.add_member(matrix, "Two", everything)),
        signed_in("member of the other account, at home", stranger),
    ]
    return {principal.name: principal for principal in [*principals, *make_staff_principals(world), *make_keys(world)]}


def make_staff_principals(world: World) -> list[Principal]:
    now = datetime.now(timezone.utc)
    matrix, elsewhere = world.matrix, world.elsewhere
    roles = {role: staff.add_staff(world, matrix.account_id, role) for role in ("viewer", "manager", "owner")}
    stranger = staff.add_staff(world, elsewhere.account_id)
    removed = staff.add_staff(world, matrix.account_id, state="removed")

    def not_signed_in(name: str, who: Staff, **columns) -> Principal:
        return Principal(name, matrix, staff_cookie=staff.open_session(world, who, **columns))
    return [
        *(Principal(role, matrix, staff=who) for role, who in roles.items()),
        Principal("owner of the other account, at home", elsewhere, staff=stranger),
        not_signed_in("owner of the other account, here", stranger),
        not_signed_in("ended staff session", roles["owner"], ended_at=now),
        not_signed_in("expired staff session", roles["owner"], created_at=now - timedelta(days=7), expires_at=now - timedelta(seconds=1)),
        not_signed_in("idle staff session", roles["owner"], created_at=now - timedelta(hours=13), last_used_at=now - timedelta(hours=13)),
        not_signed_in("removed staff", removed),
    ]


def make_keys(world: World) -> list[Principal]:
    def key(name: str, account: Account, scope: str, *, at: Account | None = None, **columns) -> Principal:
        raw = secrets.token_bytes(32)
        world.insert("api_key", account_id=account.account_id, name=name, key_hash=hashlib.sha256(raw).digest(), scopes=[scope], **columns)
        is_good = at in (None, account) and "revoked_at" not in columns
        return Principal(name, at or account, key="pk_" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), scope=scope if is_good else None)
    return [
        key("key to import", world.matrix, "import"), key("key to invite", world.matrix, "invite"),
        key("key to the feed", world.matrix, "feed"), key("key to the feed of the other account, at home", world.elsewhere, "feed"),
        key("key to invite of the other account, at home", world.elsewhere, "invite"),
        key("key of the other account, at home", world.elsewhere, "import"),
        key("key of the other account, here", world.elsewhere, "import", at=world.matrix),
        key("revoked key", world.matrix, "import", revoked_at=datetime.now(timezone.utc)),
    ]


# Known before any server runs, because pytest names its tests from them; a test compares.
MEMBERS = (
    "nobody", "garbage cookie", "unknown token", "ended session", "expired session", "idle session", "removed member", "ended membership",
    "member of the other account, here", "member", "member who sees no finished jobs", "member who sees finished jobs only",
    "member without jobs", "member of two, as the first", "member of two, as the second", "member who asks for work only", "member of the other client",
    "member of the other account, at home",
)
STAFF = ("viewer", "manager", "owner", "owner of the other account, at home", "owner of the other account, here", "ended staff session",
         "expired staff session", "idle staff session", "removed staff")
KEYS = ("key to import", "key to invite", "key to the feed", "key to the feed of the other account, at home", "key to invite of the other account, at home",
        "key of the other account, at home", "key of the other account, here", "revoked key")
PRINCIPALS = (*MEMBERS, *STAFF, *KEYS)
# The layer has its time: who is of the other side asks with two or three faces only.
MEMBERS_AT_STAFF_OPERATIONS = ("nobody", "member", "member of the other account, at home")
STAFF_AT_MEMBER_OPERATIONS = ("owner", "owner of the other account, here")
OTHERS_AT_OPERATIONS_FOR_KEYS = ("nobody", "member", "owner")
KEYS_ELSEWHERE = ("key to import",)


def askers_of(audience: str) -> tuple[str, ...]:
    if audience == "key":
        return (*OTHERS_AT_OPERATIONS_FOR_KEYS, *KEYS)
    if audience == "staff":
        return (*MEMBERS_AT_STAFF_OPERATIONS, *STAFF, *KEYS_ELSEWHERE)
    return (*MEMBERS, *STAFF_AT_MEMBER_OPERATIONS, *KEYS_ELSEWHERE)


def browser(world: World, principal: Principal) -> Client:
    """A browser of the principal; every call signs in anew, so that one request cannot spoil the next."""
    cookie = world.open_session(principal.acting) if principal.acting else principal.cookie
    client = world.client(principal.account, cookie)
    staff_cookie = staff.open_session(world, principal.staff) if principal.staff else principal.staff_cookie
    if staff_cookie:
        client.cookies[staff.COOKIE] = staff_cookie
    if principal.key:
        client.headers["Authorization"] = f"Bearer {principal.key}"
    return client
