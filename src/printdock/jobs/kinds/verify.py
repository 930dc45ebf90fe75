"""``verify``: every row has its file, every file its row; with ``repair`` it is made so."""

from __future__ import annotations

import time

from printdock.jobs.job import Priority
from printdock.jobs.work import Input, Kind, Result, Work

#: Most problems and notes that a job's result names; the counts are always whole.
MOST_NAMED = 200


class VerifyInput(Input):
    """As `printdock verify`."""

    repair: bool = False
    deep: bool = False


def run(work: Work) -> Result:
    """Check the job's shop. Stops between two files; starts from the beginning then."""
    from printdock.designs.verify import verify_shop
    from printdock.mockups.verify import verify_mockups

    asked, services = work.input(VerifyInput), work.services
    shop = services.shop_of(work.job.shop_id)
    checked = 0

    def report(path: str) -> None:
        nonlocal checked
        work.check_stopped()
        checked += 1
        work.progress({"done": checked, "path": path})

    started = time.monotonic()
    whole = (services.database, services.storage, services.spool, services.clock)
    found = verify_shop(shop, *whole, repair=asked.repair, deep=asked.deep, report=report)
    parts = (services.database, services.storage, services.clock)
    verify_mockups(shop, *parts, found, repair=asked.repair, deep=asked.deep, report=report)
    data = found.as_dict()
    counts = {f"{name}_found": len(data[name]) for name in ("problems", "notes")}
    named = {name: data[name][:MOST_NAMED] for name in ("problems", "notes")}
    return Result(data | counts | named | {"seconds": round(time.monotonic() - started, 3)})


KIND = Kind("verify", "Checks that every row has its file and every file its row", VerifyInput, run, Priority.LOW)
