"""How fast calls may come: what Etsy's headers say, and the turns that callers take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

#: Calls a second until Etsy's headers have said another number: the least seen at new apps.
CAUTIOUS_PER_SECOND = 5

#: A wait longer than this cannot be about a second.
_LONG_S = 120.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the headers of an answer say; None where they do not."""

    per_second: int | None = None
    left_this_second: int | None = None
    per_day: int | None = None
    left_today: int | None = None


@dataclass(frozen=True, slots=True)
class TooMany:
    """A 429. ``wait_s``: what Etsy asks for, None where it says nothing."""

    daily: bool
    wait_s: float | None


class Pace(Protocol):
    """Turns of one shop, shared by all that call for it. Safe from many threads."""

    def turn(self) -> None:
        """Wait until a call may be sent. Raises `EtsyParked` once the calls of the day are used up, `Cancelled`."""
        ...

    def heard(self, allowance: Allowance) -> None:
        """Take note of an answer's headers."""
        ...

    def refused(self, too_many: TooMany) -> None:
        """Take note of a 429: later turns wait. Raises `EtsyParked` for one of the day."""
        ...


def allowance_of(headers: Mapping[str, str]) -> Allowance:
    """The four headers, in both spellings of the one that Etsy's guide misspells."""
    left = _number(headers.get("x-remaining-this-second"))
    if left is None:
        left = _number(headers.get("x-remaining-this-secon"))
    return Allowance(
        per_second=_number(headers.get("x-limit-per-second")),
        left_this_second=left,
        per_day=_number(headers.get("x-limit-per-day")),
        left_today=_number(headers.get("x-remaining-today")),
    )


def too_many_of(headers: Mapping[str, str], words: str) -> TooMany:
    """Which limit a 429 is about: Etsy says it in words, or lets it be seen by a long wait."""
    wait = _number(headers.get("retry-after"))
    daily = bool(re.search(r"\b(daily|per day|QPD)\b", words, re.IGNORECASE)) or (wait or 0) > _LONG_S
    return TooMany(daily, None if wait is None else float(wait))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdigit() else None
