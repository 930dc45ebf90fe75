"""Things that are dear to make, kept up to a number of bytes: those used longest ago are given up first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

Thing = TypeVar("Thing")


@dataclass(slots=True)
class _Entry:
    thing: Any
    nbytes: int
    used_at: float


class Kept:
    """Safe from many threads; whoever asks for what another thread is making waits for it.

    At most ``limit`` bytes are kept, or one thing where that is larger; what is given up while somebody works with it
    lasts until they have. A thing that could not be made is tried again. ``clock``: seconds that only ever grow.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self.used = 0  # bytes

    def __contains__(self, key: Hashable) -> bool:
        with self._lock:
            return key in self._entries

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
                self._keep(key, _Entry(thing, nbytes, self._clock()))
                return thing
        finally:
            with self._lock:
                self._making.pop(key, None)

    def give_up_unused(self, seconds: float) -> int:
        """Give up what nobody has asked for in so long; answers its bytes."""
        before = self._clock() - seconds
        freed = 0
        with self._lock:
            while self._entries and next(iter(self._entries.values())).used_at <= before:
                freed += self._drop_oldest()
        return freed

    def _find(self, key: Hashable) -> _Entry | None:
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                found.used_at = self._clock()
                self._entries.move_to_end(key)
            return found

    def _keep(self, key: Hashable, entry: _Entry) -> None:
        with self._lock:
            replaced = self._entries.pop(key, None)
            self.used += entry.nbytes - (0 if replaced is None else replaced.nbytes)
            self._entries[key] = entry
            while self.used > self._limit and len(self._entries) > 1:
                self._drop_oldest()

    def _drop_oldest(self) -> int:
        _key, oldest = self._entries.popitem(last=False)
        self.used -= oldest.nbytes
        return oldest.nbytes
