"""A job as a value: what is to be done, how far it is, and what became of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

#: Tries after the first one. A job whose worker was killed has used one up; one that was released has not.
RETRIES = 3

#: How long after its making a job of the background waits for a storage or database that is away.
PATIENCE = timedelta(days=1)

#: How long a worker has a job without renewing its claim.
LEASE = timedelta(seconds=60)


class Priority(IntEnum):
    """Which jobs come first; among equals the oldest does."""

    HIGH = 0
    NORMAL = 1
    LOW = 2


class State(StrEnum):
    """Where a job is. The last three are final, until a person asks for a retry."""

    PENDING = "pending"
    PROCESSING = "processing"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: States that a job does not leave by itself.
FINAL = (State.COMPLETED, State.FAILED, State.CANCELLED)


class Wish(StrEnum):
    """What a person asks of a job that runs."""

    CANCEL = "cancel"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to be enqueued.

    ``input``: plain data, checked by `kinds.check`. ``key``: while a job of this kind with this key is unfinished, no
    second one is made. ``place``: id of the incoming folder that it reads, so that only workers which see that folder
    take it. ``run_at``: not before; at once when None.
    """

    kind: str
    input: dict[str, Any] = field(default_factory=dict)
    priority: Priority = Priority.NORMAL
    upload_id: UUID | None = None
    place: str | None = None
    key: str | None = None
    run_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job's row. ``attempts``: tries begun, the one under way included; ``error``: that of the last try."""

    id: UUID
    shop_id: int
    kind: str
    input: dict[str, Any]
    priority: Priority
    state: State
    asked: Wish | None
    attempts: int
    run_at: datetime
    created_at: datetime
    key: str | None = None
    upload_id: UUID | None = None
    place: str | None = None
    worker: str | None = None
    lease_until: datetime | None = None
    progress: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def retrying(self) -> bool:
        """Waiting for another try after one that failed."""
        return self.state is State.PENDING and self.error is not None

    def as_dict(self) -> dict[str, Any]:
        """The document that ``--json`` prints and events carry: ids as text, moments as ISO 8601 in UTC."""
        document = asdict(self)
        for name in ("worker", "lease_until", "place", "shop_id"):
            del document[name]
        for name, value in document.items():
            if isinstance(value, UUID):
                document[name] = str(value)
            elif isinstance(value, datetime):
                document[name] = value.isoformat()
        document["priority"] = self.priority.name.lower()
        return document
