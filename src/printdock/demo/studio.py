"""Light for the sample bases: a photographer's studio, and what a camera makes of it.

Directions and points are x to the right, y up, z towards the viewer, in px; light is linear.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

from printdock.demo.canvas import Array

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Softbox:
    """A bright rectangle far away. ``wide``, ``high``: half its size, as tangents of angles from ``direction``."""

    direction: tuple[float, float, float]
    wide: float
    high: float
    light: Rgb

    @cached_property
    def axes(self) -> tuple[Array, Array, Array]:
        """Towards it, to its right, to its top: unit vectors."""
        to = np.asarray(self.direction, np.float32)
        to = to / np.linalg.norm(to)
        right = np.cross((0.0, 1.0, 0.0), to)
        right = right / np.linalg.norm(right)
        return to, right.astype(np.float32), np.cross(to, right).astype(np.float32)

    def seen(self, direction: Array, soft: float) -> Array:
        """0..1: how much of it is seen along each direction (... x 3); ``soft`` blurs its edges, as rough surfaces do."""
        to, right, up = self.axes
        along = direction @ to
        ahead = np.maximum(along, 1e-3)
        across, above = np.abs(direction @ right) / ahead, np.abs(direction @ up) / ahead
        edge = 0.03 + soft
        inside = step(self.wide + edge / 2 - across, edge) * step(self.high + edge / 2 - above, edge)
        return np.where(along > 0, inside, 0) / (1 + soft * (1 / self.wide + 1 / self.high) * 0.5)

    def towards(self, across: Array, above: Array) -> Array:
        """Unit directions to places on it, -1..1 each."""
        to, right, up = self.axes
        way = to + (across * self.wide)[..., None] * right + (above * self.high)[..., None] * up
        return np.asarray(way / np.linalg.norm(way, axis=-1, keepdims=True), np.float32)

    @property
    def power(self) -> float:
        """Its light on a surface that faces it, as a share of its radiance."""
        return 4 * self.wide * self.high / (1 + self.wide**2 + self.high**2)


@dataclass(frozen=True)
class Studio:
    """Softboxes in a room: ``above`` and ``around`` are the light from up there and from the walls, ``floor`` below."""

    boxes: tuple[Softbox, ...]
    above: Rgb = (0.55, 0.57, 0.6)
    around: Rgb = (0.3, 0.29, 0.28)
    floor: Rgb = (0.34, 0.31, 0.28)
    _cache: dict[str, Array] = field(default_factory=dict, compare=False)

    def room(self, direction: Array) -> Array:
        """Light from the room without its softboxes, ... x 3."""
        height = direction[..., 1:2]
        up = np.asarray(self.around) + (np.asarray(self.above) - np.asarray(self.around)) * np.clip(height, 0, 1)
        down = np.asarray(self.floor) * (1 - 0.35 * np.clip(-height, 0, 1))
        share = step(height + 0.04, 0.08)
        # Behind the things it is darker: edges then stand out, as photographers see to with black cards.
        card = 1 - 0.6 * step(0.15 - direction[..., 2:3], 0.5)
        return np.asarray((down + (up - down) * share) * card, np.float32)

    def seen(self, direction: Array, soft: float = 0.0) -> Array:
        """Light from each direction, ... x 3: what a mirror there shows."""
        light = self.room(direction)
        for box in self.boxes:
            light = light + box.seen(direction, soft)[..., None] * np.asarray(box.light, np.float32)
        return np.asarray(light, np.float32)

    def falling(self, normal: Array) -> Array:
        """Light on a white matt surface with these normals (h x w x 3), nothing in its way: h x w x 3."""
        table = self._cache.get("falling")
        if table is None:
            table = self._cache["falling"] = self._table()
        side = table.shape[0] - 1
        at = (normal[..., :2] * 0.5 + 0.5) * side
        picture = cv2.remap(
            table, np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1]), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        return np.asarray(picture, np.float32)

    def _table(self, side: int = 129) -> Array:
        """Light by the normal's x and y; z is what is left to one, towards the viewer."""
        y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
        z = np.sqrt(np.maximum(1 - x * x - y * y, 0))
        normals = np.stack([x, y, z], -1).reshape(-1, 3)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
        ways = sphere(2000)
        share = np.maximum(normals @ ways.T, 0) * (4 / len(ways))
        total = share @ self.room(ways)
        for box in self.boxes:
            across, above = (grid.ravel() for grid in np.meshgrid(np.linspace(-0.9, 0.9, 9), np.linspace(-0.9, 0.9, 9)))
            ways = box.towards(across, above)
            facing = np.maximum(normals @ ways.T, 0).mean(axis=1)
            total += facing[:, None] * (box.power / np.pi) * np.asarray(box.light, np.float32)
        return np.ascontiguousarray(total.reshape(side, side, 3), np.float32)


def step(value: Array, edge: float) -> Array:
    """0 below 0, 1 above ``edge``, smooth in between."""
    t = np.clip(value / edge, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def sphere(count: int) -> Array:
    """Unit directions spread evenly (Fibonacci), count x 3."""
    k = np.arange(count, dtype=np.float64) + 0.5
    y = 1 - 2 * k / count
    around = np.pi * (1 + 5**0.5) * k
    flat = np.sqrt(1 - y * y)
    return np.stack([flat * np.cos(around), y, flat * np.sin(around)], axis=1).astype(np.float32)


def noise(rng: np.random.Generator, height: int, width: int, cell: float, stretch: float = 1.0) -> Array:
    """Smooth noise about -1..1 with features ``cell`` px high and ``cell * stretch`` px wide."""
    rows, columns = int(height / cell) + 4, int(width / (cell * stretch)) + 4
    grid = rng.standard_normal((rows, columns), np.float32)
    full = cv2.resize(grid, (round(columns * cell * stretch), round(rows * cell)), interpolation=cv2.INTER_CUBIC)
    top, left = rng.integers(0, max(1, round(cell))), rng.integers(0, max(1, round(cell * stretch)))
    return np.ascontiguousarray(full[top : top + height, left : left + width]) * 0.6


def fractal(
    rng: np.random.Generator,
    height: int,
    width: int,
    cell: float,
    octaves: int = 5,
    stretch: float = 1.0,
    fall: float = 0.5,
) -> Array:
    total = np.zeros((height, width), np.float32)
    for k in range(octaves):
        size = cell / 2**k
        if size < 1.5:
            break
        total += noise(rng, height, width, size, stretch) * fall**k
    return total


def blurred(values: Array, sigma: float) -> Array:
    """Gaussian; large ones on a reduced picture."""
    if sigma < 12:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
    height, width = values.shape[:2]
    shrink = sigma / 6
    size = max(2, round(width / shrink)), max(2, round(height / shrink))
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 6, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def shifted(values: Array, right: float, down: float, *, beyond: float = 0.0) -> Array:
    """Moved by so many px; what comes in at the edges is ``beyond``."""
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    moved = cv2.warpAffine(values, matrix, (values.shape[1], values.shape[0]), borderValue=beyond)
    return np.asarray(moved, np.float32)


def normals_of(heights: Array) -> Array:
    """Unit normals (h x w x 3) of a surface seen from straight above, its heights in px."""
    across = cv2.Sobel(heights, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(heights, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    length = np.sqrt(across * across + down * down + 1)
    return np.stack([-across / length, down / length, 1 / length], axis=-1)


def developed(light: Array, rng: np.random.Generator, *, exposure: float = 1.0, grain: float = 1.6) -> Array:
    """Linear light (h x w x 3) as a camera stores it: highlights roll off, a little vignette and grain; sRGB, uint8."""
    height, width = light.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    light = np.maximum(light.astype(np.float32), 0) * np.float32(exposure) * (1 - 0.1 * (x * x + y * y))[..., None]
    knee = np.float32(0.68)
    over = np.maximum(light - knee, 0)
    light = np.minimum(light, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee)))
    stored = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.power(np.maximum(light, 1e-6), 1 / 2.4) - 0.055)
    speckle = (
        rng.standard_normal((height, width, 1), np.float32) * 0.8 + rng.standard_normal(light.shape, np.float32) * 0.35
    )
    speckle = cv2.GaussianBlur(speckle, (0, 0), 0.7) * 2.2
    return np.asarray(np.clip(stored * 255 + speckle * grain * (1.1 - stored * 0.5), 0, 255), np.uint8)


def linear(rgb: tuple[float, float, float]) -> Array:
    """sRGB 0..255 as linear light."""
    value = np.asarray(rgb, np.float32) / 255
    return np.asarray(np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4), np.float32)
