"""Sample data: printdock's own designs and mockup sets, to look around with. It comes on a click and goes on a click."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from printdock.accounts import audit
from printdock.api.background import BackgroundIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.routes.jobs import JobOut
from printdock.api.state import ServicesIn
from printdock.errors import Conflict
from printdock.jobs import records, wishes
from printdock.jobs.kinds.samples import ADD, REMOVE, samples_job, unfinished
from printdock.samples.tags import tagged

router = APIRouter(prefix="/samples", tags=["samples"])


class SamplesOut(BaseModel):
    """Whether the shop has sample data, and whether that is changing."""

    here: bool = Field(description="Something of it is in the shop")
    adding: JobOut | None = Field(description="The job that brings it")
    removing: JobOut | None = Field(description="The job that takes it away")


@router.get("")
def show_samples(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> SamplesOut:
    """Is sample data in the shop?"""
    with services.database.read() as connection:
        here = bool(tagged(connection, caller.shop))
        adding, removing = (unfinished(connection, caller.shop.id, kind.name) for kind in (ADD, REMOVE))
    return SamplesOut(
        here=here,
        adding=None if adding is None else JobOut.of(adding),
        removing=None if removing is None else JobOut.of(removing),
    )


@router.post("", status_code=202)
def add_samples(
    services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], background: BackgroundIn
) -> JobOut:
    """Bring sample designs, mockup sets and a few mockups into the shop, in the background.

    They take the same way as a seller's own: some are refused as copies. While they are coming, that job is answered.
    """
    with services.database.write() as connection:
        if unfinished(connection, caller.shop.id, REMOVE.name) is not None:
            raise Conflict(
                "The sample data is being taken away.", code="samples_going", remedy="Try again in a moment."
            )
        audit.record(connection, caller.shop.id, caller.actor, "samples_added", services.clock())
        key = records.enqueue(connection, caller.shop.id, samples_job(ADD))
    background.wake(ADD.priority)
    with services.database.read() as connection:
        return JobOut.of(records.find(connection, caller.shop.id, key))


@router.delete("", status_code=202)
def remove_samples(
    services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], background: BackgroundIn
) -> JobOut:
    """Take the sample data away, in the background: its designs, their files in the storage, mockups and sets.

    What a person made stays: their own designs, a sample set that they changed. Samples that are still coming stop.
    """
    with services.database.write() as connection:
        audit.record(connection, caller.shop.id, caller.actor, "samples_removed", services.clock())
        adding = unfinished(connection, caller.shop.id, ADD.name)
        if adding is not None:
            wishes.cancel(connection, caller.shop.id, adding.id, services.clock())
        key = records.enqueue(connection, caller.shop.id, samples_job(REMOVE))
    background.wake(REMOVE.priority)
    with services.database.read() as connection:
        return JobOut.of(records.find(connection, caller.shop.id, key))
