"""File names of mockups, made from a set's pattern: the design's number in them is the shop's business key."""

from __future__ import annotations

import re
from string import Formatter

from printdock.errors import StorageRefused, UsageError
from printdock.imaging.output import PictureFormat
from printdock.mockups.types import MockupSet, SetPicture
from printdock.storage.base import check_key
from printdock.templates.naming import slug
from printdock.templates.queries import Template

#: The shop's folder that holds rendered mockups, one folder a template; sets and their base pictures lie there too.
FOLDER = "Mockups"

#: Where thumbnails lie, below the folder of their mockups.
THUMBNAILS = "thumbnails"

FIELDS = ("prefix", "number", "template", "template_slug", "index", "picture", "colour", "set")
_SUFFIXES = {PictureFormat.JPEG: ".jpg", PictureFormat.WEBP: ".webp", PictureFormat.PNG: ".png"}
_UNSAFE = re.compile(r"[^\w.()+-]+")


def folder_of(template: Template) -> str:
    """Where the template's mockups are stored."""
    return f"{template.shop.name}/{FOLDER}/{template.name}"


def thumbnail_of(path: str) -> str:
    """The stored path of the thumbnail of the mockup ``path``."""
    folder, name = path.rsplit("/", 1)
    return f"{folder}/{THUMBNAILS}/{name}.webp"


def mockup_name(mockup_set: MockupSet, template: Template, number: int, picture: SetPicture, colour: str | None) -> str:
    """The file name, with its suffix. The colour is added where the picture has several and the pattern has none."""
    values = {
        "prefix": template.prefix,
        "number": number,
        "template": template.name,
        "template_slug": slug(template.name),
        "index": picture.index,
        "picture": _safe(picture.name),
        "colour": _safe(colour or ""),
        "set": _safe(mockup_set.name),
    }
    name = mockup_set.pattern.format(**values)
    if colour is not None and len(picture.colours) > 1 and "colour" not in _fields(mockup_set.pattern):
        name += f"_{values['colour']}"
    return name + _SUFFIXES[mockup_set.output.format]


def check_pattern(pattern: str) -> None:
    """Raise `UsageError` unless ``pattern`` makes plain file names (without a suffix) that carry the number."""
    try:
        fields = _fields(pattern)
        sample = pattern.format(**dict.fromkeys(FIELDS, "x") | {"number": 123456, "index": 0})
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise UsageError(f"The pattern {pattern!r} cannot be read.", remedy=_REMEDY) from error
    if fields - set(FIELDS) or "number" not in fields:
        raise UsageError(f"The pattern {pattern!r} is not usable.", remedy=_REMEDY)
    try:
        check_key(sample)
    except StorageRefused as error:
        raise UsageError(f"The pattern {pattern!r} makes names that cannot be stored: {sample!r}.") from error
    if "/" in sample or sample.startswith("."):
        raise UsageError(f"The pattern {pattern!r} must make a plain name, not {sample!r}.")


_REMEDY = (
    "It needs {number}; besides it there are " + ", ".join(f"{{{name}}}" for name in FIELDS if name != "number") + "."
)


def _fields(pattern: str) -> set[str]:
    return {field for _literal, field, _format, _conversion in Formatter().parse(pattern) if field is not None}


def _safe(text: str) -> str:
    """As it stands inside a file name: letters, digits and plain signs; anything else becomes ``_``."""
    return _UNSAFE.sub("_", text).strip("._") or "_"
