"""Counts and times requests, and puts a span and log fields around each: by the route's template, not by its address,
so that ten thousand designs are one number."""

from __future__ import annotations

import logging
import time
from typing import Any
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from printdock.telemetry import logs, meters, traces
from printdock.telemetry.table import HTTP_OPEN, HTTP_REQUESTS, HTTP_SECONDS

#: Methods that are named; any other word is a caller's own.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


_PREFIX = "/api/v1"


class MeasureRequests:
    """Outermost, so that what a request takes is all it takes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", request.encode())]}
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "other"
        request, begun = uuid4().hex, time.perf_counter()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with (
            logs.bound(request=request),
            meters.raised(HTTP_OPEN),
            traces.request_span(f"{method} request", headers) as span,
        ):
            try:
                await self.app(scope, receive, watched)
            finally:
                route = _route(scope)
                seconds = time.perf_counter() - begun
                meters.count(HTTP_REQUESTS, method=method, route=route, status=str(status))
                meters.observe(HTTP_SECONDS, seconds, method=method, route=route)
                _name(span, method, route, status)
                logs.event(
                    "request",
                    level=_level(status),
                    method=method,
                    route=route,
                    status=status,
                    ms=round(seconds * 1000, 1),
                )


def _route(scope: Scope) -> str:
    """``/api/v1/designs/{design}``; ``none`` where no route was found."""
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return "none"
    # A route knows its path below the router it is in, which was included with a prefix.
    return path if path.startswith(_PREFIX) or not scope["path"].startswith(_PREFIX) else f"{_PREFIX}{path}"


def _name(span: Any, method: str, route: str, status: int) -> None:
    if span is not None:
        span.update_name(f"{method} {route}")
        span.set_attribute("http.response.status_code", status)


def _level(status: int) -> int:
    return logging.WARNING if status >= 500 else logging.DEBUG
