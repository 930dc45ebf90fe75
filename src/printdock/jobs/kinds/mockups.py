"""``render_mockups``: designs on the base images of a set. What is there already is not rendered again."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import Field

from printdock.errors import StorageUnavailable, UsageError
from printdock.jobs.job import PATIENCE, Job, NewJob, Priority
from printdock.jobs.work import Input, Kind, Result, Work, parsed

if TYPE_CHECKING:
    from printdock.mockups.batch import Progress
    from printdock.mockups.plan import Plan
    from printdock.mockups.render import Report
    from printdock.shops.queries import Shop
    from printdock.wiring import Services

#: Most failed mockups that a job's result names; the counts are always whole.
MOST_FAILURES = 100


class RenderInput(Input):
    """As `printdock mockups render`: ``numbers`` and ``designs`` (ids) choose; all designs where neither is given."""

    set: str
    template: str | None = None
    numbers: list[int] | None = None
    designs: list[UUID] | None = None
    colours: list[str] | None = None
    sample: int | None = Field(default=None, ge=1)
    force: bool = False
    drafts: bool = False  # then make drafts of them at Etsy, where a shop is connected


def run(work: Work) -> Result:
    """Render what is stale of the plan; then, if asked, make drafts of the designs."""
    from printdock.jobs.kinds.chain import make_drafts_of
    from printdock.mockups.render import render_batch

    asked = work.input(RenderInput)
    services = work.services
    plan = _plan(services, services.shop_of(work.job.shop_id), asked)
    if asked.sample is not None:
        plan = plan.sample(asked.sample)
    counting = _Counting(len(plan.mockups), work)
    batch = services.mockup_batch(
        report=counting.report, force=asked.force, force_before=work.job.created_at if asked.force else None
    )
    report = render_batch(batch, plan)
    failed = [entry for entry in report.mockups if entry["outcome"] == "failed"]
    if any(entry["reason"].startswith("cancelled:") for entry in failed):
        work.check_stopped()
    if (waiting := report.waiting) is not None:
        raise StorageUnavailable(
            f"{len(failed)} of {len(plan.mockups)} mockups are missing yet: {waiting.reason}", code=waiting.code
        )
    data = _data(report, failed)
    follow: tuple[NewJob, ...] = ()
    if asked.drafts and not failed:
        data["etsy"], follow = make_drafts_of(work, plan.template.name, asked.numbers, asked.designs)
    return Result(data, follow)


def rendered_paths(services: Services, shop: Shop, job: Job) -> list[str]:
    """Where the mockups lie that this job rendered or found there. Of designs that came after its end there are none.

    Raises `UsageError` for a job of another kind (wrong_kind), and where its set or designs are gone.
    """
    if job.kind != KIND.name:
        raise UsageError("This job renders no mockups.", code="wrong_kind")
    asked = parsed(RenderInput, job.input)
    plan = _plan(services, shop, asked)
    if job.finished_at is not None:
        last = int(job.finished_at.timestamp() * 1000)
        plan = replace(plan, mockups=tuple(one for one in plan.mockups if _made_at(one.print_file.id) <= last))
    if asked.sample is not None:
        plan = plan.sample(asked.sample)
    return [mockup.path for mockup in plan.mockups]


def _plan(services: Services, shop: Shop, asked: RenderInput) -> Plan:
    return services.mockup_plan(
        shop, asked.set, asked.template, numbers=asked.numbers, designs=asked.designs, colours=asked.colours
    )


def _made_at(key: UUID) -> int:
    """The moment that a version 7 id begins with, milliseconds since the epoch (RFC 9562, 5.7)."""
    return key.int >> 80


def _data(report: Report, failed: list[dict[str, Any]]) -> dict[str, Any]:
    kept = ("design", "number", "picture", "colour", "reason")
    counts = {name: value for name, value in report.as_dict().items() if name != "mockups"}
    return counts | {"failures": [{name: entry[name] for name in kept} for entry in failed[:MOST_FAILURES]]}


class _Counting:
    """Progress in numbers. Called from several threads."""

    def __init__(self, total: int, work: Work) -> None:
        self._work, self._total = work, total
        self._counts = {"rendered": 0, "fresh": 0, "failed": 0}
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._tell()

    def report(self, progress: Progress) -> None:
        with self._lock:
            self._counts[progress.entry["outcome"]] += 1
            self._tell()

    def _tell(self) -> None:
        counts = self._counts
        done = sum(counts.values())
        worked = counts["rendered"] + counts["failed"]  # what was there already took no time
        pace = (time.monotonic() - self._started) / worked if worked else None
        left = None if pace is None else round(pace * (self._total - done), 1)
        self._work.progress({"done": done, "total": self._total, **counts, "seconds_left": left})


KIND = Kind(
    "render_mockups",
    "Renders designs on the base images of a set",
    RenderInput,
    run,
    priority=Priority.LOW,
    patience=PATIENCE,
)
