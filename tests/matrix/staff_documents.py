"""Rows of documents as staff file them."""

from support.truth import rfc3339
from support.uploads import headers_of
from support.world import PDF

from cells import Cell
from operations import Surroundings
from principals import Principal
from staffing import ask, strange_ids


def seen_by_staff(around: Surroundings, document_id: int) -> dict:
    ((client_id, client, name, media_type, size, visible, created_at, hidden),) = around.world.rows(
        """SELECT d.client_id, c.name, d.name, d.media_type, d.size_bytes, d.is_visible, d.created_at,
             array(SELECT membership_id FROM portal.document_hidden_from h WHERE h.document_id = d.document_id ORDER BY 1)
           FROM portal.document d JOIN portal.client c USING (account_id, client_id) WHERE document_id = %s""", document_id)
    return {"id": str(document_id), "client": {"id": str(client_id), "name": client}, "name": name, "type": media_type, "size": size, "visible": visible,
            "hidden_from": [str(each) for each in hidden], "created_at": rfc3339(created_at), "url": f"/api/v1/staff/documents/{document_id}/content"}


def files(around: Surroundings, principal: Principal) -> tuple[int, int]:
    """A document of the account and one of the other."""
    world, account = around.world, principal.account
    return (world.add_document(account, "One", "Of the matrix.pdf", is_visible=False),
            world.add_document(around.other_account(account), "One", "Of the other account.pdf", is_visible=False))


def list_staff_documents(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = files(around, principal)
    client_id = principal.account.clients["One"]
    strange = around.other_account(principal.account).clients["One"]
    path = "/staff/documents"
    return [
        ask(principal, "viewer", "the newest of a client", "GET", f"{path}?client_id={client_id}&q=Of%20the%20matrix&limit=100", 200,
            then=lambda answer, _: None if seen_by_staff(around, own) in answer.json()["items"] else "it is not there"),
        ask(principal, "viewer", "of a client of the other account", "GET", f"{path}?client_id={strange}", 200, body={"items": [], "next_cursor": None}),
        ask(principal, "viewer", "wrong", "GET", f"{path}?client_id=abc", 400, "invalid_field"),
    ]


def get_staff_document(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = files(around, principal)
    return [ask(principal, "viewer", "own", "GET", f"/staff/documents/{own}", 200, body=seen_by_staff(around, own)),
            *strange_ids(principal, "viewer", "GET", "/staff/documents/{}", {"of the other account": foreign})]


def get_staff_document_content(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = files(around, principal)
    content = PDF + f"Of the matrix.pdf of One at {principal.account.slug}".encode()
    return [ask(principal, "viewer", "own", "GET", f"/staff/documents/{own}/content", 200, content=content),
            *strange_ids(principal, "viewer", "GET", "/staff/documents/{}/content", {"of the other account": foreign})]


def add_staff_document(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    path = "/staff/documents?client_id={}"
    sent = PDF + b"added by the matrix"

    def is_filed(answer, client) -> str | None:
        return None if answer.json() == seen_by_staff(around, int(answer.json()["id"])) else "it is not what is in the table"
    return [
        ask(principal, "manager", "own", "POST", path.format(account.clients["One"]), 201, sent=sent, headers=headers_of("Added.pdf"), then=is_filed),
        ask(principal, "manager", "a page that calls itself a PDF", "POST", path.format(account.clients["One"]), 415, "unsupported_media_type",
            sent=b"<html>", headers=headers_of("Added.pdf")),
        *strange_ids(principal, "manager", "POST", path, {"of the other account": around.other_account(account).clients["One"]}, sent=sent,
                     headers=headers_of("Added.pdf")),
    ]


def replace_staff_document(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = files(around, principal)
    path = "/staff/documents/{}/content"
    sent = PDF + b"another one"
    said = {"sent": sent, "headers": headers_of("Another.pdf")}
    return [
        ask(principal, "manager", "own", "PUT", path.format(own), 200, **said,
            then=lambda answer, _: None if answer.json()["size"] == len(sent) and answer.json()["name"] == "Of the matrix.pdf" else "it is not replaced"),
        *strange_ids(principal, "manager", "PUT", path, {"of the other account": foreign}, **said),
    ]


def change_staff_document(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = files(around, principal)
    colleague = around.colleague[principal.account.slug]["One"].membership_id
    of_another_client = around.colleague[principal.account.slug]["Two"].membership_id
    path = "/staff/documents/{}"
    expected = {**seen_by_staff(around, own), "name": "Renamed.pdf", "visible": True, "hidden_from": [str(colleague)]}
    return [
        ask(principal, "manager", "own", "PATCH", path.format(own), 200, json={"name": "Renamed.pdf", "visible": True, "hidden_from": [str(colleague)]},
            body=expected),
        ask(principal, "manager", "hidden from a member of another client", "PATCH", path.format(own), 404, "not_found",
            json={"hidden_from": [str(of_another_client)]}),
        ask(principal, "manager", "unknown", "PATCH", path.format(own), 400, "invalid_field", json={"client_id": "1"}),
        *strange_ids(principal, "manager", "PATCH", path, {"of the other account": foreign}, json={"visible": True}),
    ]


def remove_staff_document(around: Surroundings, principal: Principal) -> list[Cell]:
    own, foreign = files(around, principal)

    def is_gone(answer, client) -> str | None:
        left = around.world.rows("SELECT document_id FROM portal.document WHERE document_id = ANY(%s)", [own, foreign])
        return None if left == [(foreign,)] else f"{left} is left"
    return [*strange_ids(principal, "manager", "DELETE", "/staff/documents/{}", {"of the other account": foreign}),
            ask(principal, "manager", "own", "DELETE", f"/staff/documents/{own}", 204, then=is_gone)]


CELLS = {
    "list_staff_documents": list_staff_documents,
    "get_staff_document": get_staff_document,
    "get_staff_document_content": get_staff_document_content,
    "add_staff_document": add_staff_document,
    "replace_staff_document": replace_staff_document,
    "change_staff_document": change_staff_document,
    "remove_staff_document": remove_staff_document,
}
