"""Etsy's rules, looked at before anything is sent: all problems of a draft at once, each with its field and its mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from printdock.errors import FieldProblem
from printdock.listings import limits
from printdock.listings.draft import Draft
from printdock.listings.template import ListingTemplate


def check_draft(template: ListingTemplate, draft: Draft, currency: str, now: datetime) -> list[FieldProblem]:
    """What Etsy would refuse of ``draft``, whose ids are known to be right."""
    return [
        *_title(draft.title),
        *_description(str(draft.fields.get("description") or "")),
        *_tags(_words(draft, "tags")),
        *_materials(_words(draft, "materials")),
        *_styles(_words(draft, "styles")),
        *_price(draft.fields.get("price"), currency),
        *_quantity(draft.fields.get("quantity")),
        *_origin(template, now),
        *_kind(template),
        *_measures(template),
        *_sku(draft.sku),
        *_pictures(draft),
        *_file(draft),
    ]


def _words(draft: Draft, name: str) -> Sequence[str]:
    found = draft.fields.get(name) or ()
    return [str(one) for one in found] if isinstance(found, list | tuple) else ()


def _title(title: str) -> Iterator[FieldProblem]:
    if not title.strip():
        yield FieldProblem("title", "field_missing", "is empty", "Give the template a title.")
        return
    if len(title) > limits.MOST_TITLE:
        yield FieldProblem(
            "title",
            "title_long",
            f"has {len(title):,} characters, {limits.MOST_TITLE} are allowed",
            f"Leave out {len(title) - limits.MOST_TITLE:,}.",
        )
    bad = limits.not_in_titles(title[:1000])
    if bad:
        yield FieldProblem(
            "title", "title_characters", f"holds {_shown(bad)}", "Titles hold letters, digits and punctuation."
        )
    for sign in limits.TITLE_ONCE:
        if title.count(sign) > 1:
            yield FieldProblem("title", "title_repeats", f"holds {sign} {title.count(sign)} times", "Once is allowed.")


def _description(text: str) -> Iterator[FieldProblem]:
    if not text.strip():
        yield FieldProblem("description", "field_missing", "is empty", "Give the template a description.")
    if len(text) > limits.MOST_DESCRIPTION:
        yield FieldProblem("description", "description_long", f"has {len(text):,} characters", "Shorten it.")


def _tags(tags: Sequence[str]) -> Iterator[FieldProblem]:
    yield from _count("tags", tags, limits.MOST_TAGS, "tags_many")
    yield from _lengths("tags", tags, limits.MOST_TAG, "tag_long")
    yield from _characters("tags", tags, limits.not_in_tags, "tag_characters", "letters, digits, spaces and - '")
    folded = [tag.casefold() for tag in tags]
    for tag in dict.fromkeys(tag for tag in folded if folded.count(tag) > 1):
        yield FieldProblem("tags", "tag_twice", f"holds {tag!r} twice", "Once is enough.")


def _materials(found: Sequence[str]) -> Iterator[FieldProblem]:
    yield from _count("materials", found, limits.MOST_MATERIALS, "materials_many")
    yield from _lengths("materials", found, limits.MOST_MATERIAL, "material_long")
    yield from _characters(
        "materials", found, limits.not_in_materials, "material_characters", "letters, digits, spaces"
    )


def _styles(found: Sequence[str]) -> Iterator[FieldProblem]:
    yield from _count("styles", found, limits.MOST_STYLES, "styles_many")
    yield from _lengths("styles", found, limits.MOST_STYLE, "style_long")


def _count(field: str, found: Sequence[str], most: int, code: str) -> Iterator[FieldProblem]:
    if len(found) > most:
        yield FieldProblem(field, code, f"are {len(found)}, {most} are allowed", f"Leave out {len(found) - most}.")


def _lengths(field: str, found: Sequence[str], most: int, code: str) -> Iterator[FieldProblem]:
    for one in found:
        if len(one) > most:
            yield FieldProblem(
                field, code, f"{_shown(one)} has {len(one)} characters, {most} are allowed", "Shorten it."
            )


def _characters(
    field: str, found: Sequence[str], bad: Callable[[str], str], code: str, allowed: str
) -> Iterator[FieldProblem]:
    for one in found:
        if not one or bad(one):
            yield FieldProblem(field, code, f"{_shown(one)} holds {_shown(bad(one))}", f"Allowed are {allowed}.")


def _price(price: object, currency: str) -> Iterator[FieldProblem]:
    if not isinstance(price, Decimal):
        yield FieldProblem("price", "field_missing", "is not set", f"Set it, in {currency or 'the shop currency'}.")
        return
    least = limits.LEAST_PRICE.get(currency)
    if price <= 0:
        yield FieldProblem("price", "price_bad", f"is {price}", "It must be above 0.")
    elif least is not None and price < least:
        yield FieldProblem("price", "price_low", f"is {price} {currency}", f"Etsy's least is {least} {currency}.")
    if price != round(price, 2):
        yield FieldProblem("price", "price_fine", f"is {price}", "Two places after the point are the most.")


def _quantity(quantity: object) -> Iterator[FieldProblem]:
    if quantity is None:
        yield FieldProblem("quantity", "field_missing", "is not set", "Set how many there are.")
    elif not isinstance(quantity, int) or not 1 <= quantity <= limits.MOST_QUANTITY:
        yield FieldProblem("quantity", "quantity_bad", f"is {quantity}", f"1 to {limits.MOST_QUANTITY} are allowed.")


def _origin(template: ListingTemplate, now: datetime) -> Iterator[FieldProblem]:
    who, when = template.who_made, template.when_made
    if who not in limits.WHO_MADE:
        yield FieldProblem("who_made", "who_made_bad", f"is {_shown(who)}", _one_of(limits.WHO_MADE))
    if when not in limits.when_made(now):
        yield FieldProblem(
            "when_made",
            "when_made_bad",
            f"is {_shown(when)}",
            f"This decade is {limits.this_decade(now)} until the end of the year; {_one_of(limits.when_made(now)[:6])}",
        )
    if (
        who == "someone_else"
        and when == "made_to_order"
        and not template.is_supply
        and not template.production_partners
    ):
        yield FieldProblem(
            "production_partners",
            "partner_missing",
            "is empty, and somebody else makes it to order",
            "Name your production partner (added in Etsy's Shop Manager), or set who_made to i_did.",
        )


def _kind(template: ListingTemplate) -> Iterator[FieldProblem]:
    if template.type not in limits.TYPES:
        yield FieldProblem("type", "type_unknown", f"is {_shown(template.type)}", _one_of(limits.TYPES))
    if not template.physical:
        return
    if not template.shipping_profile:
        yield FieldProblem(
            "shipping_profile", "shipping_missing", "is empty", "Physical things need one: `printdock listings names`."
        )
    if not template.processing_profile:
        yield FieldProblem(
            "processing_profile",
            "readiness_missing",
            "is empty",
            "Physical things need one: `printdock listings names`.",
        )


def _measures(template: ListingTemplate) -> Iterator[FieldProblem]:
    for name in ("item_weight", "item_length", "item_width", "item_height"):
        value = getattr(template, name)
        if value is not None and value <= 0:
            yield FieldProblem(name, "dimension_zero", f"is {value}", "Leave it empty where it is not known.")
    for name, known in (
        ("item_weight_unit", limits.WEIGHT_UNITS),
        ("item_dimensions_unit", limits.DIMENSION_UNITS),
    ):
        value = getattr(template, name)
        if value and value not in known:
            yield FieldProblem(name, "unit_unknown", f"is {_shown(value)}", _one_of(known))
    if template.item_weight is not None and not template.item_weight_unit:
        yield FieldProblem(
            "item_weight_unit", "unit_missing", "is empty, and a weight is set", _one_of(limits.WEIGHT_UNITS)
        )
    sides = (template.item_length, template.item_width, template.item_height)
    if any(side is not None for side in sides) and not template.item_dimensions_unit:
        yield FieldProblem(
            "item_dimensions_unit", "unit_missing", "is empty, and a size is set", _one_of(limits.DIMENSION_UNITS)
        )


def _sku(sku: str) -> Iterator[FieldProblem]:
    if len(sku) > limits.MOST_SKU:
        yield FieldProblem("sku", "inventory_sku", f"has {len(sku)} characters", f"{limits.MOST_SKU} are allowed.")


def _pictures(draft: Draft) -> Iterator[FieldProblem]:
    if not draft.pictures:
        yield FieldProblem(
            "mockup_sets",
            "pictures_missing",
            "there is no mockup of this design",
            "Render some: printdock mockups render.",
        )
    if len(draft.pictures) > limits.MOST_PICTURES:
        yield FieldProblem(
            "mockup_sets",
            "images_many",
            f"{len(draft.pictures)} pictures, {limits.MOST_PICTURES} are allowed",
            "Name fewer sets, or sets with fewer pictures and colours.",
        )
    longest = max((len(one.alt_text) for one in draft.pictures), default=0)
    if longest > limits.MOST_ALT:
        yield FieldProblem("alt_text", "alt_long", f"has {longest} characters", f"{limits.MOST_ALT} are allowed.")


def _file(draft: Draft) -> Iterator[FieldProblem]:
    if draft.file is None:
        return
    if draft.file.size > limits.MOST_FILE_BYTES:
        yield FieldProblem(
            "type",
            "file_big",
            f"the print file has {draft.file.size / 1e6:.1f} MB, Etsy takes {limits.MOST_FILE_BYTES / 1e6:.0f} MB",
            "Use a product template with fewer DPI or a smaller size for downloads.",
        )
    if len(draft.file.name) > limits.MOST_FILE_NAME:
        yield FieldProblem(
            "type", "file_name_long", f"the file name has {len(draft.file.name)} characters", "Shorten it."
        )


def _one_of(known: Sequence[str]) -> str:
    return "Known are: " + ", ".join(known) + "."


def _shown(text: str) -> str:
    """As it stands in a message, whatever it is: short, and on one line."""
    return repr(text if len(text) <= 40 else text[:39] + "…")
