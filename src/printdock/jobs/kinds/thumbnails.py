"""``thumbnails``: small pictures of the print files that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from printdock.errors import PrintdockError, passes
from printdock.jobs.job import PATIENCE
from printdock.jobs.work import Input, Kind, Result, Work

if TYPE_CHECKING:
    from printdock.designs.thumbnails import Settled

#: Most failures that a job's result names; the counts are always whole.
MOST_FAILURES = 100


class ThumbnailsInput(Input):
    """``print_files``: only of these; of all of the shop when None."""

    print_files: list[UUID] | None = None


def run(work: Work) -> Result:
    """Make what is missing."""
    from printdock.designs.thumbnails import Making, count, make_thumbnails

    asked, services = work.input(ThumbnailsInput), work.services
    shop = services.shop_of(work.job.shop_id)
    with services.database.read() as connection:
        total = count(connection, shop, asked.print_files)
    counts = {"made": 0, "there": 0, "failed": 0}
    failures: list[dict[str, str | int]] = []
    waiting: list[PrintdockError] = []

    def report(settled: Settled) -> None:
        counts["failed" if settled.error else "made" if settled.made else "there"] += 1
        if settled.error and passes(settled.error):
            waiting[:] = [settled.error]
        if settled.error and len(failures) < MOST_FAILURES:
            failures.append({"number": settled.file.number, "reason": f"{settled.error.code}: {settled.error}"})
        work.progress({"done": sum(counts.values()), "total": total, **counts})

    settings = services.settings
    make_thumbnails(
        Making(shop, services.database, services.storage, settings.workers, settings.max_pixels, report, work.stop),
        asked.print_files,
    )
    work.check_stopped()
    if waiting:
        raise waiting[0]
    return Result({**counts, "failures": failures})


KIND = Kind(
    "thumbnails",
    "Makes the thumbnails that print files lack",
    ThumbnailsInput,
    run,
    patience=PATIENCE,
)
