"""Following uploads and jobs as they happen."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from printdock.api.caller import Caller, Scope, allowed
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.api.stream import EVENTS, follow, last_seen
from printdock.errors import NotFound, UsageError
from printdock.jobs import records as jobs
from printdock.jobs.job import FINAL
from printdock.uploads import queries as uploads

router = APIRouter(tags=["events"])

LastSeen = Annotated[int | None, Depends(last_seen)]


@router.get("/events", responses={200: EVENTS[200]}, response_class=Response)
async def follow_all(
    request: Request, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], after: LastSeen
) -> Response:
    """All of the shop, from now on: one stream is enough for a page."""
    return await follow(request, services, caller.shop, after)


def _upload(upload: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> bool:
    """Whether the shop's upload has ended. Raises `NotFound`."""
    with services.database.read() as connection:
        return uploads.find(connection, caller.shop, upload, files=False).ended


@router.get("/uploads/{upload}/events", responses={**EVENTS, **declared(404)}, response_class=Response)
async def follow_upload(
    upload: UUID,
    request: Request,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    ended: Annotated[bool, Depends(_upload)],
    after: LastSeen,
) -> Response:
    """One upload, from its beginning until its end."""
    return await follow(request, services, caller.shop, after, upload, ended)


def _job(job: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> bool:
    """Whether the shop's job has ended. Raises `NotFound`."""
    try:
        with services.database.read() as connection:
            return jobs.find(connection, caller.shop.id, job).state in FINAL
    except UsageError as error:
        raise NotFound(error.message, code=error.code) from error


@router.get("/jobs/{job}/events", responses={**EVENTS, **declared(404)}, response_class=Response)
async def follow_job(
    job: UUID,
    request: Request,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    ended: Annotated[bool, Depends(_job)],
    after: LastSeen,
) -> Response:
    """One job, from its beginning until its end."""
    return await follow(request, services, caller.shop, after, job, ended)
