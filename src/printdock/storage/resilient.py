"""Patience with a storage that is away: wait, try again, let one caller ask for all.

The breaker is our own. pybreaker and purgatory refuse calls while the circuit is open, where ours must wait for the
probe; stamina sleeps where nobody can wake it, and backs off for each caller alone, where the storage is one.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Literal, TypeVar

from printdock.errors import Cancelled, StorageError, StorageUnavailable
from printdock.storage.base import Entry, Storage

T = TypeVar("T")

#: How often a waiting thread looks whether it was cancelled, in seconds.
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class StorageEvent:
    """What a person may want to know. ``away``: it stopped answering; ``retrying``: a try failed, the next one comes
    in ``next_try_s`` seconds; ``back``: it answers again, after ``away_s`` seconds and ``tries`` failed tries.
    """

    kind: Literal["away", "retrying", "back"]
    next_try_s: float
    away_s: float
    tries: int
    error: StorageUnavailable | None


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential with full jitter: before try n a wait between 0 and ``min(longest_s, first_s * 2**n)`` seconds.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog: full jitter spreads callers best.
    """

    first_s: float = 0.5
    longest_s: float = 15.0

    def wait_s(self, failures: int) -> float:
        """How long to wait after that many failures in a row."""
        return random.uniform(0, min(self.longest_s, self.first_s * 2.0 ** min(failures, 32)))


class ResilientStorage:
    """`Storage` that retries `StorageUnavailable` of ``inner`` for ``patience_s`` seconds of an outage.

    After a failure all callers wait together: one of them tries when the wait is over, and its success lets the rest
    go on. Other errors are answers: they are raised at once and count as "the storage is there". ``on_event`` is
    called from the thread that tried, must not block and must not raise. Once ``cancel`` is set, waits end with
    `Cancelled`; a try that is under way ends first. `close` closes ``inner``.
    """

    def __init__(
        self,
        inner: Storage,
        patience_s: float = 120.0,
        *,
        backoff: Backoff = Backoff(),  # frozen, so shared safely
        on_event: Callable[[StorageEvent], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        self.inner = inner
        self._patience_s = patience_s
        self._cancel = cancel or threading.Event()
        self._gate = _Gate(backoff, patience_s, on_event or (lambda event: None))

    def __repr__(self) -> str:
        return f"ResilientStorage({self.inner!r})"

    def at_once(self) -> ResilientStorage:
        """The same storage, outages and all, for somebody who does not wait: while it is away, calls fail at once."""
        other = copy(self)
        other._patience_s = 0.0
        return other

    def until(self, cancel: threading.Event) -> ResilientStorage:
        """The same storage, outages and all, for work of its own that ``cancel`` stops; close only the first one."""
        other = copy(self)
        other._cancel = cancel
        return other

    def put(self, key: str, data: bytes) -> None:
        """See `Storage.put`."""
        self._patiently(lambda: self.inner.put(key, data))

    def open(self, key: str) -> BinaryIO:
        """See `Storage.open`. Only opening is retried: a read from the stream may raise `StorageUnavailable`."""
        return self._patiently(lambda: self.inner.open(key))

    def stat(self, key: str) -> Entry:
        """See `Storage.stat`."""
        return self._patiently(lambda: self.inner.stat(key))

    def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        self._patiently(lambda: self.inner.delete(key))

    def list(self, prefix: str) -> Iterator[Entry]:
        """See `Storage.list`. Retried up to the first entry; later it would name files twice, so it raises."""
        entries, first = self._patiently(lambda: _begun(self.inner.list(prefix)))
        return chain(first, entries)

    def close(self) -> None:
        """See `Storage.close`."""
        self.inner.close()

    def _patiently(self, work: Callable[[], T]) -> T:
        deadline = time.monotonic() + self._patience_s
        while True:
            self._gate.enter(deadline, self._cancel)
            try:
                answer = work()
            except StorageUnavailable as error:
                self._gate.failed(error)
                if time.monotonic() >= deadline:
                    raise
            except StorageError:
                self._gate.succeeded()
                raise
            else:
                self._gate.succeeded()
                return answer
            finally:
                self._gate.leave()


class _Gate:
    """A circuit breaker whose callers wait. Closed: all pass. Open: one passes when the wait is over, as a probe."""

    def __init__(self, backoff: Backoff, patience_s: float, on_event: Callable[[StorageEvent], None]) -> None:
        self._backoff, self._patience_s = backoff, patience_s
        self._on_event = on_event
        self._changed = threading.Condition()
        self._error: StorageUnavailable | None = None
        self._failures = 0
        self._since = self._next_try = 0.0
        self._probe: int | None = None

    def enter(self, deadline: float, cancel: threading.Event) -> None:
        """Return when the caller may try. Raises the storage's last error at ``deadline``, and `Cancelled`."""
        with self._changed:
            while True:
                if cancel.is_set():
                    raise Cancelled("The work was stopped while the storage was away.")
                if self._error is None:
                    return
                now = time.monotonic()
                if self._probe is None and now >= self._next_try:
                    self._probe = threading.get_ident()
                    return
                # Patience is for the outage, not for each file: a hundred files must not wait a hundred times.
                deadline = min(deadline, self._since + self._patience_s)
                if now >= deadline:
                    known = self._error
                    raise StorageUnavailable(known.message, code=known.code, remedy=known.remedy) from known
                until = deadline if self._probe is not None else min(deadline, self._next_try)
                self._changed.wait(min(_LOOK_S, max(0.0, until - now)))

    def failed(self, error: StorageUnavailable) -> None:
        """Open, or wait longer. Those who were let in before it opened change nothing."""
        now = time.monotonic()
        with self._changed:
            opens = self._error is None
            if not opens and self._probe != threading.get_ident():
                return
            if opens:
                self._since, self._failures = now, 0
            wait_s = self._backoff.wait_s(self._failures)
            self._failures += 1
            self._error, self._next_try = error, now + wait_s
            event = StorageEvent("away" if opens else "retrying", wait_s, now - self._since, self._failures, error)
        self._on_event(event)

    def succeeded(self) -> None:
        """Close, and let everybody go on."""
        with self._changed:
            if self._error is None:
                return
            self._error = None
            event = StorageEvent("back", 0.0, time.monotonic() - self._since, self._failures, None)
            self._changed.notify_all()
        self._on_event(event)

    def leave(self) -> None:
        """Give the probe's place back, however the try ended."""
        with self._changed:
            if self._probe == threading.get_ident():
                self._probe = None
                self._changed.notify_all()


def _begun(entries: Iterator[Entry]) -> tuple[Iterator[Entry], list[Entry]]:
    """``entries`` and its first one, which is where a storage that is away says so."""
    return entries, [entry for _, entry in zip(range(1), entries, strict=False)]
