"""One-time links: what one is for, and using it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, SecretStr

from printdock.accounts import access, links
from printdock.accounts.access import LinkForm
from printdock.accounts.roles import Role
from printdock.api.fields import Email, Line, Password
from printdock.api.origin import require_own_page
from printdock.api.problems import declared
from printdock.api.routes.session import MeOut, enter
from printdock.api.state import ServicesIn
from printdock.api.visit import visit_of
from printdock.shops.queries import shop_by_id

router = APIRouter(prefix="/links", tags=["session"])

Token = Annotated[SecretStr, Field(max_length=100, description="What stands after # in the link", examples=["kX0_..."])]


class LinkIn(BaseModel):
    """A link."""

    token: Token


class LinkOut(BaseModel):
    """What a link is for. ``owner`` makes the first account and needs `email` and `password`; ``invite`` needs a new
    password, or the present one of somebody who has an account; ``sign_in`` takes a new password or none.
    """

    kind: Literal["owner", "invite", "sign_in"]
    shop: str = Field(examples=["Rose Prints"])
    email: str | None = Field(examples=["lily@example.com"])
    role: Role


class LinkUse(BaseModel):
    """A link, and what its person filled in."""

    token: Token
    email: Email | None = None
    name: Line | None = None
    password: Password | None = None


@router.post("/look", responses=declared(404))
def look_at_link(body: LinkIn, services: ServicesIn) -> LinkOut:
    """What a link is for. Does not use it up."""
    with services.database.read() as connection:
        link = links.find_link(connection, body.token.get_secret_value(), services.clock())
        shop = shop_by_id(connection, link.shop_id)
    return LinkOut.model_validate(
        {"kind": link.kind, "shop": "" if shop is None else shop.name, "email": link.email, "role": link.role}
    )


@router.post("/use", responses=declared(401, 403, 404, 409, 429))
def use_link(body: LinkUse, request: Request, response: Response, services: ServicesIn) -> MeOut:
    """Use a link up: the answer sets the session's cookie."""
    require_own_page(request, services)
    password = None if body.password is None else body.password.get_secret_value()
    token = access.use_link(
        services.database,
        body.token.get_secret_value(),
        LinkForm(body.email, body.name, password),
        visit_of(request, services),
    )
    return enter(request, response, services, token)
