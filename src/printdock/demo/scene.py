"""A photograph of turned things on a table, in linear light: true soft shadows, reflections and highlights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from printdock.demo.canvas import Array
from printdock.demo.solids import Camera, Solid, marched, normals
from printdock.demo.studio import Softbox, Studio, blurred, sphere

#: (points, normals) of a part, h x w x 3 each, to its colour in linear light, h x w x 3.
Colouring = Callable[[Array, Array], Array]

#: Shadows are computed once for so many px each way.
_COARSE = 6

#: Rays begin so far before the plane through the middle of things, px.
_BEFORE = 900.0

#: How far a shadow reaches, px.
_REACH = 2_600


@dataclass(frozen=True)
class Part:
    """Something in the scene. ``sheen``: how much it mirrors head on; ``rough``: how blurred that is.
    ``clear``: how much of what is behind shows through, blurred.

    ``box``: (left, top, right, bottom) px in which it may be seen.
    """

    solid: Solid
    colour: Colouring
    box: tuple[int, int, int, int]
    sheen: float = 0.04
    rough: float = 0.1
    clear: float = 0.0


class Together:
    """The nearest of several solids: what throws shadows."""

    def __init__(self, solids: Sequence[Solid]) -> None:
        self._solids = solids

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        found = self._solids[0].distance(x, y, z)
        for solid in self._solids[1:]:
            found = np.minimum(found, solid.distance(x, y, z))
        return found


def painted(picture: Array, part: Part, camera: Camera, studio: Studio, everything: Solid) -> Array:
    """Draw ``part`` over ``picture`` (in place); its coverage, h x w, 0..1."""
    left, top, right, bottom = part.box
    py, px = np.mgrid[top:bottom, left:right].astype(np.float32) + np.float32(0.5)
    start = [p - w * _BEFORE for p, w in zip(camera.plane(px, py), camera.forward, strict=True)]
    along, nearest = marched(part.solid, (start[0], start[1], start[2]), camera.forward, 3 * _BEFORE)
    # A silhouette is one px wide: where a ray only just misses, the surface covers a part of the pixel.
    cover = np.clip(1.3 - nearest, 0, 1)
    point = np.stack([s + along * w for s, w in zip(start, camera.forward, strict=True)], axis=-1)
    normal = normals(part.solid, point[..., 0], point[..., 1], point[..., 2])
    view = -np.asarray(camera.forward, np.float32)
    open_sky = _open(everything, point, normal)
    light = studio.falling(normal) * open_sky[..., None] * part.colour(point, normal)
    window = picture[top:bottom, left:right]
    if part.clear:
        light += (blurred(window, 40) * 0.9 - light) * part.clear
    facing = np.clip(normal @ view, 0.14, 1)[..., None]  # past the silhouette there is nothing to mirror
    mirror = part.sheen + (1 - part.sheen) * (1 - facing) ** 5
    ways = 2 * facing * normal - view
    shown = studio.seen(np.asarray(ways, np.float32), part.rough) * np.minimum(open_sky * 1.3, 1)[..., None]
    lit = light * (1 - mirror) + shown * mirror * (1 - 0.5 * part.rough)
    window += (lit - window) * cover[..., None]
    full = np.zeros(picture.shape[:2], np.float32)
    full[top:bottom, left:right] = cover
    return full


def _open(solid: Solid, point: Array, normal: Array) -> Array:
    """How open the surroundings of surface points are, 0..1 (Evans 2006: distances along the normal); the table closes them too."""
    closed = np.zeros(point.shape[:2], np.float32)
    for apart, weight in ((12.0, 0.35), (40.0, 0.3), (110.0, 0.2)):
        at = point + normal * apart
        free = np.minimum(solid.distance(at[..., 0], at[..., 1], at[..., 2]), np.maximum(at[..., 1], 0))
        closed += weight * np.clip(1 - free / apart, 0, 1)
    return np.asarray(1 - closed, np.float32)


def table_light(
    solid: Solid, camera: Camera, studio: Studio, size: tuple[int, int], horizon: int, rng: np.random.Generator
) -> Array:
    """Light on the table (h x w x 3), the shadows of ``solid`` in it: each px sees the softboxes and the room in part."""
    height, width = size
    rows, columns = -(-(height - horizon) // _COARSE), -(-width // _COARSE)
    py, px = np.mgrid[0:rows, 0:columns].astype(np.float32)
    x = (px + 0.5) * _COARSE - camera.x
    z = -(camera.y - horizon - (py + 0.5) * _COARSE) / np.float32(np.sin(camera.tilt))
    total = np.zeros((rows, columns, 3), np.float32)
    for box in studio.boxes:
        total += _from_box(solid, box, x, z, rng)[..., None] * np.asarray(box.light, np.float32)
    total += _from_room(solid, studio, x, z, rng)
    total = blurred(total, 1.0)
    full = np.empty((height, width, 3), np.float32)
    full[horizon:] = cv2.resize(total, (columns * _COARSE, rows * _COARSE), interpolation=cv2.INTER_CUBIC)[
        : height - horizon, :width
    ]
    full[:horizon] = full[horizon]
    return full


def _from_box(solid: Solid, box: Softbox, x: Array, z: Array, rng: np.random.Generator, strata: int = 6) -> Array:
    total = np.zeros_like(x)
    for k in range(strata * strata):
        across = (k % strata + rng.random(x.shape, np.float32)) / strata * 2 - 1
        above = (k // strata + rng.random(x.shape, np.float32)) / strata * 2 - 1
        way = box.towards(across, above)
        total += np.maximum(way[..., 1], 0) * _reached(solid, x, z, way)
    return np.asarray(total * (box.power / np.pi / strata**2), np.float32)


def _from_room(solid: Solid, studio: Studio, x: Array, z: Array, rng: np.random.Generator, count: int = 40) -> Array:
    ways = sphere(2 * count)
    ways = ways[ways[:, 1] > 0]
    turn = rng.random(x.shape, np.float32) * np.float32(2 * np.pi)
    total, weights = np.zeros((*x.shape, 3), np.float32), 0.0
    for way in ways:
        turned = np.stack(
            [
                way[0] * np.cos(turn) - way[2] * np.sin(turn),
                np.full_like(x, way[1]),
                way[0] * np.sin(turn) + way[2] * np.cos(turn),
            ],
            axis=-1,
        )
        total += studio.room(turned) * (float(way[1]) * _reached(solid, x, z, turned))[..., None]
        weights += float(way[1])
    return np.asarray(total / weights, np.float32)


def _reached(solid: Solid, x: Array, z: Array, way: Array) -> Array:
    """1 where light along ``way`` reaches the table, 0 where something is in between."""
    start = x, np.full_like(x, 2.0), z
    _, nearest = marched(solid, start, [way[..., k] for k in range(3)], _REACH, steps=14)
    return np.asarray(np.clip(nearest / 2 - 0.2, 0, 1), np.float32)
