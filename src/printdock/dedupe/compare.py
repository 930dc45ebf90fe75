"""Lays a newcomer over a stored picture, evens out tone and sharpness within bounds, and measures what is left."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.dedupe.forms import Filled, Pair, Plane, fitted, grey, on_ground, planes
from printdock.dedupe.register import Registration, register, warped
from printdock.dedupe.residual import Difference, colour_difference, difference
from printdock.imaging.fingerprint import Ground
from printdock.imaging.types import Pixels

#: How far a copy's brightness may be off: factor, and levels of 255.
MAX_GAIN = 1.16
MAX_OFFSET = 14.0


@dataclass(frozen=True, slots=True)
class Tone:
    """stored = gain x newcomer + offset (levels)."""

    gain: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Rest:
    """What of one picture lies outside the other: ``share`` of the side, ``ink`` on it (0..1), and whether ink crosses the ``cut``."""

    share: float = 0.0
    ink: float = 0.0
    cut: float = 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """See the fields' types. ``resolution``: px of the longest side compared; ``blur``: sigma, px, that evened sharpness out."""

    registration: Registration
    tone: Tone
    blur: float
    difference: Difference
    rest: Rest
    resolution: int
    filled: Filled


def compare(pictures: Pair, levels: tuple[int, ...], longest: int) -> Comparison:
    """Compares at ``longest`` px at most; ``levels``: the registration's, px from coarse to fine."""
    at = register(
        planes(pictures.newcomer, pictures.grounds, levels[-1]),
        planes(pictures.stored, pictures.grounds, levels[-1]),
        levels,
    )
    size = min(longest, max(pictures.newcomer.shape), max(pictures.stored.shape))
    stored, moving = fitted(pictures.stored, size), fitted(pictures.newcomer, size)
    shape = (stored.shape[0], stored.shape[1])
    laid = np.asarray(warped(moving, at, shape))
    valid = np.asarray(warped(np.full(moving.shape[:2], 255, np.uint8), at, shape, fill=True))
    valid = np.asarray(cv2.compare(valid, 250, cv2.CMP_GT))
    grounds = _telling(laid, stored, pictures.grounds)
    views = [_view(laid, stored, valid, ground) for ground in grounds]
    tone, blur, _ = max(views, key=lambda v: v[2].surprise)
    return Comparison(at, tone, blur, _worst([v[2] for v in views]), _rest(moving, stored, at, grounds), size, pictures.filled)


def _worst(found: list[Difference]) -> Difference:
    """The largest of each; the place of the most surprising."""
    first = max(found, key=lambda d: d.surprise)
    return replace(
        first,
        local=max(d.local for d in found),
        spread=max(d.spread for d in found),
        colour=max(d.colour for d in found),
        level=max(d.level for d in found),
    )


def _telling(a: Pixels, b: Pixels, grounds: tuple[Ground, ...]) -> tuple[Ground, ...]:
    """The grounds that show something: black is only needed for what white hides."""
    if len(grounds) < 2:
        return grounds
    hidden = max(_hidden(a), _hidden(b))
    if hidden < 0.0005:
        return (Ground.WHITE,)
    return (Ground.BLACK,) if hidden > 0.999 else grounds


def _hidden(pixels: Pixels) -> float:
    """Share of the visible pixels that are too pale to be told from white."""
    alpha = pixels[::2, ::2, 3]
    visible = alpha > 24
    ink = np.max(alpha - np.min(pixels[::2, ::2, :3], axis=2), where=visible, initial=0) if visible.any() else 0
    if ink <= 20:
        return 1.0
    pale = alpha - np.min(pixels[::2, ::2, :3], axis=2) < 40
    return float(np.count_nonzero(pale & visible) / max(1, np.count_nonzero(visible)))


def _view(laid: Pixels, stored: Pixels, valid: NDArray[np.uint8], ground: Ground) -> tuple[Tone, float, Difference]:
    rgb_a, rgb_b = on_ground(laid, ground), on_ground(stored, ground)
    a, b = grey(rgb_a).astype(np.float32), grey(rgb_b).astype(np.float32)
    weight_a, weight_b = laid[:, :, 3].astype(np.float32), stored[:, :, 3].astype(np.float32)
    tone = fit_tone(laid, stored, valid)
    if tone != Tone():
        a, b = _toned(a, b, weight_a, weight_b, tone, ground)
        rgb_a, rgb_b = _toned_rgb(rgb_a, rgb_b, tone, laid, stored, ground)
    a, b, blur = _evened(a, b)
    found = difference(a, b, valid)
    colour = colour_difference(rgb_a, rgb_b, _ink(laid, stored, rgb_a, rgb_b, ground), valid)
    return tone, blur, replace(found, colour=colour)


def _ink(laid: Pixels, stored: Pixels, rgb_a: Pixels, rgb_b: Pixels, ground: Ground) -> Plane:
    """How much of each pixel is ink in the fuller of both, 0..1: alpha, or in flattened pictures what departs from the ground."""
    if min(int(laid[:, :, 3].min()), int(stored[:, :, 3].min())) < 255:
        fuller = cv2.max(np.ascontiguousarray(laid[:, :, 3]), np.ascontiguousarray(stored[:, :, 3]))
    elif ground is Ground.WHITE:
        fuller = 255 - np.minimum(rgb_a, rgb_b).min(axis=2)
    else:
        fuller = np.maximum(rgb_a, rgb_b).max(axis=2)
    return np.asarray(fuller, np.float32) / 255


def fit_tone(laid: Pixels, stored: Pixels, valid: NDArray[np.uint8]) -> Tone:
    """Gain and offset of the ink's luma: least squares over flat, solid ink, twice more without outliers.

    Tone() where there is too little of it, or where it would take more than a copy may be off: then it is another colour.
    """
    a, b = grey(laid), grey(stored)
    step = max(1, max(a.shape) // 256)
    cut = (slice(None, None, step), slice(None, None, step))
    solid = (_flat(a)[cut] & _flat(b)[cut] & (valid[cut] > 0)) & (laid[cut][:, :, 3] > 250) & (stored[cut][:, :, 3] > 250)
    if np.count_nonzero(solid) < 40:
        return Tone()
    tone = _fitted_tone(a[cut][solid].astype(np.float64), b[cut][solid].astype(np.float64))
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


def _toned(
    a: Plane, b: Plane, weight_a: Plane, weight_b: Plane, tone: Tone, ground: Ground
) -> tuple[Plane, Plane]:
    """Applies the tone to the ink (not to the ground) of the darker picture, so that clipped whites stay white."""
    base = 255 if ground is Ground.WHITE else 0

    def applied(plane: Plane, weight: Plane, gain: float, offset: float) -> Plane:
        through = (255 - weight) * (base / 255)
        ink = (plane - through) * gain + weight * (offset / 255)
        return np.asarray(np.clip(ink, 0, weight) + through, np.float32)

    if tone.gain >= 1:
        return applied(a, weight_a, tone.gain, tone.offset), b
    return a, applied(b, weight_b, 1 / tone.gain, -tone.offset / tone.gain)


def _toned_rgb(
    a: Pixels, b: Pixels, tone: Tone, laid: Pixels, stored: Pixels, ground: Ground
) -> tuple[Pixels, Pixels]:
    out_a, out_b = [], []
    wa, wb = laid[:, :, 3].astype(np.float32), stored[:, :, 3].astype(np.float32)
    for i in range(3):
        pa, pb = _toned(a[:, :, i].astype(np.float32), b[:, :, i].astype(np.float32), wa, wb, tone, ground)
        out_a.append(pa)
        out_b.append(pb)
    return np.dstack(out_a).astype(np.uint8), np.dstack(out_b).astype(np.uint8)


_SIGMAS = (0.0, 0.35, 0.45, 0.55, 0.65, 0.8, 1.0, 1.25, 1.6, 2.0, 2.6)


def _evened(a: Plane, b: Plane) -> tuple[Plane, Plane, float]:
    """Blurs the sharper one until both have the same energy of fine detail. Sigma is negative where it was ``b``."""
    part_a, part_b = _busiest(a, b)
    sharp_a, sharp_b = _sharpness(part_a), _sharpness(part_b)
    if max(sharp_a, sharp_b) < 1.08 * min(sharp_a, sharp_b) or min(sharp_a, sharp_b) < 1e-3:
        return a, b, 0.0
    part, goal = (part_a, sharp_b) if sharp_a > sharp_b else (part_b, sharp_a)
    low, high = 0, len(_SIGMAS) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _sharpness(_blurred(part, _SIGMAS[middle])) > goal:
            low = middle
        else:
            high = middle
    sigma = _SIGMAS[high]
    if sharp_a > sharp_b:
        return _blurred(a, sigma), b, sigma
    return a, _blurred(b, sigma), -sigma


def _blurred(plane: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma)) if sigma > 0 else plane


def _sharpness(plane: Plane) -> float:
    edges = np.asarray(cv2.Laplacian(plane, cv2.CV_32F))
    return float(cv2.mean(edges * edges)[0])


def _busiest(a: Plane, b: Plane) -> tuple[Plane, Plane]:
    """The 320 px of both that hold most detail: enough to judge sharpness by."""
    side = 320
    height, width = b.shape
    if max(height, width) <= side:
        return a, b
    small = cv2.resize(np.abs(np.asarray(cv2.Laplacian(b, cv2.CV_32F))), None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    summed = cv2.blur(small, (side // 8, side // 8), borderType=cv2.BORDER_CONSTANT)
    _, _, _, (x, y) = cv2.minMaxLoc(np.asarray(summed))
    left = int(np.clip(x * 8 - side // 2, 0, max(0, width - side)))
    top = int(np.clip(y * 8 - side // 2, 0, max(0, height - side)))
    return a[top : top + side, left : left + side], b[top : top + side, left : left + side]


def _rest(moving: Pixels, stored: Pixels, at: Registration, grounds: tuple[Ground, ...]) -> Rest:
    """The worst strip of either picture that the other does not cover."""
    forward = at.pixel_matrix((moving.shape[0], moving.shape[1]), (stored.shape[0], stored.shape[1]))
    backward = np.asarray(cv2.invertAffineTransform(forward))
    strips = [Rest()]
    for picture, other, matrix in ((stored, moving, backward), (moving, stored, forward)):
        height, width = other.shape[:2]
        left, top = matrix @ np.array([-0.5, -0.5, 1.0])
        right, bottom = matrix @ np.array([width - 0.5, height - 0.5, 1.0])
        strips += _strips(_departure(picture, grounds), left + 0.5, top + 0.5, right + 0.5, bottom + 0.5)
    return max(strips, key=lambda rest: rest.share * rest.ink)


def _departure(pixels: Pixels, grounds: tuple[Ground, ...]) -> Pixels:
    """How far each pixel is from the ground(s)."""
    seen = []
    for ground in grounds:
        value = grey(on_ground(pixels, ground))
        seen.append(cv2.bitwise_not(value) if ground is Ground.WHITE else value)
    return np.asarray(seen[0] if len(seen) == 1 else cv2.max(seen[0], seen[1]))


def _strips(departure: Pixels, left: float, top: float, right: float, bottom: float) -> list[Rest]:
    """One `Rest` for each side where the covered box ends inside the picture."""
    found = []
    for picture, start, end in ((departure, top, bottom), (np.ascontiguousarray(departure.T), left, right)):
        length = picture.shape[0]
        slack = max(1.5, 0.003 * length)
        if start > slack:
            found.append(_strip(picture, round(start), length))
        if end < length - slack:
            found.append(_strip(picture[::-1], round(length - end), length))
    return found


def _strip(picture: Pixels, depth: int, length: int) -> Rest:
    """The first ``depth`` rows; for the cut, the emptiest row near where they end (registration is good to a pixel or two)."""
    depth = min(depth, length - 1)
    slack = 2 + round(0.002 * length)
    outside = picture[: max(1, depth - 1)]
    near = picture[max(0, depth - slack) : depth + slack + 1]
    return Rest(depth / length, float((outside > 40).mean()), float((near > 40).mean(axis=1).min()))
