"""The thumbnail of one print file for somebody who looks at it now: made, and stored for the next one, where it is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Protocol

from printdock.designs.thumbnails import GRID_PX, THUMBNAIL_PX, grid_key, thumbnail_key
from printdock.errors import InputRefused, KeyTaken, StorageNotFound
from printdock.imaging.small import art_thumbnail
from printdock.shops.queries import Shop
from printdock.storage.base import Storage


class Opens(Protocol):
    """The storage, or the spool: all that is needed of them to read a print file."""

    def open(self, key: str) -> BinaryIO: ...


def stored_thumbnail(storage: Storage, shop: Shop, path: str, sha256: bytes, *, max_pixels: int) -> bytes:
    """WebP of the print file stored as ``path``. Raises as `fresh_thumbnail`, and what the storage raises."""
    key = thumbnail_key(shop.name, sha256)
    return _kept(storage, key, lambda: fresh_thumbnail(storage, path, sha256, max_pixels=max_pixels))


def stored_grid_picture(storage: Storage, shop: Shop, path: str, sha256: bytes, *, max_pixels: int) -> bytes:
    """The smaller thumbnail for the grid. Raises as `stored_thumbnail`."""
    key = grid_key(shop.name, sha256)
    return _kept(
        storage, key, lambda: grid_picture(stored_thumbnail(storage, shop, path, sha256, max_pixels=max_pixels))
    )


def _kept(storage: Storage, key: str, make: Callable[[], bytes]) -> bytes:
    """What is stored as ``key``; made, and stored for the next one, where it is missing."""
    try:
        with storage.open(key) as stream:
            return stream.read()
    except StorageNotFound:
        data = make()
    with suppress(KeyTaken):  # somebody else made it meanwhile
        storage.put(key, data)
    return data


def grid_picture(thumbnail: bytes) -> bytes:
    """WebP of the size of the grid, from a thumbnail."""
    return art_thumbnail(thumbnail, GRID_PX)


def fresh_thumbnail(source: Opens, path: str, sha256: bytes, *, max_pixels: int) -> bytes:
    """WebP of the print file, which is read whole. Raises `InputRefused` where its bytes are not those that were stored."""
    with source.open(path) as stream:
        data = stream.read()
    if hashlib.sha256(data).digest() != sha256:
        raise InputRefused(
            "The print file has other bytes than were stored.",
            code="print_file_changed",
            remedy="Run `printdock verify --deep --repair`.",
        )
    return art_thumbnail(data, THUMBNAIL_PX, max_pixels=max_pixels)
