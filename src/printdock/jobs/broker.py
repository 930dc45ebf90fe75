"""huey decides who looks for work; the jobs table decides what the work is.

Whoever has enqueued a job calls `Broker.wake` after the commit; a worker attaches what is to be done when woken. Both
in one process need nothing else; in several they meet in Redis, and without it a worker's ticker finds the job.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from huey import Huey
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer

from printdock.jobs.job import Priority
from printdock.jobs.redis_address import RedisAddress, redis_address
from printdock.jobs.wakes import Wakes
from printdock.wiring import Services


class Broker:
    """Carries "there is work" from those who enqueue to those who work. Thread-safe; one for a process."""

    def __init__(self, address: RedisAddress | None = None) -> None:
        self._huey = Huey("printdock", results=False, storage_class=Wakes, serializer=_Plain(), address=address)
        self._wakes: Wakes = self._huey.storage
        self._work: Callable[[], None] = _nobody
        self._task = self._huey.task(name="work")(lambda: self._work())

    @property
    def remote(self) -> bool:
        """Whether other processes hear of `wake` now."""
        return self._wakes.remote

    def wake(self, priority: Priority = Priority.NORMAL, many: int = 1) -> None:
        """Say that there are ``many`` new jobs. Never raises because Redis is away; takes half a second at most."""
        for _each in range(min(many, _MOST_AT_ONCE)):
            self._huey.enqueue(self._task.s(priority=-int(priority)))

    def nudge(self, many: int = 1) -> None:
        """Say so in this process alone."""
        for _each in range(many):
            task = self._task.s(priority=0)
            self._wakes.enqueue_here(self._huey.serialize_task(task), task.priority)

    def waiting(self) -> int:
        """How many messages wait."""
        return self._wakes.queue_size()

    def consumer(self, work: Callable[[], None], threads: int) -> Consumer:
        """A consumer, not started, that calls ``work`` on one of its threads for every message."""
        self._work = work
        return _Consumer(self._huey, workers=threads, periodic=False)

    def rouse(self) -> None:
        """Let threads that wait for a message look up at once, to see that they are to end."""
        self._wakes.rouse()

    def close(self) -> None:
        """Let go of Redis. Idempotent."""
        self._wakes.close()


#: A worker that was woken goes on until no job is left: more messages at once only tell idle workers.
_MOST_AT_ONCE = 64


def broker_for(services: Services) -> Broker:
    """The broker that the settings name. Nothing connects yet."""
    return Broker(redis_address(services.settings))


class _Consumer(Consumer):  # type: ignore[misc]
    """huey's consumer as a part of a process that has other parts: signals are the process's business."""

    def _set_signal_handlers(self) -> None:
        pass


class _Plain(Serializer):  # type: ignore[misc]
    """Messages as JSON: huey's own are pickles, and those run whatever somebody put into Redis."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(list(data)).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(data))


def _nobody() -> None:
    raise AssertionError("this process has no worker")
