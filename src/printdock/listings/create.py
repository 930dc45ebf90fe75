"""A draft is made exactly once, whatever becomes of the connection, of Etsy, or of this process.

1. The row says "sending", with what tells the draft from others, before a byte leaves.
2. It is sent once. Only an answer that says what happened counts.
3. Without such an answer, or when a process died here, the drafts at Etsy are looked through, several times over a
   minute, before anything is sent again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from printdock.errors import (
    Cancelled,
    EtsyError,
    EtsyParked,
    EtsyReconnect,
    EtsyRefused,
    EtsyUnavailable,
    EtsyUnknown,
    UsageError,
)
from printdock.etsy.models import Listing
from printdock.listings import journal
from printdock.listings.bench import Bench
from printdock.listings.draft import Draft
from printdock.listings.fingerprint import of_draft, of_listing
from printdock.listings.journal import OPEN, Entry, State

#: A draft that was sent so long ago shows up at Etsy, if it was made.
SETTLED = timedelta(minutes=15)


def ensure_draft(bench: Bench, draft: Draft) -> Listing | None:
    """Have the draft at Etsy; afterwards the entry has its id. Answers it as Etsy showed it, None where it was there.

    Raises `EtsyRefused` and `EtsyReconnect` (a person has to do something), `EtsyUnavailable` and `EtsyParked` (later),
    `EtsyUnknown` (nobody knows yet: the next run looks again), `UsageError` where a person has to choose.
    """
    if bench.entry.etsy_listing_id is not None:
        return None
    if bench.entry.state is State.ASK:
        raise _choose(bench.entry)
    if bench.entry.state in OPEN:
        found = _look_up(bench)
        if found is not None:
            return found
    for _again in range(bench.desk.patience.sends):
        made = _send(bench, draft) or _look_up(bench)
        if made is not None:
            return made
    raise EtsyUnknown(
        f"Etsy was asked {bench.desk.patience.sends} times to make a draft, and shows none.",
        remedy="It is looked up and tried again later.",
    )


def find_out(bench: Bench) -> None:
    """Learn whether a draft that was sent was made, and send nothing: then its id is known, or the row is planned again.

    Raises what `ensure_draft` does when it looks.
    """
    if bench.entry.state is State.ASK:
        raise _choose(bench.entry)
    if bench.entry.state in OPEN and _look_up(bench) is None:
        bench.write(state=State.PLANNED.value)


def _send(bench: Bench, draft: Draft) -> Listing | None:
    """Send once. None: it is not known what became of it."""
    before = bench.entry.state
    _begin(bench, draft)
    try:
        made = bench.desk.etsy.create_draft(bench.etsy_shop_id, draft.fields)
    except EtsyUnknown as error:
        bench.fail(error, State.UNKNOWN)
        return None
    except EtsyRefused as error:
        bench.fail(error, State.REFUSED)
        raise
    except (EtsyUnavailable, EtsyParked, EtsyReconnect, Cancelled) as error:
        # Nothing was sent, or Etsy said that it did nothing; what was sent before that stays open.
        bench.fail(error, State.UNKNOWN if before in OPEN else State.PLANNED)
        raise
    _take_over(bench, made)
    return replace(made, images=())  # it was made just now, without any


def _begin(bench: Bench, draft: Draft) -> None:
    now = bench.desk.clock()
    values = {"state": State.SENDING.value, "fingerprint": of_draft(draft), "sends": bench.entry.sends + 1}
    if bench.entry.first_sent_at is None:
        values["first_sent_at"] = now
    try:
        bench.write(**values, etsy_shop_id=bench.etsy_shop_id)
    except IntegrityError as error:
        if not journal.is_taken(error):
            raise
        raise EtsyUnavailable(
            "Another draft with the same title, price and category is being made right now.",
            code="equal_draft",
            remedy="It is tried again later. Titles with {number} are never equal.",
        ) from error


def _look_up(bench: Bench) -> Listing | None:
    """Look for the draft that may have been made. Raises `UsageError` where several could be it."""
    entry, desk = bench.entry, bench.desk
    settled = entry.updated_at < desk.clock() - SETTLED
    for wait in (0.0,) if settled else desk.patience.looks_s:
        desk.wait(wait)
        found = candidates(bench)
        if len(found) > 1:
            bench.write(state=State.ASK.value, candidates=[one.id for one in found])
            raise _choose(bench.entry)
        if found and _take_over(bench, found[0], adopted=True):
            return found[0]
        bench.write()  # still at it
    return None


def candidates(bench: Bench) -> list[Listing]:
    """Drafts at Etsy that could be this one: made since it was first sent, alike, and nobody else's."""
    entry, desk = bench.entry, bench.desk
    assert entry.first_sent_at is not None
    since = (entry.first_sent_at - desk.patience.skew).timestamp()
    alike = [
        one
        for one in desk.etsy.listings(bench.etsy_shop_id, "draft")
        if one.created >= since and of_listing(one) == entry.fingerprint
    ]
    with desk.database.read() as connection:
        others = journal.owned(connection, desk.shop, [one.id for one in alike])
    others |= set((entry.sent or {}).get("not", ()))  # a person has said that it is not these
    return [one for one in alike if one.id not in others]


def _take_over(bench: Bench, made: Listing, *, adopted: bool = False) -> bool:
    """The draft's id is stored before anything else. False: an adopted one became somebody else's meanwhile."""
    try:
        bench.write(state=State.MADE.value, etsy_listing_id=made.id, etsy_shop_id=bench.etsy_shop_id, error=None)
    except IntegrityError as error:
        if not (adopted and journal.is_taken(error)):
            raise
        return False
    if adopted:
        bench.note("Etsy had made the draft although its answer was lost; it was found and is used.")
    return True


def look_for_twins(bench: Bench) -> None:
    """After several sends: a draft that was believed not to exist may have shown up since. A person is told."""
    if bench.entry.sends < 2:
        return
    for twin in candidates(bench):
        bench.note(f"A second draft {twin.id} showed up late at Etsy: delete it there.")


def _choose(entry: Entry) -> EtsyError | UsageError:
    ids = ", ".join(map(str, entry.candidates or ()))
    return UsageError(
        f"Several drafts at Etsy could be this one: {ids}.",
        code="listing_ask",
        remedy=f"Say which: `printdock listings settle {entry.id} --is ID`; or --none, and it is made.",
    )
