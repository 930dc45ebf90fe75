"""A design, and what it was shrunk to: made once per design, shared by all its mockups.

Shrinking happens in linear light on premultiplied colours, each axis by itself (`shrink`); the boxes of pixels that it
begins with are kept, as they serve many sizes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from printdock.imaging.resize import premultiply
from printdock.imaging.types import Pixels
from printdock.rendering import shrink
from printdock.rendering.light import Linear

#: Steps of shrinking per octave: a design is at most 2^(1/8) = 9 % finer or coarser than an area asks for.
STEPS = 4


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of a design at a reduced size.

    ``level_x``, ``level_y``: each axis is shrunk by 2^(level / STEPS), 0 or more. ``left``.. ``bottom``: px of the
    design; right and bottom may go up to one box of pixels beyond its edge, which then is repeated.
    """

    level_x: int
    level_y: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """px of the reduced strip."""
        return reduced(self.right - self.left, self.level_x)

    @property
    def height(self) -> int:
        return reduced(self.bottom - self.top, self.level_y)


def reduced(length: int, level: int) -> int:
    return max(1, round(length * 2 ** (-level / STEPS)))


def box(level: int) -> int:
    """px of the design in each box that a level is made from: a strip's sides must be multiples of it."""
    octave = level // STEPS
    return 1 << (octave if octave < 2 else octave - 1)


class Design:
    """Straight RGBA (height x width x 4, uint8, sRGB) and its reduced forms, made when first asked for.

    The pixels must not change afterwards. Threads that ask at once wait for each other: nothing is made twice.
    """

    def __init__(self, pixels: Pixels) -> None:
        if pixels.ndim != 3 or pixels.shape[2] != 4 or pixels.dtype != np.uint8 or pixels.size == 0:
            raise ValueError(f"a design is height x width x 4, uint8, not {pixels.shape} {pixels.dtype}")
        self._pixels = pixels
        self._boxes: dict[tuple[int, int], Linear] = {}
        self._strips: dict[Strip, Pixels] = {}
        self._making = threading.Lock()

    @property
    def width(self) -> int:
        return int(self._pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self._pixels.shape[0])

    @property
    def nbytes(self) -> int:
        """Bytes of everything held, the pixels included."""
        boxes = sum(array.nbytes for array in self._boxes.values())
        return self._pixels.nbytes + boxes + sum(array.nbytes for array in self._strips.values())

    def strip(self, wanted: Strip) -> Pixels:
        """Premultiplied sRGB, ``wanted.height`` x ``wanted.width`` x 4; not to be written to."""
        found = self._strips.get(wanted)
        if found is None:
            with self._making:
                found = self._strips.get(wanted)
                if found is None:
                    found = self._strips[wanted] = self._shrunk(wanted)
        return found

    def _shrunk(self, wanted: Strip) -> Pixels:
        if wanted.level_x == wanted.level_y == 0:
            cut = self._pixels[wanted.top : wanted.bottom, wanted.left : wanted.right]
            return premultiply(np.array(cut, order="C"))
        across, down = box(wanted.level_x), box(wanted.level_y)
        rows = slice(wanted.top // down, -(-wanted.bottom // down))
        columns = slice(wanted.left // across, -(-wanted.right // across))
        return shrink.reduced(self._boxed(across, down)[rows, columns], wanted.width, wanted.height)

    def _boxed(self, across: int, down: int) -> Linear:
        """The whole design, each ``across`` x ``down`` px averaged into one; large boxes are made from smaller ones."""
        found = self._boxes.get((across, down))
        if found is None:
            if max(across, down) > 2:
                finer = self._boxed(across // 2 if across > 2 else across, down // 2 if down > 2 else down)
                found = shrink.merged(finer, 2 if across > 2 else 1, 2 if down > 2 else 1)
            else:
                found = shrink.boxed(self._pixels, across, down)
            self._boxes[across, down] = found
        return found
