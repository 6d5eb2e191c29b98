"""Rows of what other systems feed with their keys."""

import json

from cells import Cell
from operations import Surroundings
from principals import Principal

NDJSON = {"Content-Type": "application/x-ndjson"}
NOTHING = {"created": 0, "updated": 0, "unchanged": 0, "withdrawn": 0, "wrong_lines": 0, "errors": []}


def refusal(principal: Principal, scope: str) -> dict | None:
    """What those get who may not, whatever they ask; None for those who may."""
    if principal.scope is None:
        return {"status": 401, "code": "invalid_key"}
    return None if principal.scope == scope else {"status": 403, "code": "permission_required"}


def ask(principal: Principal, name: str, method: str, path: str, status: int, code: str | None = None, *, lines: list[dict] | None = None, **expected) -> Cell:
    request = {} if lines is None else {"headers": NDJSON, "sent": "\n".join(map(json.dumps, lines)).encode()}
    refused = refusal(principal, "import")
    if refused:
        return Cell(name, method, path, **request, alike=f"refused {method}", **refused)
    return Cell(name, method, path, status, code, **request, **expected)


def client(external_id: str, name: str = "Imported") -> dict:
    return {"external_id": external_id, "kind": "organisation", "organisation_name": name}


def feed(around: Surroundings, principal: Principal) -> str:
    """The external id of a client of the principal's account; there is one of the same id in the other account."""
    external_id = "matrix-fed"
    for account in (around.world.matrix, around.world.elsewhere):
        around.world.rows("""INSERT INTO portal.client (account_id, kind, organisation_name, external_id, imported) VALUES (%s, 'organisation', %s, %s, true)
                             ON CONFLICT (account_id, external_id) DO UPDATE SET organisation_name = excluded.organisation_name, withdrawn_at = null""",
                          account.account_id, f"Fed of {account.slug}", external_id)
    return external_id


def import_lines(around: Surroundings, principal: Principal) -> list[Cell]:
    external_id = feed(around, principal)
    name = f"Fed of {principal.account.slug}"
    other = around.other_account(principal.account)

    def left_alone(answer, _) -> str | None:
        ((theirs,),) = around.world.rows("SELECT organisation_name FROM portal.client WHERE account_id = %s AND external_id = %s", other.account_id, external_id)
        return None if theirs == f"Fed of {other.slug}" else "the other account's client was changed"
    theirs = client("matrix-theirs")
    around.world.rows("""INSERT INTO portal.client (account_id, kind, organisation_name, external_id) VALUES (%s, 'organisation', 'Theirs', 'matrix-theirs')
                         ON CONFLICT DO NOTHING""", other.account_id)
    around.world.rows("DELETE FROM portal.client WHERE account_id = %s AND external_id = 'matrix-theirs'", principal.account.account_id)
    return [
        ask(principal, "nothing", "PUT", "/import/clients", 200, lines=[], body=NOTHING),
        ask(principal, "what is known", "PUT", "/import/clients", 200, lines=[client(external_id, name)], body={**NOTHING, "unchanged": 1}),
        ask(principal, "a change", "PUT", "/import/clients", 200, lines=[client(external_id, "Changed")], body={**NOTHING, "updated": 1}, then=left_alone),
        ask(principal, "a reference to the other account's client", "PUT", "/import/sites", 400, "import_refused",
            lines=[{"external_id": "matrix-site", "client": theirs["external_id"], "name": "Site"}]),
        ask(principal, "an unknown kind", "PUT", "/import/robots", 404, "not_found", lines=[]),
    ]


def get_imported(around: Surroundings, principal: Principal) -> list[Cell]:
    external_id = feed(around, principal)
    foreign = f"only-not-at-{principal.account.slug}"
    around.world.rows("""INSERT INTO portal.client (account_id, kind, organisation_name, external_id) VALUES (%s, 'organisation', 'Theirs', %s)
                         ON CONFLICT DO NOTHING""", around.other_account(principal.account).account_id, foreign)
    ((number,),) = around.world.rows("SELECT client_id FROM portal.client WHERE account_id = %s AND external_id = %s", principal.account.account_id, external_id)
    body = {"id": str(number), "external_id": external_id, "version": None, "deleted": False, "kind": "organisation",
            "organisation_name": f"Fed of {principal.account.slug}", "first_name": None, "middle_name": None, "surname": None}
    return [
        ask(principal, "own", "GET", f"/import/clients?external_id={external_id}", 200, body=body),
        ask(principal, "unknown", "GET", "/import/clients?external_id=nobody", 404, "not_found", alike="missing"),
        ask(principal, "of the other account", "GET", f"/import/clients?external_id={foreign}", 404, "not_found", alike="missing"),
        ask(principal, "of another kind", "GET", f"/import/sites?external_id={external_id}", 404, "not_found", alike="missing"),
    ]


CELLS = {cells.__name__: cells for cells in (import_lines, get_imported)}
