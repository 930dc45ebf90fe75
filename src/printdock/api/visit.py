"""A sign-in as `accounts.access` wants it."""

from __future__ import annotations

from fastapi import Request

from printdock.accounts import sessions
from printdock.accounts.access import Visit
from printdock.accounts.sessions import Browser
from printdock.api.cookies import session_token
from printdock.api.origin import client_address
from printdock.wiring import Services


def visit_of(request: Request, services: Services) -> Visit:
    """Where the browser is, and the session it has now, which a new one replaces."""
    now, token = services.clock(), session_token(request, services)
    session = None
    if token is not None:
        with services.database.read() as connection:
            session = sessions.find_session(connection, token, now)
    return Visit(
        browser=Browser(client_address(request, services), request.headers.get("user-agent", "")),
        now=now,
        key=services.secret.key("sign-in throttle"),
        replaces=None if session is None else session.id,
    )
