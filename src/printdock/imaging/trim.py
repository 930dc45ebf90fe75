"""What of a picture is art: its bounding box by alpha, and stray specks around it.

The picture is read once, in strips, into *cells* of 8 x 8 px: for each cell which of its 8 columns and which of its 8
rows hold anything visible. From these a bounding box is exact to the pixel, and connected pieces are found on a mask a
64th of the size.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Box, Pixels

#: Side of a cell, px. Strips given to `Scan.add` must start at a multiple of it.
CELL = 8

#: Longest side of a speck as a share of the art's: what comes out finer than the finest stroke that prints, 0.014 in,
#: on a 10 in print. On 110 pieces of clip art the smallest dot that stood alone was six times as large (0.8 %).
SPECK_SHARE = 1 / 750

#: A speck may always be this large, px: brushes and rounding leave dots of two.
SPECK_PX = 2

#: More pieces than this are a texture (distressed type, spray, stars), not dirt: none of it is called a speck.
MAX_SPECKS = 200


class Scan:
    """What is visible in a picture of width x height px, collected strip by strip from the top.

    Memory: 9 bytes per cell, 0.14 byte per px.
    """

    def __init__(self, width: int, height: int, threshold: int) -> None:
        self.width, self.height = width, height
        self.visible = 0  # px with alpha above the threshold, of every fourth row
        self.opaque = 0  # px with alpha 255, of the same rows
        self._above = np.uint32((min(threshold, 254) << 24) | 0xFFFFFF)
        across, down = -(-width // CELL), -(-height // CELL)
        self._columns = np.zeros((down, across), np.uint64)  # a byte per column, 1 where it is occupied
        self._rows = np.zeros((down, across), np.uint8)  # a bit per row

    def add(self, top: int, pixels: Pixels) -> None:
        """Take in the rows from ``top`` (a multiple of `CELL`) on: straight RGBA, any number of rows."""
        step = 8 * CELL
        for start in range(0, pixels.shape[0], step):
            self._add(top + start, pixels[start : start + step])

    def _add(self, top: int, pixels: Pixels) -> None:
        words = pixels.view(np.uint32)[..., 0]
        down = -(-pixels.shape[0] // CELL)
        first = top // CELL
        mask = np.zeros((down * CELL, self._columns.shape[1] * CELL), np.bool_)
        np.greater(words, self._above, out=mask[: words.shape[0], : self.width])
        eights = mask.view(np.uint64).reshape(down, CELL, -1)
        np.bitwise_or.reduce(eights, axis=1, out=self._columns[first : first + down])
        rows = self._rows[first : first + down]
        for row in range(CELL):
            rows |= (eights[:, row] != 0).astype(np.uint8) << np.uint8(row)
        self.visible += int(np.count_nonzero(mask[::4]))
        self.opaque += int(np.count_nonzero(words[::4] >= np.uint32(0xFF000000)))

    @property
    def all_opaque(self) -> bool:
        """Whether not one pixel looked at (every fourth row) lets the background through."""
        return self.opaque == self.width * -(-self.height // 4)

    @property
    def semi_transparent(self) -> float:
        """Share of the visible pixels that are not fully opaque."""
        return 1 - self.opaque / self.visible if self.visible else 0.0

    def box(self, without: list[Box] | None = None) -> Box | None:
        """The smallest rectangle that holds everything visible (but for these specks), or None where nothing is."""
        columns, rows = self._columns, self._rows
        if without:
            columns, rows = columns.copy(), rows.copy()
            for speck in without:
                cells = _cells(speck)
                columns[cells], rows[cells] = 0, 0
        return _bounds(columns, rows)

    def specks(self) -> list[Box]:
        """Stray specks: pieces that stand alone (a ring of at least one empty cell) and are too small to be meant."""
        everything = self.box()
        if everything is None:
            return []
        limit = max(SPECK_PX, int(max(everything.width, everything.height) * SPECK_SHARE))
        occupied = (self._columns != 0).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(occupied, connectivity=8)
        span = 1 + -(-limit // CELL)
        small = (stats[:, cv2.CC_STAT_WIDTH] <= span) & (stats[:, cv2.CC_STAT_HEIGHT] <= span)
        found: list[Box] = []
        for piece in np.flatnonzero(small[1:]) + 1:
            box = self._piece(labels, stats[piece], int(piece))
            if max(box.width, box.height) <= limit:
                found.append(box)
        return found if len(found) < count - 1 and len(found) <= MAX_SPECKS else []

    def _piece(self, labels: NDArray[np.int32], stats: NDArray[np.int32], piece: int) -> Box:
        """The exact rectangle of one connected piece."""
        left, top, across, down = (int(v) for v in stats[:4])
        window = slice(top, top + down), slice(left, left + across)
        mine = labels[window] == piece
        box = _bounds(np.where(mine, self._columns[window], 0), np.where(mine, self._rows[window], 0))
        assert box is not None  # a labelled piece has at least one occupied cell
        return Box(box.x + left * CELL, box.y + top * CELL, box.width, box.height)


def _bounds(columns: NDArray[np.uint64], rows: NDArray[np.uint8]) -> Box | None:
    across = np.flatnonzero(np.bitwise_or.reduce(columns, axis=0).view(np.uint8))
    if not len(across):
        return None
    down = np.flatnonzero(np.unpackbits(np.bitwise_or.reduce(rows, axis=1), bitorder="little"))
    left, top = int(across[0]), int(down[0])
    return Box(left, top, int(across[-1]) - left + 1, int(down[-1]) - top + 1)


def _cells(box: Box) -> tuple[slice, slice]:
    down = slice(box.y // CELL, -(-(box.y + box.height) // CELL))
    return down, slice(box.x // CELL, -(-(box.x + box.width) // CELL))
