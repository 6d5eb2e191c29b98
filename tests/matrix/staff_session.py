"""Rows of how staff get in and out."""

import secrets
from datetime import datetime, timedelta, timezone

from support import staff
from support.truth import rfc3339

from cells import Cell
from operations import PASSWORD, Surroundings
from principals import Principal
from staffing import ask


def session_of(around: Surroundings, staff_id: int) -> dict:
    (row,) = around.world.rows("""SELECT s.staff_id, s.email, s.first_name, s.surname, s.role, s.language, s.work_request_mail, a.name, a.time_zone
                                  FROM portal.staff s JOIN portal.account a USING (account_id) WHERE staff_id = %s""", staff_id)
    number, email, first_name, surname, role, language, mail, account, zone = row
    return {"staff": {"id": str(number), "email": email, "first_name": first_name, "surname": surname, "role": role, "language": language, "work_request_mail": mail},
            "account": {"name": account, "time_zone": zone}, "portal_created": True}


def get_staff_session(around: Surroundings, principal: Principal) -> list[Cell]:
    expected = session_of(around, principal.staff.staff_id) if principal.staff else None
    return [ask(principal, "viewer", "own", "GET", "/staff/session", 200, body=expected)]


def with_password(around: Surroundings, account, **columns) -> staff.Staff:
    """Somebody of the staff with the password of the members' login."""
    ((password_hash,),) = around.world.rows("SELECT password_hash FROM portal.member WHERE member_id = %s", around.logins[account.slug].member_id)
    return staff.add_staff(around.world, account.account_id, password_hash=password_hash, **columns)


def staff_sign_in(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    who = with_password(around, account, role="manager")
    removed = staff.add_staff(world, account.account_id, state="removed")
    invited = staff.add_staff(world, account.account_id, state="invited")
    stranger = with_password(around, around.other_account(account))

    def wrong(name: str, email: str, password: str = PASSWORD) -> Cell:
        return Cell(name, "POST", "/staff/session", 401, "invalid_credentials", json={"email": email, "password": password}, alike="refused")
    return [
        Cell("right", "POST", "/staff/session", 200, json={"email": who.email, "password": PASSWORD}, body=session_of(around, who.staff_id)),
        wrong("unknown", "nobody@example.com"), wrong("wrong password", who.email, "another password altogether"), wrong("invited", invited.email),
        wrong("removed", removed.email), wrong("of the other account", stranger.email),
        wrong("a member", world.email_of(around.logins[account.slug])), wrong("no address", "nobody"),
        Cell("at the members' door", "POST", "/session", 401, "invalid_credentials", json={"email": who.email, "password": PASSWORD}),
    ]


def staff_sign_out(around: Surroundings, principal: Principal) -> list[Cell]:
    sent = {"cookie": staff.open_session(around.world, principal.staff)} if principal.staff else {}

    def is_out(answer, client) -> str | None:
        for cookie in (client.cookies.get(staff.COOKIE), sent.get("cookie")):
            client.cookies = {staff.COOKIE: cookie} if cookie else {}
            if client.get("/api/v1/staff/session").status != 401:
                return "somebody is still signed in"
        return "there is a body" if answer.body else None
    headers = {"Cookie": f"{staff.COOKIE}={sent['cookie']}"} if sent else None
    return [Cell("own", "DELETE", "/staff/session", 204, headers=headers, then=is_out)]


def links(around: Surroundings, principal: Principal, purpose: str) -> list[tuple[str, str, int, str, str | None]]:
    """Every class of token that does nothing: name, token, status, code, and what it must be like."""
    world, account, now = around.world, principal.account, datetime.now(timezone.utc)
    other = around.other_account(account)
    state = "invited" if purpose == "activation" else "active"
    past = {"created_at": now - timedelta(days=9), "expires_at": now - timedelta(days=2)}

    def token(account_id: int = account.account_id, kind: str = purpose, **columns) -> str:
        who = staff.add_staff(world, account_id, "viewer", state=state if kind == purpose else "invited" if kind == "activation" else "active")
        return staff.add_link(world, who, kind, **columns)
    gone = "activation" if purpose == "activation" else "link"
    return [
        ("random", secrets.token_urlsafe(32), 404, "token_unknown", "unknown"),
        ("of the other account", token(other.account_id), 404, "token_unknown", "unknown"),
        ("malformed", "!", 404, "token_unknown", "unknown"),
        ("for another purpose", token(kind="password_reset" if purpose == "activation" else "activation"), 404, "token_unknown", "unknown"),
        ("of a member", world.add_invitation(account, "One")[0], 404, "token_unknown", "unknown"),
        ("used", token(used_at=now), 410, f"{gone}_used", None),
        ("expired", token(**past), 410, f"{gone}_expired", None),
        ("replaced", token(revoked_at=now, revoked_reason="replaced"), 410, f"{gone}_replaced", None),
    ]


def look_up_staff_activation(around: Surroundings, principal: Principal) -> list[Cell]:
    who = staff.add_staff(around.world, principal.account.account_id, "viewer", state="invited")
    token = staff.add_link(around.world, who)
    ((expires_at, name),) = around.world.rows("""SELECT t.expires_at, a.name FROM portal.staff_token t JOIN portal.account a USING (account_id)
                                                 WHERE staff_id = %s""", who.staff_id)
    valid = {"email": who.email, "first_name": "Olivia", "account": {"name": name}, "expires_at": rfc3339(expires_at)}
    path = "/staff/activation/lookup"
    return [Cell("valid", "POST", path, 200, json={"token": token}, body=valid), Cell("valid, again", "POST", path, 200, json={"token": token}, body=valid),
            *(Cell(kind, "POST", path, status, code, json={"token": wrong}, alike=alike)
              for kind, wrong, status, code, alike in links(around, principal, "activation"))]


def activate_staff(around: Surroundings, principal: Principal) -> list[Cell]:
    who = staff.add_staff(around.world, principal.account.account_id, "viewer", state="invited")
    body = {"token": staff.add_link(around.world, who), "password": PASSWORD}
    path = "/staff/activation"

    def is_signed_in(answer, client) -> str | None:
        expected = session_of(around, who.staff_id)
        return None if answer.json() == expected == client.get("/api/v1/staff/session").json() else "the new session is another"
    return [*(Cell(kind, "POST", path, status, code, json={"token": wrong, "password": PASSWORD}, alike=alike)
              for kind, wrong, status, code, alike in links(around, principal, "activation")),
            Cell("valid", "POST", path, 200, json=body, then=is_signed_in),
            Cell("valid, again", "POST", path, 410, "activation_used", json=body)]


CELLS = {cells.__name__: cells for cells in (get_staff_session, staff_sign_in, staff_sign_out, look_up_staff_activation, activate_staff)}
