"""Where a piece of a file belongs. Pure: what a request asks for, against what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from printdock.errors import OffsetConflict, UsageError

_RANGE = re.compile(r"^bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes ``start`` to ``end`` (the first one past them) of a file."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def asked_span(content_range: str | None, size: int) -> Span:
    """The bytes that a request with this ``Content-Range`` brings (all of the file without one).

    Raises `UsageError` (``bad_range``) for another form, another total than the ``size`` announced, or no bytes at all.
    """
    if content_range is None:
        return Span(0, size)
    match = _RANGE.match(content_range.strip())
    if match is None:
        raise _bad(f"{content_range[:80]!r} is not of the form 'bytes FIRST-LAST/TOTAL'")
    first, last, total = (int(part) for part in match.groups())
    if total != size:
        raise _bad(f"the total is {total}, and {size} bytes were announced")
    if not first <= last < size:
        raise _bad(f"{first}-{last} is not within {size} bytes")
    return Span(first, last + 1)


def admit_span(span: Span, have: int) -> None:
    """Raise `OffsetConflict` where bytes between those that are there and ``span`` would be missing.

    A span that begins earlier is fine: what is there from its start on is dropped and written again.
    """
    if span.start > have:
        raise OffsetConflict(have, span.start)


def _bad(why: str) -> UsageError:
    return UsageError(f"The Content-Range cannot be: {why}.", code="bad_range", remedy="Ask for the offset with HEAD.")
