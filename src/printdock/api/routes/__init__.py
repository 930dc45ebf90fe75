"""One file a resource. Routers below ``/api/v1`` are in `API`, the others in `ROOT`."""

from __future__ import annotations

from fastapi import APIRouter

from printdock.api.routes import (
    audit,
    designs,
    duplicates,
    events,
    files,
    health,
    keys,
    links,
    metrics,
    oidc,
    people,
    session,
    shops,
    templates,
    uploads,
)

API: tuple[APIRouter, ...] = (
    session.router,
    links.router,
    oidc.router,
    people.router,
    keys.router,
    audit.router,
    shops.router,
    templates.router,
    uploads.router,
    events.router,
    designs.router,
    duplicates.router,
    files.router,
)
ROOT: tuple[APIRouter, ...] = (health.router, metrics.router)
