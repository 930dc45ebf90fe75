"""Fields of a listing in one form, so that what was sent, what is there and what is wanted can be compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

#: Fields that updateListing changes. Price and quantity go through the inventory; styles and type only at the start.
CHANGEABLE = (
    "title", "description", "who_made", "when_made", "is_supply", "taxonomy_id", "tags", "materials", "shop_section_id",
    "shipping_profile_id", "return_policy_id", "production_partner_ids", "should_auto_renew", "is_customizable",
    "is_taxable", "item_weight", "item_weight_unit", "item_length", "item_width", "item_height", "item_dimensions_unit",
)  # fmt: skip

#: These three are only taken together (#511).
TOGETHER = ("who_made", "when_made", "is_supply")


def plain(value: Any) -> Any:
    """A value as JSON keeps it and as both sides agree on: numbers as text, texts without odd line ends."""
    if value is None or value == "" or value == [] or value == ():
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return f"{Decimal(str(value)).normalize():f}"
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").strip())
    return [plain(one) for one in value]


def plain_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The changeable fields that are set."""
    found = {name: plain(fields.get(name)) for name in CHANGEABLE}
    partners = found["production_partner_ids"]
    if partners:
        found["production_partner_ids"] = sorted(partners)
    return {name: value for name, value in found.items() if value is not None}
