"""A check of files and rows while people go on working."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from printdock.db.tables import print_files
from printdock.designs.verify import Verification, verify_shop
from printdock.storage.base import Entry
from printdock.storage.local import LocalStorage
from tests.designs.conftest import Library, now

Draw = Callable[..., Path]


class Busy(LocalStorage):
    """``then`` happens once, right after a folder was listed."""

    def __init__(self, root: Path, then: Callable[[], object]) -> None:
        super().__init__(root)
        self._then: Callable[[], object] | None = then

    def list(self, prefix: str) -> Iterator[Entry]:
        entries = list(super().list(prefix))
        then, self._then = self._then, None
        if then is not None and entries:
            then()
        return iter(entries)


def verify(library: Library, storage: LocalStorage | None = None, **how: object) -> Verification:
    parts = (library.shop, library.database, storage or library.storage, library.spool, now)
    return verify_shop(*parts, **how)


@pytest.mark.parametrize("deep", [False, True])
def test_what_is_stored_while_it_checks_is_not_missing(library: Library, draw: Draw, deep: bool) -> None:
    library.ingest(draw("a.png", 1))
    busy = Busy(library.root, lambda: library.ingest(draw("b.png", 2)))
    found = verify(library, busy, repair=True, deep=deep)
    assert (found.problems, found.files) == ([], 2)


@pytest.mark.parametrize("deep", [False, True])
def test_what_is_removed_while_it_checks_is_no_problem(library: Library, draw: Draw, deep: bool) -> None:
    path = library.ingest(draw("a.png", 1)).files[0]["path"]

    def remove(_path: str) -> None:
        """Its row was read before."""
        with library.database.write() as connection:
            connection.execute(update(print_files).values(state="deleted"))
        (library.root / path).unlink()

    found = verify(library, repair=True, deep=deep, report=remove)
    assert found.problems == []


def test_a_file_that_vanishes_before_it_is_read_is_missing(library: Library, draw: Draw) -> None:
    path = library.ingest(draw("a.png", 1)).files[0]["path"]
    found = verify(library, deep=True, report=lambda _path: (library.root / path).unlink())
    assert [problem.code for problem in found.problems] == ["file_missing"]


def test_a_file_that_no_row_knows_may_be_gone_before_it_is_taken_in(library: Library, draw: Draw) -> None:
    unknown = library.root / "My Shop" / "Small" / "DTF 101 Small_101.png"
    library.ingest(draw("a.png", 1))
    unknown.write_bytes(draw("b.png", 2).read_bytes())
    found = verify(library, repair=True, report=lambda _path: unknown.unlink(missing_ok=True))
    assert [(problem.code, problem.repaired) for problem in found.problems] == [("unknown_file", "It is gone by now.")]
