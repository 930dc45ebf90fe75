"""What an ASGI server runs: ``granian --interface asgi --factory printdock.asgi:create``, or `printdock serve`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from printdock.api.app import create_app
from printdock.settings import Settings, load
from printdock.wiring import Services, open_services, open_telemetry


def create() -> FastAPI:
    """The application, by the settings of the environment; opens nothing before it is started."""
    settings = load()
    return create_app(_opened(settings), works=settings.server_jobs)


@contextmanager
def _opened(settings: Settings) -> Iterator[Services]:
    with open_telemetry(settings), open_services(settings) as services:
        yield services
