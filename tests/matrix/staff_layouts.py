"""Rows of the account's own invitations."""

from cells import Cell
from operations import Surroundings
from principals import Principal
from staffing import ask

OWN = {"language": "es", "sms": {"text": "Hola {{client.name}}: {{activation.url}}"}}
PATH = "/staff/invitation-layouts"


def list_invitation_layouts(around: Surroundings, principal: Principal) -> list[Cell]:
    def both(answer, client) -> str | None:
        return None if [item["language"] for item in answer.json()["items"]] == ["en", "es"] else "not both languages"
    return [ask(principal, "viewer", "both languages", "GET", PATH, 200, then=both)]


def set_invitation_layout(around: Surroundings, principal: Principal) -> list[Cell]:
    def is_own(answer, client) -> str | None:
        item = answer.json()["items"][1]
        return None if item["sms"] == {**OWN["sms"], "is_default": False} and item["email"]["is_default"] else f"it is {item}"
    return [ask(principal, "manager", "own", "PUT", PATH, 200, json=OWN, then=is_own),
            ask(principal, "manager", "wrong", "PUT", PATH, 400, "invalid_field", json={"language": "es", "sms": {"text": "{{nobody}}"}})]


def preview_invitation_layout(around: Surroundings, principal: Principal) -> list[Cell]:
    def names_the_account(answer, client) -> str | None:
        return None if f"Business {principal.account.slug}" in answer.json()["email"]["html"] else "another account"
    return [ask(principal, "viewer", "as it is", "POST", f"{PATH}/preview", 200, json={"language": "en"}, then=names_the_account)]


def test_invitation_layout(around: Surroundings, principal: Principal) -> list[Cell]:
    def went_to_me(answer, client) -> str | None:
        rows = around.world.rows("SELECT recipient, kind FROM portal.outbox_message WHERE account_id = %s AND staff_id = %s",
                                 principal.account.account_id, principal.staff.staff_id)
        around.world.rows("DELETE FROM portal.outbox_message WHERE account_id = %s AND staff_id = %s", principal.account.account_id, principal.staff.staff_id)
        return None if rows == [(principal.staff.email, "invitation_test")] else f"it went to {rows}"
    return [ask(principal, "manager", "to myself", "POST", f"{PATH}/test", 202, json={"language": "en", "channel": "email"}, then=went_to_me)]


# pytest takes no function of this name for a test: it looks at files called test_*.
CELLS = {cells.__name__: cells for cells in (list_invitation_layouts, set_invitation_layout, preview_invitation_layout, test_invitation_layout)}
