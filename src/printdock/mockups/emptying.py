"""What becomes of designs that were deleted and not brought back: their files go, and their mockups with them."""

from __future__ import annotations

from printdock.db.engine import Database
from printdock.designs import bin as bin_
from printdock.designs.lease import Clock
from printdock.mockups import ledger
from printdock.mockups.naming import thumbnail_of
from printdock.shops.queries import Shop
from printdock.storage.base import Storage
from printdock.storage.spool import Spool


def empty_bin(shop: Shop, database: Database, storage: Storage, spool: Spool, clock: Clock) -> int:
    """Remove for good at most `bin.AT_ONCE` print files whose time is up, their mockups first;
    answers how many print files went.

    Files go before rows: cut off in between, the next call does it again. Raises what the storage raises.
    """
    with database.read() as connection:
        due = bin_.due(connection, shop, clock())
        rendered = ledger.of_print_files(connection, shop, [file.id for file in due]) if due else {}
    for path in rendered.values():
        storage.delete(path)
        storage.delete(thumbnail_of(path))
    if rendered:
        with database.write() as connection:
            for key in rendered:
                ledger.forget(connection, shop, key)
    bin_.empty(shop, database, storage, spool, due)
    return len(due)
