"""Designs that a person deleted: out of every list and every comparison at once, gone from the storage only after a while.

A deleted design's print files have the state ``deleted``, remember what they were, and are kept until a stated moment.
Their numbers stay taken for ever, so what is brought back is what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, select, update

from printdock.db.engine import Database
from printdock.db.tables import LIVE, designs, print_files, replacements, sources
from printdock.designs import index, ledger
from printdock.designs.thumbnails import thumbnail_keys
from printdock.errors import Conflict, NotFound
from printdock.shops.queries import Shop
from printdock.storage.base import Storage
from printdock.storage.spool import Spool

#: How long a deleted design can be brought back, and its files stay in the storage.
GRACE = timedelta(days=30)

#: Most print files that one call of `empty` removes: whoever calls has other things to do.
AT_ONCE = 20


def delete_design(connection: Connection, shop: Shop, key: UUID, now: datetime) -> datetime:
    """Delete the design; answers until when it can be brought back. Repeatable.

    Newcomers are not compared with it any more, and the same bytes are new again. Raises `NotFound`, and `Conflict`
    ("being_stored") while an upload is storing a print file of it.
    """
    ledger.advance(connection, shop)
    files = _files(connection, shop, key)
    kept: list[datetime] = [row.kept_until for row in files if row.state == "deleted" and row.kept_until is not None]
    live = [row for row in files if row.state in LIVE]
    if any(row.state == "storing" for row in files):
        raise Conflict(
            "A print file of this design is being stored.", code="being_stored", remedy="Delete it when that has ended."
        )
    if not live and kept:
        return max(kept)
    if not live:
        raise NotFound("The shop has no such design.", code="unknown_design")
    until = now + GRACE
    gone = update(print_files).where(print_files.c.shop_id == shop.id, print_files.c.id.in_([row.id for row in live]))
    connection.execute(gone.values(was=print_files.c.state, state="deleted", kept_until=until))
    _mark(connection, shop, key, now)
    index.hide(connection, shop, [key])
    return until


def bring_back(connection: Connection, shop: Shop, key: UUID, now: datetime) -> None:
    """Undo `delete_design`. Repeatable. Raises `NotFound`, and `Conflict` ("too_late") when its files are gone."""
    ledger.advance(connection, shop)
    files = _files(connection, shop, key)
    if any(row.state in LIVE for row in files):
        return
    kept = [row.id for row in files if row.state == "deleted" and row.kept_until is not None and row.kept_until > now]
    if not files:
        raise NotFound("The shop has no such design.", code="unknown_design")
    if not kept:
        raise Conflict(
            "The design was deleted too long ago: its files are gone.", code="too_late", remedy="Upload its art again."
        )
    back = update(print_files).where(print_files.c.shop_id == shop.id, print_files.c.id.in_(kept))
    connection.execute(back.values(state=print_files.c.was, was=None, kept_until=None))
    _mark(connection, shop, key, None)
    index.show(connection, shop, [key])


def _mark(connection: Connection, shop: Shop, key: UUID, at: datetime | None) -> None:
    here = update(designs).where(designs.c.shop_id == shop.id, designs.c.id == key)
    connection.execute(here.values(deleted_at=at))


def _files(connection: Connection, shop: Shop, key: UUID) -> Sequence[Row[Any]]:
    own = select(print_files).where(print_files.c.shop_id == shop.id, print_files.c.design_id == key)
    return connection.execute(own.with_for_update()).all()


@dataclass(frozen=True, slots=True)
class Due:
    """A print file whose time is up."""

    id: UUID
    design: UUID
    path: str
    sha256: bytes | None


def due(connection: Connection, shop: Shop, now: datetime, limit: int = AT_ONCE) -> list[Due]:
    """Deleted print files that are kept no longer, those longest due first."""
    over = (
        select(print_files.c.id, print_files.c.design_id, print_files.c.path, print_files.c.sha256)
        .where(
            print_files.c.shop_id == shop.id,
            print_files.c.state == "deleted",
            print_files.c.kept_until <= now,
            print_files.c.id.not_in(select(replacements.c.newcomer_file_id)),  # on its way back
        )
        .order_by(print_files.c.kept_until)
        .limit(limit)
    )
    return [
        Due(row.id, row.design_id, row.path, None if row.sha256 is None else bytes(row.sha256))
        for row in connection.execute(over)
    ]


def empty(shop: Shop, database: Database, storage: Storage, spool: Spool, files: Sequence[Due]) -> None:
    """Remove these files from the storage for good, then say so in their rows. A crash in between is no harm: again.

    Whoever calls has removed their mockups. Raises what the storage raises.
    """
    for file in files:
        spool.discard(file.path)
        storage.delete(file.path)
        if file.sha256 is not None and not _shown_elsewhere(database, shop, file):
            for key in thumbnail_keys(shop.name, file.sha256):
                storage.delete(key)
    if not files:
        return
    with database.write() as connection:
        gone = update(print_files).where(
            print_files.c.shop_id == shop.id, print_files.c.id.in_([file.id for file in files])
        )
        connection.execute(gone.values(was=None, kept_until=None))
        pointing = sources.c.shop_id == shop.id, sources.c.print_file_id.in_([file.id for file in files])
        connection.execute(delete(sources).where(*pointing))
        index.forget(connection, shop, list({file.design for file in files}))


def _shown_elsewhere(database: Database, shop: Shop, file: Due) -> bool:
    others = select(print_files.c.id).where(
        print_files.c.shop_id == shop.id,
        print_files.c.sha256 == file.sha256,
        print_files.c.id != file.id,
        print_files.c.state != "deleted",
    )
    with database.read() as connection:
        return connection.execute(others.limit(1)).one_or_none() is not None
