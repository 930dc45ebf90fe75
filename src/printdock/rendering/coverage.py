"""How much of each pixel a polygon covers: exact areas, so edges are as smooth as 8 bits can show.

Signed-area accumulation, as in font rasterisers (Raph Levien's font-rs, FreeType's smooth rasteriser): every edge is cut
at pixel borders, each piece adds its height and the area to its right to one pixel, and a running sum along the row
turns these into coverage. Exact for any polygon that does not cross itself, either way round.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def coverage(outline: Floats, width: int, height: int) -> NDArray[np.float32]:
    """Height x width, 0..1: the share of each pixel inside the closed ``outline`` (n x 2, px; need not lie inside)."""
    start, end = _cut(outline, np.roll(outline, -1, axis=0), axis=1, last=height)
    # What lies above or below becomes flat, and counts nothing.
    start[:, 1], end[:, 1] = np.clip(start[:, 1], 0, height), np.clip(end[:, 1], 0, height)
    # What lies left of the picture covers its first column wholly, what lies right of it nothing: both may be moved in.
    start, end = _cut(start, end, axis=0, last=width)
    middle = (start + end) / 2
    rise = end[:, 1] - start[:, 1]
    row = np.clip(np.floor(middle[:, 1]), 0, height - 1).astype(np.intp)
    x = np.clip(middle[:, 0], 0, width)
    column = np.minimum(np.floor(x), width - 1).astype(np.intp)
    right = column + 1 - x  # share of the pixel to the right of the piece
    cells = row * (width + 1) + column
    size = height * (width + 1)
    sums = np.bincount(cells, rise * right, size) + np.bincount(cells + 1, rise * (1 - right), size)
    covered = np.abs(np.cumsum(sums.reshape(height, width + 1)[:, :width], axis=1))
    # Rounded far below what 8 bits show: sums of thousands of pieces leave crumbs where there is nothing.
    return np.minimum(np.round(covered, 9), 1).astype(np.float32)


def _cut(start: Floats, end: Floats, axis: int, last: int) -> tuple[Floats, Floats]:
    """The segments cut where their coordinate ``axis`` is a whole number of 0..last."""
    low = np.minimum(start[:, axis], end[:, axis])
    high = np.maximum(start[:, axis], end[:, axis])
    first = np.clip(np.floor(low) + 1, 0, last + 1).astype(np.intp)
    cuts = np.maximum(np.clip(np.ceil(high) - 1, -1, last).astype(np.intp) - first + 1, 0)
    pieces = cuts + 1
    of = np.repeat(np.arange(len(start)), pieces)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    a, b = start[of], end[of]
    rising = b[:, axis] >= a[:, axis]

    def at(number: NDArray[np.intp]) -> Floats:
        """The point of each piece's segment at its cut of this number; 0 is the start, ``pieces`` the end."""
        step = np.where(rising, number - 1, cuts[of] - number)
        line = (first[of] + step).astype(np.float64)
        span = b[:, axis] - a[:, axis]
        share = np.where(span == 0, 0.0, (line - a[:, axis]) / np.where(span == 0, 1.0, span))
        points = a + (b - a) * share[:, None]
        points[:, axis] = line
        points = np.where((number == 0)[:, None], a, points)
        return np.where((number == pieces[of])[:, None], b, points)

    return at(nth), at(nth + 1)
