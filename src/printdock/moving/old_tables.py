"""Which tables and columns of the replaced system are read, and what their values mean.

All values are staged as text, as PostgreSQL writes them (`COPY ... CSV` and a cast to text agree but for true and
false), so that a database and its export are one thing from here on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class OldTable:
    """``needed`` columns must be there; ``known`` ones are read where they are."""

    name: str
    needed: tuple[str, ...]
    known: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.needed + self.known


TABLES = (
    OldTable("users", ("id", "shop_name"), ("email",)),
    OldTable(
        "etsy_product_templates",
        ("id", "user_id", "name"),
        (
            "template_title", "title", "description", "who_made", "when_made", "taxonomy_id", "price", "materials",
            "shop_section_id", "quantity", "tags", "item_weight", "item_weight_unit", "item_length", "item_width",
            "item_height", "item_dimensions_unit", "is_taxable", "type", "return_policy_id", "production_partner_ids",
        ),
    ),
    OldTable("canvas_configs", ("id", "product_template_id", "width_inches", "height_inches"), ("name", "is_active")),
    OldTable(
        "size_configs",
        ("id", "product_template_id", "name", "width_inches", "height_inches"),
        ("canvas_id", "is_active"),
    ),
    OldTable("mockups", ("id", "name", "user_id", "product_template_id"), ("starting_name",)),
    OldTable("mockup_images", ("id", "mockups_id", "file_path"), ("filename", "watermark_path")),
    OldTable(
        "mockup_mask_data",
        ("id", "mockup_image_id", "masks"),
        ("is_cropped", "alignment", "is_cropped_list", "alignment_list"),
    ),
    OldTable(
        "design_images",
        ("id", "user_id", "filename", "file_path"),
        ("description", "phash", "ahash", "dhash", "whash", "is_active", "is_digital", "created_at"),
    ),
)  # fmt: skip


def truth(value: str | None, default: bool = False) -> bool:
    """A boolean column."""
    return default if value in (None, "") else str(value).lower() in ("t", "true", "1", "yes")


def number(value: str | None) -> float | None:
    """A number column; None where there is none. Raises ValueError for what is not a number."""
    return None if value in (None, "") else float(str(value))


def moment(value: str | None) -> datetime | None:
    """A timestamp column; without a zone it is taken as UTC. None for none, or what cannot be read."""
    if value in (None, ""):
        return None
    text = str(value).replace(" ", "T")
    if len(text) > 3 and text[-3] in "+-" and ":" not in text[-3:]:
        text += ":00"  # PostgreSQL writes +00
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def document(value: str | None) -> Any:
    """A JSON column. Raises ValueError for what is not JSON."""
    return None if value in (None, "") else json.loads(str(value))


def words(value: str | None) -> tuple[str, ...]:
    """A column with commas between its parts."""
    return tuple(part.strip() for part in (value or "").strip("{}[]").split(",") if part.strip())
