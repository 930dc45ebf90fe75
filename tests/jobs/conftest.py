"""A database with shops, and a clock that is set by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection

from printdock.db import schema
from printdock.db.engine import Database
from printdock.designs.lease import new_owner
from printdock.jobs import claims, events, records
from printdock.jobs.broker import Broker
from printdock.jobs.job import FINAL, Job, NewJob, Priority, State
from printdock.jobs.worker import EmbeddedWorker
from printdock.settings import Settings
from printdock.shops.queries import ensure_shop
from printdock.wiring import Services, open_services


@dataclass
class Desk:
    """A database whose jobs the test works on, as a shop and as a worker."""

    database: Database
    shop: int
    other_shop: int
    worker: str = field(default_factory=new_owner)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def later(self, seconds: float) -> datetime:
        """Set the clock forward."""
        self.now += timedelta(seconds=seconds)
        return self.now

    def enqueue(self, kind: str = "probe", **more: Any) -> UUID:
        with self.database.write() as connection:
            made = records.enqueue(connection, self.shop, NewJob(kind, **more))
        self.now = max(self.now, datetime.now(UTC))
        return made

    def claim(self, worker: str | None = None, **more: Any) -> Job | None:
        known = {"kinds": ["probe", "ended"], **more}
        with self.database.write() as connection:
            return claims.claim(connection, worker or self.worker, self.now, **known)

    def must_claim(self, **more: Any) -> Job:
        job = self.claim(**more)
        assert job is not None
        return job

    def find(self, job: UUID) -> Job:
        with self.database.read() as connection:
            return records.find(connection, self.shop, job)

    def state(self, job: UUID) -> State:
        return self.find(job).state

    def write(self) -> Any:
        return self.database.write()


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    database = Database(database_url)
    schema.ready(database)
    with database.write() as connection:
        shops = [_shop(connection, name) for name in ("Rose Prints", "Other Prints")]
    yield Desk(database, *shops)
    database.close()


def _shop(connection: Connection, name: str) -> int:
    return ensure_shop(connection, name, datetime.now(UTC)).id


@dataclass
class Office:
    """Open services with a shop, and the jobs that the test has workers do."""

    services: Services
    broker: Broker
    shop: int
    hired: list[EmbeddedWorker] = field(default_factory=list)

    def hire(self, **more: Any) -> EmbeddedWorker:
        """A worker that has begun; it is closed after the test."""
        worker = EmbeddedWorker(self.services, self.broker, **{"tick_s": 0.05, **more})
        self.hired.append(worker)
        worker.start()
        return worker

    def enqueue(self, kind: str = "probe", *, wake: bool = True, **more: Any) -> UUID:
        with self.services.database.write() as connection:
            made = records.enqueue(connection, self.shop, NewJob(kind, **more))
        if wake:
            self.broker.wake(more.get("priority", Priority.NORMAL))
        return made

    def find(self, job: UUID) -> Job:
        with self.services.database.read() as connection:
            return records.find(connection, self.shop, job)

    def told(self, job: UUID) -> list[str]:
        """The kinds of the job's events."""
        with self.services.database.read() as connection:
            return [event.kind for event in events.after(connection, self.shop, 0, job)]

    def wait(self, job: UUID, *states: State, seconds: float = 20.0) -> Job:
        """The job, once it is in one of ``states`` (a final one by default)."""
        found: list[Job] = []

        def there() -> bool:
            found.append(self.find(job))
            return found[-1].state in (states or FINAL)

        until(there, seconds, lambda: str(found[-1]))
        return found[-1]


def until(true: Callable[[], object], seconds: float = 20.0, say: Callable[[], object] = lambda: "") -> None:
    """Wait until ``true()``; fail with ``say()`` where it does not become so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {say()}"
        time.sleep(0.01)


def opened(home: Path, database_url: str, **settings: Any) -> AbstractContextManager[Services]:
    values = {"PRINTDOCK_HOME": home, "DATABASE_URL": database_url, "PRINTDOCK_WORKERS": 2, **settings}
    return open_services(Settings(**values))


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path / "home", database_url) as services:
        office = Office(services, Broker(), services.shop().id)
        yield office
        for worker in office.hired:
            worker.close(finish_s=0, stop_s=5)
        office.broker.close()
