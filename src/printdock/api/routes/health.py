"""Whether the process is alive, and whether it should be sent requests."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from printdock.api.state import ServicesIn, StoppingIn
from printdock.db import schema
from printdock.errors import DatabaseUnavailable

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Whether the process should be sent requests, and what it knows of its parts."""

    ready: bool
    stopping: bool = Field(description="The process was asked to end and takes no new work")
    database: Literal["ok", "away", "older_schema"]
    storage: Literal["ok", "away"] = Field(
        description="As last known, without asking it. Away does not make the server unready: print files wait for it"
    )


@router.get("/healthz")
async def alive() -> Alive:
    """Answers as long as the process lives. Asks nothing of its parts: restarting it would not mend them."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Ready, "description": "Not ready"}})
def ready(services: ServicesIn, stopping: StoppingIn, response: Response) -> Ready:
    """200 when requests should come here, 503 while the database is away or the process is ending."""
    database = _database(services)
    is_ready = database == "ok" and not stopping.asked
    response.status_code = 200 if is_ready else 503
    response.headers["Cache-Control"] = "no-store"
    return Ready(
        ready=is_ready,
        stopping=stopping.asked,
        database=database,
        storage="ok" if services.health.state.here else "away",
    )


def _database(services: ServicesIn) -> Literal["ok", "away", "older_schema"]:
    try:
        now = schema.status(services.database)
    except DatabaseUnavailable:
        return "away"
    return "ok" if now.serves else "older_schema"
