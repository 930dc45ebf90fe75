"""The audit log: what was done in the shop that matters later, and by whom. Owners only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from printdock.accounts import audit
from printdock.accounts.audit import Entry
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.paging import Page, PagingIn, page_of
from printdock.api.state import ServicesIn

router = APIRouter(prefix="/audit", tags=["audit"])


class EntryOut(BaseModel):
    """One thing that was done."""

    id: UUID
    at: datetime
    actor: str = Field(description="E-mail address, key, `console` or `nobody`", examples=["rose@example.com"])
    actor_kind: Literal["person", "key", "console", "nobody"]
    address: str | None = Field(description="Where the request came from", examples=["192.0.2.7"])
    action: str = Field(description="A stable word", examples=["key_made"])
    subject: str | None = Field(description="What it was done to", examples=["NAS uploader"])
    data: dict[str, Any]


@router.get("")
def list_audit_log(
    services: ServicesIn, caller: Annotated[Caller, allowed(Scope.ADMIN)], paging: PagingIn
) -> Page[EntryOut]:
    """The shop's record, newest first."""
    before = paging.after(UUID)
    with services.database.read() as connection:
        found = audit.entries(connection, caller.shop.id, paging.limit + 1, None if before is None else before[0])
    return Page[EntryOut](**page_of(found, paging, _shown, lambda one: (one.id,)))


def _shown(one: Entry) -> EntryOut:
    return EntryOut.model_validate(
        {
            "id": one.id,
            "at": one.at,
            "actor": one.actor.name,
            "actor_kind": one.actor.kind,
            "address": one.actor.address,
            "action": one.action,
            "subject": one.subject,
            "data": one.data,
        }
    )
