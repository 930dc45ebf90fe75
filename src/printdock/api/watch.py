"""Notices new events, for all streams of this process: one thread, one small query, only while somebody follows.

A stream is told that there is something new, never what: it reads its events from the database itself, at the pace its
reader takes them. However slow the reader is, nothing gathers for it here.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from printdock.db.engine import Database
from printdock.db.tables import event_counters
from printdock.errors import DatabaseUnavailable

log = logging.getLogger(__name__)

#: Seconds between two looks. An event is seen half of it later on average.
LOOK_EVERY_S = 0.25


class Bell:
    """Rings when a shop has new events. Waited for in one event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """From any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._rung.set)

    def hush(self) -> None:
        """Forget that it rang; do so before looking."""
        self._rung.clear()

    async def wait(self, seconds: float) -> None:
        """Until it rings, or for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return


class Watch:
    """Rings the bells of shops that have new events. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._bells: dict[int, set[Bell]] = {}
        self._seen: dict[int, int] = {}
        self._thread: threading.Thread | None = None
        self._wanted = threading.Event()

    @contextmanager
    def listening(self, shop_id: int) -> Iterator[Bell]:
        """A bell for the shop's events."""
        bell = Bell()
        with self._lock:
            self._bells.setdefault(shop_id, set()).add(bell)
            self._wanted.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="printdock-watch", daemon=True)
                self._thread.start()
        try:
            yield bell
        finally:
            with self._lock:
                self._bells[shop_id].discard(bell)
                if not self._bells[shop_id]:
                    del self._bells[shop_id]
                    self._seen.pop(shop_id, None)
                if not self._bells:
                    self._wanted.clear()

    @property
    def followers(self) -> int:
        """How many streams there are."""
        with self._lock:
            return sum(len(bells) for bells in self._bells.values())

    def ring_all(self) -> None:
        """Wake every stream: the process is to end."""
        with self._lock:
            bells = [bell for bells in self._bells.values() for bell in bells]
        for bell in bells:
            bell.ring()

    def _run(self) -> None:
        pause = threading.Event()
        while self._wanted.wait():
            try:
                self._look()
            except DatabaseUnavailable as error:
                log.warning("events cannot be followed: %s", error)
                pause.wait(2.0)
            pause.wait(LOOK_EVERY_S)

    def _look(self) -> None:
        with self._lock:
            shops = list(self._bells)
        if not shops:
            return
        newest = select(event_counters.c.shop_id, event_counters.c.last).where(event_counters.c.shop_id.in_(shops))
        with self._database.read() as connection:
            counts = {row.shop_id: row.last for row in connection.execute(newest)}
        with self._lock:
            rung = [
                bell
                for shop_id, last in counts.items()
                if self._seen.get(shop_id) != last
                for bell in self._bells.get(shop_id, ())
            ]
            self._seen.update({shop_id: last for shop_id, last in counts.items() if shop_id in self._bells})
        for bell in rung:
            bell.ring()
