"""One request of the matrix with what must come back, and the comparison of the two."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import jsonschema

from support import contract
from support.client import Answer, Client
from support.world import World

from principals import Principal, browser

VARYING_HEADERS = {"date", "etag", "x-request-id"}


@dataclass
class Cell:
    name: str
    method: str
    path: str  # below /api/v1, or from the root when it begins with "//"
    status: int
    code: str | None = None  # of the problem
    body: object = None  # the whole answer, where it is known
    json: object = None
    sent: bytes | None = None  # the body, where it is no JSON
    headers: dict[str, str] | None = None
    host: str | None = None  # another host than the principal's own
    content: bytes | None = None  # the whole answer, where it is a file
    cache_control: str = "no-store"
    canaries: bool = False  # staff see what members must not
    alike: str | None = None  # answers of one such group are equal to the last byte
    then: Callable[[Answer, Client], str | None] | None = None  # looks further; what it says is wrong


def check(world: World, principal: Principal, cells: list[Cell], *, against_contract: bool = True) -> list[str]:
    """Sends every request; what came back otherwise than the matrix, or docs/openapi.yaml, says."""
    faults = []
    groups: dict[str, tuple[str, object]] = {}
    for cell in cells:
        client = browser(world, principal)
        if cell.host:
            client.host = cell.host
        path = cell.path[1:] if cell.path.startswith("//") else "/api/v1" + cell.path
        answer = client.request(cell.method, path, json=cell.json, body=cell.sent, headers=cell.headers)
        faults += [f"{cell.name}: {fault}" for fault in faults_of(cell, answer, client)]
        if against_contract:
            faults += [f"{cell.name}: {fault}" for fault in faults_of_form(cell, path, answer)]
        if cell.alike:
            first, expected = groups.setdefault(cell.alike, (cell.name, normalised(answer)))
            if normalised(answer) != expected:
                faults.append(f"{cell.name}: is not answered like '{first}':\n    {normalised(answer)}\n    {expected}")
    return faults


def faults_of(cell: Cell, answer: Answer, client: Client) -> list[str]:
    faults = []
    if answer.status != cell.status:
        faults.append(f"status {answer.status} instead of {cell.status}: {answer.body[:300]!r}")
    elif answer.code != cell.code:
        faults.append(f"code {answer.code} instead of {cell.code}")
    elif cell.body is not None and arranged(answer.json()) != arranged(cell.body):
        faults.append(f"body\n    {json.dumps(answer.json())}\n  instead of\n    {json.dumps(cell.body)}")
    elif cell.content is not None and answer.body != cell.content:
        faults.append(f"bytes {answer.body[:200]!r} instead of {cell.content[:200]!r}")
    elif cell.then and (wrong := cell.then(answer, client)):
        faults.append(wrong)
    if answer.header("Cache-Control") != (cell.cache_control if answer.status == cell.status else "no-store"):
        faults.append(f"Cache-Control is {answer.header('Cache-Control')}")
    if (b"CANARY" in answer.body and not (cell.canaries and answer.status == 200)) or any("CANARY" in value for _, value in answer.headers):
        faults.append("holds a CANARY")
    return faults


def faults_of_form(cell: Cell, path: str, answer: Answer) -> list[str]:
    try:
        contract.check(cell.method, path, answer)
    except (AssertionError, jsonschema.ValidationError) as error:
        return [f"not as docs/openapi.yaml has it: {error}"]
    return []


def arranged(body):
    """Permissions are a set."""
    if isinstance(body, dict) and "membership" in body:
        membership = {**body["membership"], "permissions": sorted(body["membership"]["permissions"])}
        return {**body, "membership": membership}
    return body


def normalised(answer: Answer) -> tuple:
    """Everything of an answer but the time and the number of the request."""
    headers = sorted((name.lower(), value) for name, value in answer.headers if name.lower() not in VARYING_HEADERS)
    return answer.status, headers, re.sub(rb'"request_id":"[^"]*"', b'"request_id":"-"', answer.body)
