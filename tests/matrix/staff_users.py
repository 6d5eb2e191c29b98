"""Rows of what owners do about staff, and staff about themselves."""

import functools

from support import staff
from support.truth import rfc3339

from cells import Cell
from operations import PASSWORD, Surroundings, random_id
from principals import Principal
from staff_session import links, session_of, with_password
from staffing import ask, strange_ids

COLUMNS = "staff_id, email, first_name, surname, role, work_request_mail, state, last_sign_in_at, created_at"


def described(row: tuple) -> dict:
    number, email, first_name, surname, role, mail, state, signed_in, created = row
    return {"id": str(number), "email": email, "first_name": first_name or None, "surname": surname or None, "role": role, "work_request_mail": mail, "state": state,
            "last_sign_in_at": signed_in and rfc3339(signed_in), "created_at": rfc3339(created)}


def foreign(around: Surroundings, principal: Principal) -> dict[str, int]:
    world, account = around.world, principal.account
    return {"of the other account": staff.add_staff(world, around.other_account(account).account_id, "viewer").staff_id,
            "removed": staff.add_staff(world, account.account_id, "viewer", state="removed").staff_id}


def list_staff_users(around: Surroundings, principal: Principal) -> list[Cell]:
    # Others add staff meanwhile, so the truth is asked when the answer is there.
    def is_true(answer, _) -> str | None:
        rows = around.world.rows(f"SELECT {COLUMNS} FROM portal.staff WHERE account_id = %s AND state <> 'removed' ORDER BY email, staff_id LIMIT 500",
                                 principal.account.account_id)
        return None if answer.json() == {"items": [described(row) for row in rows], "next_cursor": None} else f"not {rows}"
    return [ask(principal, "viewer", "all", "GET", "/staff/users", 200, then=is_true)]


def add_staff_user(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    email = f"new{random_id()}@business.example"

    def is_written(answer, _) -> str | None:
        ((messages, links, notes),) = world.rows("""SELECT
            (SELECT count(*) FROM portal.outbox_message o WHERE o.account_id = s.account_id AND o.staff_id = s.staff_id AND o.kind = 'staff_invitation'),
            (SELECT count(*) FROM portal.staff_token t WHERE t.account_id = s.account_id AND t.staff_id = s.staff_id),
            (SELECT count(*) FROM portal.activity v WHERE v.account_id = s.account_id AND v.action = 'staff_added' AND v.subject_id = s.staff_id)
            FROM portal.staff s WHERE s.account_id = %s AND s.email = %s""", account.account_id, email)
        return None if answer.json()["email"] == email and (messages, links, notes) == (1, 1, 1) else f"{messages} messages, {links} links, {notes} notes"
    new = {"email": email, "role": "viewer"}
    return [ask(principal, "owner", "new", "POST", "/staff/users", 201, json=new, then=is_written),
            ask(principal, "owner", "again", "POST", "/staff/users", 409, "conflict", json=new),
            ask(principal, "owner", "account in the body", "POST", "/staff/users", 400, "invalid_field", json={**new, "account_id": "1"})]


def update_staff_user(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    who = staff.add_staff(world, account.account_id, "viewer")

    def has_role(answer, _) -> str | None:
        ((row),) = world.rows(f"SELECT {COLUMNS} FROM portal.staff WHERE staff_id = %s", who.staff_id)
        return None if answer.json() == described(row) and row[4] == "manager" else f"not {row}"

    def gets_mails(answer, _) -> str | None:
        return None if answer.json()["work_request_mail"] is True else has_role(answer, _)
    return [ask(principal, "owner", "own", "PATCH", f"/staff/users/{who.staff_id}", 200, json={"role": "manager"}, then=has_role),
            ask(principal, "owner", "own, mails", "PATCH", f"/staff/users/{who.staff_id}", 200, json={"work_request_mail": True}, then=gets_mails),
            *strange_ids(principal, "owner", "PATCH", "/staff/users/{}", foreign(around, principal), json={"work_request_mail": True}),
            *strange_ids(principal, "owner", "PATCH", "/staff/users/{}", foreign(around, principal), json={"role": "manager"})]


def remove_staff_user(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    who = staff.add_staff(world, account.account_id, "viewer")
    cookie = staff.open_session(world, who)

    def is_gone(answer, _) -> str | None:
        client = world.client(account)
        client.cookies[staff.COOKIE] = cookie
        return None if client.get("/api/v1/staff/session").status == 401 and not answer.body else "the session is still good, or there is a body"
    path = f"/staff/users/{who.staff_id}"
    return [ask(principal, "owner", "own", "DELETE", path, 204, then=is_gone),
            *strange_ids(principal, "owner", "DELETE", "/staff/users/{}", {**foreign(around, principal), "removed just now": who.staff_id})]


def resend_staff_invitation(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    who = staff.add_staff(world, account.account_id, "viewer", state="invited")
    former = staff.add_link(world, who)
    active = staff.add_staff(world, account.account_id, "viewer")

    def is_sent(answer, _) -> str | None:
        told = world.client(account).post("/api/v1/staff/activation/lookup", json={"token": former})
        ((sent,),) = world.rows("SELECT count(*) FROM portal.outbox_message WHERE staff_id = %s", who.staff_id)
        return None if told.code == "activation_replaced" and sent == 1 else f"{told.code}, {sent} messages"
    path = "/staff/users/{}/resend"
    return [ask(principal, "owner", "invited", "POST", path.format(who.staff_id), 202, json={}, then=is_sent),
            ask(principal, "owner", "active", "POST", path.format(active.staff_id), 409, "conflict", json={}),
            *strange_ids(principal, "owner", "POST", path, foreign(around, principal), json={})]


def request_staff_password_reset(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    known = staff.add_staff(world, account.account_id)
    emails = {"known": known.email, "unknown": "nobody@example.com", "invited": staff.add_staff(world, account.account_id, state="invited").email,
              "removed": staff.add_staff(world, account.account_id, state="removed").email, "a member": world.email_of(around.logins[account.slug]),
              "of the other account": staff.add_staff(world, around.other_account(account).account_id).email, "no address": "nobody"}

    def is_silent(answer, _) -> str | None:
        return "there is a body" if answer.body else None
    return [Cell(name, "POST", "/staff/password-reset", 202, json={"email": email}, then=is_silent, alike="accepted") for name, email in emails.items()]


def reset_staff_password(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    who = staff.add_staff(world, account.account_id)
    token = staff.add_link(world, who, "password_reset")

    def is_the_login(answer, _) -> str | None:
        signed_in = world.client(account).post("/api/v1/staff/session", json={"email": who.email, "password": PASSWORD})
        return None if signed_in.status == 200 else "the new password is not the login"
    return [*(Cell(kind, "POST", "/staff/password", status, code, json={"token": wrong, "password": PASSWORD}, alike=alike)
              for kind, wrong, status, code, alike in links(around, principal, "password_reset")),
            Cell("valid", "POST", "/staff/password", 204, json={"token": token, "password": PASSWORD}, then=is_the_login),
            Cell("valid, again", "POST", "/staff/password", 410, "link_used", json={"token": token, "password": PASSWORD})]


def own_session(around: Surroundings, who: staff.Staff | None) -> dict | None:
    return {"Cookie": f"{staff.COOKIE}={staff.open_session(around.world, who)}"} if who else None


def update_staff_me(around: Surroundings, principal: Principal) -> list[Cell]:
    # Somebody of the same role, so that the principal stays as it is.
    who = principal.staff and staff.add_staff(around.world, principal.account.account_id, principal.staff.role)
    asking = functools.partial(ask, principal, "viewer", headers=own_session(around, who))
    before = session_of(around, who.staff_id) if who else None
    after = who and {**before, "staff": {**before["staff"], "first_name": "Robin", "language": "es", "work_request_mail": True}}
    return [asking("name and language", "PATCH", "/staff/me", 200, json={"first_name": "Robin", "language": "es", "work_request_mail": True}, body=after),
            asking("role", "PATCH", "/staff/me", 400, "invalid_field", json={"role": "owner"})]


def change_staff_password(around: Surroundings, principal: Principal) -> list[Cell]:
    who = principal.staff and with_password(around, principal.account, role=principal.staff.role)
    right = {"current_password": PASSWORD, "password": "seven tall green lamps"}
    body = session_of(around, who.staff_id) if who else None
    return [ask(principal, "viewer", "wrong", "POST", "/staff/me/password", 400, "invalid_field", json={**right, "current_password": "another one"},
                headers=own_session(around, who)),
            # Ends every other session, so it stands last.
            ask(principal, "viewer", "right", "POST", "/staff/me/password", 200, json=right, body=body, headers=own_session(around, who))]


def list_staff_sessions(around: Surroundings, principal: Principal) -> list[Cell]:
    who = principal.staff and staff.add_staff(around.world, principal.account.account_id, principal.staff.role)
    headers = own_session(around, who)

    def is_mine(answer, _) -> str | None:
        ((number,),) = around.world.rows("SELECT staff_session_id FROM portal.staff_session WHERE staff_id = %s", who.staff_id)
        return None if [(each["id"], each["current"]) for each in answer.json()["items"]] == [(str(number), True)] else f"not {number} alone"
    return [ask(principal, "viewer", "mine", "GET", "/staff/sessions", 200, then=is_mine, headers=headers)]


def end_own_staff_session(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    who = principal.staff and staff.add_staff(world, account.account_id, principal.staff.role)
    headers = own_session(around, who)

    def session(of: staff.Staff) -> int:
        staff.open_session(world, of)
        return world.rows("SELECT max(staff_session_id) FROM portal.staff_session WHERE staff_id = %s", of.staff_id)[0][0]
    asking = functools.partial(ask, principal, "viewer", headers=headers)
    path = "/staff/sessions/{}"
    own = session(who) if who else random_id()
    strangers = {"of a colleague": session(staff.add_staff(world, account.account_id, "viewer")),
                 "of the other account": session(staff.add_staff(world, around.other_account(account).account_id)), "random": random_id()}

    def is_over(answer, _) -> str | None:
        ((ended,),) = world.rows("SELECT ended_at IS NOT NULL FROM portal.staff_session WHERE staff_session_id = %s", own)
        return None if ended and not answer.body else "it is still good"
    return [asking("own", "DELETE", path.format(own), 204, then=is_over),
            *(asking(name, "DELETE", path.format(number), 404, "not_found", alike="missing") for name, number in {**strangers, "own, again": own}.items())]


CELLS = {cells.__name__: cells for cells in (list_staff_users, add_staff_user, update_staff_user, remove_staff_user, resend_staff_invitation,
                                             request_staff_password_reset, reset_staff_password, update_staff_me, change_staff_password,
                                             list_staff_sessions, end_own_staff_session)}
