"""Files change places, come and go while they are backed up: what comes back is rows and files that belong together."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import Connection, insert, select

from printdock.backup.folder import BackupFolder
from printdock.backup.make import Made, make_backup
from printdock.backup.manifest import INCOMING, SPOOL
from printdock.backup.restore import Restored, restore
from printdock.backup.source import Library as Copied
from printdock.db.engine import Database
from printdock.db.schema import upgrade
from printdock.db.tables import mockups, print_files
from printdock.designs.decisions import decide, undo
from printdock.designs.matches import Match
from printdock.designs.verify import verify_shop
from printdock.errors import StorageUnavailable
from printdock.storage.base import Entry, Storage
from printdock.storage.local import LocalStorage
from printdock.storage.spool import Spool
from tests.designs.conftest import Library, draw, library, now
from tests.designs.deciding import Cut, alike, content

__all__ = ["draw", "library"]

Draw = Callable[..., Path]
Act = Callable[[], Any]


class Meanwhile(LocalStorage):
    """A folder in which something happens before it is listed, or before the file ``at`` is opened; once."""

    def __init__(self, root: Path, act: Act, at: str = "") -> None:
        super().__init__(root)
        self._act: Act | None = act
        self._at = at

    def list(self, prefix: str) -> Iterator[Entry]:
        if not self._at:
            self._happen()
        return iter(sorted(super().list(prefix), key=lambda entry: entry.key))

    def open(self, key: str) -> BinaryIO:
        if key == self._at:
            self._happen()
        return super().open(key)

    def _happen(self) -> None:
        if self._act is not None:
            act, self._act = self._act, None
            act()


@dataclass
class Shelf:
    """A library, its backup, and an empty printdock of the same kind of database."""

    library: Library
    folder: BackupFolder
    empty: Library
    path: Path

    def back_up(self, storage: Storage | None = None) -> Made:
        return make_backup(
            self.folder, _copied(self.library, storage, self.path / "old"), now(), full=False, report=lambda told: None
        )

    def restore(self) -> Restored:
        copied = _copied(self.empty, None, self.path / "new")
        return restore(self.folder, self.folder.snapshot(None), copied, self.path / "restore.json")

    def assert_whole(self, deleted: int = 0) -> None:
        one = self.empty
        found = verify_shop(one.shop, one.database, one.storage, one.spool, now, deep=True)
        assert found.problems == [] and found.deleted == deleted


def _copied(library: Library, storage: Storage | None, folder: Path) -> Copied:
    return Copied(
        library.database, storage or library.storage, {SPOOL: library.spool.folder, INCOMING: folder},
        "secret", "here", 1, threading.Event(),
    )  # fmt: skip


@pytest.fixture
def shelf(library: Library, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shelf]:
    new, url = tmp_path / "new", f"sqlite:///{tmp_path / 'new.db'}"
    if library.database.dialect == "postgresql":
        url = request.getfixturevalue("empty_postgres_url")
    database = Database(url)
    upgrade(database)
    empty = Library(
        database, LocalStorage(new / "nas"), Spool(new / "spool"), new / "nas", library.shop, library.template
    )
    yield Shelf(library, BackupFolder(tmp_path / "backup"), empty, tmp_path)
    database.close()


@pytest.mark.parametrize(
    ("before", "at"), [("nothing", "the start"), ("a snapshot", "the start"), ("nothing", "the second file")]
)
def test_art_replaced_between_rows_and_files_is_what_it_was_at_the_rows_moment(
    shelf: Shelf, draw: Draw, before: str, at: str
) -> None:
    match, (fox, cut_fox) = alike(shelf.library, draw)
    old, new = content(shelf.library, fox), content(shelf.library, cut_fox)
    if before == "a snapshot":
        shelf.back_up()
    second = max(fox["path"], cut_fox["path"]) if at == "the second file" else ""
    made = shelf.back_up(
        Meanwhile(shelf.library.root, lambda: decide(shelf.library.desk(), match.id, "replace"), second)
    )
    assert content(shelf.library, fox) == new, "it was replaced"
    assert made.apart == 0
    assert shelf.restore().whole
    assert (content(shelf.empty, fox), content(shelf.empty, cut_fox)) == (old, new)
    shelf.assert_whole()
    decide(shelf.empty.desk(), match.id, "replace")
    assert content(shelf.empty, fox) == new, "and it can be replaced again"


@pytest.mark.parametrize("word", ["replace", "undo"])
@pytest.mark.parametrize("changes", range(6))
def test_art_that_is_changing_places_comes_back_whole(shelf: Shelf, draw: Draw, changes: int, word: str) -> None:
    match, (fox, cut_fox) = alike(shelf.library, draw)
    if word == "undo":
        decide(shelf.library.desk(), match.id, "replace")
    before = content(shelf.library, fox), content(shelf.library, cut_fox)
    made = shelf.back_up(Meanwhile(shelf.library.root, lambda: _cut_off(shelf.library, match, changes, word)))
    assert made.apart == 0
    assert shelf.restore().whole
    assert (content(shelf.empty, fox), content(shelf.empty, cut_fox)) == before


@pytest.mark.parametrize("changes", range(6))
def test_art_that_began_to_change_places_before_the_rows_ends_it_after_the_restore(
    shelf: Shelf, draw: Draw, changes: int
) -> None:
    match, (fox, cut_fox) = alike(shelf.library, draw)
    old, new = content(shelf.library, fox), content(shelf.library, cut_fox)
    _cut_off(shelf.library, match, changes, "replace")
    made = shelf.back_up(
        Meanwhile(shelf.library.root, lambda: decide(shelf.library.desk(), match.id, "replace"), cut_fox["path"])
    )
    assert made.apart == 0
    assert shelf.restore().whole
    one = shelf.empty
    found = verify_shop(one.shop, one.database, one.storage, one.spool, now, repair=True)
    assert all(problem.code == "left_aside" for problem in found.problems)
    assert (content(one, fox), content(one, cut_fox)) == (new, old)
    shelf.assert_whole(deleted=1)


def _cut_off(library: Library, match: Match, changes: int, word: str) -> None:
    desk = library.desk(storage=Cut(library, changes))
    with pytest.raises(StorageUnavailable):
        undo(desk, match.id) if word == "undo" else decide(desk, match.id, "replace")


def test_what_a_person_changed_or_removed_by_hand_stays_so_and_is_named(shelf: Shelf, draw: Draw) -> None:
    edited, removed, left = shelf.library.ingest(*(draw(f"{seed}.png", seed) for seed in (3, 4, 5))).files
    shelf.back_up()
    (shelf.library.root / edited["path"]).write_bytes(draw("edit.png", 6).read_bytes())
    (shelf.library.root / removed["path"]).unlink()
    assert shelf.back_up().apart == 2
    done = shelf.restore()
    assert not done.whole and sorted(done.apart) == sorted([edited["path"], removed["path"]])
    assert content(shelf.empty, edited) == content(shelf.library, edited)
    assert content(shelf.empty, left) == content(shelf.library, left)
    assert not (shelf.empty.root / removed["path"]).exists()


def test_a_file_that_printdock_removed_meanwhile_comes_back_where_a_snapshot_has_it(shelf: Shelf, draw: Draw) -> None:
    (kept,) = shelf.library.ingest(draw("3.png", 3)).files
    was = content(shelf.library, kept)
    shelf.back_up()
    (late,) = shelf.library.ingest(draw("4.png", 4)).files
    assert shelf.back_up(Meanwhile(shelf.library.root, lambda: _remove(shelf.library, kept, late))).apart == 1
    done = shelf.restore()
    assert done.apart == [late["path"]], "no copy of this one was ever made"
    assert content(shelf.empty, kept) == was


def _remove(library: Library, *files: dict[str, Any]) -> None:
    """As samples go: marked for good, then their files."""
    with library.database.write() as connection:
        connection.execute(print_files.update().values(state="deleted", was=None, kept_until=None))
    for file in files:
        library.storage.delete(file["path"])


def test_a_mockup_rendered_again_meanwhile_is_rendered_again_after_the_restore(shelf: Shelf, draw: Draw) -> None:
    (fox,) = shelf.library.ingest(draw("3.png", 3)).files
    with shelf.library.database.write() as connection:
        _add_mockup(connection, "My Shop/Mockups/Small/a.jpg", b"first")
    shelf.library.storage.put("My Shop/Mockups/Small/a.jpg", b"first")

    def render_again() -> None:
        (shelf.library.root / "My Shop/Mockups/Small/a.jpg").write_bytes(b"other")
        with shelf.library.database.write() as connection:
            connection.execute(mockups.update().values(sha256=_digest(b"other")))

    assert shelf.back_up(Meanwhile(shelf.library.root, render_again)).apart == 1
    done = shelf.restore()
    assert (done.whole, done.mockups) == (True, 1)
    with shelf.empty.database.read() as connection:
        assert connection.execute(select(mockups.c.key)).scalar_one() == b"", "it counts as not rendered"
    assert content(shelf.empty, fox) == content(shelf.library, fox)


def _add_mockup(connection: Connection, path: str, data: bytes) -> None:
    file = connection.execute(select(print_files)).one()
    same = {name: getattr(file, name) for name in ("shop_id", "template_id", "design_id")}
    row = {
        "id": file.id, "print_file_id": file.id, "set_name": "wall", "picture": "a", "picture_index": 0, "key": b"k" * 32,
        "path": path, "width": 1, "height": 1, "bytes": len(data), "sha256": _digest(data), "rendered_at": now(),
    }  # fmt: skip
    connection.execute(insert(mockups), [same | row])


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
