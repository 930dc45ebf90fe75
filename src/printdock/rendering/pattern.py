"""A test pattern in place of a design: square, numbered cells, so that stretch, turn and order are seen at a glance."""

from __future__ import annotations

from math import ceil

import cv2
import numpy as np

from printdock.imaging.types import Pixels

#: Longest side of the pattern and side of a cell, px.
LONGEST, CELL = 1200, 120

_PAPER, _TINT, _LINE, _INK = (255, 255, 255), (222, 240, 237), (13, 110, 102), (28, 29, 31)
_TOP, _WARM = (228, 88, 56), (247, 214, 120)


def pattern(aspect: float) -> Pixels:
    """Straight RGBA, opaque, ``aspect`` times as wide as high (within 1 : 10 and 10 : 1), `LONGEST` px at its longest.

    Cells are square and numbered row by row; the circle in the middle is round; the upper left corner has its own
    colour; a frame shows where the design ends.
    """
    aspect = min(max(aspect, 0.1), 10.0)
    width, height = (LONGEST, round(LONGEST / aspect)) if aspect >= 1 else (round(LONGEST * aspect), LONGEST)
    picture = np.empty((height, width, 3), np.uint8)
    picture[...] = _PAPER
    _cells(picture)
    _circle(picture)
    cv2.rectangle(picture, (0, 0), (width - 1, height - 1), _LINE, 16)
    return np.ascontiguousarray(np.dstack([picture, np.full((height, width), 255, np.uint8)]))


def _cells(picture: Pixels) -> None:
    height, width = picture.shape[:2]
    across = ceil(width / CELL)
    face = cv2.FontFace("sans")
    for row in range(ceil(height / CELL)):
        for column in range(across):
            x, y = column * CELL, row * CELL
            colour = _WARM if row == column == 0 else _TINT if (row + column) % 2 else _PAPER
            cv2.rectangle(picture, (x, y), (x + CELL - 1, y + CELL - 1), colour, -1)
            number = str(row * across + column + 1)
            wide = cv2.getTextSize((1, 1), number, (0, 0), face, 44, 600)[2]
            cv2.putText(picture, number, (x + (CELL - wide) // 2, y + 76), _INK, face, 44, 600)
    for x in range(CELL, width, CELL):
        cv2.line(picture, (x, 0), (x, height), _LINE, 3)
    for y in range(CELL, height, CELL):
        cv2.line(picture, (0, y), (width, y), _LINE, 3)


def _circle(picture: Pixels) -> None:
    height, width = picture.shape[:2]
    centre, radius = (width // 2, height // 2), round(min(width, height) * 0.42)
    cv2.circle(picture, centre, radius, _TOP, 7, cv2.LINE_AA)
    cv2.arrowedLine(picture, centre, (centre[0], centre[1] - radius), _TOP, 7, cv2.LINE_AA, tipLength=0.18)
