"""Digests of what lies in the storage."""

from __future__ import annotations

import hashlib

from printdock.storage.base import Storage


def digest_of(storage: Storage, key: str) -> bytes:
    """SHA-256 of what is stored under ``key``, read in pieces. Raises `StorageNotFound`."""
    with storage.open(key) as stream:
        digest = hashlib.sha256()
        while piece := stream.read(1 << 20):
            digest.update(piece)
        return digest.digest()
