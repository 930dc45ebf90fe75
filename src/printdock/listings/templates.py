"""Listing templates of a shop, and the seller's own words about designs: stored and found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update

from printdock.db.etsy_tables import design_fields, listing_templates, listings
from printdock.db.inserting import added, changed, insert_into
from printdock.errors import Conflict, NotFound, UsageError
from printdock.listings.edits import remove_edits
from printdock.listings.placeholders import is_own_name
from printdock.listings.template import ListingTemplate, listing_template
from printdock.shops.queries import Shop

#: Most designs asked for in one query.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A template with its row's id."""

    id: int
    template: ListingTemplate


def list_listing_templates(connection: Connection, shop: Shop) -> list[StoredTemplate]:
    """The shop's listing templates by name."""
    found = select(listing_templates).where(listing_templates.c.shop_id == shop.id).order_by(listing_templates.c.name)
    return [StoredTemplate(row.id, listing_template(row.data)) for row in connection.execute(found)]


def get_listing_template(connection: Connection, shop: Shop, name: str) -> StoredTemplate:
    """The template called ``name``. Raises `UsageError` with the names there are."""
    known = list_listing_templates(connection, shop)
    for one in known:
        if one.template.name == name:
            return one
    names = ", ".join(one.template.name for one in known) or "none yet"
    raise UsageError(
        f"There is no listing template {name!r}.",
        code="unknown_listing_template",
        remedy=f"Known are: {names}. Add some with `printdock listings templates import FILE`.",
    )


def listing_template_by_id(connection: Connection, shop: Shop, key: int) -> StoredTemplate:
    """The template of a row. Raises `NotFound`."""
    found = select(listing_templates).where(listing_templates.c.shop_id == shop.id, listing_templates.c.id == key)
    row = connection.execute(found).one_or_none()
    if row is None:
        raise NotFound("The shop has no such listing template.", code="unknown_listing_template")
    return StoredTemplate(row.id, listing_template(row.data))


def count_drafts(connection: Connection, shop: Shop) -> dict[int, int]:
    """How many drafts were made or begun from each listing template, by its row's id."""
    rows = connection.execute(
        select(listings.c.template_id, func.count())
        .where(listings.c.shop_id == shop.id)
        .group_by(listings.c.template_id)
    )
    return {row[0]: row[1] for row in rows}


def save_listing_template(
    connection: Connection, shop: Shop, template: ListingTemplate, now: datetime
) -> StoredTemplate:
    """Add the template, or replace the one of its name. Raises `UsageError` for names of fields that cannot be."""
    _check_own_names(template.fields)
    table = listing_templates
    replaced = (
        update(table)
        .where(table.c.shop_id == shop.id, table.c.name == template.name)
        .values(data=template.as_dict(), updated_at=now)
        .returning(table.c.id)
    )
    key = connection.execute(replaced).scalar_one_or_none()
    if key is None:
        key = _added(connection, shop, template, now)
    if key is None:  # somebody else added it in this moment, and was first
        key = connection.execute(replaced).scalar_one()
    return StoredTemplate(key, template)


def add_listing_template(
    connection: Connection, shop: Shop, template: ListingTemplate, now: datetime
) -> StoredTemplate:
    """Add a template of a new name. Raises `Conflict` where there is one, `UsageError` as `save_listing_template`."""
    _check_own_names(template.fields)
    key = _added(connection, shop, template, now)
    if key is None:
        raise _taken(template.name)
    return StoredTemplate(key, template)


def _added(connection: Connection, shop: Shop, template: ListingTemplate, now: datetime) -> int | None:
    row = {
        "shop_id": shop.id, "name": template.name, "data": template.as_dict(), "created_at": now, "updated_at": now,
    }  # fmt: skip
    key: int | None = added(connection, listing_templates, row)
    return key


def change_listing_template(
    connection: Connection, shop: Shop, key: int, template: ListingTemplate, now: datetime
) -> StoredTemplate:
    """Replace all of a template, its name included; drafts that were made follow. Raises `NotFound`, `Conflict`."""
    _check_own_names(template.fields)
    listing_template_by_id(connection, shop, key)
    own = (listing_templates.c.shop_id == shop.id, listing_templates.c.id == key)
    values = {"name": template.name, "data": template.as_dict(), "updated_at": now}
    if not changed(connection, update(listing_templates).where(*own).values(**values)):
        raise _taken(template.name)
    return StoredTemplate(key, template)


def _check_own_names(fields: Mapping[str, str]) -> None:
    bad = [name for name in fields if not is_own_name(name)]
    if bad:
        raise UsageError(
            f"A field of your own cannot be called {bad[0][:80]!r}.",
            code="bad_field_name",
            remedy="Use small letters, digits and _, beginning with a letter, and none of printdock's own names.",
        )


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a listing template {name!r} already.", code="listing_template_exists")


def remove_listing_template(connection: Connection, shop: Shop, name: str) -> None:
    """Remove it. Raises `UsageError` where drafts were made from it: they could not be kept up to date any more."""
    stored = get_listing_template(connection, shop, name)
    used = select(listings.c.id).where(listings.c.shop_id == shop.id, listings.c.template_id == stored.id).limit(1)
    if connection.execute(used).first() is not None:
        raise UsageError(f"Drafts were made from {name!r}: it stays.", code="listing_template_in_use")
    remove_edits(connection, shop, stored.id)
    connection.execute(
        delete(listing_templates).where(listing_templates.c.shop_id == shop.id, listing_templates.c.id == stored.id)
    )


def own_words(connection: Connection, shop: Shop, designs: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """The seller's own words about these designs; designs without are left out."""
    found: dict[UUID, dict[str, str]] = {}
    for start in range(0, len(designs), _CHUNK):
        wanted = select(design_fields.c.design_id, design_fields.c.data).where(
            design_fields.c.shop_id == shop.id, design_fields.c.design_id.in_(designs[start : start + _CHUNK])
        )
        found |= {row.design_id: dict(row.data) for row in connection.execute(wanted)}
    return found


def set_own_words(connection: Connection, shop: Shop, design: UUID, words: Mapping[str, str]) -> None:
    """Add to the seller's words about a design; an empty one removes a word. Raises `UsageError` for its name."""
    _check_own_names(words)
    before = own_words(connection, shop, [design])
    merged = {name: text for name, text in ({**before.get(design, {}), **words}).items() if text}
    new = insert_into(connection, design_fields).values(shop_id=shop.id, design_id=design, data=merged)
    own = design_fields.c.shop_id == shop.id
    connection.execute(new.on_conflict_do_update(index_elements=["design_id"], set_={"data": merged}, where=own))
