"""What comparisons found, for a person to decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from printdock.accounts import audit
from printdock.api.addresses import Addresses, AddressesIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Key
from printdock.api.paging import Page, PagingIn, page_of
from printdock.api.problems import declared
from printdock.api.shown import DesignOut
from printdock.api.state import ServicesIn
from printdock.designs import matches
from printdock.designs.catalog import some_designs
from printdock.designs.matches import Match
from printdock.shops.queries import Shop

router = APIRouter(prefix="/duplicates", tags=["duplicates"])


class MatchOut(BaseModel):
    """A newcomer, and the design it is the same as (`duplicate`: it was refused) or like (`similar`: it was stored)."""

    id: int = Field(examples=[17])
    kind: Literal["duplicate", "similar"]
    decision: Literal["keep", "drop"] | None = Field(description="A person's; null while nobody has decided")
    template: str = Field(examples=["UVDTF 16oz"])
    source: str = Field(description="What the newcomer's file was called", examples=["fox (2).png"])
    newcomer: DesignOut | None = Field(description="The newcomer, where it was stored")
    matched: DesignOut | None = Field(description="What it was found the same as, or like")
    distance: float = Field(
        description="0: the same; how far is too far depends on the art: see `evidence`", examples=[0.02]
    )
    evidence: dict[str, Any] = Field(description="What was compared, and `why` in words")
    found_at: datetime
    decided_at: datetime | None


class Kept(BaseModel):
    """Both are wanted, from now on."""

    match: MatchOut
    send_again: bool = Field(description="The newcomer was refused, so it is not here: send its file again to store it")


@router.get("")
def list_duplicates(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    addresses: AddressesIn,
    paging: PagingIn,
    decided: Annotated[bool, Query(description="Also those that were decided")] = False,
    kind: Annotated[Literal["duplicate", "similar"] | None, Query(description="Only of this kind")] = None,
    template: Annotated[Key | None, Query(description="Only of this template")] = None,
) -> Page[MatchOut]:
    """Matches, newest first: those that wait for a decision, or all."""
    after = paging.after(int)
    with services.database.read() as connection:
        found = matches.list_matches(
            connection,
            caller.shop,
            decided=decided,
            kind=kind,
            template_id=template,
            before=None if after is None else after[0],
            limit=paging.limit + 1,
        )
        here = dict(
            zip((one.id for one in found), shown_matches(connection, caller.shop, found, addresses), strict=True)
        )
    return Page[MatchOut](**page_of(found, paging, lambda one: here[one.id], lambda one: (one.id,)))


@router.get("/{match}", responses=declared(404))
def show_duplicate(
    match: Key, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], addresses: AddressesIn
) -> MatchOut:
    """One match with its evidence, and the addresses of both pictures."""
    with services.database.read() as connection:
        found = matches.find_match(connection, caller.shop, match)
        return shown_matches(connection, caller.shop, [found], addresses)[0]


@router.post("/{match}/keep", responses=declared(404, 409))
def keep_both(
    match: Key, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], addresses: AddressesIn
) -> Kept:
    """Both are wanted. A similar design loses its flag; a refused file is stored when it is sent again. Repeatable."""
    _found, path = matches.keep(services.database, caller.shop, match, services.clock)
    return Kept(match=_decided(match, "keep", services, caller, addresses), send_again=path is not None)


@router.post("/{match}/drop", responses=declared(404, 409))
def drop_newcomer(
    match: Key, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], addresses: AddressesIn
) -> MatchOut:
    """The newcomer is not wanted: a similar design's print files are removed, a refused file stays refused. Repeatable."""
    matches.drop(services.database, services.storage_at_once, caller.shop, match, services.clock)
    return _decided(match, "drop", services, caller, addresses)


def shown_matches(connection: Connection, shop: Shop, found: Sequence[Match], addresses: Addresses) -> list[MatchOut]:
    """As they are shown, with both designs: one query for all."""
    keys = {key for one in found for key in (one.row.design_id, one.row.matched_design_id) if key is not None}
    designs = some_designs(connection, shop, list(keys))

    def shown(key: UUID | None) -> DesignOut | None:
        return DesignOut.of(designs[key], shop.id, addresses) if key in designs else None

    return [
        MatchOut(
            id=one.id,
            kind=one.row.kind,
            decision=one.row.decision,
            template=one.template,
            source=one.row.source,
            newcomer=shown(one.row.design_id),
            matched=shown(one.row.matched_design_id),
            distance=one.row.distance,
            evidence=one.row.evidence,
            found_at=one.row.created_at,
            decided_at=one.row.decided_at,
        )
        for one in found
    ]


def _decided(match: int, word: str, services: ServicesIn, caller: Caller, addresses: Addresses) -> MatchOut:
    with services.database.write() as connection:
        after = matches.find_match(connection, caller.shop, match)
        audit.record(
            connection, caller.shop.id, caller.actor, f"duplicate_{word}", services.clock(), subject=f"match {match}"
        )
        return shown_matches(connection, caller.shop, [after], addresses)[0]
