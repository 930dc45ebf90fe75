"""Bases and designs that tests of rendering share; everything is drawn here, from numbers."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Pixels
from printdock.rendering.design import Design
from printdock.rendering.render import prepare, render
from printdock.rendering.types import BaseImage, PrintArea, Shape, Watermark


def flat(width: int, height: int, rgb: tuple[int, int, int]) -> Pixels:
    return np.broadcast_to(np.array([*rgb, 255], np.uint8), (height, width, 4)).copy()


def shot(
    photo: Pixels, areas: tuple[PrintArea, ...] | Shape, art: Pixels, watermark: Watermark | None = None
) -> Pixels:
    """A mockup at the photo's own size."""
    if not isinstance(areas, tuple):
        areas = (PrintArea(areas),)
    height, width = photo.shape[:2]
    base = BaseImage(width, height, areas, watermark=watermark)
    return render(prepare(base, photo, longest_side=max(width, height)), Design(art))


def dots(width: int, height: int, radius: float, across: int = 20, down: int = 20) -> Pixels:
    """White discs on transparent, smooth-edged, centred at (k + 1/2) / n of each side."""
    x = (np.arange(width) + 0.5) % (width / across) - width / across / 2
    y = (np.arange(height) + 0.5) % (height / down) - height / down / 2
    alpha = np.clip(radius - np.hypot(x[None], y[:, None]) + 0.5, 0, 1)
    art = np.full((height, width, 4), 255, np.uint8)
    art[..., 3] = np.round(alpha * 255)
    return art


def dot_errors(picture: Pixels, expected: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    """Distance, px, from each expected centre (n x 2) to the centre of mass of the light within ``reach`` of it."""
    light = picture[..., 0].astype(np.float64)
    y, x = np.mgrid[0 : light.shape[0], 0 : light.shape[1]] + 0.5
    errors = []
    for centre in expected:
        left, top = np.floor(centre - reach).astype(int)
        right, bottom = np.ceil(centre + reach).astype(int)
        part = slice(max(0, top), bottom), slice(max(0, left), right)
        weight = np.where(np.hypot(x[part] - centre[0], y[part] - centre[1]) <= reach, light[part], 0)
        assert weight.sum() > 255, f"no dot at {centre}"
        found = np.array([(weight * x[part]).sum(), (weight * y[part]).sum()]) / weight.sum()
        errors.append(np.hypot(*(found - centre)))
    return np.array(errors)


def shares(across: int = 20, down: int = 20) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """u and v of the dots' centres, each n."""
    u, v = np.meshgrid((np.arange(across) + 0.5) / across, (np.arange(down) + 0.5) / down)
    return u.ravel(), v.ravel()


def poster(width: int = 900, height: int = 500) -> Pixels:
    """A design with flat colours, thin lines, a soft glow, text, and transparency between them."""
    art = np.zeros((height, width, 4), np.uint8)
    unit = height / 10
    y, x = np.mgrid[0:height, 0:width]
    glow = np.clip(1 - np.hypot(x - width * 0.75, y - height * 0.4) / (3 * unit), 0, 1)
    art[..., :3] = (250, 180, 40)
    art[..., 3] = np.round(glow * 255)
    for k, rgb in enumerate([(220, 40, 60), (30, 120, 200), (40, 160, 90), (255, 255, 255), (20, 20, 20)]):
        at = (int(width * (0.08 + 0.12 * k)), int(height * 0.75))
        cv2.circle(art, at, int(unit * 0.9), (*rgb, 255), -1)
    for k in range(12):
        start = (int(width * 0.05), int(height * 0.1 + k * unit * 0.3))
        cv2.line(art, start, (int(width * 0.45), start[1] + int(unit * k * 0.1)), (120, 40, 150, 255), 1 + k // 3)
    cv2.rectangle(
        art, (int(width * 0.8), int(height * 0.65)), (int(width * 0.95), int(height * 0.95)), (90, 20, 20, 255), -1
    )
    return art


def cloth(width: int = 320, height: int = 320, level: float = 0.5) -> Pixels:
    """Grey cloth with folds, as a photo."""
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    light = level * (1 + 0.45 * np.sin(18 * x + 7 * y + 3 * np.sin(5 * y)) * np.cos(2 * x))
    value = np.round(255 * np.clip(light, 0, 1) ** (1 / 2.2)).astype(np.uint8)
    return np.dstack([value, value, value, np.full_like(value, 255)])
