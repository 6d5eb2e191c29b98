"""Rows of quotes as staff see, hide and decide them, and of those of a member at whom staff look."""

from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg2.extras import RealDictCursor

from support.truth import Truth, quote_item, summary_of
from support.world import DEFAULT_PERMISSIONS, PDF, Account, Membership

from cells import Cell
from member_quotes import somebody
from operations import Surroundings, random_id
from principals import Principal
from staff_view import strangers
from staffing import ask, strange_ids

FOLDER = "/api/v1/staff/quotes"


def seen_by_staff(around: Surroundings, account: Account, client_id: int) -> list[dict]:
    """All answers of GET /staff/quotes/{id} for a client, in the order of the list."""
    with around.world._connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("""SELECT q.*, c.name AS client_name FROM portal.quote q JOIN portal.client c USING (account_id, client_id)
                          WHERE client_id = %s AND q.withdrawn_at IS NULL ORDER BY q.issued_on DESC, q.quote_id DESC""", (client_id,))
        rows = cursor.fetchall()
    jobs = dict(around.world.rows("SELECT job_id, number FROM portal.job WHERE client_id = %s AND deleted_at IS NULL", client_id))
    today = datetime.now(ZoneInfo(account.time_zone)).date()
    return [{**quote_item(around.world, row, jobs, today, FOLDER), "client": {"id": str(client_id), "name": row["client_name"]}, "visible": row["is_visible"]} for row in rows]


def offered(around: Surroundings, account: Account, number: str = "Q/1", **columns) -> int:
    """A quote that is not visible, of a client that nobody else looks at."""
    if "Offered" not in account.clients:
        account.clients["Offered"] = around.world.insert("client", "client_id", account_id=account.account_id, kind="organisation", organisation_name=f"Offered at {account.slug}")
    return around.world.add_quote(account, "Offered", number, **{"is_visible": False, **columns})


def answer_of(around: Surroundings, account: Account, quote: int) -> dict:
    return next(item for item in seen_by_staff(around, account, account.clients["Offered"]) if item["id"] == str(quote))


def list_staff_quotes(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    own, foreign = account.clients["One"], around.other_account(account).clients["One"]

    def holds(kind: tuple[str, ...] = (), number: str | None = None):
        def look(answer, _) -> str | None:
            expected = [summary_of(item) for item in seen_by_staff(around, account, own)
                        if (not kind or item["state"] in kind) and (number is None or item["number"] == number)]
            return None if answer.json() == {"items": expected, "next_cursor": None} and expected else f"{answer.json()} instead of {expected}"
        return look
    path = f"/staff/quotes?limit=100&client_id={own}"
    of_account = {str(number) for number, in around.world.rows("SELECT quote_id FROM portal.quote WHERE account_id = %s", account.account_id)}

    def are_the_accounts(answer, _) -> str | None:
        told = {item["id"] for item in answer.json()["items"]}
        foreign_ones = {str(number) for number, in around.world.rows("SELECT quote_id FROM portal.quote WHERE account_id <> %s", account.account_id)}
        return None if told & of_account and not told & foreign_ones else f"of others: {told & foreign_ones}"
    return [
        ask(principal, "viewer", "of a client", "GET", path, 200, then=holds(), canaries=True),
        ask(principal, "viewer", "open", "GET", f"{path}&state=open", 200, then=holds(("pending_approval", "changes_requested")), canaries=True),
        ask(principal, "viewer", "closed", "GET", f"{path}&state=closed", 200, then=holds(("declined", "expired", "superseded")), canaries=True),
        ask(principal, "viewer", "found by its number", "GET", f"{path}&q=NO%20DATE", 200, then=holds(number="no date")),
        ask(principal, "viewer", "of all clients", "GET", "/staff/quotes?limit=100", 200, then=are_the_accounts, canaries=True),
        ask(principal, "viewer", "of a client of the other account", "GET", f"/staff/quotes?client_id={foreign}", 200, body={"items": [], "next_cursor": None}),
        ask(principal, "viewer", "cursor of nobody", "GET", "/staff/quotes?cursor=abc", 400, "invalid_cursor"),
        ask(principal, "viewer", "wrong", "GET", "/staff/quotes?state=expired", 400, "invalid_field"),
    ]


def get_staff_quote(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    seen = seen_by_staff(around, account, account.clients["Two"])
    known = {str(number) for number in account.quotes["Two"].values()}
    foreign, withdrawn = around.other_account(account).quotes["One"]["pending"], account.quotes["Two"]["withdrawn"]
    return [*(ask(principal, "viewer", f"own, {item['number']}", "GET", f"/staff/quotes/{item['id']}", 200, body=item, canaries=True) for item in seen if item["id"] in known),
            *strange_ids(principal, "viewer", "GET", "/staff/quotes/{}", {"of the other account": foreign, "withdrawn": withdrawn})]


def change_staff_quote(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    own, foreign = offered(around, account), offered(around, around.other_account(account))
    withdrawn = account.quotes["One"]["withdrawn"]
    expected = answer_of(around, account, own)
    path = "/staff/quotes/{}"

    def left_alone(answer, _) -> str | None:
        rows = around.world.rows("SELECT quote_id FROM portal.quote WHERE is_visible AND quote_id = ANY (%s)", [own, foreign])
        return None if rows == [(own,)] else f"visible are {rows}"
    return [
        ask(principal, "manager", "own", "PATCH", path.format(own), 200, json={"visible": True}, body={**expected, "visible": True}, then=left_alone),
        ask(principal, "manager", "nothing", "PATCH", path.format(own), 400, "invalid_field", json={}),
        ask(principal, "manager", "unknown", "PATCH", path.format(own), 400, "invalid_field", json={"visible": True, "superseded": True}),
        *strange_ids(principal, "manager", "PATCH", path, {"of the other account": foreign, "withdrawn": withdrawn}, json={"visible": True}),
    ]


def record_quote_decision(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    own, late = offered(around, account), offered(around, account, age_days=60)
    replaced, foreign = offered(around, account, is_superseded=True), offered(around, around.other_account(account))
    body = {"revision": 1, "decision": "accepted", "method": "phone", "decided_by": "Anna Moore", "reason": "Order number 4711."}
    path = "/staff/quotes/{}/decision"

    def is_recorded(quote: int):
        def look(answer, _) -> str | None:
            told, expected = answer.json(), answer_of(around, account, quote)
            last = {name: told["decision"][name] for name in ("decision", "method", "reason")} if told["decision"] else {}
            return None if told == expected and last == {"decision": "accepted", "method": "phone", "reason": "Order number 4711."} else f"{told} instead of {expected}"
        return look
    return [
        *(ask(principal, "manager", f"own, turn {turn}", "POST", path.format(own), 200, json=body, then=is_recorded(own)) for turn in (1, 2)),
        ask(principal, "manager", "own, by somebody else", "POST", path.format(own), 409, "conflict", json={**body, "decided_by": "Ben Moore"}),
        ask(principal, "manager", "expired", "POST", path.format(late), 200, json=body, then=is_recorded(late)),
        ask(principal, "manager", "superseded", "POST", path.format(replaced), 409, "conflict", json=body),
        ask(principal, "manager", "declined without a reason", "POST", path.format(own), 400, "invalid_field", json={"revision": 1, "decision": "declined", "method": "email"}),
        ask(principal, "manager", "in the portal", "POST", path.format(own), 400, "invalid_field", json={**body, "method": "portal"}),
        *strange_ids(principal, "manager", "POST", path, {"of the other account": foreign, "withdrawn": account.quotes["One"]["withdrawn"]}, json=body),
    ]


def get_staff_quote_content(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    own, foreign = offered(around, account), offered(around, around.other_account(account))
    content = PDF + f"quote Q/1 of Offered at {account.slug}".encode()
    return [ask(principal, "viewer", "own", "GET", f"/staff/quotes/{own}/content", 200, content=content),
            *strange_ids(principal, "viewer", "GET", "/staff/quotes/{}/content",
                         {"of the other account": foreign, "withdrawn": account.quotes["One"]["withdrawn"], "without a file": account.quotes["One"]["changes requested"]})]


def looked_at(around: Surroundings, principal: Principal, permissions: tuple[str, ...] | None = None) -> Membership:
    """A member of the account, at whom the principal may look now if it is staff at all."""
    who = around.world.add_member(principal.account, "One", permissions) if permissions else somebody(around, principal.account)
    if principal.staff:
        around.world.insert("staff_view", account_id=principal.account.account_id, staff_id=principal.staff.staff_id, membership_id=who.membership_id, reason="For a test")
    return who


def view_quotes(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)
    without = looked_at(around, principal, DEFAULT_PERMISSIONS)
    path = "/staff/members/{}/view/quotes?counts=true&limit=100"

    def are_the_members(answer, _) -> str | None:
        truth = Truth(around.world, who)
        expected = {"items": truth.quote_summaries(), "next_cursor": None, **truth.quote_counts()}
        return None if answer.json() == expected and expected["items"] else f"{answer.json()} instead of {expected}"
    return [ask(principal, "manager", "the member's", "GET", path.format(who.membership_id), 200, then=are_the_members),
            ask(principal, "manager", "of a member who may see none", "GET", path.format(without.membership_id), 403, "permission_required"),
            *strange_ids(principal, "manager", "GET", path, strangers(around, principal))]


def hidden_from(around: Surroundings, principal: Principal, shown: set[str]) -> dict[str, int]:
    account = principal.account
    every = {**account.quotes["One"], **{f"of the other client, {what}": quote for what, quote in account.quotes["Two"].items()},
             "of the other account": around.other_account(account).quotes["One"]["pending"], "random": random_id()}
    return {what: quote for what, quote in every.items() if str(quote) not in shown}


def view_quote(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)
    known = {str(number) for number in principal.account.quotes["One"].values()}
    everything = Truth(around.world, who).quotes()
    shown = [item for item in everything if item["id"] in known]
    path = f"/staff/members/{who.membership_id}/view/quotes"
    assert shown
    return [*(ask(principal, "manager", f"the member's {item['number']}", "GET", f"{path}/{item['id']}", 200, body=item) for item in shown),
            *(ask(principal, "manager", name, "GET", f"{path}/{number}", 404, "not_found", alike="missing")
              for name, number in hidden_from(around, principal, {item["id"] for item in everything}).items()),
            *strange_ids(principal, "manager", "GET", f"/staff/members/{{}}/view/quotes/{shown[0]['id']}", strangers(around, principal))]


def view_quote_content(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)
    truth = Truth(around.world, who)
    known = {str(number) for number in principal.account.quotes["One"].values()}
    shown = [item["id"] for item in truth.quotes() if item["file"] and item["id"] in known]
    path = f"/staff/members/{who.membership_id}/view/quotes"
    assert shown
    return [*(ask(principal, "manager", f"the member's {number}", "GET", f"{path}/{number}/content", 200, content=truth.content("quote", number)) for number in shown),
            *(ask(principal, "manager", name, "GET", f"{path}/{number}/content", 404, "not_found", alike="missing")
              for name, number in hidden_from(around, principal, {item["id"] for item in truth.quotes() if item["file"]}).items()),
            *strange_ids(principal, "manager", "GET", f"/staff/members/{{}}/view/quotes/{shown[0]}/content", strangers(around, principal))]


CELLS = {cells.__name__: cells for cells in (list_staff_quotes, get_staff_quote, change_staff_quote, record_quote_decision, get_staff_quote_content, view_quotes, view_quote,
                                             view_quote_content)}
