"""Lays one picture over another: an affine map within bounds, by Gauss-Newton from coarse to fine.

Inverse compositional alignment (Baker & Matthews, "Lucas-Kanade 20 years on"): gradients and Hessian come from the
fixed picture once a level; a step costs one warp. Residuals are clipped (Huber), so that a changed word does not pull
the map. Coordinates run from -1 to 1 on each axis, so one map serves every resolution.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.fingerprint import resized

Plane = NDArray[np.float32]  # h x w, 0..255

#: How far a copy may be scaled or moved (share of a side), and sheared or turned.
MAX_SCALE = 0.12
MAX_SHIFT = 0.12
MAX_SHEAR = 0.03


@dataclass(frozen=True, slots=True)
class Registration:
    """``matrix``: 2 x 3 float64, from the fixed picture's coordinates (-1..1) to the moving one's. ``even``: it
    scales both sides alike, as copying and cropping do."""

    matrix: NDArray[np.float64]
    even: bool = False

    @property
    def scale(self) -> tuple[float, float]:
        """How much larger the fixed picture's content is than the moving one's, across and down."""
        return float(1 / self.matrix[0, 0]), float(1 / self.matrix[1, 1])

    @property
    def shift(self) -> tuple[float, float]:
        """Of the centre, in shares of the sides."""
        return float(self.matrix[0, 2] / 2), float(self.matrix[1, 2] / 2)

    @property
    def shear(self) -> float:
        return float(max(abs(self.matrix[0, 1]), abs(self.matrix[1, 0])))

    def within_bounds(self) -> bool:
        """Whether a copy may lie like this."""
        scaled = max(abs(self.matrix[0, 0] - 1), abs(self.matrix[1, 1] - 1))
        return scaled <= MAX_SCALE and max(map(abs, self.shift)) <= MAX_SHIFT / 2 + 0.02 and self.shear <= MAX_SHEAR

    def pixel_matrix(self, moving: tuple[int, int], fixed: tuple[int, int]) -> NDArray[np.float64]:
        """2 x 3 for `cv2.warpAffine` with WARP_INVERSE_MAP: pixels of the fixed (h, w) to pixels of the moving (h,
        w).
        """
        to_unit = _unit_from_pixels(fixed)
        from_unit = np.linalg.inv(_unit_from_pixels(moving))
        return np.asarray((from_unit @ np.vstack([self.matrix, [0, 0, 1]]) @ to_unit)[:2])


IDENTITY = Registration(np.eye(2, 3))


def _unit_from_pixels(shape: tuple[int, int]) -> NDArray[np.float64]:
    """Pixel centres to -1..1 (the outer edges)."""
    height, width = shape
    return np.array([[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]])


def warped(moving: Plane, at: Registration, shape: tuple[int, int]) -> Plane:
    """The moving plane on the fixed one's pixels (h, w). Outside it: its edge repeated."""
    matrix = at.pixel_matrix((moving.shape[0], moving.shape[1]), shape)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(moving, matrix, (shape[1], shape[0]), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )


def register(
    moving: list[Plane],
    fixed: list[Plane],
    levels: tuple[int, ...],
    start: Registration | None = None,
    wider: float | None = None,
) -> Registration:
    """The map that lays ``moving`` over ``fixed`` (planes h x w of one kind each, equal in number).

    ``levels``: longest sides, px, from coarse to fine. Starts at ``start`` or no change. With ``wider`` (logarithm of how
    much wider, for its height, the fixed picture is), crops that scale both sides alike are tried at 64 px, and one is
    preferred where it fits about as well: an edge that was cut off leaves a free map nothing to hold on to. Stays where it
    is when a step leaves the bounds.
    """
    first = start or IDENTITY
    matrix, even = np.vstack([first.matrix, [0, 0, 1]]), first.even
    source, target = moving, fixed
    for level in levels:
        target = [_level(p, level) for p in fixed]
        source = [_level(p, level) for p in moving]
        matrix = _align(source, target, matrix, 12 if level <= 64 else 6, even)
        if level == CROPS_PX and wider is not None:
            crop, crop_apart = _best_crop(source, target, wider)
            free_apart = _apart(source, target, Registration(matrix[:2]))
            if crop_apart <= EVEN_BONUS * free_apart + 0.05 and crop_apart < 0.9 * _apart(source, target, IDENTITY):
                matrix, even = crop, True
    found = Registration(matrix[:2].copy(), even)
    return found if _apart(source, target, found) < 0.98 * _apart(source, target, IDENTITY) else IDENTITY


def _apart(source: list[Plane], target: list[Plane], at: Registration) -> float:
    """Mean absolute difference, levels: art that was trimmed alike needs no map at all."""
    shape = (target[0].shape[0], target[0].shape[1])
    return float(np.mean([np.mean(np.abs(warped(s, at, shape) - t)) for s, t in zip(source, target, strict=True)]))


#: Longest side, px, at which crops are tried.
CROPS_PX = 64
#: Further shares of both sides that are tried besides what the aspects ask for, and how many tries are followed up.
CUTS = (0.0, 0.01, 0.021, 0.042)
TRIES = 4
#: How much larger the mean difference may be under a map that scales both sides alike.
EVEN_BONUS = 1.15


def _best_crop(source: list[Plane], target: list[Plane], wider: float) -> tuple[NDArray[np.float64], float]:
    """The 3 x 3 map of the crop, of either picture, that fits best, and its mean difference (levels)."""
    crops = list(_crops(wider))
    apart = [_apart(source, target, Registration(crop[:2])) for crop in crops]
    likely = [crops[i] for i in np.argsort(apart, kind="stable")[:TRIES]]
    found = [_align(source, target, crop, 12, True) for crop in likely]
    left = [_apart(source, target, Registration(one[:2])) for one in found]
    best = int(np.argmin(left))
    return found[best], left[best]


def _crops(wider: float) -> Iterator[NDArray[np.float64]]:
    """3 x 3 maps that scale both sides alike: what is over on a side may be cut at its start, its end, or both.

    ``wider``: logarithm of how much wider, for its height, the fixed picture is.
    """
    across, down = max(0.0, wider), max(0.0, -wider)  # the least that the moving one was cut by
    for more in CUTS:
        for x, y in {(across + more, down + more), (across - more - abs(wider), down - more - abs(wider))}:
            scale_x, scale_y = math.exp(x), math.exp(y)
            for side_x, side_y in product((-1, 0, 1), repeat=2):
                yield np.array(
                    [[scale_x, 0, side_x * (scale_x - 1)], [0, scale_y, side_y * (scale_y - 1)], [0, 0, 1.0]]
                )


def _level(plane: Plane, longest: int) -> Plane:
    height, width = plane.shape
    factor = min(1.0, longest / max(height, width))
    size = max(8, round(width * factor)), max(8, round(height * factor))
    return np.asarray(cv2.GaussianBlur(resized(plane, *size), (0, 0), 0.8))


def _align(
    source: list[Plane], target: list[Plane], matrix: NDArray[np.float64], steps: int, even: bool
) -> NDArray[np.float64]:
    """The 3 x 3 map after at most ``steps``.

    ``even``: steps scale both sides alike and do not shear.
    """
    shape = (target[0].shape[0], target[0].shape[1])
    jacobian = np.vstack([_jacobian(t) for t in target])
    if even:
        jacobian = np.stack([jacobian[:, 0] + jacobian[:, 2], jacobian[:, 4], jacobian[:, 5]], axis=1)
    hessian = (jacobian.T @ jacobian).astype(np.float64)
    damping = [0.002, 0.002, 0.002] if even else [0.002, 0.02, 0.002, 0.02, 0.002, 0.002]
    ridge = np.trace(hessian) / len(damping) * np.diag(damping)
    solve = np.linalg.inv(hessian + ridge + np.eye(len(damping)) * 1e-6)
    flat = np.concatenate([t.ravel() for t in target])
    for _ in range(steps):
        at = Registration(matrix[:2])
        error = (np.concatenate([warped(s, at, shape).ravel() for s in source]) - flat) * np.tile(
            _met(at, shape), len(source)
        )
        bound = 3 * float(np.mean(np.abs(error))) + 1
        step = solve @ (jacobian.T @ np.clip(error, -bound, bound)).astype(np.float64)
        moved = matrix @ np.linalg.inv(_stepped(step))
        if not Registration(moved[:2]).within_bounds():
            break
        matrix = moved
        if float(np.abs(step).max()) * max(shape) < 0.02:
            break
    return matrix


def _met(at: Registration, shape: tuple[int, int]) -> NDArray[np.float32]:
    """1 for each of the h x w fixed pixels that the moving picture covers, 0 for the others, flat (shear neglected)."""
    inside = []
    for length, (scale, shift) in zip(
        shape, ((at.matrix[1, 1], at.matrix[1, 2]), (at.matrix[0, 0], at.matrix[0, 2])), strict=True
    ):
        centres = (np.arange(length) + 0.5) * 2 / length - 1
        inside.append((np.abs(scale * centres + shift) <= 1).astype(np.float32))
    return np.asarray(np.outer(*inside).ravel(), np.float32)


def _stepped(step: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 3 x 3 map of a step's six numbers (see `_jacobian`), or of scale and two shifts."""
    if len(step) == 3:
        scale, x, y = step
        return np.array([[1 + scale, 0, x], [0, 1 + scale, y], [0, 0, 1]])
    delta = np.eye(3)
    delta[0] += step[[0, 1, 4]]
    delta[1] += step[[3, 2, 5]]
    return delta


def _jacobian(plane: Plane) -> Plane:
    """(h * w) x 6: change of each pixel by x-scale, x-shear, y-scale, y-shear, x-shift, y-shift."""
    height, width = plane.shape
    x = ((np.arange(width, dtype=np.float32) + 0.5) * 2 / width - 1)[None, :]
    y = ((np.arange(height, dtype=np.float32) + 0.5) * 2 / height - 1)[:, None]
    across = np.asarray(cv2.Sobel(plane, cv2.CV_32F, 1, 0, ksize=3, scale=width / 16))
    down = np.asarray(cv2.Sobel(plane, cv2.CV_32F, 0, 1, ksize=3, scale=height / 16))
    parts = (across * x, across * y, down * y, down * x, across, down)
    return np.stack([p.ravel() for p in parts], axis=1)
