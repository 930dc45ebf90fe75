"""The replaced system's hashes: imported from CSV, and looked up for each newcomer of a shop that has some.

An exact match flags a newcomer, it never refuses one: these hashes drop alpha, so they cannot decide.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select

from printdock.db.engine import Database
from printdock.db.tables import old_hashes, print_files
from printdock.dedupe.old_hashes import OldHashes, old_match, parse_hex
from printdock.errors import UsageError
from printdock.shops.queries import Shop

_KINDS = tuple(field.name for field in fields(OldHashes))
_CHUNK = 1_000


def import_csv(database: Database, shop: Shop, file: Path) -> int:
    """Read rows of filename (or file_path) and hashes in hex; all or none, and safe to run twice. Answers the count.

    Raises `UsageError` naming the line that cannot be read.
    """
    count = 0
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream, database.write() as connection:
            for chunk in _chunks(_rows(shop, csv.DictReader(stream))):
                _replace(connection, shop, chunk)
                count += len(chunk)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from error
    return count


def remember_old(connection: Connection, shop: Shop, hashes: Mapping[str, OldHashes]) -> None:
    """Keep the hashes of designs by their labels, in place of what was known of these labels."""
    if hashes:
        _replace(connection, shop, [_row(shop, label, one) for label, one in hashes.items()])


def _replace(connection: Connection, shop: Shop, rows: list[dict[str, Any]]) -> None:
    own = old_hashes.c.shop_id == shop.id, old_hashes.c.label.in_([row["label"] for row in rows])
    connection.execute(delete(old_hashes).where(*own))
    connection.execute(insert(old_hashes), rows)


def _row(shop: Shop, label: str, hashes: OldHashes) -> dict[str, Any]:
    return {"shop_id": shop.id, "label": label[:1000]} | {kind: _bytes(getattr(hashes, kind)) for kind in _KINDS}


def _rows(shop: Shop, reader: csv.DictReader[str]) -> Iterator[dict[str, Any]]:
    for row in reader:
        label = (row.get("file_path") or row.get("filename") or row.get("label") or "").strip()
        if not label:
            raise UsageError(
                f"Line {reader.line_num} has no filename or file_path.", remedy="The first line names the columns."
            )
        try:
            hashes = {kind: parse_hex(row.get(kind)) for kind in _KINDS}
        except ValueError as error:
            raise UsageError(f"Line {reader.line_num}: {error}.") from error
        if not any(value is not None for value in hashes.values()):
            raise UsageError(f"Line {reader.line_num} has no hash.", remedy="Columns: " + ", ".join(_KINDS) + ".")
        yield _row(shop, label, OldHashes(**hashes))


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: dict[str, dict[str, Any]] = {}
    for row in rows:
        chunk[row["label"]] = row  # a label that comes twice counts as it came last
        if len(chunk) >= _CHUNK:
            yield list(chunk.values())
            chunk = {}
    if chunk:
        yield list(chunk.values())


def has_old_hashes(connection: Connection, shop: Shop) -> bool:
    """Whether it is worth computing them for the shop's newcomers."""
    found = select(old_hashes.c.id).where(old_hashes.c.shop_id == shop.id).limit(1)
    return connection.execute(found).one_or_none() is not None


def same_old_hashes(connection: Connection, shop: Shop, new: OldHashes) -> str | None:
    """The label of an earlier design with the same hashes (two kinds of one row at least), or None."""
    equal = [old_hashes.c[kind] == _bytes(getattr(new, kind)) for kind in _KINDS if getattr(new, kind) is not None]
    for row in connection.execute(select(old_hashes).where(old_hashes.c.shop_id == shop.id, or_(*equal)).limit(1000)):
        if old_match(new, OldHashes(*(_integer(getattr(row, kind)) for kind in _KINDS))):
            return str(row.label)
    return None


def design_of_label(connection: Connection, shop: Shop, label: str) -> Any:
    """The design whose print file is called like the last part of ``label``, or None."""
    name = label.replace("\\", "/").rsplit("/", 1)[-1].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = select(print_files.c.design_id).where(
        print_files.c.shop_id == shop.id,
        print_files.c.path.like(f"%/{name}", escape="\\"),
        print_files.c.state.in_(("stored", "spooled", "missing")),
    )
    return connection.execute(found.limit(1)).scalar_one_or_none()


def _bytes(value: int | None) -> bytes | None:
    return None if value is None else value.to_bytes(32, "big")


def _integer(value: bytes | None) -> int | None:
    return None if value is None else int.from_bytes(value, "big")
