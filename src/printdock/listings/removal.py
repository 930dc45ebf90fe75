"""Drafts that printdock made are deleted at Etsy: only while they are drafts there, and as printdock left them.

A row of `listing_removals` says what is to go before anything is sent, and how it was. Deleting twice is deleting once: a
listing that Etsy does not know any more, after it was told to delete it, was deleted. Etsy deletes published listings as
readily, and knows no "only if it is a draft": its state is read just before.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from uuid_utils.compat import uuid7

from printdock.db.etsy_tables import listing_removals
from printdock.db.inserting import insert_into
from printdock.errors import EtsyNotFound, EtsyReconnect, UsageError
from printdock.etsy.answers import RECONNECT
from printdock.etsy.models import Listing
from printdock.listings.batch import Options, Report, run_batch
from printdock.listings.bench import Bench, on_bench
from printdock.listings.changes import field_changes, inventory_change
from printdock.listings.connection import EtsyConnection
from printdock.listings.desk import Desk
from printdock.listings.journal import OPEN, State
from printdock.listings.plain import plain_fields
from printdock.listings.work import check_shop
from printdock.shops.queries import Shop

#: What deleting needs of the seller's consent.
SCOPE = "listings_d"


class Outcome(StrEnum):
    """What became of a draft that was to be deleted."""

    REMOVED = "removed"  # deleted at Etsy, by this or an earlier try
    GONE = "gone"  # it was not there any more
    NEVER = "never_made"  # nothing of it was ever at Etsy
    PUBLISHED = "published"  # no draft any more: left alone
    EDITED = "edited"  # the seller has changed it at Etsy since: left alone


@dataclass(frozen=True, slots=True)
class Removed:
    """``differs``: what the seller has changed, where it was left alone for that."""

    listing: UUID
    outcome: Outcome
    etsy_listing: int | None = None
    differs: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return {
            "listing": str(self.listing),
            "outcome": self.outcome.value,
            "etsy_listing": self.etsy_listing,
            "differs": list(self.differs),
        }


def remove_drafts(
    desk: Desk, keys: Sequence[UUID], report: Report, *, edited: bool = False, options: Options | None = None
) -> list[dict[str, Any]]:
    """Delete many, as `batch.run_batch` does: every draft's entry, in order."""
    require_scope(desk.connected)
    return run_batch(
        desk, keys, lambda key: remove_draft(desk, key, edited=edited).as_dict(), options or Options(), report
    )


def require_scope(connected: EtsyConnection) -> None:
    """Raise `EtsyReconnect` unless the seller has allowed to delete listings."""
    if SCOPE not in connected.scopes:
        raise EtsyReconnect(
            "The seller has not allowed printdock to delete drafts: the shop was connected before it asked for that.",
            code="etsy_scope_missing",
            remedy=RECONNECT,
        )


def remove_draft(desk: Desk, key: UUID, *, edited: bool = False) -> Removed:
    """Delete the draft of a row at Etsy; safe to run again after any end.

    ``edited``: also one that the seller has changed at Etsy. One that is no draft any more is left alone in any case.
    Raises `EtsyReconnect`, `EtsyUnavailable`, `EtsyRefused`, `UsageError` where nobody knows yet whether it was made.
    """
    require_scope(desk.connected)
    with on_bench(desk, key) as bench:
        check_shop(bench)
        entry = bench.entry
        if entry.etsy_listing_id is None:
            if entry.state in (*OPEN, State.ASK):
                raise UsageError(
                    "It is not known yet whether Etsy has made this draft.",
                    code="listing_open",
                    remedy="Make it (it is looked up then), and delete it afterwards.",
                )
            return Removed(key, Outcome.NEVER)
        if entry.state is State.GONE:
            return Removed(key, Outcome.REMOVED if _is_sent(bench) else Outcome.GONE, bench.listing_id)
        _begin(bench)
        return _removed(bench, edited=edited)


def _removed(bench: Bench, *, edited: bool) -> Removed:
    number = bench.listing_id
    try:
        there = bench.desk.etsy.listing(number)
    except EtsyNotFound:
        told = _is_sent(bench)
        return _end(bench, Outcome.REMOVED if told else Outcome.GONE, state=State.GONE)
    if there.state != "draft":
        return _end(bench, Outcome.PUBLISHED)
    stock = bench.desk.etsy.inventory(number)
    differs = differences(bench, there, stock)
    if differs and not edited:
        return _end(bench, Outcome.EDITED, differs=differs)
    _note_sending(bench, there, stock)
    with suppress(EtsyNotFound):  # an answer was lost, and the call repeated
        bench.desk.etsy.delete_listing(number)
    return _end(bench, Outcome.REMOVED, state=State.GONE)


def differences(bench: Bench, there: Listing, stock: dict[str, Any]) -> tuple[str, ...]:
    """What is other at Etsy than printdock left it; nothing of a draft that it never finished."""
    sent = bench.entry.sent or {}
    if "fields" not in sent:
        return ()
    found = [one.field for one in field_changes({}, plain_fields(there.fields), sent["fields"])]
    if inventory_change(None, stock, sent["inventory"]) is not None:
        found.append("inventory")
    if "order" in sent and [image.id for image in there.images or ()] != sent["order"]:
        found.append("pictures")
    return tuple(found)


def _own(bench: Bench) -> tuple[Any, ...]:
    row = listing_removals.c
    return (
        row.shop_id == bench.desk.shop.id,
        row.listing_id == bench.entry.id,
        row.etsy_listing_id == bench.listing_id,
    )


def _begin(bench: Bench) -> None:
    """Write down that it is to go; what an earlier try wrote stays."""
    desk = bench.desk
    row = {
        "id": uuid7(), "shop_id": desk.shop.id, "listing_id": bench.entry.id, "etsy_listing_id": bench.listing_id,
        "begun_at": desk.clock(),
    }  # fmt: skip
    with desk.database.write() as connection:
        connection.execute(insert_into(connection, listing_removals).values(**row).on_conflict_do_nothing())


def _is_sent(bench: Bench) -> bool:
    with bench.desk.database.read() as connection:
        found = select(listing_removals.c.sent_at).where(*_own(bench))
        return connection.execute(found).scalar_one_or_none() is not None


def _note_sending(bench: Bench, there: Listing, stock: dict[str, Any]) -> None:
    """From here on it may be gone."""
    before = {
        "fields": plain_fields(there.fields),
        "images": [image.id for image in there.images or ()],
        "inventory": stock,
    }
    with bench.desk.database.write() as connection:
        sent = update(listing_removals).where(*_own(bench))
        connection.execute(sent.values(sent_at=bench.desk.clock(), before=before))
    bench.write()


def _end(bench: Bench, outcome: Outcome, *, state: State | None = None, differs: tuple[str, ...] = ()) -> Removed:
    number = bench.listing_id
    with bench.desk.database.write() as connection:
        ended = update(listing_removals).where(*_own(bench))
        connection.execute(ended.values(ended_at=bench.desk.clock(), outcome=outcome.value))
    if state is not None and bench.entry.state is not state:
        bench.write(state=state.value, error=None, notes=None)
    return Removed(bench.entry.id, outcome, number, differs)


@dataclass(frozen=True, slots=True)
class Removal:
    """The last removal of a listing, as the journal has it; ``outcome`` is None while it is not ended."""

    etsy_listing: int
    outcome: Outcome | None


def removals_of(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> dict[UUID, Removal]:
    """The last removal of each of these listings; most have none."""
    wanted = (
        select(listing_removals)
        .where(listing_removals.c.shop_id == shop.id, listing_removals.c.listing_id.in_(list(keys)))
        .order_by(listing_removals.c.begun_at)
    )
    return {
        row.listing_id: Removal(row.etsy_listing_id, Outcome(row.outcome) if row.outcome else None)
        for row in connection.execute(wanted)
    }
