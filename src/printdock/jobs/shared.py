"""How much work waits, as numbers that are the same whichever process is asked: read from the database, not too often."""

from __future__ import annotations

import threading
import time
from datetime import datetime

from sqlalchemy import Connection, func, select

from printdock.db.engine import Database
from printdock.db.tables import jobs
from printdock.designs.lease import Clock
from printdock.jobs.job import Priority, State
from printdock.jobs.records import IS_PENDING, depth
from printdock.telemetry.meters import Sample
from printdock.telemetry.table import JOBS_BY_STATE, QUEUE_AGE, QUEUE_DEPTH

#: Seconds that an answer serves everybody who asks.
KEEP_S = 5.0

#: States that are few, or should be: the others are the history.
_COUNTED = (State.PENDING, State.PROCESSING, State.PAUSED, State.FAILED)


class SharedNumbers:
    """Queue depth and jobs by state. Safe from threads; one of them asks, the others take its answer."""

    def __init__(self, database: Database, clock: Clock, keep_s: float = KEEP_S) -> None:
        self._database, self._clock, self._keep_s = database, clock, keep_s
        self._lock = threading.Lock()
        self._at = -float("inf")
        self._samples: list[Sample] = []

    def read(self) -> list[Sample]:
        """The numbers, at most `KEEP_S` old. Raises `DatabaseUnavailable`."""
        with self._lock:
            if time.monotonic() - self._at >= self._keep_s:
                with self._database.read() as connection:
                    self._samples = _samples(connection, self._clock())
                self._at = time.monotonic()
            return self._samples


def _samples(connection: Connection, now: datetime) -> list[Sample]:
    waiting = depth(connection)
    found = [Sample(QUEUE_DEPTH, waiting[priority], {"priority": priority.name.lower()}) for priority in Priority]
    counted = select(jobs.c.state, func.count()).where(jobs.c.state.in_([state.value for state in _COUNTED]))
    states = {row[0]: row[1] for row in connection.execute(counted.group_by(jobs.c.state))}
    found += [Sample(JOBS_BY_STATE, states.get(state.value, 0), {"state": state.value}) for state in _COUNTED]
    oldest = connection.execute(select(func.min(jobs.c.run_at)).where(IS_PENDING, jobs.c.run_at <= now)).scalar_one()
    return [*found, Sample(QUEUE_AGE, (now - oldest).total_seconds() if oldest is not None else 0.0)]
