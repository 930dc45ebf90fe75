"""The pieces a bounded, ordered flow is built from: a budget, an order, and groups.

Nothing here knows what flows. All of it is thread-safe.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Generic, TypeVar

T = TypeVar("T")


def workers(number: int, name: str) -> ThreadPoolExecutor:
    """``number`` threads that see the context variables of the caller: what they log says which upload it is about."""
    context = copy_context()

    def inherit() -> None:
        for variable, value in context.items():
            variable.set(value)

    return ThreadPoolExecutor(number, thread_name_prefix=name, initializer=inherit)


class Budget:
    """So many bytes and so many things in flight, no more: a slow far end slows the reader, not the memory.

    A single thing larger than the whole budget goes alone.
    """

    def __init__(self, *, size: int, count: int) -> None:
        self._size, self._count = size, count
        self._used = self._held = self._peak = 0
        self._changed = threading.Condition()

    def take(self, size: int) -> None:
        """Wait until ``size`` bytes and one place are free, then take them."""
        with self._changed:
            self._changed.wait_for(lambda: self._fits(size))
            self._used += size
            self._held += 1
            self._peak = max(self._peak, self._used)

    def _fits(self, size: int) -> bool:
        return self._held == 0 or (self._held < self._count and self._used + size <= self._size)

    def shrink(self, size: int) -> None:
        """Give back ``size`` bytes but keep the place."""
        with self._changed:
            self._used -= size
            self._changed.notify_all()

    def give_back(self, size: int) -> None:
        """Give back ``size`` bytes and the place."""
        with self._changed:
            self._used -= size
            self._held -= 1
            self._changed.notify_all()

    @property
    def used(self) -> int:
        """Bytes in flight now."""
        return self._used

    @property
    def peak(self) -> int:
        """The most bytes that were in flight."""
        return self._peak


class Group(Generic[T]):
    """A thread that handles whatever has gathered, at most ``limit`` at a time (group commit).

    While one group is being handled the next gathers, so groups grow exactly when the handler is the slow part.
    With ``ordered``, things are handled in the order of their positions (0, 1, 2 ...), whatever order they come in.
    What ``handle`` raises goes to ``failed`` with the group, and the next group is handled.
    """

    def __init__(
        self,
        name: str,
        handle: Callable[[Sequence[T]], None],
        *,
        limit: int,
        failed: Callable[[Sequence[T], Exception], None],
        ordered: bool = False,
    ) -> None:
        self._handle, self._failed, self._limit = handle, failed, limit
        self._ordered, self._next = ordered, 0
        self._early: dict[int, T] = {}
        self._ready: deque[T] = deque()
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), name=name, daemon=True)
        self._thread.start()

    def add(self, thing: T, position: int | None = None) -> None:
        """Hand over ``thing``; never waits."""
        with self._changed:
            if self._ordered:
                assert position is not None
                self._early[position] = thing
                while self._next in self._early:
                    self._ready.append(self._early.pop(self._next))
                    self._next += 1
            else:
                self._ready.append(thing)
            self._changed.notify_all()

    def close(self) -> None:
        """Handle what is left, then end."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while group := self._take():
            try:
                self._handle(group)
            except Exception as error:  # noqa: BLE001  # it is answered per group, by `failed`
                self._failed(group, error)

    def _take(self) -> list[T]:
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._closing)
            return [self._ready.popleft() for _ in range(min(self._limit, len(self._ready)))]
