"""What runs beside the requests of a server: the broker that wakes workers, a worker of its own, shared numbers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from printdock.jobs.broker import broker_for
from printdock.jobs.job import Priority
from printdock.jobs.shared import SharedNumbers
from printdock.jobs.worker import FINISH_S, STOP_S, EmbeddedWorker
from printdock.wiring import Services

#: Of the seconds a server may take to end, the parts in which jobs may finish, and then stop at a good place. What is
#: left is for giving back those that did neither, before the process is killed.
_FINISH, _STOP = 0.3, 0.4


class Background:
    """Of one process. ``works``: whether it runs jobs itself. Call `start` once and `close` once; both may block."""

    def __init__(self, services: Services, *, works: bool = True) -> None:
        self._grace_s = services.settings.grace_s
        self.broker = broker_for(services)
        self.numbers = SharedNumbers(services.database, services.clock)
        self._worker = EmbeddedWorker(services, self.broker, places=[services.place().id]) if works else None

    def start(self) -> None:
        """Begin to work."""
        if self._worker is not None:
            self._worker.start()

    def rest(self) -> None:
        """Take no new job; finish what runs, or give it back. Requests may go on meanwhile. Idempotent."""
        if self._worker is not None:
            self._worker.close(
                finish_s=min(FINISH_S, self._grace_s * _FINISH), stop_s=min(STOP_S, self._grace_s * _STOP)
            )

    def close(self) -> None:
        """Rest, and leave the broker."""
        self.rest()
        self.broker.close()

    def wake(self, priority: Priority, many: int = 1) -> None:
        """Say that there is work, so that it starts at once."""
        self.broker.wake(priority, many)


async def background_of(request: Request) -> Background:
    """That of the application."""
    background: Background = request.app.state.background
    return background


BackgroundIn = Annotated[Background, Depends(background_of)]
