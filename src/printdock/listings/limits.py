"""Etsy's limits, each with its source: OAS = Etsy's OpenAPI document, UI = a limit of its site, #n = a thread of
github.com/etsy/open-api, own = chosen here because nobody says."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from decimal import Decimal

MOST_TITLE = 140  # OAS
MOST_DESCRIPTION = 102_400  # own: no limit is documented
MOST_TAGS, MOST_TAG = 13, 20  # UI
MOST_MATERIALS, MOST_MATERIAL = 13, 45  # UI
MOST_STYLES, MOST_STYLE = 2, 45  # OAS
MOST_QUANTITY = 999  # UI
MOST_SKU = 32  # measured
MOST_PICTURES = 20  # OAS
MOST_ALT = 500  # OAS
MOST_FILE_BYTES, MOST_FILE_NAME = 20 * 1024 * 1024, 70  # UI
MOST_PICTURE_BYTES = 10_000_000  # UI, advice
LEAST_PICTURE_SIDE = 500  # own, px: Etsy takes smaller ones, and shows them badly
PICTURE_FORMATS = ("jpeg", "png", "gif")  # UI

#: OAS and #605: signs that a title may hold once.
TITLE_ONCE = "%:&+"

WHO_MADE = ("i_did", "someone_else", "collective")  # OAS
TYPES = ("physical", "download", "both")  # OAS
WEIGHT_UNITS = ("oz", "lb", "g", "kg")  # OAS
DIMENSION_UNITS = ("in", "ft", "mm", "cm", "m", "yd", "inches")  # OAS

#: OAS of 2026. Before these stands the decade we are in, which changes its name every year (`when_made`).
_PAST = (
    "2010_2019", "2007_2009", "before_2007", "2000_2006", "1990s", "1980s", "1970s", "1960s", "1950s", "1940s", "1930s",
    "1920s", "1910s", "1900s", "1800s", "1700s", "before_1700",
)  # fmt: skip

#: The least price by currency: about US$0.20 (measured for VND). Of other currencies no number is known.
LEAST_PRICE = {"USD": Decimal("0.20"), "VND": Decimal("5040")}


def this_decade(now: datetime) -> str:
    """``2020_2026`` in 2026, ``2020_2027`` a year later."""
    return f"{now.year // 10 * 10}_{now.year}"


def when_made(now: datetime) -> tuple[str, ...]:
    """The words Etsy knows now."""
    return ("made_to_order", this_decade(now), *_PAST)


def not_in_titles(text: str) -> str:
    """The characters a title may not hold: all but letters, digits, punctuation, mathematical signs, spaces, TM (c) (R);
    and ``$ ^ ` `` besides (#605)."""
    return "".join(dict.fromkeys(char for char in text if not _in_title(char)))


def _in_title(char: str) -> bool:
    kind = unicodedata.category(char)
    return kind[0] in "LP" or kind in ("Nd", "Sm", "Zs") or char in "™©®"


def not_in_tags(text: str) -> str:
    """Tags hold letters, digits, spaces, and ``- ' ™ © ®``."""
    return _others(text, "-'™©®")


def not_in_materials(text: str) -> str:
    """Materials hold letters, digits and spaces."""
    return _others(text, "")


def _others(text: str, more: str) -> str:
    found = (c for c in text if not (unicodedata.category(c)[0] == "L" or unicodedata.category(c) in ("Nd", "Zs")))
    return "".join(dict.fromkeys(char for char in found if char not in more))
