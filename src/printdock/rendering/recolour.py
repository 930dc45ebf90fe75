"""A garment in another colour, its folds and lights kept.

In linear light a garment is reflectance times light; the light is the photo's luminance by the garment's typical one.
The new garment is the new colour times the same light, with a shoulder near white in place of clipping.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Pixels
from printdock.rendering.light import to_linear, to_srgb
from printdock.rendering.shade import luminance

#: Linear light from which on values are bent so as to reach white only at infinity.
_KNEE = 0.7

_ROWS = 64


def recoloured(photo: Pixels, mask: NDArray[np.uint8], rgb: tuple[int, int, int]) -> Pixels:
    """The photo (height x width x 3 sRGB) with the garment (``mask`` of that size, 255) in another colour."""
    typical = _typical(photo, mask)
    colour = to_linear()[list(rgb)].astype(np.float32)
    out = photo.copy()
    for top in range(0, photo.shape[0], _ROWS):
        rows = slice(top, top + _ROWS)
        if mask[rows].any():
            out[rows] = _band(photo[rows], mask[rows], colour / np.float32(typical))
    return out


def _typical(photo: Pixels, mask: NDArray[np.uint8]) -> float:
    """Median luminance of the garment."""
    inside = mask[::2, ::2] > 127
    if not inside.any():
        return 1.0
    return max(float(np.median(luminance(np.ascontiguousarray(photo[::2, ::2]))[inside])), 1e-3)


def _band(photo: Pixels, mask: NDArray[np.uint8], factors: NDArray[np.float32]) -> Pixels:
    light = luminance(photo)
    share = mask.astype(np.float32) / np.float32(255)
    before = np.asarray(cv2.LUT(photo, np.repeat(to_linear().astype(np.float32)[None, :, None], 3, axis=2)))
    planes = []
    for channel in range(3):
        new = _shoulder(light * factors[channel])
        mixed = before[..., channel] + (new - before[..., channel]) * share
        planes.append(to_srgb()[np.asarray(mixed * 65535 + 0.5, np.uint16)])
    # Untouched pixels stay what they were, to the last bit.
    return np.where(mask[..., None] > 0, np.stack(planes, axis=-1), photo)


def _shoulder(light: NDArray[np.float32]) -> NDArray[np.float32]:
    room = np.float32(1 - _KNEE)
    above = np.maximum(light - np.float32(_KNEE), 0)
    return np.asarray(np.minimum(light, _KNEE) + room * (1 - np.exp(-above / room)), np.float32)
