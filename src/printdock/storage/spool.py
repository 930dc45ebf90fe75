"""Files that wait on the local disk until the storage is back.

One file for each key: a line with the manifest (JSON: key, size, sha256), then the bytes. So an entry appears whole
and goes away whole, whenever the process is killed.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from printdock.errors import KeyTaken, StorageNotFound, StorageRefused
from printdock.storage.base import Storage, check_key, is_temporary
from printdock.storage.local import translated
from printdock.storage.publish import publish, sync_folder, temporary_name, write_all

_SUFFIX = ".spooled"
_LONGEST_MANIFEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class SpoolEntry:
    """One waiting file. ``size`` in bytes; ``sha256`` in hex; ``path`` is where it waits."""

    key: str
    size: int
    sha256: str
    path: Path


@dataclass(frozen=True, slots=True)
class SpoolDamage:
    """A file of the spool that is not what it says. It is left for a person to look at."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What `Spool.replay` did: keys stored; entries left because the storage refused them, and why; damaged ones."""

    stored: tuple[str, ...]
    refused: tuple[tuple[SpoolEntry, StorageRefused | KeyTaken], ...]
    damaged: tuple[SpoolDamage, ...]


class Spool:
    """Waiting files in ``folder``, which is made on the first `keep`. Safe for many threads and processes at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, key: str, data: bytes) -> None:
        """Keep ``data`` durably until `replay` has stored it as ``key``. Atomic, idempotent.

        Raises `KeyTaken` when other bytes wait under this key, and `StorageRefused` (disk full ...).
        """
        digest = hashlib.sha256(data).hexdigest()
        with translated(key, writing=True):
            path = self._path(check_key(key))
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary = self.folder / temporary_name(path.name)
            writing = os.open(self.folder, os.O_RDONLY)
            fcntl.flock(writing, fcntl.LOCK_SH)  # tells `tidy` that temporary files may have a living writer
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                manifest = json.dumps({"key": key, "size": len(data), "sha256": digest}).encode() + b"\n"
                _write_parts(handle, manifest, data)
                publish(temporary, path)
            except FileExistsError:
                if _manifest(path).sha256 != digest:
                    raise KeyTaken(f"Another file waits to be stored as {key!r}.") from None
            finally:
                os.close(handle)
                with suppress(OSError):  # gone already when it was published
                    temporary.unlink(missing_ok=True)
                os.close(writing)
            sync_folder(self.folder)

    def pending(self) -> Iterator[SpoolEntry | SpoolDamage]:
        """What waits, oldest name order not promised. Only manifests are read: see `replay` for the bytes."""
        for path in self._entries():
            try:
                yield _manifest(path)
            except StorageNotFound:
                continue  # another process has stored it meanwhile
            except _Damaged as damage:
                yield SpoolDamage(path, str(damage))

    def open(self, key: str) -> BinaryIO:
        """The waiting bytes of ``key``, checked; the caller closes it. Raises `StorageNotFound`, `StorageRefused`."""
        path = self._path(check_key(key))
        try:
            return io.BytesIO(_read(path)[1])
        except _Damaged as damage:
            raise StorageRefused(f"{path} is damaged: {damage}.", code="spool_damaged") from damage

    def waiting(self) -> list[str]:
        """The keys of all that waits and is not damaged."""
        return [entry.key for entry in self.pending() if isinstance(entry, SpoolEntry)]

    def count(self) -> int:
        """How many files wait, damaged ones included. Reads only the folder."""
        return len(self._entries())

    def discard(self, key: str) -> None:
        """Forget the waiting bytes of ``key``; that there are none is success."""
        path = self._path(check_key(key))
        with translated(key):
            path.unlink(missing_ok=True)

    def replay(
        self,
        storage: Storage,
        on_done: Callable[[SpoolEntry], None],
        *,
        wanted: Callable[[SpoolEntry], bool] = lambda entry: True,
    ) -> Replay:
        """Store each waiting file, call ``on_done``, then remove it here; entries another process works on are skipped,
        and those that are not ``wanted`` stay.

        Killed at any instant, an entry is either still here or stored: then it is stored again, which is success, and
        ``on_done`` is called again. Raises `StorageUnavailable` when the storage is (still) away: what was done stays
        done, the rest waits.
        """
        stored: list[str] = []
        refused: list[tuple[SpoolEntry, StorageRefused | KeyTaken]] = []
        damaged: list[SpoolDamage] = []
        for path in self._entries():
            with _locked(path) as mine:
                if not mine:
                    continue
                try:
                    entry, data = _read(path)
                    if not wanted(entry):
                        continue
                    storage.put(entry.key, data)
                except _Damaged as damage:
                    damaged.append(SpoolDamage(path, str(damage)))
                    continue
                except (StorageRefused, KeyTaken) as refusal:
                    refused.append((entry, refusal))
                    continue
                on_done(entry)
                with translated(entry.key):
                    path.unlink()
                    sync_folder(self.folder)
                stored.append(entry.key)
        self.tidy()
        return Replay(tuple(stored), tuple(refused), tuple(damaged))

    def _path(self, key: str) -> Path:
        return self.folder / (hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest() + _SUFFIX)

    def _entries(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_SUFFIX}"))

    def tidy(self) -> None:
        """Remove what writers left behind that were killed; leaves all as it is while anybody writes."""
        if not self.folder.is_dir():
            return
        alone = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path in self.folder.glob("*"):
                if is_temporary(path.name):
                    path.unlink(missing_ok=True)
        except BlockingIOError:
            pass  # the next one who comes by tidies up
        finally:
            os.close(alone)


class _Damaged(Exception):
    """The message says what is wrong with an entry."""


def _write_parts(handle: int, manifest: bytes, data: bytes) -> None:
    while manifest:
        manifest = manifest[os.write(handle, manifest) :]
    write_all(handle, data)


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether this process now has ``path`` to itself. False when another has it, or has just removed it."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = os.path.samestat(os.fstat(handle), os.stat(path))  # not removed and made again since we opened it
        except (BlockingIOError, FileNotFoundError):
            mine = False
        yield mine
    finally:
        os.close(handle)


def _manifest(path: Path) -> SpoolEntry:
    with translated(path.name), path.open("rb") as stream:
        return _parsed(path, stream)


def _read(path: Path) -> tuple[SpoolEntry, bytes]:
    with translated(path.name), path.open("rb") as stream:
        entry = _parsed(path, stream)
        data = stream.read()
    if len(data) != entry.size:
        raise _Damaged(f"{len(data)} bytes instead of {entry.size}")
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise _Damaged("its bytes are not those that were kept (SHA-256 differs)")
    return entry, data


def _parsed(path: Path, stream: BinaryIO) -> SpoolEntry:
    try:
        manifest = json.loads(stream.readline(_LONGEST_MANIFEST))
        return SpoolEntry(check_key(manifest["key"]), int(manifest["size"]), str(manifest["sha256"]), path)
    except (ValueError, KeyError, TypeError, AttributeError, StorageRefused) as error:
        raise _Damaged("its first line is no manifest") from error
