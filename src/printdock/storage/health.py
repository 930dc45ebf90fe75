"""What is known of the storage without asking it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from printdock.storage.resilient import StorageEvent


@dataclass(frozen=True, slots=True)
class StorageState:
    """``here`` is false from the first call that went unanswered to the first that was answered again."""

    here: bool
    since: datetime | None
    error: str | None


class StorageHealth:
    """Remembers the last `StorageEvent`. Safe from threads."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._state = StorageState(True, None, None)

    def note(self, event: StorageEvent) -> None:
        """The storage went away, was tried again, or came back."""
        with self._lock:
            if event.kind == "back":
                self._state = StorageState(True, self._clock(), None)
            elif self._state.here:
                self._state = StorageState(False, self._clock(), str(event.error or "") or None)

    @property
    def state(self) -> StorageState:
        with self._lock:
            return self._state
