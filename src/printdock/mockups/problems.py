"""A manifest's text as its tables, or everything that is wrong with it, each with its line and in words."""

from __future__ import annotations

import json
import re
import tomllib
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from printdock.errors import PackRefused, Problem
from printdock.mockups.lines import Lines, Path
from printdock.mockups.manifest import (
    AREA_TABLES,
    Described,
    GarmentTable,
    Manifest,
    OutputTable,
    PictureTable,
    WatermarkTable,
)

#: The tables inside others, by the key they stand under.
_TABLES: dict[str, type[BaseModel]] = {
    "output": OutputTable,
    "watermark": WatermarkTable,
    "garment": GarmentTable,
    "picture": PictureTable,
}

_WANTED = {
    "string_type": "must be text in quotes",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "finite_number": "must be a finite number",
    "tuple_type": "must be a list in [ ]",
    "model_type": "must be a table",
    "dict_type": 'must be a table, such as {navy = "#1b2a49"}',
    "too_short": "is empty or has too few entries",
    "string_too_short": "is empty",
}


def manifest_of(text: str, source: str) -> Manifest:
    """The tables in ``text``. Raises `PackRefused` with all problems; ``source`` is what they call the file."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackRefused([_syntax(error, text, source)]) from error
    return manifest_from(document, source, text)


def manifest_from(document: dict[str, Any], source: str, text: str = "") -> Manifest:
    """The tables in ``document``, which was read from ``text``. Raises `PackRefused` as `manifest_of`."""
    try:
        # TOML's kinds of values are JSON's: so strict checks still take a word for a choice, and a list for a tuple.
        return Manifest.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        lines = Lines(text)
        found = [each for each in error.errors() if not _follows(each, document)]
        raise PackRefused([_problem(each, document, lines, source) for each in found]) from error


def picture_from(document: dict[str, Any]) -> Described:
    """One picture's tables. Raises `PackRefused` as `manifest_from`."""
    try:
        return Described.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        places = [(("picture", 0, *each["loc"]), each) for each in error.errors()]
        found = [
            _problem(each | {"loc": place}, {"picture": [document]}, Lines(""), "picture") for place, each in places
        ]
        raise PackRefused(found) from error


def _follows(error: Any, document: dict[str, Any]) -> bool:
    """Whether it only says that there are too few pictures left, the others being wrong."""
    return error["loc"] == ("picture",) and error["type"] == "too_short" and bool(document.get("picture"))


def _syntax(error: tomllib.TOMLDecodeError, text: str, source: str) -> Problem:
    found = re.search(r"\(at line (\d+), column \d+\)", str(error))
    line = int(found.group(1)) if found else text.count("\n") + 1
    reason = str(error).split(" (at ")[0]
    return Problem(
        source, line, "error", "not_toml", f"This cannot be read: {reason}.", "Compare it with a pack that works."
    )


def _problem(error: Any, document: dict[str, Any], lines: Lines, source: str) -> Problem:
    path = _without_kind(error["loc"])
    code, message, remedy = _words(error, path, document)
    place = (*path, "kind") if error["type"] == "union_tag_invalid" else path
    return Problem(source, lines.line(place), "error", code, f"{_said(path)}{message}", remedy, place)


def _without_kind(place: Path) -> Path:
    """Where it stands in the file: pydantic puts the kind of an area into its path."""
    if len(place) > 4 and place[0] == "picture" and place[2] == "area" and place[4] in AREA_TABLES:
        return (*place[:4], *place[5:])
    return place


def _said(path: Path) -> str:
    """``picture 2, area 1, corners 4 `` as people count."""
    said = ""
    for part in path:
        said += f" {part + 1}" if isinstance(part, int) else f", {part}"
    return f"{said.removeprefix(', ')} " if said else ""


def _words(error: Any, path: Path, document: dict[str, Any]) -> tuple[str, str, str]:
    """(code, message, remedy) for one error of pydantic's."""
    kind = error["type"]
    context = error.get("ctx", {})
    if kind == "extra_forbidden":
        known = _keys_around(path, document)
        near = get_close_matches(str(path[-1]), known, 1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(known)}."
        return "unknown_key", "is not a key that belongs here.", remedy
    if kind in ("missing", "union_tag_not_found"):
        if kind == "missing":
            return "missing_key", "is missing.", ""
        return "missing_key", "has no kind.", f"Say kind = one of {', '.join(map(repr, AREA_TABLES))}."
    if kind in ("enum", "literal_error"):
        return "wrong_value", f"must be one of {context['expected']}, not {error['input']!r}.", ""
    if kind == "union_tag_invalid":
        near = get_close_matches(str(context["tag"]), list(AREA_TABLES), 1)
        remedy = f"Did you mean {near[0]!r}?" if near else ""
        return "wrong_value", f"is of kind {context['tag']!r}; there are: {context['expected_tags']}.", remedy
    if kind == "too_short" and path == ("picture",):
        return "no_picture", "is empty: there is no photo to show designs on.", "Add a photo."
    if kind == "value_error":
        return "wrong_value", f"is not right: {context['error']}.", ""
    if kind == "string_pattern_mismatch":
        return "wrong_value", f'must be a colour such as "#1b2a49", not {error["input"]!r}.', ""
    return "wrong_value", f"{_WANTED.get(kind) or error['msg'][0].lower() + error['msg'][1:]}.", ""


def _keys_around(path: Path, document: dict[str, Any]) -> list[str]:
    """The keys that the table around an unknown one may have."""
    table: type[BaseModel] = Manifest
    inner: Any = document
    for part in path[:-1]:
        inner = inner[part]
        table = _TABLES.get(str(part), table)
        if isinstance(inner, dict) and "kind" in inner:
            table = AREA_TABLES.get(str(inner["kind"]), table)
    return list(table.model_fields)
