"""The numbers of docs/metrics.md, for Prometheus."""

from __future__ import annotations

import hmac
import ipaddress

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from printdock.api.background import BackgroundIn
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.errors import DatabaseUnavailable, NotAllowed
from printdock.telemetry import exposition

router = APIRouter(tags=["health"])


async def _may_read(request: Request, services: ServicesIn) -> None:
    """Raise `NotAllowed` unless Prometheus asks: by its token, or from this machine where none is set."""
    token = services.settings.metrics_token
    if token is not None:
        sent = request.headers.get("authorization", "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(sent, f"Bearer {token.get_secret_value()}".encode()):
            raise NotAllowed(
                "These numbers are read with the token of PRINTDOCK_METRICS_TOKEN.", code="no_metrics_token"
            )
    elif not _is_here(request):
        raise NotAllowed(
            "These numbers are only read from this machine.",
            code="no_metrics_token",
            remedy="Set PRINTDOCK_METRICS_TOKEN, and have Prometheus send it.",
        )


def _is_here(request: Request) -> bool:
    """Whether the caller is this machine, and no proxy on it that speaks for others."""
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    try:
        return not forwarded and request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


@router.get(
    "/metrics",
    dependencies=[Depends(_may_read)],
    response_class=Response,
    responses={
        200: {"description": "All numbers", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **declared(403),
    },
)
def read_metrics(request: Request, background: BackgroundIn) -> Response:
    """The numbers as text, or as OpenMetrics where that is accepted. Those of the jobs are left out while the database is
    away: the others are wanted all the more then."""
    try:
        shared = background.numbers.read()
    except DatabaseUnavailable:
        shared = []
    text, content_type = exposition.switch_on().text(request.headers.get("accept", ""), shared)
    return Response(text, media_type=None, headers={"Content-Type": content_type, "Cache-Control": "no-store"})
