"""Messages arrive, and their loss is no harm: with Redis, without, and while it comes and goes."""

from __future__ import annotations

import logging
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from printdock.errors import UsageError
from printdock.jobs import wakes
from printdock.jobs.broker import Broker, broker_for
from printdock.jobs.job import Priority
from printdock.jobs.redis_address import RedisAddress, redis_address
from printdock.settings import Settings, load
from tests.jobs.conftest import opened, until
from tests.services.redis import RedisSentinel, RedisServer

QUEUE = "huey.redis.printdock"


class Listener:
    """A process's broker with somebody who counts what it hears."""

    def __init__(self, address: RedisAddress | None) -> None:
        self.broker = Broker(address)
        self.heard = 0
        self._lock = threading.Lock()
        self._consumer = self.broker.consumer(self._hear, 2)
        self._consumer.start()

    def _hear(self) -> None:
        with self._lock:
            self.heard += 1

    def stop(self) -> None:
        self._consumer.stop_flag.set()

    def threads(self) -> list[threading.Thread]:
        """Those that run."""
        return [thread for _worker, thread in self._consumer.worker_threads if thread.is_alive()]

    def close(self) -> None:
        self.stop()
        self.broker.close()
        for _worker, thread in self._consumer.worker_threads:
            thread.join(5)


@pytest.fixture
def listen() -> Iterator[Callable[[RedisAddress | None], Listener]]:
    made: list[Listener] = []

    def make(address: RedisAddress | None) -> Listener:
        made.append(Listener(address))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def quickly_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakes, "LEAVE_ALONE_S", 0.2)


def _address(server: RedisServer) -> RedisAddress:
    return RedisAddress("127.0.0.1", server.port, server.password)


def test_in_one_process_a_message_is_heard_at_once(listen: Any) -> None:
    here = listen(None)
    time.sleep(0.05)  # it waits for messages by now
    began = time.monotonic()
    here.broker.wake()
    until(lambda: here.heard == 1)
    assert time.monotonic() - began < 0.2


def test_who_waits_here_notices_at_once_that_it_is_to_end(listen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakes, "BLOCK_S", 3600.0)
    here = listen(None)
    here.broker.wake()
    until(lambda: here.heard)
    here.stop()
    # A thread may have looked just before it was told, and not wait yet: it is roused again.
    until(lambda: here.broker.rouse() or not here.threads())


def test_processes_meet_in_redis(listen: Any, redis_server: RedisServer) -> None:
    here, there = listen(_address(redis_server)), Broker(_address(redis_server))
    there.wake(many=3)
    until(lambda: here.heard == 3)
    assert there.remote and there.waiting() == 0
    there.close()


def test_high_priority_comes_first(redis_server: RedisServer) -> None:
    for address in (None, _address(redis_server)):
        storage = wakes.Wakes(address=address)
        for priority in (Priority.NORMAL, Priority.LOW, Priority.HIGH):
            storage.enqueue(priority.name.encode(), -int(priority))
        assert [storage.dequeue() for _each in range(3)] == [b"HIGH", b"NORMAL", b"LOW"]
        assert storage.dequeue() is None
        storage.close()


def test_redis_absent_at_start(listen: Any, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:  # bound, but not listening: refused
        taken.bind(("127.0.0.1", 0))
        here = listen(RedisAddress("127.0.0.1", taken.getsockname()[1]))
        here.broker.wake(many=2)
        until(lambda: here.heard == 2)
        assert not here.broker.remote
    away = [record for record in caplog.records if "is away" in record.message]
    assert len(away) == 1


def test_redis_stopped_and_restarted_empty(listen: Any, redis_server: RedisServer, quickly_tried_again: None) -> None:
    here, there = listen(_address(redis_server)), Broker(_address(redis_server))
    there.wake()
    until(lambda: here.heard == 1)
    redis_server.kill()
    here.broker.wake()
    until(lambda: here.heard == 2)  # by itself
    there.wake()  # nobody hears it, and nobody is held up
    redis_server.start()
    until(lambda: here.broker.remote and there.remote)

    def heard() -> bool:
        there.wake()
        return bool(here.heard > 2)

    until(heard)
    there.close()


def test_a_frozen_redis_holds_nobody_up(redis_server: RedisServer) -> None:
    broker = Broker(_address(redis_server))
    broker.wake()
    redis_server.freeze()
    began = time.monotonic()
    broker.wake(many=20)
    assert time.monotonic() - began < 2.0
    redis_server.thaw()
    broker.close()


def test_messages_do_not_pile_up(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakes, "MOST", 10)
    for broker in (Broker(), Broker(_address(redis_server))):
        broker.wake(many=30)
        assert broker.waiting() == 10
        broker.close()


class Bomb:
    def __reduce__(self) -> Any:
        return (Path.touch, (Path("exploded"),))


def test_what_others_put_into_redis_is_not_run(
    listen: Any, redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.CRITICAL, "huey")
    here = listen(_address(redis_server))
    redis_server.client().zadd(QUEUE, {b"12345678" + pickle.dumps(Bomb()): 0, b"12345678[1, 2]": 0})
    until(lambda: redis_server.client().zcard(QUEUE) == 0)
    here.broker.wake()
    until(lambda: here.heard == 1)
    assert not (tmp_path / "exploded").exists()


def test_the_settings_name_the_redis(redis_server: RedisServer, database_url: str, tmp_path: Path) -> None:
    with opened(tmp_path / "home", database_url, **redis_server.environment) as services:
        broker = broker_for(services)
        broker.wake()
        assert redis_server.client().zcard(QUEUE) == 1
        broker.close()
    with opened(tmp_path / "home", database_url) as services:
        assert not broker_for(services).remote


def test_a_master_that_dies_is_replaced_and_messages_go_on(
    listen: Any, redis_program: str, redis_server: RedisServer, quickly_tried_again: None
) -> None:
    with (
        RedisServer(redis_program, replica_of=redis_server) as replica,
        RedisSentinel(redis_program, redis_server) as sentinel,
    ):
        until(lambda: sentinel.replicas() == 1)
        address = redis_address(Settings.model_validate(sentinel.environment))
        assert address is not None
        here, there = listen(address), Broker(address)
        there.wake(many=2)
        until(lambda: here.heard == 2)
        assert there.remote and redis_server.client().info("stats")["total_commands_processed"]

        redis_server.kill()
        there.wake()  # nobody hears it, and nobody is held up
        until(lambda: sentinel.master_port() == replica.port)
        until(lambda: here.broker.remote and there.remote)

        def heard_through_the_other() -> bool:
            there.wake()
            return bool(here.heard > 3) and there.remote

        until(heard_through_the_other)
        assert replica.client().info("replication")["role"] == "master"
        there.close()


def test_sentinels_are_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_SENTINELS", "one.example.com, [::1]:26380,10.0.0.3:26381")
    address = redis_address(load())
    assert address is not None
    assert address.sentinels == (("one.example.com", 26379), ("::1", 26380), ("10.0.0.3", 26381))
    assert str(address) == "mymaster of one.example.com:26379, ::1:26380, 10.0.0.3:26381"
    monkeypatch.setenv("REDIS_SENTINELS", "one two")
    with pytest.raises(UsageError, match="REDIS_SENTINELS"):
        load()
