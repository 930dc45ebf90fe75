"""How a set lies in the storage: files named by the SHA-256 of what is in them, below ``{shop}/Mockups/BaseMockups/{set}``.

A changed picture so has another name: a render that began with the old set still finds what it began with. For each base
image there is one *description*, JSON with all that decides how it renders; its digest is the base image's digest.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import ValidationError

from printdock.errors import InputRefused, StorageNotFound
from printdock.imaging import container
from printdock.mockups import photos
from printdock.mockups.described import base_image
from printdock.mockups.manifest import Described
from printdock.mockups.pack import Pack
from printdock.mockups.types import LoadedPicture, MockupSet, SetPicture
from printdock.shops.queries import Shop
from printdock.storage.base import Storage

_SUFFIXES = {"jpeg": "jpg"}
_REMEDY = "Import the pack again: `printdock mockups import`."


def folder_of(shop: Shop, name: str) -> str:
    """Where the files of the set ``name`` are."""
    return f"{shop.name}/Mockups/BaseMockups/{name}"


def stored_name(data: bytes) -> str:
    """The name of a picture that holds ``data``."""
    kind = container.sniff(data[: container.HEAD_BYTES]) or "bin"
    return f"{hashlib.sha256(data).hexdigest()}.{_SUFFIXES.get(kind, kind)}"


def manifest_name(text: str) -> str:
    return f"{hashlib.sha256(text.encode()).hexdigest()}.toml"


def description_name(digest: bytes) -> str:
    return f"{digest.hex()}.json"


def description(pack: Pack, index: int, names: dict[str, str]) -> bytes:
    """The description of picture ``index``. ``names``: path in the pack -> stored name. The same picture, whatever its
    name, its place and the names of its files, has the same description.
    """
    described = pack.manifest.described(index)
    document = described.model_dump(mode="json", exclude_defaults=True)
    for where, path in described.files():
        inner: Any = document
        for part in where[:-1]:
            inner = inner[part]
        inner[where[-1]] = names[path]
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def load_picture(storage: Storage, mockup_set: MockupSet, picture: SetPicture) -> LoadedPicture:
    """The base image with its photo, masks and watermark, read from the storage.

    Raises InputRefused where a stored file is gone (mockup_file_missing) or not what was stored (mockup_file_changed),
    and what the storage raises.
    """
    folder = folder_of(mockup_set.shop, mockup_set.name)
    try:
        described = Described.model_validate_json(read_stored(storage, folder, description_name(picture.digest)))
    except ValidationError as error:
        raise InputRefused(
            f"The stored description of {picture.name} is from another version of printdock.",
            code="mockup_file_changed",
            remedy=_REMEDY,
        ) from error
    photo = photos.photo(read_stored(storage, folder, described.file))
    size = photo.shape[1], photo.shape[0]
    return LoadedPicture(base_image(described, size, lambda name: read_stored(storage, folder, name)), photo)


def read_stored(storage: Storage, folder: str, name: str) -> bytes:
    """The bytes of a stored file, compared with the digest in its name. Raises InputRefused as `load_picture`."""
    try:
        with storage.open(f"{folder}/{name}") as stream:
            data = stream.read()
    except StorageNotFound as error:
        raise InputRefused(
            f"A file of the mockup set is not in the storage: {folder}/{name}.",
            code="mockup_file_missing",
            remedy=_REMEDY,
        ) from error
    if hashlib.sha256(data).hexdigest() != name.split(".", 1)[0]:
        raise InputRefused(
            f"A file of the mockup set is damaged: {folder}/{name}.",
            code="mockup_file_changed",
            remedy=f"Delete it. {_REMEDY}",
        )
    return data
