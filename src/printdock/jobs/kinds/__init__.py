"""The kinds of jobs there are. A new kind is one function, and one line in `KINDS`."""

from __future__ import annotations

from typing import Any

from printdock.errors import UsageError
from printdock.jobs.job import NewJob
from printdock.jobs.kinds import draft_batches, drafts, mockups, probe, samples, thumbnails, uploads, verify
from printdock.jobs.work import Kind, parsed

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        uploads.KIND,
        mockups.KIND,
        drafts.PLAN,
        drafts.MAKE,
        draft_batches.MAKE,
        draft_batches.REMOVE,
        draft_batches.RESTORE,
        thumbnails.KIND,
        verify.KIND,
        samples.ADD,
        samples.REMOVE,
        probe.KIND,
    )
}


def new_job(kind: str, data: dict[str, Any], **more: Any) -> NewJob:
    """A job of ``kind``, its input checked, with the kind's priority unless ``more`` (of `NewJob`) names another.

    Raises `UsageError` unknown_kind, wrong_input.
    """
    known = KINDS.get(kind)
    if known is None:
        raise UsageError(
            f"There is no kind of job {kind!r}.", code="unknown_kind", remedy="Known are: " + ", ".join(KINDS) + "."
        )
    checked = parsed(known.model, data).model_dump(mode="json")
    return NewJob(known.name, checked, **({"priority": known.priority} | more))
