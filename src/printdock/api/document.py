"""The OpenAPI document: what FastAPI cannot know by itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from printdock.api.problems import CONTENT, Problem

TAGS = [
    {"name": "session", "description": "Signing in and out, and one's own account."},
    {"name": "people", "description": "A shop's members, and invitations."},
    {"name": "keys", "description": "API keys for scripts."},
    {"name": "audit", "description": "What was done, by whom."},
    {"name": "shops", "description": "The tenants. Every other resource belongs to one."},
    {"name": "templates", "description": "The products a shop sells, and how art becomes a print file for each."},
    {"name": "uploads", "description": "Batches of designs sent together."},
    {"name": "designs", "description": "Designs and their print files."},
    {"name": "duplicates", "description": "What was refused or flagged, and a person's decisions."},
    {"name": "mockups", "description": "Mockup sets and rendered mockups."},
    {"name": "jobs", "description": "Background work."},
    {"name": "events", "description": "What happens, as it happens (server-sent events)."},
    {"name": "health", "description": "For load balancers and supervisors."},
]

DESCRIPTION = """\
Designs in, print-ready files on the NAS, no duplicates, no losses.

A call is made for one shop: that of the API key, or the current shop of the session. Another shop's things are not
found (404). Errors are problem details (RFC 9457) with a stable `code` and a `remedy`. Lists come in pages: pass `next`
of one as `cursor` of the next."""


def operation_id(route: APIRoute) -> str:
    """A route's name in generated clients: that of its function."""
    return route.name


def document(app: FastAPI) -> dict[str, Any]:
    """The document of ``app``, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=_used_tags(app)
        )
        _declare_problems(made)
        app.openapi_schema = made
    return app.openapi_schema


def _used_tags(app: FastAPI) -> list[dict[str, str]]:
    used = {tag for route in app.routes if isinstance(route, APIRoute) for tag in route.tags}
    return [tag for tag in TAGS if tag["name"] in used]


def _declare_problems(made: dict[str, Any]) -> None:
    """Every operation may end in a problem; say in which, by what it has: parameters, security, a database."""
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(own.pop("$defs", {}) | {"Problem": own})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, operations in made["paths"].items():
        for operation in operations.values():
            if path.startswith("/api/"):
                _declare(operation)


def _declare(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    statuses = [503]
    if "parameters" in operation or "requestBody" in operation:
        statuses.append(422)
    if operation.get("security"):
        statuses += [401, 403]
    if "requestBody" in operation:
        statuses.append(400)
    for status in statuses:
        responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": CONTENT}
    responses["default"] = {"description": "Any other problem", "content": CONTENT}
