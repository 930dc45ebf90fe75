"""Errors as answers, and pages."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from printdock import errors
from printdock.api import problems
from printdock.api.paging import cursor
from printdock.api.problems import STATUS_BY_CLASS, Problem, status_of
from printdock.errors import PrintdockError
from tests.api.conftest import Api


def _kinds(root: type[PrintdockError]) -> Iterator[type[PrintdockError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from _kinds(kind)


def test_every_error_has_a_status() -> None:
    for kind in _kinds(PrintdockError):
        assert any(base in STATUS_BY_CLASS for base in kind.__mro__), f"{kind.__name__} is not in the table"
    assert status_of(errors.UsageError("x", code="template_exists")) == 409
    assert status_of(PrintdockError("x")) == 500


def test_a_problem_has_the_declared_form(small_api: Api) -> None:
    answer = small_api.script()("GET", "templates/4711")
    assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    Problem.model_validate(body)
    assert (body["type"], body["title"], body["status"], body["code"]) == (
        "urn:printdock:problem:no_such_template", "Not Found", 404, "no_such_template",
    )  # fmt: skip
    assert body["detail"] and "remedy" in body


@pytest.mark.parametrize(
    ("method", "path", "request_", "status", "code"),
    [
        ("GET", "nothing/here", {}, 404, "not_found"),
        ("PUT", "templates", {}, 405, "method_not_allowed"),
        ("GET", "templates/none", {}, 422, "invalid_request"),
        ("GET", "templates/99999999999", {}, 422, "invalid_request"),
        ("POST", "templates", {"content": b"{"}, 422, "invalid_request"),
        ("POST", "templates", {"json": {"name": "a\0b", "like": "Mug 11oz"}}, 422, "invalid_request"),
        ("POST", "templates", {"json": {"name": "a/b", "like": "Mug 11oz"}}, 422, "wrong_use"),
        ("POST", "templates", {"json": {"name": "x", "like": "No such"}}, 422, "unknown_preset"),
        ("POST", "templates", {"json": {"name": "x"}}, 422, "no_print_size"),
        ("GET", "templates?limit=0", {}, 422, "invalid_request"),
        ("GET", "templates?cursor=nonsense", {}, 422, "bad_cursor"),
        ("GET", "keys?cursor=WyJ4Il0", {}, 422, "bad_cursor"),
    ],
)
def test_a_wrong_request_is_named(
    small_api: Api, method: str, path: str, request_: dict[str, Any], status: int, code: str
) -> None:
    answer = small_api.script()(method, path, **request_)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_database_that_is_away_is_503_without_its_address(
    small_api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    script = small_api.script()

    def away(*_: object) -> None:
        raise errors.DatabaseUnavailable("The database postgresql://db.internal/x does not answer.")

    monkeypatch.setattr("printdock.api.routes.templates.queries.list_templates", away)
    answer = script("GET", "templates")
    assert answer.status_code == 503 and answer.headers["retry-after"]
    assert "db.internal" not in answer.text and "db.internal" in caplog.text


def test_an_unforeseen_error_is_logged_once_and_told_without_its_inside(
    small_api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    script = small_api.script()

    def broken(*_: object) -> None:
        raise RuntimeError("very internal")

    monkeypatch.setattr("printdock.api.routes.templates.queries.list_templates", broken)
    with caplog.at_level(logging.INFO):
        answer = script("GET", "templates")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "very internal" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    (line,) = [line for line in caplog.records if line.exc_info]
    assert line.name == "printdock.api" and "very internal" in caplog.text


def test_pages_hold_everything_once(small_api: Api) -> None:
    script = small_api.script()
    names = [f"Mug {number:02}" for number in range(7)]
    for name in names:
        assert script("POST", "templates", json={"name": name, "like": "Mug 11oz"}).status_code == 201
    seen, place = [], None
    while True:
        page = script("GET", "templates", params={"limit": 3} | ({"cursor": place} if place else {})).json()
        seen.append([one["name"] for one in page["items"]])
        place = page["next"]
        if place is None:
            break
    assert seen == [names[:3], names[3:6], names[6:]]
    assert place is None and problems.status_of(errors.UsageError("", code="bad_cursor")) == 422
    assert script("GET", "templates", params={"cursor": cursor("Mug 06")}).json() == {"items": [], "next": None}


def test_a_template_is_changed_for_what_comes(small_api: Api) -> None:
    script = small_api.script()
    made = script("POST", "templates", json={"name": "Tag", "like": "Mug 11oz", "first_number": 7}).json()
    path = f"templates/{made['id']}"
    changed = script("PATCH", path, json={"recipe": {"dpi": 150}, "prefix": "DTF", "next_number": 9}).json()
    assert (changed["recipe"]["dpi"], changed["prefix"], changed["next_number"]) == (150, "DTF", 9)
    assert changed["recipe"]["width_in"] == made["recipe"]["width_in"]
    assert script("GET", path).json() == changed
    assert script("PATCH", path, json={"next_number": 8}).json()["code"] == "number_taken"
    assert script("PATCH", path, json={"recipe": {"dpi": 1}}).status_code == 422
    assert script("POST", "templates", json={"name": "Tag", "like": "Mug 11oz"}).status_code == 409


def test_the_document_is_complete(small_api: Api) -> None:
    """Of every operation: an id of its own, a tag, a description, declared problems; and no reference leads nowhere."""
    document = small_api.document()
    seen = set()
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            assert one["operationId"] not in seen, one["operationId"]
            seen.add(one["operationId"])
            assert one["tags"] and set(one["tags"]) <= {tag["name"] for tag in document["tags"]}, path
            assert one["description"], (method, path)
            if path.startswith("/api/"):
                assert "application/problem+json" in one["responses"]["default"]["content"], (method, path)
                assert one.get("security") is None or {"401", "403"} <= set(one["responses"]), (method, path)
    assert set(document["components"]["securitySchemes"]) == {"key", "session"}
    for name in _references(document):
        assert name in document["components"]["schemas"], name
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object" and not name.startswith(("Page_", "Body_")):
            assert schema.get("description"), f"{name} has no description"


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].removeprefix("#/components/schemas/")
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)
