"""The drawing tools of the sample designs: shapes, lettering and grounds, on numpy and OpenCV alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Points = Sequence[tuple[float, float]]
Colour = tuple[int, int, int]

INK, WHITE, CREAM = (24, 22, 30), (255, 255, 255), (255, 244, 222)
#: cv2 takes coordinates in 1/16 px.
SHIFT, ONE = 4, 16


class Canvas:
    """``pixels``: height x width x 4, RGBA, uint8, premultiplied.

    On premultiplied pixels cv2's anti-aliased drawing in an opaque colour is exactly "over", edges included.
    """

    def __init__(self, width: int, height: int) -> None:
        self.pixels: Array = np.zeros((height, width, 4), np.uint8)
        self.width, self.height = width, height

    def polygon(self, points: Points, colour: Colour | None) -> None:
        """Filled; ``None`` cuts a hole."""
        cv2.fillPoly(self.pixels, [fixed(points)], ink(colour), cv2.LINE_AA, SHIFT)

    def stroke(self, points: Points, width: float, colour: Colour | None, closed: bool = False) -> None:
        cv2.polylines(self.pixels, [fixed(points)], closed, ink(colour), max(1, round(width)), cv2.LINE_AA, SHIFT)

    def disc(self, x: float, y: float, radius: float, colour: Colour | None) -> None:
        centre = (round(x * ONE), round(y * ONE))
        cv2.circle(self.pixels, centre, round(radius * ONE), ink(colour), -1, cv2.LINE_AA, SHIFT)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour | None) -> None:
        self.polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], colour)

    def paint(self, mask: Array, colour: Colour | Array, left: int = 0, top: int = 0) -> None:
        """``colour`` (or height x width x 3) over everything, as far as ``mask`` (height x width, uint8) lets it."""
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + mask.shape[1], self.width), min(top + mask.shape[0], self.height)
        if x0 >= x1 or y0 >= y1:
            return
        window = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
        share = mask[window].astype(np.float32)[..., None] / 255
        region = self.pixels[y0:y1, x0:x1]
        source = np.asarray(colour, np.float32)
        full = np.full((*share.shape[:2], 4), 255, np.float32)
        full[..., :3] = source[window] if source.ndim == 3 else source
        region[:] = np.rint(region + (full - region) * share)

    def keep(self, mask: Array) -> None:
        """Erase what ``mask`` does not cover."""
        self.pixels[:] = np.rint(self.pixels * (mask.astype(np.float32)[..., None] / 255))

    def text(self, words: str, x: float, y: float, size: int, colour: Colour, **how: Any) -> None:
        """Centred on (x, y). ``how``: weight, spacing, outline (px) and outline_colour, slant."""
        outline, outline_colour = how.pop("outline", 0), how.pop("outline_colour", INK)
        mask = lettering(words, size, border=outline + 2, **how)
        left, top = round(x - mask.shape[1] / 2), round(y - mask.shape[0] / 2)
        if outline:
            beyond = cv2.distanceTransform((mask < 128).astype(np.uint8), cv2.DIST_L2, 5)
            grown = np.clip(outline + 0.5 - beyond, 0, 1) * 255
            self.paint(grown.astype(np.uint8), outline_colour, left, top)
        self.paint(mask, colour, left, top)

    def arc_text(
        self, words: str, x: float, y: float, radius: float, size: int, colour: Colour, inside: bool = False
    ) -> None:
        """Along a circle: over its top, or (``inside``) along its bottom, readable from outside."""
        letters = [lettering(letter, size, weight=800, border=2) for letter in words]
        widths = [
            size * 0.36 if letter == " " else mask.shape[1] + size * 0.08
            for letter, mask in zip(words, letters, strict=True)
        ]
        position = -sum(widths) / 2
        for mask, width in zip(letters, widths, strict=True):
            angle = (position + width / 2) / radius
            position += width
            turn = -angle if inside else angle
            at_x, at_y = x + radius * math.sin(angle), y + radius * math.cos(angle) * (1 if inside else -1)
            turned = _turned(mask, -math.degrees(turn))
            self.paint(turned, colour, round(at_x - turned.shape[1] / 2), round(at_y - turned.shape[0] / 2))


def fixed(points: Points) -> Array:
    return np.rint(np.asarray(points, np.float64) * ONE).astype(np.int32)


def ink(colour: Colour | None) -> tuple[int, int, int, int]:
    return (0, 0, 0, 0) if colour is None else (*colour, 255)


def _turned(mask: Array, degrees: float) -> Array:
    side = math.ceil(math.hypot(*mask.shape))
    matrix = cv2.getRotationMatrix2D((mask.shape[1] / 2, mask.shape[0] / 2), degrees, 1)
    matrix[:, 2] += (side - mask.shape[1]) / 2, (side - mask.shape[0]) / 2
    return cv2.warpAffine(mask, matrix, (side, side), flags=cv2.INTER_LINEAR)


def lettering(
    words: str, size: int, *, weight: int = 700, spacing: float = 0, slant: bool = False, border: int = 2
) -> Array:
    """A mask (height x width, uint8) of one line, in the typeface built into OpenCV: no font is needed.

    All masks of one size are equally high, whatever the letters, so that letters of a curve share a base line.
    """
    face = cv2.FontFace("italic" if slant else "sans")
    pen, pieces = float(border), []
    for piece in list(words) if spacing else [words]:
        x, _, width, _ = cv2.getTextSize((1, 1), piece, (0, 0), face, size, weight)
        pieces.append((piece, pen - x))
        pen += (width or size * 0.3) + spacing * size
    mask = np.zeros((round(size * 1.2) + 2 * border, math.ceil(pen - spacing * size) + border), np.uint8)
    for piece, left in pieces:
        cv2.putText(mask, piece, (round(left), round(size * 0.96) + border), (255,), face, size, weight)
    return mask


def curve(*control: tuple[float, float], steps: int = 40) -> list[tuple[float, float]]:
    """Points along a Bezier curve of any degree."""
    t = np.linspace(0, 1, steps)[:, None]
    layers = [np.asarray(point, np.float64)[None, :].repeat(steps, 0) for point in control]
    while len(layers) > 1:
        layers = [a * (1 - t) + b * t for a, b in pairwise(layers)]
    return [(float(x), float(y)) for x, y in layers[0]]


def leaf(
    x: float, y: float, angle: float, length: float, breadth: float, belly: float = 0.42
) -> list[tuple[float, float]]:
    """A pointed oval from (x, y) towards ``angle`` (radians, 0 = right, clockwise), widest at ``belly``."""
    along, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
    t = np.linspace(0, 1, 24)
    width = np.sin(np.pi * t ** (math.log(0.5) / math.log(belly))) * breadth / 2
    sides = [np.array([x, y]) + t[:, None] * length * along + sign * width[:, None] * across for sign in (1, -1)]
    return [(float(px), float(py)) for px, py in [*sides[0], *sides[1][::-1]]]


def gradient(height: int, width: int, colours: Sequence[Colour]) -> Array:
    """Height x width x 3, float32, from top to bottom."""
    stops = np.asarray(colours, np.float32)
    at = np.linspace(0, len(stops) - 1, height)
    rows = np.stack([np.interp(at, np.arange(len(stops)), stops[:, c]) for c in range(3)], axis=1)
    return np.repeat(rows[:, None, :], width, axis=1).astype(np.float32)


def clouds(rng: np.random.Generator, height: int, width: int, coarsest: int, octaves: int = 5) -> Array:
    """Fractal noise, height x width, float32, about 0..1."""
    total: Array = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cells = coarsest * 2**octave
        grid = rng.random((cells * height // width + 2, cells + 2), np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) / 2 ** (octave + 1)
    return total
