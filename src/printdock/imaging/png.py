"""Writing print files: PNG, RGBA, 8 bit, small and quick to make.

Layout: PNG specification (third edition). Rows are filtered by ``sub`` or ``up``, whichever leaves more pixels equal to
their neighbour, judged over blocks of rows (neighbours stay alike for the compressor). ``sub`` alone, all that libvips
offers at this speed, is larger on clip art.

Each strip of rows is deflated by itself, by zlib-ng, in one of two ways: looking for runs only, which suits flat art and
gradients (a third of the time, and often smaller), or for any repetition, which suits patterns and textures. Every few
strips both are tried, and the strips up to the next trial go the way that came out smaller.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from zlib_ng import zlib_ng

from printdock.imaging.types import Pixels

#: zlib effort where any repetition is looked for.
LEVEL = 4

#: Both ways are tried on one of so many strips.
_TRIAL = 6

#: Rows filtered and deflated at a time: small enough for the processor's cache, large enough to be worth a call.
_ROWS = 64

#: Rows that share a filter, and which of them are looked at to choose it.
_BLOCK, _EVERY = 16, 4

_SUB, _UP = 1, 2

#: zlib's header (RFC 1950) for a window of 32 KiB, and an empty last block (RFC 1951).
_ZLIB_HEAD, _LAST_BLOCK = b"\x78\x5e", b"\x03\x00"


def write(pixels: Pixels, dpi: int) -> bytes:
    """Straight RGBA (height x width x 4) as PNG with sRGB and pHYs chunks; equal pixels give equal bytes.

    Colour under full transparency is written as 0: nobody sees it, and it only costs bytes.
    """
    height, width = pixels.shape[:2]
    per_metre = round(dpi / 0.0254)
    parts = [
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        _chunk(b"sRGB", b"\x00"),  # perceptual
        _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
        *(_chunk(b"IDAT", data) for data in _deflated(_filtered(pixels))),
        _chunk(b"IEND", b""),
    ]
    return b"".join(parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(name)))


def _deflated(strips: Iterator[NDArray[np.uint8]]) -> Iterator[bytes]:
    """The strips as one zlib stream, in pieces."""
    yield _ZLIB_HEAD
    check, runs = zlib_ng.adler32(b""), True
    for number, rows in enumerate(strips):
        check = zlib_ng.adler32(rows, check)
        data = _packed(rows, runs=runs)
        if number % _TRIAL == 0:
            other = _packed(rows, runs=not runs)
            if len(other) < len(data):
                data, runs = other, not runs
        yield data
    yield _LAST_BLOCK + struct.pack(">I", check)


def _packed(rows: NDArray[np.uint8], *, runs: bool) -> bytes:
    """Deflated (RFC 1951), ending on a whole byte and not as the last block."""
    strategy = zlib_ng.Z_RLE if runs else zlib_ng.Z_DEFAULT_STRATEGY
    deflate = zlib_ng.compressobj(LEVEL, zlib_ng.DEFLATED, -15, 9, strategy)
    return deflate.compress(rows) + deflate.flush(zlib_ng.Z_SYNC_FLUSH)


def _filtered(pixels: Pixels) -> Iterator[NDArray[np.uint8]]:
    """The picture's rows, each behind its filter byte, a few at a time."""
    height, width = pixels.shape[:2]
    above = np.zeros((1, width), np.uint32)
    for top in range(0, height, _ROWS):
        rows = np.concatenate((above, _clean(pixels[top : top + _ROWS])))
        yield _filter(rows)
        above = rows[-1:]


def _clean(rows: Pixels) -> NDArray[np.uint32]:
    """The rows, a word per pixel, 0 wherever alpha is 0."""
    words = np.ascontiguousarray(rows).view(np.uint32)[..., 0]
    if not ((words - np.uint32(1)) < np.uint32(0x00FFFFFF)).any():
        return words
    return np.where(words > np.uint32(0x00FFFFFF), words, np.uint32(0))


def _filter(words: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Rows (1 + n x width), the first of them the row above, to n x (1 + 4 width) filtered bytes."""
    rows = words.view(np.uint8)
    out = np.empty((rows.shape[0] - 1, 1 + rows.shape[1]), np.uint8)
    for top in range(0, out.shape[0], _BLOCK):
        here = slice(top + 1, min(top + _BLOCK, out.shape[0]) + 1)
        block = out[top : top + _BLOCK]
        if _up_is_better(words, here):
            block[:, 0] = _UP
            np.subtract(rows[here], rows[here.start - 1 : here.stop - 1], out=block[:, 1:])
        else:
            block[:, 0] = _SUB
            block[:, 1:5] = rows[here, :4]
            np.subtract(rows[here, 4:], rows[here, :-4], out=block[:, 5:])
    return out


def _up_is_better(words: NDArray[np.uint32], block: slice) -> bool:
    """Whether fewer pixels differ from the ones above than from the ones to the left, in some rows of the block."""
    rows = words[block.start : block.stop : _EVERY]
    above = words[block.start - 1 : block.stop - 1 : _EVERY]
    return int(np.count_nonzero(rows != above)) < int(np.count_nonzero(rows[:, 1:] != rows[:, :-1]))
