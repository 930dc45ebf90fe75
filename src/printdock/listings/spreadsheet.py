"""Listing templates, and words about designs, as CSV that a spreadsheet opens; templates also as JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from printdock.errors import UsageError
from printdock.listings.template import ListingTemplate, listing_template

#: Lists of words, which hold no comma at Etsy, and lists of names, which may.
_COMMAS = ("tags", "materials", "styles")
_SEMICOLONS = ("production_partners", "mockup_sets", "shared_pictures")
_OWN = "field:"
_YES, _NO = ("yes", "true", "1", "y"), ("no", "false", "0", "n")
#: Longer cells are refused as what they are, texts that are too long, and not by the reader, which names no column.
_MOST_CELL = 16_000_000
_FLAGS = ("is_supply", "should_auto_renew", "is_customizable", "is_taxable")


def read_templates(text: str, *, is_json: bool) -> list[ListingTemplate]:
    """The templates of a file. Raises `UsageError` naming the row and what is wrong with it."""
    rows = _json_rows(text) if is_json else [_values(row, number) for number, row in _csv_rows(text)]
    if not rows:
        raise UsageError("The file holds no listing template.", code="bad_listing_template")
    return [listing_template(row, f"Row {number}") for number, row in enumerate(rows, 1)]


def _json_rows(text: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise UsageError(f"The file is not JSON: {error}.", code="bad_listing_template") from error
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError("The file must be a list of listing templates.", code="bad_listing_template")
    return rows


def _csv_rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """Rows by number, from 1; cells left out are empty. Raises `UsageError` for a row with more cells than columns."""
    csv.field_size_limit(_MOST_CELL)
    reader = csv.DictReader(io.StringIO(text.removeprefix("﻿"), newline=""))
    try:
        rows = list(reader)
    except csv.Error as error:
        raise UsageError(f"The file is not CSV: {error}.", code="bad_csv") from error
    found = []
    for number, row in enumerate(rows, 1):
        if None in row:
            raise UsageError(
                f"Row {number} has more cells than there are columns.",
                code="bad_csv",
                remedy="Put texts with commas into quotes.",
            )
        found.append((number, {name.strip(): (cell or "").strip() for name, cell in row.items() if name}))
    return found


def _values(row: dict[str, str], number: int) -> dict[str, Any]:
    """A row's cells as values; empty ones are left to the defaults."""
    values: dict[str, Any] = {}
    for name, cell in row.items():
        if not cell:
            continue
        if name.startswith(_OWN):
            values.setdefault("fields", {})[name.removeprefix(_OWN)] = cell
        elif name in _COMMAS:
            values[name] = _split(cell, ",")
        elif name in _SEMICOLONS:
            values[name] = _split(cell, ";")
        elif name in _FLAGS:
            values[name] = _flag(name, cell, number)
        else:
            values[name] = cell
    return values


def _split(cell: str, sign: str) -> list[str]:
    return [part.strip() for part in cell.split(sign) if part.strip()]


def _flag(name: str, cell: str, number: int) -> bool:
    if cell.lower() not in _YES + _NO:
        raise UsageError(f"Row {number}: {name} must be yes or no, not {cell!r}.", code="bad_listing_template")
    return cell.lower() in _YES


def write_templates(templates: list[ListingTemplate]) -> str:
    """CSV that `read_templates` reads back to the same templates."""
    own = sorted({name for template in templates for name in template.fields})
    names = [name for name in ListingTemplate.model_fields if name != "fields"]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*names, *(f"{_OWN}{name}" for name in own)])
    for template in templates:
        data = template.as_dict()
        writer.writerow(
            [*(_cell(name, data[name]) for name in names), *(template.fields.get(name, "") for name in own)]
        )
    return out.getvalue()


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ("; " if name in _SEMICOLONS else ", ").join(value)
    return str(value)


def read_words(text: str) -> list[tuple[str, dict[str, str]]]:
    """A table of the seller's words: what names the design (column ``design`` or ``number``), then the words.

    Raises `UsageError`.
    """
    found = []
    for number, row in _csv_rows(text):
        key = row.pop("design", "") or row.pop("number", "")
        row.pop("number", None)
        if not key:
            raise UsageError(
                f"Row {number} names no design.", code="bad_csv", remedy="Begin with a column `number` or `design`."
            )
        found.append((key, row))
    return found
