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
from printdock.api.paging import MOST, Page, PagingIn, page_of
from printdock.api.problems import Problem, declared, problem_of
from printdock.api.shown import DesignOut
from printdock.api.state import ServicesIn
from printdock.designs import decisions, matches, sides
from printdock.designs.catalog import some_designs
from printdock.designs.decisions import Decided, Desk, Word
from printdock.designs.matches import Match
from printdock.designs.sides import NEWCOMER, STORED
from printdock.errors import PrintdockError
from printdock.shops.queries import Shop
from printdock.wiring import Services

router = APIRouter(prefix="/duplicates", tags=["duplicates"])


class SideOut(BaseModel):
    """One side of a comparison: a WebP of at most 512 px and 30 kB."""

    url: str = Field(description="Needs no key; never changes", examples=["/api/v1/files/side/1/.../newcomer.webp"])
    width: int = Field(description="px", examples=[512])
    height: int = Field(description="px", examples=[233])


class MatchOut(BaseModel):
    """A newcomer, and the design it is the same as (`duplicate`: it was refused) or like (`similar`: it was stored)."""

    id: int = Field(examples=[17])
    kind: Literal["duplicate", "similar"]
    decision: Word | None = Field(description="A person's; null while nobody has decided")
    template: str = Field(examples=["UVDTF 16oz"])
    source: str = Field(description="What the newcomer's file was called", examples=["fox (2).png"])
    newcomer: DesignOut | None = Field(description="The newcomer, where it was stored")
    matched: DesignOut | None = Field(description="What it was found the same as, or like")
    distance: float = Field(
        description="0: the same; how far is too far depends on the art: see `evidence`", examples=[0.02]
    )
    evidence: dict[str, Any] = Field(description="What was compared, and `why` in words")
    newcomer_picture: SideOut | None = Field(
        description="The newcomer as it was compared, small; kept when refused, too"
    )
    matched_picture: SideOut | None = Field(
        description="The other as it was compared. `evidence.matrix` lays the newcomer's picture over it"
    )
    found_at: datetime
    decided_at: datetime | None
    decided_by: str | None = Field(examples=["Rose"])
    undo_until: datetime | None = Field(
        description="Until when a decision can be undone; null: for ever, or nothing was decided"
    )


class DecidedOut(BaseModel):
    """A match after a decision."""

    match: MatchOut
    send_again: bool = Field(
        description="The newcomer was refused, so it is not here: send its file again, and it is stored"
    )


class ManyIn(BaseModel):
    """What to decide on several matches at once."""

    decision: Word | Literal["undo"]
    matches: list[Key] = Field(min_length=1, max_length=MOST)


class OneOfMany(BaseModel):
    """What became of one of several."""

    id: int = Field(examples=[17])
    done: DecidedOut | None = Field(description="Null where it could not be decided")
    problem: Problem | None = Field(description="Why not")


class ManyOut(BaseModel):
    """Each match with what became of it, in the order asked."""

    items: list[OneOfMany]


@router.get("")
def list_duplicates(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    addresses: AddressesIn,
    paging: PagingIn,
    decided: Annotated[bool, Query(description="Also those that were decided")] = False,
    decision: Annotated[Word | Literal["any"] | None, Query(description="Only those decided so, or in any way")] = None,
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
            decision=decision,
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
) -> DecidedOut:
    """Both are wanted. A similar design loses its flag; a refused file is stored when it is sent again. Repeatable."""
    return _decide(match, "keep", services, caller, addresses)


@router.post("/{match}/drop", responses=declared(404, 409))
def drop_newcomer(
    match: Key, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], addresses: AddressesIn
) -> MatchOut:
    """The newcomer is not wanted: a similar design is deleted (its files are kept for 30 days), a refused file stays
    refused. Repeatable."""
    return _decide(match, "drop", services, caller, addresses).match


@router.post("/{match}/replace", responses=declared(404, 409, 503))
def replace_stored(
    match: Key, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], addresses: AddressesIn
) -> DecidedOut:
    """The newcomer's art takes the place of what the shop has, which keeps its number, name and file name. The earlier
    art lies under the newcomer's number, deleted, for 30 days. A refused file does so when it is sent again. Repeatable.
    """
    return _decide(match, "replace", services, caller, addresses)


@router.post("/{match}/undo", responses=declared(404, 409, 503))
def undo_decision(
    match: Key, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], addresses: AddressesIn
) -> MatchOut:
    """Take a decision back: everything is as it was before. 409 where what was removed is gone. Repeatable."""
    return _decide(match, "undo", services, caller, addresses).match


@router.post("/decisions")
def decide_many(
    body: ManyIn, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], addresses: AddressesIn
) -> ManyOut:
    """Decide on several matches, or undo several decisions. One that cannot be decided does not hold up the others."""
    items: list[OneOfMany] = []
    for key in body.matches:
        try:
            done = _decide(key, body.decision, services, caller, addresses)
            items.append(OneOfMany(id=key, done=done, problem=None))
        except PrintdockError as error:
            items.append(OneOfMany(id=key, done=None, problem=problem_of(error)))
    return ManyOut(items=items)


def desk_of(services: Services, caller: Caller) -> Desk:
    """Where the caller decides."""
    return Desk(caller.shop, services.database, services.storage_at_once, services.clock, caller.actor.name)


def _decide(
    match: int, word: Word | Literal["undo"], services: Services, caller: Caller, addresses: Addresses
) -> DecidedOut:
    desk = desk_of(services, caller)
    done = Decided(decisions.undo(desk, match), False) if word == "undo" else decisions.decide(desk, match, word)
    with services.database.write() as connection:
        audit.record(
            connection, caller.shop.id, caller.actor, f"duplicate_{word}", services.clock(), subject=f"match {match}"
        )
        shown = shown_matches(connection, caller.shop, [done.match], addresses)[0]
    return DecidedOut(match=shown, send_again=done.send_again)


def shown_matches(connection: Connection, shop: Shop, found: Sequence[Match], addresses: Addresses) -> list[MatchOut]:
    """As they are shown, with both designs: one query for all."""
    keys = {key for one in found for key in (one.row.design_id, one.row.matched_design_id) if key is not None}
    designs = some_designs(connection, shop, list(keys))
    pictures = sides.sides_of(connection, shop, [one.id for one in found])

    def shown(key: UUID | None) -> DesignOut | None:
        return DesignOut.of(designs[key], shop.id, addresses) if key in designs else None

    def picture(one: Match, side: str) -> SideOut | None:
        if side == STORED and "largest_difference" in one.row.evidence:
            side = NEWCOMER  # they print the same: one picture shows both
        kept = pictures.get((one.id, side))
        return (
            None if kept is None else SideOut(url=addresses.side(shop.id, kept), width=kept.width, height=kept.height)
        )

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
            newcomer_picture=picture(one, NEWCOMER),
            matched_picture=picture(one, STORED),
            found_at=one.row.created_at,
            decided_at=one.row.decided_at,
            decided_by=one.row.decided_by,
            undo_until=one.row.undo_until,
        )
        for one in found
    ]
