"""Reads the form of a listing and refuses what Etsy refuses."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any

from printdock.demo.etsy.rules import refuse
from printdock.demo.etsy.world import TAXONOMY, Shop, World

_INTEGERS = (
    "quantity", "taxonomy_id", "shop_section_id", "shipping_profile_id", "return_policy_id", "readiness_state_id",
)  # fmt: skip
_NUMBERS = ("price", "item_weight", "item_length", "item_width", "item_height")
_ARRAYS = ("tags", "materials", "styles", "production_partner_ids", "image_ids")
_FLAGS = ("should_auto_renew", "is_customizable", "is_taxable", "is_supply")
_WORDS = (
    "title", "description", "who_made", "when_made", "type", "item_weight_unit", "item_dimensions_unit", "state",
)  # fmt: skip
REQUIRED = ("quantity", "title", "description", "price", "who_made", "when_made", "taxonomy_id")

#: Of 2026: the first decade rolls every January.
WHEN_MADE = (
    "made_to_order", "2020_<year>", "2010_2019", "2007_2009", "before_2007", "2000_2006", "1990s", "1980s", "1970s",
    "1960s", "1950s", "1940s", "1930s", "1920s", "1910s", "1900s", "1800s", "1700s", "before_1700",
)  # fmt: skip
_UNITS = {
    "item_weight_unit": ["oz", "lb", "g", "kg"],
    "item_dimensions_unit": ["in", "ft", "mm", "cm", "m", "yd", "inches"],
}
_LEAVES = {key for key, _name, _parent in TAXONOMY}

Values = dict[str, Any]


def read_fields(form: dict[str, str]) -> Values:
    """The form's known fields in their types; unknown ones are ignored, as Etsy ignores them. Raises `Refused`."""
    values: Values = {}
    for name, text in form.items():
        if name in _ARRAYS:
            if text.strip() in ("", "[]"):
                if name == "image_ids":
                    raise refuse("array_empty")
                values[name] = []
                continue
            values[name] = [part.strip() for part in text.split(",")]
        elif name in _INTEGERS or name in _NUMBERS:
            values[name] = _number(name, text)
        elif name in _FLAGS:
            values[name] = text.lower() in ("true", "1")
        elif name in _WORDS:
            values[name] = text
    return values


def _number(name: str, text: str) -> float | int:
    try:
        return int(text) if name in _INTEGERS else float(text)
    except ValueError:
        raise refuse("not_a_number", field=name) from None


def check_new(world: World, shop: Shop, values: Values) -> None:
    """Refuse what createDraftListing refuses."""
    for name in REQUIRED:
        if values.get(name) in (None, ""):
            raise refuse("field_missing", field=name)
    if "is_supply" not in values:
        raise refuse("supply_missing")
    for check in (_check_money, _check_words, _check_lists, _check_origin, _check_measures):
        check(values)
    _check_ids(world, shop, values)
    _check_physical(shop, values)


def check_change(world: World, shop: Shop, values: Values, whole: Values) -> None:
    """Refuse what updateListing refuses. ``whole``: the listing's fields with ``values`` in place."""
    trio = {"who_made", "when_made", "is_supply"}
    if trio & set(values) and not trio <= set(values):
        raise refuse("supply_missing")
    for name in ("title", "description"):
        if values.get(name, "x") == "":
            raise refuse("field_missing", field=name)
    for check in (_check_words, _check_lists, _check_measures):
        check(values)
    _check_origin(whole)
    _check_ids(world, shop, values)
    if whole.get("type", "physical") == "physical":
        _check_physical(shop, whole)


def _check_money(values: Values) -> None:
    if values["price"] <= 0:
        raise refuse("price_bad")
    if values["price"] < 0.20:
        raise refuse("price_low")
    if not 1 <= values["quantity"] <= 999:
        raise refuse("quantity_bad")


def _title_char(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LP" or category in ("Nd", "Sm", "Zs") or char in "™©®"


def _tag_char(char: str) -> bool:
    return unicodedata.category(char)[0] == "L" or unicodedata.category(char) in ("Nd", "Zs") or char in "-'™©®"


def _material_char(char: str) -> bool:
    return unicodedata.category(char)[0] == "L" or unicodedata.category(char) in ("Nd", "Zs")


def _check_words(values: Values) -> None:
    title = values.get("title", "x")
    if len(title) > 140:
        raise refuse("title_long")
    if not all(map(_title_char, title)) or set("$^`") & set(title):
        raise refuse("title_characters")
    for sign in "%:&+":
        if title.count(sign) > 1:
            raise refuse("title_repeats", sign=sign)
    if len(values.get("description", "")) > 102_400:
        raise refuse("description_long")


def _check_lists(values: Values) -> None:
    tags = values.get("tags", [])
    _many(tags, 13, "tags_many")
    _each(tags, lambda tag: len(tag) <= 20, "tag_long")
    _each(tags, lambda tag: bool(tag) and all(map(_tag_char, tag)), "tag_characters")
    if len({tag.casefold() for tag in tags}) < len(tags):
        raise refuse("tag_twice")
    materials = values.get("materials", [])
    _many(materials, 13, "materials_many")
    _each(materials, lambda one: len(one) <= 45, "material_long")
    _each(materials, lambda one: bool(one) and all(map(_material_char, one)), "material_characters")
    styles = values.get("styles", [])
    _many(styles, 2, "styles_many")
    _each(styles, lambda one: len(one) <= 45, "style_long")


def _many(found: list[str], most: int, rule: str) -> None:
    if len(found) > most:
        raise refuse(rule)


def _each(found: list[str], fine: Callable[[str], bool], rule: str) -> None:
    if not all(map(fine, found)):
        raise refuse(rule)


def _check_origin(values: Values) -> None:
    if values.get("who_made", "i_did") not in ("i_did", "someone_else", "collective"):
        raise refuse("who_made_bad")
    decades = [name.replace("<year>", str(datetime.now().year)) for name in WHEN_MADE]
    if values.get("when_made", "made_to_order") not in decades:
        raise refuse("when_made_bad")
    made_by_others = values.get("who_made") == "someone_else" and values.get("when_made") == "made_to_order"
    if made_by_others and not values.get("is_supply") and not values.get("production_partner_ids"):
        raise refuse("partner_missing")


def _check_measures(values: Values) -> None:
    for name in ("item_weight", "item_length", "item_width", "item_height"):
        if name in values and values[name] <= 0:
            raise refuse("dimension_zero")
    for name, known in _UNITS.items():
        if name in values and values[name] not in known:
            raise refuse("unit_unknown")
    if values.get("type", "physical") not in ("physical", "download", "both"):
        raise refuse("type_unknown")


def _check_ids(world: World, shop: Shop, values: Values) -> None:
    known: list[tuple[str, Any, str]] = [
        ("taxonomy_id", _LEAVES, "taxonomy_unknown"),
        ("shop_section_id", shop.sections, "section_unknown"),
        ("return_policy_id", shop.returns, "returns_unknown"),
        ("readiness_state_id", shop.readiness, "readiness_unknown"),
    ]
    for name, there, rule in known:
        if name in values and values[name] not in there:
            raise refuse(rule)
    profile = shop.shipping.get(values.get("shipping_profile_id", 0))
    if "shipping_profile_id" in values and (profile is None or profile["is_deleted"]):
        raise refuse("shipping_unknown")
    if any(int(key) not in shop.partners for key in values.get("production_partner_ids", [])):
        raise refuse("partner_unknown")
    images = values.get("image_ids", [])
    if len(images) > 20:
        raise refuse("images_many")
    if any(not key.isdigit() or _foreign(world, shop, int(key)) for key in images):
        raise refuse("images_unknown")


def _foreign(world: World, shop: Shop, image: int) -> bool:
    found = world.images.get(image)
    return found is None or found.shop_id != shop.id


def _check_physical(shop: Shop, values: Values) -> None:
    if values.get("type", "physical") == "download":
        return
    if "shipping_profile_id" not in values:
        raise refuse("shipping_missing")
    if "readiness_state_id" not in values:
        raise refuse("readiness_missing")
    profile = shop.shipping.get(values["shipping_profile_id"], {})
    if profile.get("profile_type") == "calculated" and "item_weight" not in values:
        raise refuse("weight_missing")
