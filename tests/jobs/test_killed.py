"""Real worker processes on PostgreSQL and Redis, killed, told to end, left without their servers: nothing is lost."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from printdock.db.tables import events
from printdock.errors import DatabaseUnavailable
from printdock.jobs import records, wishes
from printdock.jobs.broker import Broker, broker_for
from printdock.jobs.job import NewJob, State
from printdock.wiring import Services
from tests.jobs.conftest import opened, until
from tests.services.forks import Forked
from tests.services.postgres import Postgres
from tests.services.redis import RedisServer


class Process:
    """A `printdock worker` that has said that it works."""

    def __init__(self, environment: dict[str, str], log: Path, *arguments: str) -> None:
        self.log = log
        log.touch()
        self.process = Forked(["worker", *arguments], environment, log)

    def ready(self) -> Process:
        until(lambda: b"Working" in self.log.read_bytes() or self.process.ended(), 60)
        assert not self.process.ended(), self.log.read_text()
        return self

    def signal(self, number: int) -> None:
        self.process.signal(number)

    def ended(self, seconds: float = 30.0) -> int:
        return self.process.wait(seconds)

    def close(self) -> None:
        self.process.signal(signal.SIGKILL)
        self.process.wait(30)


@dataclass
class Works:
    """A shop whose jobs are done by processes."""

    services: Services
    broker: Broker
    environment: dict[str, str]
    folder: Path
    shop: int
    started: list[Process] = field(default_factory=list)

    def start(self, *arguments: str) -> Process:
        log = self.folder / f"worker-{len(self.started)}.log"
        self.started.append(Process(self.environment, log, *arguments))
        return self.started[-1]

    def enqueue(self, many: int, seconds: float) -> list[UUID]:
        with self.services.database.write() as connection:
            new = [NewJob("probe", {"seconds": seconds}) for _each in range(many)]
            made = records.enqueue_all(connection, self.shop, new)
        self.broker.wake(many=many)
        return made

    def counts(self) -> dict[State, int]:
        with self.services.database.read() as connection:
            return records.counts(connection, self.shop)

    def wait_until_done(self, many: int, seconds: float = 60.0) -> None:
        until(lambda: self.counts()[State.COMPLETED] == many, seconds, lambda: self.counts())

    def told(self, kind: str) -> Counter[UUID]:
        wanted = select(events.c.subject_id).where(events.c.shop_id == self.shop, events.c.kind == kind)
        with self.services.database.read() as connection:
            return Counter(connection.execute(wanted).scalars())


def _works(database_url: str, redis: RedisServer, folder: Path) -> Iterator[Works]:
    home = folder / "home"
    with opened(home, database_url, **redis.environment) as services:
        environment = {
            **os.environ, **redis.environment, "PRINTDOCK_HOME": str(home), "DATABASE_URL": database_url,
            "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        works = Works(services, broker_for(services), environment, folder, services.shop().id)
        try:
            yield works
        finally:
            for process in works.started:
                process.close()
            works.broker.close()


@pytest.fixture
def works(postgres_url: str, redis_server: RedisServer, tmp_path: Path) -> Iterator[Works]:
    yield from _works(postgres_url, redis_server, tmp_path)


@pytest.fixture
def private_works(private_postgres: Postgres, redis_server: RedisServer, tmp_path: Path) -> Iterator[Works]:
    yield from _works(private_postgres.create_database(), redis_server, tmp_path)


def test_200_jobs_survive_workers_that_are_killed_again_and_again(works: Works) -> None:
    """Each is completed once in effect, none is stuck, and none needs more tries than it has."""
    chance = random.Random(20_261_124)
    pair = [works.start("--slots", "4").ready(), works.start("--slots", "4").ready()]
    works.enqueue(200, 0.1)
    kills = 0
    while works.counts()[State.COMPLETED] < 160 and kills < 8:
        time.sleep(chance.uniform(0.05, 0.4))
        victim = chance.randrange(2)
        pair[victim].signal(signal.SIGKILL)
        pair[victim].ended()
        pair[victim] = works.start("--slots", "4")
        kills += 1
    works.wait_until_done(200)
    assert kills >= 2
    told = works.told("completed")
    assert len(told) == 200 and set(told.values()) == {1}
    assert works.told("retrying").total() >= 1  # some were killed in the middle
    for process in pair:
        process.ready().signal(signal.SIGTERM)
    assert [process.ended() for process in pair] == [0, 0]


def test_a_killed_workers_job_goes_on_with_another(works: Works) -> None:
    """At once, though nobody has reaped the dead process."""
    first = works.start("--slots", "1").ready()
    made = works.enqueue(1, 1.0)[0]
    until(lambda: works.counts()[State.PROCESSING] == 1)
    first.signal(signal.SIGKILL)
    works.start("--slots", "1").ready()
    works.wait_until_done(1, 20)  # long before its lease ends
    with works.services.database.read() as connection:
        assert records.find(connection, works.shop, made).attempts == 2


def test_a_worker_told_to_end_finishes_gives_back_and_exits(works: Works) -> None:
    worker = works.start("--slots", "2").ready()
    short, long = works.enqueue(1, 1.0)[0], works.enqueue(1, 600.0)[0]
    until(lambda: works.counts()[State.PROCESSING] == 2)
    began = time.monotonic()
    worker.signal(signal.SIGTERM)
    works.enqueue(2, 0.0)
    assert worker.ended() == 0
    assert time.monotonic() - began < 20
    with works.services.database.read() as connection:
        assert records.find(connection, works.shop, short).state is State.COMPLETED
        found = records.find(connection, works.shop, long)
    assert (found.state, found.attempts) == (State.PENDING, 0)
    assert works.counts()[State.PENDING] == 3  # nothing was begun after the signal
    with works.services.database.write() as connection:
        wishes.cancel(connection, works.shop, long, works.services.clock())
    works.start().ready()
    works.wait_until_done(3)


def test_a_second_signal_ends_at_once(works: Works) -> None:
    worker = works.start().ready()
    works.enqueue(1, 600.0)
    until(lambda: works.counts()[State.PROCESSING] == 1)
    worker.signal(signal.SIGTERM)
    until(lambda: b"Once more" in worker.log.read_bytes())
    began = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert worker.ended() == -signal.SIGTERM
    assert time.monotonic() - began < 2


def test_jobs_go_on_while_redis_is_killed_and_comes_back_empty(works: Works, redis_server: RedisServer) -> None:
    redis_server.stop()  # absent at the start
    for _each in range(2):
        works.start("--slots", "4").ready()
    works.enqueue(40, 0.05)
    works.wait_until_done(40, 30)
    redis_server.start()
    works.enqueue(40, 0.05)
    until(lambda: works.counts()[State.COMPLETED] >= 45)
    redis_server.kill()
    works.wait_until_done(80, 30)
    redis_server.start()
    works.enqueue(20, 0.05)
    works.wait_until_done(100, 30)
    assert set(works.told("completed").values()) == {1}


def test_jobs_go_on_when_postgresql_is_back(private_works: Works, private_postgres: Postgres) -> None:
    works = private_works
    for _each in range(2):
        works.start("--slots", "4").ready()
    works.enqueue(100, 0.1)
    until(lambda: works.counts()[State.COMPLETED] >= 10)
    private_postgres.kill()
    away = threading.Event()
    away.wait(1.0)  # long enough for ends of jobs to be kept
    private_postgres.start()

    def done() -> bool:
        try:
            return works.counts()[State.COMPLETED] == 100
        except DatabaseUnavailable:
            return False

    until(done, 60, lambda: works.counts())
    assert set(works.told("completed").values()) == {1}
    assert all(not process.process.ended() for process in works.started)
