"""Designs: browse, search, look at one with all that is known of it, rename it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection

from printdock.accounts import audit
from printdock.api.addresses import Addresses, AddressesIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Key, Line
from printdock.api.paging import MOST, Page, PagingIn, cursor, page_of
from printdock.api.problems import declared
from printdock.api.routes.duplicates import MatchOut, desk_of, shown_matches
from printdock.api.shown import DesignOut, MockupOut
from printdock.api.state import ServicesIn
from printdock.designs import bin as bin_
from printdock.designs import catalog, decisions, matches
from printdock.designs.catalog import LONGEST_NAME, Filter, HappeningKind, LiveState
from printdock.listings.journal import State
from printdock.listings.of_design import listed
from printdock.mockups.ledger import page_of_mockups

router = APIRouter(prefix="/designs", tags=["designs"])

#: Most mockups and matches that come with one design; their own lists have all of them.
_MOST = 200

Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\x00-\x1f\x7f]+$")]


class HappeningOut(BaseModel):
    """One thing that happened to a design."""

    at: datetime
    kind: HappeningKind
    words: str = Field(examples=["Stored as UV 906 UVDTF_16oz_906.png for UVDTF 16oz."])


class ListedOut(BaseModel):
    """A draft that was made of a design, or is to be made."""

    id: UUID
    template: str = Field(description="Name of the listing template", examples=["Cup wraps"])
    number: int = Field(description="Of the print file", examples=[906])
    state: State
    url: str | None = Field(description="The draft at Etsy, for its seller; null before it is there")
    updated_at: datetime


class DesignWhole(DesignOut):
    """A design with all that is known of it: the newest 200 mockups, matches and events."""

    mockups: list[MockupOut]
    listings: list[ListedOut] = Field(description="Newest first")
    matches: list[MatchOut] = Field(description="What was compared with it, decided or not")
    history: list[HappeningOut] = Field(description="Oldest first")


class PageStartOut(BaseModel):
    """Where a page begins."""

    cursor: str | None = Field(description="Ask the list for it; null for the first page")
    at: datetime = Field(description="When its first design was made")


class OutlineOut(BaseModel):
    """The list of designs from afar."""

    total: int = Field(description="Designs in all", examples=[906])
    pages: list[PageStartOut]


class DesignChange(BaseModel):
    """What is to change. A number stays: file names and buyers' orders hold it."""

    name: Name = Field(examples=["Fox in fog"])


@router.get("")
def list_designs(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    addresses: AddressesIn,
    paging: PagingIn,
    template: Annotated[Key | None, Query(description="Only with a print file for this template")] = None,
    search: Annotated[Line | None, Query(description="Part of the name or file name, or a number exactly")] = None,
    state: Annotated[LiveState | None, Query(description="Only with a print file in this state")] = None,
    similar: Annotated[
        bool | None, Query(description="Only those flagged as similar to another, or only others")
    ] = None,
    upload: Annotated[UUID | None, Query(description="Only with a print file of this upload")] = None,
    deleted: Annotated[bool, Query(description="Those that were deleted and can be brought back, instead")] = False,
) -> Page[DesignOut]:
    """Designs, newest first, each with its print files."""
    after = paging.after(UUID)
    wanted = Filter(template, search, state, similar, upload, deleted)
    with services.database.read() as connection:
        rows = catalog.page_of_designs(
            connection, caller.shop, wanted, before=None if after is None else after[0], limit=paging.limit + 1
        )
    return Page[DesignOut](
        **page_of(rows, paging, lambda row: DesignOut.of(row, caller.shop.id, addresses), lambda row: (row.id,))
    )


@router.get("/outline")
def outline_designs(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    template: Annotated[Key | None, Query(description="As for the list")] = None,
    search: Annotated[Line | None, Query(description="As for the list")] = None,
    state: Annotated[LiveState | None, Query(description="As for the list")] = None,
    similar: Annotated[bool | None, Query(description="As for the list")] = None,
    upload: Annotated[UUID | None, Query(description="As for the list")] = None,
    deleted: Annotated[bool, Query(description="As for the list")] = False,
    every: Annotated[int, Query(ge=2, le=MOST, description="Designs of a page")] = 100,
) -> OutlineOut:
    """How many designs the list has, and the cursor of each of its pages: to show any part of it without the rest."""
    with services.database.read() as connection:
        found = catalog.outline_of_designs(
            connection, caller.shop, Filter(template, search, state, similar, upload, deleted), every=every
        )
    return OutlineOut(
        total=found.total,
        pages=[PageStartOut(cursor=None if one.after is None else cursor(one.after), at=one.at) for one in found.pages],
    )


@router.get("/{design}", responses=declared(404))
def show_design(
    design: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], addresses: AddressesIn
) -> DesignWhole:
    """One design with its print files, mockups, matches and history; also a deleted one that can be brought back."""
    shop = caller.shop
    with services.database.read() as connection:
        row = catalog.one_design(connection, shop, design, deleted=True)
        mockups = page_of_mockups(connection, shop, design=design, limit=_MOST)
        found = matches.list_matches(connection, shop, decided=True, design=design, limit=_MOST)
        compared = shown_matches(connection, shop, found, addresses)
        happened = catalog.history(connection, shop, row)
        drafts = listed(connection, shop, design)
    editor = f"{services.settings.etsy_site.rstrip('/')}/your/shops/me/listing-editor/edit"
    return DesignWhole(
        **DesignOut.of(row, shop.id, addresses).model_dump(),
        mockups=[MockupOut.of(one, shop.id, addresses) for one in mockups],
        listings=[
            ListedOut(
                id=one.id,
                template=one.template,
                number=one.number,
                state=one.state,
                url=None if one.etsy_id is None or one.state == State.GONE else f"{editor}/{one.etsy_id}",
                updated_at=one.updated_at,
            )
            for one in drafts
        ],
        matches=compared,
        history=[HappeningOut(at=one.at, kind=one.kind, words=one.words) for one in happened],
    )


@router.patch("/{design}", responses=declared(404))
def change_design(
    design: UUID,
    body: DesignChange,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    addresses: AddressesIn,
) -> DesignOut:
    """Rename a design. Its files, numbers and mockups stay as they are."""
    with services.database.write() as connection:
        before = catalog.one_design(connection, caller.shop, design)
        catalog.rename(connection, caller.shop, design, body.name)
        after = catalog.one_design(connection, caller.shop, design)
        if after.name != before.name:
            now, names = services.clock(), {"from": before.name, "to": after.name}
            audit.record(
                connection, caller.shop.id, caller.actor, "design_renamed", now, subject=str(design), data=names
            )
    return DesignOut.of(after, caller.shop.id, addresses)


@router.delete("/{design}", responses=declared(404, 409))
def delete_design(
    design: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], addresses: AddressesIn
) -> DesignOut:
    """Delete a design: it leaves all lists, and new art is not compared with it. Repeatable.

    It can be brought back until `kept_until` (30 days), with its numbers, print files and mockups; then its files are
    removed from the storage. Drafts at Etsy stay as they are.
    """
    with services.database.write() as connection:
        bin_.delete_design(connection, caller.shop, design, services.clock())
        return _after(connection, services, caller, addresses, design, "design_deleted")


@router.post("/{design}/restore", responses=declared(404, 409))
def restore_design(
    design: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], addresses: AddressesIn
) -> DesignOut:
    """Bring a deleted design back, as it was. One that was dropped as a duplicate waits for a decision again. Repeatable."""
    desk = desk_of(services, caller)
    with services.database.write() as connection:
        decisions.restore_design(connection, desk, design)
        return _after(connection, services, caller, addresses, design, "design_restored")


def _after(
    connection: Connection, services: ServicesIn, caller: Caller, addresses: Addresses, design: UUID, action: str
) -> DesignOut:
    audit.record(connection, caller.shop.id, caller.actor, action, services.clock(), subject=str(design))
    return DesignOut.of(catalog.one_design(connection, caller.shop, design, deleted=True), caller.shop.id, addresses)
