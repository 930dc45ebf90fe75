"""Lays a newcomer over a stored picture, evens out tone and sharpness within bounds, and measures what is left."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.dedupe.forms import Filled, Pair, Plane, fitted, grey, on_ground, planes
from printdock.dedupe.register import IDENTITY, Registration, register
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
    """What of one picture lies outside the other: ``share`` of the side, ``ink`` on it (0..1), and whether ink
    crosses the ``cut``.
    """

    share: float = 0.0
    ink: float = 0.0
    cut: float = 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """See the fields' types. ``blur``: sigma, px, that evened sharpness out; ``stretch``: how much wider (logarithm)
    the newcomer's content is drawn than the stored one's, beyond what rounding to whole pixels may do;
    ``resolution``: px of the longest side compared.
    """

    registration: Registration
    tone: Tone
    blur: float
    difference: Difference
    rest: Rest
    stretch: float
    resolution: int
    filled: Filled

    @classmethod
    def identical(cls, resolution: int) -> Comparison:
        """Of two pictures whose every pixel is the same."""
        return cls(IDENTITY, Tone(), 0.0, Difference(), Rest(), 0.0, resolution, Filled.NEITHER)


def compare(pictures: Pair, levels: tuple[int, ...], longest: int, start: Registration | None = None) -> Comparison:
    """Compares at ``longest`` px at most; ``levels``: the registration's, px from coarse to fine, from ``start`` if
    given.
    """
    at = register(
        planes(pictures.newcomer, pictures.grounds, levels[-1]),
        planes(pictures.stored, pictures.grounds, levels[-1]),
        levels,
        start,
    )
    size = min(longest, max(pictures.newcomer.shape), max(pictures.stored.shape))
    moving, stored = fitted(pictures.newcomer, size), fitted(pictures.stored, size)
    laid, valid = _laid(moving, stored.shape[:2], at, pictures)
    stored_wide = _padded(stored, pictures)
    grounds = _telling(laid, stored_wide, pictures.grounds)
    views = [_view(laid, stored_wide, valid, ground) for ground in grounds]
    tone, blur, _ = max(views, key=lambda v: v[2].surprise)
    return Comparison(
        at,
        tone,
        blur,
        _worst([v[2] for v in views]),
        _rest(moving, stored, at, grounds),
        _stretch(pictures, at),
        size,
        pictures.filled,
    )


def _padded(pixels: Pixels, pictures: Pair) -> Pixels:
    wide = cv2.copyMakeBorder(pixels, PAD, PAD, PAD, PAD, cv2.BORDER_CONSTANT, value=_ground(pictures))
    return np.asarray(wide, np.uint8)


def _stretch(pictures: Pair, at: Registration) -> float:
    (height_a, width_a), (height_b, width_b) = pictures.newcomer.shape[:2], pictures.stored.shape[:2]
    across, down = at.scale
    apart = math.log(width_a / height_a) - math.log(width_b / height_b) - math.log(across / down)
    rounding = 1.5 / float(min(height_a, width_a, height_b, width_b))
    return max(0.0, abs(apart) - rounding)


#: Ground, px, added around both, so that windows at the edge have surroundings. Differences there and in the first pixel
#: inside are not counted: a copy may be trimmed, or blurred and cut, a part of a pixel elsewhere.
PAD = 4


def _ground(pictures: Pair) -> tuple[int, int, int, int]:
    """What lies around the art, RGBA."""
    if len(pictures.grounds) > 1:
        return 0, 0, 0, 0
    return (255, 255, 255, 255) if pictures.grounds[0] is Ground.WHITE else (0, 0, 0, 255)


def _laid(moving: Pixels, shape: tuple[int, ...], at: Registration, pictures: Pair) -> tuple[Pixels, NDArray[np.uint8]]:
    """The newcomer on the stored one's pixels (h, w) with `PAD` around, and where that is not far outside of it."""
    matrix = at.pixel_matrix((moving.shape[0], moving.shape[1]), (shape[0], shape[1]))
    matrix[:, 2] -= matrix[:, :2] @ np.array([PAD, PAD])
    size = shape[1] + 2 * PAD, shape[0] + 2 * PAD
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(
        moving, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=_ground(pictures)
    )
    covered = cv2.warpAffine(np.full(moving.shape[:2], 255, np.uint8), matrix, size, flags=flags)
    inside = np.where(np.asarray(covered) > 250, 255, 0).astype(np.uint8)
    near = cv2.dilate(inside, np.ones((2 * PAD + 3, 2 * PAD + 3), np.uint8))
    return np.asarray(laid, np.uint8), np.asarray(near, np.uint8)


def _worst(found: list[Difference]) -> Difference:
    """The largest of each; the place of the most surprising."""
    first = max(found, key=lambda d: d.surprise)
    return replace(
        first,
        local=max(d.local for d in found),
        spread=max(d.spread for d in found),
        colour=max(d.colour for d in found),
        tint=max(d.tint for d in found),
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
    few = np.ascontiguousarray(pixels[::3, ::3])
    alpha = np.asarray(cv2.extractChannel(few, 3), np.uint8)
    ink = alpha - np.minimum(alpha, few[:, :, :3].min(axis=2))
    visible = alpha > 24
    if not (ink > 20).any():
        return 1.0
    return float(np.mean(ink[visible] < 40))


def _view(laid: Pixels, stored: Pixels, valid: NDArray[np.uint8], ground: Ground) -> tuple[Tone, float, Difference]:
    """What differs on one ground, after tone and sharpness were evened out."""
    tone = fit_tone(laid, stored, valid)
    laid, stored = _toned(laid, stored, tone)
    a, b = on_ground(laid, ground), on_ground(stored, ground)
    sigma = _blur_needed(a, b)
    if sigma > 0:
        a = np.asarray(cv2.GaussianBlur(a, (0, 0), sigma))
    elif sigma < 0:
        b = np.asarray(cv2.GaussianBlur(b, (0, 0), -sigma))
    edge = PAD + 1
    a[:edge], a[-edge:], a[:, :edge], a[:, -edge:] = b[:edge], b[-edge:], b[:, :edge], b[:, -edge:]
    found = difference(grey(a).astype(np.float32), grey(b).astype(np.float32), valid)
    colour, tint = colour_difference(a, b, _ink(laid, stored, a, b, ground), valid)
    return tone, sigma, replace(found, colour=colour, tint=tint)


def _ink(laid: Pixels, stored: Pixels, a: Pixels, b: Pixels, ground: Ground) -> Plane:
    """How much of each pixel is ink in the fuller of both, 0..1: alpha, or, flattened, what departs from the ground."""
    alpha = cv2.extractChannel(laid, 3), cv2.extractChannel(stored, 3)
    if min(cv2.minMaxLoc(alpha[0])[0], cv2.minMaxLoc(alpha[1])[0]) < 255:
        fuller = cv2.max(*alpha)
    elif ground is Ground.WHITE:
        red, green, blue = cv2.split(cv2.min(a, b))
        fuller = cv2.bitwise_not(cv2.min(cv2.min(red, green), blue))
    else:
        red, green, blue = cv2.split(cv2.max(a, b))
        fuller = cv2.max(cv2.max(red, green), blue)
    return np.asarray(fuller).astype(np.float32) * np.float32(1 / 255)


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


def _toned(laid: Pixels, stored: Pixels, tone: Tone) -> tuple[Pixels, Pixels]:
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


def _blur_needed(a: Pixels, b: Pixels) -> float:
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
    """The first ``depth`` rows; for the cut, the emptiest row near where they end (registration is good to a pixel or
    two).
    """
    depth = min(depth, length - 1)
    slack = 2 + round(0.002 * length)
    outside = picture[: max(1, depth - 1)]
    near = picture[max(0, depth - slack) : depth + slack + 1]
    return Rest(depth / length, float((outside > 40).mean()), float((near > 40).mean(axis=1).min()))
