"""A backup's folder: ``files/`` with every content once, ``snapshots/`` with what each snapshot consists of.

A snapshot is two files: NAME.db, its manifest, then NAME.json, which is written last and makes it count.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from printdock.backup.manifest import Manifest
from printdock.backup.objects import Objects
from printdock.errors import Busy, InputRefused, UsageError
from printdock.storage.base import TEMPORARY_PREFIX
from printdock.storage.local import translated
from printdock.storage.publish import publish, sync_folder, temporary_name, write_all

#: Of the layout described above. A folder with a newer one is not touched.
FORMAT = 1
_UNFINISHED, _EARLIER_TRY = "unfinished.db", "earlier-try.db"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What NAME.json says. ``kind`` of database (sqlite, postgresql); ``schema``: its revision; ``rows`` by table;
    ``columns`` by table (PostgreSQL); ``manifest``: SHA-256 of NAME.db; ``secret``: tells whether a server has the
    secret that opens this snapshot's sealed tokens, without giving it away.
    """

    name: str
    format: int
    made_at: str
    printdock: str
    kind: str
    schema: str
    rows: dict[str, int]
    columns: dict[str, list[str]]
    files: int
    bytes: int
    manifest: str
    secret: str
    storage: str


class BackupFolder:
    """The folder ``root``, made by the first backup into it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.objects = Objects(root / "files")
        self._snapshots = root / "snapshots"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One backup at a time. Raises `Busy`, and `StorageRefused` where the folder cannot be written."""
        with translated(str(self.root), writing=True):
            self._snapshots.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(f"Another backup into {self.root} is under way.", remedy="Wait for it to end.") from None
            yield
        finally:
            os.close(handle)

    def snapshots(self) -> list[Snapshot]:
        """All of them, oldest first. Raises `UsageError` where there is no backup, `InputRefused` for a damaged one."""
        if not self._snapshots.is_dir():
            raise UsageError(f"{self.root} holds no backup.", code="no_backup")
        return [_read(self._snapshots / f"{name}.json") for name in self._names()]

    def snapshot(self, name: str | None) -> Snapshot:
        """The one called ``name``, or the newest. Raises `UsageError` (code ``no_backup``)."""
        found = [one for one in self.snapshots() if name in (None, one.name)]
        if not found:
            raise UsageError(
                f"{self.root} holds no {'snapshot ' + name if name else 'finished snapshot'}.", code="no_backup"
            )
        return found[-1]

    def manifest(self, snapshot: Snapshot) -> Manifest:
        """What it consists of. Raises `InputRefused` (code ``backup_damaged``) where that is not what was written."""
        path = self._snapshots / f"{snapshot.name}.db"
        if not path.is_file() or _digest(path) != snapshot.manifest:
            raise InputRefused(
                f"The manifest of snapshot {snapshot.name} is damaged.",
                code="backup_damaged",
                remedy="Take another one: --snapshot NAME.",
            )
        return Manifest(path)

    def begin(self) -> Manifest:
        """An empty manifest. That of a backup which was cut off is kept for `known`."""
        counting = self._names()
        for path in self._snapshots.glob("*.db"):
            if path.name != _EARLIER_TRY and path.stem not in counting:
                self._remember(path)
        self.objects.tidy()
        for path in self._snapshots.glob(f"{TEMPORARY_PREFIX}*"):
            path.unlink()
        return Manifest(self._snapshots / _UNFINISHED, write=True)

    def known(self) -> list[Manifest]:
        """Where to look for what need not be read again: a backup that was cut off, the newest snapshot."""
        found = [Manifest(path) for path in [self._snapshots / _EARLIER_TRY] if path.exists()]
        done = self.snapshots()
        return found + ([self.manifest(done[-1])] if done else [])

    def new_name(self, moment: datetime) -> str:
        """A name that sorts after all there are, also where the clock was set back."""
        name, newest = moment.strftime("%Y%m%dT%H%M%SZ"), max(self._names(), default="")
        if name > newest:
            return name
        base, _, count = newest.partition("_")
        return f"{base}_{int(count or 1) + 1:03}"

    def _names(self) -> list[str]:
        return sorted(path.stem for path in self._snapshots.glob("*.json"))

    def finish(self, manifest: Manifest, snapshot: Snapshot) -> Snapshot:
        """Make a snapshot of ``manifest``, durably."""
        manifest.close()
        with translated(snapshot.name, writing=True):
            with manifest.path.open("rb+") as stream:
                os.fsync(stream.fileno())
            final = self._snapshots / f"{snapshot.name}.db"
            os.replace(manifest.path, final)
            done = Snapshot(**{**asdict(snapshot), "manifest": _digest(final)})
            fresh = self._snapshots / temporary_name(snapshot.name)
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                write_all(handle, json.dumps(asdict(done), indent=2).encode())
            finally:
                os.close(handle)
            publish(fresh, self._snapshots / f"{snapshot.name}.json")
            sync_folder(self._snapshots)
        (self._snapshots / _EARLIER_TRY).unlink(missing_ok=True)
        return done

    def keep_only(self, newest: int) -> tuple[int, int]:
        """Remove all but the ``newest`` snapshots, and what only they had. How many snapshots and files went."""
        done = self.snapshots()
        gone, kept = done[:-newest], [self.manifest(one) for one in done[-newest:]]
        for snapshot in gone:
            (self._snapshots / f"{snapshot.name}.json").unlink()  # first: it makes the snapshot count
            (self._snapshots / f"{snapshot.name}.db").unlink(missing_ok=True)
        files = 0
        for path in self.objects.all() if gone else ():
            if not any(manifest.has_digest(path.name) for manifest in kept):
                path.unlink()
                files += 1
        for manifest in kept:
            manifest.close()
        return len(gone), files

    def _remember(self, path: Path) -> None:
        kept, tried = Manifest(self._snapshots / _EARLIER_TRY, write=True), Manifest(path, write=True)
        for file in tried.files():
            kept.add(file)
        kept.close()
        tried.close()
        path.unlink()


def _read(path: Path) -> Snapshot:
    try:
        said = json.loads(path.read_text())
        if said["format"] > FORMAT:
            raise UsageError(f"{path} was made by a newer printdock.", code="backup_newer", remedy="Update this one.")
        return Snapshot(**said)
    except (ValueError, KeyError, TypeError) as error:
        raise InputRefused(f"{path} is damaged.", code="backup_damaged", remedy="Take another snapshot.") from error


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
