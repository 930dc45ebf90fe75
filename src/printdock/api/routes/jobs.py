"""Background work: look at it, pause, resume, retry, cancel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from printdock.api.background import Background, BackgroundIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Line
from printdock.api.paging import Page, PagingIn, page_of
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.errors import UsageError
from printdock.jobs import records, wishes
from printdock.jobs.job import Job, State, Wish
from printdock.wiring import Services

router = APIRouter(prefix="/jobs", tags=["jobs"])


class JobError(BaseModel):
    """Why the last try failed."""

    code: str = Field(examples=["storage_unavailable"])
    message: str
    remedy: str = ""


class JobOut(BaseModel):
    """One job."""

    id: UUID
    kind: str = Field(examples=["render_mockups"])
    state: State
    retrying: bool = Field(description="Pending, after a try that failed")
    asked: Wish | None = Field(description="A wish that its worker has not noticed yet")
    priority: Literal["high", "normal", "low"]
    attempts: int = Field(description="Tries begun", examples=[1])
    input: dict[str, Any]
    progress: dict[str, Any] | None = Field(examples=[{"done": 3, "total": 20}])
    result: dict[str, Any] | None
    error: JobError | None
    upload: UUID | None = Field(description="The upload it belongs to")
    created_at: datetime
    run_at: datetime = Field(description="Not before")
    started_at: datetime | None = Field(description="The last try")
    finished_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> JobOut:
        """As it is shown."""
        return cls(
            id=job.id,
            kind=job.kind,
            state=job.state,
            retrying=job.retrying,
            asked=job.asked,
            priority=_PRIORITIES[int(job.priority)],
            attempts=job.attempts,
            input=job.input,
            progress=job.progress,
            result=job.result,
            error=None if job.error is None else JobError(**job.error),
            upload=job.upload_id,
            created_at=job.created_at,
            run_at=job.run_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )


_PRIORITIES: tuple[Literal["high", "normal", "low"], ...] = ("high", "normal", "low")


class Counts(BaseModel):
    """How many jobs the shop has in each state."""

    pending: int
    processing: int
    paused: int
    completed: int
    failed: int
    cancelled: int


class Retried(BaseModel):
    """What became of all failed jobs."""

    retried: list[UUID]
    left: list[UUID] = Field(description="A newer job does the work of these")


@router.get("")
def list_jobs(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    paging: PagingIn,
    state: Annotated[list[State] | None, Query(description="Only in this state; may be given again")] = None,
    kind: Annotated[Line | None, Query(description="Only of this kind")] = None,
    upload: Annotated[UUID | None, Query(description="Only of this upload")] = None,
) -> Page[JobOut]:
    """Jobs, newest first."""
    after = paging.after(UUID)
    with services.database.read() as connection:
        found = records.list_jobs(
            connection,
            caller.shop.id,
            states=state or (),
            kind=kind,
            upload_id=upload,
            before=None if after is None else after[0],
            limit=paging.limit + 1,
        )
    return Page[JobOut](**page_of(found, paging, JobOut.of, lambda job: (job.id,)))


@router.get("/counts")
def count_jobs(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> Counts:
    """How many jobs are in each state."""
    with services.database.read() as connection:
        found = records.counts(connection, caller.shop.id)
    return Counts(**{state.value: number for state, number in found.items()})


@router.post("/retry-failed", responses=declared(409))
def retry_failed_jobs(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    background: BackgroundIn,
    kind: Annotated[Line | None, Query(description="Only of this kind")] = None,
) -> Retried:
    """Run all failed jobs again, with all their tries."""
    with services.database.read() as connection:
        failed = wishes.failed_ids(connection, caller.shop.id, kind)
    done = Retried(retried=[], left=[])
    for key in failed:  # one transaction each: one that cannot be retried keeps no other from it
        try:
            _change(services, background, partial(_retried, caller=caller, job=key, services=services))
            done.retried.append(key)
        except UsageError as error:
            if error.code != "job_taken":
                raise
            done.left.append(key)
    return done


@router.get("/{job}", responses=declared(404))
def show_job(job: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> JobOut:
    """One job."""
    with services.database.read() as connection:
        return JobOut.of(records.find(connection, caller.shop.id, job))


@router.post("/{job}/pause", responses=declared(404, 409))
def pause_job(
    job: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], background: BackgroundIn
) -> JobOut:
    """Stop a job until it is resumed; what it has done stays done. One that runs is asked, and stops soon. Repeatable."""
    return _change(services, background, lambda connection: wishes.pause(connection, caller.shop.id, job))


@router.post("/{job}/resume", responses=declared(404, 409))
def resume_job(
    job: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], background: BackgroundIn
) -> JobOut:
    """Let a paused job go on. Repeatable."""
    now = services.clock()
    return _change(services, background, lambda connection: wishes.resume(connection, caller.shop.id, job, now))


@router.post("/{job}/retry", responses=declared(404, 409))
def retry_job(
    job: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], background: BackgroundIn
) -> JobOut:
    """Run a failed or cancelled job again, with all its tries."""
    return _change(services, background, partial(_retried, caller=caller, job=job, services=services))


@router.post("/{job}/cancel", responses=declared(404, 409))
def cancel_job(
    job: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], background: BackgroundIn
) -> JobOut:
    """End a job for good; what is begun is finished. One that runs is asked, and stops soon. Repeatable."""
    now = services.clock()
    return _change(services, background, lambda connection: wishes.cancel(connection, caller.shop.id, job, now))


def _retried(connection: Connection, caller: Caller, job: UUID, services: Services) -> Job:
    return wishes.retry(connection, caller.shop.id, job, services.clock())


def _change(services: Services, background: Background, change: Callable[[Connection], Job]) -> JobOut:
    with services.database.write() as connection:
        job = change(connection)
    if job.state is State.PENDING:
        background.wake(job.priority)
    return JobOut.of(job)
