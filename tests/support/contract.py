"""Holds answers against docs/openapi.yaml: status, headers, content type and body of the operation that was asked."""

import functools
import re

import jsonschema
import yaml

from support import places
from support.client import Answer, Client

BASE = "/api/v1"


@functools.cache
def document() -> dict:
    return yaml.safe_load((places.ROOT / "docs/openapi.yaml").read_text())


@functools.cache
def _operations() -> list[tuple[re.Pattern, dict]]:
    """Paths with their operations; fixed paths before those with parameters."""
    paths = sorted(document()["paths"].items(), key=lambda entry: entry[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations) for path, operations in paths]


def _resolve(node: dict) -> dict:
    while "$ref" in node:
        target = document()
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def _validate(value, schema: dict) -> None:
    resolver = jsonschema.RefResolver("", document())
    jsonschema.Draft202012Validator(schema, resolver=resolver, format_checker=jsonschema.FormatChecker()).validate(value)


def check(method: str, path: str, answer: Answer) -> None:
    """Fails unless the contract describes this answer to this request. A method that the path does not have, and a path that
    does not exist, are left to the test."""
    target = path.partition("?")[0]
    in_api = target.startswith(BASE + "/")
    target = target.removeprefix(BASE) if in_api else target
    # A path with servers of its own stands outside the API.
    operations = next((found for pattern, found in _operations() if pattern.fullmatch(target) and in_api != ("servers" in found)), {})
    operation = operations.get(method.lower())
    if operation is None:
        return
    described = operation["responses"].get(str(answer.status))
    assert described, f"{method} {path} answered {answer.status}, which the contract does not know: {answer.text}"
    described = _resolve(described)
    for name, header in described.get("headers", {}).items():
        values = answer.all_headers(name)
        # Set-Cookie is the one header that may come more than once.
        assert len(values) == 1 or (values and name == "Set-Cookie"), f"{method} {path}, {answer.status}: {name} came {len(values)} times"
        for value in values:
            _validate(value, _resolve(header)["schema"])
    content = described.get("content", {})
    media_type = (answer.header("Content-Type") or "").partition(";")[0]
    if not content:
        assert not answer.body, f"{method} {path}, {answer.status}: a body where the contract has none"
        return
    assert media_type in content, f"{method} {path}, {answer.status}: {media_type} is not in the contract"
    if "schema" not in content[media_type]:  # the bytes of a file
        return
    body = answer.json()
    _validate(body, content[media_type]["schema"])
    # The contract allows further members, so that it can grow; the server sends none that it does not name.
    if media_type == "application/problem+json":
        unknown = set(body) - set(document()["components"]["schemas"]["Problem"]["properties"])
        assert not unknown, unknown
        assert body["status"] == answer.status


class CheckedClient(Client):
    """A client that holds every answer against the contract."""

    def request(self, method: str, path: str, **options) -> Answer:
        answer = super().request(method, path, **options)
        check(method, path, answer)
        return answer
