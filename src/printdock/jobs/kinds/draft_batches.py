"""``make_drafts``, ``remove_drafts`` and ``restore_draft``: what a person asks for, each one job with its progress."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import Field

from printdock.errors import EtsyParked, EtsyReconnect, EtsyUnavailable
from printdock.jobs.job import NewJob
from printdock.jobs.kinds.drafts import MOST_REFUSED, RETRIES
from printdock.jobs.work import Input, Kind, Result, Work

if TYPE_CHECKING:
    from printdock.listings.desk import Desk
    from printdock.listings.plan import Planned
    from printdock.listings.templates import StoredTemplate


class DraftsInput(Input):
    """As `printdock listings create`: ``numbers`` and ``designs`` (ids) choose; all designs where neither is given."""

    template: str
    numbers: list[int] | None = None
    designs: list[UUID] | None = None
    overwrite: bool = False
    published: bool = False
    again: bool = False


class RemovalInput(Input):
    """``listings``: rows of the journal. ``edited``: also drafts that the seller has changed at Etsy."""

    listings: list[UUID] = Field(min_length=1)
    edited: bool = False


class RestoreInput(Input):
    """``snapshot``: the change of ``listing`` that is undone."""

    listing: UUID
    snapshot: UUID


def make(work: Work) -> Result:
    """Plan, and make what is missing or differs. The next try, and the next day, go on with what is left."""
    from printdock.listings.batch import Options, make_drafts

    asked = work.input(DraftsInput)
    with _desk(work) as desk:
        try:
            stored, works, rest = _planned(work, desk, asked)
        except EtsyParked as error:
            return _later(work, datetime.fromtimestamp(error.until, UTC))
        keys = _entered(work, desk, stored, works)
        counting = _Counting(work, len(keys) + len(rest), Counter(one.action for one in rest))
        options = Options(overwrite=asked.overwrite, published=asked.published)
        made = make_drafts(desk, keys, options, counting.report)
        numbers = {str(key): one.subject.number for key, one in zip(keys, works, strict=True)}
        entries = [{"number": numbers[one["listing"]], **one} for one in made] + [_refused(one) for one in rest]
        return _ended(work, desk, entries)


def remove(work: Work) -> Result:
    """Delete at Etsy what is still a draft there. The next try, and the next day, go on with what is left."""
    from printdock.listings.removal import remove_drafts

    asked = work.input(RemovalInput)
    keys = list(dict.fromkeys(asked.listings))
    with _desk(work) as desk:
        counting = _Counting(work, len(keys), Counter())
        entries = remove_drafts(desk, keys, counting.report, edited=asked.edited)
        return _ended(work, desk, entries)


def restore(work: Work) -> Result:
    """Put a listing back as it was before the change."""
    from printdock.listings.work import undo_last

    asked = work.input(RestoreInput)
    with _desk(work) as desk:
        try:
            done = undo_last(desk, asked.listing, asked.snapshot)
        except EtsyParked as error:
            return _later(work, datetime.fromtimestamp(error.until, UTC))
    return Result({"outcome": "restored", "fields": done})


@contextmanager
def _desk(work: Work) -> Iterator[Desk]:
    with work.services.etsy_desk(work.services.shop_of(work.job.shop_id)) as desk:
        yield desk


def _planned(work: Work, desk: Desk, asked: DraftsInput) -> tuple[StoredTemplate, list[Planned], list[Planned]]:
    """By which template, what is to be done, and what is not."""
    from printdock.listings.plan import begin_gone_again

    def plan(look: bool) -> tuple[StoredTemplate, list[Planned]]:
        chosen: dict[str, Any] = {"numbers": asked.numbers, "designs": asked.designs, "overwrite": asked.overwrite}
        # What changed at Etsy is looked at when it is that draft's turn; here it would be looked at twice.
        return work.services.draft_plan(desk, asked.template, **chosen, look=look, ask=look or asked.overwrite)

    stored, planned = plan(asked.again)
    if asked.again and begin_gone_again(desk, planned):
        stored, planned = plan(False)
    does = [one.works or (asked.published and one.action == "published") for one in planned]
    works = [one for one, wanted in zip(planned, does, strict=True) if wanted]
    return stored, works, [one for one, wanted in zip(planned, does, strict=True) if not wanted]


def _entered(work: Work, desk: Desk, stored: StoredTemplate, works: Sequence[Planned]) -> list[UUID]:
    from printdock.listings import journal
    from printdock.listings.plan import enter_all

    with desk.database.write() as connection:
        keys = enter_all(desk, connection, stored, works)
        journal.see_to(connection, desk.shop, keys, work.job.id)
    return keys


def _refused(planned: Planned) -> dict[str, Any]:
    """The entry of one that nothing is done about."""
    entry: dict[str, Any] = {"number": planned.subject.number, "outcome": planned.action}
    if planned.problems:
        words = "; ".join(map(str, planned.problems))
        entry["error"] = {"code": "listing_refused", "message": words, "remedy": planned.problems[0].remedy}
    return entry


class _Counting:
    """Progress in numbers. Called from several threads."""

    def __init__(self, work: Work, total: int, counts: Counter[str]) -> None:
        self._work, self._total, self._counts = work, total, counts
        self._lock = threading.Lock()
        self._tell()

    def report(self, entry: dict[str, Any]) -> None:
        with self._lock:
            if entry["outcome"] != "waiting":
                self._counts[entry["outcome"]] += 1
                self._tell()

    def _tell(self) -> None:
        done = self._counts.total()
        self._work.progress({"done": done, "total": self._total, "outcomes": dict(self._counts)})


def _ended(work: Work, desk: Desk, entries: list[dict[str, Any]]) -> Result:
    """What the try comes to. Raises what makes another try follow, or a person look."""
    work.check_stopped()
    counts = dict(Counter(one["outcome"] for one in entries))
    ending = [one["error"] for one in entries if one["outcome"] == "waiting" and "error" in one]
    if any(one["code"] == EtsyParked.code for one in ending):
        return _later(work, _until(work, desk), outcomes=counts)
    if ending:
        raise EtsyReconnect(ending[0]["message"], code=ending[0]["code"], remedy=ending[0]["remedy"])
    again = [one for one in entries if one.get("again") or one["outcome"] == "waiting"]
    if again:
        why = next((one["error"]["message"] for one in again if "error" in one), "They wait.")
        raise EtsyUnavailable(f"{len(again)} of {len(entries)} drafts are left: {why}")
    told = [_problem(one) for one in entries if "error" in one or one.get("differs")]
    return Result({"outcome": "ended", "outcomes": counts, "problems": told[:MOST_REFUSED]})


def _problem(entry: dict[str, Any]) -> dict[str, Any]:
    kept = ("number", "listing", "outcome", "differs", "error")
    return {name: entry[name] for name in kept if name in entry}


def _until(work: Work, desk: Desk) -> datetime:
    from printdock.listings.pace import budget

    now = work.services.clock()
    with desk.database.read() as connection:
        found = budget(connection, desk.shop, now)
    return now if found is None or found.parked_until is None else found.parked_until


def _later(work: Work, until: datetime, **data: Any) -> Result:
    """The calls of the day are used up: another job goes on when Etsy does."""
    job = NewJob(work.job.kind, work.job.input, work.job.priority, key=work.job.key, run_at=until)
    return Result({"outcome": "parked", "until": until.isoformat(), **data}, (job,))


MAKE = Kind("make_drafts", "Makes drafts at Etsy of many designs", DraftsInput, make, retries=RETRIES)
REMOVE = Kind("remove_drafts", "Deletes drafts at Etsy that printdock made", RemovalInput, remove, retries=RETRIES)
RESTORE = Kind("restore_draft", "Undoes the last change of a listing at Etsy", RestoreInput, restore)
