"""One file a resource. Routers below ``/api/v1`` are in `API`, the others in `ROOT`."""

from __future__ import annotations

from fastapi import APIRouter

from printdock.api import old
from printdock.api.routes import (
    audit,
    designs,
    downloads,
    duplicates,
    etsy,
    events,
    files,
    health,
    jobs,
    keys,
    library,
    links,
    listing_plan,
    listing_templates,
    listing_words,
    listings,
    metrics,
    mockup_editor,
    mockup_sets,
    mockups,
    oidc,
    people,
    samples,
    session,
    settings,
    shops,
    storage,
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
    mockup_sets.router,
    mockup_editor.router,
    mockups.router,
    downloads.router,
    etsy.router,
    listing_templates.router,
    listing_plan.router,
    listing_words.router,
    listings.router,
    jobs.router,
    samples.router,
    library.router,
    storage.router,
    settings.router,
    files.router,
)
ROOT: tuple[APIRouter, ...] = (health.router, metrics.router, old.router)
