"""API keys for scripts. Owners only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, Field

from printdock.accounts import audit, keys
from printdock.accounts.keys import ApiKey
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Line
from printdock.api.paging import Page, PagingIn, page_of
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.errors import NotAllowed

router = APIRouter(prefix="/keys", tags=["keys"])

Owner = Annotated[Caller, allowed(Scope.ADMIN)]


class KeyIn(BaseModel):
    """A new key. Give it only the scopes that its script needs."""

    name: Line = Field(examples=["NAS uploader"])
    scopes: list[Scope] = Field(min_length=1, max_length=10, examples=[["read", "upload"]])
    expires_at: AwareDatetime | None = Field(default=None, description="Never, when left out")


class KeyOut(BaseModel):
    """A key, without its secret part."""

    id: UUID
    name: str = Field(examples=["NAS uploader"])
    prefix: str = Field(description="By which it is recognised", examples=["pdk_1f2e3d4c"])
    scopes: list[Scope]
    created_by: str = Field(examples=["rose@example.com"])
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None = Field(description="To the minute")


class NewKey(KeyOut):
    """A key that was just made."""

    key: str = Field(description="Told this once", examples=["pdk_1f2e3d4c_..."])


@router.get("")
def list_keys(services: ServicesIn, caller: Owner, paging: PagingIn) -> Page[KeyOut]:
    """The shop's keys, newest first, revoked and expired ones too."""
    before = paging.after(UUID)
    with services.database.read() as connection:
        found = keys.list_keys(connection, caller.shop.id, paging.limit + 1, None if before is None else before[0])
    return Page[KeyOut](**page_of(found, paging, _shown, lambda one: (one.id,)))


@router.post("", status_code=201)
def create_key(body: KeyIn, services: ServicesIn, caller: Owner) -> NewKey:
    """A new key. Its text is in this answer and nowhere else, ever."""
    now = services.clock()
    if not set(body.scopes) <= caller.scopes:
        raise NotAllowed("A key cannot make one that may do more.", code="scope_exceeded")
    with services.database.write() as connection:
        key, text = keys.make_key(
            connection,
            caller.shop.id,
            body.name,
            set(body.scopes),
            caller.actor.name,
            now,
            expires_at=body.expires_at,
        )
        data = {"scopes": sorted(key.scopes), "prefix": key.prefix}
        audit.record(connection, caller.shop.id, caller.actor, "key_made", now, subject=key.name, data=data)
    return NewKey(**_shown(key).model_dump(), key=text)


@router.delete("/{key}", status_code=204, responses=declared(404))
def revoke_key(key: UUID, services: ServicesIn, caller: Owner) -> Response:
    """Make a key useless. It stays in the list. Twice is once."""
    now = services.clock()
    with services.database.write() as connection:
        found = keys.get_key(connection, caller.shop.id, key)
        keys.revoke_key(connection, found, now)
        data = {"prefix": found.prefix}
        audit.record(connection, caller.shop.id, caller.actor, "key_revoked", now, subject=found.name, data=data)
    return Response(status_code=204)


def _shown(key: ApiKey) -> KeyOut:
    return KeyOut(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        scopes=sorted(key.scopes),
        created_by=key.created_by,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        used_at=key.used_at,
    )
