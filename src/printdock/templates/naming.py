"""File names of print files: made from a template's pattern, and read back to their number.

The number in the name is the shop's business key between listing, mockup and print file, so it is read exactly:
``UV 100`` is not ``UV 1000``.
"""

from __future__ import annotations

import re
from string import Formatter

from printdock.errors import StorageRefused, UsageError
from printdock.storage.base import check_key

#: ``UV 906 UVDTF_16oz_906.png``, as shops have had it for years.
DEFAULT_PATTERN = "{prefix} {number:03d} {template_slug}_{number:03d}.png"

_FIELDS = {"prefix", "number", "template", "template_slug"}
_NUMBER_FORMAT = re.compile(r"(0?\d{1,2})?d?")


def default_prefix(template: str) -> str:
    """``UV`` for templates with UV in their name, ``DTF`` for the others: the replaced system's rule."""
    return "UV" if "UV" in template else "DTF"


def slug(template: str) -> str:
    """The template's name as it stands inside file names."""
    return template.replace(" ", "_")


def file_name(pattern: str, *, prefix: str, number: int, template: str) -> str:
    """The print file's name for ``number``."""
    return pattern.format(prefix=prefix, number=number, template=template, template_slug=slug(template))


def number_in(name: str, pattern: str, *, prefix: str, template: str) -> int | None:
    """The number that ``name`` was made from, or None when this pattern did not make it."""
    expression = []
    for literal, field, _format, _conversion in Formatter().parse(pattern):
        expression.append(re.escape(literal))
        if field == "number":
            expression.append(r"(\d{1,9})")
        elif field is not None:
            known = {"prefix": prefix, "template": template, "template_slug": slug(template)}
            expression.append(re.escape(known[field]))
    found = re.fullmatch("".join(expression), name)
    if found is None or len(set(map(int, found.groups()))) != 1:
        return None
    number = int(found.group(1))
    return number if file_name(pattern, prefix=prefix, number=number, template=template) == name else None


def check_pattern(pattern: str, *, prefix: str, template: str) -> None:
    """Raise `UsageError` unless ``pattern`` makes a distinct, safe ``.png`` name for every number."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        raise UsageError(f"The pattern {pattern!r} cannot be read: {error}.") from error
    fields = [field for _literal, field, _format, _conversion in parts if field is not None]
    unknown = [field for field in fields if field not in _FIELDS]
    odd = [spec for _literal, field, spec, conversion in parts if conversion or (spec and field != "number")]
    numbers = [spec or "" for _literal, field, spec, _conversion in parts if field == "number"]
    if unknown or odd or not numbers or not all(_NUMBER_FORMAT.fullmatch(spec) for spec in numbers):
        raise UsageError(
            f"The pattern {pattern!r} is not usable.",
            remedy="Use {number} or {number:03d}, and besides it only {prefix}, {template}, {template_slug}.",
        )
    sample = file_name(pattern, prefix=prefix, number=123456, template=template)
    try:
        check_key(sample)
    except StorageRefused as error:
        raise UsageError(f"The pattern {pattern!r} makes names that cannot be stored: {sample!r}.") from error
    if "/" in sample or sample.startswith(".") or not sample.endswith(".png"):
        raise UsageError(f"The pattern {pattern!r} must make a plain name ending in .png, not {sample!r}.")
