"""What a request finds on the application: the open services, and whether the server is stopping."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from printdock.wiring import Services


class Stopping:
    """Whether this process was asked to end. Streams that would go on for ever end themselves then."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._then: list[Callable[[], None]] = []

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    async def wait(self) -> None:
        """Return once the process was asked to end. Cancel it freely."""
        await self._asked.wait()

    def then(self, call: Callable[[], None]) -> None:
        """Have ``call`` called, in the event loop, when the process is asked to end; it must not block."""
        self._then.append(call)

    def ask(self) -> None:
        """The process is to end. Call from the event loop; twice is once."""
        if self._asked.is_set():
            return
        self._asked.set()
        for call in self._then:
            call()

    def listen(self) -> None:
        """Notice SIGTERM, SIGINT and SIGUSR1 (the supervising process's "soon"), beside the server's own handlers.

        A handler set by `signal.signal` does not replace those of the event loop, which is woken by the same signal
        through its file descriptor (`signal.set_wakeup_fd`). Only the main thread may do so; elsewhere it is a no-op.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGINT", "SIGUSR1"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: loop.call_soon_threadsafe(self.ask))


async def services_of(request: Request) -> Services:
    """The services that the application's lifespan opened."""
    services: Services = request.app.state.services
    return services


async def stopping_of(request: Request) -> Stopping:
    """Whether this process is ending."""
    stopping: Stopping = request.app.state.stopping
    return stopping


ServicesIn = Annotated[Services, Depends(services_of)]
StoppingIn = Annotated[Stopping, Depends(stopping_of)]
