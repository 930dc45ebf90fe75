"""What an ASGI server runs: ``granian --interface asgi --factory printdock.asgi:create``, or `printdock serve`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from printdock.api.app import create_app
from printdock.settings import Settings, load
from printdock.web.pages import add_pages
from printdock.wiring import Services, open_services, open_telemetry


def create() -> FastAPI:
    """The application, by the settings of the environment; opens nothing before it is started."""
    settings = load()
    app = create_app(_opened(settings), works=settings.server_jobs)
    add_pages(app, cdn_url=settings.cdn_url)
    return app


@contextmanager
def _opened(settings: Settings) -> Iterator[Services]:
    with open_telemetry(settings), open_services(settings) as services:
        yield services
