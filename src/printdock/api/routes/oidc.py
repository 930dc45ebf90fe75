"""Signing in with another provider (OpenID Connect), where the settings name one."""

from __future__ import annotations

from typing import Annotated

from cryptography.fernet import Fernet
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from printdock.accounts import access
from printdock.accounts.oidc import PENDING_LASTS_S, Pending, Provider
from printdock.api.cookies import give_session
from printdock.api.origin import is_secure, own_origin
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.api.visit import visit_of
from printdock.errors import NotAllowed, NotFound
from printdock.wiring import Services

router = APIRouter(tags=["session"])

_START, _CALLBACK = "/oidc/start", "/oidc/callback"


class WaysIn(BaseModel):
    """How people can sign in here."""

    password: bool = True
    oidc: str | None = Field(description="Path to send the browser to; null without a provider")


@router.get("/sign-in")
def list_ways_in(request: Request) -> WaysIn:
    """How people can sign in here."""
    return WaysIn(oidc=None if _provider_or_none(request) is None else "/api/v1" + _START)


@router.get(_START, status_code=302, response_class=RedirectResponse, responses=declared(404))
def start_oidc(
    request: Request,
    services: ServicesIn,
    then: Annotated[str, Query(max_length=500, description="Path of this server to go to afterwards")] = "/",
) -> Response:
    """Send the browser to the provider."""
    address, pending = _provider(request).start(_redirect_uri(request, services), _own_path(then))
    response = RedirectResponse(address, 302)
    secure = is_secure(request, services)
    response.set_cookie(
        _cookie(secure),
        pending.sealed(_seal(services)),
        max_age=PENDING_LASTS_S,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",  # the provider sends the browser back from its own site
    )
    return response


@router.get(_CALLBACK, status_code=302, response_class=RedirectResponse, responses=declared(403, 404))
def finish_oidc(
    request: Request,
    services: ServicesIn,
    state: Annotated[str, Query(max_length=500, description="As the provider sends it back")] = "",
    code: Annotated[str, Query(max_length=4000, description="As the provider sends it")] = "",
) -> Response:
    """The provider sends the browser back here: the answer sets the session's cookie."""
    provider, name = _provider(request), _cookie(is_secure(request, services))
    pending = Pending.unsealed(request.cookies.get(name, ""), _seal(services))
    if not code:
        raise NotAllowed("The provider did not let you in.", code="oidc_failed", remedy="Sign in again.")
    identity = provider.finish(pending, state, code, _redirect_uri(request, services))
    token = access.sign_in_as(services.database, identity, visit_of(request, services))
    response = RedirectResponse(_own_path(pending.then), 302)
    response.delete_cookie(name, path="/", secure=is_secure(request, services), httponly=True, samesite="lax")
    give_session(request, response, services, token)
    return response


def _provider_or_none(request: Request) -> Provider | None:
    provider: Provider | None = request.app.state.provider
    return provider


def _provider(request: Request) -> Provider:
    provider = _provider_or_none(request)
    if provider is None:
        raise NotFound("No sign-in provider is set up here.", code="no_oidc")
    return provider


def _redirect_uri(request: Request, services: Services) -> str:
    return f"{own_origin(request, services)}/api/v1{_CALLBACK}"


def _own_path(then: str) -> str:
    """``then`` when it is a path of this server; anything that a browser could take for another host is not."""
    plain = then.startswith("/") and not then.startswith(("//", "/\\")) and then.isprintable() and "\\" not in then
    return then if plain else "/"


def _cookie(secure: bool) -> str:
    return "__Host-printdock_oidc" if secure else "printdock_oidc"


def _seal(services: Services) -> Fernet:
    return services.secret.fernet("oidc")
