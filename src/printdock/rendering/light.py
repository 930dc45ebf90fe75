"""Between sRGB values and linear light (IEC 61966-2-1), by table."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Pixels

#: Height x width x 4, uint16: linear light, premultiplied; 65535 is white, and opaque.
Linear = NDArray[np.uint16]

_ROWS = 32


@lru_cache(maxsize=1)
def to_linear() -> NDArray[np.float64]:
    """Linear light, 0..1, of each sRGB value 0..255."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


@lru_cache(maxsize=1)
def to_srgb() -> NDArray[np.uint8]:
    """sRGB value of each linear light 0..65535."""
    light = np.arange(65536) / 65535
    value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(255 * value).astype(np.uint8)


@lru_cache(maxsize=1)
def _table() -> NDArray[np.uint16]:
    """1 x 256 x 4: sRGB to linear light for three channels, and alpha to 16 bits."""
    colour = np.round(to_linear() * 65535).astype(np.uint16)
    return np.stack([colour, colour, colour, np.arange(256, dtype=np.uint16) * 257], axis=-1)[None]


def linear(pixels: Pixels) -> Linear:
    """Straight sRGB to premultiplied linear light."""
    out = np.asarray(cv2.LUT(pixels, _table()), np.uint16)
    alpha = out[..., 3]
    if alpha.size and alpha.min() == 65535:
        return out
    weights = cv2.merge([alpha, alpha, alpha, np.full_like(alpha, 65535)])
    return np.asarray(cv2.multiply(out, weights, scale=1 / 65535), np.uint16)


def srgb(light: Linear) -> Pixels:
    """Premultiplied linear light to premultiplied sRGB; no colour exceeds its alpha."""
    out = np.empty(light.shape, np.uint8)
    for top in range(0, light.shape[0], _ROWS):
        band = light[top : top + _ROWS]
        alpha = band[..., 3:]
        colour = band[..., :3]
        opaque = alpha.min() == 65535
        if not opaque:
            straight = colour * (np.float32(65535) / np.maximum(alpha, 1).astype(np.float32))
            colour = np.minimum(straight + np.float32(0.5), 65535).astype(np.uint16)
        out[top : top + _ROWS, :, :3] = to_srgb()[colour]
        out[top : top + _ROWS, :, 3] = (alpha[..., 0].astype(np.uint32) + 128) // 257
        if not opaque:
            out[top : top + _ROWS] = cv2.cvtColor(out[top : top + _ROWS], cv2.COLOR_RGBA2mRGBA)
    return out
