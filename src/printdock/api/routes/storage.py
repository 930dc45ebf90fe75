"""The storage's health: what is known without asking it, and a test that does ask."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from printdock.api.caller import Caller, Scope, allowed
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.storage.measured import pool_of
from printdock.storage.probe import probe_storage

router = APIRouter(prefix="/storage", tags=["storage"])


class PoolOut(BaseModel):
    """Connections of this server process to the NAS."""

    in_use: int
    idle: int
    connecting: int
    waiting: int = Field(description="Calls that wait for a connection")
    limit: int = Field(description="How many there may be now; lowered when the NAS turns sessions away")
    connected: int = Field(description="Opened since the start")
    discarded: int = Field(description="Closed since the start: broken, or idle for long")
    refused: int = Field(description="Turned away by the NAS since the start")


class StorageOut(BaseModel):
    """The storage as this server process last knew it."""

    address: str = Field(description="Without its password", examples=["sftp://printdock@nas.local/share/Graphics"])
    answers: bool = Field(description="False from the first call that went unanswered to the first answered again")
    since: datetime | None = Field(description="When that last changed; null: never since the start")
    error: str | None = Field(description="What the last call that went unanswered said; for owners only")
    pool: PoolOut | None = Field(description="Null for a folder, and before the first connection")
    spooled: int = Field(description="Print files of all shops that wait on this machine for it to be back")


class TestOut(BaseModel):
    """A megabyte was written, read back the same, and deleted."""

    write_ms: float = Field(examples=[41.5])
    read_ms: float = Field(examples=[22.1])
    delete_ms: float = Field(examples=[3.0])


@router.get("")
def show_storage(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> StorageOut:
    """How the storage fares. Does not ask it, so it answers at once also while the storage is away."""
    state, pool = services.health.state, pool_of(services.storage)
    return StorageOut(
        address=services.settings.storage_shown if caller.may(Scope.ADMIN) else "",
        answers=state.here,
        since=state.since,
        error=state.error if caller.may(Scope.ADMIN) else None,
        pool=None
        if pool is None
        else PoolOut(
            in_use=pool.leased,
            idle=pool.idle,
            connecting=pool.connecting,
            waiting=pool.waiting,
            limit=pool.limit,
            connected=pool.connected,
            discarded=pool.discarded,
            refused=pool.refused,
        ),
        spooled=services.spool.count(),
    )


@router.post("/test", responses=declared(502))
def test_storage(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)]) -> TestOut:
    """Write, read back, compare and delete a megabyte in the shop's folder. 503 where the storage is away, 502 where it
    refuses or gives back something else."""
    done = probe_storage(services.storage_at_once, caller.shop.name)
    return TestOut(write_ms=done.write_ms, read_ms=done.read_ms, delete_ms=done.delete_ms)
