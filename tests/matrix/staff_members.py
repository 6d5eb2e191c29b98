"""Rows of members and invitations as staff see and change them."""

import itertools

from cells import Cell
from operations import Surroundings
from principals import Principal
from staffing import ask, strange_ids
from support.world import Membership

_numbers = itertools.count(1)


def invited(around: Surroundings, account) -> int:
    return around.world.add_invitation(account, "One")[1].membership_id


def foreign(around: Surroundings, principal: Principal) -> dict[str, int]:
    other = around.other_account(principal.account)
    return {"of the other account": around.world.add_member(other, "One").membership_id, "invitation of the other account": invited(around, other)}


def list_members(around: Surroundings, principal: Principal) -> list[Cell]:
    def are_own(answer, client) -> str | None:
        ids = [int(item["id"]) for item in answer.json()["items"]]
        own = [number for number, in around.world.rows("""SELECT membership_id FROM portal.membership WHERE account_id = %s
            ORDER BY invited_at DESC, membership_id DESC LIMIT 100""", principal.account.account_id)]
        return None if ids == own else f"{ids} instead of {own}"

    def nothing(answer, client) -> str | None:
        return None if answer.json()["items"] == [] else "somebody else's"
    client_id = around.other_account(principal.account).clients["One"]
    return [ask(principal, "viewer", "all", "GET", "/staff/members?limit=100", 200, then=are_own),
            ask(principal, "viewer", "client of the other account", "GET", f"/staff/members?client_id={client_id}", 200, then=nothing),
            ask(principal, "viewer", "cursor random", "GET", "/staff/members?cursor=AAAA", 400, "invalid_cursor")]


def get_member(around: Surroundings, principal: Principal) -> list[Cell]:
    own = around.world.add_member(principal.account, "One")

    def is_it(answer, client) -> str | None:
        body = answer.json()
        expected = (str(own.membership_id), str(own.client_id), around.world.email_of(own), "accepted")
        return None if (body["id"], body["client"]["id"], body["email"], body["state"]) == expected else f"{body}"
    return [ask(principal, "viewer", "own", "GET", f"/staff/members/{own.membership_id}", 200, then=is_it),
            *strange_ids(principal, "viewer", "GET", "/staff/members/{}", foreign(around, principal))]


def update_member(around: Surroundings, principal: Principal) -> list[Cell]:
    own = around.world.add_member(principal.account, "One").membership_id

    def is_changed(answer, client) -> str | None:
        rows = around.world.rows("SELECT permissions FROM portal.membership WHERE membership_id = %s", own)
        return None if rows == [(["view_invoices"],)] else f"{rows}"
    change = {"permissions": ["view_invoices"]}
    return [ask(principal, "manager", "own", "PATCH", f"/staff/members/{own}", 200, json=change, then=is_changed),
            *strange_ids(principal, "manager", "PATCH", "/staff/members/{}", foreign(around, principal), json=change)]


def ended(around: Surroundings, principal: Principal, path: str, own: int) -> list[Cell]:
    others = foreign(around, principal)

    def is_over(answer, client) -> str | None:
        rows = around.world.rows("SELECT membership_id FROM portal.membership WHERE membership_id = ANY (%s) AND state <> 'ended'", [own, *others.values()])
        return None if {number for number, in rows} == set(others.values()) else f"left: {rows}"
    return [*strange_ids(principal, "manager", "DELETE", path, others), ask(principal, "manager", "own", "DELETE", path.format(own), 204, then=is_over)]


def remove_member(around: Surroundings, principal: Principal) -> list[Cell]:
    return ended(around, principal, "/staff/members/{}", around.world.add_member(principal.account, "One").membership_id)


def cancel_invitation(around: Surroundings, principal: Principal) -> list[Cell]:
    return ended(around, principal, "/staff/invitations/{}", invited(around, principal.account))


def waiting(around: Surroundings, account) -> Membership:
    """Who activated by a text message and has not confirmed the address yet."""
    who = around.world.add_member(account, "One")
    around.world.rows("UPDATE portal.member SET email = NULL, pending_email = 'tom@barker' WHERE member_id = %s", who.member_id)
    return who


def send_confirmation(around: Surroundings, principal: Principal) -> list[Cell]:
    own, other = waiting(around, principal.account), waiting(around, around.other_account(principal.account))
    email = f"tom{next(_numbers)}@barker.example"

    def is_sent(answer, client) -> str | None:
        rows = around.world.rows("SELECT member_id, kind FROM portal.outbox_message WHERE recipient = %s", email)
        waits = around.world.rows("SELECT email, pending_email FROM portal.member WHERE member_id = ANY (%s) ORDER BY member_id", [own.member_id, other.member_id])
        return None if (rows, waits) == ([(own.member_id, "email_confirmation")], [(None, email), (None, "tom@barker")]) else f"{rows}, {waits}"
    path = "/staff/members/{}/email-confirmation"
    strangers = {"of the other account": other.membership_id, "invitation of the other account": invited(around, around.other_account(principal.account))}
    return [ask(principal, "manager", "own", "POST", path.format(own.membership_id), 200, json={"email": email}, then=is_sent),
            ask(principal, "manager", "nothing waits", "POST", path.format(around.world.add_member(principal.account, "One").membership_id), 409, "conflict", json={"email": email}),
            *strange_ids(principal, "manager", "POST", path, strangers, json={"email": email})]


def invite_member(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    email = f"invited{next(_numbers)}@mail.example"

    def is_invited(answer, client) -> str | None:
        rows = around.world.rows("""SELECT m.client_id, m.state, o.recipient FROM portal.membership m JOIN portal.outbox_message o USING (account_id, membership_id)
                                    WHERE m.account_id = %s AND m.membership_id = %s""", account.account_id, int(answer.json()["id"]))
        return None if rows == [(account.clients["One"], "invited", email)] else f"{rows}"

    def body(client_id: int) -> dict:
        return {"client_id": str(client_id), "email": email}
    other = around.other_account(account).clients["One"]
    return [ask(principal, "manager", "client of the other account", "POST", "/staff/invitations", 404, "not_found", json=body(other)),
            ask(principal, "manager", "own client", "POST", "/staff/invitations", 201, json=body(account.clients["One"]), then=is_invited)]


def resend_invitation(around: Surroundings, principal: Principal) -> list[Cell]:
    own = invited(around, principal.account)

    def is_sent(answer, client) -> str | None:
        rows = around.world.rows("SELECT count(*) FROM portal.outbox_message WHERE membership_id = %s AND kind = 'invitation'", own)
        return None if rows == [(1,)] else f"{rows}"
    return [ask(principal, "manager", "own", "POST", f"/staff/invitations/{own}/resend", 200, json={}, then=is_sent),
            *strange_ids(principal, "manager", "POST", "/staff/invitations/{}/resend", foreign(around, principal), json={})]


def invite_members(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    own = around.world.insert("client", "client_id", account_id=account.account_id, kind="organisation", organisation_name="To be invited")
    around.world.insert("contact", account_id=account.account_id, client_id=own, kind="email", value=f"bulk{next(_numbers)}@mail.example")
    other = around.other_account(account).clients["One"]

    def are_invited(answer, client) -> str | None:
        outcomes = {int(item["client_id"]): item["outcome"] for item in answer.json()["items"]}
        return None if outcomes == {own: "invited", other: "not_found"} else f"{outcomes}"
    body = {"client_ids": [str(own), str(other)]}
    return [ask(principal, "manager", "own and foreign", "POST", "/staff/invitations/bulk", 200, json=body, then=are_invited)]


def resend_invitations(around: Surroundings, principal: Principal) -> list[Cell]:
    own, other = invited(around, principal.account), invited(around, around.other_account(principal.account))
    around.world.rows("UPDATE portal.membership SET invited_at = now() - interval '2 hours' WHERE membership_id = ANY (%s)", [own, other])

    def are_sent(answer, client) -> str | None:
        rows = around.world.rows("SELECT membership_id FROM portal.outbox_message WHERE membership_id = ANY (%s)", [own, other])
        return None if rows == [(own,)] and answer.json()["resent"] >= 1 else f"{rows}"
    return [ask(principal, "manager", "all", "POST", "/staff/invitations/resend", 200, json={"state": ["sent"]}, then=are_sent)]


def failed_message(around: Surroundings, account) -> int:
    number = next(_numbers)
    return around.world.insert("outbox_message", "outbox_message_id", account_id=account.account_id, message_reference=f"matrix-message-{number:06d}",
                               kind="invitation", channel="email", recipient=f"failed{number}@mail.example", language="en", payload=b"x", key_id="k1",
                               failed_at="2026-11-01T00:00:00Z", last_error="550 no")


def list_messages(around: Surroundings, principal: Principal) -> list[Cell]:
    own, other = failed_message(around, principal.account), failed_message(around, around.other_account(principal.account))

    def are_own(answer, client) -> str | None:
        ids = {int(item["id"]) for item in answer.json()["items"]}
        return None if own in ids and other not in ids else f"{ids}"
    return [ask(principal, "viewer", "failed", "GET", "/staff/messages?limit=100", 200, then=are_own)]


def retry_message(around: Surroundings, principal: Principal) -> list[Cell]:
    own = failed_message(around, principal.account)

    def waits(answer, client) -> str | None:
        return None if around.world.rows("SELECT failed_at FROM portal.outbox_message WHERE outbox_message_id = %s", own) == [(None,)] else "still failed"
    return [ask(principal, "manager", "own", "POST", f"/staff/messages/{own}/retry", 202, json={}, then=waits),
            *strange_ids(principal, "manager", "POST", "/staff/messages/{}/retry", {"of the other account": failed_message(around, around.other_account(principal.account))},
                         json={})]


CELLS = {cells.__name__: cells for cells in (list_members, get_member, update_member, remove_member, send_confirmation, invite_member, resend_invitation,
                                             cancel_invitation, invite_members, resend_invitations, list_messages, retry_message)}
