"""Designs without a fingerprint: stored while the search for look-alikes was turned off. Nothing is compared with them.

They get theirs from their print files, so that turning the search off for a while costs nothing for good.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, select, update

from printdock.db.engine import Database
from printdock.db.tables import fingerprints, print_files, shops
from printdock.designs import index
from printdock.designs.compare import stored_picture
from printdock.errors import InputRefused
from printdock.imaging.fingerprint import Fingerprint, fingerprint
from printdock.shops.queries import Shop
from printdock.storage.base import Storage

log = logging.getLogger(__name__)

_PAGE = 100


def count_uncompared(connection: Connection, shop: Shop) -> int:
    """How many stored print files belong to designs without a fingerprint."""
    return int(connection.execute(select(func.count()).select_from(_missing(shop).subquery())).scalar_one())


def compare_again(
    shop: Shop, database: Database, storage: Storage, *, report: Callable[[str], None] = lambda path: None
) -> int:
    """Give fingerprints to the designs that have none; answers to how many. Safe to run twice, and to kill.

    A print file that cannot be read is left for the next time.
    """
    done = 0
    for page in _pages(database, shop):
        for row in page:
            report(row.path)
            try:
                printed = _fingerprint(storage, row)
            except InputRefused as refusal:
                log.warning("%s cannot be compared: %s", row.path, refusal)
                continue
            if printed is not None:
                done += _remember(database, shop, row.design_id, printed)
    return done


def _missing(shop: Shop) -> Select[Any]:
    return (
        select(print_files)
        .outerjoin(fingerprints, fingerprints.c.design_id == print_files.c.design_id)
        .where(print_files.c.shop_id == shop.id, print_files.c.state == "stored", fingerprints.c.design_id.is_(None))
    )


def _pages(database: Database, shop: Shop) -> Iterator[list[Row[Any]]]:
    last: UUID | None = None
    while True:
        wanted = _missing(shop) if last is None else _missing(shop).where(print_files.c.id > last)
        with database.read() as connection:
            page = list(connection.execute(wanted.order_by(print_files.c.id).limit(_PAGE)))
        if not page:
            return
        yield page
        last = page[-1].id


def _fingerprint(storage: Storage, row: Row[Any]) -> Fingerprint | None:
    picture = stored_picture(storage, row)
    return None if picture is None else fingerprint(picture.look())


def _remember(database: Database, shop: Shop, design: UUID, printed: Fingerprint) -> bool:
    with database.write() as connection:
        # The shop's row first, as a claim does: two of these follow each other, and uploads look again.
        connection.execute(update(shops).where(shops.c.id == shop.id).values(revision=shops.c.revision + 1))
        there = select(fingerprints.c.design_id).where(fingerprints.c.design_id == design)
        if connection.execute(there).one_or_none() is not None:
            return False
        index.remember(connection, shop, {design: printed})
        return True
