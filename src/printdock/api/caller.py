"""Who calls: a script with an API key, or a person with a session. Routes say what scope they need::

def list_designs(caller: Annotated[Caller, allowed(Scope.READ)], ...)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from printdock.accounts import keys, sessions
from printdock.accounts.audit import Actor
from printdock.accounts.roles import Role, Scope
from printdock.accounts.sessions import Session
from printdock.api.cookies import session_token
from printdock.api.origin import client_address, require_same_origin
from printdock.api.state import ServicesIn
from printdock.errors import NotAllowed, NotSignedIn
from printdock.shops.queries import Shop
from printdock.wiring import Services

__all__ = ["Caller", "Scope", "SignedInCaller", "allowed"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and for which shop. ``role`` is that of a person, ``session`` theirs; a key has neither."""

    shop: Shop
    actor: Actor
    scopes: frozenset[Scope]
    role: Role | None = None
    session: Session | None = None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a session, who may have no shop."""

    session: Session
    token: str
    actor: Actor

    def __repr__(self) -> str:
        return f"SignedIn({self.session.email})"


_bearer = HTTPBearer(scheme_name="key", bearerFormat="pdk_...", description="An API key, for scripts", auto_error=False)
_cookie = APIKeyCookie(
    name="printdock_session",
    scheme_name="session",
    description="Signed in with a browser (POST /api/v1/session). Unsafe methods also need the header X-CSRF-Token; over "
    "TLS the cookie's name begins with `__Host-`.",
    auto_error=False,
)


def caller_of(
    request: Request,
    services: ServicesIn,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    _session: Annotated[str | None, Security(_cookie)],
) -> Caller:
    # A key that is sent is meant: a wrong one is not made good by a cookie that the browser added.
    if "authorization" in request.headers:
        return _by_key(request, services, bearer.credentials if bearer is not None else "")
    signed_in = _signed_in(request, services, _session)
    session = signed_in.session
    if session.shop_id is None or session.shop_name is None or session.role is None:
        raise NotAllowed("You belong to no shop here.", code="no_shop", remedy="Ask a shop's owner to invite you.")
    shop = Shop(session.shop_id, session.shop_name)
    return Caller(shop, signed_in.actor, session.role.scopes, session.role, session)


def _by_key(request: Request, services: Services, text: str) -> Caller:
    now = services.clock()
    with services.database.read() as connection:
        key = keys.find_key(connection, text, now)
    if key is None:
        raise NotSignedIn("The API key is not known, revoked or expired.", code="bad_key_given")
    if keys.is_due(key, now):
        with services.database.write() as connection:
            keys.used(connection, key, now)
    actor = Actor("key", str(key.id), f"key {key.prefix} ({key.name})", client_address(request, services))
    return Caller(Shop(key.shop_id, key.shop_name), actor, key.scopes)


def _signed_in(request: Request, services: ServicesIn, _session: Annotated[str | None, Security(_cookie)]) -> SignedIn:
    token = session_token(request, services)
    if token is None:
        raise NotSignedIn("This needs somebody who is signed in.", remedy="Sign in, or send an API key.")
    now = services.clock()
    with services.database.read() as connection:
        session = sessions.find_session(connection, token, now)
    if session is None:
        raise NotSignedIn("The session has ended.", code="session_ended", remedy="Sign in again.")
    require_same_origin(request, services, services.secret.key("csrf"), token)
    if sessions.is_due(session, now):
        with services.database.write() as connection:
            sessions.seen(connection, session, now)
    actor = Actor("person", str(session.user_id), session.email, client_address(request, services))
    return SignedIn(session, token, actor)


#: A route for people only, whatever their role: their own account.
SignedInCaller = Annotated[SignedIn, Depends(_signed_in)]


@dataclass(frozen=True, slots=True)
class Allowed:
    """The dependency of a route that needs ``scope``: answers the `Caller`. Raises `NotSignedIn` and `NotAllowed`."""

    scope: Scope

    async def __call__(self, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if not caller.may(self.scope):
            raise NotAllowed(
                f"This needs the scope {self.scope}.",
                code="scope_missing",
                remedy="Ask an owner of the shop." if caller.session else "Use a key that has it.",
            )
        return caller


def allowed(scope: Scope) -> Any:
    """The route needs ``scope`` (see `Allowed`)."""
    return Depends(Allowed(scope))
