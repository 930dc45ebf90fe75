"""Thumbnails of print files, named by the digest of what they show: one that is there is right for ever."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, func, select

from printdock.db.engine import Database
from printdock.db.tables import print_files
from printdock.db.unindexed import Unindexed
from printdock.errors import InputRefused, KeyTaken, PrintdockError, StorageNotFound, StorageUnavailable
from printdock.imaging.small import art_thumbnail
from printdock.shops.queries import Shop
from printdock.storage.base import Storage

#: Longest side, px. The smaller ones fill a cell of the grid of designs on a screen that draws a px for a px: a browser
#: keeps hundreds of them decoded, at four bytes a px.
THUMBNAIL_PX, GRID_PX = 400, 224

#: Print files looked at together: one query, and one look into the storage each.
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored print file."""

    id: UUID
    number: int
    path: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one: ``made`` anew, there already, or failed by ``error``."""

    file: Shown
    made: bool
    error: PrintdockError | None = None


@dataclass(frozen=True, slots=True)
class Making:
    """What thumbnails are made with. ``report`` is called once for every print file; ``stop`` ends it early."""

    shop: Shop
    database: Database
    storage: Storage
    workers: int
    max_pixels: int
    report: Callable[[Settled], None]
    stop: threading.Event


def thumbnail_key(shop: str, sha256: bytes) -> str:
    """Where the thumbnail of the print file with this digest is stored."""
    return f"{shop}/.printdock/thumbnails/{sha256.hex()}.webp"


def grid_key(shop: str, sha256: bytes) -> str:
    """Where its smaller one for the grid is stored."""
    return f"{shop}/.printdock/thumbnails/{sha256.hex()}.{GRID_PX}.webp"


def thumbnail_keys(shop: str, sha256: bytes) -> tuple[str, str]:
    """All small pictures that may be stored of it."""
    return thumbnail_key(shop, sha256), grid_key(shop, sha256)


def count(connection: Connection, shop: Shop, ids: Sequence[UUID] | None = None) -> int:
    """How many print files `make_thumbnails` will look at."""
    counted = select(func.count()).select_from(_wanted(shop, ids).subquery())
    return connection.execute(counted).scalar_one()


def make_thumbnails(making: Making, ids: Sequence[UUID] | None = None) -> None:
    """Make what is missing of the shop's stored print files, or of those with ``ids``. Safe to run twice, and at once.

    Raises `StorageUnavailable` when the storage goes away; what was made stays.
    """
    there = None if ids is not None else _there(making)
    with ThreadPoolExecutor(making.workers, thread_name_prefix="printdock-thumbnail") as pool:
        for page in _pages(making, ids):
            for settled in pool.map(lambda file: _settle(making, file, there), page):
                if isinstance(settled.error, StorageUnavailable):
                    raise settled.error
                making.report(settled)
            if making.stop.is_set():
                return


def _wanted(shop: Shop, ids: Sequence[UUID] | None) -> Select[Any]:
    wanted = select(print_files).where(
        Unindexed(print_files.c.shop_id) == shop.id, print_files.c.state == "stored", print_files.c.sha256.is_not(None)
    )
    return wanted if ids is None else wanted.where(print_files.c.id.in_(list(ids)))


def page_after(shop: Shop, last: UUID | None, ids: Sequence[UUID] | None = None) -> Select[Any]:
    """The next print files after ``last``, by id."""
    page = _wanted(shop, ids).order_by(print_files.c.id).limit(_PAGE)
    return page if last is None else page.where(print_files.c.id > last)


def _pages(making: Making, ids: Sequence[UUID] | None) -> Iterator[list[Shown]]:
    last: UUID | None = None
    while True:
        page = page_after(making.shop, last, ids)
        with making.database.read() as connection:
            files = [Shown(row.id, row.number, row.path, bytes(row.sha256)) for row in connection.execute(page)]
        if not files:
            return
        yield files
        last = files[-1].id


def _there(making: Making) -> set[bytes]:
    """The thumbnails there are, by digest: 32 bytes each, where a look for each would be a round trip each."""
    folder = thumbnail_key(making.shop.name, b"").rsplit("/", 1)[0]
    names = (entry.key.rsplit("/", 1)[-1].removesuffix(".webp") for entry in making.storage.list(folder))
    return {bytes.fromhex(name) for name in names if len(name) == 64 and not name.strip("0123456789abcdef")}


def _settle(making: Making, file: Shown, there: set[bytes] | None) -> Settled:
    key = thumbnail_key(making.shop.name, file.sha256)
    try:
        if making.stop.is_set() or (file.sha256 in there if there is not None else _is_there(making, key)):
            return Settled(file, made=False)
        _make(making, file, key)
    except PrintdockError as error:
        return Settled(file, made=False, error=error)
    return Settled(file, made=True)


def _is_there(making: Making, key: str) -> bool:
    try:
        making.storage.stat(key)
    except StorageNotFound:
        return False
    return True


def _make(making: Making, file: Shown, key: str) -> None:
    with making.storage.open(file.path) as stream:
        data = stream.read()
    if hashlib.sha256(data).digest() != file.sha256:
        raise InputRefused(
            f"Print file {file.number} has other bytes than were stored: {file.path}.",
            code="print_file_changed",
            remedy="Run `printdock verify --deep --repair`.",
        )
    small = art_thumbnail(data, THUMBNAIL_PX, max_pixels=making.max_pixels)
    # The one that is looked for is stored last: where it is, the other is, too.
    for name, picture in ((grid_key(making.shop.name, file.sha256), art_thumbnail(small, GRID_PX)), (key, small)):
        with suppress(KeyTaken):  # another version of the encoder made it meanwhile: it shows the same
            making.storage.put(name, picture)
