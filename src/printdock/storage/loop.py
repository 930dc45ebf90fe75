"""An event loop in a thread of its own, for asynchronous work that is called from ordinary threads."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from printdock.errors import StorageRefused

T = TypeVar("T")


class EventLoopThread:
    """Starts its thread on first use; the thread never keeps the process alive."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What ``work`` returns or raises. Safe from any thread; an interrupted caller cancels its work.

        Raises `StorageRefused` (code ``storage_closed``) once `stop` was called.
        """
        with self._lock:
            loop = self._started()
            future = asyncio.run_coroutine_threadsafe(work(), loop)
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise _closed() from None
        finally:
            future.cancel()  # nothing to cancel, unless this thread was interrupted (Ctrl-C) while it waited

    def stop(self, last: Callable[[], Awaitable[None]]) -> None:
        """Cancel all work, run ``last``, end the thread. Idempotent."""
        with self._lock:
            self._closed = True
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_wind_up(last), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._closed:
            raise _closed()
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True)
            self._thread.start()
        return self._loop


async def _wind_up(last: Callable[[], Awaitable[None]]) -> None:
    this = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not this]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await last()
    await asyncio.sleep(0)  # let closed transports say so before the loop ends


def _closed() -> StorageRefused:
    return StorageRefused("The storage was closed.", code="storage_closed")
