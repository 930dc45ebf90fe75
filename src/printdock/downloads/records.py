"""Downloads that were put together: which files, by their ids. Kept for a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select
from uuid_utils.compat import uuid7

from printdock.db.tables import downloads
from printdock.downloads.chosen import What
from printdock.errors import NotFound
from printdock.shops.queries import Shop

#: How long a download can be fetched.
KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Download:
    """A download. ``name``: file name without suffix."""

    id: UUID
    what: What
    name: str
    ids: tuple[UUID, ...]


def put_together(connection: Connection, shop: Shop, what: What, name: str, ids: Sequence[UUID], now: datetime) -> UUID:
    """Note a download; answers its id. Downloads of all shops that are past their time go."""
    key = uuid7()
    connection.execute(delete(downloads).where(downloads.c.created_at < now - KEEP))
    row = {"id": key, "shop_id": shop.id, "what": str(what), "name": name, "things": b"".join(one.bytes for one in ids)}
    connection.execute(insert(downloads).values(**row, created_at=now))
    return key


def find(connection: Connection, shop: Shop, key: UUID, now: datetime) -> Download:
    """The shop's download. Raises `NotFound`, also once its time is over."""
    wanted = select(downloads).where(
        downloads.c.shop_id == shop.id, downloads.c.id == key, downloads.c.created_at >= now - KEEP
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(
            "There is no such download.",
            code="unknown_download",
            remedy="Choose the files again: it is kept for a day.",
        )
    things = bytes(row.things)
    ids = tuple(UUID(bytes=things[at : at + 16]) for at in range(0, len(things), 16))
    return Download(row.id, What(row.what), row.name, ids)
