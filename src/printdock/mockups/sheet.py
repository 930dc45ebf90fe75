"""Stored mockups side by side in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any

import numpy as np

from printdock.errors import InputRefused, StorageNotFound
from printdock.imaging.codec import decode
from printdock.imaging.output import Output, encode
from printdock.imaging.types import Pixels
from printdock.rendering.sheet import CELL, Cell, sheet
from printdock.storage.base import Storage

_QUALITY = 88
#: Most px on each side: what JPEG can hold.
_MOST_PX = 60_000


def contact_sheet(storage: Storage, found: Sequence[dict[str, Any]], columns: int | None = None) -> bytes:
    """A JPEG of the mockups that `ledger.list_results` found, one row a design where each has at most eight.

    One that cannot be read is a grey square that says so. Raises StorageUnavailable, StorageRefused.
    """
    columns = columns or _columns([one["number"] for one in found])
    cells = []
    for one in found:
        title = f"{one['number']}  {one['picture']}" + (f", {one['colour']}" if one["colour"] else "")
        cells.append(Cell(_picture(storage, one["path"]), title, one["path"].rsplit("/", 1)[-1]))
    return encode(sheet(cells, columns), Output(quality=_QUALITY)).data


def _columns(numbers: Sequence[int]) -> int:
    """As many as each design has mockups, where that is the same for all; else about as many as rows."""
    each = {numbers.count(number) for number in set(numbers)}
    if len(each) == 1 and 1 < max(each) <= 8:
        return max(each)
    return min(max(1, ceil(sqrt(len(numbers)))), _MOST_PX // CELL)


def _picture(storage: Storage, path: str) -> Pixels:
    try:
        with storage.open(path) as stream:
            return np.ascontiguousarray(decode(stream.read())[..., :3])
    except (StorageNotFound, InputRefused):
        return np.full((CELL, CELL, 3), 200, np.uint8)
