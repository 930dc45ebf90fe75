"""One draft on the bench: the desk's parts, its row, and its writes in short transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from printdock.errors import EtsyError, PrintdockError
from printdock.listings import journal
from printdock.listings.desk import Desk
from printdock.listings.journal import Entry, State


@dataclass(slots=True)
class Bench:
    """``entry`` is as last written. Used by one thread."""

    desk: Desk
    entry: Entry
    notes: list[str] = field(default_factory=list)

    @property
    def listing_id(self) -> int:
        """The listing at Etsy; it is known."""
        found = self.entry.etsy_listing_id
        assert found is not None
        return found

    @property
    def etsy_shop_id(self) -> int:
        return self.desk.connected.etsy_shop_id

    def write(self, **values: Any) -> None:
        """Write on in the journal, and renew the lease. Raises `LeaseLost`."""
        desk = self.desk
        with desk.database.write() as connection:
            journal.write(connection, desk.shop, self.entry.id, desk.owner, desk.clock(), **values)
            self.entry = journal.get_entry(connection, desk.shop, self.entry.id)

    def note(self, sentence: str) -> None:
        """Something a person should know, though all went on."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def fail(self, error: PrintdockError, state: State | None = None) -> None:
        """Write down why it did not go on."""
        values: dict[str, Any] = {"error": {"code": error.code, "message": error.message, "remedy": _remedy(error)}}
        if state is not None:
            values["state"] = state.value
        self.write(**values)


@contextmanager
def on_bench(desk: Desk, key: UUID) -> Iterator[Bench]:
    """Take the row, and give it back in the end. Raises `EtsyUnavailable` while another one is at it."""
    with desk.database.write() as connection:
        entry = journal.take(connection, desk.shop, key, desk.owner, desk.clock())
    try:
        yield Bench(desk, entry)
    finally:
        with desk.database.write() as connection:
            journal.release(connection, desk.shop, key, desk.owner)


def _remedy(error: PrintdockError) -> str:
    return error.told if isinstance(error, EtsyError) else error.remedy
