"""A ZIP file that is written while it is sent: as large as it likes, in the memory of one piece.

Files are stored, not deflated (pictures are compressed already), and carry no moment: the same files under the same names
always give the same bytes. Past 2 GB it is a ZIP64 file, which every archiver of the last fifteen years reads.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from printdock.errors import StorageUnavailable

#: Bytes read at a time.
PIECE = 256 * 1024

#: The earliest moment that a ZIP file can name.
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)
_FILE_BY_SOMEBODY = 0o100644 << 16

# Bytes of what stands around the files (APPNOTE.TXT 6.3.10: 4.3.9, 4.3.12, 4.3.14 to 4.3.16, 4.5.3).
_HEADER, _DESCRIPTOR, _ENTRY, _END = 30, 16, 46, 22
# What is more where a file, or its place, is past what 31 bits count (as `zipfile` draws that line).
_HEADER_64, _DESCRIPTOR_64, _SIZES_64, _PLACE_64, _FIELD_64, _END_64 = 20, 8, 16, 8, 4, 56 + 20


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive. ``name``: its path in it; ``size``: bytes; ``open``: a stream of exactly so many."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


def archive_size(members: Sequence[Member]) -> int:
    """The bytes that `archive` will yield."""
    at = directory = 0
    limit = zipfile.ZIP64_LIMIT
    for member in members:
        name = len(_info(member).filename.encode())
        more = _SIZES_64 * (member.size > limit) + _PLACE_64 * (at > limit)
        directory += _ENTRY + name + more + _FIELD_64 * (more > 0)
        large = member.size * 1.05 > limit
        at += _HEADER + name + member.size + _DESCRIPTOR + (_HEADER_64 + _DESCRIPTOR_64) * large
    far = len(members) > zipfile.ZIP_FILECOUNT_LIMIT or max(at, directory) > limit
    return at + directory + _END + _END_64 * far


def archive(members: Sequence[Member]) -> Iterator[bytes]:
    """The archive, in pieces.

    Raises `StorageUnavailable` where a file is not as long as it was, and what opening raises: whoever sends it must
    then cut the line, since half an archive must not look whole.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as target:
        for member in members:
            with member.open() as source, target.open(_info(member), "w") as entry:
                left = member.size
                while piece := source.read(PIECE):
                    left -= len(piece)
                    entry.write(piece)
                    yield sink.taken()
                if left:
                    raise StorageUnavailable("A stored file is not as long as it was.", code="changed_while_read")
            yield sink.taken()
    yield sink.taken()


def _info(member: Member) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member.name, _NO_MOMENT)
    info.create_system = 3  # as on Unix, wherever it is made
    info.external_attr = _FILE_BY_SOMEBODY
    info.file_size = member.size
    return info


class _Sink:
    """Holds what was written until it is taken. It cannot seek, so sizes and checksums come after each file."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole
