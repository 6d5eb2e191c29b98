"""Everybody who can ask, and with what in the hand."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from support.client import Client
from support.world import COOKIE, DEFAULT_PERMISSIONS, Account, Membership, World


@dataclass
class Principal:
    name: str
    account: Account  # whose host is asked
    acting: Membership | None = None  # None: nobody is signed in, whatever the cookie says
    cookie: str | None = None  # of those who are not signed in; a member gets a new session for every request

    def may_see_documents(self) -> bool:
        return "view_documents" in self.acting.permissions

    def may_see_jobs(self) -> bool:
        return bool({"view_job_status", "view_completed_jobs"} & set(self.acting.permissions))


def make_principals(world: World) -> dict[str, Principal]:
    now = datetime.now(timezone.utc)
    matrix, elsewhere = world.matrix, world.elsewhere
    default = world.add_member(matrix, "One")
    first = world.add_member(matrix, "One")
    second = world.add_member(matrix, "Two", member_id=first.member_id)
    leaving = world.add_member(matrix, "One")
    left = world.add_member(matrix, "Two", member_id=leaving.member_id, membership_state="ended")
    removed = world.add_member(matrix, "One", state="removed", membership_state="ended")
    stranger = world.add_member(elsewhere, "One")

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
        signed_in("member who sees finished jobs only", world.add_member(matrix, "One", ("view_completed_jobs",))),
        signed_in("member without jobs", world.add_member(matrix, "One", ("view_documents", "view_invoices"))),
        signed_in("member of two, as the first", first),
        signed_in("member of two, as the second", second),
        signed_in("member of the other client", world.add_member(matrix, "Two")),
        signed_in("member of the other account, at home", stranger),
    ]
    return {principal.name: principal for principal in principals}


# Known before any server runs, because pytest names its tests from them; a test compares.
PRINCIPALS = (
    "nobody", "garbage cookie", "unknown token", "ended session", "expired session", "idle session", "removed member", "ended membership",
    "member of the other account, here", "member", "member who sees no finished jobs", "member who sees finished jobs only",
    "member without jobs", "member of two, as the first", "member of two, as the second", "member of the other client",
    "member of the other account, at home",
)


def browser(world: World, principal: Principal) -> Client:
    """A browser of the principal; every call signs in anew, so that one request cannot spoil the next."""
    cookie = world.open_session(principal.acting) if principal.acting else principal.cookie
    return world.client(principal.account, cookie)
