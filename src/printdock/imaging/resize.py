"""Resizing RGBA without halos: always on premultiplied pixels, each axis by the filter that suits it.

Interpolating straight alpha mixes the colour hidden under transparent pixels into every edge: white ink gets a grey
outline. Premultiplied, colour and alpha are weighted alike, so white (colour = alpha) stays white to the last pixel.
"""

from __future__ import annotations

import cv2
import numpy as np

from printdock.imaging import vips
from printdock.imaging.types import Pixels

#: Rows converted at a time, so that temporaries stay in the processor's cache.
_ROWS = 32


def premultiply(pixels: Pixels) -> Pixels:
    """Colour x alpha / 255, rounded; in place, and returned. The array must be contiguous."""
    return _convert(pixels, cv2.COLOR_RGBA2mRGBA)


def unpremultiply(pixels: Pixels) -> Pixels:
    """Colour x 255 / alpha, rounded and capped at 255, 0 where alpha is 0; in place, and returned. Contiguous.

    Most art is opaque or nothing but for its edges: only the pixels that change are touched.
    """
    words = pixels.view(np.uint32)[..., 0]
    for top in range(0, words.shape[0], _ROWS):
        strip = words[top : top + _ROWS].reshape(-1)
        # little-endian with alpha on top: neither 0 nor 0xFF......
        some = np.flatnonzero((strip - np.uint32(1)) < np.uint32(0xFEFFFFFF))
        if len(some) > len(strip) // 3:
            _convert(pixels[top : top + _ROWS], cv2.COLOR_mRGBA2RGBA)
        elif len(some):
            few = strip[some].view(np.uint8).reshape(1, -1, 4)
            strip[some] = cv2.cvtColor(few, cv2.COLOR_mRGBA2RGBA).view(np.uint32)[0, :, 0]
    return pixels


def resize(pixels: Pixels, width: int, height: int) -> Pixels:
    """Premultiplied RGBA at width x height: axes that shrink first (`vips.reduce`), then those that grow (cubic).

    Pixel centres are kept (no half-pixel shift). Returns the argument itself where nothing changes.
    """
    return grow(shrink(pixels, width, height), width, height)


def shrink(pixels: Pixels, width: int, height: int) -> Pixels:
    """Each axis brought down to width or height where it is longer; the other left alone."""
    tall, wide = pixels.shape[:2]
    if wide <= width and tall <= height:
        return pixels
    return vips.to_array(vips.reduce(vips.from_array(pixels), min(width, wide), min(height, tall)))


def grow(pixels: Pixels, width: int, height: int) -> Pixels:
    """Premultiplied RGBA enlarged to exactly width x height; no axis may be longer than that."""
    tall, wide = pixels.shape[:2]
    if (wide, tall) == (width, height):
        return pixels
    grown = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(grown, np.uint8)


def _convert(pixels: Pixels, code: int) -> Pixels:
    for top in range(0, pixels.shape[0], _ROWS):
        strip = pixels[top : top + _ROWS]
        strip[...] = cv2.cvtColor(strip, code)
    return pixels
