"""The old system's tables on this machine's disk while they are brought over: a SQLite file of text columns.

Read once from the database or its export, in one snapshot, so that the old system is left alone after some minutes; what
is asked of it then (which files have no row, which rows share a file) costs disk and not memory. Thrown away at the end;
a file left by a run that was killed is written over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from printdock.errors import UsageError
from printdock.moving.old_tables import TABLES, OldTable

_OWN = """
CREATE TABLE owners (user_id TEXT PRIMARY KEY, shop TEXT NOT NULL);
CREATE TABLE problems (
    id INTEGER PRIMARY KEY, shop TEXT, source TEXT, code TEXT, what TEXT, message TEXT, remedy TEXT
);
CREATE TABLE files (
    shop TEXT, folder TEXT, name TEXT, modified TEXT, PRIMARY KEY (shop, folder, name)
) WITHOUT ROWID;
CREATE TABLE wanted (
    shop TEXT, folder TEXT, name TEXT, design TEXT, active INTEGER, created_at TEXT, number INTEGER,
    PRIMARY KEY (shop, folder, name)
) WITHOUT ROWID;
CREATE TABLE numbers (
    shop TEXT, folder TEXT, number INTEGER, name TEXT, PRIMARY KEY (shop, folder, number)
) WITHOUT ROWID;
CREATE TABLE plan (
    position INTEGER PRIMARY KEY, shop TEXT, folder TEXT, name TEXT, number INTEGER, design TEXT, created_at TEXT
);
"""


class Staging:
    """One file, used by one thread. Raises `UsageError` when another run has it open."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, isolation_level=None, timeout=0.2)
        self._connection.row_factory = sqlite3.Row
        try:
            self._make()
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise UsageError(
                f"Another import is at work ({file}).", code="import_running", remedy="Wait for it to end."
            ) from error

    def _make(self) -> None:
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = MEMORY", "synchronous = OFF", "cache_size = -20000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN EXCLUSIVE")
        left = [row[0] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in left:
            self._connection.execute(f'DROP TABLE "{name}"')
        self._connection.execute("COMMIT")
        self._connection.executescript(_OWN)
        for table in TABLES:
            columns = ", ".join(f'"{column}" TEXT' for column in table.columns)
            self._connection.execute(f'CREATE TABLE "{table.name}" ({columns})')

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._file.unlink(missing_ok=True)

    def load(self, table: OldTable, rows: Iterable[Sequence[str | None]]) -> None:
        """Take in rows, each with the values of ``table.columns``."""
        places = ", ".join("?" * len(table.columns))
        self.write(f'INSERT INTO "{table.name}" VALUES ({places})', rows)

    def index(self) -> None:
        """Make what is asked for quick; once all is loaded."""
        for table, column in (
            ("design_images", "user_id"), ("mockup_images", "mockups_id"), ("mockup_mask_data", "mockup_image_id"),
            ("size_configs", "product_template_id"), ("canvas_configs", "product_template_id"),
        ):  # fmt: skip
            self._connection.execute(f'CREATE INDEX "{table}_{column}" ON "{table}" ("{column}")')

    def write(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run ``statement`` for each of ``rows``, in one transaction."""
        self._connection.execute("BEGIN")
        try:
            self._connection.executemany(statement, rows)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def rows(self, query: str, *values: Any) -> Iterator[sqlite3.Row]:
        """The rows of a query, streamed."""
        yield from self._connection.execute(query, values)

    def count(self, query: str, *values: Any) -> int:
        """The one number that a query answers."""
        return int(self._connection.execute(query, values).fetchone()[0] or 0)
