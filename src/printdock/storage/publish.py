"""Files on a local disk that appear whole or not at all, and never in place of another."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import secrets
import sys
from pathlib import Path

from printdock.storage.base import TEMPORARY_PREFIX, TEMPORARY_SUFFIX

#: What file systems without hard links (exFAT, some network shares) answer to ``link``.
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
#: What file systems answer that cannot sync a folder, or a file that is only in memory.
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF, errno.ENOSYS}
_AT_FDCWD, _RENAME_NOREPLACE = -100, 1


def temporary_name(name: str) -> str:
    """A fresh name for ``name`` while it is being written; `base.is_temporary` knows it."""
    return f"{temporary_mark(name)}{secrets.token_hex(6)}{TEMPORARY_SUFFIX}"


def temporary_mark(name: str) -> str:
    """How all temporary names of ``name`` begin, and of no other file."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f"{TEMPORARY_PREFIX}{digest}."


def write_all(handle: int, data: bytes | memoryview) -> None:
    """Write all of ``data`` and wait until it is on the disk."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
    sync(handle)


def sync(handle: int) -> None:
    """Wait until what was written is on the disk, where the file system can say so."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a power cut."""
    if sys.platform == "win32":
        return  # a folder cannot be opened there, and NTFS journals its names
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(handle)
    finally:
        os.close(handle)


def publish(temporary: Path, final: Path) -> None:
    """Give a finished file its name. Atomic; raises `FileExistsError` and changes nothing where ``final`` exists."""
    if sys.platform == "win32":
        os.rename(temporary, final)  # refuses to replace, unlike anywhere else
        return
    try:
        os.link(temporary, final, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _rename_without_replacing(temporary, final)
    else:
        temporary.unlink()


def _rename_without_replacing(temporary: Path, final: Path) -> None:
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if rename is not None:
        done = rename(_AT_FDCWD, os.fsencode(temporary), _AT_FDCWD, os.fsencode(final), _RENAME_NOREPLACE)
        if done == 0:
            return
        code = ctypes.get_errno()
        if code not in _NO_LINKS | {errno.EINVAL}:
            raise OSError(code, os.strerror(code), str(final))
    # Neither is offered: look, then rename. Two writers of one key in the same instant are the one case left open.
    if os.path.lexists(final):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final))
    os.rename(temporary, final)
