"""Rows of a client's quotes, and of what members decide about them."""

import secrets

from support.truth import Truth
from support.world import DEFAULT_PERMISSIONS, Account, Membership

from cells import Cell
from operations import Surroundings, malformed, other_client, random_id, with_membership_shown
from principals import Principal

STATES = {"pending_approval", "changes_requested", "accepted", "declined", "expired", "superseded"}


def somebody(around: Surroundings, account: Account, client: str = "One") -> Membership:
    return around.world.add_member(account, client, (*DEFAULT_PERMISSIONS, "accept_quotes"))


def lists(around: Surroundings, who: Membership, kind: str | None = None, after: str | None = None, counts: bool = False):
    """Looked up once the answer is there: the rows of decisions add quotes."""
    def is_listed(answer, _) -> str | None:
        truth = Truth(around.world, who)
        items = truth.quote_summaries(kind=kind)
        if after:
            items = items[[item["id"] for item in items].index(after) + 1:]
        expected = {"items": items, "next_cursor": None, **(truth.quote_counts() if counts else {})}
        if counts and {item["state"] for item in items} != STATES:
            return f"the truth has only {items}"
        return None if answer.json() == expected and items else f"{answer.json()} instead of {expected}"
    return is_listed


def list_quotes(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account

    def cursor_of(who: Membership) -> str:
        return world.signed_in(who).get("/api/v1/quotes?limit=1").json()["next_cursor"]
    foreign = {"cursor random": secrets.token_urlsafe(30), "cursor of a colleague": cursor_of(somebody(around, account)),
               "cursor of the other client": cursor_of(somebody(around, account, "Two")),
               "cursor of the other account": cursor_of(somebody(around, around.other_account(account)))}
    paths = {"counts": "/quotes?counts=true&limit=100", "all": "/quotes?limit=100", **{kind: f"/quotes?state={kind}&limit=100" for kind in ("open", "accepted", "closed")},
             **{name: f"/quotes?limit=1&cursor={cursor}" for name, cursor in foreign.items()}}
    if principal.acting is None:
        return [Cell(name, "GET", path, 401, "not_signed_in", alike="refused") for name, path in paths.items()]
    if not principal.may_decide_quotes():
        cells = [Cell(name, "GET", path, 403, "permission_required", alike="refused") for name, path in paths.items()]
        return [*cells, *with_membership_shown(around, principal, "/quotes", None, 403, "permission_required")]
    who = principal.acting
    own = cursor_of(who)
    first = Truth(world, who).quotes()[0]["id"]
    return [Cell("counts", "GET", paths["counts"], 200, then=lists(around, who, counts=True)), Cell("all", "GET", paths["all"], 200, then=lists(around, who)),
            *(Cell(kind, "GET", paths[kind], 200, then=lists(around, who, kind)) for kind in ("open", "accepted", "closed")),
            *(Cell(name, "GET", paths[name], 400, "invalid_cursor", alike="no such cursor") for name in foreign),
            Cell("cursor of its own", "GET", f"/quotes?limit=100&cursor={own}", 200, then=lists(around, who, after=first)),
            Cell("cursor of its own for another kind", "GET", f"/quotes?state=open&cursor={own}", 400, "invalid_cursor", alike="no such cursor"),
            Cell("wrong", "GET", "/quotes?state=expired", 400, "invalid_field"), Cell("unknown", "GET", "/quotes?q=a", 400, "unknown_parameter")]


def asked_for(around: Surroundings, principal: Principal) -> dict[str, int]:
    """Every quote that there is of the own client and of others, and one that never was."""
    account = principal.account
    client = principal.acting.client if principal.acting else "One"
    return {**{f"own, {what}": quote for what, quote in account.quotes[client].items()}, "random": random_id(),
            **{f"of the other client, {what}": quote for what, quote in account.quotes[other_client(principal)].items()},
            **{f"of the other account, {what}": quote for what, quote in around.other_account(account).quotes["One"].items()}}


def one_quote(around: Surroundings, principal: Principal, suffix: str) -> list[Cell]:
    truth = Truth(around.world, principal.acting) if principal.acting else None
    shown = {int(item["id"]): item for item in truth.quotes() if item["file"] or not suffix} if truth else {}
    cells = []
    for name, quote_id in asked_for(around, principal).items():
        path = f"/quotes/{quote_id}{suffix}"
        if truth is None:
            cells.append(Cell(name, "GET", path, 401, "not_signed_in", alike="refused"))
        elif quote_id not in shown:
            cells.append(Cell(name, "GET", path, 404, "not_found", alike="missing"))
        elif suffix:
            cells.append(Cell(name, "GET", path, 200, content=truth.content("quote", quote_id)))
        else:
            cells.append(Cell(name, "GET", path, 200, body=shown[quote_id]))
    return [*cells, *malformed(principal, bool(truth) and principal.may_decide_quotes(), "/quotes/{}" + suffix)]


def get_quote(around: Surroundings, principal: Principal) -> list[Cell]:
    cells = one_quote(around, principal, "")
    if principal.acting and principal.may_decide_quotes():
        told = {cell.name: cell.body for cell in cells if cell.body}
        assert told["own, moved"]["decisions"] == [] and told["own, changed since"]["decision"] is None and len(told["own, changed since"]["decisions"]) == 1
        assert len(told["own, changes requested"]["decisions"]) == 2
    return cells


def get_quote_content(around: Surroundings, principal: Principal) -> list[Cell]:
    return one_quote(around, principal, "/content")


def decide_quote(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    accepted = {"revision": 1, "decision": "accepted"}
    asked = asked_for(around, principal)
    path = "/quotes/{}/decision"
    if principal.acting is None:
        return [Cell(name, "POST", path.format(quote), 401, "not_signed_in", json=accepted, alike="refused") for name, quote in asked.items()]
    if not principal.may_decide_quotes():
        return [Cell(name, "POST", path.format(quote), 404, "not_found", json=accepted, alike="missing") for name, quote in asked.items()]
    who = principal.acting
    own = world.add_quote(account, who.client, "to be decided")
    gone = {"invisible", "withdrawn"}
    late = {what: quote for what, quote in account.quotes[who.client].items() if what in ("accepted", "declined", "expired", "superseded", "changed since", "moved")}

    def is_decided(answer, _) -> str | None:
        told = answer.json()
        expected = next(item for item in Truth(world, who).quotes() if item["id"] == str(own))
        told_staff = world.rows("SELECT count(*) FROM portal.outbox_message WHERE quote_id = %s AND kind = 'quote_decided'", own)[0][0]
        return None if told == expected and told["decision"]["decided_by"]["name"].endswith(" Doe") and told_staff else f"{told} instead of {expected}, {told_staff} mails"
    return [
        Cell("a wish", "POST", path.format(own), 200, json={"revision": 1, "decision": "changes_requested", "reason": "Later,\nplease."}, then=is_decided),
        Cell("declined without a reason", "POST", path.format(own), 400, "invalid_field", json={"revision": 1, "decision": "declined"}),
        Cell("another revision", "POST", path.format(own), 409, "conflict", json={**accepted, "revision": 2}),
        *(Cell(f"own, accepted, turn {turn}", "POST", path.format(own), 200, json=accepted, then=is_decided) for turn in (1, 2)),
        Cell("own, declined after all", "POST", path.format(own), 409, "conflict", json={"revision": 1, "decision": "declined", "reason": "No."}),
        *(Cell(f"own, {what}", "POST", path.format(quote), 409, "conflict", json=accepted) for what, quote in late.items()),
        *(Cell(name, "POST", path.format(quote), 404, "not_found", json=accepted, alike="missing") for name, quote in asked.items()
          if not name.startswith("own") or name.removeprefix("own, ") in gone),
        *(Cell(f"not to be chosen: {name}", "POST", path.format(own), 400, "invalid_field", json={**accepted, name: value})
          for name, value in (("method", "phone"), ("decided_by", "Somebody"), ("membership_id", "1"), ("total", 1))),
    ]


CELLS = {cells.__name__: cells for cells in (list_quotes, get_quote, get_quote_content, decide_quote)}
