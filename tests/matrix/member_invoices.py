"""Rows of a client's invoices."""

import secrets

from support.truth import Truth
from support.world import DEFAULT_PERMISSIONS, Account, Membership

from cells import Cell
from operations import Surroundings, malformed, other_client, random_id, with_membership_shown
from principals import Principal


def somebody(around: Surroundings, account: Account, client: str = "One") -> Membership:
    return around.world.add_member(account, client, (*DEFAULT_PERMISSIONS, "view_invoices"))


def list_invoices(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account

    def cursor_of(who: Membership, query: str = "") -> str:
        return world.signed_in(who).get(f"/api/v1/invoices?limit=1{query}").json()["next_cursor"]
    foreign = {"cursor random": secrets.token_urlsafe(30), "cursor of a colleague": cursor_of(somebody(around, account)),
               "cursor of the other client": cursor_of(somebody(around, account, "Two")),
               "cursor of the other account": cursor_of(somebody(around, around.other_account(account)))}
    paths = {"all": "/invoices", **{kind: f"/invoices?state={kind}" for kind in ("open", "paid", "void")}, "counts": "/invoices?counts=true",
             **{name: f"/invoices?limit=1&cursor={cursor}" for name, cursor in foreign.items()}}
    if principal.acting is None:
        return [Cell(name, "GET", path, 401, "not_signed_in", alike="refused") for name, path in paths.items()]
    if not principal.may_see_invoices():
        cells = [Cell(name, "GET", path, 403, "permission_required", alike="refused") for name, path in paths.items()]
        return [*cells, *with_membership_shown(around, principal, "/invoices", None, 403, "permission_required")]
    truth = Truth(world, principal.acting)

    def page(items: list[dict]) -> dict:
        return {"items": items, "next_cursor": None}
    cells = [Cell("all", "GET", paths["all"], 200, body=page(truth.invoices())),
             *(Cell(kind, "GET", paths[kind], 200, body=page(truth.invoices(kind=kind))) for kind in ("open", "paid", "void")),
             Cell("counts", "GET", paths["counts"], 200, body={**page(truth.invoices()), **truth.invoice_totals()}),
             *(Cell(name, "GET", paths[name], 400, "invalid_cursor", alike="no such cursor") for name in foreign)]
    own = cursor_of(principal.acting)
    cells += [Cell("cursor of its own", "GET", f"/invoices?limit=100&cursor={own}", 200, body=page(truth.invoices()[1:])),
              Cell("cursor of its own for another kind", "GET", f"/invoices?state=open&cursor={own}", 400, "invalid_cursor", alike="no such cursor"),
              Cell("wrong", "GET", "/invoices?state=overdue", 400, "invalid_field"), Cell("unknown", "GET", "/invoices?q=a", 400, "unknown_parameter")]
    return [*cells, *with_membership_shown(around, principal, "/invoices", page(truth.invoices()))]


def one_invoice(around: Surroundings, principal: Principal, suffix: str) -> list[Cell]:
    account = principal.account
    client = principal.acting.client if principal.acting else "One"
    truth = Truth(around.world, principal.acting) if principal.acting else None
    shown = {int(item["id"]): item for item in truth.invoices() if item["file"] or not suffix} if truth else {}
    asked = {**{f"own, {what}": invoice for what, invoice in account.invoices[client].items()}, "random": random_id(),
             **{f"of the other client, {what}": invoice for what, invoice in account.invoices[other_client(principal)].items()},
             **{f"of the other account, {what}": invoice for what, invoice in around.other_account(account).invoices["One"].items()}}
    cells = []
    for name, invoice_id in asked.items():
        path = f"/invoices/{invoice_id}{suffix}"
        if truth is None:
            cells.append(Cell(name, "GET", path, 401, "not_signed_in", alike="refused"))
        elif invoice_id not in shown:
            cells.append(Cell(name, "GET", path, 404, "not_found", alike="missing"))
        elif suffix:
            cells.append(Cell(name, "GET", path, 200, content=truth.content("invoice", invoice_id)))
        else:
            cells.append(Cell(name, "GET", path, 200, body=shown[invoice_id]))
    return [*cells, *malformed(principal, bool(truth) and principal.may_see_invoices(), "/invoices/{}" + suffix)]


def get_invoice(around: Surroundings, principal: Principal) -> list[Cell]:
    return one_invoice(around, principal, "")


def get_invoice_content(around: Surroundings, principal: Principal) -> list[Cell]:
    return one_invoice(around, principal, "/content")


CELLS = {cells.__name__: cells for cells in (list_invoices, get_invoice, get_invoice_content)}
