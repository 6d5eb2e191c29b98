"""Rows of the files of quotes, which other systems feed."""

from support.world import PDF

from cells import Cell
from key_import import ask_with_file, fed_client
from operations import Surroundings
from principals import Principal


def announce(around: Surroundings, account, external_id: str) -> None:
    around.world.rows("""INSERT INTO portal.quote (account_id, client_id, number, issued_on, currency, total_minor, external_id) VALUES (%s, %s, 'A-1', current_date, 'EUR', 100, %s)
                         ON CONFLICT (account_id, external_id) DO UPDATE SET content_hash = null, size_bytes = 0, withdrawn_at = null""",
                      account.account_id, fed_client(around, account), external_id)


def fill_quote(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = "matrix-quote", f"quote-not-at-{principal.account.slug}"
    other = around.other_account(principal.account)
    announce(around, principal.account, own)
    announce(around, other, foreign)
    announce(around, other, own)
    path = "/import/quotes/content?external_id={}"
    sent = PDF + b"fed by the matrix"

    def is_filled(answer, _) -> str | None:
        rows = around.world.rows("SELECT account_id, size_bytes, media_type FROM portal.quote WHERE external_id = %s AND content_hash IS NOT NULL", own)
        return None if rows == [(principal.account.account_id, len(sent), "application/pdf")] and answer.json()["number"] == "A-1" else f"it stands otherwise in the table: {rows}"
    return [
        ask_with_file(principal, "own", "PUT", path.format(own), 200, sent=sent, then=is_filled),
        ask_with_file(principal, "a page that calls itself a quote", "PUT", path.format(own), 415, "unsupported_media_type", sent=b"<html>"),
        ask_with_file(principal, "unknown", "PUT", path.format("nobody"), 404, "not_found", sent=sent, alike="no quote"),
        ask_with_file(principal, "of the other account", "PUT", path.format(foreign), 404, "not_found", sent=sent, alike="no quote"),
    ]


CELLS = {"fill_quote": fill_quote}
