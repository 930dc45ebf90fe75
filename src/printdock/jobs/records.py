"""The rows of jobs: making them, finding them, counting them. All but the counts are bound to a shop."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
)
from uuid_utils.compat import uuid7

from printdock.db.inserting import insert_into
from printdock.db.tables import jobs
from printdock.errors import PrintdockError, UsageError
from printdock.jobs import events
from printdock.jobs.events import NewEvent
from printdock.jobs.job import Job, NewJob, Priority, State, Wish

#: How long the rows of finished jobs are kept.
KEEP = timedelta(days=90)

#: As the partial indexes are written: with parameters in its place, a prepared statement could not use them.
IS_PENDING: ColumnElement[bool] = literal_column("jobs.state = 'pending'")
IS_PROCESSING: ColumnElement[bool] = literal_column("jobs.state = 'processing'")
_UNFINISHED = text("state IN ('pending', 'processing', 'paused')")


def enqueue(connection: Connection, shop_id: int, job: NewJob) -> UUID:
    """Add a job in the caller's transaction, as its last statement (see `events`); answers its id.

    Where an unfinished job of its kind has its key, answers that one's id instead. After the commit, `Broker.wake`
    lets it start at once; without, a worker finds it within seconds.
    """
    return enqueue_all(connection, shop_id, [job])[0]


def enqueue_all(connection: Connection, shop_id: int, new: Sequence[NewJob]) -> list[UUID]:
    """Add several jobs as `enqueue` does; answers their ids in order."""
    now = datetime.now(UTC)
    rows = [_row(shop_id, job, now) for job in new]
    free = [row for row in rows if row["key"] is None]
    if free:
        connection.execute(insert(jobs), free)
    made = [row for row in rows if row["key"] is None or _insert_keyed(connection, row)]
    events.append_all(connection, shop_id, [event("queued", job_of(row)) for row in made])
    return [row["id"] for row in rows]


def _row(shop_id: int, job: NewJob, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "shop_id": shop_id,
        "kind": job.kind,
        "input": job.input,
        "key": job.key,
        "upload_id": job.upload_id,
        "place": job.place,
        "priority": int(job.priority),
        "state": State.PENDING.value,
        "run_at": job.run_at or now,
        "created_at": now,
    }


def _insert_keyed(connection: Connection, row: dict[str, Any]) -> bool:
    """Insert unless an unfinished job has the key; then ``row`` gets that one's id."""
    unless_there = (
        insert_into(connection, jobs)
        .values(**row)
        .on_conflict_do_nothing(index_elements=["shop_id", "kind", "key"], index_where=_UNFINISHED)
        .returning(jobs.c.id)
    )
    there = select(jobs.c.id).where(
        jobs.c.shop_id == row["shop_id"], jobs.c.kind == row["kind"], jobs.c.key == row["key"], _UNFINISHED
    )
    while True:  # the one in the way may end between the two statements
        if connection.execute(unless_there).scalar_one_or_none() is not None:
            return True
        found = connection.execute(there).scalar_one_or_none()
        if found is not None:
            row["id"] = found
            return False


def find(connection: Connection, shop_id: int, job_id: UUID, *, lock: bool = False) -> Job:
    """The shop's job. ``lock``: nobody else changes it until the transaction ends. Raises `UsageError` unknown_job."""
    wanted = select(jobs).where(jobs.c.shop_id == shop_id, jobs.c.id == job_id)
    row = connection.execute(wanted.with_for_update() if lock else wanted).mappings().one_or_none()
    if row is None:
        raise UsageError(f"There is no job {job_id}.", code="unknown_job", remedy="See `printdock jobs list`.")
    return job_of(row)


def list_jobs(
    connection: Connection,
    shop_id: int,
    *,
    states: Collection[State] = (),
    kind: str | None = None,
    upload_id: UUID | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Job]:
    """The shop's jobs, newest first; those older than the job ``before``, where it is given."""
    wanted = select(jobs).where(jobs.c.shop_id == shop_id)
    if states:
        wanted = wanted.where(jobs.c.state.in_([state.value for state in states]))
    if kind is not None:
        wanted = wanted.where(jobs.c.kind == kind)
    if upload_id is not None:
        wanted = wanted.where(jobs.c.upload_id == upload_id)
    if before is not None:
        wanted = wanted.where(jobs.c.id < before)
    rows = connection.execute(wanted.order_by(jobs.c.id.desc()).limit(limit)).mappings()
    return [job_of(row) for row in rows]


def some(connection: Connection, shop_id: int, ids: Collection[UUID]) -> dict[UUID, Job]:
    """Those of these jobs of the shop that there still are."""
    wanted = select(jobs).where(jobs.c.shop_id == shop_id, jobs.c.id.in_(list(ids)))
    return {row["id"]: job_of(row) for row in connection.execute(wanted).mappings()}


def unfinished_with(connection: Connection, shop_id: int, kind: str, keys: Collection[str]) -> dict[str, Job]:
    """The unfinished jobs of a kind by their keys."""
    wanted = select(jobs).where(jobs.c.shop_id == shop_id, jobs.c.kind == kind, jobs.c.key.in_(list(keys)), _UNFINISHED)
    return {row["key"]: job_of(row) for row in connection.execute(wanted).mappings()}


def counts(connection: Connection, shop_id: int | None = None) -> dict[State, int]:
    """How many jobs are in each state, of one shop or of all."""
    wanted: Select[Any] = select(jobs.c.state, func.count()).group_by(jobs.c.state)
    if shop_id is not None:
        wanted = wanted.where(jobs.c.shop_id == shop_id)
    found = {State(row[0]): row[1] for row in connection.execute(wanted)}
    return {state: found.get(state, 0) for state in State}


def depth(connection: Connection) -> dict[Priority, int]:
    """How many jobs of all shops wait, by priority."""
    waiting = select(jobs.c.priority, func.count()).where(IS_PENDING).group_by(jobs.c.priority)
    found = {Priority(row[0]): row[1] for row in connection.execute(waiting)}
    return {priority: found.get(priority, 0) for priority in Priority}


def due(connection: Connection, now: datetime, kinds: Collection[str], places: Collection[str], most: int) -> int:
    """How many jobs could be claimed now; counts to ``most``."""
    wanted = select(jobs.c.id).where(*claimable(now, kinds, places)).limit(most)
    return connection.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()


def claimable(now: datetime, kinds: Collection[str], places: Collection[str]) -> list[ColumnElement[bool]]:
    """The conditions of a job that a worker which knows ``kinds`` and sees ``places`` may take."""
    here = or_(jobs.c.place.is_(None), jobs.c.place.in_(sorted(places)))
    return [IS_PENDING, jobs.c.run_at <= now, jobs.c.kind.in_(sorted(kinds)), here]


def sweep(connection: Connection, now: datetime) -> int:
    """Remove the rows of jobs that ended longer ago than `KEEP`; answers how many."""
    return connection.execute(delete(jobs).where(jobs.c.finished_at < now - KEEP)).rowcount


def job_of(row: Mapping[str, Any] | RowMapping) -> Job:
    """The value of a row; what it lacks is as in a new job."""
    values: dict[str, Any] = {"attempts": 0, "asked": None, **row}
    values |= {
        "priority": Priority(values["priority"]),
        "state": State(values["state"]),
        "asked": Wish(values["asked"]) if values["asked"] else None,
    }
    return Job(**values)


def event(kind: str, job: Job) -> NewEvent:
    """What followers of a job are told. Its result is not in it: it may be long."""
    data = {
        "job": str(job.id),
        "kind": job.kind,
        "state": job.state.value,
        "asked": job.asked.value if job.asked else None,
        "attempts": job.attempts,
        "progress": job.progress,
        "error": job.error,
        "upload": str(job.upload_id) if job.upload_id else None,
    }
    return NewEvent("job", job.id, kind, data)


def error_of(error: PrintdockError) -> dict[str, Any]:
    """An error as rows keep it."""
    return {"code": error.code, "message": error.message, "remedy": error.remedy}
