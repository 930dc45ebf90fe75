"""Two designs that look alike, and what a test of decisions on them looks at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from printdock.designs.catalog import Filter, page_of_designs
from printdock.designs.matches import Match, list_matches
from printdock.designs.verify import verify_shop
from printdock.errors import StorageUnavailable
from tests.designs.conftest import Library, art, now

Draw = Callable[..., Path]


def cut(seed: int, strip: int = 5) -> Any:
    pixels = art(seed)
    rows, columns = (np.flatnonzero((pixels[:, :, 3] > 2).any(axis=axis)) for axis in (1, 0))
    return np.ascontiguousarray(pixels[rows[0] + strip : rows[-1] + 1, columns[0] + strip : columns[-1] + 1])


def alike(library: Library, draw: Draw) -> tuple[Match, list[dict[str, Any]]]:
    """A stored design, and a look-alike that was stored and flagged; and their answers."""
    report = library.ingest(draw("fox.png", 3), draw("fox cut.png", 0, pixels=cut(3)))
    assert [one["outcome"] for one in report.files] == ["stored", "stored"] and report.files[1]["similar_to"]
    return waiting(library)[0], report.files


def waiting(library: Library) -> list[Match]:
    with library.database.read() as connection:
        return list_matches(connection, library.shop)


def numbers(library: Library, **wanted: Any) -> list[int]:
    with library.database.read() as connection:
        found = page_of_designs(connection, library.shop, Filter(**wanted), before=None, limit=50)
    return [file.number for design in found for file in design.print_files]


def content(library: Library, entry: dict[str, Any]) -> bytes:
    return (library.root / entry["path"]).read_bytes()


def assert_clean(library: Library, *, deleted: int = 0) -> None:
    found = verify_shop(library.shop, library.database, library.storage, library.spool, now, deep=True)
    assert found.clean and found.problems == [] and found.deleted == deleted


class Cut:
    """A storage that is gone after so many changes."""

    def __init__(self, library: Library, changes: int) -> None:
        self._storage, self._left = library.storage, changes

    def put(self, key: str, data: bytes) -> None:
        self._change()
        self._storage.put(key, data)

    def delete(self, key: str) -> None:
        self._change()
        self._storage.delete(key)

    def open(self, key: str) -> BinaryIO:
        return self._storage.open(key)

    def _change(self) -> None:
        if self._left == 0:
            raise StorageUnavailable("Gone.")
        self._left -= 1
