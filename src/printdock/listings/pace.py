"""Turns of a shop's calls to Etsy, taken in the database: all its workers together keep to Etsy's limits."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from printdock.db.engine import Database
from printdock.db.etsy_tables import etsy_paces
from printdock.db.inserting import insert_into
from printdock.designs.lease import Clock
from printdock.errors import Cancelled, EtsyParked
from printdock.etsy.pace import CAUTIOUS_PER_SECOND, Allowance, TooMany
from printdock.shops.queries import Shop

#: The part of Etsy's limit that is used: the seller's other programs call, too, and clocks differ.
SHARE = 0.9

#: What follows a 429 that does not say how long: seconds, of a second's limit and of a day's. A day's is counted in a
#: window of 24 hours that slides, so that calls come free again hour by hour.
SHORT_WAIT_S, LONG_WAIT_S = 1.0, 3600.0


@dataclass(frozen=True, slots=True)
class Budget:
    """How a shop stands. ``parked_until``: when calls go on, None while they do."""

    per_second: int
    per_day: int | None
    left_today: int | None
    parked_until: datetime | None
    heard_at: datetime | None

    @classmethod
    def cautious(cls) -> Budget:
        """What holds before Etsy has said its limits."""
        return cls(CAUTIOUS_PER_SECOND, None, None, None, None)

    def as_dict(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return {
            "per_second": self.per_second,
            "per_day": self.per_day,
            "left_today": self.left_today,
            "parked_until": self.parked_until.isoformat() if self.parked_until else None,
        }


def budget(connection: Connection, shop: Shop, now: datetime) -> Budget | None:
    """How the shop stands, or None before its first call."""
    row = connection.execute(select(etsy_paces).where(etsy_paces.c.shop_id == shop.id)).one_or_none()
    if row is None:
        return None
    parked = None if row.parked_until is None else _moment(row.parked_until)
    return Budget(
        row.per_second, row.per_day, row.left_today, parked if parked and parked > now else None, row.heard_at
    )


class DatabasePace:
    """`etsy.pace.Pace` of one shop. Safe from many threads, and beside other processes."""

    def __init__(self, database: Database, shop: Shop, clock: Clock, stop: threading.Event) -> None:
        self._database, self._shop, self._clock, self._stop = database, shop, clock, stop
        self._lock = threading.Lock()
        self._known: tuple[int | None, int | None] = (None, None)
        self._left: int | None = None

    def turn(self) -> None:
        """Wait until a call may be sent. Raises `EtsyParked`, `Cancelled`."""
        if self._stop.is_set():
            raise Cancelled("Stopped before the next call to Etsy.")
        now = _micros(self._clock())
        with self._database.write() as connection:
            row = self._row(connection)
            if row.parked_until is not None and row.parked_until > now:
                raise _parked(_moment(row.parked_until))
            start = max(int(row.next_at), now)
            self._change(connection, next_at=start + int(1_000_000 / (row.per_second * SHARE)))
        if start > now and self._stop.wait((start - now) / 1_000_000):
            raise Cancelled("Stopped while waiting for the next call to Etsy.")

    def heard(self, allowance: Allowance) -> None:
        """Written down when it says something new: a limit that changed, one call in fifty, a second that is used up."""
        if allowance.left_this_second == 0:  # another program calls with the same key
            self.refused(TooMany(daily=False, wait_s=SHORT_WAIT_S))
        with self._lock:
            limits = (allowance.per_second, allowance.per_day)
            left = allowance.left_today
            moved = left is not None and (self._left is None or abs(self._left - left) >= 50)
            if allowance.per_second is None or (limits == self._known and not moved):
                return
            self._known, self._left = limits, left
        with self._database.write() as connection:
            self._row(connection)
            self._change(
                connection,
                per_second=max(1, allowance.per_second),
                per_day=allowance.per_day,
                left_today=left,
                heard_at=self._clock(),
            )

    def refused(self, too_many: TooMany) -> None:
        """All turns of the shop wait. Raises `EtsyParked` for a limit of the day."""
        now = _micros(self._clock())
        default = LONG_WAIT_S if too_many.daily else SHORT_WAIT_S
        wait = default if too_many.wait_s is None else too_many.wait_s
        until = now + int(wait * 1_000_000)
        with self._database.write() as connection:
            row = self._row(connection)
            if too_many.daily:
                self._change(connection, parked_until=until, left_today=0, heard_at=self._clock())
            else:
                self._change(connection, next_at=max(int(row.next_at), until))
        if too_many.daily:
            raise _parked(_moment(until))

    def _row(self, connection: Connection) -> Any:
        """The shop's row, locked until the transaction ends; made when it is new."""
        fresh = {"shop_id": self._shop.id, "next_at": 0, "per_second": CAUTIOUS_PER_SECOND}
        wanted = select(etsy_paces).where(etsy_paces.c.shop_id == self._shop.id).with_for_update()
        row = connection.execute(wanted).one_or_none()
        if row is None:
            connection.execute(insert_into(connection, etsy_paces).values(**fresh).on_conflict_do_nothing())
            row = connection.execute(wanted).one()
        return row

    def _change(self, connection: Connection, **values: Any) -> None:
        connection.execute(update(etsy_paces).where(etsy_paces.c.shop_id == self._shop.id).values(**values))


def _parked(until: datetime) -> EtsyParked:
    return EtsyParked(
        f"Etsy's calls of the day are used up; it goes on at {until:%Y-%m-%d %H:%M} UTC.",
        until=until.timestamp(),
        remedy="Nothing is lost: what waits is done then.",
    )


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)
