"""The OpenAPI document: what FastAPI cannot know by itself."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from printdock.api import routes
from printdock.api.caller import Allowed
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
    {"name": "downloads", "description": "Many files at once, as one ZIP file."},
    {"name": "samples", "description": "Sample data, to look around with."},
    {"name": "etsy", "description": "The shop's connection to Etsy, and the calls it has left today."},
    {"name": "listings", "description": "Drafts at Etsy: what they say, what they would need, what became of them."},
    {"name": "jobs", "description": "Background work."},
    {"name": "events", "description": "What happens, as it happens (server-sent events)."},
    {"name": "library", "description": "The shop's print files as a whole."},
    {"name": "files", "description": "Pictures by immutable addresses, which other answers name."},
    {"name": "storage", "description": "The NAS or folder that files are stored in."},
    {"name": "settings", "description": "What the server was told."},
    {"name": "old", "description": "The two endpoints of the replaced system, unchanged in form."},
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
        made = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
        _declare_problems(made)
        _declare_scopes(made)
        _describe_tags(made)
        app.openapi_schema = made
    return app.openapi_schema


def _declare_problems(made: dict[str, Any]) -> None:
    """Every operation may end in a problem; say in which, by what it has: parameters, security, a database."""
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(own.pop("$defs", {}) | {"Problem": own})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, operations in made["paths"].items():
        for operation in operations.values():
            if path.startswith(("/api/", "/mockups/")):
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


def _declare_scopes(made: dict[str, Any]) -> None:
    """``x-scope``: which of a key's or role's scopes an operation needs (`printdock.api.caller.Allowed`)."""
    scopes = {
        operation_id(route): str(one.call.scope)
        for router in (*routes.API, *routes.ROOT)
        for route in router.routes
        if isinstance(route, APIRoute)
        for one in route.dependant.dependencies
        if isinstance(one.call, Allowed)
    }
    for operation in _operations(made):
        if operation["operationId"] in scopes:
            operation["x-scope"] = scopes[operation["operationId"]]


def _describe_tags(made: dict[str, Any]) -> None:
    used = {tag for operation in _operations(made) for tag in operation["tags"]}
    made["tags"] = [tag for tag in TAGS if tag["name"] in used]


def _operations(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (operation for operations in made["paths"].values() for operation in operations.values())
