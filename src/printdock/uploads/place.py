"""The incoming folder: where sent files lie until they are taken in.

Several machines may share one. A marker file holds its random id, so that a worker knows whether it is the folder that
a job speaks of, and not one of the same name on another machine.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from printdock.errors import UsageError
from printdock.storage.publish import publish, sync_folder, temporary_name, write_all

MARKER = ".printdock-incoming"


@dataclass(frozen=True, slots=True)
class Place:
    """An incoming folder and its id."""

    folder: Path
    id: str

    def of_upload(self, upload: UUID) -> Path:
        """The folder of one upload's files."""
        return self.folder / upload.hex

    def path(self, upload: UUID, position: int) -> Path:
        """Where the bytes of one file are, or will be."""
        return self.of_upload(upload) / str(position)

    def make(self, upload: UUID) -> None:
        """Make the folder of an upload, durably. Idempotent."""
        self.of_upload(upload).mkdir(mode=0o700, exist_ok=True)
        sync_folder(self.folder)

    def remove(self, upload: UUID) -> None:
        """Remove an upload's files; that there are none is success."""
        shutil.rmtree(self.of_upload(upload), ignore_errors=True)

    def forget(self, upload: UUID, position: int) -> None:
        """Remove one file; that it is not there is success."""
        self.path(upload, position).unlink(missing_ok=True)

    def present(self) -> Iterator[tuple[UUID, float]]:
        """The uploads that have a folder here, with its modification time in seconds since the epoch."""
        for entry in os.scandir(self.folder):
            try:
                yield UUID(hex=entry.name), entry.stat().st_mtime
            except (ValueError, FileNotFoundError):
                continue

    def room(self) -> int:
        """Free bytes of its disk."""
        return shutil.disk_usage(self.folder).free


def open_place(folder: Path) -> Place:
    """The incoming folder, made with an id when it is new. Safe from several processes at once.

    Raises `UsageError` where it cannot be made or written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Place(folder, _marker(folder))
    except OSError as error:
        raise UsageError(
            f"The incoming folder {folder} cannot be used: {error.strerror or error}.",
            remedy="Choose another with PRINTDOCK_INCOMING.",
        ) from error


def _marker(folder: Path) -> str:
    marker = folder / MARKER
    if not marker.exists():
        fresh = folder / temporary_name(MARKER)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            write_all(handle, secrets.token_hex(16).encode())
        finally:
            os.close(handle)
        try:
            publish(fresh, marker)
        except FileExistsError:
            fresh.unlink(missing_ok=True)  # another process was first
        sync_folder(folder)
    return marker.read_text().strip()
