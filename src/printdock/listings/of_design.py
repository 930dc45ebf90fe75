"""What was made at Etsy of one design."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from printdock.db.etsy_tables import listing_templates, listings
from printdock.db.tables import print_files
from printdock.listings.journal import State
from printdock.shops.queries import Shop


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft of one print file. ``etsy_id``: its number at Etsy, once it is known."""

    id: UUID
    template: str
    number: int
    state: State
    etsy_id: int | None
    updated_at: datetime


def listed(connection: Connection, shop: Shop, design: UUID) -> list[Listed]:
    """The design's drafts, newest first."""
    wanted = (
        select(listings, listing_templates.c.name.label("template"), print_files.c.number)
        .join(listing_templates, listing_templates.c.id == listings.c.template_id)
        .join(print_files, print_files.c.id == listings.c.print_file_id)
        .where(listings.c.shop_id == shop.id, print_files.c.shop_id == shop.id, print_files.c.design_id == design)
        .order_by(listings.c.updated_at.desc())
    )
    return [
        Listed(row.id, row.template, row.number, State(row.state), row.etsy_listing_id, row.updated_at)
        for row in connection.execute(wanted)
    ]
