"""A contact sheet: pictures side by side with captions, to be looked at by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from printdock.imaging.types import Pixels
from printdock.rendering.render import output_size

#: px: longest side of a picture, gap around it, height of the letters below it.
CELL, GAP, LETTERS = 560, 28, 19
_CAPTION = 2 * LETTERS + 16
_PAPER, _INK, _FAINT = (247, 246, 243), (40, 40, 44), (120, 120, 126)
_WEIGHT = 500


@dataclass(frozen=True, slots=True)
class Cell:
    """A picture (height x width x 3, sRGB), what it is, and a second line in grey."""

    picture: Pixels
    title: str
    line: str = ""


def sheet(cells: Sequence[Cell], columns: int) -> Pixels:
    """The cells row by row, height x width x 3; each picture whole, in the middle of its square."""
    rows = max(1, ceil(len(cells) / columns))
    page = np.empty((GAP + rows * (CELL + _CAPTION + GAP), GAP + columns * (CELL + GAP), 3), np.uint8)
    page[...] = _PAPER
    for at, cell in enumerate(cells):
        left, top = GAP + at % columns * (CELL + GAP), GAP + at // columns * (CELL + _CAPTION + GAP)
        _place(page, cell.picture, left, top)
        _write(page, cell.title, left, top + CELL + LETTERS + 8, _INK)
        _write(page, cell.line, left, top + CELL + 2 * LETTERS + 14, _FAINT)
    return page


def _place(page: Pixels, picture: Pixels, left: int, top: int) -> None:
    size = output_size(picture.shape[1], picture.shape[0], CELL)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if size[0] < picture.shape[1] else cv2.INTER_CUBIC)
    x, y = left + (CELL - size[0]) // 2, top + (CELL - size[1])
    page[y : y + size[1], x : x + size[0]] = small


def _write(page: Pixels, text: str, left: int, base: int, rgb: tuple[int, int, int]) -> None:
    """One line, cut off with an ellipsis where it is wider than a picture."""
    face = cv2.FontFace("sans")
    text = " ".join(text.split())
    while text and _width(text, face) > CELL:
        text = text.rstrip("…")[:-1].rstrip() + "…"
    if text:
        cv2.putText(page, text, (left, base), rgb, face, LETTERS, _WEIGHT)


def _width(text: str, face: cv2.FontFace) -> int:
    return cv2.getTextSize((1, 1), text, (0, 0), face, LETTERS, _WEIGHT)[2]
