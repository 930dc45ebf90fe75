"""Which part of a file is asked for, and whether the asker has it already (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

_RANGE = re.compile(r"^\s*bytes\s*=\s*(?P<ranges>[0-9,\-\s]+)$", re.IGNORECASE | re.ASCII)
_ONE = re.compile(r"^(?P<first>\d*)-(?P<last>\d*)$", re.ASCII)
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')

#: Most digits of a number in a range; more are not a file of this world.
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class Verdict(Enum):
    """What a request for a file gets that is not a part of it."""

    WHOLE = 200
    NOT_MODIFIED = 304
    CHANGED = 412  # If-Match names another
    NOT_SATISFIABLE = 416


def wanted(headers: Mapping[str, str], etag: str, size: int) -> Part | Verdict:
    """What a GET with these ``headers`` (names in lower case) is answered with, in the order of RFC 9110, 13.2.2.

    ``etag``: the file's, strong, with its quotes. Ranges that are not understood, and several that do not touch, are
    ignored, as a server may: the answer is the whole file.
    """
    if (match := headers.get("if-match")) is not None and not _names(match, etag, weakly=False):
        return Verdict.CHANGED
    if (none := headers.get("if-none-match")) is not None and _names(none, etag, weakly=True):
        return Verdict.NOT_MODIFIED
    asked = headers.get("range")
    # A date in If-Range never fits: nothing here has one.
    if asked is None or headers.get("if-range", etag).strip() != etag:
        return Verdict.WHOLE
    return _part(asked, size)


def _names(field: str, etag: str, *, weakly: bool) -> bool:
    """Whether a list of entity tags (or ``*``) names ``etag``."""
    if field.strip() == "*":
        return True
    tags = _TAG.findall(field)
    return any(tag == etag or (weakly and tag.removeprefix("W/") == etag) for tag in tags)


def _part(field: str, size: int) -> Part | Verdict:
    found = _RANGE.match(field)
    if found is None:
        return Verdict.WHOLE
    parts: list[Part] = []
    for text in filter(None, (text.strip() for text in found["ranges"].split(","))):
        one = _ONE.match(text)
        if one is None or not (one["first"] or one["last"]) or max(len(one["first"]), len(one["last"])) > _DIGITS:
            return Verdict.WHOLE
        first, last = one["first"], one["last"]
        if first and last and int(first) > int(last):
            return Verdict.WHOLE
        part = _resolved(first, last, size)
        if part is not None:
            parts.append(part)
    if not parts:
        return Verdict.NOT_SATISFIABLE
    return _together(parts)


def _resolved(first: str, last: str, size: int) -> Part | None:
    """One range in a file of ``size`` bytes; None where it has nothing of it."""
    if not first:
        length = min(int(last), size)
        return Part(size - length, size - 1) if length else None
    if int(first) >= size:
        return None
    return Part(int(first), min(int(last) if last else size - 1, size - 1))


def _together(parts: list[Part]) -> Part | Verdict:
    """All of ``parts`` as one, where they touch or overlap."""
    parts = sorted(parts, key=lambda part: part.first)
    whole = parts[0]
    for part in parts[1:]:
        if part.first > whole.last + 1:
            return Verdict.WHOLE
        whole = Part(whole.first, max(whole.last, part.last))
    return whole
