"""Rows of what clients ask for, as members see it and ask for it."""

import secrets

from support.truth import Truth
from support.world import Membership

from cells import Cell
from operations import Surroundings, malformed, other_client, random_id, with_membership_shown
from principals import Principal

STATES = {"open": ("submitted", "acknowledged", "scheduled"), "closed": ("completed", "declined", "cancelled")}
REST = ("notes", "reply", "job")


def summaries(around: Surroundings, who: Membership, group: str | None = None) -> list[dict]:
    found = Truth(around.world, who).work_requests().values()
    return [{name: value for name, value in request.items() if name not in REST} for request in found if group is None or request["state"] in STATES[group]]


def lists(around: Surroundings, who: Membership, group: str | None = None, skip: int = 0):
    """Looked up once the answer is there: the rows of other cells ask for more."""
    def is_listed(answer, _) -> str | None:
        expected = {"items": summaries(around, who, group)[skip:], "next_cursor": None}
        return None if answer.json() == expected and expected["items"] else f"{answer.json()} instead of {expected}"
    return is_listed


def list_work_requests(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account

    def cursor_of(who: Membership) -> str:
        return around.world.signed_in(who).get("/api/v1/work-requests?limit=1").json()["next_cursor"]
    stranger = around.colleague[around.other_account(account).slug]["One"]
    foreign = {"cursor random": secrets.token_urlsafe(30), "cursor of a colleague": cursor_of(around.colleague[account.slug]["One"]),
               "cursor of the other client": cursor_of(around.colleague[account.slug]["Two"]), "cursor of the other account": cursor_of(stranger)}
    paths = {"all": "/work-requests?limit=100", "open": "/work-requests?state=open&limit=100", "closed": "/work-requests?state=closed&limit=100",
             "wrong": "/work-requests?state=submitted", **{name: f"/work-requests?limit=1&cursor={cursor}" for name, cursor in foreign.items()}}
    if principal.acting is None:
        return [Cell(name, "GET", path, 401, "not_signed_in", alike="refused") for name, path in paths.items()]
    if not principal.may_ask_for_work():
        cells = [Cell(name, "GET", path, 403, "permission_required", alike="refused") for name, path in paths.items()]
        return [*cells, *with_membership_shown(around, principal, "/work-requests", None, 403, "permission_required")]
    who = principal.acting
    return [Cell("all", "GET", paths["all"], 200, then=lists(around, who)), *(Cell(name, "GET", paths[name], 200, then=lists(around, who, name)) for name in STATES),
            Cell("wrong", "GET", paths["wrong"], 400, "invalid_field"),
            *(Cell(name, "GET", paths[name], 400, "invalid_cursor", alike="no such cursor") for name in foreign),
            Cell("cursor of its own", "GET", f"/work-requests?limit=100&cursor={cursor_of(who)}", 200, then=lists(around, who, skip=1))]


def asked_for(around: Surroundings, principal: Principal) -> list[tuple[str, int]]:
    """Every request that there is of the own client and of others, and one that never was."""
    account = principal.account
    client = principal.acting.client if principal.acting else "One"
    return [*((f"own, {state}", number) for state, number in around.requests[account.slug][client].items()), ("random", random_id()),
            *((f"of the other client, {state}", number) for state, number in around.requests[account.slug][other_client(principal)].items()),
            *((f"of the other account, {state}", number) for state, number in around.requests[around.other_account(account).slug]["One"].items())]


def get_work_request(around: Surroundings, principal: Principal) -> list[Cell]:
    shown = Truth(around.world, principal.acting).work_requests() if principal.acting else {}
    cells = []
    for name, number in asked_for(around, principal):
        path = f"/work-requests/{number}"
        if principal.acting is None:
            cells.append(Cell(name, "GET", path, 401, "not_signed_in", alike="refused"))
        elif number in shown:
            cells.append(Cell(name, "GET", path, 200, body=shown[number]))
        else:
            cells.append(Cell(name, "GET", path, 404, "not_found", alike="missing"))
    if principal.acting and principal.may_ask_for_work():
        jobs = {cell.name: cell.body["job"] for cell in cells if cell.body}
        assert (jobs["own, scheduled"] is not None) == ("view_job_status" in principal.acting.permissions) and jobs["own, completed"] is None
    return [*cells, *malformed(principal, bool(principal.acting) and principal.may_ask_for_work(), "/work-requests/{}")]


def create_work_request(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    client = principal.acting.client if principal.acting else "One"
    own, foreign = account.sites[client][0], {"of the other client": account.sites[other_client(principal)][0], "of the other account": around.other_account(account).sites["One"][0],
                                              "random": random_id()}
    wish = {"subject": "Asked for in the matrix", "site_id": str(own)}
    path = "/work-requests"
    if principal.acting is None:
        return [Cell("a wish", "POST", path, 401, "not_signed_in", json=wish)]
    if not principal.may_ask_for_work():
        return [Cell("a wish", "POST", path, 403, "permission_required", json=wish)]

    def is_there(answer, _) -> str | None:
        told = answer.json()
        expected = Truth(around.world, principal.acting).work_requests().get(int(told["id"]))
        return None if told == expected and told["is_own"] and told["subject"] == wish["subject"] else f"{told} instead of {expected}"
    return [Cell("a wish", "POST", path, 201, json=wish, then=is_there),
            *(Cell(f"a site {name}", "POST", path, 400, "invalid_field", json={**wish, "site_id": str(site)}, alike="no such site") for name, site in foreign.items()),
            *(Cell(f"not to be chosen: {name}", "POST", path, 400, "invalid_field", json={**wish, name: value})
              for name, value in (("state", "scheduled"), ("client_id", str(account.clients[other_client(principal)])), ("membership_id", "1"), ("reply", "yes")))]


def cancel_work_request(around: Surroundings, principal: Principal) -> list[Cell]:
    world, body = around.world, {"state": "cancelled"}
    asked = asked_for(around, principal)
    if principal.acting is None:
        return [Cell(name, "PATCH", f"/work-requests/{number}", 401, "not_signed_in", json=body, alike="refused") for name, number in asked]
    if not principal.may_ask_for_work():
        return [Cell(name, "PATCH", f"/work-requests/{number}", 404, "not_found", json=body, alike="missing") for name, number in asked]
    own = {state: world.add_request(principal.acting, f"Mine, {state}", state=state, age_hours=200) for state in ("submitted", "acknowledged", "scheduled", "completed", "declined", "cancelled")}

    def is_cancelled(answer, _) -> str | None:
        told = answer.json()
        return None if told["state"] == "cancelled" and told == Truth(world, principal.acting).work_requests()[int(told["id"])] else f"is {told}"
    return [*(Cell(f"mine, {state}", "PATCH", f"/work-requests/{number}", 200, json=body, then=is_cancelled) if state in ("submitted", "acknowledged", "cancelled")
              else Cell(f"mine, {state}", "PATCH", f"/work-requests/{number}", 409, "conflict", json=body) for state, number in own.items()),
            *(Cell(name, "PATCH", f"/work-requests/{number}", 409, "conflict", json=body) if name.startswith("own")
              else Cell(name, "PATCH", f"/work-requests/{number}", 404, "not_found", json=body, alike="missing") for name, number in asked),
            *(Cell(f"to {state}", "PATCH", f"/work-requests/{own['scheduled']}", 400, "invalid_field", json={"state": state}) for state in ("submitted", "completed"))]


CELLS = {cells.__name__: cells for cells in (list_work_requests, get_work_request, create_work_request, cancel_work_request)}
