"""Rows of the activity, and of resets that staff start."""

import secrets

from support import staff
from support.truth import rfc3339

from cells import Cell
from operations import Surroundings, random_id
from principals import Principal
from staffing import ask, strange_ids


def list_activity(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    other = around.other_account(account)
    action = f"test_{secrets.token_hex(4)}".translate(str.maketrans("0123456789", "ghijklmnop"))
    who = staff.add_staff(world, account.account_id, "manager")
    for target in (account, other):
        by = who if target is account else staff.add_staff(world, other.account_id)
        world.insert("activity", account_id=target.account_id, actor_kind="staff", staff_id=by.staff_id, action=action, client_id=target.clients["One"], details={"a": 1})
    ((number, at),) = world.rows("SELECT activity_id, at FROM portal.activity WHERE account_id = %s AND action = %s", account.account_id, action)

    def is_the_own_one(answer, _) -> str | None:
        (item,) = answer.json()["items"]
        expected = {"id": str(number), "at": rfc3339(at), "actor": {"kind": "staff", "id": str(who.staff_id), "name": "Olivia Grant"}, "action": action, "member": None,
                    "subject": None, "details": {"a": 1}}
        client = item.pop("client")
        return None if item == expected and client["id"] == str(account.clients["One"]) else f"{item} instead of {expected}"
    path = f"/staff/activity?action={action}"
    nobody = {"items": [], "next_cursor": None}
    return [ask(principal, "viewer", "own", "GET", path, 200, then=is_the_own_one),
            ask(principal, "viewer", "by actor", "GET", f"{path}&actor=staff:{who.staff_id}", 200, then=is_the_own_one),
            ask(principal, "viewer", "client of the other account", "GET", f"{path}&client_id={other.clients['One']}", 200, body=nobody),
            ask(principal, "viewer", "random client", "GET", f"{path}&client_id={random_id()}", 200, body=nobody),
            ask(principal, "viewer", "random cursor", "GET", f"{path}&cursor={secrets.token_urlsafe(30)}", 400, "invalid_cursor")]


def start_member_reset(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    who = world.add_member(account, "One")
    stranger = world.add_member(around.other_account(account), "One")
    invited = world.add_member(account, "One", state="invited", membership_state="invited")
    ended = world.add_member(account, "One", state="removed", membership_state="ended")

    def is_sent(answer, _) -> str | None:
        rows = world.rows("SELECT kind, recipient FROM portal.outbox_message WHERE account_id = %s AND member_id = %s", account.account_id, who.member_id)
        return None if rows == [("password_reset", world.email_of(who))] and not answer.body else f"{rows}"
    path = "/staff/members/{}/password-reset"
    return [ask(principal, "manager", "own", "POST", path.format(who.membership_id), 202, json={}, then=is_sent),
            ask(principal, "manager", "invited", "POST", path.format(invited.membership_id), 409, "conflict", json={}),
            *strange_ids(principal, "manager", "POST", path, {"of the other account": stranger.membership_id, "ended": ended.membership_id}, json={})]


CELLS = {cells.__name__: cells for cells in (list_activity, start_member_reset)}
