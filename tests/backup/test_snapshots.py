"""What a snapshot holds, what is read again, and what is refused. Whole libraries: tests/end_to_end/test_backup.py."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import insert, select

from printdock.backup.check import check_backup
from printdock.backup.folder import BackupFolder
from printdock.backup.make import Made, make_backup
from printdock.backup.manifest import INCOMING, SPOOL
from printdock.backup.restore import restore
from printdock.backup.source import Library
from printdock.db.engine import Database
from printdock.db.schema import upgrade
from printdock.db.tables import shops
from printdock.errors import Busy, Cancelled, StorageUnavailable, UsageError
from printdock.shops.queries import ensure_shop
from printdock.storage.base import Storage
from printdock.storage.local import LocalStorage
from printdock.storage.spool import Spool
from printdock.uploads.place import open_place
from tests.contracts.memory_storage import MemoryStorage

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Counting(MemoryStorage):
    """Counts how often each file is opened; the first ``broken`` streams break off."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.broken = 0

    def open(self, key: str) -> BinaryIO:
        self.opened.append(key)
        stream = super().open(key)
        if self.broken:
            self.broken -= 1
            stream.read = _breaks_off
        return stream


def _breaks_off(size: int | None = -1) -> bytes:
    raise StorageUnavailable("The line is gone.")


Make = Callable[..., Library]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """``make("a", storage)``: a printdock of its own, with an empty SQLite database."""
    opened: list[Database] = []

    def library(name: str, storage: Storage | None = None) -> Library:
        database = Database(f"sqlite:///{tmp_path / name / 'printdock.db'}")
        opened.append(database)
        upgrade(database)
        home = tmp_path / name
        return Library(
            database, storage or LocalStorage(home / "nas"), {SPOOL: home / "spool", INCOMING: home / "incoming"},
            "secret", "here", 2, threading.Event(),
        )  # fmt: skip

    yield library
    for database in opened:
        database.close()


def _made(folder: BackupFolder, library: Library, *, full: bool = False) -> Made:
    return make_backup(folder, library, NOW, full=full, report=lambda progress: None)


def test_what_waits_on_the_servers_disk_comes_back_too(make: Make, tmp_path: Path) -> None:
    old, new, folder = make("old"), make("new"), BackupFolder(tmp_path / "backup")
    spool, place = Spool(old.waiting[SPOOL]), open_place(old.waiting[INCOMING])
    spool.keep("My Shop/a/b.png", b"acknowledged, and nowhere else")
    (place.folder / "0123").mkdir()
    (place.folder / "0123" / "0").write_bytes(b"half of a fi")
    other = open_place(new.waiting[INCOMING])  # a server was started there once
    assert other.id != place.id
    _made(folder, old)
    done = restore(folder, folder.snapshot(None), new, tmp_path / "new" / "restore.json")
    assert done.whole
    with Spool(new.waiting[SPOOL]).open("My Shop/a/b.png") as stream:
        assert stream.read() == b"acknowledged, and nowhere else"
    assert open_place(new.waiting[INCOMING]).id == place.id, "workers know the folder again"
    assert (new.waiting[INCOMING] / "0123" / "0").read_bytes() == b"half of a fi"


def test_only_what_is_new_is_read(make: Make, tmp_path: Path) -> None:
    storage = Counting()
    library, folder = make("a", storage), BackupFolder(tmp_path / "backup")
    storage.put("a", b"one")
    storage.put("b", b"two")
    assert _made(folder, library).copied == 3, "two files and the database"
    storage.put("c", b"one")  # bytes that the backup has
    storage.opened.clear()
    made = _made(folder, library)
    assert (storage.opened, made.copied, made.snapshot.files) == (["c"], 0, 4)
    storage.opened.clear()
    _made(folder, library, full=True)
    assert sorted(storage.opened) == ["a", "b", "c"]
    _, modified = storage.files["a"]
    storage.files["a"] = (b"ONE", modified + 1)
    storage.opened.clear()
    assert _made(folder, library).copied == 1
    assert storage.opened == ["a"]


def test_removing_old_snapshots_removes_only_what_no_other_has(make: Make, tmp_path: Path) -> None:
    storage = MemoryStorage()
    library, folder = make("a", storage), BackupFolder(tmp_path / "backup")
    storage.put("kept", b"kept")
    storage.put("gone", b"gone")
    _made(folder, library)
    storage.delete("gone")
    _made(folder, library)
    assert folder.keep_only(5) == (0, 0)
    assert folder.keep_only(1) == (1, 1)
    assert check_backup(folder, folder.snapshots(), report=lambda progress: None).damaged == []
    assert len(folder.snapshots()) == 1


def test_a_file_whose_reading_breaks_off_is_begun_anew(make: Make, tmp_path: Path) -> None:
    storage = Counting()
    storage.put("a", b"one")
    storage.broken = 2
    _made(BackupFolder(tmp_path / "backup"), make("a", storage))
    assert storage.opened == ["a"] * 3
    storage.put("b", b"two")
    storage.broken = 3
    with pytest.raises(StorageUnavailable):
        _made(BackupFolder(tmp_path / "backup"), make("b", storage))


def test_one_backup_at_a_time_and_stopped_when_asked(make: Make, tmp_path: Path) -> None:
    library, folder = make("a"), BackupFolder(tmp_path / "backup")
    library.storage.put("a", b"x")
    with folder.locked(), pytest.raises(Busy):
        _made(BackupFolder(tmp_path / "backup"), library)
    library.stop.set()
    with pytest.raises(Cancelled):
        _made(folder, library)
    with pytest.raises(UsageError, match="no finished snapshot"):
        folder.snapshot(None)


def test_what_does_not_fit_is_refused_and_nothing_is_touched(make: Make, tmp_path: Path) -> None:
    old, folder = make("old"), BackupFolder(tmp_path / "backup")
    old.storage.put("a", b"x")
    made = _made(folder, old).snapshot
    new, marker = make("new"), tmp_path / "new" / "restore.json"
    refusals: list[str] = []
    for snapshot, change in [
        (replace(made, kind="postgresql"), ""), (replace(made, schema="9999"), ""), (made, "file"), (made, "row"),
    ]:  # fmt: skip
        if change == "file":
            new.storage.put("b", b"nobody's")
        if change == "row":
            new.storage.delete("b")
            with new.database.write() as connection:
                ensure_shop(connection, "Other", NOW)
        with pytest.raises(UsageError) as refused:
            restore(folder, snapshot, new, marker)
        refusals.append(refused.value.code)
        marker.unlink(missing_ok=True)
    assert refusals == ["other_database", "backup_newer", "shop_not_empty", "shop_not_empty"]
    with new.database.read() as connection:
        assert list(connection.execute(select(shops.c.name)).scalars()) == ["Other"]
    (written,) = (tmp_path / "backup" / "snapshots").glob("*.json")
    written.write_text(json.dumps({**json.loads(written.read_text()), "format": 2}))
    with pytest.raises(UsageError, match="newer"):
        folder.snapshot(None)


def test_numbers_go_on_where_they_were(postgres_url: str, empty_postgres_url: str, make: Make, tmp_path: Path) -> None:
    """PostgreSQL counts in sequences, which copied rows do not move."""
    folder, names = BackupFolder(tmp_path / "backup"), ("One", "Tw\\o\n\t\\N", "Köln 猫")
    old = replace(make("old"), database=Database(_psycopg(postgres_url)))
    new = replace(make("new"), database=Database(_psycopg(empty_postgres_url)))
    try:
        upgrade(new.database)
        with old.database.write() as connection:
            for number, name in enumerate(names, 5):
                connection.execute(insert(shops).values(id=number, name=name, created_at=NOW))
        _made(folder, old)
        assert restore(folder, folder.snapshot(None), new, tmp_path / "new" / "restore.json").rows == 3
        with new.database.write() as connection:
            assert list(connection.execute(select(shops.c.id, shops.c.name).order_by(shops.c.id))) == list(
                enumerate(names, 5)
            )
            added = insert(shops).values(name="Four", created_at=NOW).returning(shops.c.id)
            assert connection.execute(added).scalar_one() == 8
    finally:
        old.database.close()
        new.database.close()


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
