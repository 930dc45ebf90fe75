"""A stored file that is read piece by piece over the network."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from printdock.errors import StorageUnavailable

#: How much of a stored file is fetched at a time while it is read.
READ_AHEAD = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a file. ``size``: of the whole file; ``version``: equal as long as the file is the same one."""

    size: int
    version: object
    data: bytes


#: The bytes of a file from an offset (first argument), at most as many as the second one says.
ReadPart = Callable[[int, int], Part]


def open_remote(key: str, read_part: ReadPart) -> BinaryIO:
    """A stream over ``read_part``. Whatever that raises for the first part is raised here."""
    return io.BufferedReader(_RemoteFile(key, read_part), READ_AHEAD)


class _RemoteFile(io.RawIOBase):
    """Each piece is a request of its own, so that a reader who forgets to close it holds nothing. A stored file never
    changes; one that was replaced meanwhile is noticed.
    """

    def __init__(self, key: str, read_part: ReadPart) -> None:
        self._key, self._read_part = key, read_part
        self._at = 0
        self._begun = 0
        self._part = read_part(0, READ_AHEAD)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._part.size}[whence]
        if base + offset < 0:
            raise ValueError("negative position")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:  # any writable buffer, which Python 3.11 has no type for
        if self._at >= self._part.size:
            return 0
        start = self._at - self._begun
        if not 0 <= start < len(self._part.data):
            self._fetch()
            start = 0
        piece = memoryview(self._part.data)[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _fetch(self) -> None:
        found = self._read_part(self._at, READ_AHEAD)
        if (found.size, found.version) != (self._part.size, self._part.version) or not found.data:
            raise StorageUnavailable(f"{self._key!r} was replaced while it was read.", code="changed_while_read")
        self._begun, self._part = self._at, found
