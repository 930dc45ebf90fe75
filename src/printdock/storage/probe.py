"""Is the storage there, and does it give back what it was given?"""

from __future__ import annotations

import time
from dataclasses import dataclass

from uuid_utils.compat import uuid4

from printdock.errors import KeyTaken, StorageRefused
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

    Raises the storage's error, and `StorageRefused`: ``storage_corrupts`` where other bytes come back,
    ``storage_replaces`` where a second file takes the first one's place.
    """
    key = f"{folder}/{TEMPORARY_PREFIX}check-{uuid4().hex}{TEMPORARY_SUFFIX}"
    data = uuid4().bytes * (PROBE_BYTES // 16)
    begun = time.perf_counter()
    storage.put(key, data)
    written = time.perf_counter()
    try:
        with storage.open(key) as stream:
            same = stream.read() == data
        read = time.perf_counter()
        _never_replaces(storage, key)
    finally:
        begun_to_delete = time.perf_counter()
        storage.delete(key)
    deleted = time.perf_counter()
    if not same:
        raise StorageRefused(
            "What was read back is not what was written.", code="storage_corrupts", remedy="Check the storage's disks."
        )
    return Probed(_ms(written - begun), _ms(read - written), _ms(deleted - begun_to_delete))


def _never_replaces(storage: Storage, key: str) -> None:
    try:
        storage.put(key, b"another")
    except KeyTaken:
        return
    raise StorageRefused(
        "The storage let one file take the place of another.",
        code="storage_replaces",
        remedy="Use another one: docs/storage.md says what it must be able to do.",
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
