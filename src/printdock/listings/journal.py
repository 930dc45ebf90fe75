"""The journal of drafts: what is to be made, what was sent, what became of it.

A row is written before anything is sent. Only its owner writes on; an owner that died is replaced. Every write
renews the lease, and raises `LeaseLost` when another one has taken over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from printdock.db.etsy_tables import listing_images, listings
from printdock.db.inserting import insert_into
from printdock.db.tables import print_files
from printdock.designs.lease import is_dead
from printdock.errors import EtsyUnavailable, LeaseLost, UsageError
from printdock.listings.subject import Subject
from printdock.shops.queries import Shop

#: How long an owner on another machine has a row without writing: longer than any one step takes with its retries.
LEASE = timedelta(minutes=5)

#: Most ids asked for in one query.
_CHUNK = 500


class State(StrEnum):
    """How far a draft is."""

    PLANNED = "planned"  # nothing was sent
    SENDING = "sending"  # about to be sent, or it was: nobody knows until it is looked up
    UNKNOWN = "unknown"  # sent, and no readable answer
    MADE = "made"  # it is at Etsy under a known id; pictures or anything else may be missing
    DONE = "done"  # all of it is at Etsy, and was read back
    REFUSED = "refused"  # Etsy said no
    ASK = "ask"  # several drafts at Etsy could be it: a person has to say which
    GONE = "gone"  # it was deleted at Etsy


#: Whether a draft was made is not known in these.
OPEN = (State.SENDING, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the journal."""

    id: UUID
    template_id: int
    design: UUID
    print_file: UUID
    state: State
    etsy_shop_id: int | None
    etsy_listing_id: int | None
    sends: int
    first_sent_at: datetime | None
    fingerprint: bytes | None
    sent: dict[str, Any] | None
    candidates: list[int] | None
    error: dict[str, Any] | None
    notes: list[str] | None
    updated_at: datetime
    created_at: datetime
    job: UUID | None = None

    def as_dict(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return {
            "listing": str(self.id),
            "design": str(self.design),
            "state": self.state.value,
            "etsy_listing": self.etsy_listing_id,
            "candidates": self.candidates,
            "error": self.error,
            "notes": self.notes or [],
            "updated_at": self.updated_at.isoformat(),
        }


def enter(connection: Connection, shop: Shop, template_id: int, subject: Subject, now: datetime) -> UUID:
    """The row of this print file and template; made when there is none."""
    row = {
        "id": uuid7(), "shop_id": shop.id, "template_id": template_id, "design_id": subject.design,
        "print_file_id": subject.print_file, "state": State.PLANNED.value, "created_at": now, "updated_at": now,
    }  # fmt: skip
    connection.execute(insert_into(connection, listings).values(**row).on_conflict_do_nothing())
    found = select(listings.c.id).where(
        listings.c.shop_id == shop.id,
        listings.c.template_id == template_id,
        listings.c.print_file_id == subject.print_file,
    )
    key: UUID = connection.execute(found).scalar_one()
    return key


def get_entry(connection: Connection, shop: Shop, key: UUID) -> Entry:
    """The row. Raises `UsageError`."""
    row = connection.execute(select(listings).where(listings.c.shop_id == shop.id, listings.c.id == key)).one_or_none()
    if row is None:
        raise UsageError(f"There is no listing {key}.", code="unknown_listing", remedy="See `printdock listings list`.")
    return entry_of(row)


def require_own(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> None:
    """Raise `UsageError` unless all of these are rows of the shop."""
    found: set[UUID] = set()
    for start in range(0, len(keys), _CHUNK):
        wanted = select(listings.c.id).where(
            listings.c.shop_id == shop.id, listings.c.id.in_(keys[start : start + _CHUNK])
        )
        found |= set(connection.execute(wanted).scalars())
    missing = [key for key in keys if key not in found]
    if missing:
        raise UsageError(f"There is no listing {missing[0]}.", code="unknown_listing")


def find_entries(connection: Connection, shop: Shop, template_id: int, files: Sequence[UUID]) -> dict[UUID, Entry]:
    """The rows of these print files, by print file."""
    found: dict[UUID, Entry] = {}
    for start in range(0, len(files), _CHUNK):
        wanted = select(listings).where(
            listings.c.shop_id == shop.id,
            listings.c.template_id == template_id,
            listings.c.print_file_id.in_(files[start : start + _CHUNK]),
        )
        found |= {row.print_file_id: entry_of(row) for row in connection.execute(wanted)}
    return found


def list_entries(connection: Connection, shop: Shop, *, state: State | None = None, limit: int = 1000) -> list[Entry]:
    """The shop's rows, the last changed first."""
    wanted = select(listings).where(listings.c.shop_id == shop.id).order_by(listings.c.updated_at.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(listings.c.state == state.value)
    return [entry_of(row) for row in connection.execute(wanted)]


def open_and_deleted(connection: Connection, shop: Shop) -> list[UUID]:
    """Rows whose draft may be at Etsy, and whose design was deleted since: no plan comes to them."""
    wanted = (
        select(listings.c.id)
        .join(print_files, print_files.c.id == listings.c.print_file_id)
        .where(listings.c.shop_id == shop.id, listings.c.state.in_([state.value for state in OPEN]))
        .where(print_files.c.shop_id == shop.id, print_files.c.state == "deleted")
        .limit(_CHUNK)
    )
    return list(connection.execute(wanted).scalars())


def same_fingerprints(
    connection: Connection, shop: Shop, prints: Sequence[bytes]
) -> dict[bytes, set[tuple[UUID, int]]]:
    """Whose (print file, template) these fingerprints are in the journal."""
    found: dict[bytes, set[tuple[UUID, int]]] = {}
    for start in range(0, len(prints), _CHUNK):
        wanted = select(listings.c.fingerprint, listings.c.print_file_id, listings.c.template_id).where(
            listings.c.shop_id == shop.id,
            listings.c.fingerprint.in_(prints[start : start + _CHUNK]),
            listings.c.state != State.GONE.value,
        )
        for row in connection.execute(wanted):
            found.setdefault(bytes(row.fingerprint), set()).add((row.print_file_id, row.template_id))
    return found


def owned(connection: Connection, shop: Shop, ids: Sequence[int]) -> set[int]:
    """Which of these listings at Etsy are in the journal."""
    found: set[int] = set()
    for start in range(0, len(ids), _CHUNK):
        wanted = select(listings.c.etsy_listing_id).where(
            listings.c.shop_id == shop.id, listings.c.etsy_listing_id.in_(ids[start : start + _CHUNK])
        )
        found |= set(connection.execute(wanted).scalars())
    return found


def take(connection: Connection, shop: Shop, key: UUID, owner: str, now: datetime) -> Entry:
    """Become the row's owner. Raises `EtsyUnavailable` while another one lives who works at it."""
    wanted = select(listings).where(listings.c.shop_id == shop.id, listings.c.id == key).with_for_update()
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise UsageError(f"There is no listing {key}.", code="unknown_listing")
    if row.owner not in (None, owner) and not is_dead(row.owner, row.lease_until, now):
        raise EtsyUnavailable(
            "Another worker is at this listing.", code="listing_busy", remedy="It is tried again later."
        )
    connection.execute(update(listings).where(listings.c.id == key).values(owner=owner, lease_until=now + LEASE))
    return entry_of(row)


def write(connection: Connection, shop: Shop, key: UUID, owner: str, now: datetime, **values: Any) -> None:
    """Write on. Raises `LeaseLost`."""
    mine = (listings.c.shop_id == shop.id, listings.c.id == key, listings.c.owner == owner)
    changed = update(listings).where(*mine).values(lease_until=now + LEASE, updated_at=now, **values)
    if connection.execute(changed).rowcount != 1:
        raise LeaseLost("Another worker has taken over this listing.")


def release(connection: Connection, shop: Shop, key: UUID, owner: str) -> None:
    """Own it no longer. That somebody else does already is fine."""
    mine = (listings.c.shop_id == shop.id, listings.c.id == key, listings.c.owner == owner)
    connection.execute(update(listings).where(*mine).values(owner=None, lease_until=None))


def is_taken(error: IntegrityError) -> bool:
    """Whether a law of the journal was broken: the listing is another row's, or an equal draft is being made."""
    return any(name in str(error.orig) for name in ("etsy_listing_id", "open_fingerprint", "listings.fingerprint"))


def entry_of(row: Row[Any]) -> Entry:
    """The value of a row."""
    return Entry(
        row.id, row.template_id, row.design_id, row.print_file_id, State(row.state), row.etsy_shop_id,
        row.etsy_listing_id, row.sends, row.first_sent_at, None if row.fingerprint is None else bytes(row.fingerprint),
        row.sent, row.candidates, row.error, row.notes, row.updated_at,
        row.created_at, row.job_id,
    )  # fmt: skip


def see_to(connection: Connection, shop: Shop, keys: Sequence[UUID], job: UUID) -> None:
    """This job sees to these rows from here on."""
    for start in range(0, len(keys), _CHUNK):
        mine = (listings.c.shop_id == shop.id, listings.c.id.in_(keys[start : start + _CHUNK]))
        connection.execute(update(listings).where(*mine).values(job_id=job))


def made_by(connection: Connection, shop: Shop, job: UUID, since: datetime) -> list[UUID]:
    """The rows whose drafts this job made, not those that it changed. ``since``: when the job was asked for."""
    wanted = select(listings.c.id).where(
        listings.c.shop_id == shop.id,
        listings.c.job_id == job,
        listings.c.first_sent_at >= since,
        listings.c.etsy_listing_id.is_not(None),
    )
    return list(connection.execute(wanted.order_by(listings.c.id)).scalars())


def note_gone(connection: Connection, shop: Shop, key: UUID, etsy_listing_id: int, now: datetime) -> None:
    """Etsy does not know this listing any more. Nothing changes where somebody works at it."""
    idle = (
        listings.c.shop_id == shop.id,
        listings.c.id == key,
        listings.c.etsy_listing_id == etsy_listing_id,
        listings.c.owner.is_(None),
    )
    connection.execute(update(listings).where(*idle).values(state=State.GONE.value, updated_at=now))


def begin_again(connection: Connection, shop: Shop, key: UUID, now: datetime) -> None:
    """The draft that was deleted at Etsy is to be made anew. Raises `UsageError` where it was not."""
    fresh = {
        "state": State.PLANNED.value, "etsy_listing_id": None, "sends": 0, "first_sent_at": None, "sent": None,
        "candidates": None, "error": None, "notes": None, "updated_at": now,
    }  # fmt: skip
    gone = (listings.c.shop_id == shop.id, listings.c.id == key, listings.c.state == State.GONE.value)
    if connection.execute(update(listings).where(*gone).values(**fresh)).rowcount != 1:
        raise UsageError("Only a draft that was deleted at Etsy is made anew.", code="listing_not_gone")
    connection.execute(
        delete(listing_images).where(listing_images.c.shop_id == shop.id, listing_images.c.listing_id == key)
    )


def settle(connection: Connection, shop: Shop, key: UUID, choice: int | None, now: datetime) -> None:
    """A person says which of the candidates it is, or None: none of them. Raises `UsageError`."""
    entry = get_entry(connection, shop, key)
    if entry.state is not State.ASK:
        raise UsageError("There is nothing to settle about this listing.", code="listing_not_asked")
    if choice is not None and choice not in (entry.candidates or ()):
        raise UsageError(f"{choice} is not one of its candidates.", code="not_a_candidate")
    values: dict[str, Any] = {"candidates": None, "error": None, "updated_at": now}
    if choice is None:
        refused = [*(entry.sent or {}).get("not", ()), *(entry.candidates or ())]
        values |= {"state": State.PLANNED.value, "first_sent_at": None, "sends": 0, "sent": {"not": refused}}
    else:
        values |= {"state": State.MADE.value, "etsy_listing_id": choice}
    connection.execute(update(listings).where(listings.c.shop_id == shop.id, listings.c.id == key).values(**values))
