"""What nobody comes back for: uploads that were never sent to their end, and files of uploads that have ended."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from printdock.db.engine import Database
from printdock.db.tables import shops, uploads
from printdock.designs.outcomes import Failed
from printdock.shops.queries import Shop
from printdock.uploads import queries, records
from printdock.uploads.place import Place
from printdock.uploads.types import OPEN

log = logging.getLogger(__name__)

#: A folder that no row knows is younger than this while its upload is just being begun, s.
_FRESH_S = 3600.0

_EXPIRED = Failed("expired", "The upload was not sent to its end in time. Send it again.")


def expire(database: Database, now: datetime) -> list[tuple[Shop, UUID]]:
    """End the uploads of all shops whose time has run out while they were receiving; answers which."""
    due = (
        select(uploads.c.id, shops.c.id.label("shop"), shops.c.name)
        .join(shops, shops.c.id == uploads.c.shop_id)
        .where(uploads.c.state == "receiving", uploads.c.expires_at <= now)
    )
    with database.read() as connection:
        rows = connection.execute(due).all()
    ended = []
    for row in rows:
        shop = Shop(row.shop, row.name)
        with database.write() as connection:
            found = queries.find(connection, shop, row.id, files=False)
            if found.state == "receiving" and found.expires_at is not None and found.expires_at <= now:
                records.end(connection, shop, row.id, "expired", now, _EXPIRED)
                ended.append((shop, row.id))
    return ended


def tidy(database: Database, place: Place, now: datetime) -> int:
    """Remove from the incoming folder what belongs to no open upload; answers how many uploads' files went."""
    present = dict(place.present())
    if not present:
        return 0
    known = select(uploads.c.id, uploads.c.state).where(uploads.c.id.in_(list(present)))
    with database.read() as connection:
        states = {row.id: row.state for row in connection.execute(known)}
    removed = 0
    for upload, modified in present.items():
        state = states.get(upload)
        fresh = modified > (now - timedelta(seconds=_FRESH_S)).timestamp()
        if state in OPEN or (state is None and fresh):
            continue
        place.remove(upload)
        removed += 1
    return removed
