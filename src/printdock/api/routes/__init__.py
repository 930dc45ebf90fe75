"""One file a resource. Routers below ``/api/v1`` are in `API`, the others in `ROOT`."""

from __future__ import annotations

from fastapi import APIRouter

from printdock.api.routes import audit, health, keys, links, oidc, people, session, shops, templates

API: tuple[APIRouter, ...] = (
    session.router,
    links.router,
    oidc.router,
    people.router,
    keys.router,
    audit.router,
    shops.router,
    templates.router,
)
ROOT: tuple[APIRouter, ...] = (health.router,)
