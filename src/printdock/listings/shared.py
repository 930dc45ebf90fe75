"""Pictures that many drafts show, such as size charts: stored once in the shop's folder, called by their file names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from printdock.errors import InputRefused, KeyTaken, StorageNotFound, UsageError
from printdock.imaging.codec import probe
from printdock.shops.queries import Shop, check_folder_name
from printdock.storage.base import Storage, is_temporary

#: The shop's folder that holds them.
FOLDER = "Listings"

#: More is no picture for a listing, and is not read.
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class SharedPicture:
    """``format``: by its content; ``size``: bytes; ``width``, ``height``: px."""

    name: str
    key: str
    sha256: bytes
    format: str
    size: int
    width: int
    height: int

    @property
    def alt_text(self) -> str:
        """The same under every draft, so that the picture is uploaded once: its name without the suffix."""
        return self.name.rsplit(".", 1)[0]


def add_shared_picture(storage: Storage, shop: Shop, name: str, data: bytes) -> SharedPicture:
    """Store it. The same again changes nothing. Raises `InputRefused` for what is no picture or a name that is taken."""
    check_folder_name(name, "picture")
    picture = _described(shop, name, data)
    try:
        storage.put(picture.key, data)
    except KeyTaken as error:
        raise InputRefused(
            f"There is another picture {name!r} already.",
            code="picture_taken",
            remedy="Drafts show it: give the new one another name.",
        ) from error
    return picture


def list_shared_pictures(storage: Storage, shop: Shop) -> list[str]:
    """Their names."""
    folder = f"{shop.name}/{FOLDER}"
    names = (entry.key.removeprefix(f"{folder}/") for entry in storage.list(folder) if not is_temporary(entry.key))
    return sorted(names)


def load_shared_pictures(storage: Storage, shop: Shop, names: tuple[str, ...]) -> dict[str, SharedPicture]:
    """Those of ``names`` that there are."""
    read = ((name, read_shared_picture(storage, shop, name)) for name in names)
    return {name: _described(shop, name, data) for name, data in read if data is not None}


def read_shared_picture(storage: Storage, shop: Shop, name: str) -> bytes | None:
    """The picture's bytes, at most one more than `MOST_BYTES`; None where there is none of this name."""
    try:
        check_folder_name(name, "picture")
    except UsageError:
        return None  # nothing can be called so
    try:
        with storage.open(f"{shop.name}/{FOLDER}/{name}") as stream:
            return stream.read(MOST_BYTES + 1)
    except StorageNotFound:
        return None


def _described(shop: Shop, name: str, data: bytes) -> SharedPicture:
    if len(data) > MOST_BYTES:
        raise InputRefused(
            f"{name!r} is too large for a listing.", code="picture_big", remedy="Less than 10 MB will do."
        )
    info = probe(data)
    digest = hashlib.sha256(data).digest()
    return SharedPicture(name, f"{shop.name}/{FOLDER}/{name}", digest, info.format, len(data), info.width, info.height)
