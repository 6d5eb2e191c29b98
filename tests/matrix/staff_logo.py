"""Rows of the logo as staff send it in."""

from support.uploads import png

from cells import Cell
from operations import Surroundings
from principals import Principal
from staffing import ask

PATH = "/staff/portal/logo"


def put_staff_logo(around: Surroundings, principal: Principal) -> list[Cell]:
    def waits(answer, client) -> str | None:
        found = around.world.rows("SELECT state FROM portal.logo_upload WHERE account_id = %s", principal.account.account_id)
        around.world.rows("DELETE FROM portal.logo_upload WHERE account_id = %s RETURNING 1", principal.account.account_id)
        return None if found == [("processing",)] else f"{found} is in the table"
    return [ask(principal, "manager", "own", "PUT", PATH, 202, sent=png(), headers={"Content-Type": "image/png"}, body={"logo_state": "processing"}, then=waits),
            ask(principal, "manager", "a drawing", "PUT", PATH, 415, "unsupported_media_type", sent=b"<svg/>", headers={"Content-Type": "image/png"})]


def remove_staff_logo(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account

    def is_gone(answer, client) -> str | None:
        ((logo, waiting),) = around.world.rows("""SELECT logo_hash, (SELECT count(*) FROM portal.logo_upload u WHERE u.account_id = p.account_id)
                                                  FROM portal.portal p WHERE account_id = %s""", account.account_id)
        around.world.show_logo(account)
        return None if (logo, waiting) == (None, 0) else "it is still there"
    return [ask(principal, "manager", "own", "DELETE", PATH, 204, then=is_gone)]


CELLS = {"put_staff_logo": put_staff_logo, "remove_staff_logo": remove_staff_logo}
