"""Do two designs print the same? Asked first, of art prepared by the same recipe: no registration, no tolerance for copying."""

from __future__ import annotations

import cv2

from printdock.imaging.types import Pixels

#: Prints that differ by no more than this, levels of 255 at any pixel, are the same: rounding, and what alpha noise that
#: nobody sees leaves. The smallest change that anyone could see is many times that.
SAME_PRINT = 3

#: Rows compared at a time, so that no second copy of a print is made.
_ROWS = 256


def largest_difference(ours: Pixels, theirs: Pixels) -> int:
    """Levels of 255 by which two prints (straight alpha, height x width x 4) differ at most, as they would show: a
    colour counts by its alpha. 255 where their sizes differ."""
    if ours.shape != theirs.shape:
        return 255
    worst = 0
    for top in range(0, ours.shape[0], _ROWS):
        ink = (cv2.cvtColor(rows[top : top + _ROWS], cv2.COLOR_RGBA2mRGBA) for rows in (ours, theirs))
        worst = max(worst, int(cv2.absdiff(*ink).max()))
        if worst > SAME_PRINT:
            return worst  # no need to know by how much
    return worst
