"""Fill an empty printdock from a snapshot: files first, the database last, so that a row never lacks its file."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from printdock.backup.folder import BackupFolder, Snapshot
from printdock.backup.manifest import DATABASE, INCOMING, STORAGE, File, Manifest
from printdock.backup.objects import Objects
from printdock.backup.source import Library, Progress, Report, Stage
from printdock.backup.tables import Dumped, count_rows, load
from printdock.backup.together import named, withdraw_mockup
from printdock.db.engine import Database
from printdock.errors import Cancelled, InputRefused, KeyTaken, UsageError
from printdock.storage.base import Storage, is_temporary
from printdock.storage.local import LocalStorage
from printdock.storage.publish import publish, temporary_name, write_all
from printdock.uploads.place import MARKER


@dataclass(slots=True)
class Restored:
    """What was done. ``damaged``: files whose bytes in the backup are not what they were; ``taken``: files that stay out
    because another one has their name; ``apart``: print files of which the snapshot has other bytes than their row says,
    or none; ``mockups``: as many count as not rendered, for that reason; ``opens_secrets``: whether this server's secret
    is the one of the snapshot.
    """

    snapshot: str
    files: int = 0
    copied: int = 0
    copied_bytes: int = 0
    rows: int = 0
    opens_secrets: bool = True
    damaged: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    mockups: int = 0

    @property
    def whole(self) -> bool:
        return not self.damaged and not self.taken and not self.apart

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return asdict(self) | {"whole": self.whole}


def restore(
    folder: BackupFolder,
    snapshot: Snapshot,
    library: Library,
    marker: Path,
    *,
    survived: bool = False,
    report: Report = lambda progress: None,
) -> Restored:
    """Bring ``snapshot`` back. Every digest is compared before its bytes go anywhere.

    ``marker``: a file of this machine that says which restore is under way: killed at any instant, the next call goes on.
    ``survived``: the storage still has its files, newer ones perhaps; they stay, and only what misses is put back.
    Raises `UsageError` (code ``shop_not_empty``) where there is any row, or a file that the snapshot has not;
    ``other_database`` where the kinds of database differ; `InputRefused` (code ``backup_damaged``) where a part of the
    database is damaged. Nothing was changed then.
    """
    with folder.manifest(snapshot) as manifest, closing(_Keys()) as there:
        done = Restored(snapshot.name, opens_secrets=snapshot.secret == library.secret)
        _refuse_other_database(snapshot, library)
        _check_database_parts(folder.objects, manifest)
        loaded = _is_loaded(snapshot, library, marker)
        _look(manifest, library.storage, there, survived=survived)
        _note(marker, snapshot)
        work = _Work(folder.objects, library, done, report)
        with closing(_Keys()) as nothing:
            for place, local in library.waiting.items():
                work.copy(manifest, place, LocalStorage(local), nothing)
        work.copy(manifest, STORAGE, library.storage, there)
        if not loaded:
            work.tell("database", "")
            dumped = Dumped(snapshot.schema, snapshot.rows, snapshot.columns)
            load(library.database, dumped, lambda name: _part(folder.objects, manifest, name))
        _compare(library.database, manifest, done)
        done.rows = sum(snapshot.rows.values())
        marker.unlink()
        return done


def _compare(database: Database, manifest: Manifest, done: Restored) -> None:
    """Does each row have the file it speaks of? A mockup that has not is rendered again when it is next asked for."""
    with database.read() as connection:
        manifest.name(named(connection))
    for apart in manifest.apart():
        with database.write() as connection:
            again = withdraw_mockup(connection, apart.named.shop, apart.named.key)
        if again:
            done.mockups += 1
        else:
            done.apart.append(apart.named.key)


def _refuse_other_database(snapshot: Snapshot, library: Library) -> None:
    if snapshot.kind != library.database.dialect:
        raise UsageError(
            f"The snapshot is of a {snapshot.kind} database, and this printdock has a {library.database.dialect} one.",
            code="other_database",
            remedy="Set DATABASE_URL to an empty database of that kind (or leave it out for SQLite).",
        )


def _check_database_parts(objects: Objects, manifest: Manifest) -> None:
    for file in manifest.files(DATABASE):
        if not objects.sound(file.sha256):
            raise InputRefused(
                f"The backup of the database is damaged ({file.key}).",
                code="backup_damaged",
                remedy="Take another snapshot: --snapshot NAME.",
            )


def _part(objects: Objects, manifest: Manifest, name: str) -> BinaryIO:
    found = manifest.find(DATABASE, name)
    if found is None:
        raise InputRefused(f"The backup lacks {name} of the database.", code="backup_damaged")
    return objects.path(found.sha256).open("rb")


def _is_loaded(snapshot: Snapshot, library: Library, marker: Path) -> bool:
    """Whether an earlier call has brought the rows back already. Raises `UsageError` where there are others."""
    rows = count_rows(library.database)
    if not rows:
        return False
    ours = marker.exists() and json.loads(marker.read_text())["snapshot"] == snapshot.name
    if ours and rows == snapshot.rows:
        return True
    raise UsageError(
        f"This printdock has data already ({sum(rows.values()):,} rows).",
        code="shop_not_empty",
        remedy="Restore into an empty database (or another PRINTDOCK_HOME), so that nothing is overwritten.",
    )


def _look(manifest: Manifest, storage: Storage, there: _Keys, *, survived: bool) -> None:
    """Note what need not be copied, and clear away what a killed restore left half written (nobody else writes into a
    storage that is being filled). Raises `UsageError` for a file that is not this snapshot's."""
    half_written = []
    for entry in storage.list(""):
        if is_temporary(entry.key):
            half_written.append(entry.key)
            continue
        found = manifest.find(STORAGE, entry.key)
        if found is not None and found.size == entry.size:
            there.add(entry.key)
        elif not survived:
            raise UsageError(
                f"The storage has files already that are not the snapshot's, such as {entry.key!r}.",
                code="shop_not_empty",
                remedy="Restore into an empty folder or bucket; or say --storage-survived to leave its files as they are.",
            )
    if not survived:
        for key in half_written:
            storage.delete(key)


def _note(marker: Path, snapshot: Snapshot) -> None:
    if not marker.exists():
        fresh = marker.with_name(temporary_name(marker.name))
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            write_all(handle, json.dumps({"snapshot": snapshot.name}).encode())
        finally:
            os.close(handle)
        publish(fresh, marker)
    elif json.loads(marker.read_text())["snapshot"] != snapshot.name:
        raise UsageError(
            f"The restore of another snapshot was begun here: {marker}.",
            code="other_restore",
            remedy="Finish that one, or empty the storage and remove this file.",
        )


class _Keys:
    """Names that do not fit in memory: a temporary SQLite file, which SQLite removes by itself."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("")
        self._connection.execute("CREATE TABLE keys (key BLOB PRIMARY KEY) WITHOUT ROWID")

    def add(self, key: str) -> None:
        row = (key.encode("utf-8", "surrogateescape"),)
        self._connection.execute("INSERT OR IGNORE INTO keys VALUES (?)", row)

    def __contains__(self, key: str) -> bool:
        row = (key.encode("utf-8", "surrogateescape"),)
        return self._connection.execute("SELECT 1 FROM keys WHERE key = ?", row).fetchone() is not None

    def close(self) -> None:
        self._connection.close()


class _Work:
    """One restore; at most ``transfers`` files are in memory."""

    def __init__(self, objects: Objects, library: Library, done: Restored, report: Report) -> None:
        self._objects, self._library, self._done, self._report = objects, library, done, report

    def tell(self, stage: Stage, name: str) -> None:
        done = self._done
        self._report(Progress(stage, done.files, done.copied, done.copied_bytes, name))

    def copy(self, manifest: Manifest, place: str, storage: Storage, there: _Keys) -> None:
        """Put back every file of ``place`` that is not ``there``."""
        under_way: deque[tuple[File, Future[int]]] = deque()
        with ThreadPoolExecutor(self._library.transfers) as writers:
            try:
                for file in manifest.files(place):
                    if self._library.stop.is_set():
                        raise Cancelled("The restore was stopped; say the same again to go on.")
                    if file.key in there:
                        self._done.files += 1
                        continue
                    under_way.append((file, writers.submit(_put, self._objects, storage, file)))
                    while len(under_way) >= self._library.transfers:
                        self._finish(*under_way.popleft())
                while under_way:
                    self._finish(*under_way.popleft())
            finally:
                for _, future in under_way:
                    future.cancel()

    def _finish(self, file: File, future: Future[int]) -> None:
        name = f"{file.place}: {file.key}"
        try:
            self._done.copied_bytes += future.result()
        except _Damaged:
            self._done.damaged.append(name)
            return
        except KeyTaken:
            self._done.taken.append(name)
            return
        self._done.files += 1
        self._done.copied += 1
        self.tell("files", file.key)


class _Damaged(Exception):
    """The bytes in the backup are not those that were kept."""


def _put(objects: Objects, storage: Storage, file: File) -> int:
    try:
        data = objects.path(file.sha256).read_bytes()
    except FileNotFoundError as error:
        raise _Damaged from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise _Damaged
    try:
        storage.put(file.key, data)
    except KeyTaken:
        if (file.place, file.key) != (INCOMING, MARKER):
            raise
        storage.delete(file.key)  # the id of an incoming folder that is new and empty
        storage.put(file.key, data)
    return len(data)
