"""Runs jobs: claims one, calls its kind's function, and writes down how it ended.

`Runner.drain` is called on as many threads as jobs may run at once. Whatever happens to the process, the row says what
is left to do; what happens to one job never ends another.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from printdock.db.patience import patiently
from printdock.errors import (
    Cancelled,
    DatabaseUnavailable,
    EtsyReconnect,
    EtsyRefused,
    InputRefused,
    KeyTaken,
    LeaseLost,
    PrintdockError,
    StorageRefused,
    UsageError,
    passes,
)
from printdock.jobs import claims
from printdock.jobs.broker import Broker
from printdock.jobs.job import LEASE, Job, Priority, State
from printdock.jobs.kinds import KINDS
from printdock.jobs.records import error_of
from printdock.jobs.work import Result, Work
from printdock.pipeline.limits import give_memory_back
from printdock.telemetry import logs, meters, traces
from printdock.telemetry.table import JOB_SECONDS, JOB_SLOTS_BUSY, JOB_WAIT_SECONDS, JOBS
from printdock.wiring import Services

log = logging.getLogger(__name__)

#: Errors that another try cannot mend.
PERMANENT = (InputRefused, UsageError, StorageRefused, KeyTaken, EtsyRefused, EtsyReconnect)

#: Seconds that the end of a job is kept while the database is away. Its lease is renewed meanwhile, when that works.
PATIENCE_S = 60.0


_WORDS = {
    State.PENDING: "released",
    State.PAUSED: "paused",
    State.CANCELLED: "cancelled",
    State.FAILED: "failed",
}


class Why(Enum):
    """Why a running job was told to stop, and the state it then is left in; None: nothing of it is ours any more."""

    CANCEL = State.CANCELLED
    PAUSE = State.PAUSED
    SHUTDOWN = State.PENDING
    LOST = None


@dataclass(eq=False, slots=True)
class Running:
    """A job that this process runs. ``progress``: the latest, and whether it is not written yet."""

    job: Job
    stop: threading.Event = field(default_factory=threading.Event)
    why: Why | None = None
    progress: dict[str, Any] | None = None
    unwritten: bool = False

    def ask(self, why: Why) -> None:
        """Tell the job to stop. Losing it outranks what was asked before."""
        if self.why is None or why is Why.LOST:
            self.why = why
        self.stop.set()

    def note(self, progress: dict[str, Any]) -> None:
        """Take a progress; the ticker writes it down."""
        self.progress, self.unwritten = progress, True


class Runner:
    """The jobs that this process runs. ``owner`` names it in their rows; thread-safe."""

    def __init__(
        self,
        services: Services,
        broker: Broker,
        owner: str,
        *,
        slots: int,
        places: Collection[str] = (),
        lease: timedelta = LEASE,
    ) -> None:
        self.services, self.broker, self.owner = services, broker, owner
        self.slots, self.places, self.lease = slots, frozenset(places), lease
        self.closing = False
        self._running: dict[UUID, Running] = {}
        self._changed = threading.Condition()
        self._claiming = threading.Lock()

    def running(self) -> list[Running]:
        """The jobs that run now."""
        with self._changed:
            return list(self._running.values())

    def wait_until_idle(self, seconds: float) -> bool:
        """Whether nothing runs any more, at the latest after ``seconds``."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)

    def drain(self) -> None:
        """Run jobs on the calling thread until there is none left, or until closing."""
        if self.closing:
            self.broker.wake()  # this message is for somebody else
        while not self.closing and self.run_one():
            pass

    def run_one(self) -> bool:
        """Claim a job and run it to its end. False when there was none, or the database is away."""
        try:
            running = self._claim()
        except DatabaseUnavailable as error:
            log.warning("no job could be claimed: %s", error)
            return False
        if running is None:
            return False
        job = running.job
        try:
            with logs.bound(job=str(job.id), kind=job.kind, shop_id=job.shop_id), meters.raised(JOB_SLOTS_BUSY):
                with meters.timed(JOB_SECONDS, kind=job.kind), traces.span("job", kind=job.kind, job=str(job.id)):
                    outcome = self._outcome(running)
                self._finish(running, outcome)
        finally:
            with self._changed:
                del self._running[running.job.id]
                self._changed.notify_all()
            give_memory_back()
        return True

    def _claim(self) -> Running | None:
        """One at a time, so that the slot which is kept from low priority is counted right."""
        with self._claiming:
            if self.closing:
                return None
            low = sum(running.job.priority is Priority.LOW for running in self.running())
            lowest = Priority.LOW if low < max(1, self.slots - 1) else Priority.NORMAL
            with self.services.database.write() as connection:
                job = claims.claim(
                    connection,
                    self.owner,
                    self.services.clock(),
                    kinds=KINDS,
                    places=self.places,
                    lowest=lowest,
                    lease=self.lease,
                )
            if job is None:
                return None
            waited = max(0.0, (self.services.clock() - job.run_at).total_seconds())
            meters.observe(JOB_WAIT_SECONDS, waited, priority=job.priority.name.lower())
            running = Running(job, progress=job.progress)
            with self._changed:
                self._running[job.id] = running
            return running

    def _outcome(self, running: Running) -> Result | PrintdockError:
        """What became of the try. Any error ends the job and not the worker."""
        job = running.job
        log.info("job %s (%s) starts, try %d", job.id, job.kind, job.attempts)
        work = Work(job, self.services.until(running.stop), running.stop, running.note)
        try:
            return KINDS[job.kind].run(work)
        except PrintdockError as error:
            return error
        except Exception as error:
            log.exception("job %s (%s) failed unexpectedly", job.id, job.kind)
            return PrintdockError(f"Something unexpected happened: {error!r}.", code="internal_error")

    def _finish(self, running: Running, outcome: Result | PrintdockError) -> None:
        kind, result = running.job.kind, "lost"
        try:
            result = self._write(lambda connection: self._end(connection, running, outcome))
        except LeaseLost as error:
            log.warning("what became of job %s is not recorded: %s", running.job.id, error)
        except DatabaseUnavailable as error:
            log.error("job %s ended, but could not say so, and will be run again: %s", running.job.id, error)
        except Exception:  # the row stays claimed until its lease ends: then it is tried again, or fails in the end
            log.exception("the end of job %s could not be recorded", running.job.id)
        else:
            logs.event("job_ended", result=result)
            if isinstance(outcome, Result):
                for priority in {job.priority for job in outcome.follow}:
                    self.broker.wake(priority, sum(job.priority is priority for job in outcome.follow))
        finally:
            meters.count(JOBS, kind=kind, result=result)

    def _end(self, connection: Connection, running: Running, outcome: Result | PrintdockError) -> str:
        """Write the end of the try; answers what it was, in the words of `printdock_jobs_total`."""
        job, now, progress = running.job, self.services.clock(), running.progress
        if isinstance(outcome, Result):
            claims.complete(connection, job, now, outcome.data, progress=progress, follow=outcome.follow)
            return "completed"
        if isinstance(outcome, Cancelled) and running.why is not None:
            if running.why is Why.LOST:
                raise LeaseLost("Another worker has taken it over.")
            state = claims.give_up(connection, job, now, running.why.value, progress=progress)
            return _WORDS[state]
        permanent, passing = isinstance(outcome, PERMANENT), passes(outcome)
        state = claims.fail(
            connection, job, now, error_of(outcome), permanent=permanent, passing=passing, progress=progress
        )
        log.warning("job %s (%s), try %d: %s (%s)", job.id, job.kind, job.attempts, outcome, state)
        return "retried" if state is State.PENDING else _WORDS[state]

    def _write(self, work: Callable[[Connection], str]) -> str:
        return patiently(self.services.database.write, work, PATIENCE_S)

    def release(self, running: Running) -> None:
        """Give back the job of a thread that does not end: others may have it, and the thread's end is discarded."""
        running.ask(Why.SHUTDOWN)
        try:
            with self.services.database.write() as connection:
                claims.give_up(connection, running.job, self.services.clock(), State.PENDING, progress=running.progress)
        except (LeaseLost, DatabaseUnavailable) as error:
            log.warning("job %s could not be given back: %s", running.job.id, error)
