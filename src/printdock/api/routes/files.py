"""Print files, mockups and small pictures by their content: see `printdock.api.addresses`."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from sqlalchemy import Connection
from starlette.responses import Response

from printdock.api.addresses import FileAddress, FileKind, small_name
from printdock.api.delivery import Content, deliver
from printdock.api.fields import Key
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.designs import sides
from printdock.designs.catalog import print_file_by_id
from printdock.designs.small import fresh_thumbnail, grid_picture, stored_grid_picture, stored_thumbnail
from printdock.errors import NotFound
from printdock.listings.shared import read_shared_picture
from printdock.mockups import drafts
from printdock.mockups.ledger import mockup_by_id
from printdock.mockups.naming import thumbnail_of
from printdock.mockups.sets import set_by_id, stored_names
from printdock.mockups.small import small_base
from printdock.mockups.stored import folder_of
from printdock.shops.queries import Shop, shop_by_id
from printdock.wiring import Services

router = APIRouter(prefix="/files", tags=["files"])

#: By suffix; anything else is sent as bytes that no browser interprets.
_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".tiff": "image/tiff",
}

_WORDS = "Of the file's address, as other answers name it"
_Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description=_WORDS, examples=["0" * 64])]
_Signature = Annotated[str, Path(min_length=22, max_length=22, description=_WORDS, examples=["x" * 22])]
_Name = Annotated[str, Path(max_length=300, description="Its file name", examples=["UV 906 UVDTF_16oz_906.png"])]

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": dict.fromkeys(sorted(set(_TYPES.values())), _BINARY)},
    206: {"description": "The part that was asked for"},
    304: {"description": "You have it already"},
    **declared(404, 412, 416),
}


@router.get(
    "/{file_kind}/{file_shop}/{file_id}/{digest}/{signature}/{file_name}", responses=_ANSWERS, response_class=Response
)
def get_file(
    file_kind: FileKind,
    file_shop: Key,
    file_id: UUID,
    digest: _Digest,
    signature: _Signature,
    file_name: _Name,
    request: Request,
    services: ServicesIn,
) -> Response:
    """A file, by an address that another answer named. The address itself is the permission.

    The content of an address never changes: strong `ETag`, `Range` (one; several that do not touch are answered with the
    whole file), `If-Range`, `If-None-Match`, and a year in every cache.
    """
    return _file(FileAddress(file_kind, file_shop, file_id, digest, file_name), signature, request, services)


@router.head(
    "/{file_kind}/{file_shop}/{file_id}/{digest}/{signature}/{file_name}", responses=_ANSWERS, response_class=Response
)
def head_file(
    file_kind: FileKind,
    file_shop: Key,
    file_id: UUID,
    digest: _Digest,
    signature: _Signature,
    file_name: _Name,
    request: Request,
    services: ServicesIn,
) -> Response:
    """What `GET` would say of the file, without it."""
    return _file(FileAddress(file_kind, file_shop, file_id, digest, file_name), signature, request, services)


def _file(address: FileAddress, signature: str, request: Request, services: Services) -> Response:
    if not address.is_signed(services.secret.key("files"), signature):
        raise _absent()
    with services.database.read() as connection:
        shop = shop_by_id(connection, address.shop_id)
        found = None if shop is None else _found(connection, services, shop, address)
    if found is None:
        raise _absent()
    return deliver(request, found() if callable(found) else found)


def _absent() -> NotFound:
    return NotFound("There is no such file.", code="no_such_file", remedy="Ask for its address again.")


def _found(connection: Connection, services: Services, shop: Shop, address: FileAddress) -> Any:
    """The content, or how to make it once the database is let go; None where the shop has no such file (any more)."""
    match address.kind:
        case FileKind.PRINT | FileKind.SMALL | FileKind.GRID:
            return _of_print(connection, services, shop, address)
        case FileKind.MOCKUP | FileKind.MOCKUP_SMALL:
            return _of_mockup(connection, services, shop, address)
        case FileKind.BASE:
            return _of_set(connection, services, shop, address)
        case FileKind.BASE_SMALL:
            return _small_of_set(connection, services, shop, address)
        case FileKind.DRAFT:
            return _of_draft(connection, services, shop, address)
        case FileKind.SIDE:
            return _of_side(connection, shop, address)
        case FileKind.SHARED:
            return _of_shared(services, shop, address)


def _of_print(connection: Connection, services: Services, shop: Shop, address: FileAddress) -> Any:
    row = print_file_by_id(connection, shop.id, address.key)
    if row is None or row.state == "missing" or row.sha256 is None or bytes(row.sha256).hex() != address.sha256:
        return None
    storage, spool = services.storage_at_once, services.spool
    spooled = row.state == "spooled"
    name = str(row.path).rsplit("/", 1)[-1]
    if address.kind is FileKind.PRINT:
        source = spool if spooled else storage
        return Content(row.bytes, address.sha256, _type(name), name, lambda: source.open(row.path))

    def small() -> Content:
        what = row.path, bytes(row.sha256)
        most = services.settings.max_pixels
        for_grid = address.kind is FileKind.GRID
        if spooled:
            data = fresh_thumbnail(spool, *what, max_pixels=most)
            data = grid_picture(data) if for_grid else data
        else:
            stored = stored_grid_picture if for_grid else stored_thumbnail
            data = stored(storage, shop, *what, max_pixels=most)
        return _in_memory(data, small_name(name))

    return small


def _of_mockup(connection: Connection, services: Services, shop: Shop, address: FileAddress) -> Any:
    row = mockup_by_id(connection, shop, address.key)
    if row is None or row.sha256.hex() != address.sha256:
        return None
    storage = services.storage_at_once
    if address.kind is FileKind.MOCKUP:
        return Content(row.size, address.sha256, _type(row.name), row.name, lambda: storage.open(row.path))

    def small() -> Content:
        with storage.open(thumbnail_of(row.path)) as stream:  # some 10 kB
            return _in_memory(stream.read(), address.name)

    return small


def _of_set(connection: Connection, services: Services, shop: Shop, address: FileAddress) -> Any:
    found = set_by_id(connection, shop, address.key)
    if found is None or address.name not in stored_names(connection, shop, address.key).values():
        return None
    return _picture(services, f"{folder_of(shop, found.name)}/{address.name}", address)


def _small_of_set(connection: Connection, services: Services, shop: Shop, address: FileAddress) -> Any:
    found = set_by_id(connection, shop, address.key)
    names = {} if found is None else stored_names(connection, shop, address.key)
    stored = next((name for name in names.values() if name.split(".", 1)[0] == address.sha256), None)
    if found is None or stored is None:
        return None
    folder, storage = folder_of(shop, found.name), services.storage_at_once

    def small() -> Content:
        data = small_base(storage, folder, stored, max_pixels=services.settings.max_pixels)
        return _in_memory(data, address.name)

    return small


def _of_draft(connection: Connection, services: Services, shop: Shop, address: FileAddress) -> Any:
    if not drafts.holds(connection, shop, address.key, address.name):
        return None
    return _picture(services, f"{drafts.draft_folder(shop, address.key)}/{address.name}", address)


def _of_side(connection: Connection, shop: Shop, address: FileAddress) -> Content | None:
    data = sides.picture(connection, shop, bytes.fromhex(address.sha256), address.key.int)
    return None if data is None else _in_memory(data, address.name)


def _of_shared(services: Services, shop: Shop, address: FileAddress) -> Callable[[], Content]:
    def shared() -> Content:
        data = read_shared_picture(services.storage_at_once, shop, address.name)
        if data is None or hashlib.sha256(data).hexdigest() != address.sha256:
            raise _absent()
        return Content(len(data), address.sha256, _type(address.name), address.name, lambda: io.BytesIO(data))

    return shared


def _picture(services: Services, key: str, address: FileAddress) -> Callable[[], Content]:
    storage = services.storage_at_once

    def picture() -> Content:
        return Content(
            storage.stat(key).size, address.sha256, _type(address.name), address.name, lambda: storage.open(key)
        )

    return picture


def _in_memory(data: bytes, name: str) -> Content:
    return Content(len(data), hashlib.sha256(data).hexdigest(), "image/webp", name, lambda: io.BytesIO(data))


def _type(name: str) -> str:
    return _TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")
