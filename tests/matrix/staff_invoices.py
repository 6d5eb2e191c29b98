"""Rows of invoices as staff see them, and of those of a member at whom staff look."""

from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg2.extras import RealDictCursor

from support.truth import Truth, invoice_item
from support.world import DEFAULT_PERMISSIONS, PDF, Account, Membership

from cells import Cell
from member_invoices import somebody
from operations import Surroundings, random_id
from principals import Principal
from staff_view import strangers
from staffing import ask, strange_ids


def seen_by_staff(around: Surroundings, account: Account, client_id: int) -> list[dict]:
    """All items of a client, in order."""
    with around.world._connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("""SELECT i.*, c.name AS client_name FROM portal.invoice i JOIN portal.client c USING (account_id, client_id)
                          WHERE client_id = %s AND i.withdrawn_at IS NULL ORDER BY i.issued_on DESC, i.invoice_id DESC""", (client_id,))
        rows = cursor.fetchall()
    jobs = dict(around.world.rows("SELECT job_id, number FROM portal.job WHERE client_id = %s AND deleted_at IS NULL", client_id))
    today = datetime.now(ZoneInfo(account.time_zone)).date()
    return [{**invoice_item(row, jobs, today, "/api/v1/staff/invoices"), "client": {"id": str(client_id), "name": row["client_name"]}, "visible": row["is_visible"]} for row in rows]


def billed(around: Surroundings, account: Account) -> int:
    """An invoice that is not visible, of a client that nobody else looks at."""
    account.clients.setdefault("Billed", 0)
    if not account.clients["Billed"]:
        account.clients["Billed"] = around.world.insert("client", "client_id", account_id=account.account_id, kind="organisation", organisation_name=f"Billed at {account.slug}")
    return around.world.add_invoice(account, "Billed", "B/1", is_visible=False)


def list_staff_invoices(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    own, foreign = account.clients["One"], around.other_account(account).clients["One"]
    everything = seen_by_staff(around, account, own)

    def page(items: list[dict]) -> dict:
        return {"items": items, "next_cursor": None}
    path = f"/staff/invoices?client_id={own}"
    open_ones = [item for item in everything if item["outstanding"]["amount"]]
    of_account = {str(number) for number, in around.world.rows("SELECT invoice_id FROM portal.invoice WHERE account_id = %s", account.account_id)}

    def are_the_accounts(answer, _) -> str | None:
        told = {item["id"] for item in answer.json()["items"]}
        return None if told and told <= of_account else f"of others: {told - of_account}"
    return [
        ask(principal, "viewer", "of a client", "GET", path, 200, body=page(everything), canaries=True),
        ask(principal, "viewer", "open", "GET", f"{path}&state=open", 200, body=page(open_ones), canaries=True),
        ask(principal, "viewer", "found by its number", "GET", f"{path}&q=NO%20DATE", 200, body=page([item for item in everything if item["number"] == "no date"])),
        ask(principal, "viewer", "found by the client", "GET", f"/staff/invoices?limit=100&q={account.slug}%20ONE", 200, body=page(everything), canaries=True),
        ask(principal, "viewer", "of all clients", "GET", "/staff/invoices?limit=100", 200, then=are_the_accounts, canaries=True),
        ask(principal, "viewer", "of a client of the other account", "GET", f"/staff/invoices?client_id={foreign}", 200, body=page([])),
        ask(principal, "viewer", "cursor of nobody", "GET", "/staff/invoices?cursor=abc", 400, "invalid_cursor"),
        ask(principal, "viewer", "wrong", "GET", "/staff/invoices?state=overdue", 400, "invalid_field"),
    ]


def change_staff_invoice(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    own, foreign = billed(around, account), billed(around, around.other_account(account))
    withdrawn = account.invoices["One"]["withdrawn"]
    expected = next(item for item in seen_by_staff(around, account, account.clients["Billed"]) if item["id"] == str(own))
    path = "/staff/invoices/{}"

    def left_alone(answer, _) -> str | None:
        rows = around.world.rows("SELECT invoice_id FROM portal.invoice WHERE is_visible AND invoice_id = ANY (%s)", [own, foreign])
        return None if rows == [(own,)] else f"visible are {rows}"
    return [
        ask(principal, "manager", "own", "PATCH", path.format(own), 200, json={"visible": True}, body={**expected, "visible": True}, then=left_alone),
        ask(principal, "manager", "nothing", "PATCH", path.format(own), 400, "invalid_field", json={}),
        ask(principal, "manager", "unknown", "PATCH", path.format(own), 400, "invalid_field", json={"visible": True, "paid": 1}),
        *strange_ids(principal, "manager", "PATCH", path, {"of the other account": foreign, "withdrawn": withdrawn}, json={"visible": True}),
    ]


def get_staff_invoice_content(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    own, foreign = billed(around, account), billed(around, around.other_account(account))
    content = PDF + f"B/1 of Billed at {account.slug}".encode()
    return [ask(principal, "viewer", "own", "GET", f"/staff/invoices/{own}/content", 200, content=content),
            *strange_ids(principal, "viewer", "GET", "/staff/invoices/{}/content",
                         {"of the other account": foreign, "withdrawn": account.invoices["One"]["withdrawn"], "without a file": account.invoices["One"]["paid"]})]


def looked_at(around: Surroundings, principal: Principal, permissions: tuple[str, ...] | None = None) -> Membership:
    """A member of the account, at whom the principal may look now if it is staff at all."""
    who = around.world.add_member(principal.account, "One", permissions) if permissions else somebody(around, principal.account)
    if principal.staff:
        around.world.insert("staff_view", account_id=principal.account.account_id, staff_id=principal.staff.staff_id, membership_id=who.membership_id, reason="For a test")
    return who


def view_invoices(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)
    without = looked_at(around, principal, DEFAULT_PERMISSIONS)
    truth = Truth(around.world, who)
    path = "/staff/members/{}/view/invoices?counts=true"
    return [ask(principal, "manager", "the member's", "GET", path.format(who.membership_id), 200,
                body={"items": truth.invoices(), "next_cursor": None, **truth.invoice_totals()}),
            ask(principal, "manager", "of a member who may see none", "GET", path.format(without.membership_id), 403, "permission_required"),
            *strange_ids(principal, "manager", "GET", path, strangers(around, principal))]


def view_invoice_content(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)
    truth = Truth(around.world, who)
    shown = [item["id"] for item in truth.invoices() if item["file"]]
    path = f"/staff/members/{who.membership_id}/view/invoices"
    hidden = {**principal.account.invoices["One"], **{f"of the other client, {what}": invoice for what, invoice in principal.account.invoices["Two"].items()},
              "of the other account": around.other_account(principal.account).invoices["One"]["due"], "random": random_id()}
    assert shown
    return [*(ask(principal, "manager", f"the member's {number}", "GET", f"{path}/{number}/content", 200, content=truth.content("invoice", number)) for number in shown),
            *(ask(principal, "manager", name, "GET", f"{path}/{number}/content", 404, "not_found", alike="missing")
              for name, number in hidden.items() if str(number) not in shown),
            *strange_ids(principal, "manager", "GET", f"/staff/members/{{}}/view/invoices/{shown[0]}/content", strangers(around, principal))]


CELLS = {cells.__name__: cells for cells in (list_staff_invoices, change_staff_invoice, get_staff_invoice_content, view_invoices, view_invoice_content)}
