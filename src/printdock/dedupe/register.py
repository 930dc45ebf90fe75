"""Lays one picture over another: an affine map within bounds, by Gauss-Newton from coarse to fine.

Inverse compositional alignment (Baker & Matthews, "Lucas-Kanade 20 years on"): gradients and Hessian come from the
fixed picture once a level; a step costs one warp. Residuals are clipped (Huber), so that a changed word does not pull
the map. Coordinates run from -1 to 1 on each axis, so one map serves every resolution.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    """``matrix``: 2 x 3 float64, from the fixed picture's coordinates (-1..1) to the moving one's."""

    matrix: NDArray[np.float64]

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
    moving: list[Plane], fixed: list[Plane], levels: tuple[int, ...], start: Registration | None = None
) -> Registration:
    """The map that lays ``moving`` over ``fixed`` (planes h x w of one kind each, equal in number).

    ``levels``: longest sides, px, from coarse to fine. Starts at ``start`` or no change; where, without ``start``,
    that leaves much difference, also from each side cut by 2 and 4 %, and it goes on with the best. Stays where it is
    when a step leaves the bounds.
    """
    matrix = np.vstack([(start or IDENTITY).matrix, [0, 0, 1]])
    source, target = moving, fixed
    for number, level in enumerate(levels):
        target = [_level(p, level) for p in fixed]
        source = [_level(p, level) for p in moving]
        aligned = _align(source, target, matrix, 12 if level <= 64 else 6)
        if start is None and number == 0 and aligned[1] > RESTART_LEVEL:
            tries = [_align(source, target, start, 12) for start in _starts()]
            aligned = min([aligned, *tries], key=lambda found: found[1])
        matrix = aligned[0]
    found = Registration(matrix[:2].copy())
    return found if _apart(source, target, found) < 0.98 * _apart(source, target, IDENTITY) else IDENTITY


def _apart(source: list[Plane], target: list[Plane], at: Registration) -> float:
    """Mean absolute difference, levels: art that was trimmed alike needs no map at all."""
    shape = (target[0].shape[0], target[0].shape[1])
    return float(np.mean([np.mean(np.abs(warped(s, at, shape) - t)) for s, t in zip(source, target, strict=True)]))


def _starts() -> list[NDArray[np.float64]]:
    """The maps of copies cut by 2 or 4 % on one side, and by 2 % on two."""
    starts = []
    for left, right, top, bottom in _CUTS:
        across, down = 1 / (1 - (left + right) / 100), 1 / (1 - (top + bottom) / 100)
        x, y = (right - left) / 100 * across, (bottom - top) / 100 * down
        starts.append(np.array([[across, 0, x], [0, down, y], [0, 0, 1.0]]))
    return starts


#: Percent cut off left, right, top, bottom.
_CUTS = ((2, 0, 0, 0), (0, 2, 0, 0), (0, 0, 2, 0), (0, 0, 0, 2), (4, 0, 0, 0), (0, 4, 0, 0), (0, 0, 4, 0), (0, 0, 0, 4),
         (2, 0, 2, 0), (2, 0, 0, 2), (0, 2, 2, 0), (0, 2, 0, 2), (2, 2, 2, 2))  # fmt: skip
#: Mean difference, levels, after the first level, above which other starts are tried.
RESTART_LEVEL = 2.5


def _level(plane: Plane, longest: int) -> Plane:
    height, width = plane.shape
    factor = min(1.0, longest / max(height, width))
    size = max(8, round(width * factor)), max(8, round(height * factor))
    return np.asarray(cv2.GaussianBlur(resized(plane, *size), (0, 0), 0.8))


def _align(
    source: list[Plane], target: list[Plane], matrix: NDArray[np.float64], steps: int
) -> tuple[NDArray[np.float64], float]:
    """The 3 x 3 map after at most ``steps``, and the mean absolute difference (levels) before the last one."""
    shape = (target[0].shape[0], target[0].shape[1])
    jacobian = np.vstack([_jacobian(t) for t in target])
    hessian = (jacobian.T @ jacobian).astype(np.float64)
    ridge = np.trace(hessian) / 6 * np.diag([0.002, 0.02, 0.002, 0.02, 0.002, 0.002])
    solve = np.linalg.inv(hessian + ridge + np.eye(6) * 1e-6)
    flat = np.concatenate([t.ravel() for t in target])
    level = 0.0
    for _ in range(steps):
        error = np.concatenate([warped(s, Registration(matrix[:2]), shape).ravel() for s in source]) - flat
        level = float(np.mean(np.abs(error)))
        bound = 3 * level + 1
        step = solve @ (jacobian.T @ np.clip(error, -bound, bound)).astype(np.float64)
        delta = np.eye(3)
        delta[0] += step[[0, 1, 4]]
        delta[1] += step[[3, 2, 5]]
        moved = matrix @ np.linalg.inv(delta)
        if not Registration(moved[:2]).within_bounds():
            break
        matrix = moved
        if float(np.abs(step).max()) * max(shape) < 0.02:
            break
    return matrix, level


def _jacobian(plane: Plane) -> Plane:
    """(h * w) x 6: change of each pixel by x-scale, x-shear, y-scale, y-shear, x-shift, y-shift."""
    height, width = plane.shape
    x = ((np.arange(width, dtype=np.float32) + 0.5) * 2 / width - 1)[None, :]
    y = ((np.arange(height, dtype=np.float32) + 0.5) * 2 / height - 1)[:, None]
    across = np.asarray(cv2.Sobel(plane, cv2.CV_32F, 1, 0, ksize=3, scale=width / 16))
    down = np.asarray(cv2.Sobel(plane, cv2.CV_32F, 0, 1, ksize=3, scale=height / 16))
    parts = (across * x, across * y, down * y, down * x, across, down)
    return np.stack([p.ravel() for p in parts], axis=1)
