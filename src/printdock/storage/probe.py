"""Is the storage there, and does it give back what it was given?"""

from __future__ import annotations

import time
from dataclasses import dataclass

from uuid_utils.compat import uuid4

from printdock.errors import StorageRefused
from printdock.storage.base import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, Storage

#: Bytes written, read back and deleted.
PROBE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Probed:
    """How long each step took, ms."""

    write_ms: float
    read_ms: float
    delete_ms: float


def probe_storage(storage: Storage, folder: str) -> Probed:
    """Write, read back, compare and delete a megabyte in ``folder``.

    Raises the storage's error, and `StorageRefused` (storage_corrupts) where other bytes come back.
    """
    key = f"{folder}/{TEMPORARY_PREFIX}check-{uuid4().hex}{TEMPORARY_SUFFIX}"
    data = uuid4().bytes * (PROBE_BYTES // 16)
    begun = time.perf_counter()
    storage.put(key, data)
    written = time.perf_counter()
    try:
        with storage.open(key) as stream:
            same = stream.read() == data
    finally:
        read = time.perf_counter()
        storage.delete(key)
    deleted = time.perf_counter()
    if not same:
        raise StorageRefused(
            "What was read back is not what was written.", code="storage_corrupts", remedy="Check the NAS's disks."
        )
    return Probed(_ms(written - begun), _ms(read - written), _ms(deleted - read))


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
