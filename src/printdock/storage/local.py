"""Files in a folder of this machine (or of a share that is mounted here)."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from printdock.errors import KeyTaken, StorageError, StorageNotFound, StorageRefused, StorageUnavailable
from printdock.storage.base import Entry, check_key
from printdock.storage.publish import publish, sync_folder, temporary_name, write_all

#: Errors that trying again will not cure, as (code, what to say, what to do).
_REFUSED = {
    errno.ENOSPC: ("disk_full", "The disk is full.", "Free some space, then try again."),
    errno.EDQUOT: ("quota_exceeded", "The disk quota is used up.", "Free some space or raise the quota."),
    errno.EFBIG: ("too_large", "The file is larger than the disk allows.", ""),
    errno.EROFS: ("read_only", "The disk is read-only.", "Mount it so that it can be written to."),
    errno.EACCES: ("permission_denied", "Access was denied.", "Check the folder's owner and permissions."),
    errno.EPERM: ("permission_denied", "Access was denied.", "Check the folder's owner and permissions."),
    errno.ENAMETOOLONG: ("bad_key", "The name is too long for this disk.", "Use a shorter name."),
    errno.EINVAL: ("bad_key", "This disk does not allow such a name.", "Use a plainer name."),
    errno.EILSEQ: ("bad_key", "This disk does not allow such a name.", "Use a plainer name."),
    errno.ENOTDIR: ("not_a_folder", "A file is where a folder should be.", "Rename the file that is in the way."),
    errno.EISDIR: ("is_a_folder", "A folder already has this name.", "Use another name."),
    errno.ELOOP: ("outside_root", "The name leads through a symbolic link.", "Remove the link."),
}
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class LocalStorage:
    """`Storage` below the folder ``root``, which is made on the first `put`. Nothing is opened before that.

    Symbolic links are never followed out of ``root``: such a key is refused (code ``outside_root``).
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def __repr__(self) -> str:
        return f"LocalStorage({str(self.root)!r})"

    def put(self, key: str, data: bytes) -> None:
        """See `Storage.put`. Raises `KeyTaken`, `StorageRefused`, `StorageUnavailable`."""
        with translated(key, writing=True):
            path = self._path(key)
            _make_folders(path.parent)
            temporary = path.parent / temporary_name(path.name)
            try:
                _write_new(temporary, data)
                publish(temporary, path)
            except FileExistsError:
                if not _holds(path, data):
                    raise _taken(key) from None
            finally:
                with suppress(OSError):  # gone already when it was published; the first error is the one to report
                    temporary.unlink(missing_ok=True)
            sync_folder(path.parent)

    def open(self, key: str) -> BinaryIO:
        """See `Storage.open`. Raises `StorageNotFound`."""
        with translated(key):
            handle = os.open(self._path(key), os.O_RDONLY | _NOFOLLOW | _BINARY)
            try:
                found = os.fstat(handle)
                if not stat.S_ISREG(found.st_mode):
                    raise _not_found(key)
                return io.BufferedReader(io.FileIO(os.dup(handle), "rb"))
            finally:
                os.close(handle)

    def stat(self, key: str) -> Entry:
        """See `Storage.stat`. Raises `StorageNotFound`."""
        with translated(key):
            found = os.lstat(self._path(key))
        if not stat.S_ISREG(found.st_mode):
            raise _not_found(key)
        return Entry(key, found.st_size, found.st_mtime)

    def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        try:
            with translated(key):
                path = self._path(key)
                path.unlink()
                sync_folder(path.parent)
        except StorageNotFound:
            return

    def list(self, prefix: str) -> Iterator[Entry]:
        """See `Storage.list`. Folders and files behind symbolic links are left out."""
        folder = self._path(prefix) if prefix else self.root
        folders = [(prefix, folder)]
        while folders:
            key, folder = folders.pop()
            for entry in _read_folder(key, folder):
                name = f"{key}/{entry.name}" if key else entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append((name, folder / entry.name))
                elif (found := _entry(name, entry)) is not None:
                    yield found

    def close(self) -> None:
        """See `Storage.close`: there is nothing to give back."""

    def _path(self, key: str) -> Path:
        path = self.root.joinpath(*check_key(key).split("/"))
        # The last segment is not resolved: it is opened without following links.
        if not path.parent.resolve().is_relative_to(self.root.resolve()):
            raise StorageRefused(
                f"{key!r} leads out of the storage folder.", code="outside_root", remedy="Remove the symbolic link."
            )
        return path


@contextmanager
def translated(key: str, *, writing: bool = False) -> Iterator[None]:
    """The one place where the operating system's errors become printdock's."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        if not writing:
            raise _not_found(key) from error
        raise _storage_error(key, error) from error
    except OSError as error:
        raise _storage_error(key, error) from error


def _storage_error(key: str, error: OSError) -> StorageError:
    refused = _REFUSED.get(error.errno or 0)
    if refused is not None:
        code, message, remedy = refused
        return StorageRefused(f"{key!r} was not stored or read: {message}", code=code, remedy=remedy)
    reason = error.strerror or type(error).__name__
    return StorageUnavailable(f"The disk did not answer for {key!r}: {reason}.", remedy="Check the disk.")


def _not_found(key: str) -> StorageNotFound:
    return StorageNotFound(f"There is no stored file {key!r}.")


def _taken(key: str) -> KeyTaken:
    return KeyTaken(f"Another file is already stored as {key!r}.", remedy="It was left as it is.")


def _make_folders(folder: Path) -> None:
    """Make ``folder`` and what is missing above it; that another writer makes it at the same time is success."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        if folder.parent == folder:
            break
        folder = folder.parent
    for each in reversed(missing):
        try:
            each.mkdir()
        except FileExistsError:
            if not each.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(each)) from None
        sync_folder(each.parent)


def _write_new(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _BINARY, 0o644)
    try:
        write_all(handle, data)
        if os.fstat(handle).st_size != len(data):
            raise OSError(errno.EIO, "the file has another size than was written", str(path))
    finally:
        os.close(handle)


def _holds(path: Path, data: bytes) -> bool:
    """Whether ``path`` is a file with exactly these bytes; read in pieces, and only when the size is right."""
    found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode) or found.st_size != len(data):
        return False
    view = memoryview(data)
    with path.open("rb") as stream:
        while view:
            piece = stream.read(1 << 20)
            if not piece or view[: len(piece)] != piece:
                return False
            view = view[len(piece) :]
    return True


def _read_folder(key: str, folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with translated(key or "."), os.scandir(folder) as entries:
            yield from entries
    except StorageNotFound:
        return  # never made, or removed while we listed: it has no files


def _entry(key: str, entry: os.DirEntry[str]) -> Entry | None:
    """None for what is no regular file, or is gone since the folder was read."""
    try:
        with translated(key):
            found = entry.stat(follow_symlinks=False)
    except StorageNotFound:
        return None
    return Entry(key, found.st_size, found.st_mtime) if stat.S_ISREG(found.st_mode) else None
