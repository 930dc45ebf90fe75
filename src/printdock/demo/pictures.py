"""Sample designs without transparency: pictures that fill their print area."""

from __future__ import annotations

import math

import cv2
import numpy as np

from printdock.demo.canvas import CREAM, Array, Canvas, clouds, curve, gradient


def lake_at_dusk() -> Array:
    """An opaque picture, like a photograph: height x width x 3, uint8."""
    rng, height, width = np.random.default_rng(3), 1600, 2400
    sky = gradient(1000, width, ((44, 52, 104), (120, 84, 140), (236, 132, 110), (255, 206, 140)))
    y, x = np.mgrid[0:1000, 0:width].astype(np.float32)
    glow = np.exp(-(((x - 1500) / 520) ** 2 + ((y - 820) / 260) ** 2))[..., None]
    sky += glow * np.array([60, 60, 20], np.float32)
    sky += (
        (clouds(rng, 1000, width, 5)[..., None] - 0.5) * np.array([90, 60, 50], np.float32) * (1 - y / 1000)[..., None]
    )
    for depth in range(5):
        base, rough = 720 + depth * 62, 300 - depth * 48
        ridge = base - rough * (clouds(rng, 64, width, 4 + depth * 2, 6)[0] - 0.45)
        tone = np.array([112 - depth * 20, 92 - depth * 15, 132 - depth * 19], np.float32)
        haze = np.clip((y - ridge) / 340, 0, 1)[..., None] * (38 - depth * 6)
        edge = np.clip(y - ridge + 0.5, 0, 1)[..., None]
        sky += edge * (tone + haze - sky)
    water: Array = cv2.resize(sky[::-1], (width, height - 1000), interpolation=cv2.INTER_AREA) * 0.82
    rows = np.arange(height - 1000, dtype=np.float32)[:, None]
    ripple = (clouds(rng, height - 1000, width // 8, 12, 4) - 0.5).repeat(8, axis=1) * (6 + rows / 12)
    columns = np.broadcast_to(np.arange(width, dtype=np.float32), ripple.shape)
    water = cv2.remap(water, columns + ripple, rows + ripple * 1.6, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    picture = np.concatenate([sky, water]) + rng.normal(0, 2.5, (height, width, 1)).astype(np.float32)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def galaxy_wrap() -> Array:
    """A tumbler wrap, opaque, 16 bit: height x width x 3, uint16."""
    rng, height, width = np.random.default_rng(5), 1160, 2540
    fields = [clouds(rng, height, width, cells) for cells in (3, 4, 5)]
    picture = np.zeros((height, width, 3), np.float32) + np.array([0.03, 0.02, 0.08], np.float32)
    for field, colour in zip(fields, ((0.75, 0.15, 0.6), (0.1, 0.35, 0.85), (0.15, 0.75, 0.7)), strict=True):
        picture += np.clip(field - 0.42, 0, 1)[..., None] ** 1.5 * 3.4 * np.array(colour, np.float32)
    stars = np.zeros((height, width), np.float32)
    for x, y, bright in zip(rng.integers(0, width, 1400), rng.integers(0, height, 1400), rng.random(1400), strict=True):
        cv2.circle(
            stars, (int(x), int(y)), 1 + int(bright > 0.9) + int(bright > 0.985) * 2, (float(bright),), -1, cv2.LINE_AA
        )
    picture += (stars + cv2.GaussianBlur(stars, (0, 0), 5))[..., None]
    return (np.clip(picture, 0, 1) * 65535).astype(np.uint16)


def sailing_poster() -> Array:
    """Opaque: height x width x 3, uint8."""
    canvas = Canvas(1600, 2000)
    canvas.paint(
        np.full((2000, 1600), 255, np.uint8), gradient(2000, 1600, ((250, 214, 160), (246, 170, 120), (226, 110, 96)))
    )
    canvas.disc(1050, 760, 290, (255, 236, 190))
    for row in range(9):
        y, tone = 1180 + row * 70, (max(10, 44 - row * 4), 110 - row * 8, 140 - row * 6)
        wave = [(x, y + 26 * math.sin(x / 130 + row * 1.3)) for x in range(0, 1601, 20)]
        canvas.polygon([*wave, (1600, 2000), (0, 2000)], tone)
        if row == 2:
            canvas.polygon([(480, 1290), (1180, 1290), (1060, 1410), (580, 1410)], (120, 48, 40))
            canvas.box(812, 420, 16, 880, (70, 40, 34))
            canvas.polygon([*curve((845, 430), (1190, 800), (1180, 1240)), (845, 1240)], CREAM)
            canvas.polygon([*curve((795, 520), (560, 860), (500, 1230)), (795, 1230)], (240, 130, 80))
    canvas.text("HARBOR DAYS", 800, 1690, 170, CREAM, weight=800, spacing=0.04)
    canvas.text("SUMMER REGATTA", 800, 1860, 100, (250, 190, 130), weight=700, spacing=0.16)
    return np.ascontiguousarray(canvas.pixels[..., :3])
