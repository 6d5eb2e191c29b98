"""Rows of what other systems feed with their keys."""

import json
import secrets

from support.uploads import png
from support.world import PDF

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


OCTETS = {"Content-Type": "application/octet-stream"}


def ask_with_file(principal: Principal, name: str, method: str, path: str, status: int, code: str | None = None, *, sent: bytes | None = None, **expected) -> Cell:
    request = {} if sent is None else {"headers": OCTETS, "sent": sent}
    refused = refusal(principal, "import")
    if refused:
        return Cell(name, method, path, **request, alike=f"refused {method}", **refused)
    return Cell(name, method, path, status, code, **request, **expected)


def fed_client(around: Surroundings, account) -> int:
    """Nobody's whose lists are compared."""
    ((client_id,),) = around.world.rows("""INSERT INTO portal.client (account_id, kind, organisation_name, external_id) VALUES (%s, 'organisation', 'Fed alone', 'matrix-alone')
                                           ON CONFLICT (account_id, external_id) DO UPDATE SET organisation_name = excluded.organisation_name RETURNING client_id""", account.account_id)
    return client_id


def announce(around: Surroundings, account, external_id: str) -> None:
    around.world.rows("""INSERT INTO portal.document (account_id, client_id, name, media_type, size_bytes, external_id) VALUES (%s, %s, 'Announced.pdf', 'application/pdf', 0, %s)
                         ON CONFLICT (account_id, external_id) DO UPDATE SET content_hash = null, size_bytes = 0, withdrawn_at = null""",
                      account.account_id, fed_client(around, account), external_id)


def fill_document(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = "matrix-document", f"document-not-at-{principal.account.slug}"
    other = around.other_account(principal.account)
    announce(around, principal.account, own)
    announce(around, other, foreign)
    announce(around, other, own)
    path = "/import/documents/content?external_id={}"
    sent = PDF + b"fed by the matrix"

    def is_filled(answer, _) -> str | None:
        rows = around.world.rows("SELECT account_id, size_bytes FROM portal.document WHERE external_id = %s AND content_hash IS NOT NULL", own)
        return None if rows == [(principal.account.account_id, len(sent))] and answer.json()["name"] == "Announced.pdf" else f"it stands otherwise in the table: {rows}"
    return [
        ask_with_file(principal, "own", "PUT", path.format(own), 200, sent=sent, then=is_filled),
        ask_with_file(principal, "a page that calls itself a PDF", "PUT", path.format(own), 415, "unsupported_media_type", sent=b"<html>"),
        ask_with_file(principal, "unknown", "PUT", path.format("nobody"), 404, "not_found", sent=sent, alike="no document"),
        ask_with_file(principal, "of the other account", "PUT", path.format(foreign), 404, "not_found", sent=sent, alike="no document"),
    ]


def fed_job(around: Surroundings, account, external_id: str) -> None:
    world = around.world
    ((template,),) = world.rows("SELECT min(job_template_id) FROM portal.job_template WHERE account_id = %s", account.account_id)
    world.rows("""INSERT INTO portal.job_field (account_id, field_group, key, label, type, external_id) VALUES (%s, 'report', 'matrix_photos', 'Photos', 'photo', 'matrix-photos')
                  ON CONFLICT DO NOTHING""", account.account_id)
    world.rows("""INSERT INTO portal.job (account_id, number, client_id, job_template_id, external_id) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
               account.account_id, 10**12 + secrets.randbelow(10**12), fed_client(around, account), template, external_id)
    world.rows("DELETE FROM portal.job_file WHERE account_id = %s AND job_id IN (SELECT job_id FROM portal.job WHERE external_id = %s)", account.account_id, external_id)


def job_files(around: Surroundings, principal: Principal) -> tuple[str, str]:
    """The external id of a job of the account, which the other account has, too; and one that only the other has."""
    own, foreign = "matrix-job", f"job-not-at-{principal.account.slug}"
    other = around.other_account(principal.account)
    for account, external_id in ((principal.account, own), (other, own), (other, foreign)):
        fed_job(around, account, external_id)
    return own, foreign


FILES = "/import/jobs/files?external_id={}"
PLACE = "&field=report.matrix_photos&position=1"


def fill_job_file(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = job_files(around, principal)
    sent = png(5, 5)

    def is_filled(answer, _) -> str | None:
        rows = around.world.rows("SELECT f.account_id, f.size_bytes FROM portal.job_file f JOIN portal.job j USING (account_id, job_id) WHERE j.external_id = %s", own)
        return None if rows == [(principal.account.account_id, len(sent))] and len(answer.json()["items"]) == 1 else f"it stands otherwise in the table: {rows}"
    put = f"{FILES}{PLACE}&name=boiler.png"
    return [
        ask_with_file(principal, "own", "PUT", put.format(own), 200, sent=sent, then=is_filled),
        ask_with_file(principal, "a document where photos belong", "PUT", put.replace(".png", ".pdf").format(own), 415, "unsupported_media_type", sent=PDF),
        ask_with_file(principal, "unknown", "PUT", put.format("nobody"), 404, "not_found", sent=sent, alike="no job"),
        ask_with_file(principal, "of the other account", "PUT", put.format(foreign), 404, "not_found", sent=sent, alike="no job"),
    ]


def put_one(around: Surroundings, account, external_id: str) -> None:
    around.world.rows("""INSERT INTO portal.job_file (account_id, job_id, job_field_id, type, position, name, media_type, size_bytes, content_hash)
                         SELECT j.account_id, j.job_id, f.job_field_id, 'photo', 1, 'one.png', 'image/png', 9, sha256('one') FROM portal.job j JOIN portal.job_field f USING (account_id)
                         WHERE j.account_id = %s AND j.external_id = %s AND f.key = 'matrix_photos'""", account.account_id, external_id)


def remove_job_file(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = job_files(around, principal)
    other = around.other_account(principal.account)
    for account, external_id in ((principal.account, own), (other, own), (other, foreign)):
        put_one(around, account, external_id)

    def is_removed(answer, _) -> str | None:
        rows = around.world.rows("SELECT DISTINCT f.account_id FROM portal.job_file f JOIN portal.job j USING (account_id, job_id) WHERE j.external_id = %s", own)
        return None if rows == [(other.account_id,)] else f"others were removed, or not this one: {rows}"
    return [
        ask(principal, "of the other account", "DELETE", FILES.format(foreign) + PLACE, 404, "not_found", alike="no file"),
        ask(principal, "unknown", "DELETE", FILES.format("nobody") + PLACE, 404, "not_found", alike="no file"),
        ask(principal, "own", "DELETE", FILES.format(own) + PLACE, 204, then=is_removed),
    ]


def list_job_files(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = job_files(around, principal)
    put_one(around, principal.account, own)
    item = {"field": "report.matrix_photos", "position": 1, "name": "one.png", "type": "image/png", "size": 9,
            "content": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"}
    return [
        ask(principal, "own", "GET", FILES.format(own), 200, body={"items": [item]}),
        ask(principal, "of the other account", "GET", FILES.format(foreign), 404, "not_found", alike="missing"),
        ask(principal, "unknown", "GET", FILES.format("nobody"), 404, "not_found", alike="missing"),
    ]


def invite_by_key(around: Surroundings, principal: Principal) -> list[Cell]:
    external_id = feed(around, principal)
    foreign = f"only-not-at-{principal.account.slug}"
    around.world.rows("""INSERT INTO portal.client (account_id, kind, organisation_name, external_id) VALUES (%s, 'organisation', 'Theirs', %s)
                         ON CONFLICT DO NOTHING""", around.other_account(principal.account).account_id, foreign)
    address = f"by-key-{secrets.token_hex(6)}@mail.example"

    def is_written_to(answer, _) -> str | None:
        rows = around.world.rows("SELECT o.account_id, o.recipient FROM portal.outbox_message o WHERE o.recipient = %s", address)
        return None if rows == [(principal.account.account_id, address)] and answer.json()["items"][0]["outcome"] == "invited" else f"not written to: {rows}, {answer.text}"

    def ask_to_invite(name: str, status: int, code: str | None = None, *, invitations: list[dict], **expected) -> Cell:
        request = {"json": {"invitations": invitations}}
        refused = refusal(principal, "invite")
        if refused:
            return Cell(name, "POST", "/invitations", **request, alike="refused POST", **refused)
        return Cell(name, "POST", "/invitations", status, code, **request, **expected)
    return [
        ask_to_invite("own", 200, invitations=[{"client": external_id, "email": address}], then=is_written_to),
        ask_to_invite("of the other account, and nobody's", 200, invitations=[{"client": foreign, "email": address}, {"client": "nobody", "email": address}],
                      body={"items": [{"client": foreign, "outcome": "not_found"}, {"client": "nobody", "outcome": "not_found"}]}),
        ask_to_invite("wrong", 400, "invalid_field", invitations=[{"client": external_id, "colour": "red"}]),
    ]


CELLS = {cells.__name__: cells for cells in (import_lines, get_imported, fill_document, fill_job_file, remove_job_file, list_job_files, invite_by_key)}
