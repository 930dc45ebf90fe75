"""Small pictures of base images: made when first looked at, and stored beside them."""

from __future__ import annotations

from contextlib import suppress

from printdock.errors import KeyTaken, StorageNotFound
from printdock.imaging.small import art_thumbnail
from printdock.mockups.stored import read_stored
from printdock.storage.base import Storage

#: Longest side, px: a card of 320 px on a screen that draws two px for one.
SMALL_PX = 640


def small_base(storage: Storage, folder: str, stored: str, *, max_pixels: int) -> bytes:
    """WebP of the picture of a set that is stored as ``stored`` in ``folder``. Raises as `stored.read_stored`.

    It lies in the set's folder, and goes with it.
    """
    key = f"{folder}/{stored.split('.', 1)[0]}.small.webp"
    try:
        with storage.open(key) as stream:
            return stream.read()
    except StorageNotFound:
        data = art_thumbnail(read_stored(storage, folder, stored), SMALL_PX, max_pixels=max_pixels)
    with suppress(KeyTaken):  # somebody else made it meanwhile
        storage.put(key, data)
    return data
