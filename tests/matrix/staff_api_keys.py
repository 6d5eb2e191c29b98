"""Rows of the keys that owners make for other systems."""

import secrets

from cells import Cell
from operations import Surroundings
from principals import Principal
from staffing import ask, strange_ids
from support.truth import rfc3339

PATH = "/staff/api-keys"


def add_key(around: Surroundings, account_id: int) -> int:
    return around.world.insert("api_key", "api_key_id", account_id=account_id, name="matrix", key_hash=secrets.token_bytes(32), scopes=["import"])


def list_api_keys(around: Surroundings, principal: Principal) -> list[Cell]:
    rows = around.world.rows("""SELECT api_key_id, name, scopes, created_at, last_used_at FROM portal.api_key WHERE account_id = %s AND revoked_at IS NULL
                                ORDER BY api_key_id DESC""", principal.account.account_id)
    items = [{"id": str(number), "name": name, "scopes": scopes, "created_at": rfc3339(created_at), "last_used_at": last_used_at and rfc3339(last_used_at),
              "created_by": None} for number, name, scopes, created_at, last_used_at in rows]

    def shows_them(answer, _) -> str | None:
        shown = [{**item, "created_by": None, "last_used_at": None} for item in answer.json()["items"]]
        expected = [{**item, "last_used_at": None} for item in items]
        return None if [item for item in shown if item in expected] == expected else "other keys than those of the account"
    return [ask(principal, "owner", "all", "GET", PATH, 200, then=shows_them)]


def create_api_key(around: Surroundings, principal: Principal) -> list[Cell]:
    def is_good(answer, client) -> str | None:
        key = answer.json()["key"]
        found = client.get("/api/v1/import/clients?external_id=nobody", headers={"Authorization": f"Bearer {key}"})
        return None if found.status == 404 else f"the new key is answered {found.status}"
    return [ask(principal, "owner", "new", "POST", PATH, 201, json={"name": "ERP", "scopes": ["import"]}, then=is_good),
            ask(principal, "owner", "without scopes", "POST", PATH, 400, "invalid_field", json={"name": "ERP", "scopes": []})]


def revoke_api_key(around: Surroundings, principal: Principal) -> list[Cell]:
    own = add_key(around, principal.account.account_id)
    foreign = add_key(around, around.other_account(principal.account).account_id)

    def is_dead(answer, _) -> str | None:
        ((revoked_at,),) = around.world.rows("SELECT revoked_at FROM portal.api_key WHERE api_key_id = %s", own)
        return None if revoked_at and not answer.body else "the key is still alive"
    return [ask(principal, "owner", "own", "DELETE", f"{PATH}/{own}", 204, then=is_dead),
            ask(principal, "owner", "own, again", "DELETE", f"{PATH}/{own}", 404, "not_found", alike=f"missing DELETE {PATH}/{{}}"),
            *strange_ids(principal, "owner", "DELETE", PATH + "/{}", {"of the other account": foreign})]


CELLS = {cells.__name__: cells for cells in (list_api_keys, create_api_key, revoke_api_key)}
