"""Where print files live: one small protocol, its comments contracts.

A *key* is a ``/``-separated path relative to the storage's root, such as
``My Shop/UVDTF 16oz/UV 906 UVDTF_16oz_906.png``. `check_key` is the only gate a name passes on its way to a path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from printdock.errors import StorageRefused

#: The longest name one path segment may have, in bytes: the limit of ext4, btrfs, APFS and SMB shares.
MAX_SEGMENT_BYTES = 255


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored file: its key, size in bytes and modification time in seconds since the epoch."""

    key: str
    size: int
    modified: float


class Storage(Protocol):
    """Files by key. Safe to call from many threads at once.

    Every method may raise `StorageUnavailable` (after its own retries; the caller may try later) or
    `StorageRefused` (permission, full disk, bad key: do not retry).
    """

    def put(self, key: str, data: bytes) -> None:
        """Store ``data`` under ``key``: atomic, durable, idempotent; never replaces another file.

        Written under a temporary name in the same folder, fsynced where offered, its size checked, then renamed.
        A reader sees the whole file or none. Missing folders are made. When the key exists with exactly these
        bytes, that is success; with other bytes it raises `KeyTaken` and leaves them alone.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """A stream of the stored bytes; the caller closes it. Raises `StorageNotFound`."""
        ...

    def stat(self, key: str) -> Entry:
        """What is stored under ``key``. One round trip; raises `StorageNotFound`."""
        ...

    def delete(self, key: str) -> None:
        """Remove ``key``; that it does not exist is success."""
        ...

    def list(self, prefix: str) -> Iterator[Entry]:
        """All files below the folder ``prefix`` ("" = everything), streamed, in no promised order.

        A folder that does not exist has no files. Includes temporary files (see `is_temporary`).
        """
        ...

    def close(self) -> None:
        """Give back connections and threads. Idempotent."""
        ...


def check_key(key: str) -> str:
    """``key`` itself when it is safe as a relative path, else `StorageRefused` with code ``bad_key``."""
    segments = key.split("/")
    bad = (
        not key
        or "\\" in key
        or any(ord(char) < 32 or ord(char) == 127 for char in key)
        or any(segment in ("", ".", "..") for segment in segments)
        or any(len(segment.encode("utf-8", "surrogateescape")) > MAX_SEGMENT_BYTES for segment in segments)
    )
    if bad:
        raise StorageRefused(
            f"{key!r} cannot be a stored name.",
            code="bad_key",
            remedy="Use a shorter, plain name without '..' or control characters.",
        )
    return key


#: Files still being written are named ``.{name-digest}.{random}.part``; anything like it is nobody's print file.
TEMPORARY_PREFIX, TEMPORARY_SUFFIX = ".pd-", ".part"


def is_temporary(key: str) -> bool:
    """Whether ``key`` names a file that was still being written (left behind by a crash)."""
    name = key.rsplit("/", 1)[-1]
    return name.startswith(TEMPORARY_PREFIX) and name.endswith(TEMPORARY_SUFFIX)
