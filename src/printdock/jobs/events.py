"""What happened to uploads and jobs, for whoever follows them: any server reads what any worker wrote.

Ids count from 1 for each shop, without gaps. The counter's row stays locked until the appending transaction has ended,
so ids become visible in order: who has seen event n has seen all before it. Hence append with the transaction's last
statement: until its end, nobody else appends for this shop.

A database that crashes may forget the last half second of progress. A follower that is ahead of `last_id` then goes on
from there, for ids are given again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select

from printdock.db.inserting import insert_into
from printdock.db.tables import event_counters, events

#: How long events are kept: whoever was away longer reads the rows anew.
KEEP = timedelta(days=7)

Subject = Literal["upload", "job"]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One thing that happened. ``data`` is plain data, small: it is sent to every follower."""

    subject: Subject
    subject_id: UUID
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, counted."""

    id: int
    subject: str
    subject_id: UUID
    kind: str
    data: dict[str, Any]
    at: datetime


def append(
    connection: Connection, shop_id: int, subject: Subject, subject_id: UUID, kind: str, data: dict[str, Any]
) -> int:
    """Append one event in the caller's transaction, as its last statement; answers its id."""
    return append_all(connection, shop_id, [NewEvent(subject, subject_id, kind, data)])


def append_all(connection: Connection, shop_id: int, new: Sequence[NewEvent]) -> int:
    """Append several events in their order, as the transaction's last statement; answers the last id (0 for none)."""
    if not new:
        return 0
    now = datetime.now(UTC)
    last = _count(connection, shop_id, len(new))
    first = last - len(new) + 1
    rows = [
        {
            "shop_id": shop_id,
            "id": first + at,
            "subject": one.subject,
            "subject_id": one.subject_id,
            "kind": one.kind,
            "data": one.data,
            "at": now,
        }
        for at, one in enumerate(new)
    ]
    connection.execute(insert(events), rows)
    return last


def _count(connection: Connection, shop_id: int, many: int) -> int:
    counted = insert_into(connection, event_counters).values(shop_id=shop_id, last=many)
    counted = counted.on_conflict_do_update(
        index_elements=[event_counters.c.shop_id], set_={"last": event_counters.c.last + many}
    )
    last: int = connection.execute(counted.returning(event_counters.c.last)).scalar_one()
    return last


def after(
    connection: Connection, shop_id: int, last_id: int, subject_id: UUID | None = None, limit: int = 500
) -> list[Event]:
    """The shop's events after ``last_id`` in order, at most ``limit``; only those of ``subject_id`` where it is given.

    Without ``subject_id``, a first id other than ``last_id + 1`` says that events in between were swept.
    """
    wanted = select(events).where(events.c.shop_id == shop_id, events.c.id > last_id)
    if subject_id is not None:
        wanted = wanted.where(events.c.subject_id == subject_id)
    rows = connection.execute(wanted.order_by(events.c.id).limit(limit))
    return [Event(row.id, row.subject, row.subject_id, row.kind, row.data, row.at) for row in rows]


def last_id(connection: Connection, shop_id: int) -> int:
    """The id of the shop's newest event; 0 when there was none yet."""
    wanted = select(func.max(event_counters.c.last)).where(event_counters.c.shop_id == shop_id)
    return connection.execute(wanted).scalar_one() or 0


def sweep(connection: Connection, now: datetime) -> int:
    """Remove the events of all shops that are older than `KEEP`; answers how many."""
    return connection.execute(delete(events).where(events.c.at < now - KEEP)).rowcount
