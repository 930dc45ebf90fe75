"""How a listing was before printdock changed it, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update
from uuid_utils.compat import uuid7

from printdock.db.etsy_tables import listing_snapshots
from printdock.errors import UsageError
from printdock.etsy.models import Listing
from printdock.listings.bench import Bench
from printdock.listings.changes import field_changes, to_send
from printdock.listings.journal import State
from printdock.listings.pictures import read_back
from printdock.listings.plain import plain_fields
from printdock.shops.queries import Shop


def take_snapshot(bench: Bench, there: Listing, stock: dict[str, Any]) -> None:
    """Write down how the listing is now: fields, pictures in order, price, quantity and SKU."""
    desk = bench.desk
    with desk.database.write() as connection:
        before = {
            "fields": plain_fields(there.fields),
            "images": [image.id for image in there.images or ()],
            "inventory": stock,
            "sent": bench.entry.sent,
        }
        row = {
            "id": uuid7(), "shop_id": desk.shop.id, "listing_id": bench.entry.id, "taken_at": desk.clock(), "before": before,
        }  # fmt: skip
        connection.execute(insert(listing_snapshots).values(**row))


def latest_changes(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> dict[UUID, tuple[UUID, datetime]]:
    """The last change of each of these listings that was not undone: its snapshot, and when it was made."""
    wanted = (
        select(listing_snapshots.c.listing_id, listing_snapshots.c.id, listing_snapshots.c.taken_at)
        .where(
            listing_snapshots.c.shop_id == shop.id,
            listing_snapshots.c.listing_id.in_(list(keys)),
            listing_snapshots.c.restored_at.is_(None),
        )
        .order_by(listing_snapshots.c.id)
    )
    return {row.listing_id: (row.id, row.taken_at) for row in connection.execute(wanted)}


def _latest(connection: Connection, bench: Bench) -> tuple[UUID, dict[str, Any]]:
    found = latest_changes(connection, bench.desk.shop, [bench.entry.id]).get(bench.entry.id)
    if found is None:
        raise UsageError(
            "There is no change of this listing to undo.",
            code="nothing_to_undo",
            remedy="The draft itself is deleted with `printdock listings remove`.",
        )
    before = select(listing_snapshots.c.before).where(
        listing_snapshots.c.shop_id == bench.desk.shop.id, listing_snapshots.c.id == found[0]
    )
    return found[0], connection.execute(before).scalar_one()


def _is_restored(connection: Connection, bench: Bench, key: UUID) -> bool:
    wanted = select(listing_snapshots.c.restored_at).where(
        listing_snapshots.c.shop_id == bench.desk.shop.id,
        listing_snapshots.c.listing_id == bench.entry.id,
        listing_snapshots.c.id == key,
    )
    return connection.execute(wanted).scalar_one_or_none() is not None


def undo(bench: Bench, snapshot: UUID | None = None) -> list[str]:
    """Put the listing back as it was before its last change; answers what was put back. Safe to run again.

    ``snapshot``: of the change that is meant; nothing happens where it was undone already. Pictures that a change took off
    are attached again by their ids. Raises `UsageError` when there is nothing to undo, or the change was not the last.
    """
    desk = bench.desk
    with desk.database.read() as connection:
        if snapshot is not None and _is_restored(connection, bench, snapshot):
            return []
        key, before = _latest(connection, bench)
    if snapshot not in (None, key):
        raise UsageError("The listing has been changed again since.", code="nothing_to_undo")
    there = desk.etsy.listing(bench.listing_id)
    changes = field_changes({}, plain_fields(there.fields), before["fields"])
    fields: dict[str, Any] = to_send(changes, before["fields"])
    if before["images"] and before["images"] != [image.id for image in there.images or ()]:
        fields["image_ids"] = before["images"]
    if fields:
        desk.etsy.update_listing(bench.etsy_shop_id, bench.listing_id, fields)
    stock = desk.etsy.inventory(bench.listing_id)
    if stock["products"] != before["inventory"]["products"]:
        desk.etsy.put_inventory(bench.listing_id, before["inventory"])
        fields["inventory"] = True
    if "image_ids" in fields:
        read_back(bench, before["images"])
    with desk.database.write() as connection:
        done = update(listing_snapshots).where(
            listing_snapshots.c.shop_id == desk.shop.id, listing_snapshots.c.id == key
        )
        connection.execute(done.values(restored_at=desk.clock()))
    bench.write(state=State.DONE.value, sent=before["sent"], error=None)
    return sorted({"pictures" if name == "image_ids" else name for name in fields})
