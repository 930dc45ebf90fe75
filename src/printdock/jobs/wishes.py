"""What people do to jobs: cancel, pause, resume, retry. A job that runs is asked, and its worker notices within seconds.

Each must be the last statement of the caller's transaction (see `events`). Each answers the job as it is then; asking
for what is already so is no error. After `resume` and `retry`, wake the broker.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from printdock.db.tables import jobs
from printdock.errors import UsageError
from printdock.jobs import claims, events, records
from printdock.jobs.job import Job, State, Wish
from printdock.jobs.records import event, job_of


def cancel(connection: Connection, shop_id: int, job_id: UUID, now: datetime) -> Job:
    """End a job for good. One that runs finishes what is begun. Raises `UsageError` unknown_job, job_ended."""
    job = records.find(connection, shop_id, job_id, lock=True)
    match job.state:
        case State.CANCELLED:
            return job
        case State.PENDING | State.PAUSED:
            job = _set(connection, job, state=State.CANCELLED.value, finished_at=now)
            claims.end(connection, job)
            return _told(connection, "cancelled", job)
        case State.PROCESSING:
            return _told(connection, "asked", _set(connection, job, asked=Wish.CANCEL.value))
    raise _ended(job, "cancelled")


def pause(connection: Connection, shop_id: int, job_id: UUID) -> Job:
    """Stop a job until it is resumed; what it has done stays done. Raises `UsageError` unknown_job, job_ended."""
    job = records.find(connection, shop_id, job_id, lock=True)
    match job.state:
        case State.PAUSED:
            return job
        case State.PENDING:
            return _told(connection, "paused", _set(connection, job, state=State.PAUSED.value))
        case State.PROCESSING if job.asked is Wish.CANCEL:
            return job
        case State.PROCESSING:
            return _told(connection, "asked", _set(connection, job, asked=Wish.PAUSE.value))
    raise _ended(job, "paused")


def resume(connection: Connection, shop_id: int, job_id: UUID, now: datetime) -> Job:
    """Let a paused job go on. Raises `UsageError` unknown_job, job_ended."""
    job = records.find(connection, shop_id, job_id, lock=True)
    match job.state:
        case State.PAUSED:
            return _told(connection, "queued", _set(connection, job, state=State.PENDING.value, run_at=now))
        case State.PROCESSING if job.asked is Wish.PAUSE:
            return _told(connection, "asked", _set(connection, job, asked=None))
        case State.PENDING | State.PROCESSING:
            return job
    raise _ended(job, "resumed")


def retry(connection: Connection, shop_id: int, job_id: UUID, now: datetime) -> Job:
    """Run a failed or cancelled job again, with all its tries; one that waits for its next try goes at once.

    Raises `UsageError` unknown_job, job_ended (a completed one), job_taken (a newer one does the same work).
    """
    job = records.find(connection, shop_id, job_id, lock=True)
    if job.state is State.COMPLETED:
        raise _ended(job, "retried")
    if job.state in (State.PROCESSING, State.PAUSED):
        return job
    values: dict[str, Any] = {"state": State.PENDING.value, "attempts": 0, "run_at": now, "finished_at": None}
    try:
        with connection.begin_nested():
            changed = _set(connection, job, **values)
    except IntegrityError as error:
        raise UsageError(
            f"A newer job does the work of {job_id}.", code="job_taken", remedy="Wait for that one, or cancel it."
        ) from error
    return _told(connection, "queued", changed)


def failed_ids(connection: Connection, shop_id: int, kind: str | None = None) -> list[UUID]:
    """The shop's failed jobs, oldest first: what "retry all" retries."""
    failed = select(jobs.c.id).where(jobs.c.shop_id == shop_id, jobs.c.state == State.FAILED.value)
    if kind is not None:
        failed = failed.where(jobs.c.kind == kind)
    return list(connection.execute(failed.order_by(jobs.c.id)).scalars())


def _set(connection: Connection, job: Job, **values: Any) -> Job:
    changed = update(jobs).where(jobs.c.shop_id == job.shop_id, jobs.c.id == job.id).values(**values)
    return job_of(connection.execute(changed.returning(*jobs.c)).mappings().one())


def _told(connection: Connection, kind: str, job: Job) -> Job:
    told = event(kind, job)
    events.append(connection, job.shop_id, told.subject, told.subject_id, told.kind, told.data)
    return job


def _ended(job: Job, word: str) -> UsageError:
    return UsageError(
        f"The job is {job.state.value} and cannot be {word}.",
        code="job_ended",
        remedy="A failed or cancelled one can be retried." if job.state is not State.COMPLETED else "",
    )
