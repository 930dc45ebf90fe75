"""What workers do to jobs: claim one, keep it, and end it in one of the ways there are.

A claim stands for `LEASE`. Everything a worker writes about a job is guarded by its claim: where another worker has
taken over meanwhile, nothing is changed and `LeaseLost` is raised.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, select, text, update

from printdock.db.tables import jobs
from printdock.designs.lease import is_dead
from printdock.errors import LeaseLost
from printdock.jobs import events, records
from printdock.jobs.job import LEASE, RETRIES, Job, NewJob, Priority, State, Wish
from printdock.jobs.kinds import KINDS
from printdock.jobs.records import IS_PENDING, IS_PROCESSING, event, job_of

_GIVEN_UP = {"worker": None, "lease_until": None, "asked": None}


def claim(
    connection: Connection,
    worker: str,
    now: datetime,
    *,
    kinds: Collection[str],
    places: Collection[str] = (),
    lowest: Priority = Priority.LOW,
    lease: timedelta = LEASE,
) -> Job | None:
    """Take the next job: by priority, then by age; None when there is none. Counts an attempt.

    Two workers never get the same one: on PostgreSQL each passes over what another has locked, on SQLite one
    transaction writes at a time.
    """
    _lightly(connection)
    first = (
        select(jobs.c.id)
        .where(*records.claimable(now, kinds, places), jobs.c.priority <= int(lowest))
        .order_by(jobs.c.priority, jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = update(jobs).where(jobs.c.id == first, IS_PENDING)
    taken = taken.values(
        state="processing",
        worker=worker,
        lease_until=now + lease,
        attempts=jobs.c.attempts + 1,
        started_at=now,
        asked=None,
    )
    row = connection.execute(taken.returning(*jobs.c)).mappings().one_or_none()
    if row is None:
        return None
    job = job_of(row)
    _tell(connection, "started", job)
    return job


def renew(connection: Connection, worker: str, ids: Iterable[UUID], now: datetime, lease: timedelta = LEASE) -> None:
    """Keep the claims of ``worker`` on ``ids``; those it has lost stay lost."""
    _lightly(connection)
    kept = update(jobs).where(jobs.c.id.in_(list(ids)), jobs.c.worker == worker, IS_PROCESSING)
    connection.execute(kept.values(lease_until=now + lease))


def kept(connection: Connection, worker: str, ids: Iterable[UUID]) -> dict[UUID, Wish | None]:
    """Which of ``ids`` are (still) claimed by ``worker``, and what a person wishes of each."""
    mine = select(jobs.c.id, jobs.c.asked).where(jobs.c.id.in_(list(ids)), jobs.c.worker == worker, IS_PROCESSING)
    return {row.id: Wish(row.asked) if row.asked else None for row in connection.execute(mine)}


def note(connection: Connection, job: Job, progress: dict[str, Any]) -> None:
    """Write down how far ``job`` is, and tell it. Raises `LeaseLost`."""
    _lightly(connection)
    _tell(connection, "progress", _change(connection, job, {"progress": progress}))


def complete(
    connection: Connection,
    job: Job,
    now: datetime,
    result: dict[str, Any],
    *,
    progress: dict[str, Any] | None = None,
    follow: Sequence[NewJob] = (),
) -> None:
    """``job`` is done; ``follow`` is enqueued in the same transaction. Raises `LeaseLost`."""
    values = {"state": "completed", "result": result, "error": None, "finished_at": now} | _GIVEN_UP
    done = _change(connection, job, values | _progress(progress))
    if follow:
        records.enqueue_all(connection, job.shop_id, follow)
    _tell(connection, "completed", done)


def fail(
    connection: Connection,
    job: Job,
    now: datetime,
    error: dict[str, Any],
    *,
    permanent: bool,
    passing: bool = False,
    progress: dict[str, Any] | None = None,
) -> State:
    """A try ended with ``error``: another one follows after a while, unless it is permanent or was the last one.

    ``passing``: what the job needs is away, and may come back by itself. While its kind is patient the try does not count.
    A wish that came meanwhile is granted instead of another try. Answers the state. Raises `LeaseLost`.
    """
    wish = kept(connection, job.worker or "", [job.id]).get(job.id)
    if wish is not None:
        return give_up(connection, job, now, _WISHED[wish], error=error, progress=progress)
    if passing and now - job.created_at < _patience(job):
        later = {"state": "pending", "error": error, "run_at": now + pause(now - job.created_at)}
        later["attempts"] = jobs.c.attempts - 1
        _tell(connection, "retrying", _change(connection, job, later | _GIVEN_UP | _progress(progress)))
        return State.PENDING
    if permanent or job.attempts > _retries(job):
        values = {"state": "failed", "error": error, "finished_at": now}
        _end(connection, "failed", _change(connection, job, values | _GIVEN_UP | _progress(progress)))
        return State.FAILED
    values = {"state": "pending", "error": error, "run_at": now + backoff(job.attempts)}
    _tell(connection, "retrying", _change(connection, job, values | _GIVEN_UP | _progress(progress)))
    return State.PENDING


def give_up(
    connection: Connection,
    job: Job,
    now: datetime,
    state: State,
    *,
    error: dict[str, Any] | None = None,
    progress: dict[str, Any] | None = None,
) -> State:
    """Stop short: as PENDING (any worker goes on), PAUSED or CANCELLED. The try does not count. Raises `LeaseLost`."""
    values: dict[str, Any] = {"state": state.value, "attempts": jobs.c.attempts - 1, "run_at": now, **_GIVEN_UP}
    values |= _progress(progress) | ({} if error is None else {"error": error})
    if state is State.CANCELLED:
        _end(connection, "cancelled", _change(connection, job, values | {"finished_at": now}))
    else:
        _tell(connection, _TOLD[state], _change(connection, job, values))
    return state


def backoff(attempts: int, chance: float | None = None) -> timedelta:
    """The wait after try ``attempts`` (from 1) failed: 2^n seconds, a quarter more or less by ``chance`` in 0..1."""
    chance = random.random() if chance is None else chance
    return timedelta(seconds=2**attempts * (0.75 + 0.5 * chance))


def pause(age: timedelta, chance: float | None = None) -> timedelta:
    """The wait of a job made ``age`` ago for what is away: a quarter of that, at least 2 and at most 60 seconds, a
    quarter more or less by ``chance`` in 0..1."""
    chance = random.random() if chance is None else chance
    return timedelta(seconds=min(60.0, max(2.0, age.total_seconds() / 4)) * (0.75 + 0.5 * chance))


def _patience(job: Job) -> timedelta:
    known = KINDS.get(job.kind)
    return timedelta(0) if known is None else known.patience


def _retries(job: Job) -> int:
    known = KINDS.get(job.kind)
    return RETRIES if known is None else known.retries


def dead(connection: Connection, now: datetime) -> list[Job]:
    """Jobs whose worker can no longer be at work on them: it died on this machine, or did not renew its claim."""
    rows = connection.execute(select(jobs).where(IS_PROCESSING)).mappings()
    return [job_of(row) for row in rows if is_dead(row["worker"], row["lease_until"], now)]


def sweep(connection: Connection, job: Job, now: datetime) -> State | None:
    """Take ``job`` from the worker that `dead` found gone; None where it came back to life meanwhile.

    The try counts: a job that kills its worker must not do so for ever.
    """
    same = jobs.c.lease_until == job.lease_until
    values: dict[str, Any] = {"error": _LOST, "run_at": now, **_GIVEN_UP}
    state = State.FAILED if job.attempts > _retries(job) else State.PENDING
    if job.asked is not None:
        state = _WISHED[job.asked]
    if state in (State.FAILED, State.CANCELLED):
        values["finished_at"] = now
    try:
        changed = _change(connection, job, values | {"state": state.value}, same)
    except LeaseLost:
        return None
    if state in (State.FAILED, State.CANCELLED):
        _end(connection, state.value, changed)
    else:
        _tell(connection, "retrying" if state is State.PENDING else "paused", changed)
    return state


_WISHED = {Wish.CANCEL: State.CANCELLED, Wish.PAUSE: State.PAUSED}
_TOLD = {State.PENDING: "released", State.PAUSED: "paused"}
_LOST = {
    "code": "worker_lost",
    "message": "The worker that ran it died or could not be reached.",
    "remedy": "Look at the worker's log; a machine that is out of memory ends the largest process.",
}


def _change(connection: Connection, job: Job, values: dict[str, Any], *also: ColumnElement[bool]) -> Job:
    """Change the row while its claim stands; answers it as it is then."""
    mine = update(jobs).where(jobs.c.id == job.id, jobs.c.worker == job.worker, IS_PROCESSING, *also)
    row = connection.execute(mine.values(**values).returning(*jobs.c)).mappings().one_or_none()
    if row is None:
        raise LeaseLost(f"Another worker has taken over job {job.id}.")
    return job_of(row)


def _progress(progress: dict[str, Any] | None) -> dict[str, Any]:
    return {} if progress is None else {"progress": progress}


def _end(connection: Connection, kind: str, job: Job) -> None:
    """The end of a job that was not completed: whatever belongs to it hears of it in the same transaction."""
    end(connection, job)
    _tell(connection, kind, job)


def end(connection: Connection, job: Job) -> None:
    """Let the job's kind tidy up what waits for it, now that it has failed or was cancelled."""
    known = KINDS.get(job.kind)
    if known is not None and known.ended is not None:
        known.ended(connection, job)


def _tell(connection: Connection, kind: str, job: Job) -> None:
    told = event(kind, job)
    events.append(connection, job.shop_id, told.subject, told.subject_id, told.kind, told.data)


def _lightly(connection: Connection) -> None:
    """Commit without waiting for the disk: a claim or a renewal that a crash of the database forgets does no harm."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL synchronous_commit TO off"))
