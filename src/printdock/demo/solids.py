"""Turned things (cups, lids, straws) as signed distances, and rays marched along them.

Distances are looked up in a picture of the profile, so that every turned shape costs the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import cv2
import numpy as np

from printdock.demo.canvas import Array

Profile = Sequence[tuple[float, float]]

#: Rays are looked up in rows of so many.
_ROW = 256


class Solid(Protocol):
    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """px to its surface from each point (2-d arrays), negative inside."""
        ...


class Turned:
    """A profile of (radius, height) points turned around the vertical axis at (``x``, ``z``)."""

    def __init__(self, profile: Profile, x: float = 0, z: float = 0, *, cell: float = 2.0, margin: float = 60) -> None:
        points = np.asarray(profile, np.float64)
        self.x, self.z, self._cell = x, z, cell
        self._bottom = points[:, 1].min() - margin
        width = int((points[:, 0].max() + margin) / cell) + 1
        height = int((points[:, 1].max() + margin - self._bottom) / cell) + 1
        # The other half of the profile keeps the axis from being a surface.
        both = np.concatenate([points, points[::-1] * (-1, 1)])
        self._map = _distances(both, -width * cell, self._bottom, cell, 2 * width, height)[:, width:]

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        radius = np.sqrt((x - self.x) ** 2 + (z - self.z) ** 2)
        return _looked_up(self._map, radius / self._cell - 0.5, (y - self._bottom) / self._cell - 0.5, self._cell)

    def slopes(self, radius: Array, y: Array, apart: float) -> tuple[Array, Array]:
        """How much the distance grows outwards and upwards."""
        axis = np.full_like(radius, self.z)
        out = self.distance(radius + apart + self.x, y, axis) - self.distance(radius - apart + self.x, y, axis)
        up = self.distance(radius + self.x, y + apart, axis) - self.distance(radius + self.x, y - apart, axis)
        return out, np.where(np.abs(up) < 0.2, 0, up)


class Tube:
    """A round bar along a curve in the plane z = 0: the handle of a mug. ``flat``: width by thickness of its section."""

    def __init__(
        self, curve: Profile, radius: float, *, flat: float = 1.0, cell: float = 2.0, margin: float = 80
    ) -> None:
        points = np.asarray(curve, np.float64)
        self._cell, self._radius, self._flat = cell, radius, flat
        self._left, self._bottom = points.min(axis=0) - margin
        size = ((points.max(axis=0) + margin - (self._left, self._bottom)) / cell).astype(int) + 1
        y, x = (np.mgrid[0 : size[1], 0 : size[0]] + 0.5) * cell
        self._map = _to_line(x + self._left, y + self._bottom, points)

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        away = _looked_up(self._map, (x - self._left) / self._cell, (y - self._bottom) / self._cell, self._cell)
        return np.asarray(np.sqrt(away * away + (z / self._flat) ** 2) - self._radius, np.float32)


class Joined:
    """Two solids grown together with a fillet of about ``radius`` px (Quilez' polynomial smooth minimum)."""

    def __init__(self, first: Solid, second: Solid, radius: float) -> None:
        self._first, self._second, self._radius = first, second, radius

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        a, b = self._first.distance(x, y, z), self._second.distance(x, y, z)
        near = np.maximum(self._radius - np.abs(a - b), 0) / self._radius
        return np.asarray(np.minimum(a, b) - near * near * self._radius / 4, np.float32)


@dataclass(frozen=True)
class Camera:
    """A long lens: parallel rays, looking down by ``tilt`` radians. The world's origin is seen at (``x``, ``y``)."""

    x: float
    y: float
    tilt: float

    @property
    def forward(self) -> tuple[float, float, float]:
        return 0.0, -float(np.sin(self.tilt)), -float(np.cos(self.tilt))

    def plane(self, px: Array, py: Array) -> tuple[Array, Array, Array]:
        """Points that pixels see, in the plane through the origin that faces the camera."""
        up = self.y - py
        return px - self.x, up * np.float32(np.cos(self.tilt)), -up * np.float32(np.sin(self.tilt))

    def seen(self, x: float, y: float, z: float) -> tuple[float, float]:
        """The pixel that shows a point."""
        return self.x + x, self.y - y * float(np.cos(self.tilt)) + z * float(np.sin(self.tilt))


def marched(
    solid: Solid, start: tuple[Array, Array, Array], way: Sequence[Array | float], reach: float, steps: int = 120
) -> tuple[Array, Array]:
    """Along rays: (px to where they come nearest, how near that is in px). Rays within half a px have hit.

    Only rays that are still on their way are looked up again.
    """
    shape = start[0].shape
    points = [s.ravel() for s in start]
    ways = [np.broadcast_to(np.asarray(w, np.float32), shape).ravel() for w in way]
    along, found, nearest = (np.full(points[0].size, value, np.float32) for value in (0, 0, 1e9))
    going = np.arange(points[0].size)
    for _ in range(steps):
        count = len(going)
        if not count:
            break
        padded = np.concatenate([going, np.repeat(going[:1], -count % _ROW)])  # whole rows: cv2 wants pictures
        at = along[padded]
        away = solid.distance(
            *((p[padded] + at * w[padded]).reshape(-1, _ROW) for p, w in zip(points, ways, strict=True))
        )
        away, at = away.ravel()[:count], at[:count]
        nearer = away < nearest[going]
        nearest[going[nearer]] = away[nearer]
        found[going[nearer]] = at[nearer]
        on = (away > 0.25) & (at < reach)
        along[going] = at + away * np.float32(0.97)
        going = going[on]
    return found.reshape(shape), nearest.reshape(shape)


def normals(solid: Solid, x: Array, y: Array, z: Array, apart: float = 4.0) -> Array:
    """Unit normals at points near the surface, h x w x 3."""
    if isinstance(solid, Turned):  # its slope across is along the radius, exactly
        across, away = (x - solid.x).astype(np.float32), (z - solid.z).astype(np.float32)
        radius = np.maximum(np.sqrt(across * across + away * away), 1e-3)
        out, up = solid.slopes(radius, y, apart)
        length = np.maximum(np.sqrt(out * out + up * up), 1e-6)
        return np.asarray(
            np.stack([across / radius * out, up, away / radius * out], -1) / length[..., None], np.float32
        )
    slopes = []
    for axis in range(3):
        step = [2 * apart if k == axis else 0.0 for k in range(3)]
        ahead = solid.distance(x + step[0], y + step[1], z + step[2])
        slopes.append(ahead - solid.distance(x - step[0], y - step[1], z - step[2]))
    slope = np.stack(slopes, axis=-1)
    return np.asarray(slope / np.maximum(np.linalg.norm(slope, axis=-1, keepdims=True), 1e-6), np.float32)


def _distances(outline: Array, left: float, bottom: float, cell: float, width: int, height: int) -> Array:
    """Signed distances, px, from the middle of each cell: the sharpness of the outline is finer than a cell."""
    fine = 2
    mask = np.zeros((height * fine, width * fine), np.uint8)
    pixels = np.rint((outline - (left, bottom)) / cell * fine * 16 - 8).astype(np.int32)
    cv2.fillPoly(mask, [pixels], (255,), cv2.LINE_8, 4)
    outside = cv2.distanceTransform(255 - mask, cv2.DIST_L2, 5)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    signed = np.where(mask > 0, 0.5 - inside, outside - 0.5) * (cell / fine)
    soft = cv2.GaussianBlur(signed.astype(np.float32), (0, 0), 3)
    return np.ascontiguousarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_AREA))


def _to_line(x: Array, y: Array, points: Array) -> Array:
    """px from each place to the nearest of the segments between ``points``."""
    found = np.full(x.shape, 1e9)
    for (ax, ay), (bx, by) in pairwise(points):
        share = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2), 0, 1)
        found = np.minimum(found, np.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay)))
    return np.asarray(found, np.float32)


def _looked_up(table: Array, x: Array, y: Array, cell: float) -> Array:
    """Distances at places in a table; beyond its edges, those at the edge and the way there."""
    height, width = table.shape
    column, row = np.clip(x, 0, width - 1).astype(np.float32), np.clip(y, 0, height - 1).astype(np.float32)
    found = cv2.remap(table, column, row, cv2.INTER_LINEAR)
    beyond = np.abs(x - column) + np.abs(y - row)
    return np.asarray(found + beyond * (cell * 0.7), np.float32)
