"""A T-shirt laid flat: a photograph drawn from a height field of cloth, its folds, seams and weave."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from printdock.demo.canvas import Array, curve, leaf
from printdock.demo.studio import blurred, developed, fractal, linear, noise, normals_of, shifted, step

SIDE = 2400

Outline = list[tuple[float, float]]


@dataclass(frozen=True)
class Laid:
    """``photo``: RGB, uint8. ``cloth``: the mask of what is recoloured. ``relief``: a displacement map of the folds."""

    photo: Array
    cloth: Array
    relief: Array


def laid_flat() -> Laid:
    rng = np.random.default_rng(31)
    front, back, neck = _parts(rng)
    cloth = np.maximum(front, back)
    heights, folds = _heights(front, neck, rng)
    light = _light(heights, cloth, rng)
    weave = 1 + 0.035 * noise(rng, SIDE, SIDE, 2.0) + 0.02 * _knit()
    shirt = linear((226, 225, 222)) * (light * weave[..., None])
    shirt *= (1 - 0.45 * back * (1 - front) * _inside(front))[..., None]
    picture = _ground(cloth, rng)
    picture += (shirt - picture) * cloth[..., None]
    picture, tag = _label(picture, rng)
    shade = _leaves(rng)
    picture = picture * (1 - 0.26 * shade * np.asarray((1.0, 0.97, 0.92)))
    relief = np.clip(128 + (blurred(folds, 4) - blurred(folds, 80)) * 7, 0, 255)
    return Laid(
        developed(picture, rng, exposure=1.06, grain=1.4),
        np.rint(cloth * (1 - tag) * 255).astype(np.uint8),
        np.rint(relief).astype(np.uint8),
    )


def _parts(rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Masks, 0..1: the shirt's front, its back seen in the neck, and the band around the neck."""

    def side(sign: int, wobble: float) -> Outline:
        def at(x: float, y: float) -> tuple[float, float]:
            return 1200 + sign * (x + wobble), y

        points = curve(at(208, 318), at(330, 352), at(452, 392), at(566, 440), steps=30)
        points += curve(at(566, 440), at(700, 520), at(830, 740), at(968, 930), steps=40)
        points += curve(at(968, 930), at(960, 962), at(900, 990), at(782, 1064), steps=30)
        points += curve(at(782, 1064), at(700, 960), at(640, 880), at(612, 812), steps=30)
        points += curve(at(612, 812), at(596, 1080), at(622, 1400), at(606, 1700), at(628, 2030), steps=60)
        return points

    right, left = side(1, 4), side(-1, -3)
    hem = curve(right[-1], (1400, 2066), (1000, 2070), left[-1], steps=40)
    dip = curve(left[0], (1010, 470), (1110, 520), (1200, 520), (1290, 520), (1392, 470), right[0], steps=60)
    rear = curve(right[0], (1350, 352), (1280, 372), (1200, 372), (1120, 372), (1050, 352), left[0], steps=60)
    body = [*right, *hem[1:-1], *reversed(left), *dip]
    front = _filled(_ruffled(body, rng))
    back = _filled([(x, y + 26) for x, y in dip] + rear)  # it goes on under the front
    band = np.zeros((SIDE, SIDE), np.float32)
    for line in (dip, rear):
        cv2.polylines(band, [_fixed([(x, y + 22) for x, y in line])], False, (1.0,), 46, cv2.LINE_AA, 4)
    return front, back, band * np.maximum(front, back)


def _ruffled(points: Outline, rng: np.random.Generator) -> Outline:
    """Cloth has no straight edge."""
    count = len(points)
    shift = np.zeros((count, 2))
    for waves, most in ((7, 3.5), (17, 1.6), (31, 0.6)):
        phase = rng.uniform(0, 6.28, 2)
        shift += most * np.sin(np.arange(count)[:, None] / count * 6.283 * waves + phase)
    return [(x + dx, y + dy) for (x, y), (dx, dy) in zip(points, shift, strict=True)]


def _heights(front: Array, neck: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """px of cloth above the table; and the folds alone."""
    thick = 20 * step(2 * blurred(front, 11) - 1, 1.0) + 12 * np.clip(2 * blurred(front, 34) - 1, 0, 1)
    drape = fractal(rng, SIDE, SIDE, 300, 3, fall=0.45) * 17
    tall = np.ascontiguousarray(fractal(rng, SIDE, SIDE, 120, 3, 5.0, fall=0.42).T) * 8
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    chest = np.exp(-(((x - 1200) / 430) ** 2 + ((y - 960) / 480) ** 2))
    folds = (drape + tall) * (1 - 0.55 * chest) + _creases(rng)
    folds = _warped(folds, rng)
    seams = _seams()
    rib = 0.35 * np.sin(np.arctan2(y - 330, x - 1200) * 150) * neck
    return thick + folds + seams + 5 * blurred(neck, 3) + rib, folds


def _creases(rng: np.random.Generator) -> Array:
    """Ridges that run from the armpits and sleeves, and some across the belly; each sharp on one side."""
    total = np.zeros((SIDE, SIDE), np.float32)
    lines: list[tuple[Outline, float, float]] = []
    for sign in (-1, 1):
        for _ in range(10):
            angle = rng.uniform(0.25, 1.5)
            long = rng.uniform(220, 620)
            x, y = 1200 + sign * rng.uniform(560, 610), rng.uniform(800, 900)
            end = x - sign * np.sin(angle) * long, y + np.cos(angle) * long * rng.choice((-0.35, 1.0, 1.0))
            middle = (x + end[0]) / 2 + rng.uniform(-50, 50), (y + end[1]) / 2 + rng.uniform(-40, 40)
            lines.append((curve((x, y), middle, end, steps=40), rng.uniform(5, 13), rng.uniform(9, 20)))
        for _ in range(5):
            x, y = 1200 + sign * rng.uniform(600, 700), rng.uniform(520, 800)
            end = x + sign * rng.uniform(120, 260), y + rng.uniform(120, 300)
            lines.append(
                (curve((x, y), (x + sign * 60, y + 150), end, steps=30), rng.uniform(4, 9), rng.uniform(10, 18))
            )
    for _ in range(12):
        x, y = 1200 + rng.uniform(-480, 480), rng.uniform(1300, 1950)
        end = x + rng.uniform(-300, 300), y + rng.uniform(-260, 120)
        middle = (x + end[0]) / 2 + rng.uniform(-60, 60), (y + end[1]) / 2 + rng.uniform(-60, 60)
        lines.append((curve((x, y), middle, end, steps=40), rng.uniform(3, 8), rng.uniform(12, 26)))
    for points, high, wide in lines:
        ridge = np.zeros((SIDE, SIDE), np.float32)
        swell = np.sin(np.linspace(0, np.pi, len(points))) ** 0.7
        for k in range(len(points) - 1):
            cv2.polylines(
                ridge, [_fixed(points[k : k + 2])], False, (float(swell[k]),), max(2, round(wide)), cv2.LINE_AA, 4
            )
        soft = blurred(ridge, wide)
        # A valley beside the ridge makes it a fold and not a welt.
        beside = shifted(blurred(ridge, wide * 1.8), wide * 1.6, wide)
        total += high * 2.2 * (soft - 0.7 * beside)
    return total


def _warped(values: Array, rng: np.random.Generator) -> Array:
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    return np.asarray(
        cv2.remap(
            values, x + 26 * noise(rng, SIDE, SIDE, 260), y + 26 * noise(rng, SIDE, SIDE, 260), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        ),
        np.float32,
    )  # fmt: skip


def _seams() -> Array:
    """Grooves of the seams, and the stitches of the hems."""
    groove = np.zeros((SIDE, SIDE), np.float32)
    stitches = np.zeros((SIDE, SIDE), np.float32)
    for sign in (-1, 1):

        def at(x: float, y: float, sign: int = sign) -> tuple[float, float]:
            return 1200 + sign * x, y

        sleeve = curve(at(566, 440), at(520, 560), at(540, 700), at(612, 816), steps=40)
        cv2.polylines(groove, [_fixed(sleeve)], False, (1.0,), 5, cv2.LINE_AA, 4)
        for inset in (34, 46):
            cuff = curve(
                at(968 - inset, 930 - inset * 0.62),
                at(930 - inset, 966 - inset * 0.7),
                at(782 - inset * 0.55, 1064 - inset * 1.1),
                steps=30,
            )
            _stitched(stitches, cuff)
    for lift in (40, 54):
        _stitched(
            stitches,
            curve((1826, 2030 - lift), (1400, 2066 - lift), (1000, 2070 - lift), (572, 2030 - lift), steps=120),
        )
    dip = curve((992, 318), (1010, 470), (1110, 520), (1200, 520), (1290, 520), (1392, 470), (1408, 318), steps=90)
    cv2.polylines(groove, [_fixed([(x, y + 46) for x, y in dip])], False, (1.0,), 4, cv2.LINE_AA, 4)
    return np.asarray(-4.5 * blurred(groove, 2.2) - 2.6 * blurred(stitches, 1.2), np.float32)


def _stitched(picture: Array, line: Outline) -> None:
    fine = np.asarray(line)
    steps = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(fine, axis=0).T))])
    for start in np.arange(0, steps[-1] - 9, 13.0):
        ends = [
            (float(np.interp(s, steps, fine[:, 0])), float(np.interp(s, steps, fine[:, 1]))) for s in (start, start + 8)
        ]
        cv2.polylines(picture, [_fixed(ends)], False, (1.0,), 3, cv2.LINE_AA, 4)


def _light(heights: Array, cloth: Array, rng: np.random.Generator) -> Array:
    """Light on the cloth: a window at the upper left, the room, and less of both in the valleys."""
    normal = normals_of(cv2.GaussianBlur(heights, (0, 0), 2.2))
    sun = np.asarray((-0.56, 0.5, 0.66), np.float32)
    facing = np.clip(normal @ sun, 0, 1)
    closed = (
        np.clip((blurred(heights, 26) - heights) / 26, 0, 1) * 0.5
        + np.clip((blurred(heights, 8) - heights) / 8, 0, 1) * 0.3
    )
    sky = (0.46 + 0.14 * normal[..., 1]) * (1 - closed)
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    fall = 1.12 - 0.26 * ((x + y) / (2 * SIDE))
    warm, cool = np.asarray((1.0, 0.965, 0.91), np.float32), np.asarray((0.94, 0.985, 1.05), np.float32)
    return (
        np.asarray((0.98 * facing * (1 - 0.35 * closed) * fall)[..., None] * warm + sky[..., None] * cool, np.float32)
        * 0.86
    )


def _inside(front: Array) -> Array:
    """How far into the neck: the front's edge shades the back."""
    moved = shifted(front, 14, 20)
    return np.asarray(0.55 + 0.45 * blurred(moved, 22), np.float32)


def _label(picture: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """The label in the neck, and where it is."""
    tag = np.zeros((SIDE, SIDE), np.float32)
    cv2.fillPoly(tag, [_fixed([(1152, 398), (1250, 400), (1248, 452), (1150, 450)])], (1.0,), cv2.LINE_AA, 4)
    moved = shifted(tag, 3, 4)
    picture = picture * (1 - 0.4 * blurred(moved, 4) * (1 - tag))[..., None]
    paint = linear((58, 60, 66)) * (0.5 * (1 + 0.08 * noise(rng, SIDE, SIDE, 3)))[..., None]
    for row, half in ((416, 26), (432, 16)):
        tag_text = np.zeros((SIDE, SIDE), np.float32)
        cv2.line(tag_text, (1200 - half, row), (1200 + half, row + 1), (1.0,), 5, cv2.LINE_AA)
        paint = paint + (0.5 - paint) * (tag_text * 0.8)[..., None]
    return np.asarray(picture + (paint - picture) * tag[..., None], np.float32), tag


def _ground(cloth: Array, rng: np.random.Generator) -> Array:
    """Lime-washed boards, and the shirt's shadow on them."""
    boards = np.zeros((SIDE, SIDE, 3), np.float32)
    edge = 0
    while edge < SIDE:
        wide = int(rng.integers(370, 430))
        part = np.ascontiguousarray(fractal(rng, wide, SIDE, 22, 5, 26) * 0.5 + noise(rng, wide, SIDE, 3, 70) * 0.3)
        rings = np.sin(fractal(rng, wide, SIDE, 130, 3, 8) * 8 + np.arange(wide, dtype=np.float32)[:, None] / 21) * 0.3
        tone = np.clip(0.5 + 0.34 * (part + rings), 0, 1)[..., None]
        dark, bright = linear((176, 160, 142)), linear((222, 211, 196))
        board = (dark + (bright - dark) * tone) * rng.uniform(0.9, 1.06)
        gap = np.minimum(np.arange(wide), wide - 1 - np.arange(wide))[:, None, None]
        board *= 1 - 0.72 * np.exp(-gap / 2.2) - 0.1 * np.exp(-gap / 14)
        boards[edge : edge + wide] = board[: SIDE - edge]
        edge += wide
    boards = np.ascontiguousarray(boards.transpose(1, 0, 2))
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    light = 1.16 - 0.36 * ((x + y) / (2 * SIDE))
    shadow = np.ones((SIDE, SIDE), np.float32)
    for shift, sigma, strength in ((5, 5, 0.5), (15, 14, 0.38), (34, 40, 0.3)):
        moved = shifted(cloth, shift, shift)
        shadow *= 1 - strength * blurred(moved, sigma)
    return np.asarray(boards * (light * shadow)[..., None] * np.asarray((1.0, 0.975, 0.94)), np.float32)


def _leaves(rng: np.random.Generator) -> Array:
    """Shadows of a plant beside the camera."""
    shade = np.zeros((SIDE, SIDE), np.float32)
    for angle in (0.1, 0.42, 0.75, 1.1):
        for k in range(9):
            px, py = -140 + np.cos(angle) * (200 + k * 105), -180 + np.sin(angle) * (200 + k * 105)
            for side in (-0.8, 0.8):
                points = leaf(px, py, angle + side, rng.uniform(170, 290), rng.uniform(44, 74))
                cv2.fillPoly(shade, [_fixed(points)], (1.0,), cv2.LINE_AA, 4)
    return (
        blurred(shade, 24)[..., None]
        * step(1.2 - np.hypot(*np.mgrid[0 : 1 : SIDE * 1j, 0 : 1 : SIDE * 1j]), 0.5)[..., None]
    )


def _knit() -> Array:
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    return np.asarray(np.sin(x * 1.7) * np.sin(y * 1.1 + np.sin(x * 0.85)), np.float32)


def _filled(points: Outline) -> Array:
    mask = np.zeros((SIDE, SIDE), np.float32)
    cv2.fillPoly(mask, [_fixed(points)], (1.0,), cv2.LINE_AA, 4)
    return cv2.GaussianBlur(mask, (0, 0), 0.8)


def _fixed(points: Outline) -> Array:
    return np.rint(np.asarray(points, np.float64) * 16).astype(np.int32)
