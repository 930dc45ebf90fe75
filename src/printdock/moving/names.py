"""What the replaced system's paths and file names say: the template's folder, and the number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from printdock.errors import StorageRefused
from printdock.storage.base import check_key

#: The business key was the first two words of a file's name, ``UV 104`` (facts of the old system, 1.4 and 3.1).
_NUMBERED = re.compile(r"\S+[ _](\d{1,9})(?:[ _].*)?\.png", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OldPlace:
    """``{shop}/{folder}/{name}`` in the storage; ``folder`` may have parts, ``Digital/UVDTF 16oz``."""

    folder: str
    name: str


def place_of(path: str, shop: str) -> OldPlace | None:
    """Where the file of a stored path lies below its shop's folder, or None where the path does not tell.

    Paths begin with the NAS's root, another root, or none; the shop's name is what they have in common.
    """
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    if shop in parts[:-2]:
        parts = parts[len(parts) - 1 - parts[::-1].index(shop, 2) :][1:]
    elif len(parts) > 2 or not parts:
        return None
    if len(parts) < 2:
        return None
    place = OldPlace("/".join(parts[:-1]), parts[-1])
    try:
        check_key(f"{shop}/{place.folder}/{place.name}")
    except StorageRefused:
        return None
    return place


def number_of(name: str) -> int | None:
    """The number in a print file's name, whatever its prefix: ``UV 1000 ...`` is 1000. None where there is none."""
    found = _NUMBERED.fullmatch(name)
    return None if found is None else int(found.group(1))
