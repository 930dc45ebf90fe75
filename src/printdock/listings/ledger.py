"""The journal of drafts as people look at it: each row with its design, its product and its listing template."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, or_, select

from printdock.db.etsy_tables import listing_templates, listings
from printdock.db.tables import designs, print_files
from printdock.errors import UsageError
from printdock.listings.journal import Entry, State, entry_of
from printdock.shops.queries import Shop


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A row of the journal. ``path``, ``sha256``: of the print file."""

    entry: Entry
    template: str
    design_name: str
    number: int
    path: str
    sha256: bytes | None

    @property
    def title(self) -> str | None:
        """As printdock last set it; None before the draft was finished once."""
        found = ((self.entry.sent or {}).get("fields") or {}).get("title")
        return None if found is None else str(found)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows. ``search``: part of the design's name, or a number exactly."""

    states: Collection[State] = ()
    template: int | None = None
    design: UUID | None = None
    job: UUID | None = None
    search: str | None = None


def page_of_listings(
    connection: Connection, shop: Shop, wanted: Wanted, *, before: UUID | None = None, limit: int = 50
) -> list[ListingRow]:
    """At most ``limit`` rows, newest first, older than the row ``before``."""
    found = _chosen(_rows(shop), wanted)
    if before is not None:
        found = found.where(listings.c.id < before)
    return [_row(row) for row in connection.execute(found.order_by(listings.c.id.desc()).limit(limit))]


def one_listing(connection: Connection, shop: Shop, key: UUID) -> ListingRow:
    """The row. Raises `UsageError`."""
    row = connection.execute(_rows(shop).where(listings.c.id == key)).one_or_none()
    if row is None:
        raise UsageError("The shop has no such listing.", code="unknown_listing")
    return _row(row)


def count_listings(connection: Connection, shop: Shop) -> dict[State, int]:
    """How many rows are in each state."""
    counted = select(listings.c.state, func.count()).where(listings.c.shop_id == shop.id).group_by(listings.c.state)
    found = {State(row[0]): row[1] for row in connection.execute(counted)}
    return {state: found.get(state, 0) for state in State}


def _rows(shop: Shop) -> Select[Any]:
    return (
        select(
            listings,
            listing_templates.c.name.label("template"),
            designs.c.name.label("design_name"),
            print_files.c.number,
            print_files.c.path,
            print_files.c.sha256,
        )
        .join(listing_templates, listing_templates.c.id == listings.c.template_id)
        .join(designs, designs.c.id == listings.c.design_id)
        .join(print_files, print_files.c.id == listings.c.print_file_id)
        .where(listings.c.shop_id == shop.id, print_files.c.shop_id == shop.id)
    )


def _chosen(rows: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.states:
        rows = rows.where(listings.c.state.in_([state.value for state in wanted.states]))
    for column, value in (
        (listings.c.template_id, wanted.template),
        (listings.c.design_id, wanted.design),
        (listings.c.job_id, wanted.job),
    ):
        if value is not None:
            rows = rows.where(column == value)
    if wanted.search is not None:
        named = designs.c.name.icontains(wanted.search, autoescape=True)
        is_number = wanted.search.isascii() and wanted.search.isdigit() and len(wanted.search) < 10
        rows = rows.where(or_(named, print_files.c.number == int(wanted.search)) if is_number else named)
    return rows


def _row(row: Row[Any]) -> ListingRow:
    sha256 = None if row.sha256 is None else bytes(row.sha256)
    return ListingRow(entry_of(row), row.template, row.design_name, row.number, row.path, sha256)
