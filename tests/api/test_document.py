"""The OpenAPI document is complete: whoever reads it need not try."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.walk import operations

#: Answers that are no JSON of ours: pictures, archives, numbers.
_BINARY = {"get_file", "head_file", "export_mockup_set", "read_metrics"}


@pytest.fixture
def document(small_api: Api) -> dict[str, Any]:
    return small_api.document()


def _each(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_says_what_it_is(document: dict[str, Any]) -> None:
    known = {tag["name"] for tag in document["tags"]}
    ids = [operation["operationId"] for _, operation in _each(document)]
    assert len(ids) == len(set(ids))
    for name, operation in _each(document):
        assert operation.get("summary") and operation.get("description"), name
        assert operation.get("tags") and set(operation["tags"]) <= known, name
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert parameter.get("description"), (name, parameter["name"])


def test_every_operation_below_the_api_declares_its_problems(document: dict[str, Any]) -> None:
    for name, operation in _each(document):
        path = name.split(" ", 1)[1]
        if not path.startswith(("/api/", "/mockups/")):
            continue
        responses = operation["responses"]
        assert "503" in responses and "default" in responses, name
        if operation.get("security"):
            assert {"401", "403"} <= set(responses), name
            assert operation.get("x-scope") or operation["tags"] in (["session"], ["shops"]), name
        if "{" in path and operation["operationId"] not in ("look_at_link", "use_link"):
            assert "404" in responses, name
        for status, response in responses.items():
            if status not in ("200", "201", "202", "204", "206", "302", "303", "304", "307"):
                media = response.get("content", {})
                assert "application/problem+json" in media or operation["tags"] == ["session"], (name, status)


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, operation in _each(document):
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            if media == "application/json":
                assert _has_example(content["schema"], schemas), name
        if name.startswith("HEAD"):
            continue
        for status, response in operation["responses"].items():
            for media, content in response.get("content", {}).items():
                if media == "application/json" and operation["operationId"] not in _BINARY:
                    assert content.get("schema"), (name, status)


#: What asks in its query for what only the caller knows, or needs a shop that is connected.
_ASKED_IN_QUERIES = {"return_from_etsy", "list_design_words", "list_etsy_names"}


def test_requests_that_the_document_shows_are_understood(small_api: Api) -> None:
    """An example that is refused for its form teaches the wrong thing."""
    call = small_api.script()
    for one in operations(small_api.document()):
        if one.id.startswith("follow_") or one.id in _ASKED_IN_QUERIES:  # a stream that goes on for ever
            continue
        if one.method == "GET" and not one.names and one.path.startswith("/api/") and one.scope:
            answer = call("GET", one.path)
            assert answer.status_code == 200, (str(one), answer.text)


def _has_example(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0) -> bool:
    """Whether it, or one of its fields, shows an example; a value with few forms need not."""
    if depth > 6:
        return False
    if "$ref" in schema:
        return _has_example(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, depth + 1)
    if any(word in schema for word in ("examples", "example", "enum", "const", "default")):
        return True
    if schema.get("type") in ("boolean", "null"):
        return True
    parts = [*schema.get("anyOf", []), *schema.get("allOf", []), *schema.get("properties", {}).values()]
    parts += [schema["items"]] if "items" in schema else []
    return any(_has_example(part, schemas, depth + 1) for part in parts)
