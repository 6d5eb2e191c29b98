"""Rows of the mails of which members choose, each for the present membership."""

from cells import Cell
from operations import Surroundings, with_membership_shown
from principals import Principal

AVAILABLE = {"new_quotes": "accept_quotes", "new_invoices": "view_invoices", "completed_jobs": "view_completed_jobs"}
PATH = "/me/notifications"


def answer(principal: Principal, chosen: list[str]) -> dict:
    return {"notifications": chosen, "available": [name for name, permission in AVAILABLE.items() if permission in principal.acting.permissions]}


def get_my_notifications(around: Surroundings, principal: Principal) -> list[Cell]:
    if principal.acting is None:
        return [Cell("own", "GET", PATH, 401, "not_signed_in")]
    around.world.rows("UPDATE portal.membership SET notifications = '{completed_jobs}' WHERE membership_id = %s", principal.acting.membership_id)
    body = answer(principal, ["completed_jobs"])
    return [Cell("own", "GET", PATH, 200, body=body), Cell("of somebody else", "GET", f"{PATH}?membership_id=1", 400, "unknown_parameter"),
            *with_membership_shown(around, principal, PATH, body)]


def put_my_notifications(around: Surroundings, principal: Principal) -> list[Cell]:
    everything = list(AVAILABLE)
    if principal.acting is None:
        return [Cell("own", "PUT", PATH, 401, "not_signed_in", json={"notifications": everything})]
    own = principal.acting.membership_id

    def is_the_only_one(answer, client) -> str | None:
        rows = around.world.rows("SELECT membership_id FROM portal.membership WHERE notifications = %s::text[]", everything)
        return None if rows == [(own,)] else f"chosen for {rows}"
    around.world.rows("UPDATE portal.membership SET notifications = '{}'")
    wrong = {"a list of something else": {"notifications": ["weather"]}, "twice the same": {"notifications": ["new_quotes", "new_quotes"]}, "nothing": {}, "no list": {"notifications": "new_quotes"},
             "of somebody else": {"notifications": [], "membership_id": str(around.logins[principal.account.slug].membership_id)}}
    return [Cell("own", "PUT", PATH, 200, json={"notifications": everything}, body=answer(principal, everything), then=is_the_only_one),
            *(Cell(name, "PUT", PATH, 400, "invalid_field", json=body) for name, body in wrong.items()),
            Cell("none", "PUT", PATH, 200, json={"notifications": []}, body=answer(principal, []))]


CELLS = {"get_my_notifications": get_my_notifications, "put_my_notifications": put_my_notifications}
