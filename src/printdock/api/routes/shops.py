"""Shops: those of the caller, and new ones."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from printdock.accounts import audit, users
from printdock.accounts.roles import Role
from printdock.api.caller import Caller, Scope, SignedInCaller, allowed
from printdock.api.fields import Key, Line
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.errors import NotAllowed, NotFound
from printdock.shops.queries import add_shop

router = APIRouter(prefix="/shops", tags=["shops"])


class ShopOut(BaseModel):
    """A shop of the caller."""

    id: int = Field(examples=[1])
    name: str = Field(description="Also its folder in the storage", examples=["Rose Prints"])
    role: Role | None = Field(description="The person's role in it; null for an API key", examples=["owner"])
    current: bool = Field(description="Whether this caller's other requests are about this shop")


class ShopsOut(BaseModel):
    """All shops of the caller."""

    items: list[ShopOut]


class ShopIn(BaseModel):
    """A new shop."""

    name: Line = Field(description="Also its folder in the storage; cannot be changed later", examples=["Rose Prints"])


def _own(services: ServicesIn, caller: Caller) -> list[ShopOut]:
    if caller.session is None:
        return [ShopOut(id=caller.shop.id, name=caller.shop.name, role=None, current=True)]
    with services.database.read() as connection:
        own = users.memberships_of(connection, caller.session.user_id)
    return [
        ShopOut(id=one.shop_id, name=one.shop_name, role=one.role, current=one.shop_id == caller.shop.id) for one in own
    ]


@router.get("")
def list_shops(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> ShopsOut:
    """The caller's shops: a person's own, a key's one."""
    return ShopsOut(items=_own(services, caller))


@router.get("/{shop}", responses=declared(404))
def show_shop(shop: Key, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> ShopOut:
    """One shop of the caller."""
    found = [one for one in _own(services, caller) if one.id == shop]
    if not found:
        raise NotFound("You have no such shop.", code="no_such_shop")
    return found[0]


@router.post("", status_code=201, responses=declared(409))
def create_shop(body: ShopIn, services: ServicesIn, signed_in: SignedInCaller) -> ShopOut:
    """A new shop, owned by the person who makes it. Only somebody who owns a shop here already may."""
    session, now = signed_in.session, services.clock()
    with services.database.write() as connection:
        if all(one.role is not Role.OWNER for one in users.memberships_of(connection, session.user_id)):
            raise NotAllowed("Only an owner of a shop may make another.", code="scope_missing")
        shop = add_shop(connection, body.name, now)
        users.add_member(connection, shop.id, session.user_id, Role.OWNER, now)
        audit.record(connection, shop.id, signed_in.actor, "shop_made", now, subject=shop.name)
    return ShopOut(id=shop.id, name=shop.name, role=Role.OWNER, current=False)
