"""Small pictures of art, for lists and galleries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from printdock.imaging import codec, vips
from printdock.imaging.resize import unpremultiply
from printdock.imaging.types import Pixels

#: Qualities of WebP that are tried until a picture is small enough, then sides a quarter shorter. The least effort: 8 ms
#: at 512 px instead of 13, for a fifth more bytes.
_QUALITIES = (60, 40)


@dataclass(frozen=True, slots=True)
class SmallPicture:
    """A WebP file and its size in px."""

    webp: bytes
    width: int
    height: int


def art_thumbnail(source: bytes | Path, longest_side: int, *, max_pixels: int = codec.MAX_PIXELS) -> bytes:
    """An upright picture file as a WebP of at most ``longest_side`` px, transparent where it is; never enlarged.

    Read row by row: takes memory for the thumbnail, not for the picture. Raises InputRefused as `codec.decode`.
    """
    found = codec.open_source(source, max_pixels=max_pixels)
    width, height = found.image.width, found.image.height
    scale = min(1.0, longest_side / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    with codec.reading():
        pixels = vips.to_array(vips.reduce(vips.premultiplied(found.image), *size))
    data: bytes = vips.from_array(unpremultiply(pixels)).webpsave_buffer(Q=82, alpha_q=90, effort=2, keep="none")
    return data


def fitted_look(look: Pixels, longest_side: int) -> Pixels:
    """A premultiplied picture of at most ``longest_side`` px; never enlarged, never less than a pixel wide."""
    height, width = look.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(look)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(look, size, interpolation=cv2.INTER_AREA), np.uint8)


def look_file(look: Pixels, most_bytes: int) -> SmallPicture:
    """A premultiplied picture as a WebP of at most ``most_bytes``: in lower quality, or smaller, where it must be."""
    while True:
        height, width = look.shape[:2]
        image = vips.from_array(unpremultiply(look.copy()))
        for quality in _QUALITIES:
            data: bytes = image.webpsave_buffer(Q=quality, alpha_q=quality, effort=0, keep="none")
            if len(data) <= most_bytes:
                return SmallPicture(data, width, height)
        if max(height, width) <= 32:
            return SmallPicture(data, width, height)
        look = fitted_look(look, max(height, width) * 3 // 4)
