"""Things that are dear to make, kept up to a number of bytes: those used longest ago are given up first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class _Entry:
    thing: Any
    nbytes: int


class Kept:
    """Safe from many threads; whoever asks for what another thread is making waits for it.

    At most ``limit`` bytes are kept; what is larger by itself is made and not kept. A thing that could not be made is
    tried again.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self.used = 0  # bytes

    def get(self, key: Hashable, make: Callable[[], tuple[Thing, int]]) -> Thing:
        """What is kept under ``key``, else what ``make`` answers: the thing, and its bytes. Raises what that raises."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        try:
            with making:
                found = self._find(key)
                if found is not None:
                    return found.thing  # type: ignore[no-any-return]
                thing, nbytes = make()
                self._keep(key, _Entry(thing, nbytes))
                return thing
        finally:
            with self._lock:
                self._making.pop(key, None)

    def _find(self, key: Hashable) -> _Entry | None:
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def _keep(self, key: Hashable, entry: _Entry) -> None:
        if entry.nbytes > self._limit:
            return
        with self._lock:
            replaced = self._entries.pop(key, None)
            self.used += entry.nbytes - (0 if replaced is None else replaced.nbytes)
            self._entries[key] = entry
            while self.used > self._limit:
                _key, oldest = self._entries.popitem(last=False)
                self.used -= oldest.nbytes
