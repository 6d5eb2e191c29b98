"""Staff of an account and their sessions, written as the superuser past all policies. `place` is a World or People: whatever has
rows() and insert()."""

import base64
import hashlib
import itertools
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from support.client import Client

COOKIE = "portal-staff"
# Fits the column; nobody can sign in with it.
NO_PASSWORD = "$argon2id$v=19$m=8,t=1,p=1,keyid=none$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo"

_numbers = itertools.count(1)


@dataclass
class Staff:
    account_id: int
    staff_id: int
    role: str
    email: str


def add_staff(place, account_id: int, role: str = "owner", *, email: str | None = None, state: str = "active", password_hash: str = NO_PASSWORD, **columns) -> Staff:
    email = email or f"staff{next(_numbers)}@business.example"
    if state == "removed":
        columns["removed_at"] = datetime.now(timezone.utc)
    staff_id = place.insert("staff", "staff_id", account_id=account_id, email=email, role=role, state=state,
                            password_hash=password_hash if state == "active" else None, **{"first_name": "Olivia", "surname": "Grant", **columns})
    return Staff(account_id, staff_id, role, email)


def make_secret() -> tuple[str, bytes]:
    """The text that travels, and the hash that is kept."""
    raw = secrets.token_bytes(32)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), hashlib.sha256(raw).digest()


def open_session(place, staff: Staff, **columns) -> str:
    """The cookie's value of a new session."""
    token, token_hash = make_secret()
    now = datetime.now(timezone.utc)
    values = {"created_at": now, "last_used_at": now, "expires_at": now + timedelta(days=7), **columns}
    place.insert("staff_session", account_id=staff.account_id, token_hash=token_hash, staff_id=staff.staff_id, **values)
    return token


def add_link(place, staff: Staff, purpose: str = "activation", **columns) -> str:
    token, token_hash = make_secret()
    now = datetime.now(timezone.utc)
    values = {"created_at": now, "expires_at": now + timedelta(hours=1), "address": staff.email, **columns}
    place.insert("staff_token", account_id=staff.account_id, purpose=purpose, token_hash=token_hash, staff_id=staff.staff_id, **values)
    return token


def signed_in(place, client: Client, staff: Staff) -> Client:
    """The browser, with a new session of the person."""
    client.cookies[COOKIE] = open_session(place, staff)
    return client


def activities(place, account_id: int) -> list[tuple]:
    """(actor_kind, staff_id, action) of all that was recorded in an account, in its order."""
    return place.rows("SELECT actor_kind, staff_id, action FROM portal.activity WHERE account_id = %s ORDER BY activity_id", account_id)
