"""What the seller set for one design in place of what the listing template says: kept until it is taken back.

An edit says what a field of the template says, placeholders included, so one text may serve many designs. A field that is
not edited goes on following the template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select

from printdock.db.etsy_tables import listing_edits
from printdock.db.inserting import insert_into
from printdock.errors import UsageError
from printdock.listings.template import MOST_TEXT, ListingTemplate, listing_template
from printdock.shops.queries import Shop

#: Fields of a listing template that may be edited for one design.
EDITABLE = (
    "title", "description", "tags", "materials", "styles", "alt_text", "sku", "price", "quantity", "category", "section",
    "shipping_profile", "return_policy", "processing_profile", "mockup_sets",
)  # fmt: skip

#: Alternative texts of single pictures, by their file names.
ALT_TEXTS = "alt_texts"

#: Most pictures of which one design's edits speak.
_MOST_ALTS = 100

#: Most ids asked for in one query.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Edits:
    """``fields``: of the template, as plain data; ``alt_texts``: by the picture's file name."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    alt_texts: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields or self.alt_texts)

    def applied(self, template: ListingTemplate) -> ListingTemplate:
        """The template with these edits in place. Raises `UsageError`."""
        return listing_template({**template.as_dict(), **self.fields}, "The edit")

    def as_dict(self) -> dict[str, Any]:
        """Plain data; `edits_of` reads it back."""
        return dict(self.fields) | ({ALT_TEXTS: dict(self.alt_texts)} if self.alt_texts else {})


def edits_of(data: Mapping[str, Any]) -> Edits:
    """The edits that ``data`` describes. Raises `UsageError` for a field that cannot be edited."""
    fields = {name: value for name, value in data.items() if name != ALT_TEXTS}
    unknown = sorted(set(fields) - set(EDITABLE))
    if unknown:
        raise UsageError(
            f"{unknown[0]!r} cannot be set for a single design.",
            code="not_editable",
            remedy=f"Known are: {', '.join((*EDITABLE, ALT_TEXTS))}.",
        )
    return Edits(fields, _alt_texts(data.get(ALT_TEXTS) or {}))


def _alt_texts(given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping) or len(given) > _MOST_ALTS:
        raise UsageError(f"At most {_MOST_ALTS} alternative texts, by file name.", code="bad_listing_edit")
    if not all(isinstance(text, str) and len(text) <= MOST_TEXT for text in given.values()):
        raise UsageError("An alternative text is text.", code="bad_listing_edit")
    return {str(name): text for name, text in given.items()}


def find_edits(connection: Connection, shop: Shop, template_id: int, designs: Sequence[UUID]) -> dict[UUID, Edits]:
    """The edits of these designs under a listing template; designs without are left out."""
    found: dict[UUID, Edits] = {}
    for start in range(0, len(designs), _CHUNK):
        wanted = select(listing_edits.c.design_id, listing_edits.c.data).where(
            listing_edits.c.shop_id == shop.id,
            listing_edits.c.template_id == template_id,
            listing_edits.c.design_id.in_(designs[start : start + _CHUNK]),
        )
        found |= {row.design_id: edits_of(row.data) for row in connection.execute(wanted)}
    return found


def change_edits(
    connection: Connection,
    shop: Shop,
    template: tuple[int, ListingTemplate],
    design: UUID,
    changes: Mapping[str, Any],
    now: datetime,
) -> Edits:
    """Add to a design's edits; None takes a field back to the template's, also a single alternative text.

    ``template``: the row's id, and the template. Raises `UsageError` for a value of a wrong kind; Etsy's rules are the
    plan's business.
    """
    key, whole = template
    before = find_edits(connection, shop, key, [design]).get(design, Edits())
    alts = changes.get(ALT_TEXTS, {})
    merged = {**before.fields, **{name: value for name, value in changes.items() if name != ALT_TEXTS}}
    kept_alts = {} if alts is None else {**before.alt_texts, **alts}
    after = edits_of(
        {name: value for name, value in merged.items() if value is not None}
        | {ALT_TEXTS: {name: text for name, text in kept_alts.items() if text is not None}}
    )
    after.applied(whole)
    _keep(connection, shop, key, design, after, now)
    return after


def remove_edits(connection: Connection, shop: Shop, template_id: int, design: UUID | None = None) -> None:
    """Everything is as the template says again: for one design, or for all. Repeatable."""
    gone = delete(listing_edits).where(listing_edits.c.shop_id == shop.id, listing_edits.c.template_id == template_id)
    connection.execute(gone if design is None else gone.where(listing_edits.c.design_id == design))


def _keep(connection: Connection, shop: Shop, template_id: int, design: UUID, edits: Edits, now: datetime) -> None:
    if not edits:
        remove_edits(connection, shop, template_id, design)
        return
    values = {"data": edits.as_dict(), "updated_at": now}
    new = insert_into(connection, listing_edits).values(
        template_id=template_id, design_id=design, shop_id=shop.id, **values
    )
    connection.execute(new.on_conflict_do_update(index_elements=["template_id", "design_id"], set_=values))
