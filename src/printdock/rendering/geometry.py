"""Shapes to surfaces: outlines, Bezier nets, cylinders. Coordinates are px, float64, x first."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, hypot, pi

import numpy as np
from numpy.typing import NDArray

from printdock.rendering.types import Cylinder, Interpolation, Mesh, Polygon, Quad, Shape

Floats = NDArray[np.float64]

#: Longest side, px, of the cells a curved surface is cut into, and how far their flat triangles may be from it.
CELL_PX = 8.0
FLAT_PX = 0.01

#: Most cells along one side of a surface, so that no base can ask for unbounded work.
MAX_CELLS = 2_000

#: Columns of Bezier patches per 180 degrees of a cylinder: off by less than 1e-5 of the radius.
_PATCHES_PER_HALF = 12


@dataclass(frozen=True, slots=True)
class Lattice:
    """A surface at (rows x columns) places: ``points`` rows x columns x 2 px, ``u`` and ``v`` their places on it, 0..1."""

    points: Floats
    u: Floats
    v: Floats

    @property
    def outline(self) -> Floats:
        """n x 2: once around, from the top left, clockwise on the design."""
        p = self.points
        return np.concatenate([p[0, :-1], p[:-1, -1], p[-1, :0:-1], p[:0:-1, 0]])


def lattice(mesh: Mesh) -> Lattice:
    """The surface of a mesh, cut into small flat cells."""
    net = bezier_net(mesh)
    rows = _steps(net.transpose(1, 0, 2))
    columns = _steps(net)
    # Not by `@`: for so few numbers the threads of a BLAS cost 30 ms on a machine that is busy, the sums 0.5 ms.
    planes = np.ascontiguousarray(net.transpose(2, 1, 0))
    down = np.einsum("kji,ri->krj", planes, _basis(rows, net.shape[0]))
    points = np.moveaxis(np.einsum("krj,cj->krc", down, _basis(columns, net.shape[1])), 0, 2)
    patches = (net.shape[0] - 1) // 3, (net.shape[1] - 1) // 3
    return Lattice(points, columns / patches[1], rows / patches[0])


def bezier_net(mesh: Mesh) -> Floats:
    """(3 m + 1) x (3 n + 1) x 2 control points of the bicubic patches that make the surface of the mesh."""
    points = np.asarray(mesh.points, np.float64)
    if mesh.interpolation is Interpolation.BEZIER:
        return points
    straight = mesh.interpolation is Interpolation.BILINEAR
    across = _through(points.transpose(1, 0, 2), straight)
    return _through(across.transpose(1, 0, 2), straight)


def _through(points: Floats, straight: bool) -> Floats:
    """Control points of the cubics through ``points`` (along axis 0).

    Tangents are Catmull-Rom's: half the way from the point before to the point after; at the ends that of the parabola
    through the last three points. Control points lie a third of the tangent before and behind each point.
    """
    out = np.empty((3 * len(points) - 2, *points.shape[1:]))
    out[::3] = points
    if straight:
        out[1::3] = (2 * points[:-1] + points[1:]) / 3
        out[2::3] = (points[:-1] + 2 * points[1:]) / 3
        return out
    tangents = np.empty_like(points)
    tangents[1:-1] = (points[2:] - points[:-2]) / 2
    tangents[0] = (4 * points[1] - 3 * points[0] - points[2]) / 2
    tangents[-1] = (3 * points[-1] - 4 * points[-2] + points[-3]) / 2
    out[1::3] = points[:-1] + tangents[:-1] / 3
    out[2::3] = points[1:] - tangents[1:] / 3
    return out


def _steps(net: Floats) -> Floats:
    """Places along axis 1 of a net, in patches (0..n): cells no longer than `CELL_PX`, and flat within `FLAT_PX`.

    A cubic with the control points p lies within 6 max |p - 2 p' + p''| / 8 n^2 of n chords of equal parameter.
    """
    step = np.diff(net, axis=1)
    length = np.linalg.norm(step, axis=-1).max(axis=0).reshape(-1, 3).sum(axis=1)
    bend = np.linalg.norm(np.diff(step, axis=1), axis=-1).max(axis=0)
    bend = np.maximum(bend[0::3], bend[1::3])
    wanted = np.maximum(length / CELL_PX, np.sqrt(6 * bend / (8 * FLAT_PX)))
    most = max(1, MAX_CELLS // len(wanted))
    counts = [int(np.clip(np.ceil(count), 2, most)) for count in wanted]
    parts = [start + np.arange(count) / count for start, count in enumerate(counts)]
    return np.concatenate([*parts, [float(len(wanted))]])


def _basis(places: Floats, controls: int) -> Floats:
    """places x controls: weights of the control points of joined cubic Bezier curves (Bernstein polynomials)."""
    patch = np.minimum(places.astype(np.intp), (controls - 1) // 3 - 1)
    t = places - patch
    weights = np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], axis=1)
    out = np.zeros((len(places), controls))
    for k in range(4):
        out[np.arange(len(places)), 3 * patch + k] = weights[:, k]
    return out


def cylinder_mesh(cylinder: Cylinder) -> Mesh:
    """The visible part of a wrap as a Bezier mesh.

    At the angle t from the viewer, a rim's point lies r sin t to the right of the axis and b cos t (bulge) along it;
    between the rims it is straight. Curves are cubic Hermite pieces with the exact tangents. Of a wrap whose two ends
    both show, the larger part is taken.
    """
    low, high = visible_angles(cylinder)
    arc = cylinder.arc * pi / 180
    middle = cylinder.turn * pi / 180
    patches = max(2, ceil((high - low) / pi * _PATCHES_PER_HALF))
    angles = np.linspace(low, high, patches + 1)
    top, bottom = (_rim(cylinder, angles, at_end) for at_end in (False, True))
    rows = [top + (bottom - top) * k / 3 for k in range(4)]
    points = tuple(tuple((float(x), float(y)) for x, y in row) for row in rows)
    left, right = (0.5 + (angle - middle) / arc for angle in (low, high))
    return Mesh(
        points,
        Interpolation.BEZIER,
        cylinder.fit,
        cylinder_aspect(cylinder),
        cylinder.align_x,
        cylinder.align_y,
        (left, 0.0, right, 1.0),
    )


def visible_angles(cylinder: Cylinder) -> tuple[float, float]:
    """(left, right) in radians from the viewer, of the larger part of the print that faces the viewer; may be empty."""
    half, middle, edge = cylinder.arc * pi / 360, cylinder.turn * pi / 180, _silhouette(cylinder)
    return max(-edge, middle - half), min(edge, middle + half)


def _silhouette(cylinder: Cylinder) -> float:
    """The angle at which the surface turns away from the viewer: 90 degrees, a little less where the cup tapers.

    Facing the viewer means that the surface's two directions, dP/dt = (r cos t, -b sin t) and
    dP/dv = (r' sin t, length + b' cos t), keep their turn; r and b are linear in v, so its ends decide.
    """
    (end_radius, end_bulge), start = _end(cylinder), (cylinder.radius, cylinder.bulge)
    length = hypot(cylinder.end[0] - cylinder.start[0], cylinder.end[1] - cylinder.start[1])
    widening, rising = end_radius - cylinder.radius, end_bulge - cylinder.bulge
    angles = np.linspace(pi / 2, 0, 2_001)
    faces = np.ones(len(angles), np.bool_)
    for radius, bulge in (start, (end_radius, end_bulge)):
        turn = radius * np.cos(angles) * (length + rising * np.cos(angles)) + bulge * widening * np.sin(angles) ** 2
        faces &= turn >= -1e-9
    return float(angles[np.argmax(faces)]) if faces.any() else 0.0


def cylinder_aspect(cylinder: Cylinder) -> float:
    """Width by height of the whole print: given, or arc length by the axis' length."""
    if cylinder.aspect is not None:
        return cylinder.aspect
    radius = (cylinder.radius + _end(cylinder)[0]) / 2
    length = hypot(cylinder.end[0] - cylinder.start[0], cylinder.end[1] - cylinder.start[1])
    return radius * cylinder.arc * pi / 180 / length


def _end(cylinder: Cylinder) -> tuple[float, float]:
    radius = cylinder.radius if cylinder.end_radius is None else cylinder.end_radius
    bulge = cylinder.bulge if cylinder.end_bulge is None else cylinder.end_bulge
    return radius, bulge


def _rim(cylinder: Cylinder, angles: Floats, at_end: bool) -> Floats:
    """(3 n + 1) x 2 control points of one rim's visible curve."""
    centre = np.asarray(cylinder.end if at_end else cylinder.start, np.float64)
    radius, bulge = _end(cylinder) if at_end else (cylinder.radius, cylinder.bulge)
    down = np.subtract(cylinder.end, cylinder.start)
    down = down / np.linalg.norm(down)
    right = np.array([down[1], -down[0]])
    sine, cosine = np.sin(angles)[:, None], np.cos(angles)[:, None]
    points = centre + right * radius * sine + down * bulge * cosine
    tangents = (right * radius * cosine - down * bulge * sine) * (angles[1] - angles[0])
    out = np.empty((3 * len(angles) - 2, 2))
    out[::3] = points
    out[1::3] = points[:-1] + tangents[:-1] / 3
    out[2::3] = points[1:] - tangents[1:] / 3
    return out


def resolved(shape: Shape) -> Polygon | Quad | Mesh:
    return cylinder_mesh(shape) if isinstance(shape, Cylinder) else shape


def points_of(shape: Polygon | Quad | Mesh) -> Floats:
    """n x 2: every point the shape is given by."""
    match shape:
        case Polygon(points=points) | Quad(corners=points):
            return np.asarray(points, np.float64).reshape(-1, 2)
        case Mesh(points=grid):
            return np.asarray(grid, np.float64).reshape(-1, 2)


def moved(
    shape: Polygon | Quad | Mesh, scale: tuple[float, float], offset: tuple[float, float]
) -> Polygon | Quad | Mesh:
    """The shape with every point x scale + offset (aspects stay: they are of the real thing)."""
    points = points_of(shape) * scale + offset
    pairs = tuple((float(x), float(y)) for x, y in points)
    match shape:
        case Polygon():
            return Polygon(pairs, shape.fit, shape.align_x, shape.align_y)
        case Quad():
            a, b, c, d = pairs
            return Quad((a, b, c, d), shape.fit, shape.aspect, shape.align_x, shape.align_y)
        case Mesh():
            wide = len(shape.points[0])
            grid = tuple(pairs[start : start + wide] for start in range(0, len(pairs), wide))
            return Mesh(grid, shape.interpolation, shape.fit, shape.aspect, shape.align_x, shape.align_y, shape.part)


def homography(quad: Quad) -> Floats:
    """3 x 3: from the unit square to the corners (Heckbert 1989, section 2.2.3). Raises nothing: see `checks`."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = quad.corners
    sx, sy = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    dx1, dx2, dy1, dy2 = x1 - x2, x3 - x2, y1 - y2, y3 - y2
    base = dx1 * dy2 - dx2 * dy1
    g, h = (sx * dy2 - dx2 * sy) / base, (dx1 * sy - sx * dy1) / base
    return np.array([[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]])
