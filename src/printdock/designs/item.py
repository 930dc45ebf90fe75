"""One file on its way through an upload, and what the stages share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from printdock.db.engine import Database
from printdock.db.patience import patiently
from printdock.dedupe.old_hashes import OldHashes
from printdock.designs.admit import Admitted
from printdock.designs.lease import Clock
from printdock.designs.ledger import Claim
from printdock.designs.outcomes import Outcome
from printdock.imaging.fingerprint import Fingerprint
from printdock.imaging.types import Prepared
from printdock.storage.base import Storage
from printdock.storage.spool import Spool
from printdock.templates.queries import Template

Answer = TypeVar("Answer")


class Stage(StrEnum):
    """Where a file has arrived; reported as it happens."""

    FOUND = "found"
    READ = "read"
    PREPARED = "prepared"
    DECIDED = "decided"
    ENCODED = "encoded"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to take in: where its bytes lie, what the seller calls it, and its place in the upload (from 0)."""

    path: Path
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Event:
    """One file (``position`` is its place in the upload) arrived at a stage; ``answer`` comes with SETTLED."""

    stage: Stage
    source: str
    position: int
    answer: dict[str, Any] | None = None


class Duplicates(StrEnum):
    """How far the search for duplicates goes."""

    ON = "on"
    EXACT = "exact"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be in flight: see the settings of the same names."""

    batch_images: int = 20
    batch_bytes: int = 50_000_000
    memory_bytes: int = 180_000_000
    transfers: int = 4
    workers: int = 2
    max_pixels: int = 300_000_000
    max_file_bytes: int = 1_000_000_000
    database_patience_s: float = 45.0


@dataclass(eq=False, slots=True)
class Item:
    """One file. Each field is written by one stage and read by later ones; large ones are dropped when done with."""

    position: int  # in this run
    file: Source
    admitted: Admitted | None = None
    prepared: Prepared | None = None  # until it is encoded
    fingerprint: Fingerprint | None = None
    old: OldHashes | None = None  # only for shops that imported the replaced system's hashes
    art_size: tuple[int, int] = (0, 0)  # px, width and height of the trimmed art in the source
    size: tuple[int, int, int] = (0, 0, 0)  # width, height in px and DPI of the print file
    warnings: tuple[str, ...] = ()
    claim: Claim | None = None
    similar_to: UUID | None = None
    distance: float | None = None
    reason: str | None = None
    png: bytes | None = None  # until it is stored
    png_bytes: int = 0
    sha256: bytes = b""  # of the print file
    held: int = 0  # bytes of the memory budget
    outcome: Outcome | None = None
    settled: bool = False
    followers: list[Item] = field(default_factory=list)  # later files of this upload with the same art

    @property
    def path(self) -> Path:
        """Where its bytes lie."""
        return self.file.path

    @property
    def source(self) -> str:
        """What the seller calls it."""
        return self.file.name

    @property
    def name(self) -> str:
        """Its name without folders."""
        return PurePath(self.file.name).name

    @property
    def digest(self) -> bytes:
        """SHA-256 of the source."""
        assert self.admitted is not None
        return self.admitted.sha256


@dataclass(frozen=True, slots=True)
class Upload:
    """What all stages of one upload share."""

    id: UUID
    template: Template
    owner: str
    database: Database
    storage: Storage
    spool: Spool
    limits: Limits
    duplicates: Duplicates
    dry_run: bool
    clock: Clock
    report: Callable[[Event], None]
    stop: threading.Event
    #: Whether newcomers are also held against the replaced system's hashes.
    knows_old_hashes: bool = False
    #: Reads the template anew; only called per image when look-ups are not cached.
    reread: Callable[[], Template] | None = None
    #: Its row is there already, and an earlier run may have been cut off: what that one stored is answered as stored. A
    #: file that cannot be answered for good now (`store.OPEN_CODES`) is left for the next run, and so is the row's end.
    resumes: bool = False

    def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Run ``work`` in a transaction that only reads, again while the database is away, up to our patience."""
        return patiently(self.database.read, work, self.limits.database_patience_s)

    def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Run ``work`` in a transaction that writes; it must be safe to run again after a rollback."""
        return patiently(self.database.write, work, self.limits.database_patience_s)

    def now(self) -> datetime:
        return self.clock()
