"""A design of one size on one print area: which reduced strips it needs, and where every pixel finds its colour.

An area that foreshortens needs a design at several sizes at once: the far side of a quad, the flanks of a mug. The
design is cut into `GRID` x `GRID` cells; each takes, per axis, the reduction that its own pixels ask for, and
neighbours with the same reduction are joined to strips. The strips are laid out on one sheet, with a margin of their
neighbourhood, so that one ``cv2.remap`` samples all of them. An area of one scale has one strip.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Pixels
from printdock.rendering.design import STEPS, Design, Strip, box
from printdock.rendering.inverse import Map

#: Cells of a design along each axis, where its scale varies.
GRID = 16

#: Reductions that vary do so in steps of half an octave: fewer, larger strips.
_VARYING = STEPS // 2

#: An area whose scale varies less than this is taken to be of one scale.
_UNIFORM = 1.1

#: px around each strip, of its neighbourhood or of what lies beyond the design's edge: what the kernel may touch.
_MARGIN = 4

#: Every how many pixels the scale is looked at.
_STRIDE = 4

#: Widest row of strips on a sheet, px; cv2's fixed-point maps hold positions up to 32767.
_SHEET_PX = 4096


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the whole design lies on the print area, as shares of the area's width and height; may exceed it."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Slot:
    """A strip's place on the sheet: its top left pixel, margin not counted."""

    strip: Strip
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Sampling:
    """``maps``: cv2 fixed-point maps (height x width x 2 int16, height x width uint16) into the sheet."""

    maps: tuple[NDArray[np.int16], NDArray[np.uint16]]
    slots: tuple[_Slot, ...]
    sheet: tuple[int, int]  # width, height
    beyond: bool  # the design's edge pixels go on beyond its edge (the area cuts them), or nothing does

    @property
    def nbytes(self) -> int:
        return self.maps[0].nbytes + self.maps[1].nbytes


def sampling(u: Map, v: Map, covered: NDArray[np.bool_], placed: Placed, size: tuple[int, int]) -> Sampling:
    """How a design of ``size`` (width, height) is sampled at the places u, v of an area's pixels.

    ``covered``: the pixels that matter for choosing sizes.
    """
    du = (u - np.float32(placed.left)) * np.float32(1 / placed.width)
    dv = (v - np.float32(placed.top)) * np.float32(1 / placed.height)
    beyond = placed.left <= 1e-6 and placed.top <= 1e-6
    beyond &= placed.left + placed.width >= 1 - 1e-6 and placed.top + placed.height >= 1 - 1e-6
    across, down = _levels(du, dv, covered, size)
    cells = _strips(across, down, size)
    slots, sheet = _laid_out([strip for strip, *_ in cells])
    x, y = _positions(du, dv, across.shape, cells, slots, size)
    maps = cv2.convertMaps(x, y, cv2.CV_16SC2)
    return Sampling((np.asarray(maps[0], np.int16), np.asarray(maps[1], np.uint16)), slots, sheet, beyond)


def sampled(found: Sampling, design: Design) -> Pixels:
    """The design on the area's pixels: premultiplied sRGB, height x width x 4, no colour above its alpha."""
    sheet = np.zeros((found.sheet[1], found.sheet[0], 4), np.uint8)
    for slot in found.slots:
        _put(sheet, slot, design, found.beyond)
    warped = cv2.remap(sheet, found.maps[0], found.maps[1], cv2.INTER_CUBIC)
    return np.asarray(warped, np.uint8)


def _levels(
    du: Map, dv: Map, covered: NDArray[np.bool_], size: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Levels of reduction across and down for each cell (rows x columns of the design): n x n or 1 x 1.

    Design px per picture px along the design's x is its width times the steepest change of u, and so for y: finer than
    that it need not be, coarser would blur.
    """
    steps = []
    for places, length in ((du, size[0]), (dv, size[1])):
        small = places[::_STRIDE, ::_STRIDE]
        steepness = np.hypot(_change(places, 1), _change(places, 0)) * length
        steps.append(steepness[: small.shape[0], : small.shape[1]])
    inside = covered[::_STRIDE, ::_STRIDE]
    inside &= (du[::_STRIDE, ::_STRIDE] > -0.01) & (du[::_STRIDE, ::_STRIDE] < 1.01)
    inside &= (dv[::_STRIDE, ::_STRIDE] > -0.01) & (dv[::_STRIDE, ::_STRIDE] < 1.01)
    if not inside.any():
        inside = np.ones_like(inside)
    ranges = [np.quantile(step[inside], (0.02, 0.5, 0.98)) for step in steps]
    if all(high <= low * _UNIFORM for low, _, high in ranges):
        across, down = (_level(np.array([[middle]]), 1) for _, middle, _ in ranges)
        return across, down
    cell = _cell(du[::_STRIDE, ::_STRIDE][inside], dv[::_STRIDE, ::_STRIDE][inside], GRID)
    across, down = (
        _level(_per_cell(cell, step[inside], float(middle)), _VARYING)
        for step, (_, middle, _) in zip(steps, ranges, strict=True)
    )
    return across, down


def _change(places: Map, axis: int) -> NDArray[np.float64]:
    """Change per pixel along an axis at every `_STRIDE`-th pixel."""
    near = np.diff(places, axis=axis, append=np.take(places, [-1], axis=axis)).astype(np.float64)
    if places.shape[axis] > 1:
        last = [slice(None)] * 2
        last[axis] = slice(-1, None)
        before = [slice(None)] * 2
        before[axis] = slice(-2, -1)
        near[tuple(last)] = near[tuple(before)]
    return near[::_STRIDE, ::_STRIDE]


def _level(steps: NDArray[np.float64], step: int) -> NDArray[np.intp]:
    octaves = np.log2(np.clip(steps, 1.0, 2.0**14))
    return (np.round(octaves * STEPS / step) * step).astype(np.intp)


def _cell(du: NDArray[np.float32], dv: NDArray[np.float32], grid: int) -> NDArray[np.intp]:
    column = np.clip(du * grid, 0, grid - 1).astype(np.intp)
    row = np.clip(dv * grid, 0, grid - 1).astype(np.intp)
    return row * grid + column


def _per_cell(cell: NDArray[np.intp], steps: NDArray[np.float64], otherwise: float) -> NDArray[np.float64]:
    """Mean (of logarithms) of the steps in each cell, `GRID` x `GRID`; cells that nothing shows take ``otherwise``."""
    count = np.bincount(cell, minlength=GRID * GRID)
    total = np.bincount(cell, np.log2(np.maximum(steps, 1e-6)), GRID * GRID)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.log2(max(otherwise, 1e-6)))
    return np.exp2(mean).reshape(GRID, GRID)


_Cells = tuple[Strip, int, int, int, int]


def _strips(across: NDArray[np.intp], down: NDArray[np.intp], size: tuple[int, int]) -> list[_Cells]:
    """The strips, each with the cells it serves: first row, row behind the last, first column, column behind the last."""
    found = []
    grid = across.shape[0]
    rows = [(tuple(a), tuple(b)) for a, b in zip(across.tolist(), down.tolist(), strict=True)]
    starts = [0, *(k for k in range(1, grid) if rows[k] != rows[k - 1]), grid]
    for top, bottom in pairwise(starts):
        pairs = list(zip(*rows[top], strict=True))
        columns = [0, *(k for k in range(1, grid) if pairs[k] != pairs[k - 1]), grid]
        for left, right in pairwise(columns):
            strip = _strip(pairs[left], (left, top, right, bottom), grid, size)
            found.append((strip, top, bottom, left, right))
    return found


def _strip(levels: tuple[int, int], cells: tuple[int, int, int, int], grid: int, size: tuple[int, int]) -> Strip:
    """The strip that serves these cells (left, top, right, bottom) and `_MARGIN` px of its own around them."""
    spans = []
    for axis in (0, 1):
        unit = box(levels[axis])
        margin = _MARGIN * 2 ** (levels[axis] / STEPS)
        first = max(0, int((cells[axis] / grid * size[axis] - margin) // unit * unit)) if cells[axis] else 0
        last = cells[axis + 2] / grid * size[axis] + (margin if cells[axis + 2] < grid else 0)
        spans.append((first, int(-(-min(last, size[axis]) // unit) * unit)))
    return Strip(levels[0], levels[1], spans[0][0], spans[1][0], spans[0][1], spans[1][1])


def _laid_out(strips: list[Strip]) -> tuple[tuple[_Slot, ...], tuple[int, int]]:
    """Strips in rows on a sheet, each with `_MARGIN` px around it; (slots, (width, height) of the sheet)."""
    slots = []
    x = y = tallest = widest = 0
    for strip in strips:
        width, height = strip.width + 2 * _MARGIN, strip.height + 2 * _MARGIN
        if x and x + width > _SHEET_PX:
            x, y, tallest = 0, y + tallest, 0
        slots.append(_Slot(strip, x + _MARGIN, y + _MARGIN))
        x, tallest = x + width, max(tallest, height)
        widest = max(widest, x)
    return tuple(slots), (widest, y + tallest)


def _positions(
    du: Map, dv: Map, grid: tuple[int, ...], cells: list[_Cells], slots: tuple[_Slot, ...], size: tuple[int, int]
) -> tuple[Map, Map]:
    """Where on the sheet each pixel's place lies (pixel centres at whole numbers, as cv2 counts)."""
    tables = np.empty((6, *grid), np.float32)  # factor and offset of x and of y; x and y of the slot
    for (strip, top, bottom, left, right), slot in zip(cells, slots, strict=True):
        fx, fy = strip.width / (strip.right - strip.left), strip.height / (strip.bottom - strip.top)
        values = (size[0] * fx, -strip.left * fx - 0.5, size[1] * fy, -strip.top * fy - 0.5, slot.x, slot.y)
        tables[:, top:bottom, left:right] = np.array(values)[:, None, None]
    flat = tables.reshape(6, -1)
    if flat.shape[1] == 1:
        ax, bx, ay, by, x0, y0 = flat[:, 0]
        ends = (np.float32(slots[0].strip.width), np.float32(slots[0].strip.height))
        return x0 + _held(du * ax + bx, ends[0]), y0 + _held(dv * ay + by, ends[1])
    cell = _cell(du, dv, grid[0])
    ax, bx, ay, by, x0, y0 = (table[cell] for table in flat)
    wide, high = np.empty(grid, np.float32), np.empty(grid, np.float32)
    for strip, top, bottom, left, right in cells:
        wide[top:bottom, left:right], high[top:bottom, left:right] = strip.width, strip.height
    return x0 + _held(du * ax + bx, wide.ravel()[cell]), y0 + _held(dv * ay + by, high.ravel()[cell])


def _held(position: Map, length: Map | np.float32) -> Map:
    """Positions in a strip of that length, kept where its margin still is."""
    return np.asarray(np.clip(position, -2, length + 1), np.float32)


def _put(sheet: Pixels, slot: _Slot, design: Design, beyond: bool) -> None:
    """One strip and its margin: repeated edge pixels, or nothing where the design ends inside the area."""
    strip = slot.strip
    pixels = design.strip(strip)
    y, x, m = slot.y, slot.x, _MARGIN
    if beyond:
        pixels = cv2.copyMakeBorder(pixels, m, m, m, m, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
        sheet[y - m : y + strip.height + m, x - m : x + strip.width + m] = pixels
    else:
        sheet[y : y + strip.height, x : x + strip.width] = pixels
