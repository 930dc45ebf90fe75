"""Where two registered pictures differ, and by how much: the largest local difference, not the average.

A small year under the same picture changes one spot thoroughly and nothing else; re-scaling and compression change
all edges a little. So differences are taken over small windows, and each is held against the contrast around it and
against the noise measured on this very pair.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Pixels

Plane = NDArray[np.float32]

#: Window sides, px at the resolution compared. Digits of the smallest line that matters are 5-15 px high.
WINDOWS = (7, 13)
#: Contrast is taken over this window.
CONTEXT = 13
#: Contrast, levels squared, above which a window shows ink.
INK = 150.0


@dataclass(frozen=True, slots=True)
class Difference:
    """``local``: the largest change of structure in a window, relative to the contrast around it (0 none, 1
    unrelated, 2 one is blank). ``surprise``: the largest one relative to what this pair's own noise leads to expect.
    ``spread``: share of the ink windows that differ by more than a third of their contrast. ``colour``: the largest
    mean difference of a window's ink, levels; ``tint``: the mean of all ink's chroma differences, levels. ``noise``
    (levels) and ``softness`` (relative to contrast): what is typical of this pair. ``level``: root mean square of all
    pixels, levels. ``where``: of the most surprising window, x and y in shares of the sides.
    """

    local: float = 0.0
    surprise: float = 0.0
    spread: float = 0.0
    colour: float = 0.0
    tint: float = 0.0
    noise: float = 0.0
    softness: float = 0.0
    level: float = 0.0
    where: tuple[float, float] = (0.0, 0.0)

    @property
    def spot(self) -> float:
        """How much a spot stands out: ``local``, more so on a pair that is clean elsewhere."""
        return self.local * math.sqrt(self.surprise / 30)


#: Levels squared that are added to a contrast before anything is divided by it.
FLOOR = 64.0


def difference(a: Plane, b: Plane, valid: NDArray[np.uint8]) -> Difference:
    """Compares two luma planes (h x w, 0..255) where ``valid`` (0 or 255) is set."""
    apart = np.asarray(cv2.subtract(a, b), np.float32)
    squared = np.asarray(cv2.multiply(apart, apart), np.float32)
    context = _context(a, b)
    inside = valid > 0
    ink = inside & (context > INK)
    sides = [side for side in WINDOWS if side <= min(a.shape)]
    if not sides or not inside.any():
        return Difference()
    means = {side: _variance(apart, squared, side) for side in sides}
    wide = means[sides[-1]]
    noise, softness = _noise(wide[::2, ::2], context[::2, ::2], inside[::2, ::2], ink[::2, ::2])
    local, surprise, where = 0.0, 0.0, (0.0, 0.0)
    for side, mean in means.items():
        sound = np.asarray(cv2.erode(valid, np.ones((side, side), np.uint8), borderValue=255), np.uint8)
        local = max(local, _largest(mean / (context + FLOOR), sound)[0])
        peak, at = _largest(mean / (context * softness + noise**2), sound)
        if peak > surprise:
            surprise, where = peak, (at[0] / a.shape[1], at[1] / a.shape[0])
    spread = float(np.mean(wide[ink] > context[ink] / 3)) if ink.any() else 0.0
    level = float(np.sqrt(squared[inside].mean()))
    return Difference(local, surprise, spread, 0.0, 0.0, noise, softness, level, where)


def _variance(values: Plane, squared: Plane, side: int) -> Plane:
    """Within each window of ``side`` px: a mean difference is one of colour, and judged there."""
    mean = np.asarray(cv2.blur(values, (side, side)))
    return np.asarray(np.maximum(cv2.blur(squared, (side, side)) - mean * mean, 0))


def _context(a: Plane, b: Plane) -> Plane:
    """Contrast around each pixel, levels squared: the mean variance of both pictures, and a third of a pixel's slip."""
    size = (CONTEXT, CONTEXT)
    total = np.zeros_like(a)
    for plane in (a, b):
        mean = cv2.blur(plane, size)
        total += cv2.sqrBoxFilter(plane, cv2.CV_32F, size) - mean * mean
    across = cv2.Sobel(b, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(b, cv2.CV_32F, 0, 1, scale=1 / 8)
    slope = cv2.blur(across * across + down * down, size)
    return np.asarray(np.maximum(total / 2, 0) + 0.1 * slope)


def _noise(wide: Plane, context: Plane, inside: NDArray[np.bool_], ink: NDArray[np.bool_]) -> tuple[float, float]:
    """Noise of the plain parts (levels) and of the ink (relative to its contrast), as most of this pair shows them.

    Bounded: two different designs must not explain their difference as noise.
    """
    plain = wide[inside & ~ink & (context > 1)]
    noise = 2 * float(np.sqrt(np.percentile(plain, 60))) if plain.size > 50 else 1.0
    relative = wide[ink] / context[ink]
    softness = 2 * float(np.percentile(relative, 60)) if relative.size > 50 else 0.01
    return min(6.0, max(1.5, noise)), min(0.08, max(0.005, softness))


def _largest(values: Plane, sound: NDArray[np.uint8]) -> tuple[float, tuple[int, int]]:
    _, peak, _, at = cv2.minMaxLoc(values, mask=sound)
    return float(peak), (int(at[0]), int(at[1]))


def colour_difference(a: Pixels, b: Pixels, ink: Plane, valid: NDArray[np.uint8]) -> tuple[float, float]:
    """Mean differences of the ink's luma and chroma over small windows, levels: the largest, and that of all ink's
    chroma.

    RGB, h x w x 3, 8 bit; ``ink`` (h x w, 0..1): how much of each pixel is ink. Sums over a window survive blur and
    chroma subsampling.
    """
    size = (max(1, ink.shape[1] // 2), max(1, ink.shape[0] // 2))
    small = [np.asarray(cv2.resize(p, size, interpolation=cv2.INTER_AREA)) for p in (a, b)]
    split = [np.asarray(cv2.cvtColor(p, cv2.COLOR_RGB2YCrCb)).astype(np.float32) for p in small]
    window = (9, 9)
    share = np.asarray(cv2.blur(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), window))
    mean = np.abs(cv2.blur(cv2.subtract(split[0], split[1]), window)) / (share + 0.3)[:, :, None]
    mask = np.asarray(cv2.resize(valid, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    mask = np.asarray(cv2.erode(mask, np.ones(window, np.uint8), borderValue=255), np.uint8)
    largest = max(_largest(np.asarray(cv2.extractChannel(mean, i)), mask)[0] for i in range(3))
    chroma = np.hypot(mean[::2, ::2, 1], mean[::2, ::2, 2])
    weight = share[::2, ::2] * (mask[::2, ::2] > 0)
    return largest, float((chroma * weight).sum() / max(1e-3, float(weight.sum())))
