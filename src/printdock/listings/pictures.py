"""Pictures of a draft: one after another, each written down as soon as Etsy has said its id, then ordered in one call.

Uploading twice does no harm: a picture replaces what is at its rank, and the final list of ids leaves out whatever an
answer that was lost has left behind.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from printdock.db.etsy_tables import listing_images, shared_images
from printdock.db.inserting import insert_into
from printdock.errors import EtsyUnavailable, InputRefused
from printdock.etsy.models import Listing
from printdock.imaging.container import HEAD_BYTES, sniff
from printdock.listings.bench import Bench
from printdock.listings.draft import Picture
from printdock.listings.limits import MOST_PICTURES, PICTURE_FORMATS

#: One thread of this process uploads a shared picture; the others wait and attach it by its id.
_sharing = threading.Lock()


def known_images(connection: Connection, bench: Bench) -> dict[bytes, int]:
    """The ids of the pictures that were uploaded for this draft, by their digests."""
    found = select(listing_images.c.digest, listing_images.c.image_id).where(
        listing_images.c.shop_id == bench.desk.shop.id, listing_images.c.listing_id == bench.entry.id
    )
    return {bytes(row.digest): row.image_id for row in connection.execute(found)}


def upload_missing(bench: Bench, pictures: Sequence[Picture]) -> list[int]:
    """The ids of ``pictures`` in order; those that were never uploaded are.

    One that the listing shows no longer is not uploaded again: it stays attachable by its id.
    """
    with bench.desk.database.read() as connection:
        known = known_images(connection, bench)
    ids = []
    for position, picture in enumerate(pictures, 1):
        image = _shared(bench, picture, position) if picture.shared else known.get(picture.digest)
        ids.append(_upload(bench, picture, position) if image is None else image)
    return ids


def _shared(bench: Bench, picture: Picture, position: int) -> int:
    with _sharing:
        desk = bench.desk
        wanted = select(shared_images.c.image_id).where(
            shared_images.c.shop_id == desk.shop.id, shared_images.c.digest == picture.digest
        )
        with desk.database.read() as connection:
            image = connection.execute(wanted).scalar_one_or_none()
        if image is not None:
            return int(image)
        made = _upload(bench, picture, position)
        with desk.database.write() as connection:
            values = {"image_id": made, "uploaded_at": desk.clock()}
            _upsert(connection, shared_images, {"shop_id": desk.shop.id, "digest": picture.digest}, values)
        return made


def forget_absent(bench: Bench, pictures: Sequence[Picture], present: Sequence[int]) -> bool:
    """Etsy does not take an id any more: know only those on the listing. Answers whether anything was forgotten.

    Most likely the listing that a shared picture was uploaded to was deleted.
    """
    desk = bench.desk
    digests = [one.digest for one in pictures if one.shared]
    absent = (
        delete(listing_images).where(
            listing_images.c.shop_id == desk.shop.id,
            listing_images.c.listing_id == bench.entry.id,
            listing_images.c.image_id.not_in(list(present)),
        ),
        delete(shared_images).where(
            shared_images.c.shop_id == desk.shop.id,
            shared_images.c.digest.in_(digests),
            shared_images.c.image_id.not_in(list(present)),
        ),
    )
    with desk.database.write() as connection:
        return sum(connection.execute(gone).rowcount for gone in absent) > 0


def _upload(bench: Bench, picture: Picture, position: int) -> int:
    data = _read(bench, picture)
    form = sniff(data[:HEAD_BYTES])
    if form not in PICTURE_FORMATS:
        raise InputRefused(
            f"{picture.key} is not a picture that Etsy takes.", code="not_a_picture", remedy="Render it again."
        )
    made = bench.desk.etsy.upload_image(
        bench.etsy_shop_id,
        bench.listing_id,
        data,
        name=picture.name,
        content_type=f"image/{form}",
        rank=position,
        alt_text=picture.alt_text,
    )
    with bench.desk.database.write() as connection:
        _note_upload(connection, bench, picture.digest, made.id)
    bench.write()
    return made.id


def _read(bench: Bench, picture: Picture) -> bytes:
    with bench.desk.storage.open(picture.key) as stream:
        return stream.read()


def _note_upload(connection: Connection, bench: Bench, digest: bytes, image: int) -> None:
    key = {"listing_id": bench.entry.id, "digest": digest}
    values = {"shop_id": bench.desk.shop.id, "image_id": image, "uploaded_at": bench.desk.clock()}
    _upsert(connection, listing_images, key, values)


def _upsert(connection: Connection, table: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
    new = insert_into(connection, table).values(**key, **values)
    connection.execute(new.on_conflict_do_update(index_elements=list(key), set_=values))


def in_order(ids: Sequence[int], theirs: Sequence[int]) -> list[int]:
    """printdock's pictures, then those the seller added at Etsy, as many as there is room for."""
    ours = list(ids)
    return [*ours, *(image for image in theirs if image not in ours)][:MOST_PICTURES]


def read_back(bench: Bench, order: Sequence[int]) -> Listing:
    """The listing, once Etsy shows exactly these pictures in this order. Raises `EtsyUnavailable` when it does not."""
    desk, waits = bench.desk, bench.desk.patience.read_back_s
    for look, wait in enumerate(waits):
        desk.wait(wait)
        shown = desk.etsy.listing(bench.listing_id)
        images = shown.images or ()
        if [image.id for image in images] == list(order):
            return shown
        if order and look == len(waits) // 2:
            desk.etsy.update_listing(bench.etsy_shop_id, bench.listing_id, {"image_ids": list(order)})
        bench.write()
    raise EtsyUnavailable(
        f"Etsy does not show the {len(order)} pictures of listing {bench.listing_id} in order yet.",
        code="pictures_unsettled",
        remedy="It is looked at again later.",
    )
