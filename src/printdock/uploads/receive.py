"""Bytes of one file arriving: written where they belong, checked as they come, durable before they are answered.

Only one request at a time writes a file, held by a lock on it that ends with the process that holds it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from printdock.errors import Busy, InputRefused, NoRoom, UsageError
from printdock.storage.publish import sync, sync_folder
from printdock.uploads.heads import NEEDED, check_head
from printdock.uploads.offsets import Span, admit_span

_READ = 1 << 20


class Receiver:
    """Takes the bytes of ``span`` of a file of ``size`` bytes. Made by `receiving`; not thread-safe."""

    def __init__(self, handle: int, span: Span, size: int, sha256: bytes | None) -> None:
        self._handle, self._span, self._size, self._expected = handle, span, size, sha256
        self._at = span.start
        # A file that comes in one request is hashed as it comes, one in pieces is read again at its end.
        self._digest = hashlib.sha256() if sha256 is not None and span.start == 0 else None
        self._head = os.pread(handle, min(NEEDED, span.start), 0)

    @property
    def offset(self) -> int:
        """How many bytes of the file are there."""
        return self._at

    @property
    def is_whole(self) -> bool:
        return self._at == self._size

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append ``data``.

        Raises `InputRefused` as soon as the first bytes are those of no picture, `UsageError` (``too_many_bytes``) for
        more than announced, `NoRoom` when the disk is full.
        """
        view = memoryview(data)
        if self._at + len(view) > self._span.end:
            raise UsageError(
                f"More bytes came than the {self._span.length} announced.",
                code="too_many_bytes",
                remedy="Ask for the offset with HEAD, and go on from there.",
            )
        self._look(view)
        if self._digest is not None:
            self._digest.update(view)
        with _disk():
            while view:
                done = os.pwrite(self._handle, view, self._at)
                self._at += done
                view = view[done:]

    def end_here(self) -> None:
        """The file's size was not known, and it ends here. Raises `InputRefused`, as `write`."""
        if len(self._head) < NEEDED:
            check_head(self._head)
        self._size = self._at

    def finish(self) -> None:
        """Make what came durable; of a whole file, compare the digest. Raises `InputRefused` (``digest_differs``).

        A file of another digest is emptied: it is to be sent again from its beginning.
        """
        if self.is_whole and self._size < NEEDED:
            check_head(self._head)
        if self.is_whole and self._expected is not None and self._sha256() != self._expected:
            os.ftruncate(self._handle, 0)
            self._at = 0
            raise InputRefused(
                "What arrived is not what was announced: the SHA-256 differs.",
                code="digest_differs",
                remedy="Send this file again from its beginning.",
            )
        with _disk():
            sync(self._handle)

    def _look(self, view: memoryview) -> None:
        missing = NEEDED - len(self._head)
        if missing > 0:
            self._head += bytes(view[:missing])
            if len(self._head) == NEEDED:
                check_head(self._head)

    def _sha256(self) -> bytes:
        if self._digest is not None and self._span.end == self._size:
            return self._digest.digest()
        digest, at = hashlib.sha256(), 0
        while piece := os.pread(self._handle, _READ, at):
            digest.update(piece)
            at += len(piece)
        return digest.digest()


@contextmanager
def holding(path: Path) -> Iterator[int]:
    """A descriptor of the file at ``path`` (made when new, durably) that nobody else writes meanwhile.

    Raises `Busy`, `NoRoom`, and `FileNotFoundError` when its folder is gone.
    """
    with _disk():
        handle = _open(path)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                "Another request is sending this file.", remedy="Wait a moment, then ask for the offset."
            ) from error
        yield handle
    finally:
        os.close(handle)


def receiver(handle: int, span: Span, size: int, sha256: bytes | None) -> Receiver:
    """Ready to take ``span``: what is there from its start on is dropped. Raises `OffsetConflict`."""
    admit_span(span, os.fstat(handle).st_size)
    os.ftruncate(handle, span.start)
    return Receiver(handle, span, size, sha256)


def offset_of(path: Path) -> int:
    """How many bytes of a file are there; 0 when none came yet."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        handle = os.open(path, flags | os.O_CREAT, 0o600)
        sync_folder(path.parent)
        return handle


@contextmanager
def _disk() -> Iterator[None]:
    import errno

    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(
                "The server's disk for incoming files is full.", remedy="Try again later, or tell the shop's owner."
            ) from error
        raise
