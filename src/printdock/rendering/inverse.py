"""Which place of a surface lies under each pixel: the inverse of a shape's mapping, for every pixel of a box.

Places (u, v) are shares of the print area's width and height, 0..1 inside; a little outside its edges they go on
beyond, so that pixels that an edge cuts have a place too. All maps are height x width, float32.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from printdock.rendering.geometry import Floats, Lattice, homography, lattice
from printdock.rendering.types import Mesh, Polygon, Quad

Map = NDArray[np.float32]

#: px beyond a surface's edge for which places are found.
_BEYOND_PX = 2.0

#: Candidate pixels looked at in one go: what `_painted` works on stays in the processor's cache.
_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Inverse:
    """``u``, ``v``: see the module. ``outline``: n x 2, px of the box, of what the shape covers."""

    u: Map
    v: Map
    outline: Floats


def inverse(shape: Polygon | Quad | Mesh, width: int, height: int) -> Inverse:
    """The places under the pixels of a box whose top left corner is (0, 0) in the shape's coordinates."""
    match shape:
        case Polygon():
            return _of_polygon(shape, width, height)
        case Quad():
            return _of_quad(shape, width, height)
        case Mesh():
            return _of_mesh(shape, width, height)


def _of_polygon(shape: Polygon, width: int, height: int) -> Inverse:
    points = np.asarray(shape.points, np.float64)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    u = (np.arange(width) + 0.5 - left) / (right - left)
    v = (np.arange(height) + 0.5 - top) / (bottom - top)
    maps = np.broadcast_to(u, (height, width)), np.broadcast_to(v[:, None], (height, width))
    return Inverse(maps[0].astype(np.float32), maps[1].astype(np.float32), points)


def _of_quad(shape: Quad, width: int, height: int) -> Inverse:
    back = np.linalg.inv(homography(shape))
    x, y = np.arange(width) + 0.5, (np.arange(height) + 0.5)[:, None]
    u, v, w = (row[0] * x + row[1] * y + row[2] for row in back)
    # Beyond the horizon of a steep quad w changes its sign; such pixels are not covered, and any place will do.
    w = np.where(w > 1e-9, w, 1e-9) if back[2] @ _centre(shape) > 0 else np.where(w < -1e-9, w, -1e-9)
    u, v = np.clip(u / w, -2, 3), np.clip(v / w, -2, 3)
    return Inverse(u.astype(np.float32), v.astype(np.float32), np.asarray(shape.corners, np.float64))


def _centre(shape: Quad) -> Floats:
    return np.append(np.mean(shape.corners, axis=0), 1.0)


def _of_mesh(shape: Mesh, width: int, height: int) -> Inverse:
    surface = lattice(shape)
    left, top, right, bottom = shape.part
    u, v = _painted(_with_border(surface), width, height)
    u = np.float32(left) + u * np.float32(right - left)
    v = np.float32(top) + v * np.float32(bottom - top)
    return Inverse(u, v, surface.outline)


def _with_border(surface: Lattice) -> Lattice:
    """The surface with one more row or column of cells at every edge, going on straight for `_BEYOND_PX`."""
    points, v = _extended(surface.points, surface.v)
    points, u = _extended(points.transpose(1, 0, 2), surface.u)
    return Lattice(points.transpose(1, 0, 2), u, v)


def _extended(points: Floats, places: Floats) -> tuple[Floats, Floats]:
    """One more row of points before the first and behind the last, and their places."""
    rims = []
    for edge, inner in ((0, 1), (-1, -2)):
        step = _outwards(points[edge], points[edge] - points[inner])
        length = float(np.median(np.linalg.norm(points[edge] - points[inner], axis=-1)))
        share = _BEYOND_PX / max(length, 0.1)
        rims.append((points[edge] + step, places[edge] + (places[edge] - places[inner]) * share))
    (first, before), (last, behind) = rims
    return np.concatenate([first[None], points, last[None]]), np.concatenate([[before], places, [behind]])


def _outwards(edge: Floats, step: Floats) -> Floats:
    """`_BEYOND_PX` long steps away from an edge (n x 2): on in the direction of ``step``, the last one taken to get there.

    Where that runs along the edge, as at the silhouette of a cylinder, straight away from the edge instead.
    """
    along = np.gradient(edge, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)
    step = step / np.maximum(np.linalg.norm(step, axis=-1, keepdims=True), 1e-9)
    away = np.stack([along[:, 1], -along[:, 0]], axis=-1)
    across = np.sum(step * away, axis=-1)
    away *= np.sign(np.sum(across))
    return _BEYOND_PX * np.where(np.abs(across)[:, None] < 0.3, away, step)


def _painted(surface: Lattice, width: int, height: int) -> tuple[Map, Map]:
    """u and v of every pixel centre, each cell of the lattice as two flat triangles; 0 where there is no surface."""
    u, v = np.zeros(height * width, np.float32), np.zeros(height * width, np.float32)
    p = surface.points
    a, b, c, d = p[:-1, :-1], p[:-1, 1:], p[1:, 1:], p[1:, :-1]
    u0, u1 = (
        np.broadcast_arrays(surface.u[None, :-1], a[..., 0])[0],
        np.broadcast_arrays(surface.u[None, 1:], a[..., 0])[0],
    )
    v0, v1 = (
        np.broadcast_arrays(surface.v[:-1, None], a[..., 0])[0],
        np.broadcast_arrays(surface.v[1:, None], a[..., 0])[0],
    )
    for corners, us, vs in (((a, b, c), (u0, u1, u1), (v0, v0, v1)), ((a, c, d), (u0, u1, u0), (v0, v1, v1))):
        triangles = np.stack([corner.reshape(-1, 2) for corner in corners], axis=1)
        places = np.stack([np.stack([np.ravel(x) for x in us], 1), np.stack([np.ravel(x) for x in vs], 1)], axis=2)
        _paint(triangles, places, (u, v), width, height)
    return u.reshape(height, width), v.reshape(height, width)


def _paint(triangles: Floats, places: Floats, out: tuple[Map, Map], width: int, height: int) -> None:
    """Write the places under the pixel centres inside each triangle (n x 3 x 2 px, n x 3 x 2 places)."""
    low = np.maximum(np.ceil(triangles.min(axis=1) - 0.5), 0).astype(np.intp)
    high = np.minimum(np.floor(triangles.max(axis=1) - 0.5), (width - 1, height - 1)).astype(np.intp)
    size = np.maximum(high - low + 1, 0)
    ends = np.cumsum(size[:, 0] * size[:, 1])
    start = 0
    while start < len(triangles):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _AT_ONCE, side="right")))
        chunk = slice(start, stop)
        _paint_some(triangles[chunk], places[chunk], low[chunk], size[chunk], out, width)
        start = stop


def _paint_some(
    triangles: Floats, places: Floats, low: NDArray[np.intp], size: NDArray[np.intp], out: tuple[Map, Map], width: int
) -> None:
    counts = size[:, 0] * size[:, 1]
    of = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    x, y = low[of, 0] + nth % size[of, 0], low[of, 1] + nth // size[of, 0]
    a = triangles[:, 0]
    ab, ac = triangles[:, 1] - a, triangles[:, 2] - a
    double = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    scale = np.where(double == 0, 0.0, 1 / np.where(double == 0, 1.0, double))
    px, py = x + 0.5 - a[of, 0], y + 0.5 - a[of, 1]
    second = (px * ac[of, 1] - py * ac[of, 0]) * scale[of]
    third = (py * ab[of, 0] - px * ab[of, 1]) * scale[of]
    slack = -1e-9  # a centre on a shared edge belongs to both
    inside = (second >= slack) & (third >= slack) & (second + third <= 1 - slack) & (double[of] != 0)
    of, second, third = of[inside], second[inside], third[inside]
    pixel = y[inside] * width + x[inside]
    for k in (0, 1):
        first = places[of, 0, k]
        out[k][pixel] = first + (places[of, 1, k] - first) * second + (places[of, 2, k] - first) * third
