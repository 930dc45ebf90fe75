"""The application: routes, errors, and a lifespan that owns the services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette_compress import CompressMiddleware

from printdock.api import routes
from printdock.api.background import Background
from printdock.api.bodies import LimitBodies
from printdock.api.document import document, operation_id
from printdock.api.headers import SafeHeaders
from printdock.api.idempotency import answer_replays
from printdock.api.measure import MeasureRequests
from printdock.api.problems import answer_errors
from printdock.api.state import Stopping
from printdock.wiring import Services, open_easel, sign_in_provider

PREFIX = "/api/v1"


def create_app(services: AbstractContextManager[Services], *, works: bool = True) -> FastAPI:
    """The ASGI application. ``services`` is entered when the server starts it and left when it ends; ``works``: whether
    it runs jobs in between.

    Nothing is opened before that: the OpenAPI document of an application that was never started is complete.
    """
    app = FastAPI(
        title="printdock",
        version=version("printdock"),
        generate_unique_id_function=operation_id,
        lifespan=_lifespan(services, works),
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # their pages load scripts of other hosts
        redoc_url=None,
    )
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    for router in routes.API:
        app.include_router(router, prefix=PREFIX)
    for router in routes.ROOT:
        app.include_router(router)
    answer_errors(app)
    answer_replays(app)
    app.add_middleware(CompressMiddleware)
    app.add_middleware(LimitBodies)
    app.add_middleware(SafeHeaders)
    app.add_middleware(MeasureRequests)
    return app


def _lifespan(
    services: AbstractContextManager[Services], works: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def live(app: FastAPI) -> AsyncIterator[None]:
        stopping = app.state.stopping = Stopping()
        # Opening may wait for a database: not in the event loop, which must notice a signal meanwhile.
        opened = app.state.services = await asyncio.to_thread(services.__enter__)
        try:
            app.state.easel = open_easel(opened.settings)
            app.state.provider = sign_in_provider(opened.settings)
            background = app.state.background = Background(opened, works=works)
            await asyncio.to_thread(background.start)
            resting: list[asyncio.Task[None]] = []
            try:
                # Jobs come to their end while the last requests are answered, not after.
                stopping.then(lambda: resting.append(asyncio.create_task(asyncio.to_thread(background.rest))))
                stopping.listen()
                yield
            finally:
                stopping.ask()
                await asyncio.gather(*resting)
                await asyncio.to_thread(background.close)
        finally:
            opened.stop.set()
            await asyncio.to_thread(services.__exit__, None, None, None)

    return live
