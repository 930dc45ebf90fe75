"""The light that falls on a print area, read from the photo, and put on the design.

A photo of an evenly coloured thing is its colour times its light: in linear light, luminance by the area's typical
luminance is the light. It is low-passed, so that folds show and grain does not, with only the area's own pixels counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Pixels
from printdock.rendering.blend import Plane
from printdock.rendering.light import to_linear, to_srgb

#: Fixed point of stored factors: 1.0 is this.
UNIT = 4096

#: sRGB is close to a power of linear light: a factor of light is its root on sRGB values, premultiplied or not. Wrong by
#: at most 3 of 255 where light is halved, by 8 in a twentieth of it.
GAMMA = 2.2

#: Luminance of sRGB primaries (IEC 61966-2-1).
LUMINANCE = (0.2126, 0.7152, 0.0722)

#: Standard deviation of the low pass, as a share of the picture's longest side.
_SOFT = 0.003

#: Light further from the typical than this is not light but another thing.
_LEAST, _MOST = 0.05, 4.0

#: Excess of light up to about this is a broad brightening; of what goes beyond, most is a highlight.
_BROAD = 0.15

#: Added to luminances: what is nearly black says little about light.
_FLOOR = 0.003


def luminance(rgb: Pixels) -> NDArray[np.float32]:
    """Height x width, linear, 0..1."""
    light = cv2.LUT(rgb, np.repeat(to_linear().astype(np.float32)[None, :, None], 3, axis=2))
    return np.asarray(cv2.transform(light, np.array([LUMINANCE], np.float32)), np.float32)


@dataclass(frozen=True, slots=True)
class Light:
    """``factor``: for the design's sRGB values, in `UNIT`. ``shine``: sRGB values to lay over it (screen), or None."""

    factor: NDArray[np.uint16]
    shine: Pixels | None

    @property
    def nbytes(self) -> int:
        return self.factor.nbytes + (0 if self.shine is None else self.shine.nbytes)


def light_of(rgb: Pixels, weight: NDArray[np.uint8], strength: float, gloss: float, longest_side: int) -> Light | None:
    """The light on an area of the photo (height x width x 3); None where there is none to be told.

    ``weight``: how much of each pixel the area covers; ``strength`` 0..1 is an exponent on the light. What exceeds the
    typical light by much is a highlight: the share ``gloss`` of it is thrown back by the surface, whatever lies under it.
    """
    if strength == 0 or not weight.any():
        return None
    sigma = max(1.0, _SOFT * longest_side)
    own = weight.astype(np.float32)
    spread = _blurred(own, sigma)
    light = np.where(weight > 0, _blurred(luminance(rgb) * own, sigma) / np.maximum(spread, 1e-3), 0)
    whole = weight > 127
    typical = float(np.median(light[whole])) if whole.any() else float(light[weight > 0].mean())
    relative = np.clip((light + _FLOOR) / (typical + _FLOOR), _LEAST, _MOST)
    excess = np.maximum(relative - 1, 0)
    thrown = gloss * excess * excess / (excess + _BROAD)
    factor = np.asarray(np.round((relative - thrown) ** (strength / GAMMA) * UNIT), np.uint16)
    if gloss == 0:
        return Light(factor, None)
    shine = np.clip(thrown * typical * strength, 0, 1) * 65535
    return Light(factor, to_srgb()[np.asarray(shine, np.uint16)])


def _blurred(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT), np.float32)


def shaded(source: Plane, alpha: Plane, factor: Plane, lift: Plane, shine: Plane | None) -> Plane:
    """A premultiplied channel (0..alpha) times the light, with a shoulder instead of clipping, and the shine over it.

    c f / (1 + (f - 1) c) for f > 1, with c the straight colour: black stays black, white stays white, and what lies
    between gets lighter by f at first. ``lift`` is max(f - 1, 0); ``shine`` 0..1 is laid over it as by screen.
    """
    lit = source * factor * alpha / (alpha + lift * source + np.float32(1e-6))
    if shine is not None:
        lit += shine * (alpha - lit)
    return np.asarray(lit, np.float32)
