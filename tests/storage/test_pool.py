"""The pool by itself, with connections that fail on command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from printdock.storage.pool import Crowded, Pool, PoolPatience


class Fake:
    def __init__(self) -> None:
        self.alive = True
        self.answers = True
        self.closed = False

    async def check(self) -> bool:
        await asyncio.sleep(0)
        return self.answers

    def close(self) -> None:
        self.alive = False
        self.closed = True


class Server:
    """Lets ``places`` connections in; ``certain`` as in `Crowded`."""

    def __init__(self, places: int = 100, *, certain: bool = True) -> None:
        self.places = places
        self.certain = certain
        self.made: list[Fake] = []
        self.tries = 0
        self.most = 0
        self.hold: asyncio.Event | None = None

    async def connect(self) -> Fake:
        self.tries += 1
        if self.hold is not None:
            await self.hold.wait()
        await asyncio.sleep(0)
        if self.open >= self.places:
            raise Crowded("full", certain=self.certain)
        fake = Fake()
        self.made.append(fake)
        self.most = max(self.most, self.open)
        return fake

    @property
    def open(self) -> int:
        return sum(not fake.closed for fake in self.made)


def _at_rest(pool: Pool[Fake]) -> None:
    state = pool.state()
    assert (state.leased, state.connecting, state.waiting) == (0, 0, 0)


async def _use(pool: Pool[Fake], times: int = 1) -> None:
    for _ in range(times):
        async with pool.lease():
            await asyncio.sleep(0)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


def test_a_connection_is_used_again_and_says_so() -> None:
    async def run() -> None:
        server = Server()
        pool = Pool(server.connect, max_connections=3)
        seen = []
        for _ in range(3):
            async with pool.lease() as (_, used):
                seen.append(used)
        assert seen == [False, True, True]
        assert len(server.made) == 1

    asyncio.run(run())


def test_the_cap_holds_and_connections_are_opened_side_by_side() -> None:
    async def run() -> None:
        server = Server()
        server.hold = asyncio.Event()
        pool = Pool(server.connect, max_connections=5)
        users = [asyncio.create_task(_use(pool, 20)) for _ in range(50)]
        await _until(lambda: server.tries == 5)
        assert pool.state().connecting == 5
        server.hold.set()
        await asyncio.gather(*users)
        assert server.most <= 5
        _at_rest(pool)

    asyncio.run(run())


@pytest.mark.parametrize("error", [OSError("away"), ValueError("programming error")])
def test_a_failure_to_connect_gives_the_slot_back(error: Exception) -> None:
    async def run() -> None:
        async def connect() -> Fake:
            await asyncio.sleep(0)
            raise error

        pool = Pool(connect, max_connections=1)
        for _ in range(20):
            with pytest.raises(type(error)):
                await _use(pool)
        _at_rest(pool)

    asyncio.run(run())


def test_a_failure_while_using_keeps_a_living_connection_and_drops_a_dead_one() -> None:
    async def run() -> None:
        server = Server()
        pool = Pool(server.connect, max_connections=1)
        with pytest.raises(KeyError):
            async with pool.lease():
                raise KeyError
        assert pool.state().idle == 1
        with pytest.raises(KeyError):
            async with pool.lease() as (connection, _):
                connection.alive = False
                raise KeyError
        assert (pool.state().idle, server.made[0].closed) == (0, True)
        _at_rest(pool)
        await _use(pool)

    asyncio.run(run())


def test_cancellation_gives_the_slot_back_wherever_it_hits() -> None:
    async def run(steps: int) -> None:
        server = Server()
        pool = Pool(server.connect, max_connections=1, patience=PoolPatience(check_after_s=0))
        await _use(pool)
        users = [asyncio.create_task(_use(pool, 2)) for _ in range(3)]
        for _ in range(steps):
            await asyncio.sleep(0)
        for user in users:
            user.cancel()
        await asyncio.gather(*users, return_exceptions=True)
        _at_rest(pool)
        assert server.most <= 1
        await asyncio.wait_for(_use(pool), 5)

    for steps in range(25):
        asyncio.run(run(steps))


def test_cancellation_while_connecting() -> None:
    async def run() -> None:
        server = Server()
        server.hold = asyncio.Event()
        pool = Pool(server.connect, max_connections=1)
        first, second = (asyncio.create_task(_use(pool)) for _ in range(2))
        await _until(lambda: pool.state().waiting == 1)
        first.cancel()
        server.hold.set()
        await asyncio.wait_for(second, 5)
        _at_rest(pool)

    asyncio.run(run())


def test_an_idle_connection_is_asked_before_it_is_used_again() -> None:
    async def run() -> None:
        server = Server()
        pool = Pool(server.connect, max_connections=2, patience=PoolPatience(check_after_s=0))
        await _use(pool)
        server.made[0].answers = False
        async with pool.lease() as (connection, used):
            assert connection is server.made[1]
            assert not used
        assert server.made[0].closed

    asyncio.run(run())


def test_distrust_makes_it_ask_at_once() -> None:
    async def run() -> None:
        server = Server()
        pool = Pool(server.connect, max_connections=2)
        await _use(pool)
        server.made[0].answers = False
        pool.distrust()
        async with pool.lease() as (connection, _):
            assert connection is server.made[1]

    asyncio.run(run())


@pytest.mark.parametrize("certain", [True, False])
def test_a_crowded_server_slows_down_and_fails_nobody(certain: bool) -> None:
    async def run() -> None:
        server = Server(places=3, certain=certain)
        pool = Pool(server.connect, max_connections=10)
        # One is in before the others come, or an uncertain refusal of all at once means that the server is away.
        await _use(pool)
        async with asyncio.timeout(10):
            await asyncio.gather(*[_use(pool, 5) for _ in range(30)])
        assert server.most <= 3
        assert pool.state().limit <= 3
        assert pool.state().refused > 0
        _at_rest(pool)

    asyncio.run(run())


def test_a_server_full_of_others_is_waited_for() -> None:
    async def run() -> None:
        server = Server(places=0)
        pool = Pool(server.connect, max_connections=4)
        users = [asyncio.create_task(_use(pool)) for _ in range(8)]
        await _until(lambda: server.tries >= 2)
        server.places = 1
        async with asyncio.timeout(10):
            await asyncio.gather(*users)
        _at_rest(pool)

    asyncio.run(run())


def test_a_server_full_for_too_long_is_an_error_for_all_who_wait() -> None:
    async def run() -> None:
        server = Server(places=0)
        pool = Pool(server.connect, max_connections=4, patience=PoolPatience(crowded_s=0.2))
        async with asyncio.timeout(10):
            results = await asyncio.gather(*[_use(pool) for _ in range(8)], return_exceptions=True)
        assert all(isinstance(result, Crowded) for result in results)
        _at_rest(pool)
        server.places = 1
        await asyncio.wait_for(_use(pool), 5)

    asyncio.run(run())


def test_an_uncertain_refusal_with_no_connection_of_ours_is_an_error_at_once() -> None:
    async def run() -> None:
        server = Server(places=0, certain=False)
        pool = Pool(server.connect, max_connections=4)
        with pytest.raises(Crowded):
            await _use(pool)
        assert server.tries == 1
        assert pool.state().limit == 4

    asyncio.run(run())


def test_the_limit_grows_back() -> None:
    async def run() -> None:
        server = Server(places=2)
        pool = Pool(server.connect, max_connections=4, patience=PoolPatience(regrow_s=0))
        await asyncio.gather(*[_use(pool, 3) for _ in range(8)])
        server.places = 4
        async with asyncio.timeout(10):
            while server.most < 4:
                await asyncio.gather(*[_use(pool, 3) for _ in range(8)])
        assert server.most == 4

    asyncio.run(run())


def test_idle_connections_are_closed_for_others_to_come_in() -> None:
    async def run() -> None:
        server = Server()
        pool = Pool(server.connect, max_connections=4, patience=PoolPatience(idle_close_s=0.05))
        await asyncio.gather(*[_use(pool) for _ in range(4)])
        assert pool.state().idle > 0
        await _until(lambda: server.open == 0)
        await _use(pool)

    asyncio.run(run())


def test_closing_lets_go_of_what_comes_back_later() -> None:
    async def run() -> None:
        server = Server()
        pool = Pool(server.connect, max_connections=2)
        async with pool.lease():
            await _use(pool)
            pool.close()
            assert server.open == 1
        assert server.open == 0

    asyncio.run(run())


def test_a_pool_of_none_is_a_mistake() -> None:
    async def run() -> None:
        with pytest.raises(ValueError, match="at least 1"):
            Pool(Server().connect, max_connections=0)

    asyncio.run(run())
