"""Which processes run jobs: each writes down that it is there, and takes its row away when it ends in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy import Connection, delete, select, text

from printdock.db.inserting import insert_into
from printdock.db.tables import workers
from printdock.designs.lease import is_dead

#: Seconds between two signs of life; after how long without one a worker counts as gone; how long its row is kept then.
SIGN_S = 10.0
GONE = timedelta(seconds=60)
KEEP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Present:
    """A process that runs jobs, or did. ``alive``: it gave a sign of life lately, as far as can be known from here."""

    owner: str
    version: str
    slots: int
    started_at: datetime
    seen_at: datetime
    alive: bool

    @property
    def host(self) -> str:
        """Name of its machine or container."""
        return self.owner.split("|", 1)[0]


def sign(connection: Connection, owner: str, slots: int, now: datetime) -> None:
    """Write down that ``owner`` is there. A database that forgets it in a crash does no harm: the next sign follows."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL synchronous_commit TO off"))
    row = {"owner": owner, "version": version("printdock")[:40], "slots": slots, "started_at": now, "seen_at": now}
    again = {"seen_at": now, "slots": slots}
    connection.execute(
        insert_into(connection, workers).values(**row).on_conflict_do_update(index_elements=["owner"], set_=again)
    )


def leave(connection: Connection, owner: str) -> None:
    """``owner`` has ended in order. Idempotent."""
    connection.execute(delete(workers).where(workers.c.owner == owner))


def sweep(connection: Connection, now: datetime) -> int:
    """Remove the rows of workers that were not seen for `KEEP`; answers how many."""
    return connection.execute(delete(workers).where(workers.c.seen_at < now - KEEP)).rowcount


def present(connection: Connection, now: datetime) -> list[Present]:
    """All that are known, the one seen last first."""
    rows = connection.execute(select(workers).order_by(workers.c.seen_at.desc()))
    return [Present(**row._mapping, alive=not is_dead(row.owner, row.seen_at + GONE, now)) for row in rows]
