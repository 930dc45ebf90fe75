"""What all stages of one batch of mockups share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from printdock.db.engine import Database
from printdock.db.patience import patiently
from printdock.designs.item import Limits
from printdock.designs.lease import Clock
from printdock.mockups.kept import Kept
from printdock.mockups.types import LoadedPicture, MockupSet, SetPicture
from printdock.storage.base import Storage

Answer = TypeVar("Answer")


class LoadPicture(Protocol):
    """Reads a base image of a set from the storage. Raises `PrintdockError` where it cannot be used."""

    def __call__(self, storage: Storage, mockup_set: MockupSet, picture: SetPicture, /) -> LoadedPicture: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """One mockup was settled: its entry of the report, and how the bases fare."""

    entry: dict[str, Any]
    cached_bytes: int
    cached_share: float  # of the times a base was asked for that it was there


def _silent(progress: Progress) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Batch:
    """``force`` renders what is fresh, too, and replaces files of other origin; ``stop`` ends the batch early.

    ``force_before``: with ``force``, what was rendered at this moment or later is fresh all the same, so that a batch
    which was cut off can go on. ``bases``: prepared bases, which other batches share.
    """

    database: Database
    storage: Storage
    load: LoadPicture
    bases: Kept
    clock: Clock
    limits: Limits = field(default_factory=Limits)
    force: bool = False
    force_before: datetime | None = None
    dry_run: bool = False
    report: Callable[[Progress], None] = _silent
    stop: threading.Event = field(default_factory=threading.Event)

    def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Run ``work`` in a transaction that only reads, again while the database is away, up to our patience."""
        return patiently(self.database.read, work, self.limits.database_patience_s)

    def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Run ``work`` in a transaction that writes; it must be safe to run again after a rollback."""
        return patiently(self.database.write, work, self.limits.database_patience_s)
