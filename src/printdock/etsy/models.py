"""What Etsy answers, as values. Words of fixed sets stay words: Etsy adds new ones, and reading must not break on them.

Text is unescaped (Etsy sends ``&#39;``); what this program does not use is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from typing import Any


@dataclass(frozen=True, slots=True)
class Me:
    """The seller a token belongs to, and the seller's shop (0: has none)."""

    user_id: int
    shop_id: int


@dataclass(frozen=True, slots=True)
class EtsyShop:
    """A shop at Etsy."""

    id: int
    name: str
    currency: str
    url: str


@dataclass(frozen=True, slots=True)
class Named:
    """A thing of the shop that templates call by name. ``kind``: what Etsy says of it (``calculated``); may be empty."""

    id: int
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the seller taxonomy. ``path``: the names from the root to it, with `` > `` between."""

    id: int
    path: str
    leaf: bool


@dataclass(frozen=True, slots=True)
class ListingImage:
    """A picture on a listing. Etsy fills its colours and size in later."""

    id: int
    rank: int
    alt_text: str


@dataclass(frozen=True, slots=True)
class ListingFile:
    """A digital file of a listing. ``size``: bytes."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing. ``created``: seconds since the epoch; ``fields``: what templates set, as Etsy has it."""

    id: int
    shop_id: int
    state: str
    title: str
    description: str
    price: Decimal
    currency: str
    taxonomy_id: int | None
    created: int
    url: str
    fields: dict[str, Any]
    images: tuple[ListingImage, ...] | None = None


def me(document: Any) -> Me:
    return Me(int(document["user_id"]), int(document.get("shop_id") or 0))


def shop(document: Any) -> EtsyShop:
    return EtsyShop(
        int(document["shop_id"]),
        str(document["shop_name"]),
        str(document.get("currency_code") or ""),
        str(document.get("url") or ""),
    )


def results(document: Any) -> list[Any]:
    """The items of a list answer."""
    found = document["results"]
    if not isinstance(found, list):
        raise TypeError("results must be a list")
    return found


def section(document: Any) -> Named:
    return Named(int(document["shop_section_id"]), unescape(document["title"]))


def shipping_profile(document: Any) -> Named:
    return Named(
        int(document["shipping_profile_id"]), unescape(document["title"]), str(document.get("profile_type") or "")
    )


def return_policy(document: Any) -> Named:
    """Policies have no title: they are called by their terms."""
    return Named(int(document["return_policy_id"]), _terms(document))


def _terms(document: Any) -> str:
    returns, exchanges = bool(document.get("accepts_returns")), bool(document.get("accepts_exchanges"))
    if not returns and not exchanges:
        return "no returns"
    taken = " and ".join(name for name, yes in (("returns", returns), ("exchanges", exchanges)) if yes)
    days = document.get("return_deadline")
    return f"{taken} within {days} days" if days else taken


def readiness(document: Any) -> Named:
    """Processing profiles have no title: ``ready_to_ship 1-2 days``."""
    least, most = document.get("min_processing_days"), document.get("max_processing_days")
    label = document.get("processing_days_display_label") or f"{least}-{most} days"
    return Named(
        int(document["readiness_state_id"]), f"{document['readiness_state']} {label}", document["readiness_state"]
    )


def partner(document: Any) -> Named:
    return Named(int(document["production_partner_id"]), unescape(document["partner_name"]))


def categories(document: Any) -> list[Category]:
    """The whole tree, flat, parents before children."""
    return [one for node in results(document) for one in _walk(node, "")]


def _walk(node: Any, above: str) -> Iterator[Category]:
    path = f"{above} > {unescape(node['name'])}" if above else unescape(node["name"])
    children = node.get("children") or []
    yield Category(int(node["id"]), path, not children)
    for child in children:
        yield from _walk(child, path)


def image(document: Any) -> ListingImage:
    return ListingImage(
        int(document["listing_image_id"]), int(document.get("rank") or 0), unescape(document.get("alt_text") or "")
    )


def images(document: Any) -> tuple[ListingImage, ...]:
    """In Etsy's order."""
    return tuple(image(one) for one in results(document))


def file(document: Any) -> ListingFile:
    return ListingFile(
        int(document["listing_file_id"]), unescape(document.get("filename") or ""), int(document.get("size_bytes") or 0)
    )


def files(document: Any) -> tuple[ListingFile, ...]:
    return tuple(file(one) for one in results(document))


def money(document: Any) -> Decimal:
    """An amount in units of its currency."""
    return Decimal(int(document["amount"])) / Decimal(int(document["divisor"]))


#: Fields of a listing that are words or numbers and come back under the name they are sent by.
SAME_NAME = (
    "quantity", "who_made", "when_made", "is_supply", "taxonomy_id", "shop_section_id", "shipping_profile_id",
    "return_policy_id", "readiness_state_id", "should_auto_renew", "is_customizable", "is_taxable", "item_weight",
    "item_weight_unit", "item_length", "item_width", "item_height", "item_dimensions_unit",
)  # fmt: skip


def listing(document: Any) -> Listing:
    fields: dict[str, Any] = {name: document.get(name) for name in SAME_NAME}
    fields |= {
        "title": unescape(document["title"]),
        "description": unescape(document.get("description") or ""),
        "tags": [unescape(tag) for tag in document.get("tags") or []],
        "materials": [unescape(one) for one in document.get("materials") or []],
        "styles": [unescape(one) for one in document.get("style") or document.get("styles") or []],
        "production_partner_ids": [
            int(one["production_partner_id"]) for one in document.get("production_partners") or []
        ],
        "type": document.get("listing_type") or "physical",
    }
    shown = document.get("images")
    return Listing(
        id=int(document["listing_id"]),
        shop_id=int(document.get("shop_id") or 0),
        state=str(document.get("state") or ""),
        title=fields["title"],
        description=fields["description"],
        price=money(document["price"]),
        currency=str(document["price"].get("currency_code") or ""),
        taxonomy_id=None if document.get("taxonomy_id") is None else int(document["taxonomy_id"]),
        created=int(document.get("created_timestamp") or document.get("creation_timestamp") or 0),
        url=str(document.get("url") or ""),
        fields=fields,
        images=None if shown is None else tuple(image(one) for one in shown),
    )


@dataclass(frozen=True, slots=True)
class Page:
    """A page of listings; ``count``: of all pages."""

    count: int
    listings: tuple[Listing, ...]


def page(document: Any) -> Page:
    return Page(int(document["count"]), tuple(listing(one) for one in results(document)))
