"""A newcomer's art takes the place of a stored design's: the stored one keeps its number and its name, and the earlier
art is what lies under the newcomer's number then, deleted, and can be brought back.

Two stored files change places. That takes several steps in the storage, so it is written down before the first one
(`begin`), each step can be told from what lies there, and whoever comes by (`finish`) goes on where it stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from printdock.db.engine import Database
from printdock.db.tables import LIVE, print_files, replacements
from printdock.designs import index, ledger
from printdock.designs.digests import digest_of
from printdock.designs.lease import LEASE, Clock, Renewal, is_dead, new_owner
from printdock.errors import Conflict, LeaseLost, PrintdockError, StorageError, StorageNotFound
from printdock.shops.queries import Shop
from printdock.storage.base import Storage

#: What a print file's row says of its art: this changes places, number and path stay.
_OF_ART = ("width", "height", "dpi", "bytes", "sha256", "art_width", "art_height", "recipe", "preflight")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two print files of one template: the one that keeps its number, and the newcomer's."""

    match: int
    kept: UUID
    newcomer: UUID


def folder_of(shop: Shop) -> str:
    """Where earlier files lie for the moment between two steps."""
    return f"{shop.name}/.printdock/replaced"


def pairs_of(connection: Connection, shop: Shop, match: Row[Any]) -> tuple[list[Pair], list[UUID]]:
    """The print files of a match that would change places, and those of templates that only the newcomer has.

    Raises `Conflict`: ``nothing_to_replace``, or ``not_stored_yet`` where a file is not in the storage now.
    """
    newcomers = _live(connection, shop, match.design_id)
    stored = {row.template_id: row for row in _live(connection, shop, match.matched_design_id)}
    both = [(stored[row.template_id], row) for row in newcomers if row.template_id in stored]
    if not both:
        raise Conflict(
            "The design has no print file for this template that could be replaced.",
            code="nothing_to_replace",
            remedy="Keep both.",
        )
    if any(row.state != "stored" for pair in both for row in pair):
        raise Conflict(
            "One of the two print files is not in the storage now.",
            code="not_stored_yet",
            remedy="Replace it when the storage is back and the file is there.",
        )
    only = [row.id for row in newcomers if row.template_id not in stored]
    return [Pair(match.id, kept.id, newcomer.id) for kept, newcomer in both], only


def _live(connection: Connection, shop: Shop, design: UUID | None) -> Sequence[Row[Any]]:
    own = print_files.c.shop_id == shop.id, print_files.c.design_id == design, print_files.c.state.in_(LIVE)
    return connection.execute(select(print_files).where(*own).order_by(print_files.c.id)).all()


def begin(connection: Connection, shop: Shop, pairs: Sequence[Pair], now: datetime) -> None:
    """Write down that these change places. Raises `Conflict` where one of them is under way already."""
    keys = [key for pair in pairs for key in (pair.kept, pair.newcomer)]
    busy = replacements.c.print_file_id.in_(keys) | replacements.c.newcomer_file_id.in_(keys)
    wanted = select(replacements.c.match_id).where(replacements.c.shop_id == shop.id, busy)
    if connection.execute(wanted.limit(1)).one_or_none() is not None:
        raise Conflict("One of the two is being replaced.", code="being_replaced", remedy="Try again in a moment.")
    rows = [
        {
            "match_id": pair.match,
            "print_file_id": pair.kept,
            "shop_id": shop.id,
            "newcomer_file_id": pair.newcomer,
            "aside": f"{folder_of(shop)}/{pair.match}-{pair.kept.hex}.png",
            "begun_at": now,
        }
        for pair in pairs
    ]
    connection.execute(insert(replacements), rows)


def finish(shop: Shop, database: Database, storage: Storage, clock: Clock, *, match: int | None = None) -> int:
    """Go on with whatever is written down (of one ``match``, or all); answers how many pairs changed places.

    Safe to call at any time, from several processes, and after a crash at any point. Raises what the storage raises:
    the rest stays written down.
    """
    wanted = select(replacements).where(replacements.c.shop_id == shop.id)
    if match is not None:
        wanted = wanted.where(replacements.c.match_id == match)
    with database.read() as connection:
        found = connection.execute(wanted).all()
    return sum(_change_places(shop, database, storage, row, clock) for row in found)


def under_way(connection: Connection, shop: Shop, match: int) -> bool:
    """Whether print files of the match are still changing places."""
    wanted = replacements.c.shop_id == shop.id, replacements.c.match_id == match
    return connection.execute(select(replacements.c.match_id).where(*wanted).limit(1)).one_or_none() is not None


def _change_places(shop: Shop, database: Database, storage: Storage, row: Row[Any], clock: Clock) -> bool:
    """False where another process does it."""
    owner = new_owner()
    with database.write() as connection:
        if not _take(connection, shop, row, owner, clock()):
            return False

    def keep() -> None:
        with database.write() as connection:
            _keep(connection, shop, row, owner, clock())

    try:
        with Renewal(keep):
            with database.read() as connection:
                files = {one.id: one for one in connection.execute(_both(shop, row))}
            _exchange(storage, files[row.print_file_id], files[row.newcomer_file_id], row.aside, keep)
        with database.write() as connection:
            _exchange_rows(connection, shop, row, owner)
    except PrintdockError:
        with database.write() as connection:
            if not _let_go(connection, shop, row, owner):
                return False  # what we ran into is the other's work
        raise
    storage.delete(row.aside)  # left behind by a crash right here, it is found by `verify`
    return True


def _take(connection: Connection, shop: Shop, row: Row[Any], owner: str, now: datetime) -> bool:
    """Nobody else moves these files meanwhile."""
    mine = _of(shop, row)
    held = connection.execute(
        select(replacements.c.owner, replacements.c.lease_until).where(*mine).with_for_update()
    ).one_or_none()
    if held is None or not is_dead(held.owner, held.lease_until, now):
        return False
    connection.execute(update(replacements).where(*mine).values(owner=owner, lease_until=now + LEASE))
    return True


def _keep(connection: Connection, shop: Shop, row: Row[Any], owner: str, now: datetime) -> None:
    """Have these files for another lease. Raises `LeaseLost`."""
    mine = update(replacements).where(*_of(shop, row), replacements.c.owner == owner)
    if connection.execute(mine.values(lease_until=now + LEASE)).rowcount != 1:
        raise LeaseLost("Another process has taken over these files.")


def _let_go(connection: Connection, shop: Shop, row: Row[Any], owner: str) -> bool:
    """Whether it was still ours to let go of."""
    mine = update(replacements).where(*_of(shop, row), replacements.c.owner == owner)
    return connection.execute(mine.values(owner=None, lease_until=None)).rowcount == 1


def _of(shop: Shop, row: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    return (
        replacements.c.shop_id == shop.id,
        replacements.c.match_id == row.match_id,
        replacements.c.print_file_id == row.print_file_id,
    )


def _both(shop: Shop, row: Row[Any]) -> Any:
    keys = [row.print_file_id, row.newcomer_file_id]
    return select(print_files).where(print_files.c.shop_id == shop.id, print_files.c.id.in_(keys))


def _exchange(storage: Storage, kept: Row[Any], newcomer: Row[Any], aside: str, keep: Callable[[], None]) -> None:
    """Let each file lie under the other's name. Their rows still say what was where before.

    At every moment both arts are in the storage, each whole, under one name at least. ``keep`` is called before each
    change, and raises `LeaseLost` where it is no longer ours to make.
    """
    ours, theirs = bytes(kept.sha256), bytes(newcomer.sha256)
    if ours == theirs:
        return
    here = _digest(storage, kept.path)
    if here == ours:
        keep()
        storage.put(aside, _read(storage, kept.path, ours))
    if here != theirs:
        new = _read(storage, newcomer.path, theirs)
        keep()
        if here == ours:
            storage.delete(kept.path)
        storage.put(kept.path, new)
    there = _digest(storage, newcomer.path)
    if there == ours:
        return
    old = _read(storage, aside, ours)
    keep()
    if there == theirs:
        storage.delete(newcomer.path)
    storage.put(newcomer.path, old)


def _digest(storage: Storage, key: str) -> bytes | None:
    try:
        return digest_of(storage, key)
    except StorageNotFound:
        return None


def _read(storage: Storage, key: str, sha256: bytes) -> bytes:
    with storage.open(key) as stream:
        data = stream.read()
    if hashlib.sha256(data).digest() != sha256:
        raise StorageError(
            f"{key} has other bytes than were stored.",
            code="print_file_changed",
            remedy="Run `printdock verify --deep --repair`.",
        )
    return data


def _exchange_rows(connection: Connection, shop: Shop, row: Row[Any], owner: str) -> None:
    """The rows say what lies where. Raises `LeaseLost`."""
    ledger.advance(connection, shop)
    mine = delete(replacements).where(*_of(shop, row), replacements.c.owner == owner)
    if connection.execute(mine).rowcount != 1:
        raise LeaseLost("Another process has taken over these files.")
    files = {one.id: one for one in connection.execute(_both(shop, row).with_for_update())}
    kept, newcomer = files[row.print_file_id], files[row.newcomer_file_id]
    for one, other in ((kept, newcomer), (newcomer, kept)):
        looks = {name: getattr(other, name) for name in _OF_ART}
        here = update(print_files).where(print_files.c.shop_id == shop.id, print_files.c.id == one.id)
        connection.execute(here.values(**looks))


def exchange_looks(connection: Connection, shop: Shop, kept: UUID, newcomer: UUID) -> None:
    """Newcomers are compared with the art that each of the two designs has from now on; ``newcomer`` stays hidden."""
    index.hide(connection, shop, [kept, newcomer])
    index.swap(connection, shop, kept, newcomer)
    index.show(connection, shop, [kept])
