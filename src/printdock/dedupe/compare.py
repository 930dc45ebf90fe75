"""Lays a newcomer over a stored picture, evens out tone and sharpness within bounds, and measures what is left."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.dedupe.evening import Tone, blur_needed, fit_tone, toned
from printdock.dedupe.forms import Filled, Pair, Plane, fitted, grey, on_ground, planes
from printdock.dedupe.register import IDENTITY, Registration, register
from printdock.dedupe.residual import Difference, colour_difference, difference
from printdock.dedupe.uncovered import Rest, uncovered
from printdock.imaging.fingerprint import Ground
from printdock.imaging.types import Pixels


@dataclass(frozen=True, slots=True)
class Comparison:
    """See the fields' types. ``blur``: sigma, px, that evened sharpness out; ``stretch``: how much wider (logarithm)
    the newcomer's content is drawn than the stored one's, beyond what rounding to whole pixels may do; ``aspect``: how
    much wider one box is than the other, likewise; ``resolution``: px of the longest side compared.
    """

    registration: Registration
    tone: Tone
    blur: float
    difference: Difference
    rest: Rest
    stretch: float
    aspect: float
    resolution: int
    filled: Filled

    @classmethod
    def identical(cls, resolution: int) -> Comparison:
        """Of two pictures whose every pixel is the same."""
        return cls(IDENTITY, Tone(), 0.0, Difference(), Rest(), 0.0, 0.0, resolution, Filled.NEITHER)


def compare(pictures: Pair, levels: tuple[int, ...], longest: int, start: Registration | None = None) -> Comparison:
    """Compares at ``longest`` px at most; ``levels``: the registration's, px from coarse to fine, from ``start`` if
    given.
    """
    at = register(
        planes(pictures.newcomer, pictures.grounds, levels[-1]),
        planes(pictures.stored, pictures.grounds, levels[-1]),
        levels,
        start,
        _wider(pictures),
    )
    size = min(longest, max(pictures.newcomer.shape), max(pictures.stored.shape))
    moving, stored = fitted(pictures.newcomer, size), fitted(pictures.stored, size)
    laid, valid = _laid(moving, stored.shape[:2], at, pictures)
    rest = uncovered(moving, stored, at, _telling(moving, stored, pictures.grounds))
    if rest.uncovers:  # what lies beyond a cut is judged as such, not as a difference
        valid = np.asarray(cv2.erode(valid, np.ones((4 * PAD + 1, 4 * PAD + 1), np.uint8), borderValue=0), np.uint8)
    stored_wide = _padded(stored, pictures)
    grounds = _telling(laid, stored_wide, pictures.grounds)
    views = [_view(laid, stored_wide, valid, ground) for ground in grounds]
    tone, blur, _ = max(views, key=lambda v: v[2].surprise)
    return Comparison(
        at,
        tone,
        blur,
        _worst([v[2] for v in views]),
        rest,
        _stretch(pictures, at),
        _stretch(pictures, IDENTITY),
        size,
        pictures.filled,
    )


def _padded(pixels: Pixels, pictures: Pair) -> Pixels:
    wide = cv2.copyMakeBorder(pixels, PAD, PAD, PAD, PAD, cv2.BORDER_CONSTANT, value=_ground(pictures))
    return np.asarray(wide, np.uint8)


def _wider(pictures: Pair) -> float:
    """Logarithm of how much wider, for its height, the stored picture is; 0 for what rounding to whole pixels may do."""
    (height_a, width_a), (height_b, width_b) = pictures.newcomer.shape[:2], pictures.stored.shape[:2]
    wider = math.log(width_b / height_b) - math.log(width_a / height_a)
    return 0.0 if abs(wider) <= _rounding(pictures) else wider


def _rounding(pictures: Pair) -> float:
    """How far off, as a logarithm, whole pixels may make the ratio of the two aspects."""
    return 1.5 / float(min(*pictures.newcomer.shape[:2], *pictures.stored.shape[:2]))


def _stretch(pictures: Pair, at: Registration) -> float:
    (height_a, width_a), (height_b, width_b) = pictures.newcomer.shape[:2], pictures.stored.shape[:2]
    across, down = at.scale
    apart = math.log(width_a / height_a) - math.log(width_b / height_b) - math.log(across / down)
    return max(0.0, abs(apart) - _rounding(pictures))


#: Ground, px, added around both, so that windows at the edge have surroundings. Differences there and in the first
#: pixel inside are not counted: a copy may be trimmed, or blurred and cut, a part of a pixel elsewhere.
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
    laid, stored = toned(laid, stored, tone)
    a, b = on_ground(laid, ground), on_ground(stored, ground)
    sigma = blur_needed(a, b)
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
