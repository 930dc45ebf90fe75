"""Placeholders in a template's texts: ``{number:03d}``, ``{design}``, and the seller's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

#: What every design has.
KNOWN = ("design", "number", "prefix", "template", "product", "shop")

#: What alternative texts of pictures have besides.
OF_PICTURES = ("picture", "colour", "set")

_NUMBER_FORMAT = re.compile(r"(0?\d{1,2})?d?")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Filled:
    """``text`` with what could be filled in. ``unknown``: placeholders nobody has words for; ``broken``: why it is
    no pattern at all, or empty."""

    text: str
    unknown: tuple[str, ...] = ()
    broken: str = ""


def fill(pattern: str, words: Mapping[str, str | int]) -> Filled:
    """``pattern`` with its placeholders filled from ``words``. ``{{`` and ``}}`` stand for braces."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        return Filled(pattern, broken=str(error))
    text, unknown = [], []
    for literal, name, form, conversion in parts:
        text.append(literal)
        if name is None:
            continue
        if conversion or (form and (name != "number" or not _NUMBER_FORMAT.fullmatch(form))):
            return Filled(pattern, broken=f"{{{name}}} cannot be formatted so; only {{number:03d}} can")
        if name not in words:
            unknown.append(name)
            continue
        text.append(format(words[name], form or "") if name == "number" else str(words[name]))
    return Filled("".join(text), tuple(dict.fromkeys(unknown)))


def is_own_name(name: str) -> bool:
    """Whether sellers may name a field of their own so."""
    return _NAME.fullmatch(name) is not None and name not in (*KNOWN, *OF_PICTURES)
