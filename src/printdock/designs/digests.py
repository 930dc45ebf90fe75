"""What lies in the storage now: its size and its digest."""

from __future__ import annotations

import hashlib

from printdock.errors import StorageNotFound
from printdock.storage.base import Storage


def digest_of(storage: Storage, key: str) -> bytes:
    """SHA-256 of what is stored under ``key``, read in pieces. Raises `StorageNotFound`."""
    with storage.open(key) as stream:
        digest = hashlib.sha256()
        while piece := stream.read(1 << 20):
            digest.update(piece)
        return digest.digest()


def holds(storage: Storage, key: str, sha256: bytes) -> bool:
    """Whether those bytes lie under ``key``; where nothing does, they do not."""
    try:
        return digest_of(storage, key) == sha256
    except StorageNotFound:
        return False


def size_now(storage: Storage, key: str) -> int | None:
    """Bytes of what lies under ``key``; None where nothing does. For names that an earlier listing lacks or had."""
    try:
        return storage.stat(key).size
    except StorageNotFound:
        return None
