"""Evens out what copying may change, within bounds: tone and sharpness."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.dedupe.forms import Plane, grey
from printdock.imaging.types import Pixels

#: How far a copy's brightness may be off: factor, and levels of 255.
MAX_GAIN = 1.16
MAX_OFFSET = 14.0


@dataclass(frozen=True, slots=True)
class Tone:
    """stored = gain x newcomer + offset (levels)."""

    gain: float = 1.0
    offset: float = 0.0


def fit_tone(laid: Pixels, stored: Pixels, valid: NDArray[np.uint8]) -> Tone:
    """One gain and offset for all three channels: least squares over flat, solid ink, twice more without outliers.

    Tone() where there is too little of it, or where it would take more than a copy may be off: then it is another
    colour.
    """
    step = max(1, max(valid.shape) // 256)
    cut = (slice(None, None, step), slice(None, None, step))
    solid = (_flat(grey(laid))[cut] & _flat(grey(stored))[cut]) & (valid[cut] > 0)
    solid &= (laid[cut][:, :, 3] > 250) & (stored[cut][:, :, 3] > 250)
    if np.count_nonzero(solid) < 40:
        return Tone()
    a, b = (p[cut][solid][:, :3].astype(np.float64).ravel() for p in (laid, stored))
    if float(np.mean(np.abs(a - b))) < 0.5:
        return Tone()
    tone = _fitted_tone(a, b)
    if not 1 / MAX_GAIN < tone.gain < MAX_GAIN or abs(tone.offset) > MAX_OFFSET:
        return Tone()
    return tone if abs(tone.gain - 1) > 0.005 or abs(tone.offset) > 0.7 else Tone()


def _flat(values: Pixels) -> NDArray[np.bool_]:
    """Pixels whose 3 x 3 neighbours are within 16 levels: edges would tell of sharpness, not of tone."""
    return np.asarray(cv2.morphologyEx(values, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))) <= 16


def _fitted_tone(a: NDArray[np.float64], b: NDArray[np.float64]) -> Tone:
    """The ridge (2 % of the pixels at 100 levels) keeps a single flat colour from asking for any gain and offset."""
    keep = np.ones(a.size, bool)
    gain, offset = 0.0, 0.0
    for _ in range(3):
        x, y = a[keep] / 100, b[keep] - a[keep]
        ridge = 0.02 * x.size
        matrix = np.array([[(x * x).sum() + ridge, x.sum()], [x.sum(), x.size + ridge]])
        gain, offset = np.linalg.solve(matrix, np.array([(x * y).sum(), y.sum()]))
        error = np.abs(b - a - gain * a / 100 - offset)
        keep = error <= max(2.0, 2.5 * float(np.median(error)))
    return Tone(float(1 + gain / 100), float(offset))


def toned(laid: Pixels, stored: Pixels, tone: Tone) -> tuple[Pixels, Pixels]:
    """Brightens the darker picture's ink (premultiplied, so the offset is weighted by alpha): clipped whites stay
    white.
    """
    if tone == Tone():
        return laid, stored
    if tone.gain >= 1:
        return _graded(laid, tone.gain, tone.offset), stored
    return laid, _graded(stored, 1 / tone.gain, -tone.offset / tone.gain)


def _graded(pixels: Pixels, gain: float, offset: float) -> Pixels:
    alpha = cv2.extractChannel(pixels, 3)
    matrix = np.array([[gain, 0, 0, offset / 255], [0, gain, 0, offset / 255], [0, 0, gain, offset / 255]], np.float32)
    rgb = np.asarray(cv2.transform(pixels, matrix))
    return np.asarray(cv2.merge([cv2.min(c, alpha) for c in cv2.split(rgb)] + [alpha]))


_SIGMAS = (0.0, 0.35, 0.45, 0.55, 0.65, 0.8, 1.0, 1.25, 1.6, 2.0, 2.6)


def blur_needed(a: Pixels, b: Pixels) -> float:
    """Sigma, px, that gives the sharper one the other's energy of fine detail; negative where that is ``b``."""
    part_a, part_b = _busiest(grey(a), grey(b))
    sharp_a, sharp_b = _sharpness(part_a), _sharpness(part_b)
    if max(sharp_a, sharp_b) < 1.08 * min(sharp_a, sharp_b) or min(sharp_a, sharp_b) < 1e-3:
        return 0.0
    part, goal = (part_a, sharp_b) if sharp_a > sharp_b else (part_b, sharp_a)
    low, high = 0, len(_SIGMAS) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _sharpness(_blurred(part, _SIGMAS[middle])) > goal:
            low = middle
        else:
            high = middle
    return _SIGMAS[high] if sharp_a > sharp_b else -_SIGMAS[high]


def _blurred(plane: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma)) if sigma > 0 else plane


def _sharpness(plane: Plane) -> float:
    edges = np.asarray(cv2.Laplacian(plane, cv2.CV_32F))
    return float(cv2.mean(edges * edges)[0])


def _busiest(a: Pixels, b: Pixels) -> tuple[Plane, Plane]:
    """The 320 px of both lumas (h x w, 8 bit) that hold most detail: enough to judge sharpness by."""
    side = 320
    height, width = b.shape
    if max(height, width) > side:
        edges = np.asarray(cv2.morphologyEx(b, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
        size = max(1, width // 8), max(1, height // 8)
        small = cv2.resize(edges, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        summed = cv2.blur(small, (side // 8, side // 8), borderType=cv2.BORDER_CONSTANT)
        _, _, _, (x, y) = cv2.minMaxLoc(np.asarray(summed))
        left = int(np.clip(x * 8 - side // 2, 0, max(0, width - side)))
        top = int(np.clip(y * 8 - side // 2, 0, max(0, height - side)))
        a, b = a[top : top + side, left : left + side], b[top : top + side, left : left + side]
    return a.astype(np.float32), b.astype(np.float32)
