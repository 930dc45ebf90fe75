"""A manifest as TOML that a person can go on with: only what is not the default, a mesh row by row."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from printdock.mockups.manifest import Manifest

#: Longer lists of lists get a line for each entry.
_WIDTH = 110


def text_of(manifest: Manifest) -> str:
    """``manifest`` as TOML; `problems.manifest_of` reads the same manifest back."""
    top = ["# A mockup set of printdock. Lengths are px of each photo; (0, 0) is its top left corner."]
    top += _pairs(manifest, skip=("output", "watermark", "picture"))
    parts = ["\n".join(top)]
    for key in ("output", "watermark"):
        table = getattr(manifest, key)
        pairs = _pairs(table) if table is not None else []
        if pairs:
            parts.append("\n".join([f"[{key}]", *pairs]))
    for picture in manifest.picture:
        parts.append("\n".join(["[[picture]]", *_pairs(picture, skip=("area", "garment", "watermark"))]))
        parts += ["\n".join(["[[picture.area]]", *_pairs(area)]) for area in picture.area]
        for key in ("garment", "watermark"):
            table = getattr(picture, key)
            if table is not None:
                parts.append("\n".join([f"[picture.{key}]", *_pairs(table)]))
    return "\n\n".join(parts) + "\n"


def quoted(text: str) -> str:
    """A TOML string. JSON's escapes are TOML's, but for DEL, which TOML wants escaped as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _pairs(table: BaseModel, skip: tuple[str, ...] = ()) -> list[str]:
    values = table.model_dump(mode="json", exclude_defaults=True)
    first = [key for key in ("name", "kind", "file") if key in values]
    order = first + [key for key in values if key not in first]
    return [f"{key} = {_value(values[key])}" for key in order if key not in skip]


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case float():
            return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case int():
            return repr(value)
        case dict():
            return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
        case list():
            return _list(value)
    raise TypeError(f"{type(value).__name__} has no place in a manifest")


def _list(values: list[Any]) -> str:
    line = "[" + ", ".join(_value(value) for value in values) + "]"
    if len(line) <= _WIDTH or not values or not isinstance(values[0], list):
        return line
    return "[\n" + "".join(f"  {_value(value)},\n" for value in values) + "]"


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if plain else quoted(key)
