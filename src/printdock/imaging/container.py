"""What kind of file bytes are, and whether a PNG is whole, without decoding."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

#: Bytes of a file that are enough to tell its format.
HEAD_BYTES = 64

_AVIF = (b"avif", b"avis")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


@contextmanager
def opened(source: bytes | Path) -> Iterator[BinaryIO]:
    """The source as a readable, seekable stream."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    with source.open("rb") as stream:
        yield stream


def sniff(head: bytes) -> str | None:
    """The admitted format these first `HEAD_BYTES` bytes announce, or None. The file's name plays no part."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:4] in _TIFF:
        return "tiff"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if head[4:8] == b"ftyp":
        return _heif_brand(head)
    return None


def _heif_brand(head: bytes) -> str | None:
    """ISO 23008-12: the major brand, then at offset 16 the compatible ones; "mif1" alone says only "some HEIF"."""
    size = min(struct.unpack(">I", head[:4])[0], len(head))
    brands = [head[8:12]] + [head[i : i + 4] for i in range(16, size - 3, 4)]
    if any(b in _AVIF for b in brands):
        return "avif"
    return "heic" if any(b in _HEIC for b in brands) else None


def png_is_whole(stream: BinaryIO) -> bool:
    """Whether the PNG runs from IHDR to IEND and the checksum of every critical chunk is right.

    The decoder stops reading once it has the last row, and so would not miss what follows it. A damaged ancillary
    chunk (text, time) changes no pixel and is let pass.
    """
    stream.seek(8)
    while True:
        header = stream.read(8)
        if len(header) < 8:
            return False
        length, name = struct.unpack(">I4s", header)
        if length > 0x7FFFFFFF:
            return False
        if not _chunk_is_right(stream, length, name):
            return False
        if name == b"IEND":
            return True


def _chunk_is_right(stream: BinaryIO, length: int, name: bytes) -> bool:
    critical = not name[0] & 0x20
    if not critical:
        stream.seek(length, io.SEEK_CUR)
        return len(stream.read(4)) == 4
    check = zlib.crc32(name)
    while length:
        piece = stream.read(min(length, 1 << 20))
        if not piece:
            return False
        check = zlib.crc32(piece, check)
        length -= len(piece)
    return stream.read(4) == struct.pack(">I", check)
