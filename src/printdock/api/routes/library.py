"""The shop's library as a whole: is every file there, and does every file belong to somebody?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from printdock.api.background import BackgroundIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.routes.jobs import JobOut
from printdock.api.state import ServicesIn
from printdock.designs.queries import count_print_files
from printdock.jobs import records
from printdock.jobs.kinds import new_job

router = APIRouter(prefix="/library", tags=["library"])


class LibraryOut(BaseModel):
    """How many print files the shop has in each state."""

    stored: int
    spooled: int = Field(description="Wait on a server for the storage to be back")
    storing: int = Field(description="On their way to the storage now")
    missing: int = Field(description="Their file is gone: send the design again")
    deleted: int = Field(description="Dropped by a person")


class VerifyIn(BaseModel):
    """How to check."""

    repair: bool = Field(default=False, description="Mend what is found; nothing is lost by it")
    deep: bool = Field(default=False, description="Read every file and compare its digest")


@router.get("")
def show_library(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> LibraryOut:
    """How many print files there are."""
    with services.database.read() as connection:
        counts = count_print_files(connection, caller.shop)
    return LibraryOut(**{name: counts.get(name, 0) for name in LibraryOut.model_fields})


@router.post("/verify", status_code=202)
def verify_library(
    body: VerifyIn, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], background: BackgroundIn
) -> JobOut:
    """Check in the background that every row has its file and every file its row. The job's result says what was found.

    While a check of the same depth waits or runs, that one is answered.
    """
    job = new_job("verify", body.model_dump(), key=f"repair={body.repair} deep={body.deep}")
    with services.database.write() as connection:
        key = records.enqueue(connection, caller.shop.id, job)
    background.wake(job.priority)
    with services.database.read() as connection:
        return JobOut.of(records.find(connection, caller.shop.id, key))
