"""Signing in and out, and one's own account."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, SecretStr

from printdock.accounts import access, audit, sessions, users
from printdock.accounts.roles import Role, Scope
from printdock.accounts.sessions import csrf_token, find_session
from printdock.api.caller import SignedInCaller
from printdock.api.cookies import give_session, take_session
from printdock.api.fields import Email, Password
from printdock.api.origin import require_own_page
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.api.visit import visit_of
from printdock.errors import NotSignedIn

router = APIRouter(tags=["session"])


class SignInForm(BaseModel):
    """E-mail address and password."""

    email: Email
    password: Annotated[SecretStr, Field(min_length=1, max_length=200, examples=["correct horse battery staple"])]


class PasswordChange(BaseModel):
    """The old password and a new one."""

    old: Annotated[SecretStr, Field(max_length=200, description="Empty for an account that has none yet")]
    new: Password


class CurrentShop(BaseModel):
    """The shop that this session's other requests are about."""

    shop: int = Field(ge=1, le=2_147_483_647, examples=[1])


class OwnShop(BaseModel):
    """A shop the person belongs to."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["Rose Prints"])
    role: Role


class MeOut(BaseModel):
    """The person who is signed in, and what they may do in the current shop."""

    id: UUID
    email: str = Field(examples=["rose@example.com"])
    name: str = Field(examples=["Rose"])
    shop: OwnShop | None = Field(description="The current shop; null for somebody who belongs to none")
    scopes: list[Scope] = Field(description="What they may do in it")
    shops: list[OwnShop]
    csrf_token: str = Field(description="To be sent as X-CSRF-Token with every unsafe request of this session")


@router.post("/session", responses=declared(401, 403, 429))
def sign_in(body: SignInForm, request: Request, response: Response, services: ServicesIn) -> MeOut:
    """Sign in with a password: the answer sets the session's cookie. A wrong address answers like a wrong password."""
    require_own_page(request, services)
    token = access.sign_in(services.database, body.email, body.password.get_secret_value(), visit_of(request, services))
    return enter(request, response, services, token)


@router.delete("/session", status_code=204)
def sign_out(request: Request, services: ServicesIn, signed_in: SignedInCaller) -> Response:
    """Sign out."""
    now, session = services.clock(), signed_in.session
    with services.database.write() as connection:
        sessions.end_session(connection, session.id)
        audit.record(connection, session.shop_id, signed_in.actor, "signed_out", now, subject=session.email)
    response = Response(status_code=204)
    take_session(request, response, services)
    return response


@router.get("/me")
def show_me(services: ServicesIn, signed_in: SignedInCaller) -> MeOut:
    """Who is signed in."""
    return _me(services, signed_in.token)


@router.post("/me/password", status_code=204, responses=declared(429))
def change_password(
    body: PasswordChange, request: Request, services: ServicesIn, signed_in: SignedInCaller
) -> Response:
    """Choose another password; every other session of the person ends."""
    access.change_password(
        services.database,
        signed_in.session.user_id,
        body.old.get_secret_value(),
        body.new.get_secret_value(),
        visit_of(request, services),
    )
    return Response(status_code=204)


@router.put("/me/shop", responses=declared(404))
def choose_shop(body: CurrentShop, services: ServicesIn, signed_in: SignedInCaller) -> MeOut:
    """Look at another of one's shops: the session's other requests are about it from now on."""
    with services.database.write() as connection:
        sessions.choose_shop(connection, signed_in.session, body.shop)
    return _me(services, signed_in.token)


def enter(request: Request, response: Response, services: ServicesIn, token: str) -> MeOut:
    """Answer a sign-in: the cookie, and who it is."""
    give_session(request, response, services, token)
    return _me(services, token)


def _me(services: ServicesIn, token: str) -> MeOut:
    with services.database.read() as connection:
        session = find_session(connection, token, services.clock())
        if session is None:
            raise NotSignedIn("The session has ended.", code="session_ended", remedy="Sign in again.")
        own = [
            OwnShop(id=one.shop_id, name=one.shop_name, role=one.role)
            for one in users.memberships_of(connection, session.user_id)
        ]
    return MeOut(
        id=session.user_id,
        email=session.email,
        name=session.name,
        shop=next((shop for shop in own if shop.id == session.shop_id), None),
        scopes=[] if session.role is None else sorted(session.role.scopes),
        shops=own,
        csrf_token=csrf_token(services.secret.key("csrf"), token),
    )
