"""Every operation of the API, with a request that it understands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.api.things import REQUESTS


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    scope: str | None
    secured: bool
    request: dict[str, Any]

    @property
    def names(self) -> list[str]:
        """Its path parameters."""
        return re.findall(r"{(\w+)}", self.path)

    def at(self, ids: dict[str, Any]) -> str:
        return self.path.format(**ids)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """All of the document's, in its order."""
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            name = one["operationId"]
            request = REQUESTS.get(name) or _example_request(document, one)
            yield Operation(name, method.upper(), path, one.get("x-scope"), bool(one.get("security")), request)


def _example_request(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return {}
    return {"json": example(document, content["application/json"]["schema"])}


def example(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """A value that the schema allows: its example, else the smallest there is."""
    if "$ref" in schema:
        return example(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    for word in ("examples", "enum"):
        if word in schema:
            return schema[word][0]
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return example(document, schema["anyOf"][0])
    if schema.get("type") == "object":
        return {name: example(document, schema["properties"][name]) for name in schema.get("required", [])}
    if schema.get("type") == "array":
        return [example(document, schema["items"])] * schema.get("minItems", 0)
    smallest = {"string": "x" * max(1, schema.get("minLength", 1)), "boolean": False, "null": None}
    return smallest.get(schema.get("type", ""), schema.get("minimum", 1))
