"""What a kind of job is, and what its function gets and gives back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection

from printdock.errors import Cancelled, UsageError
from printdock.jobs.job import RETRIES, Job, NewJob, Priority
from printdock.wiring import Services


class Input(BaseModel):
    """Base of what kinds are given. Unknown names are refused, so that a mistyped one does not pass unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


AnyInput = TypeVar("AnyInput", bound=Input)


@dataclass(frozen=True, slots=True)
class Work:
    """One try of a job.

    ``services`` are those of the process, but stop with this job: its uploads, batches and waits for the storage end
    when ``stop`` is set (by a person, by the end of the process, or because another worker has taken over).
    ``progress`` takes plain data, is cheap, and may be called from any thread: what is current is written now and then.
    """

    job: Job
    services: Services
    stop: threading.Event
    progress: Callable[[dict[str, Any]], None]

    def input(self, model: type[AnyInput]) -> AnyInput:
        """The job's input. Raises `UsageError`."""
        return parsed(model, self.job.input)

    def check_stopped(self) -> None:
        """Raise `Cancelled` once the job is to stop."""
        if self.stop.is_set():
            raise Cancelled("The job was stopped.", remedy="What was begun is finished; the rest waits.")


@dataclass(frozen=True, slots=True)
class Result:
    """What a try that did all there is to do gives back. ``data``: plain, small; ``follow``: jobs that come next."""

    data: dict[str, Any] = field(default_factory=dict)
    follow: tuple[NewJob, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job.

    ``run`` must be safe to run twice and safe to kill at any instant. It returns when all is done, raises `Cancelled`
    when it was stopped before that, and any other error when it failed: `InputRefused`, `UsageError`,
    `StorageRefused` for good, the rest to be tried again.
    ``ended`` is called in the transaction in which a job fails for good or is cancelled, also by a process that runs
    no jobs: it may only use the connection.
    ``retries``: tries after the first one; one that failed and one whose worker died count alike.
    ``patience``: for how long after its making a job goes on waiting for a storage or database that is away (see
    `errors.passes`); such tries do not count.
    """

    name: str
    words: str
    model: type[Input]
    run: Callable[[Work], Result]
    priority: Priority = Priority.NORMAL
    ended: Callable[[Connection, Job], None] | None = None
    retries: int = RETRIES
    patience: timedelta = timedelta(0)


def parsed(model: type[AnyInput], data: dict[str, Any]) -> AnyInput:
    """``data`` as ``model``. Raises `UsageError` wrong_input, naming what is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "input"
        raise UsageError(f"The job's input is not usable: {name}: {first['msg']}.", code="wrong_input") from error
