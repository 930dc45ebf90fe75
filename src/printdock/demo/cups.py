"""A frosted glass can with a bamboo lid, and a mug: photographs drawn from shapes and light."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sin

import cv2
import numpy as np

from printdock.demo.canvas import Array, curve, leaf
from printdock.demo.scene import Colouring, Part, Together, painted, table_light
from printdock.demo.solids import Camera, Joined, Tube, Turned
from printdock.demo.studio import Softbox, Studio, blurred, developed, fractal, linear, noise, step

SIZE = (2400, 2400)  # height, width

#: Degrees of the mug that art on one side of it may take, clear of the handle.
_SIDE = 150.0


@dataclass(frozen=True)
class Wrapped:
    """A picture (RGB, uint8) and the wrap on it: ends of its axis, radius, bulge, degrees that a print covers."""

    photo: Array
    start: tuple[float, float]
    end: tuple[float, float]
    radius: float
    bulge: float
    arc: float


STUDIO = Studio(
    boxes=(
        Softbox((-0.85, 0.62, 0.5), 0.26, 0.4, (13.0, 12.5, 11.6)),
        Softbox((0.97, 0.25, 0.05), 0.12, 0.8, (5.4, 5.6, 5.9)),
    ),
    above=(0.62, 0.64, 0.68),
    around=(0.42, 0.41, 0.4),
)


def glass_can() -> Wrapped:
    """16 oz: the print is 9.5 x 4.33 in around it."""
    rng = np.random.default_rng(11)
    radius, tilt = 445.0, radians(11)
    camera = Camera(1200, 2120, tilt)
    print_height = 2 * np.pi * radius * 4.33 / 9.5
    low, high = 120.0, 120.0 + print_height
    body = [
        (0, 0),
        (radius - 60, 0),
        *curve((radius - 60, 0), (radius - 6, 4), (radius, 62), steps=24),
        (radius, high + 40),
    ]
    body += [
        *curve((radius, high + 40), (radius, high + 95), (radius - 42, high + 118), steps=24),
        (radius - 46, high + 165),
        (0, high + 165),
    ]
    lid_low = high + 150
    lid = [
        (0, lid_low),
        (radius - 20, lid_low),
        *curve((radius - 20, lid_low), (radius - 12, lid_low), (radius - 12, lid_low + 10), steps=5),
    ]
    lid += [
        *curve((radius - 12, lid_low + 78), (radius - 12, lid_low + 90), (radius - 26, lid_low + 92), steps=6),
        (0, lid_low + 92),
    ]
    straw_top = lid_low + 470
    straw = [
        (0, lid_low + 92),
        (34, lid_low + 92),
        (34, straw_top),
        (24, straw_top + 3),
        (24, straw_top - 40),
        (0, straw_top - 40),
    ]
    box = (720, 300, 1680, 2260)
    parts = [
        Part(Turned(body), _frosted(), box, sheen=0.05, rough=0.14, clear=0.2),
        Part(Turned(lid), _bamboo(rng), box, sheen=0.02, rough=0.5),
        Part(Turned(straw, x=90, z=-60), _plain((214, 220, 222)), (1150, 0, 1450, 700), sheen=0.12, rough=0.05),
    ]
    photo = _taken(parts, camera, 900, rng)
    return Wrapped(photo, camera.seen(0, high, 0), camera.seen(0, low, 0), radius, radius * sin(tilt), 360.0)


def mug() -> Wrapped:
    """11 oz, glazed, seen from its side: the print is 3.5 in high."""
    rng = np.random.default_rng(12)
    radius, tilt = 520.0, radians(13)
    camera = Camera(1100, 1990, tilt)
    print_height = 3.5 / 9.0 * radius * radians(312)  # 9 in go around it, up to the handle
    low, high = 66.0, 66.0 + print_height
    rim = high + 66
    wall = 26.0
    outside = [
        (0, 0),
        (radius - 70, 0),
        *curve((radius - 70, 0), (radius - 4, 0), (radius, 60), steps=24),
        (radius, rim - 12),
    ]
    lip = curve((radius, rim - 12), (radius, rim), (radius - wall / 2, rim), steps=8)
    lip += curve((radius - wall / 2, rim), (radius - wall, rim), (radius - wall, rim - 14), steps=8)
    inside = [
        (radius - wall, 90),
        *curve((radius - wall, 90), (radius - wall - 4, 40), (radius - 110, 36), steps=12),
        (0, 36),
    ]
    cup = Turned([*outside, *lip, *inside])
    bow = curve(
        (radius + 26, rim - 150), (radius + 210, rim - 40), (radius + 400, rim - 210), (radius + 330, 430),
        (radius + 230, 190), (radius + 22, 190), steps=60,
    )  # fmt: skip
    solid = Joined(cup, Tube(bow, 46, flat=1.5), 60)
    box = (480, 620, 2080, 2180)
    parts = [
        Part(solid, _plain((240, 240, 236)), box, sheen=0.045, rough=0.02),
    ]
    photo = _taken(parts, camera, 900, rng)
    return Wrapped(photo, camera.seen(0, high, 0), camera.seen(0, low, 0), radius, radius * sin(tilt), _SIDE)


def _taken(parts: list[Part], camera: Camera, horizon: int, rng: np.random.Generator) -> Array:
    everything = Together([part.solid for part in parts[:2]])
    light = table_light(everything, camera, STUDIO, SIZE, horizon, rng)
    picture = _room(light, horizon, rng)
    for part in parts:
        painted(picture, part, camera, STUDIO, everything)
    return developed(picture, rng, exposure=0.9)


def _room(light: Array, horizon: int, rng: np.random.Generator) -> Array:
    """An oak table, and a wall behind it out of focus."""
    height, width = SIZE
    grain = fractal(rng, height, width, 26, 4, 34) * 0.5 + noise(rng, height, width, 3, 120) * 0.28
    rings = (
        np.sin(fractal(rng, height, width, 150, 3, 9) * 9 + np.arange(height, dtype=np.float32)[:, None] / 17) * 0.25
    )
    tone = np.clip(0.5 + 0.3 * (grain + rings), 0, 1)[..., None]
    wood = linear((176, 134, 92)) + (linear((216, 180, 136)) - linear((176, 134, 92))) * tone
    boards = np.zeros((height, 1, 1), np.float32)
    for edge in (1130, 1420, 1770, 2180):
        boards[edge : edge + 3] = 1
    wood = wood * (1 - 0.6 * boards)
    table = wood * light
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    glow = np.exp(-(((x - 650) / 900) ** 2 + ((y - 260) / 620) ** 2))
    wall = linear((226, 221, 212)) * (0.5 + 0.7 * glow)[..., None]
    wall = _plant(wall, rng)
    behind = step(horizon - y, 2.0)[..., None]
    picture = table + (wall - table) * behind
    # Depth of field: the further from the cup, the softer.
    soft, softer = blurred(picture, 5), blurred(picture, 16)
    far = np.clip((1750 - y) / 900, 0, 1)[..., None]
    mixed = picture + (soft - picture) * np.clip(far * 3, 0, 1)
    return np.ascontiguousarray(mixed + (softer - mixed) * np.clip(far * 2 - 0.8, 0, 1), np.float32)


def _plant(wall: Array, rng: np.random.Generator) -> Array:
    """A plant in a pot behind, too near the wall to be sharp."""
    height, width = wall.shape[:2]
    mask, tone = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    for _ in range(46):
        angle = rng.uniform(-2.9, -0.25)
        long = rng.uniform(300, 640)
        points = leaf(2060 + rng.uniform(-60, 60), 900, angle, long, long * rng.uniform(0.1, 0.2))
        shape = np.rint(np.asarray(points) * 16).astype(np.int32)
        cv2.fillPoly(mask, [shape], (1.0,), cv2.LINE_AA, 4)
        cv2.fillPoly(tone, [shape], (float(rng.uniform(0.2, 1)),), cv2.LINE_AA, 4)
    mask, tone = blurred(mask, 20)[..., None], blurred(tone, 14)[..., None]
    green = linear((52, 78, 50)) + (linear((132, 160, 104)) - linear((52, 78, 50))) * tone
    return np.asarray(wall + (green - wall) * mask * 0.9, np.float32)


def _plain(rgb: tuple[float, float, float]) -> Colouring:
    colour = linear(rgb)
    return lambda point, normal: np.broadcast_to(colour, point.shape)


def _frosted() -> Colouring:
    def colour(point: Array, normal: Array) -> Array:
        edge = np.clip(1 - np.abs(normal[..., 2]), 0, 1)
        milk = 0.82 - 0.34 * edge**4
        foot = np.exp(-np.maximum(point[..., 1], 0) / 55)
        value = milk * (1 - 0.3 * foot)
        return np.asarray(value[..., None] * np.array([0.97, 1.0, 1.0]), np.float32)

    return colour


def _bamboo(rng: np.random.Generator) -> Colouring:
    texture = fractal(rng, 1400, 1400, 60, 5, 0.06)
    texture = texture + noise(rng, 1400, 1400, 400, 0.01) * 0.5

    def colour(point: Array, normal: Array) -> Array:
        u = (point[..., 0] + 700).astype(np.float32)
        v = (point[..., 2] * 0.5 + point[..., 1] * 1.0 % 1300).astype(np.float32)
        tone = np.clip(0.5 + 0.22 * cv2.remap(texture, u, np.mod(v, 1399), cv2.INTER_LINEAR), 0, 1)[..., None]
        return np.asarray(
            linear((170, 120, 66)) + (linear((226, 186, 130)) - linear((170, 120, 66))) * tone, np.float32
        )

    return colour
