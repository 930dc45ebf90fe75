"""The two endpoints of the replaced system, in the form its clients know.

Ids were whole numbers there and are others here, so each is taken as what it can mean: a design is one of our ids or the
number of the template's print file (which its file name holds, as before), a mockup group is a set's id or name, a
template its id or name.
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from printdock.api.background import BackgroundIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.problems import declared
from printdock.api.state import ServicesIn, Stopping, StoppingIn
from printdock.errors import NotFound, StorageUnavailable, UsageError
from printdock.jobs import records
from printdock.jobs.job import FINAL, Job, Priority, State
from printdock.jobs.kinds import new_job
from printdock.mockups.sets import find_set, set_by_id
from printdock.shops.queries import Shop
from printdock.templates.queries import Template, find_template, template_by_id
from printdock.wiring import Services

router = APIRouter(prefix="/mockups", tags=["old"])

#: Seconds between two looks at a job somebody waits for.
_LOOK_S = 0.2

#: Most designs of one request.
_MOST = 10_000

_LARGEST_INTEGER = 2_147_483_647

OldId = int | str


class ProductData(BaseModel):
    """The form field `product_data`, as JSON."""

    design_ids: list[OldId] = Field(min_length=1, max_length=_MOST)
    mockup_id: OldId
    product_template_id: OldId


_EXAMPLE = '{"design_ids": [906, 907], "mockup_id": "Mug 11oz", "product_template_id": "Mug 11oz"}'


class OldForm(BaseModel):
    """The form that is sent."""

    product_data: str = Field(description="JSON: design_ids, mockup_id, product_template_id", examples=[_EXAMPLE])
    async_mode: bool | None = Field(default=None, description="Answer at once; may stand in the query, too")


class OldJob(BaseModel):
    """Answered at once with `async_mode`."""

    job_id: UUID
    status: Literal["pending"] = "pending"


class OldDone(BaseModel):
    """Answered when all is done, without `async_mode`."""

    success: bool
    success_code: int = Field(description="The status of the answer", examples=[201])
    message: str


OldStatus = Literal["pending", "processing", "completed", "failed", "retrying"]


class OldProgress(BaseModel):
    """How far the job is."""

    completed: int = Field(examples=[12])
    failed: int = Field(examples=[0])
    total: int | None = Field(description="Null until it is known", examples=[40])
    percent: float = Field(examples=[30.0])


class OldJobStatus(BaseModel):
    """How a job fares. Moments are ISO 8601 in UTC."""

    job_id: UUID
    status: OldStatus
    created_at: datetime
    design_count: int | None = Field(description="Null: all designs of the template")
    retry_count: int
    started_at: datetime | None
    elapsed_seconds: float | None = Field(description="Since it was started, while it runs")
    completed_at: datetime | None
    duration_seconds: float | None = Field(description="Of its last run, once it has ended")
    progress: OldProgress
    error: str | None
    result: dict[str, Any] | None


def _parsed(product_data: str) -> ProductData:
    try:
        return ProductData.model_validate(json.loads(product_data))
    except (ValueError, RecursionError) as error:
        words = ""
        if isinstance(error, ValidationError):
            first = error.errors(include_input=False, include_url=False)[0]
            words = f" ({'.'.join(map(str, first['loc']))}: {first['msg']})"
        raise UsageError(
            f"product_data is not JSON of the expected form{words}.",
            code="bad_product_data",
            remedy='Such as {"design_ids": [906], "mockup_id": "Mug 11oz", "product_template_id": "Mug 11oz"}.',
        ) from error


@router.post("/upload-mockup", status_code=201, responses=declared(404))
async def upload_mockup(
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    services: ServicesIn,
    background: BackgroundIn,
    stopping: StoppingIn,
    response: Response,
    form: Annotated[OldForm, Form()],
    in_query: Annotated[bool | None, Query(alias="async_mode", description="Answer at once")] = None,
) -> OldJob | OldDone:
    """Render designs on a mockup group. With `async_mode` it answers at once with a job; without, when all is done.

    Also without, the work is a job: it is done to its end though the caller goes away.
    """
    key = await run_in_threadpool(_enqueue, caller.shop, _parsed(form.product_data), services)
    background.wake(Priority.NORMAL)
    if in_query or form.async_mode:
        return OldJob(job_id=key)
    done = _done(await _ended(services, caller.shop, key, stopping))
    response.status_code = done.success_code
    return done


@router.get("/job-status/{job_id}", responses=declared(404))
def job_status(job_id: str, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> OldJobStatus:
    """How a job fares. Another shop's job is unknown."""
    try:
        key = UUID(job_id)
    except ValueError as error:
        raise NotFound("Job not found.", code="unknown_job") from error
    return _status(_job(services, caller.shop, key), services.clock())


def _enqueue(shop: Shop, data: ProductData, services: Services) -> UUID:
    with services.database.read() as connection:
        template = _template(connection, shop, data.product_template_id)
        name = _set_name(connection, shop, data.mockup_id)
    numbers, designs = _designs(data.design_ids)
    what = {
        "set": name,
        "template": template.name,
        "numbers": numbers or None,
        "designs": [str(one) for one in designs] or None,
    }
    job = new_job("render_mockups", what, priority=Priority.NORMAL)  # somebody waits for it, as ever
    with services.database.write() as connection:
        return records.enqueue(connection, shop.id, job)


def _template(connection: Connection, shop: Shop, given: OldId) -> Template:
    found = None
    number = _integer(given)
    if number is not None:
        found = template_by_id(connection, shop, number)
    found = found or find_template(connection, shop, _line(given))
    if found is None:
        raise NotFound(f"The shop has no template {_line(given)!r}.", code="no_such_template")
    return found


def _set_name(connection: Connection, shop: Shop, given: OldId) -> str:
    key = _uuid(given)
    if key is not None and (found := set_by_id(connection, shop, key)) is not None:
        return found.name
    return find_set(connection, shop, _line(given)).name


def _designs(given: list[OldId]) -> tuple[list[int], list[UUID]]:
    """Numbers of print files, and ids of designs."""
    numbers: list[int] = []
    designs: list[UUID] = []
    for one in given:
        number, key = _integer(one), _uuid(one)
        if number is not None:
            numbers.append(number)
        elif key is not None:
            designs.append(key)
        else:
            raise UsageError(f"{_line(one)!r} is neither a design's id nor its number.", code="bad_design_id")
    return numbers, designs


def _integer(given: OldId) -> int | None:
    if isinstance(given, str):
        if not (given.isascii() and given.isdigit() and len(given) < 11):
            return None
        given = int(given)
    return given if 0 <= given <= _LARGEST_INTEGER else None


def _uuid(given: OldId) -> UUID | None:
    try:
        return UUID(given) if isinstance(given, str) else None
    except ValueError:
        return None


def _line(given: OldId) -> str:
    """As a name: no database and no message holds what is no text."""
    return "".join(char if char.isprintable() else "?" for char in str(given))[:200]


def _job(services: Services, shop: Shop, key: UUID) -> Job:
    with services.database.read() as connection:
        return records.find(connection, shop.id, key)


async def _ended(services: Services, shop: Shop, key: UUID, stopping: Stopping) -> Job:
    """The job once it has ended, or was paused. Raises `StorageUnavailable` where the server ends first."""
    while True:
        job = await run_in_threadpool(_job, services, shop, key)
        if job.state in (*FINAL, State.PAUSED):
            return job
        if stopping.asked:
            raise StorageUnavailable(
                f"The server is restarting; job {key} goes on.", code="restarting", remedy="Ask for the job's status."
            )
        await asyncio.sleep(_LOOK_S)


def _done(job: Job) -> OldDone:
    result = job.result or {}
    made, failed = int(result.get("rendered", 0)) + int(result.get("fresh", 0)), int(result.get("failed", 0))
    if job.state is State.COMPLETED and not failed:
        return OldDone(success=True, success_code=201, message=f"{made} mockups are ready.")
    words = (job.error or {}).get("message") or f"{failed} mockups failed, {made} are ready."
    if job.state in (State.CANCELLED, State.PAUSED):
        return OldDone(success=False, success_code=409, message=f"The job was {job.state.value} by a person.")
    return OldDone(success=False, success_code=422, message=str(words))


def _status(job: Job, now: datetime) -> OldJobStatus:
    running = job.state is State.PROCESSING and job.started_at is not None
    ended = job.started_at is not None and job.finished_at is not None
    error = job.error if job.state is not State.COMPLETED else None
    return OldJobStatus(
        job_id=job.id,
        status=_word(job),
        created_at=job.created_at,
        design_count=_design_count(job),
        retry_count=max(0, job.attempts - 1),
        started_at=job.started_at,
        elapsed_seconds=_seconds(job.started_at, now) if running else None,
        completed_at=job.finished_at,
        duration_seconds=_seconds(job.started_at, job.finished_at) if ended else None,
        progress=_progress(job),
        error=None if error is None else str(error.get("message")),
        result=job.result,
    )


def _word(job: Job) -> OldStatus:
    """The five words there were: a paused job is pending, a cancelled one has failed."""
    if job.retrying:
        return "retrying"
    return _STATES[job.state]


_STATES: dict[State, OldStatus] = {
    State.PENDING: "pending",
    State.PAUSED: "pending",
    State.PROCESSING: "processing",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "failed",
}


def _design_count(job: Job) -> int | None:
    named = [job.input.get(name) for name in ("numbers", "designs")]
    counted = [len(one) for one in named if one is not None]
    return sum(counted) if counted else None


def _progress(job: Job) -> OldProgress:
    told = job.progress or {}
    done, failed, total = int(told.get("done", 0)), int(told.get("failed", 0)), told.get("total")
    percent = 100.0 if job.state is State.COMPLETED else round(100 * done / total, 1) if total else 0.0
    return OldProgress(completed=done - failed, failed=failed, total=total, percent=percent)


def _seconds(first: datetime | None, last: datetime | None) -> float | None:
    return None if first is None or last is None else round(max(0.0, (last - first).total_seconds()), 3)
