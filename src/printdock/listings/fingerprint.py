"""What tells a draft from others while its id is not known: title, price and category, as both sides write them."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from decimal import Decimal
from html import unescape

from printdock.etsy.models import Listing
from printdock.listings.draft import Draft


def fingerprint(title: str, price: Decimal, taxonomy_id: int | None) -> bytes:
    """SHA-256. Equal for a draft that was sent and the same draft as Etsy lists it."""
    plain = " ".join(unicodedata.normalize("NFC", unescape(title)).split())
    return hashlib.sha256(json.dumps([plain, f"{price:.2f}", taxonomy_id]).encode()).digest()


def of_draft(draft: Draft) -> bytes:
    """That of a draft to be sent."""
    taxonomy = draft.fields.get("taxonomy_id")
    price = Decimal(str(draft.fields["price"]))
    return fingerprint(draft.title, price, None if taxonomy is None else int(str(taxonomy)))


def of_listing(listing: Listing) -> bytes:
    """That of a listing at Etsy."""
    return fingerprint(listing.title, listing.price, listing.taxonomy_id)
