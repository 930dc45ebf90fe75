"""One file a resource. Routers below ``/api/v1`` are in `API`, the others in `ROOT`."""

from __future__ import annotations

from fastapi import APIRouter

from printdock.api.routes import health, shops, templates

API: tuple[APIRouter, ...] = (shops.router, templates.router)
ROOT: tuple[APIRouter, ...] = (health.router,)
