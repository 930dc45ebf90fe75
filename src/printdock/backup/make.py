"""Make a snapshot while the shop works.

The order: what waits on the server's disk, the database, what waits there once more, the storage. A print file is stored
before its row says so, and leaves the spool after it is stored; so every row of the snapshot has its file in it, and
at most there are files that are newer than the rows. Last come the files that changed places meanwhile (`together`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from printdock.backup.folder import FORMAT, BackupFolder, Snapshot
from printdock.backup.manifest import DATABASE, STORAGE, Apart, File, Manifest, Named
from printdock.backup.objects import Content
from printdock.backup.source import Library, Progress, Report, Stage
from printdock.backup.tables import Dumped, dump
from printdock.backup.together import named, places_of, was_moved
from printdock.errors import Cancelled, StorageNotFound, StorageUnavailable
from printdock.storage.base import Entry, Storage, is_temporary
from printdock.storage.local import LocalStorage

#: How often a file is begun anew whose reading breaks off; each time the storage's own patience comes first.
_TRIES = 3
#: Of a file that is not the one which lies under its name: no later backup takes that one for the same.
_NO_TIME = -1.0


@dataclass(slots=True)
class Made:
    """What was done. ``copied``: files that were not in the backup already; ``gone``: removed before they were read;
    ``apart``: names in the storage under which something else lies than their rows say, or nothing.
    """

    snapshot: Snapshot
    copied: int = 0
    copied_bytes: int = 0
    gone: int = 0
    apart: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return asdict(self)


def make_backup(folder: BackupFolder, library: Library, moment: datetime, *, full: bool, report: Report) -> Made:
    """A new snapshot in ``folder``. Files known by name, size and time are not read again, unless ``full``.

    Killed or stopped at any instant, the snapshots before are as they were, and the next call goes on with what was
    copied. Raises the storage's errors, `DatabaseUnavailable`, `Busy` and `Cancelled`. Memory does not grow with the
    library.
    """
    with folder.locked():
        manifest = folder.begin()
        known = [] if full else folder.known()
        try:
            work = _Work(folder, library, manifest, known, report)
            work.copy_waiting()
            dumped = work.copy_database()
            work.copy_waiting()
            work.copy("files", STORAGE, library.storage)
            work.bring_together()
        finally:
            manifest.commit()
            for each in known:
                each.close()
        return work.made(folder.finish(manifest, _described(folder, library, manifest, dumped, moment)))


def _described(
    folder: BackupFolder, library: Library, manifest: Manifest, dumped: Dumped, moment: datetime
) -> Snapshot:
    files, size = manifest.totals()
    return Snapshot(
        folder.new_name(moment), FORMAT, moment.isoformat(timespec="seconds"), version("printdock"),
        library.database.dialect, dumped.schema, dumped.rows, dumped.columns, files, size, "", library.secret, library.shown,
    )  # fmt: skip


class _Work:
    """One backup. Files are read by threads; this thread alone writes the manifest."""

    def __init__(
        self, folder: BackupFolder, library: Library, manifest: Manifest, known: list[Manifest], report: Report
    ) -> None:
        self._objects, self._root = folder.objects, folder.root
        self._library, self._manifest, self._known = library, manifest, known
        self._report = report
        self._seen = Progress("waiting", 0, 0, 0, "")
        self._gone = self._apart = 0

    def made(self, snapshot: Snapshot) -> Made:
        return Made(snapshot, self._seen.copied, self._seen.copied_bytes, self._gone, self._apart)

    def copy_database(self) -> Dumped:
        def keep(name: str, stream: BinaryIO) -> None:
            self._add("database", DATABASE, Entry(name, 0, 0.0), self._objects.keep(stream, name))

        return dump(self._library.database, keep, self._root, lambda moment: self._manifest.name(named(moment)))

    def copy_waiting(self) -> None:
        for place, folder in self._library.waiting.items():
            self.copy("waiting", place, LocalStorage(folder))

    def copy(self, stage: Stage, place: str, storage: Storage) -> None:
        """Copy every whole file of ``storage``, some at a time."""
        under_way: deque[tuple[Entry, Future[Content]]] = deque()
        with ThreadPoolExecutor(self._library.transfers) as readers:
            try:
                for entry in self._wanted(stage, place, storage):
                    under_way.append((entry, readers.submit(_copy, self._objects.keep, storage, entry.key)))
                    while len(under_way) >= 2 * self._library.transfers:
                        self._finish(stage, place, *under_way.popleft())
                while under_way:
                    self._finish(stage, place, *under_way.popleft())
            finally:
                for _, future in under_way:
                    future.cancel()

    def bring_together(self) -> None:
        """Let the snapshot have under each name what its row says, wherever that lies by now."""
        for apart in self._manifest.apart():
            self._check_stop()
            if not self._mend(apart):
                self._apart += 1

    def _mend(self, apart: Apart) -> bool:
        one = apart.named
        content = self._read_again(one.key)
        if content is not None and content.sha256 == one.sha256:
            return True
        if not was_moved(self._library.database, replace(apart, found=None if content is None else content.sha256)):
            return False
        if not self._find(one):
            return False
        self._manifest.add(File(STORAGE, one.key, one.size, _NO_TIME, one.sha256))
        return True

    def _read_again(self, key: str) -> Content | None:
        """What lies there now goes into the snapshot, if anything does."""
        try:
            entry = self._library.storage.stat(key)
            if (known := self._manifest.unchanged(STORAGE, entry)) is not None:
                return Content(known.sha256, known.size, new=False)
            content = _copy(self._objects.keep, self._library.storage, key)
        except StorageNotFound:
            self._manifest.remove(STORAGE, key)
            return None
        self._manifest.add(File(STORAGE, key, content.size, entry.modified, content.sha256))
        return content

    def _find(self, one: Named) -> bool:
        """Whether the backup has that content, from wherever it lies now: it may move once more while it is looked for."""
        for _ in range(_TRIES):
            if self._objects.has(one.sha256, one.size):
                return True
            for key in places_of(self._library.database, one):
                with suppress(StorageNotFound):
                    if _copy(self._objects.keep, self._library.storage, key).sha256 == one.sha256:
                        return True
        return False

    def _check_stop(self) -> None:
        if self._library.stop.is_set():
            raise Cancelled("The backup was stopped; the next one goes on with what is copied.")

    def _wanted(self, stage: Stage, place: str, storage: Storage) -> Iterator[Entry]:
        for entry in storage.list(""):
            self._check_stop()
            if is_temporary(entry.key):
                continue
            if (file := self._same(place, entry)) is not None:
                self._manifest.add(file)
                self._tell(stage, entry.key, None)
            else:
                yield entry

    def _same(self, place: str, entry: Entry) -> File | None:
        for manifest in self._known:
            found = manifest.unchanged(place, entry)
            if found is not None and self._objects.has(found.sha256, found.size):
                return found
        return None

    def _finish(self, stage: Stage, place: str, entry: Entry, future: Future[Content]) -> None:
        try:
            content = future.result()
        except StorageNotFound:
            self._gone += 1
            return
        self._add(stage, place, entry, content)

    def _add(self, stage: Stage, place: str, entry: Entry, content: Content) -> None:
        self._manifest.add(File(place, entry.key, content.size, entry.modified, content.sha256))
        self._tell(stage, entry.key, content)

    def _tell(self, stage: Stage, name: str, content: Content | None) -> None:
        seen, new = self._seen, content is not None and content.new
        self._seen = replace(
            seen, stage=stage, files=seen.files + 1, name=name, copied=seen.copied + new,
            copied_bytes=seen.copied_bytes + (content.size if content is not None and new else 0),
        )  # fmt: skip
        self._report(self._seen)


def _copy(keep: Callable[[BinaryIO, str], Content], storage: Storage, key: str) -> Content:
    for left in reversed(range(_TRIES)):
        try:
            with storage.open(key) as stream:
                return keep(stream, Path(key).name)
        except StorageUnavailable:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")
