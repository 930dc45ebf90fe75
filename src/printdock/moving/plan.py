"""Which print files come, in which order, and with which numbers: decided on disk before anything is written.

The order is fixed (the oldest row first, then files that no row knows, by name), so a run that goes on after another was
killed decides as that one did. A number belongs to the first file that has it in its name; a second one keeps its name,
gets the next free number, and is reported.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import select

from printdock.db.tables import print_files
from printdock.moving.names import number_of, place_of
from printdock.moving.old_tables import truth
from printdock.moving.parts import Move
from printdock.storage.base import is_temporary
from printdock.templates.queries import Template, find_template

ROWS, FILES = "design_images", "files without a row"

_DESIGNS = """
SELECT d.rowid AS key, d.* FROM design_images d JOIN owners o ON o.user_id = d.user_id WHERE o.shop = ?
ORDER BY d.created_at IS NULL, d.created_at, d.id
"""

_CANDIDATES = """
SELECT f.name, w.design, coalesce(w.created_at, f.modified) AS created_at FROM files f LEFT JOIN wanted w USING (shop, folder, name)
WHERE f.shop = ? AND f.folder = ? AND coalesce(w.active, 1) = 1
ORDER BY w.design IS NULL, w.created_at IS NULL, w.created_at, w.design, f.name
"""

#: Files looked up in the library with one query.
_CHUNK = 500


def plan_files(move: Move, folders: set[str]) -> None:
    """Fill the staging's ``plan`` for the folders of the shop's templates."""
    _want(move, folders)
    for folder in sorted(folders):
        _list(move, folder)
        template = _template(move, folder)
        candidates = move.staging.rows(_CANDIDATES, move.name, folder)
        while chunk := list(islice(candidates, _CHUNK)):
            _plan(move, folder, template, chunk)
        _tell_rows(move, folder, template)


def highest_number(move: Move, folder: str) -> int | None:
    """The highest number that was ever given out in ``folder``: by a file, by a row, or by a group's counter."""
    found = [
        move.staging.count(f"SELECT coalesce(max(number), -1) FROM {table} WHERE shop = ? AND folder = ?", *own)
        for table in ("numbers", "wanted", "plan")
        for own in [(move.name, folder)]
    ]
    found.append(
        move.staging.count(
            "SELECT coalesce(max(CAST(m.starting_name AS INTEGER)), -1) FROM mockups m"
            " JOIN etsy_product_templates t ON t.id = m.product_template_id JOIN owners o ON o.user_id = t.user_id"
            " WHERE o.shop = ? AND t.name = ?",
            move.name,
            folder,
        )
    )
    highest = max(found)
    return None if highest < 0 else highest


# --- rows ---------------------------------------------------------------------------------------------------------


def _want(move: Move, folders: set[str]) -> None:
    tally = move.tally(ROWS)
    rows = move.staging.rows(_DESIGNS, move.name)
    while chunk := list(islice(rows, _CHUNK)):
        tally.rows += len(chunk)
        for row in chunk:
            _want_one(move, folders, row)


def _want_one(move: Move, folders: set[str], row: sqlite3.Row) -> None:
    path = row["file_path"] or row["filename"] or ""
    place = place_of(path, move.name)
    if place is None:
        _left_out(
            move, "no_place", path or row["id"], "Its path does not say where in the shop's folder its file lies."
        )
        return
    if truth(row["is_digital"]) or place.folder.split("/")[0] == "Digital":
        remedy = "Make a template for it and ingest its source."
        _left_out(move, "digital", path, "A digital design: the old system made no print file of it.", remedy)
        return
    if place.folder not in folders:
        message = f"Its folder {place.folder!r} belongs to no product of the shop."
        remedy = f"`printdock templates add {place.folder!r}`, then run this again."
        _left_out(move, "no_template", path, message, remedy)
        return
    active = truth(row["is_active"], True)
    before = list(
        move.staging.rows(
            "SELECT active FROM wanted WHERE shop = ? AND folder = ? AND name = ?", move.name, place.folder, place.name
        )
    )
    if before:
        _left_out(move, "same_file", path, "An older row has the same file: the old system wrote one over the other.")
        if not (active and not before[0]["active"]):
            return
    move.staging.write(
        "INSERT OR REPLACE INTO wanted VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(move.name, place.folder, place.name, row["key"], int(active), row["created_at"], number_of(place.name))],
    )


def _left_out(move: Move, code: str, what: str, message: str, remedy: str = "") -> None:
    move.tally(ROWS).left_out += 1
    move.problem(ROWS, code, what, message, remedy)


def _tell_rows(move: Move, folder: str, template: Template | None) -> None:
    """Rows whose file is gone, or that were deleted in the old system."""
    query = """
    SELECT w.name, w.active, f.name IS NOT NULL AS here FROM wanted w LEFT JOIN files f USING (shop, folder, name)
    WHERE w.shop = ? AND w.folder = ? AND (f.name IS NULL OR w.active = 0) ORDER BY w.name
    """
    rows = move.staging.rows(query, move.name, folder)
    while chunk := list(islice(rows, _CHUNK)):
        known = _known(move, folder, template, chunk)
        for row in chunk:
            path = f"{move.name}/{folder}/{row['name']}"
            if path in known:
                move.tally(ROWS).there += 1
            elif not row["active"]:
                message = "It was deleted in the old system; its number stays taken."
                _left_out(move, "deleted", path, message, "Its file stays on the NAS." if row["here"] else "")
            else:
                _left_out(
                    move, "file_gone", path, "Its print file is not there; its number stays taken.",
                    "Ingest its source again: it gets a new number. Its old hashes flag it then.",
                )  # fmt: skip


# --- files --------------------------------------------------------------------------------------------------------


def _list(move: Move, folder: str) -> None:
    prefix = f"{move.name}/{folder}/"

    def entries() -> Iterator[tuple[str, str, str, str]]:
        for entry in move.parts.files.list(prefix.rstrip("/")):
            name = entry.key.removeprefix(prefix)
            if is_temporary(name):
                continue
            if "/" in name or not name.lower().endswith(".png") or name.startswith("."):
                others.append(name)
                continue
            yield move.name, folder, name, datetime.fromtimestamp(entry.modified, UTC).isoformat()

    others = _Few()
    move.staging.write("INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?)", entries())
    if others.count:
        words = ", ".join(others.first)
        move.problem(
            FILES, "no_print_file", f"{move.name}/{folder}",
            f"{others.count} files there are no print files and are left alone, such as {words}.",
        )  # fmt: skip


class _Few:
    """How many, and the first three."""

    def __init__(self) -> None:
        self.count, self.first = 0, list[str]()

    def append(self, name: str) -> None:
        self.count += 1
        if len(self.first) < 3:
            self.first.append(name)


def _plan(move: Move, folder: str, template: Template | None, chunk: Sequence[sqlite3.Row]) -> None:
    known = _known(move, folder, template, chunk)
    taken = _taken(move, template, {number for row in chunk if (number := number_of(row["name"])) is not None})
    planned = []
    for row in chunk:
        path = f"{move.name}/{folder}/{row['name']}"
        table = FILES if row["design"] is None else ROWS
        tally = move.tally(table)
        tally.rows += table == FILES
        number = number_of(row["name"])
        if path in known:
            tally.there += 1
            _take_number(move, folder, known[path], row["name"])
            continue
        tally.new += 1
        if number is None:
            move.problem(table, "no_number", path, "Its name has no number: it gets the next one.")
        elif holder := taken.get(number) or _take_number(move, folder, number, row["name"]):
            move.problem(
                table, "number_clash", path,
                f"The number {number} belongs to {holder}: this file keeps its name, and gets the next number.",
                "It is found by its file name, as well.",
            )  # fmt: skip
            number = None
        planned.append((move.name, folder, row["name"], number, row["design"], row["created_at"]))
    move.staging.write(
        "INSERT INTO plan (shop, folder, name, number, design, created_at) VALUES (?, ?, ?, ?, ?, ?)", planned
    )


def _take_number(move: Move, folder: str, number: int, name: str) -> str | None:
    """Give ``number`` to ``name``; or answer the name that has it."""
    own = (move.name, folder, number)
    move.staging.write("INSERT OR IGNORE INTO numbers VALUES (?, ?, ?, ?)", [(*own, name)])
    query = "SELECT name FROM numbers WHERE shop = ? AND folder = ? AND number = ?"
    (holder,) = (row["name"] for row in move.staging.rows(query, *own))
    return None if holder == name else str(holder)


def _known(move: Move, folder: str, template: Template | None, rows: Sequence[sqlite3.Row]) -> dict[str, int]:
    """Which of these files the library has, with their numbers there."""
    if template is None:
        return {}
    paths = [f"{move.name}/{folder}/{row['name']}" for row in rows]
    wanted = select(print_files.c.path, print_files.c.number)
    wanted = wanted.where(print_files.c.shop_id == template.shop.id, print_files.c.path.in_(paths))
    with move.parts.database.read() as connection:
        return {row.path: row.number for row in connection.execute(wanted)}


def _taken(move: Move, template: Template | None, numbers: set[int]) -> dict[int, str]:
    """Which of these numbers the library has given out, and the names of the files that have them."""
    if template is None or not numbers:
        return {}
    wanted = select(print_files.c.number, print_files.c.path).where(
        print_files.c.shop_id == template.shop.id,
        print_files.c.template_id == template.id,
        print_files.c.number.in_(numbers),
    )
    with move.parts.database.read() as connection:
        return {row.number: row.path.rsplit("/", 1)[-1] for row in connection.execute(wanted)}


def _template(move: Move, folder: str) -> Template | None:
    if move.shop is None:
        return None
    with move.parts.database.read() as connection:
        return find_template(connection, move.shop, folder)
