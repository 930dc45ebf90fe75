"""A database with shops, and a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection

from printdock.db import schema
from printdock.db.engine import Database
from printdock.designs.lease import new_owner
from printdock.jobs import claims, records
from printdock.jobs.job import Job, NewJob, State
from printdock.shops.queries import ensure_shop


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
