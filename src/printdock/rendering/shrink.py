"""Shrinking in linear light: boxes of whole pixels, an area filter, and a Catmull-Rom kernel stretched to the rest."""

from __future__ import annotations

import cv2
import numpy as np

from printdock.imaging import vips
from printdock.imaging.resize import grow, premultiply
from printdock.imaging.types import Pixels
from printdock.rendering.light import Linear, linear, srgb

#: Rows of the result of `boxed` made at a time: what is in between stays in the processor's cache.
_ROWS = 16


def boxed(pixels: Pixels, across: int, down: int) -> Linear:
    """Straight sRGB RGBA to premultiplied linear light, each ``across`` x ``down`` px averaged into one.

    Sizes are rounded up: edge pixels are repeated where the last box is not full.
    """
    height, width = pixels.shape[:2]
    wide, tall = -(-width // across), -(-height // down)
    out = np.empty((tall, wide, 4), np.uint16)
    for top in range(0, tall, _ROWS):
        rows = min(_ROWS, tall - top)
        band = pixels[top * down : (top + rows) * down]
        missing = rows * down - band.shape[0], wide * across - width
        if any(missing):
            band = np.asarray(cv2.copyMakeBorder(band, 0, missing[0], 0, missing[1], cv2.BORDER_REPLICATE), np.uint8)
        light = linear(band)
        if across > 1 or down > 1:
            light = np.asarray(cv2.resize(light, (wide, rows), interpolation=cv2.INTER_AREA), np.uint16)
        out[top : top + rows] = light
    return out


def merged(light: Linear, across: int, down: int) -> Linear:
    """Each ``across`` x ``down`` boxes of `boxed` averaged into one; sizes are rounded up as there."""
    height, width = light.shape[:2]
    wide, tall = -(-width // across), -(-height // down)
    missing = tall * down - height, wide * across - width
    if any(missing):
        light = np.asarray(cv2.copyMakeBorder(light, 0, missing[0], 0, missing[1], cv2.BORDER_REPLICATE), np.uint16)
    return np.asarray(cv2.resize(light, (wide, tall), interpolation=cv2.INTER_AREA), np.uint16)


def reduced(light: Linear, width: int, height: int) -> Pixels:
    """Linear light at width x height, neither larger than it is, as premultiplied sRGB."""
    size = min(2 * width, light.shape[1]), min(2 * height, light.shape[0])
    if size != (light.shape[1], light.shape[0]):
        light = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.uint16)
    small = vips.to_array(vips.reduce(vips.from_array(light), width, height))
    return srgb(np.asarray(small, np.uint16))


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """Straight RGBA at exactly width x height, premultiplied: shrunk in linear light, enlarged as it is (cubic)."""
    tall, wide = pixels.shape[:2]
    if wide <= width and tall <= height:
        return grow(premultiply(np.array(pixels, order="C")), width, height)
    across, down = _box(wide / width), _box(tall / height)
    light = boxed(pixels, across, down)
    return grow(reduced(light, min(width, light.shape[1]), min(height, light.shape[0])), width, height)


def _box(factor: float) -> int:
    """Largest power of two of which the factor is at least one and a half."""
    size = 1
    while size * 3 <= factor:
        size *= 2
    return size
