"""Rows of how the account's mail leaves."""

from cells import Cell
from operations import Surroundings
from principals import Principal
from staffing import ask

PATH = "/staff/mail-settings"


def settings_of(around: Surroundings, account) -> dict:
    rows = around.world.rows("SELECT sender_name, sender_address, reply_to FROM portal.mail_setting WHERE account_id = %s AND smtp_host IS NULL", account.account_id)
    return {**dict(zip(("sender_name", "sender_address", "reply_to"), rows[0] if rows else (None, None, None))), "server": None}


def has_settings(expected: dict):
    return lambda answer, client: None if {**expected, **answer.json()} == {**answer.json(), **expected} else f"it is {answer.json()}"


def get_mail_settings(around: Surroundings, principal: Principal) -> list[Cell]:
    return [ask(principal, "viewer", "own", "GET", PATH, 200, then=has_settings(settings_of(around, principal.account)))]


def set_mail_settings(around: Surroundings, principal: Principal) -> list[Cell]:
    now = settings_of(around, principal.account)
    server = {"host": "smtp.example", "port": 587, "security": "starttls", "username": None}
    return [ask(principal, "owner", "as they are", "PUT", PATH, 200, json=now, then=has_settings(now)),
            ask(principal, "owner", "a server without an address", "PUT", PATH, 400, "invalid_field", json={**now, "sender_address": None, "server": server}),
            ask(principal, "owner", "an address without a server", "PUT", PATH, 400, "invalid_field", json={**now, "sender_address": "a@elsewhere.example"})]


def test_mail_settings(around: Surroundings, principal: Principal) -> list[Cell]:
    def went_to_me(answer, client) -> str | None:
        whose = (principal.account.account_id, principal.staff.staff_id)
        rows = around.world.rows("SELECT recipient, kind FROM portal.outbox_message WHERE account_id = %s AND staff_id = %s", *whose)
        around.world.rows("DELETE FROM portal.outbox_message WHERE account_id = %s AND staff_id = %s", *whose)
        return None if rows == [(principal.staff.email, "mail_test")] else f"it went to {rows}"
    return [ask(principal, "manager", "to myself", "POST", f"{PATH}/test", 202, json={}, then=went_to_me)]


CELLS = {cells.__name__: cells for cells in (get_mail_settings, set_mail_settings, test_mail_settings)}
