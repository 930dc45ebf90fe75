"""From what the seller named to bytes worth decoding: walking folders, reading files, knowing their digest."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from printdock.errors import InputRefused, UsageError

#: Files up to this size are read once, so that the bytes that were hashed are the bytes that are decoded.
#: Larger ones are decoded from their path; `check_unchanged` then sees whether they stood still.
READ_WHOLE = 64 * 1024 * 1024

#: What operating systems leave in folders of pictures.
_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True, slots=True)
class Admitted:
    """A regular file of a size we take: its bytes (or its path where it is large) and its digest."""

    path: Path
    data: bytes | Path
    size: int
    modified_ns: int
    sha256: bytes


def find_sources(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and those in the folders named, in a fixed order (that is the upload's order).

    Hidden files and operating systems' litter inside folders are passed over; links to folders are not followed.
    Raises `UsageError` for a path that does not exist.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"There is no {str(path)!r}.", code="no_such_path")
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _walk(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        if entry.name.startswith(".") or entry.name.lower() in _LITTER:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name)
        else:
            yield folder / entry.name


def admit(path: Path, max_bytes: int) -> Admitted:
    """Read and hash one file. Raises `InputRefused`: not_a_file, empty_file, too_large, unreadable."""
    try:
        with _open_regular(path) as descriptor:
            return _read(path, descriptor, max_bytes)
    except OSError as error:
        raise InputRefused(f"It cannot be read: {error.strerror or error}.", code="unreadable") from error


class _open_regular:
    """An open descriptor of a regular file. A FIFO or device is never waited on."""

    def __init__(self, path: Path) -> None:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise InputRefused(
                "It is not a regular file.", code="not_a_file", remedy="Give pictures or folders of pictures."
            )
        self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))

    def __enter__(self) -> int:
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _read(path: Path, descriptor: int, max_bytes: int) -> Admitted:
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        raise InputRefused(
            "It is not a regular file.", code="not_a_file", remedy="Give pictures or folders of pictures."
        )
    if about.st_size == 0:
        raise InputRefused("It is empty.", code="empty_file", remedy="Export or download it again.")
    if about.st_size > max_bytes:
        raise InputRefused(
            f"It has {about.st_size / 1e6:,.0f} MB; at most {max_bytes / 1e6:,.0f} MB are taken.",
            code="too_large",
            remedy="Export it smaller, or raise PRINTDOCK_MAX_FILE_MB.",
        )
    digest = hashlib.sha256()
    kept: list[bytes] = []
    left = about.st_size
    while left > 0:
        piece = os.read(descriptor, min(left, READ_WHOLE if about.st_size <= READ_WHOLE else 1 << 20))
        if not piece:
            raise _changed()
        digest.update(piece)
        left -= len(piece)
        if about.st_size <= READ_WHOLE:
            kept.append(piece)
    data: bytes | Path = path if about.st_size > READ_WHOLE else kept[0] if len(kept) == 1 else b"".join(kept)
    return Admitted(path, data, about.st_size, about.st_mtime_ns, digest.digest())


def check_unchanged(admitted: Admitted) -> None:
    """Raise `InputRefused` when a file that was decoded from its path changed since it was hashed."""
    if isinstance(admitted.data, bytes):
        return
    about = os.stat(admitted.path)
    if (about.st_size, about.st_mtime_ns) != (admitted.size, admitted.modified_ns):
        raise _changed()


def _changed() -> InputRefused:
    return InputRefused(
        "It changed while it was read.", code="changed_while_reading", remedy="Send it again when it is complete."
    )
