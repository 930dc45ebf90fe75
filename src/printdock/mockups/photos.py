"""The pictures of a pack, decoded within bounds: photos, grey masks and displacement maps, watermarks."""

from __future__ import annotations

import cv2
import numpy as np

from printdock.errors import InputRefused
from printdock.imaging import codec
from printdock.imaging.types import Pixels
from printdock.rendering.types import Grey

#: Most pixels of a photo: 50 million, as large cameras make. A mask has no need of more.
MOST_PIXELS = 50_000_000

#: Shortest side of a photo, px.
LEAST_SIDE = 16


def check(data: bytes, kind: str) -> None:
    """Decode the whole picture once. ``kind``: photo, mask or mark. Raises InputRefused, the codes of `imaging.codec`."""
    info = codec.probe(data, max_pixels=MOST_PIXELS)
    if kind == "photo" and min(info.width, info.height) < LEAST_SIDE:
        raise InputRefused(
            f"The photo is only {info.width} x {info.height} px.", code="too_small", remedy="Use a larger photo."
        )
    codec.decode(data, max_pixels=MOST_PIXELS)


def size(data: bytes) -> tuple[int, int]:
    """(width, height) of the upright picture, from its header."""
    info = codec.probe(data, max_pixels=MOST_PIXELS)
    return (info.height, info.width) if info.orientation >= 5 else (info.width, info.height)


def photo(data: bytes) -> Pixels:
    """Upright straight RGBA, height x width x 4."""
    return codec.decode(data, max_pixels=MOST_PIXELS)


def grey(data: bytes) -> Grey:
    """Upright, height x width, 8 bits; what is transparent counts as 0."""
    pixels = photo(data)
    values = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2GRAY), np.uint8)
    alpha = pixels[..., 3]
    if alpha.min() == 255:
        return values
    return np.asarray((values.astype(np.uint16) * alpha + 127) // 255, np.uint8)
