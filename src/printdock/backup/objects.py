"""Bytes under the name of their SHA-256: each content once, however many snapshots have it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from printdock.errors import StorageNotFound
from printdock.storage.base import is_temporary
from printdock.storage.local import translated
from printdock.storage.publish import publish, sync, sync_folder, temporary_name

#: Bytes in memory while a file is copied or compared.
PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """``sha256`` in hex; ``size`` in bytes; ``new``: whether this call brought it."""

    sha256: str
    size: int
    new: bool


class Objects:
    """The folder ``files`` of a backup. `keep` is safe from many threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where these bytes are, or would be."""
        return self.folder / sha256[:2] / sha256

    def has(self, sha256: str, size: int) -> bool:
        """Whether it is there in that size. Its bytes are not read: see `sound`."""
        try:
            return self.path(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

    def keep(self, stream: BinaryIO, name: str) -> Content:
        """Copy ``stream`` to its end, durably. ``name`` is for messages.

        Raises what reading raises, and `StorageRefused` (disk full ...). Constant memory.
        """
        with translated(name, writing=True):
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary = self.folder / temporary_name(name)
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            digest, size = hashlib.sha256(), 0
            try:
                while piece := stream.read(PIECE):
                    digest.update(piece)
                    size += len(piece)
                    with translated(name, writing=True):
                        _write(handle, piece)
                with translated(name, writing=True):
                    sync(handle)
            finally:
                os.close(handle)
            with translated(name, writing=True):
                return Content(digest.hexdigest(), size, self._name(temporary, digest.hexdigest(), size))
        finally:
            with suppress(OSError):  # gone already where it got its name
                temporary.unlink(missing_ok=True)

    def sound(self, sha256: str) -> bool:
        """Whether it is there with the bytes that its name says; reads them all."""
        digest = hashlib.sha256()
        try:
            with translated(sha256), self.path(sha256).open("rb") as stream:
                while piece := stream.read(PIECE):
                    digest.update(piece)
        except StorageNotFound:
            return False
        return digest.hexdigest() == sha256

    def all(self) -> Iterator[Path]:
        """Every object there is."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            yield from folder.iterdir()

    def tidy(self) -> None:
        """Remove what a killed backup left half-written. Only while no other backup is at work here."""
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if is_temporary(path.name):
                    path.unlink(missing_ok=True)

    def _name(self, temporary: Path, sha256: str, size: int) -> bool:
        path = self.path(sha256)
        if not path.parent.is_dir():
            path.parent.mkdir(exist_ok=True)
            sync_folder(self.folder)
        if self.has(sha256, size):
            return False
        path.unlink(missing_ok=True)  # cut short by a disk that lied: these are the whole bytes
        with suppress(FileExistsError):  # another thread has brought the same bytes
            publish(temporary, path)
        sync_folder(path.parent)
        return True


def _write(handle: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(handle, view) :]
