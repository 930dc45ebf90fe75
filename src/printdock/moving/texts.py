"""The listing texts of old products become listing templates. What was stored there and never sent to Etsy is kept too:
printdock checks all of it before a draft is made."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from printdock.errors import UsageError
from printdock.listings.template import ListingTemplate, listing_template
from printdock.listings.templates import list_listing_templates, save_listing_template
from printdock.moving.old_tables import truth, words
from printdock.moving.parts import Move
from printdock.moving.templates import old_products

TABLE = "listing texts"

#: The old system began each title with the first two words of the print file's name.
_TITLE = "{prefix} {number:03d} | "


def bring_texts(move: Move, folders: set[str]) -> None:
    """A listing template for each product; one of the same name is kept as it is."""
    known = set()
    if move.shop is not None:
        with move.parts.database.read() as connection:
            known = {one.template.name for one in list_listing_templates(connection, move.shop)}
    tally = move.tally(TABLE)
    for row in old_products(move):
        tally.rows += 1
        if row["name"] in known:
            tally.there += 1
            continue
        try:
            template = _listing_template(row)
        except UsageError as error:
            tally.left_out += 1
            move.problem(TABLE, error.code, str(row["name"]), error.message, error.remedy)
            continue
        tally.new += 1
        if not move.parts.dry_run:
            assert move.shop is not None
            with move.parts.database.write() as connection:
                save_listing_template(connection, move.shop, template, move.parts.clock())


def _listing_template(row: sqlite3.Row) -> ListingTemplate:
    values: dict[str, Any] = {
        "name": row["name"],
        "product": row["name"],
        "title": _TITLE + _plain(row["template_title"] or row["title"]),
        "description": _plain(row["description"]),
        "tags": [_plain(word) for word in words(row["tags"])],
        "materials": [_plain(word) for word in words(row["materials"])],
        "category": row["taxonomy_id"] or "",
        "section": row["shop_section_id"] or "",
        "return_policy": row["return_policy_id"] or "",
        "production_partners": list(words(row["production_partner_ids"])),
        "item_weight_unit": row["item_weight_unit"] or "",
        "item_dimensions_unit": row["item_dimensions_unit"] or "",
    }
    for name in ("price", "item_weight", "item_length", "item_width", "item_height"):
        values[name] = _amount(row[name])
    for name in ("who_made", "when_made", "type"):
        if row[name]:
            values[name] = row[name]
    quantity = _amount(row["quantity"])
    values["quantity"] = None if quantity is None else int(quantity)
    values["is_taxable"] = None if row["is_taxable"] is None else truth(row["is_taxable"])
    return listing_template(values, f"The listing text of {row['name']!r}")


def _amount(text: str | None) -> Decimal | None:
    with suppress(InvalidOperation):
        amount = Decimal(text) if text else Decimal(0)
        return amount or None  # nothing was written as 0
    return None


def _plain(text: str | None) -> str:
    """Braces stand for themselves: they are placeholders in a listing template."""
    return (text or "").replace("{", "{{").replace("}", "}}")
