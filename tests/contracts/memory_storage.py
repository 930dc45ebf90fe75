"""A `Storage` that is a dictionary: for tests of what stores, not of storing."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

from printdock.errors import KeyTaken, StorageNotFound
from printdock.storage.base import Entry, check_key


class MemoryStorage:
    """Keeps what the contract promises, except to outlive the process. ``files`` may be looked at and planted in."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, float]] = {}
        self._lock = threading.Lock()

    def put(self, key: str, data: bytes) -> None:
        with self._lock:
            held, _ = self.files.setdefault(check_key(key), (bytes(data), time.time()))
        if held != data:
            raise KeyTaken(f"Another file is already stored as {key!r}.")

    def open(self, key: str) -> BinaryIO:
        MemoryStorage.stat(self, key)
        return io.BytesIO(self.files[key][0])

    def stat(self, key: str) -> Entry:
        try:
            data, modified = self.files[check_key(key)]
        except KeyError:
            raise StorageNotFound(f"There is no stored file {key!r}.") from None
        return Entry(key, len(data), modified)

    def delete(self, key: str) -> None:
        self.files.pop(check_key(key), None)

    def list(self, prefix: str) -> Iterator[Entry]:
        start = f"{check_key(prefix)}/" if prefix else ""
        for key, (data, modified) in list(self.files.items()):
            if key.startswith(start):
                yield Entry(key, len(data), modified)

    def close(self) -> None:
        """Nothing to give back."""
