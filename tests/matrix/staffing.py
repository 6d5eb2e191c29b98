"""What the rows of operations for staff have in common. A new area has a file staff_<area>.py of its own beside this one, with a function
for each operation that takes (around, principal), and `CELLS = {...}` at its end; nothing else needs to be said anywhere.

    def list_things(around, principal):
        return [ask(principal, "viewer", "all", "GET", "/staff/things", 200, body=...),
                *strange_ids(principal, "viewer", "GET", "/staff/things/{}", {"of the other account": ...})]
"""

from cells import Cell
from operations import random_id
from principals import Principal

ROLES = ("viewer", "manager", "owner")


def refusal(principal: Principal, at_least: str) -> dict | None:
    """What those get who may not, whatever they ask; None for those who may."""
    if principal.staff is None:
        return {"status": 401, "code": "not_signed_in"}
    if ROLES.index(principal.staff.role) < ROLES.index(at_least):
        return {"status": 403, "code": "permission_required"}
    return None


def ask(principal: Principal, at_least: str, name: str, method: str, path: str, status: int, code: str | None = None, *, json=None, sent=None, headers=None,
        **expected) -> Cell:
    """A request with what it brings to those whose role may do at least what `at_least` may."""
    refused = refusal(principal, at_least)
    if refused:
        return Cell(name, method, path, json=json, sent=sent, headers=headers, alike=f"refused {method}", **refused)
    return Cell(name, method, path, status, code, json=json, sent=sent, headers=headers, **expected)


def strange_ids(principal: Principal, at_least: str, method: str, path: str, foreign: dict[str, int], *, json=None, sent=None, headers=None) -> list[Cell]:
    """Ids in the place of {} that name nothing of this account: all answered alike."""
    names = {"random": random_id(), **foreign}
    return [ask(principal, at_least, f"{name}: {method} {path}", method, path.format(number), 404, "not_found", json=json, sent=sent, headers=headers, alike=f"missing {method} {path}")
            for name, number in names.items()]
