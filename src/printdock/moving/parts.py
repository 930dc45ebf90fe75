"""What an import works with, and how it tells what it does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from printdock.db.engine import Database
from printdock.designs.lease import Clock
from printdock.moving.staging import Staging
from printdock.shops.queries import Shop
from printdock.storage.base import Storage


@dataclass(frozen=True, slots=True)
class Parts:
    """``files``: where the old print files and photos lie; the storage itself, where they stay as they are.

    ``workers`` print files are looked at at a time, ``memory_bytes`` of decoded pictures are in flight, ``group`` rows are
    written in one transaction.
    """

    database: Database
    storage: Storage
    files: Storage
    clock: Clock
    stop: threading.Event
    scratch: Path
    workers: int = 2
    memory_bytes: int = 180_000_000
    group: int = 20
    max_pixels: int = 300_000_000
    all_hashes: bool = False
    dry_run: bool = False
    report: Callable[[str], None] = lambda sentence: None

    @property
    def copies(self) -> bool:
        """Whether files are copied into the storage."""
        return self.files is not self.storage


@dataclass(slots=True)
class Tally:
    """Of one table: rows read, what came (or would), what was there already, what did not come."""

    rows: int = 0
    new: int = 0
    there: int = 0
    left_out: int = 0


@dataclass(slots=True)
class Move:
    """One shop being brought over. ``shop`` is None where a dry run finds that it is new."""

    parts: Parts
    staging: Staging
    name: str
    shop: Shop | None
    tallies: dict[str, Tally] = field(default_factory=dict)

    def tally(self, table: str) -> Tally:
        return self.tallies.setdefault(table, Tally())

    def problem(self, table: str, code: str, what: str, message: str, remedy: str = "") -> None:
        """Note something a person should know, and go on."""
        note(self.staging, self.name, table, code, what, message, remedy)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        counted = {
            name: {"rows": one.rows, "new": one.new, "there": one.there, "left_out": one.left_out}
            for name, one in self.tallies.items()
        }
        return {"shop": self.name, "tables": counted}


def note(staging: Staging, shop: str, table: str, code: str, what: str, message: str, remedy: str = "") -> None:
    """Keep a problem for the report."""
    staging.write(
        "INSERT INTO problems (shop, source, code, what, message, remedy) VALUES (?, ?, ?, ?, ?, ?)",
        [(shop, table, code, what, message, remedy)],
    )
