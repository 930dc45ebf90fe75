"""Pictures for people to look at: mockups as JPEG, WebP or PNG, no larger than asked, and their thumbnails.

Written without metadata and without a profile: what has none is shown as sRGB, which these are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from printdock.errors import InputRefused
from printdock.imaging import vips
from printdock.imaging.types import Pixels

#: Quality below which a picture is not fit to be shown: a byte limit that asks for less is refused.
WORST_QUALITY = 30

#: From this quality on JPEG keeps colour at full resolution (4:4:4), as libvips does; below it halves it (4:2:0).
_FULL_COLOUR = 90


class PictureFormat(StrEnum):
    JPEG = "jpeg"
    WEBP = "webp"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class Output:
    """How a picture is written. ``max_bytes``: None for no limit; ``quality`` (1..100) is not used for PNG."""

    format: PictureFormat = PictureFormat.JPEG
    quality: int = 95
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file, and the quality it was written with (100 for PNG)."""

    data: bytes
    quality: int


def encode(pixels: Pixels, output: Output) -> Encoded:
    """Height x width x 3 sRGB as a file; the same pixels always give the same bytes.

    Where the file exceeds ``output.max_bytes`` the quality is lowered by bisection, to the highest found that fits.
    Raises InputRefused (output_too_large) where even `WORST_QUALITY`, or PNG, does not fit.
    """
    write = _WRITERS[output.format]
    limit = output.max_bytes
    data = write(pixels, output.quality)
    if limit is None or len(data) <= limit:
        return Encoded(data, 100 if output.format is PictureFormat.PNG else output.quality)
    if output.format is not PictureFormat.PNG:
        found = _fitting(lambda quality: write(pixels, quality), output.quality, limit)
        if found is not None:
            return found
    raise InputRefused(
        f"The picture cannot be written within {limit:,} bytes.",
        code="output_too_large",
        remedy="Allow more bytes, a smaller size, or another format than PNG.",
    )


def thumbnail(pixels: Pixels, longest_side: int) -> Pixels:
    """The picture shrunk to a longest side of that many px; itself where it is no longer than that."""
    height, width = pixels.shape[:2]
    scale = longest_side / max(width, height)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return vips.to_array(vips.reduce(vips.from_array(pixels), *size))


def thumbnail_file(pixels: Pixels, longest_side: int) -> bytes:
    """The thumbnail as a WebP of some 10 kB, written quickly: its plain 4:2:0 and least effort take a quarter of the time
    for 4 % more bytes."""
    small = vips.from_array(thumbnail(pixels, longest_side))
    data: bytes = small.webpsave_buffer(Q=82, effort=2, keep="none")
    return data


def _fitting(write: Callable[[int], bytes], too_high: int, limit: int) -> Encoded | None:
    """The highest quality below ``too_high`` that fits, by bisection: file sizes grow with quality."""
    low, high = WORST_QUALITY - 1, too_high
    best: Encoded | None = None
    while high - low > 1:
        quality = (low + high) // 2
        data = write(quality)
        if len(data) <= limit:
            best, low = Encoded(data, quality), quality
        else:
            high = quality
    return best


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    """Progressive. OpenCV's encoder: libvips' takes 6 % more time for the same file."""
    full = quality >= _FULL_COLOUR
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444 if full else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)
    return np.asarray(data, np.uint8).tobytes()


def _webp(pixels: Pixels, quality: int) -> bytes:
    data: bytes = vips.from_array(pixels).webpsave_buffer(Q=quality, effort=4, smart_subsample=True, keep="none")
    return data


def _png(pixels: Pixels, _quality: int) -> bytes:
    data: bytes = vips.from_array(pixels).pngsave_buffer(compression=6, filter="sub", keep="none")
    return data


_WRITERS: dict[PictureFormat, Callable[[Pixels, int], bytes]] = {
    PictureFormat.JPEG: _jpeg,
    PictureFormat.WEBP: _webp,
    PictureFormat.PNG: _png,
}
