"""A pool of connections: never more than a hard cap, every slot given back on every path, dead ones noticed.

Knows nothing of SSH: it is handed a way to connect. Used from one event loop only, so plain attributes need no lock;
nothing is awaited between looking at a counter and changing it, and connections are opened side by side.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Crowded(Exception):
    """The server lets nobody else in now. ``certain`` is False where it may as well have gone away."""

    def __init__(self, reason: str, *, certain: bool) -> None:
        super().__init__(reason)
        self.certain = certain


class Pooled(Protocol):
    """What the pool needs of a connection."""

    @property
    def alive(self) -> bool:
        """Whether it is not known to be dead. No I/O."""
        ...

    async def check(self) -> bool:
        """Whether the server answers on it: one round trip, bounded in time, never raises."""
        ...

    def close(self) -> None:
        """Let it go at once, whatever state it is in."""
        ...


C = TypeVar("C", bound=Pooled)


@dataclass(frozen=True, slots=True)
class PoolState:
    """Counts for metrics: ``leased + idle + connecting`` is never above ``limit`` or the cap it began with."""

    leased: int
    idle: int
    connecting: int
    waiting: int
    limit: int
    connected: int
    discarded: int
    refused: int


@dataclass(frozen=True, slots=True)
class PoolPatience:
    """Times in seconds. ``check_after_s``: idle that long, a connection is checked by I/O before it is used again;
    ``idle_close_s``: idle that long, it is closed, so that other programs get the NAS's sessions; ``crowded_s``: how
    long to wait for a first session while others hold them all; ``regrow_s``: when to ask for one more again.
    """

    check_after_s: float = 5.0
    idle_close_s: float = 30.0
    crowded_s: float = 60.0
    regrow_s: float = 30.0


class Pool(Generic[C]):
    """Lends connections made by ``connect``, at most ``max_connections`` at once (those being opened included).

    A server that turns a session away lowers the limit to what it did allow; callers wait for one of those, and the
    limit grows back by one each ``regrow_s``. Waiting for a connection has no time limit while another one works.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[C]],
        *,
        max_connections: int,
        patience: PoolPatience = PoolPatience(),  # frozen
    ) -> None:
        if max_connections < 1:
            raise ValueError("max_connections must be at least 1")
        self._connect = connect
        self._cap = self._limit = max_connections
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._idle: list[tuple[C, float]] = []
        self._leased = self._connecting = 0
        self._waiters: set[asyncio.Future[None]] = set()
        self._connected = self._discarded = self._refused = 0
        self._refused_at = self._crowded_since = -float("inf")
        self._attempts = 0
        self._closed = False
        self._sweep: asyncio.TimerHandle | None = None

    def state(self) -> PoolState:
        return PoolState(
            self._leased, len(self._idle), self._connecting, len(self._waiters),
            self._limit, self._connected, self._discarded, self._refused,
        )  # fmt: skip

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[tuple[C, bool]]:
        """A connection, and whether it was used before. Goes back to the pool if the body leaves it alive and was not
        cancelled; is closed otherwise. Raises what ``connect`` raises, and `Crowded`.
        """
        connection, used = await self._take()
        cancelled = False
        try:
            yield connection, used
        except (asyncio.CancelledError, GeneratorExit):
            cancelled = True  # any other error leaves it in order: answers are matched to requests
            raise
        finally:
            self._leased -= 1
            if connection.alive and not cancelled and not self._closed:
                self._idle.append((connection, self._loop.time()))
                self._sweep_later()
            else:
                self._discard(connection)
            self._wake()

    def distrust(self) -> None:
        """Check every idle connection before it is used again: one of them just turned out to be dead."""
        self._idle = [(connection, -float("inf")) for connection, _ in self._idle]

    def close(self) -> None:
        """Close what is idle now, and what is lent when it comes back."""
        if self._sweep is not None:
            self._sweep.cancel()
        self._closed = True
        idle, self._idle = self._idle, []
        for connection, _ in idle:
            self._discard(connection)
        self._wake()

    async def _take(self) -> tuple[C, bool]:
        while True:
            while self._idle:
                connection, since = self._idle.pop()
                if await self._usable(connection, since):
                    return connection, True
            if self._leased + self._connecting < self._allowed():
                fresh = await self._open()
                if fresh is not None:
                    return fresh, False
            else:
                await self._wait(None)

    async def _usable(self, connection: C, since: float) -> bool:
        """Counts as leased from here on, when it is usable."""
        self._leased += 1
        usable = False
        try:
            fresh = self._loop.time() - since < self._patience.check_after_s
            usable = connection.alive and (fresh or await connection.check())
        finally:
            if not usable:
                self._leased -= 1
                self._discard(connection)
                self._wake()
        return usable

    def _allowed(self) -> int:
        due = self._loop.time() - self._refused_at >= self._patience.regrow_s
        if due and self._limit < self._cap and self._leased + self._connecting >= self._limit:
            self._limit += 1
            self._refused_at = self._loop.time()
        return self._limit

    async def _open(self) -> C | None:
        """A new connection, counted as leased; None when the server is crowded and it is worth trying again."""
        self._connecting += 1
        try:
            connection = await self._connect()
        except Crowded as error:
            crowded = error
        else:
            self._leased += 1
            self._connected += 1
            self._crowded_since, self._attempts = -float("inf"), 0
            return connection
        finally:
            self._connecting -= 1
            self._wake()
        await self._make_do(crowded)
        return None

    async def _make_do(self, crowded: Crowded) -> None:
        """Go on with fewer connections: wait for one of ours, or for another program to leave. Raises ``crowded``."""
        now = self._loop.time()
        ours = self._leased + self._connecting + len(self._idle)
        if not ours and not crowded.certain:
            raise crowded
        self._refused += 1
        self._refused_at = now
        self._limit = max(1, min(self._limit, ours))
        if ours:
            return
        if self._crowded_since == -float("inf"):
            self._crowded_since = now
        left = self._crowded_since + self._patience.crowded_s - now
        if left <= 0:
            self._crowded_since = -float("inf")
            raise crowded
        self._attempts += 1
        await self._wait(min(left, random.uniform(0.05, min(2.0, 0.1 * 2 ** min(self._attempts, 8)))))

    async def _wait(self, timeout: float | None) -> None:
        """Until something is given back, or for ``timeout`` seconds."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=timeout)
        finally:
            self._waiters.discard(waiter)

    def _wake(self) -> None:
        # All of them: each looks again for itself, so one that was cancelled meanwhile takes no turn from another.
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _discard(self, connection: C) -> None:
        self._discarded += 1
        connection.close()

    def _sweep_later(self) -> None:
        if self._sweep is None:
            self._sweep = self._loop.call_later(self._patience.idle_close_s, self._close_idle)

    def _close_idle(self) -> None:
        self._sweep = None
        oldest = self._loop.time() - self._patience.idle_close_s
        kept = [(connection, since) for connection, since in self._idle if since > oldest and connection.alive]
        for connection, _ in [each for each in self._idle if each not in kept]:
            self._discard(connection)
        self._idle = kept
        if kept:
            self._sweep_later()
