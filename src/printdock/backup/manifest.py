"""What a snapshot consists of: a small SQLite file, so that millions of names need no memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from printdock.storage.base import Entry

#: Where a file belongs: a table or file of the database, a print file, or a file that waits on the server's own disk.
DATABASE, STORAGE, SPOOL, INCOMING = "database", "storage", "spool", "incoming"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    place TEXT NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, modified REAL NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (place, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_digest ON files (sha256);
"""
#: What the rows say of files in the storage; gone when the manifest is closed.
_NAMED = """
CREATE TEMP TABLE IF NOT EXISTS named (
    shop INTEGER NOT NULL, key TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, sha256 TEXT NOT NULL
) WITHOUT ROWID;
DELETE FROM named;
"""
_APART = """
SELECT named.shop, named.key, named.size, named.sha256, files.sha256
FROM named LEFT JOIN files ON files.place = ? AND files.key = named.key
WHERE named.key > CAST(? AS TEXT) AND files.sha256 IS NOT named.sha256
ORDER BY named.key LIMIT 500
"""
#: Rows between two commits: what a killed backup has to look at again.
_COMMIT_EVERY = 200


@dataclass(frozen=True, slots=True)
class File:
    """One file of a snapshot. ``modified``: seconds since the epoch as its place said; ``sha256`` in hex."""

    place: str
    key: str
    size: int
    modified: float
    sha256: str


@dataclass(frozen=True, slots=True)
class Named:
    """A file in the storage as a row of the database says it is; ``size`` in bytes, ``sha256`` in hex."""

    shop: int
    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Apart:
    """A row and what the snapshot has under its name: a content with another digest, or nothing."""

    named: Named
    found: str | None


class Manifest:
    """One manifest, for the thread that opened it."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self.path = path
        mode = "rwc" if write else "ro"
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)
        self._connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        self._uncommitted = 0
        if write:
            self._connection.executescript(_SCHEMA)

    def add(self, file: File) -> None:
        """Note a file; a later one of the same name takes its place."""
        row = (file.place, _bytes(file.key), file.size, file.modified, file.sha256)
        self._connection.execute("INSERT OR REPLACE INTO files VALUES (?, CAST(? AS TEXT), ?, ?, ?)", row)
        self._uncommitted += 1
        if self._uncommitted >= _COMMIT_EVERY:
            self.commit()

    def remove(self, place: str, key: str) -> None:
        """Forget the file of that name, if there is one."""
        self._connection.execute("DELETE FROM files WHERE place = ? AND key = CAST(? AS TEXT)", (place, _bytes(key)))

    def name(self, rows: Iterable[Named]) -> None:
        """Take these for what the rows of the database say: see `apart`. On the disk, and gone with `close`."""
        self._connection.executescript(_NAMED)
        values = ((row.shop, _bytes(row.key), row.size, row.sha256) for row in rows)
        self._connection.executemany("INSERT OR REPLACE INTO named VALUES (?, CAST(? AS TEXT), ?, ?)", values)

    def apart(self) -> Iterator[Apart]:
        """The rows of `name` whose file this is not, in the order of their names. Files may be added meanwhile."""
        last = ""
        while rows := self._connection.execute(_APART, (STORAGE, _bytes(last))).fetchall():
            yield from (Apart(Named(*row[:4]), row[4]) for row in rows)
            last = rows[-1][1]

    def commit(self) -> None:
        """Make what was added survive."""
        self._connection.commit()
        self._uncommitted = 0

    def find(self, place: str, key: str) -> File | None:
        """The file of that name."""
        wanted = "SELECT * FROM files WHERE place = ? AND key = CAST(? AS TEXT)"
        row = self._connection.execute(wanted, (place, _bytes(key))).fetchone()
        return None if row is None else File(*row)

    def unchanged(self, place: str, entry: Entry) -> File | None:
        """The file of that name, where size and modification time are the same too."""
        found = self.find(place, entry.key)
        return found if found is not None and (found.size, found.modified) == (entry.size, entry.modified) else None

    def files(self, place: str | None = None) -> Iterator[File]:
        """All files, or those of one place, in the order of their names."""
        rows = self._connection.execute(
            "SELECT * FROM files WHERE ? IS NULL OR place = ? ORDER BY place, key", (place, place)
        )
        return (File(*row) for row in rows)

    def digests(self) -> Iterator[tuple[str, int]]:
        """Each content once: its digest and size."""
        yield from self._connection.execute("SELECT DISTINCT sha256, size FROM files ORDER BY sha256")

    def has_digest(self, sha256: str) -> bool:
        return (
            self._connection.execute("SELECT 1 FROM files WHERE sha256 = ? LIMIT 1", (sha256,)).fetchone() is not None
        )

    def named(self, sha256: str) -> list[str]:
        """The names of a content, with their places: for messages."""
        rows = self._connection.execute("SELECT place, key FROM files WHERE sha256 = ? LIMIT 20", (sha256,))
        return [f"{place}: {key}" for place, key in rows]

    def totals(self) -> tuple[int, int]:
        """How many files, and how many bytes."""
        row = self._connection.execute("SELECT count(*), coalesce(sum(size), 0) FROM files").fetchone()
        return int(row[0]), int(row[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Idempotent."""
        self._connection.commit()
        self._connection.close()


def _bytes(key: str) -> bytes:
    """Names of files may hold bytes that are no text."""
    return key.encode("utf-8", "surrogateescape")
