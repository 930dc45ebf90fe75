"""What an ASGI server runs: ``granian --interface asgi --factory printdock.asgi:create``, or `printdock serve`."""

from __future__ import annotations

import logging

from fastapi import FastAPI

from printdock.api.app import create_app
from printdock.settings import load
from printdock.web.pages import add_pages
from printdock.wiring import open_services


def create() -> FastAPI:
    """The application, by the settings of the environment; opens nothing before it is started."""
    settings = load()
    log = logging.getLogger("printdock.storage")
    app = create_app(open_services(settings, on_storage=log.warning))
    add_pages(app, cdn_url=settings.cdn_url)
    return app
