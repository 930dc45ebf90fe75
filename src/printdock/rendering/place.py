"""Where a design lies on a print area of given proportions."""

from __future__ import annotations

import numpy as np

from printdock.rendering.geometry import points_of
from printdock.rendering.sample import Placed
from printdock.rendering.types import AlignX, AlignY, AreaFit, Mesh, Polygon, Quad

_X = {AlignX.LEFT: 0.0, AlignX.CENTER: 0.5, AlignX.RIGHT: 1.0}
_Y = {AlignY.TOP: 0.0, AlignY.MIDDLE: 0.5, AlignY.BOTTOM: 1.0}


def placed(shape: Polygon | Quad | Mesh, size: tuple[int, int]) -> Placed:
    """The place of a design of ``size`` (width, height) on the shape's area, by the shape's fit and alignment."""
    if shape.fit is AreaFit.STRETCH:
        return Placed(0.0, 0.0, 1.0, 1.0)
    wider = size[0] / size[1] / aspect(shape)  # than the area, times
    width, height = (1.0, 1 / wider) if (wider > 1) is (shape.fit is AreaFit.CONTAIN) else (wider, 1.0)
    return Placed(_X[shape.align_x] * (1 - width), _Y[shape.align_y] * (1 - height), width, height)


def aspect(shape: Polygon | Quad | Mesh) -> float:
    """Width by height of the print area: as given, else of a polygon's bounding box, else of mean side lengths."""
    if isinstance(shape, Polygon):
        low, high = points_of(shape).min(axis=0), points_of(shape).max(axis=0)
        return float((high[0] - low[0]) / (high[1] - low[1]))
    if shape.aspect is not None:
        return shape.aspect
    corners = _corners(shape)
    top, right, bottom, left = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return float((top + bottom) / (left + right))


def _corners(shape: Quad | Mesh) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    if isinstance(shape, Quad):
        return np.asarray(shape.corners, np.float64)
    p = shape.points
    return np.asarray([p[0][0], p[0][-1], p[-1][-1], p[-1][0]], np.float64)
