"""Uploads nobody comes back for are ended, and whoever follows them is told; what they left on the disk goes."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import delete

from printdock.db.tables import idempotency
from printdock.errors import StorageError
from printdock.jobs.kinds.uploads import tell_state
from printdock.mockups.emptying import empty_bin
from printdock.shops.queries import list_shops
from printdock.uploads import queries
from printdock.uploads.sweep import expire, tidy
from printdock.wiring import Services

#: How long the answer to a request with an Idempotency-Key can be asked for again.
KEEP_REPEATS = timedelta(days=1)

log = logging.getLogger(__name__)


def sweep_uploads(services: Services) -> None:
    """End uploads whose time has run out; remove files of ended ones from this machine's incoming folder."""
    now = services.clock()
    for shop, upload in expire(services.database, now):
        log.info("upload %s was not sent to its end in time", upload)
        with services.database.write() as connection:
            tell_state(connection, shop, queries.find(connection, shop, upload, files=False))
    with services.database.write() as connection:
        connection.execute(delete(idempotency).where(idempotency.c.created_at < now - KEEP_REPEATS))
    removed = tidy(services.database, services.place(), now)
    if removed:
        log.info("files of %d uploads were removed from the incoming folder", removed)


def empty_bins(services: Services) -> None:
    """Remove some of what was deleted long ago, of every shop. A storage that is away is asked again next time."""
    with services.database.read() as connection:
        shops = list_shops(connection)
    for shop in shops:
        try:
            gone = empty_bin(shop, services.database, services.storage_at_once, services.spool, services.clock)
        except StorageError as error:
            log.warning("deleted files of %s stay for now: %s", shop.name, error)
            continue
        if gone:
            log.info("%d print files of %s that were deleted long ago are gone", gone, shop.name)
