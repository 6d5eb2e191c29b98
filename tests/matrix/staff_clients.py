"""Rows of clients, contacts and sites as staff see and change them."""

import itertools

from cells import Cell
from operations import Surroundings
from principals import Principal
from staffing import ask, strange_ids

_numbers = itertools.count(1)


def own_and_foreign(around: Surroundings, principal: Principal) -> tuple[int, dict[str, int]]:
    return principal.account.clients["One"], {"of the other account": around.other_account(principal.account).clients["One"]}


def contact_of(around: Surroundings, account, client_id: int) -> int:
    return around.world.insert("contact", "contact_id", account_id=account.account_id, client_id=client_id, kind="phone", value=f"+44 20 {next(_numbers):08d}")


def site_of(around: Surroundings, account, client_id: int) -> int:
    return around.world.insert("site", "site_id", account_id=account.account_id, client_id=client_id, name=f"Yard {next(_numbers)}")


def list_clients(around: Surroundings, principal: Principal) -> list[Cell]:
    def are_own(answer, client) -> str | None:
        names = [item["name"] for item in answer.json()["items"]]
        own = [name for name, in around.world.rows("SELECT name FROM portal.client WHERE account_id = %s ORDER BY sort_name, client_id LIMIT 100",
                                                   principal.account.account_id)]
        return None if names == own else f"{names} instead of {own}"

    def found(answer, client) -> str | None:
        ids = {int(item["id"]) for item in answer.json()["items"]}
        return None if principal.account.clients["One"] in ids and ids <= {
            number for number, in around.world.rows("SELECT client_id FROM portal.client WHERE account_id = %s", principal.account.account_id)
        } else f"found {ids}"
    ((name,),) = around.world.rows("SELECT name FROM portal.client WHERE client_id = %s", principal.account.clients["One"])
    return [ask(principal, "viewer", "all", "GET", "/staff/clients?limit=100", 200, then=are_own),
            ask(principal, "viewer", "search", "GET", f"/staff/clients?limit=100&q={name.split()[0]}", 200, then=found),
            ask(principal, "viewer", "cursor random", "GET", "/staff/clients?cursor=AAAA", 400, "invalid_cursor")]


def get_client(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = own_and_foreign(around, principal)

    def is_it(answer, client) -> str | None:
        body = answer.json()
        sites = {str(number) for number, in around.world.rows("SELECT site_id FROM portal.site WHERE client_id = %s", own)}
        return None if body["id"] == str(own) and {site["id"] for site in body["sites"]} == sites and sites else f"{body}"
    return [ask(principal, "viewer", "own", "GET", f"/staff/clients/{own}", 200, then=is_it),
            *strange_ids(principal, "viewer", "GET", "/staff/clients/{}", foreign)]


def create_client(around: Surroundings, principal: Principal) -> list[Cell]:
    name = f"Made {next(_numbers)} of {principal.name}"

    def is_there(answer, client) -> str | None:
        rows = around.world.rows("SELECT name FROM portal.client WHERE account_id = %s AND client_id = %s", principal.account.account_id, int(answer.json()["id"]))
        return None if rows == [(name,)] else f"{rows}"
    return [ask(principal, "manager", "new", "POST", "/staff/clients", 201, json={"kind": "organisation", "organisation_name": name}, then=is_there)]


def update_client(around: Surroundings, principal: Principal) -> list[Cell]:
    _, foreign = own_and_foreign(around, principal)
    own = around.world.insert("client", "client_id", account_id=principal.account.account_id, kind="organisation", organisation_name="Before")

    def is_changed(answer, client) -> str | None:
        return None if around.world.rows("SELECT name FROM portal.client WHERE client_id = %s", own) == [("After",)] else "not changed"
    change = {"organisation_name": "After"}
    return [ask(principal, "manager", "own", "PATCH", f"/staff/clients/{own}", 200, json=change, then=is_changed),
            *strange_ids(principal, "manager", "PATCH", "/staff/clients/{}", foreign, json=change)]


def parts(around: Surroundings, principal: Principal, make, kind: str) -> tuple[int, int, dict[str, int]]:
    """A client of its own, a part of it, and parts that are none of this client."""
    own, foreign = own_and_foreign(around, principal)
    other = around.other_account(principal.account)
    return own, make(around, principal.account, own), {
        "of the other client": make(around, principal.account, principal.account.clients["Two"]),
        "of the other account": make(around, other, foreign["of the other account"])}


def created(around: Surroundings, principal: Principal, kind: str, body: dict) -> list[Cell]:
    own, foreign = own_and_foreign(around, principal)

    def is_there(answer, client) -> str | None:
        rows = around.world.rows(f"SELECT client_id FROM portal.{kind} WHERE account_id = %s AND {kind}_id = %s", principal.account.account_id,
                                 int(answer.json()["id"]))
        return None if rows == [(own,)] else f"{rows}"
    return [ask(principal, "manager", "new", "POST", f"/staff/clients/{own}/{kind}s", 201, json=body, then=is_there),
            *strange_ids(principal, "manager", "POST", f"/staff/clients/{{}}/{kind}s", foreign, json=body)]


def create_contact(around: Surroundings, principal: Principal) -> list[Cell]:
    return created(around, principal, "contact", {"kind": "email", "value": f"new{next(_numbers)}@mail.example"})


def create_site(around: Surroundings, principal: Principal) -> list[Cell]:
    return created(around, principal, "site", {"name": f"Site {next(_numbers)}"})


def changed(around: Surroundings, principal: Principal, kind: str, make) -> list[Cell]:
    own, part, foreign = parts(around, principal, make, kind)

    def is_changed(answer, client) -> str | None:
        return None if around.world.rows(f"SELECT name FROM portal.{kind} WHERE {kind}_id = %s", part) == [("After",)] else "not changed"
    change = {"name": "After"}
    return [ask(principal, "manager", "own", "PATCH", f"/staff/clients/{own}/{kind}s/{part}", 200, json=change, then=is_changed),
            *strange_ids(principal, "manager", "PATCH", f"/staff/clients/{own}/{kind}s/{{}}", foreign, json=change)]


def deleted(around: Surroundings, principal: Principal, kind: str, make) -> list[Cell]:
    own, part, foreign = parts(around, principal, make, kind)

    def is_gone(answer, client) -> str | None:
        left = around.world.rows(f"SELECT {kind}_id FROM portal.{kind} WHERE {kind}_id = ANY (%s)", [part, *foreign.values()])
        return None if {number for number, in left} == set(foreign.values()) else f"left: {left}"
    return [*strange_ids(principal, "manager", "DELETE", f"/staff/clients/{own}/{kind}s/{{}}", foreign),
            ask(principal, "manager", "own", "DELETE", f"/staff/clients/{own}/{kind}s/{part}", 204, then=is_gone)]


def update_contact(around: Surroundings, principal: Principal) -> list[Cell]:
    return changed(around, principal, "contact", contact_of)


def delete_contact(around: Surroundings, principal: Principal) -> list[Cell]:
    return deleted(around, principal, "contact", contact_of)


def update_site(around: Surroundings, principal: Principal) -> list[Cell]:
    return changed(around, principal, "site", site_of)


def delete_site(around: Surroundings, principal: Principal) -> list[Cell]:
    return deleted(around, principal, "site", site_of)


def apply_client_rows(around: Surroundings, principal: Principal) -> list[Cell]:
    name = f"Row {next(_numbers)} of {principal.name}"
    outcome = {"created": 1, "updated": 0, "unchanged": 0, "errors": []}

    def are_there(count: int):
        def look(answer, client) -> str | None:
            rows = around.world.rows("SELECT account_id FROM portal.client WHERE name = %s", name)
            return None if rows == [(principal.account.account_id,)] * count else f"{rows}"
        return look

    def body(dry_run: bool) -> dict:
        return {"dry_run": dry_run, "rows": [{"line": 2, "name": name}]}
    return [ask(principal, "manager", "tried", "POST", "/staff/clients/rows", 200, json=body(True), body=outcome, then=are_there(0)),
            ask(principal, "manager", "done", "POST", "/staff/clients/rows", 200, json=body(False), body=outcome, then=are_there(1))]


CELLS = {cells.__name__: cells for cells in (list_clients, get_client, create_client, update_client, create_contact, update_contact, delete_contact,
                                             create_site, update_site, delete_site, apply_client_rows)}
