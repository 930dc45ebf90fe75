"""Uploads that are sent: what a client announces, what is there, and the states between.

    receiving ──> queued ──> processing ──> finished
        │            └───────────┴────────> cancelled
        ├──> cancelled
        └──> expired

An upload that reads files where they lie (``printdock ingest``) begins as ``processing``. A file is ``wanted`` until
all its bytes are there, then ``received``; one that needs no sending (known, or refused by name) is ``answered``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

#: States in which an upload's files lie in the incoming folder.
OPEN = ("receiving", "queued", "processing")

#: States an upload does not leave.
ENDED = ("finished", "cancelled", "expired")


@dataclass(frozen=True, slots=True)
class Announced:
    """A file a client wants to send: its name, its size in bytes and, where it knows it, its SHA-256.

    ``prepared_from``: SHA-256 of the person's own file, of which the client made this smaller one (empty borders cut
    off). The client's word: see `records.remember_originals`.
    """

    name: str
    size: int
    sha256: bytes | None = None
    prepared_from: bytes | None = None

    @property
    def digests(self) -> tuple[bytes, ...]:
        """What it may be known by."""
        return tuple(one for one in (self.prepared_from, self.sha256) if one is not None)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is taken: see the settings of the same names. ``room``: free bytes of the incoming folder's disk, or None."""

    max_files: int
    max_file_bytes: int
    room: int | None = None


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file of an upload. ``size`` is not known of files that were read where they lay; ``answer`` is its entry of
    the report once it has one."""

    position: int
    name: str
    size: int | None
    sha256: bytes | None
    state: str
    answer: dict[str, Any] | None = None
    prepared_from: bytes | None = None


@dataclass(frozen=True, slots=True)
class SentUpload:
    """One upload and its files in order; ``files`` is empty in lists."""

    id: UUID
    template: str
    template_id: int
    state: str
    created_by: str | None
    place: str | None
    job: UUID | None
    started_at: datetime
    received_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    stored: int
    duplicates: int
    failed: int
    count: int  # files, answered ones included
    files: tuple[SentFile, ...] = ()

    @property
    def ended(self) -> bool:
        return self.state in ENDED
