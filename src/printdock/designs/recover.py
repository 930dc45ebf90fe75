"""Finish or undo what was cut off: what waits in the spool, and claims of processes that are gone.

A claim whose file is in the storage with the size and digest that were written down is confirmed. Any other is
released: its row goes, its number stays taken, and nothing stands in the storage under its name, because a file is
only ever seen there whole.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Row, select, update

from printdock.db.engine import Database
from printdock.db.tables import print_files
from printdock.designs import ledger
from printdock.designs.decisions import Desk, finish_all
from printdock.designs.digests import digest_of
from printdock.designs.lease import Clock, is_dead
from printdock.errors import StorageNotFound, StorageRefused, StorageUnavailable
from printdock.shops.queries import Shop
from printdock.storage.base import Storage, is_temporary
from printdock.storage.publish import temporary_mark
from printdock.storage.spool import Spool, SpoolEntry
from printdock.templates.queries import Template

log = logging.getLogger(__name__)


class Library(Protocol):
    """What recovering needs of an upload, or of a command."""

    @property
    def template(self) -> Template: ...
    @property
    def database(self) -> Database: ...
    @property
    def storage(self) -> Storage: ...
    @property
    def spool(self) -> Spool: ...
    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many print files were confirmed, released, and sent from the spool."""

    confirmed: int = 0
    released: int = 0
    sent: int = 0


def recover(library: Library) -> Recovered:
    """Recover the shop of ``library``'s template."""
    return recover_shop(library.template.shop, library.database, library.storage, library.spool, library.clock)


def recover_shop(shop: Shop, database: Database, storage: Storage, spool: Spool, clock: Clock) -> Recovered:
    """Send what the spool holds for ``shop``, then settle the claims of dead processes.

    While the storage is away nothing is decided: claims and spool stay for the next time.
    """
    sent = _replay(shop, database, storage, spool, clock)
    with database.read() as connection:
        claims = ledger.unfinished(connection, shop)
    dead = [row for row in claims if is_dead(row.owner, row.lease_until, clock())]
    confirmed = released = 0
    try:
        remove_temporaries(storage, [row.path for row in dead])  # first: a claim that is gone leads to none
        for row in dead:
            if _is_stored(storage, row):
                confirmed += _settle(database, [row], clock)
            else:
                released += _release(database, shop, row)
        finish_all(Desk(shop, database, storage, clock))
    except StorageUnavailable as error:
        log.warning("unfinished files stay for the next run: %s", error)
    return Recovered(confirmed, released, sent)


def _replay(shop: Shop, database: Database, storage: Storage, spool: Spool, clock: Clock) -> int:
    spool.tidy()
    own = [key for key in spool.waiting() if key.startswith(f"{shop.name}/")]
    if not own:
        return 0
    wanted = select(print_files).where(print_files.c.shop_id == shop.id, print_files.c.path.in_(own))
    with database.read() as connection:
        rows = {row.path: row for row in connection.execute(wanted)}
    for path in [path for path, row in rows.items() if row.state in ("stored", "deleted")]:
        if rows[path].kept_until is None:  # else deleted by a person, who may bring it back
            spool.discard(path)  # confirmed by a process that died before it could say so here; or dropped for good
        del rows[path]
    half_written = _HalfWritten(storage)

    def confirm(entry: SpoolEntry) -> None:
        # Nobody writes this file now: it is kept in the spool when the attempts to store it are over, its entry there
        # is locked by us, and until its row says "stored" nothing else may take its place.
        half_written.remove(entry.key)
        _confirm_spooled(database, rows[entry.key], clock)

    try:
        done = spool.replay(storage, confirm, wanted=lambda entry: entry.key in rows)
    except StorageUnavailable as error:
        log.warning("the spool waits for the storage: %s", error)
        return 0
    for entry, refusal in done.refused:
        log.warning("%s stays in the spool: %s", entry.key, refusal)
    for damage in done.damaged:
        log.warning("%s is damaged (%s) and stays for you to look at", damage.path, damage.reason)
    return len(done.stored)


def _confirm_spooled(database: Database, row: Row[Any], clock: Clock) -> None:
    confirmed = (
        update(print_files)
        .where(print_files.c.id == row.id, print_files.c.state.in_(("spooled", "storing")))
        .values(state="stored", owner=None, lease_until=None, stored_at=clock())
    )
    deleted = (  # meanwhile, by a person: brought back, it is where it is now
        update(print_files)
        .where(print_files.c.id == row.id, print_files.c.state == "deleted", print_files.c.was == "spooled")
        .values(was="stored", stored_at=clock())
    )
    with database.write() as connection:
        connection.execute(confirmed)
        connection.execute(deleted)


def _is_stored(storage: Storage, row: Row[Any]) -> bool:
    """Whether the storage has exactly the bytes that the claim wrote down."""
    if row.bytes is None or row.sha256 is None:
        return False
    try:
        if storage.stat(row.path).size != row.bytes:
            return False
        return digest_of(storage, row.path) == bytes(row.sha256)
    except StorageNotFound:
        return False


def _settle(database: Database, rows: Sequence[Row[Any]], clock: Clock) -> int:
    settled = 0
    with database.write() as connection:
        for row in rows:
            settled += len(ledger.settle(connection, row.owner, "stored", [row.id], clock()))
    return settled


def _release(database: Database, shop: Shop, row: Row[Any]) -> int:
    """Release ``row`` unless its owner came back to life meanwhile."""
    with database.write() as connection:
        same = select(print_files.c.id).where(
            print_files.c.id == row.id,
            print_files.c.owner == row.owner,
            print_files.c.state == "storing",
            print_files.c.lease_until == row.lease_until,
        )
        if connection.execute(same.with_for_update()).one_or_none() is None:
            return 0
        ledger.release(connection, shop, [row.id])
        return 1


def remove_temporaries(storage: Storage, paths: Sequence[str]) -> None:
    """Remove the half-written files of exactly these ``paths``, whoever else writes in their folders.

    What may not be removed is logged. Raises `StorageUnavailable`.
    """
    half_written = _HalfWritten(storage)
    for path in paths:
        half_written.remove(path)


class _HalfWritten:
    """What was left of files that were being written. Each folder is listed once, when it is first asked about."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._listed: dict[str, list[str]] = {}

    def remove(self, path: str) -> None:
        """Remove those of ``path``, which nobody is writing now. Raises `StorageUnavailable`."""
        folder, name = path.rsplit("/", 1)
        mark = f"{folder}/{temporary_mark(name)}"
        for key in self._in(folder):
            if not key.startswith(mark):
                continue
            try:
                self._storage.delete(key)
            except StorageRefused as error:
                log.warning("left behind: %s (%s)", key, error)

    def _in(self, folder: str) -> list[str]:
        if folder not in self._listed:
            try:
                self._listed[folder] = [entry.key for entry in self._storage.list(folder) if is_temporary(entry.key)]
            except StorageRefused as error:
                log.warning("half-written files in %s are not looked for: %s", folder, error)
                self._listed[folder] = []
        return self._listed[folder]
