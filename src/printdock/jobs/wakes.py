"""Where "there is work" messages lie: in Redis when one is named and answers, else in this process.

A storage for huey. A message says nothing but that somebody should look into the jobs table, so one that is lost or
doubled does no harm: messages are dropped rather than waited for, and nothing here raises because Redis is away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from huey.storage import MemoryStorage, PriorityRedisStorage
from redis.exceptions import RedisError

from printdock.jobs.redis_address import RedisAddress

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

#: Longest wait for a message, s: how long it takes at most to notice that the process is to end, where messages come
#: from Redis; in the process itself see `Wakes.rouse`.
BLOCK_S = 0.5

#: How long a Redis that did not answer is left alone, s; and how long an answer may take.
LEAVE_ALONE_S, ANSWER_S = 5.0, 0.5

#: More messages than this are of no use: whoever takes one goes on until no job is left.
MOST = 1_000


class Wakes(MemoryStorage):  # type: ignore[misc]
    """Messages by priority. Thread-safe. Nothing connects before the first message is sent or asked for."""

    blocking = True

    def __init__(self, name: str = "printdock", address: RedisAddress | None = None) -> None:
        super().__init__(name)
        self._arrived = threading.Condition(self._lock)
        self._over = False
        self._roused = 0
        self._away_until = 0.0
        self._is_away = False
        self._address = address
        self._sender = self._listener = None
        if address is not None:
            self._sender = _storage(name, address, ANSWER_S)
            self._listener = _storage(name, address, ANSWER_S + BLOCK_S)

    @property
    def remote(self) -> bool:
        """Whether messages go through Redis now."""
        return self._sender is not None and time.monotonic() >= self._away_until

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Add a message, for any process where Redis answers, else for this one. Takes `ANSWER_S` at most."""
        if self._sender is not None and self._try(lambda: self._send(data, priority)) is not None:
            return
        self.enqueue_here(data, priority)

    def enqueue_here(self, data: bytes, priority: float | None = None) -> None:
        """Add a message for this process alone."""
        with self._arrived:
            if len(self._queue) < MOST:
                super().enqueue(data, priority)
                self._arrived.notify()

    def dequeue(self) -> bytes | None:
        """The next message; None when none came for `BLOCK_S`, or `rouse` was called meanwhile."""
        data: bytes | None = super().dequeue()
        if data is not None or self._over:
            return data
        if self._listener is not None and self.remote:
            began = time.monotonic()
            data = self._try(self._receive)
            if data is not None:
                return data or None
            if time.monotonic() - began > BLOCK_S:
                return None
        with self._arrived:
            roused = self._roused
            self._arrived.wait_for(lambda: self._queue or self._over or self._roused > roused, BLOCK_S)
            data = super().dequeue()
            return data

    def rouse(self) -> None:
        """Let those who wait here look up at once: they may have been told to end."""
        with self._arrived:
            self._roused += 1
            self._arrived.notify_all()

    def queue_size(self) -> int:
        """How many messages wait, here and in Redis where it answers."""
        there = 0 if self._sender is None else self._try(lambda: int(self._remote.queue_size())) or 0
        return there + int(super().queue_size())

    def close(self) -> None:
        """Let those who wait go, and close the connections. Idempotent."""
        with self._arrived:
            self._over = True
            self._arrived.notify_all()
        for storage in (self._sender, self._listener):
            if storage is not None:
                storage.pool.disconnect()

    @property
    def _remote(self) -> Any:
        assert self._sender is not None
        return self._sender

    def _send(self, data: bytes, priority: float | None) -> bool:
        self._remote.enqueue(data, priority)
        self._remote.conn.zremrangebyrank(self._remote.queue_key, MOST, -1)
        return True

    def _receive(self) -> bytes:
        """A message, or nothing in `BLOCK_S`. (huey's own takes an answer that never came for an empty queue.)"""
        assert self._listener is not None
        found = self._listener.conn.bzpopmin(self._listener.queue_key, timeout=BLOCK_S)
        return b"" if found is None else bytes(found[1][8:])

    def _try(self, work: Callable[[], Answer]) -> Answer | None:
        """The answer of Redis, None when it is away: then it is left alone for a while."""
        if not self.remote:
            return None
        try:
            answer = work()
        except RedisError as error:
            self._away_until = time.monotonic() + LEAVE_ALONE_S
            if not self._is_away:
                self._is_away = True
                log.warning("Redis %s is away, jobs go on without it: %s", self._address, error)
            return None
        if self._is_away:
            self._is_away = False
            log.warning("Redis %s is back.", self._address)
        return answer


def _storage(name: str, address: RedisAddress, answer_s: float) -> Any:
    return PriorityRedisStorage(name, connection_pool=address.pool(connect_s=ANSWER_S, answer_s=answer_s))
