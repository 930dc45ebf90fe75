"""The session's cookie.

``HttpOnly`` (no script reads it), ``SameSite=Lax`` (other sites' forms and scripts do not send it), ``Secure`` wherever
the address is https. Its name then begins with ``__Host-``: browsers take such a cookie only over TLS, from this very
host and for all its paths, so that a neighbour under the same domain cannot plant one.
"""

from __future__ import annotations

from fastapi import Request, Response

from printdock.accounts.sessions import LONGEST
from printdock.api.origin import is_secure
from printdock.wiring import Services

PLAIN_NAME = "printdock_session"
SECURE_NAME = "__Host-" + PLAIN_NAME


def session_token(request: Request, services: Services) -> str | None:
    """The token the browser sent. Over TLS only the cookie that needs TLS counts."""
    return request.cookies.get(SECURE_NAME if is_secure(request, services) else PLAIN_NAME)


def give_session(request: Request, response: Response, services: Services, token: str) -> None:
    """Put the session into the browser."""
    secure = is_secure(request, services)
    response.set_cookie(
        SECURE_NAME if secure else PLAIN_NAME,
        token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def take_session(request: Request, response: Response, services: Services) -> None:
    """Take it out again."""
    secure = is_secure(request, services)
    response.delete_cookie(
        SECURE_NAME if secure else PLAIN_NAME, path="/", secure=secure, httponly=True, samesite="lax"
    )
