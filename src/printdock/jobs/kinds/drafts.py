"""``plan_drafts`` and ``make_draft``: designs become drafts at Etsy, each made once and brought up to date."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

from printdock.errors import EtsyParked, EtsyReconnect
from printdock.jobs.job import NewJob
from printdock.jobs.work import Input, Kind, Result, Work

#: Most refused designs that a job's result names; the counts are always whole.
MOST_REFUSED = 100


#: Tries after the first one. Waits double, so that an Etsy that is away for half an hour is outlived; and a draft ends
#: no worker, so that one which died under it is no reason to give it up.
RETRIES = 10


class PlanInput(Input):
    """``template``: a listing template; ``numbers`` and ``designs`` (ids) choose, all designs where neither is given."""

    template: str
    numbers: list[int] | None = None
    designs: list[UUID] | None = None


class DraftInput(Input):
    """``listing``: the row of the journal. ``overwrite``: what the seller changed at Etsy, too; ``published``: listings
    that are no drafts any more, too."""

    listing: UUID
    overwrite: bool = False
    published: bool = False


def draft_job(listing: UUID, *, overwrite: bool = False, published: bool = False) -> NewJob:
    """The job for a row; while one is unfinished there is no second."""
    given = DraftInput(listing=listing, overwrite=overwrite, published=published)
    return NewJob("make_draft", given.model_dump(mode="json"), key=key_of(listing))


def key_of(listing: UUID) -> str:
    """The key of the job that makes the draft of this row."""
    return f"listing:{listing}"


def plan(work: Work) -> Result:
    """Plan, and let a job follow for each draft. Where no shop is connected nothing is done, and that is no failure."""
    from printdock.listings.plan import enter_all

    asked = work.input(PlanInput)
    shop = work.services.shop_of(work.job.shop_id)
    try:
        with work.services.etsy_desk(shop) as desk:
            stored, planned = work.services.draft_plan(
                desk, asked.template, numbers=asked.numbers, designs=asked.designs
            )
            with desk.database.write() as connection:
                keys = enter_all(desk, connection, stored, [one for one in planned if one.works])
    except EtsyReconnect as error:
        if error.code != "etsy_not_connected":
            raise
        return Result({"outcome": "not_connected", "message": error.message, "remedy": error.remedy})
    except EtsyParked as error:
        return _parked(work, error)
    refused = [one for one in planned if one.problems]
    data = {
        "outcome": "planned",
        "actions": dict(Counter(one.action for one in planned)),
        "refused": [
            {"number": one.subject.number, "problems": [str(problem) for problem in one.problems]}
            for one in refused[:MOST_REFUSED]
        ],
    }
    return Result(data, tuple(draft_job(key) for key in keys))


def make(work: Work) -> Result:
    """Make one. When the calls of the day are used up, another job goes on when Etsy allows it."""
    from printdock.listings.work import make_draft

    asked = work.input(DraftInput)
    with work.services.etsy_desk(work.services.shop_of(work.job.shop_id)) as desk:
        try:
            made = make_draft(desk, asked.listing, overwrite=asked.overwrite, published=asked.published)
        except EtsyParked as error:
            return _parked(work, error)
    return Result(made.as_dict())


def _parked(work: Work, error: EtsyParked) -> Result:
    until = datetime.fromtimestamp(error.until, UTC)
    later = NewJob(work.job.kind, work.job.input, work.job.priority, key=work.job.key, run_at=until)
    return Result({"outcome": "parked", "until": until.isoformat(), "message": error.message}, (later,))


PLAN = Kind("plan_drafts", "Plans drafts at Etsy, one job each", PlanInput, plan)
MAKE = Kind("make_draft", "Makes a draft at Etsy", DraftInput, make, retries=RETRIES)
