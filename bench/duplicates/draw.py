"""Draws designs: clip art of Debian's `openclipart-svg`, and art made by code. Straight RGBA, uint8, h x w x 4."""

from __future__ import annotations

import colorsys
import math
import subprocess
from functools import cache
from pathlib import Path
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

CLIP_ART = Path("/usr/share/openclipart/svg")
FONTS = Path("/usr/share/fonts/truetype/dejavu")
FACES = [
    "DejaVuSans-Bold.ttf",
    "DejaVuSerif.ttf",
    "DejaVuSerif-BoldItalic.ttf",
    "DejaVuSansMono-Bold.ttf",
    "DejaVuSans-ExtraLight.ttf",
]
NAMES = [
    "Emma",
    "Olivia",
    "Liam",
    "Noah",
    "Mia",
    "Ava",
    "Lucas",
    "Ella",
    "Hugo",
    "Ruth",
    "Omar",
    "Ines",
    "Kai",
    "Zoe",
    "Finn",
    "Nora",
    "Paul",
    "Lena",
    "Jonas",
    "Clara",
]
WORDS = [
    "MAMA",
    "NANA",
    "PAPA",
    "DADDY",
    "AUNTIE",
    "UNCLE",
    "COACH",
    "TEACHER",
    "NURSE",
    "FARMER",
    "BAKER",
    "RUNNER",
    "READER",
    "GAMER",
    "HIKER",
    "ANGLER",
]


@cache
def svg_files() -> tuple[Path, ...]:
    files = sorted(CLIP_ART.rglob("*.svg"))
    Random(5).shuffle(files)
    return tuple(files)


def rasterise(path: Path, px: int) -> np.ndarray | None:
    """Longest side ``px``; None for a file that draws (almost) nothing or is not drawn at all."""
    command = ["rsvg-convert", "-w", str(px), "-h", str(px), "-a", str(path)]
    try:
        data = subprocess.run(command, capture_output=True, timeout=20, check=True).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    bgra = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if bgra is None or bgra.ndim != 3 or bgra.shape[2] != 4:
        return None
    rgba = trim(cv2.cvtColor(bgra, cv2.COLOR_BGRA2RGBA))
    return rgba if rgba is not None and min(rgba.shape[:2]) >= 24 else None


def trim(rgba: np.ndarray, threshold: int = 2) -> np.ndarray | None:
    alpha = rgba[:, :, 3] > threshold
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not rows.size:
        return None
    return np.ascontiguousarray(rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def colour(rng: Random, low: float = 0.25, high: float = 0.95) -> tuple[int, int, int]:
    r, g, b = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.5, 1), rng.uniform(low, high))
    return int(r * 255), int(g * 255), int(b * 255)


def font(face: str, px: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / face), max(3, round(px)))


def canvas(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    return image, ImageDraw.Draw(image)


def smooth(image: Image.Image, px: tuple[int, int]) -> np.ndarray:
    """Premultiplied area mean of a larger drawing, back to straight."""
    big = np.asarray(image).astype(np.float32)
    big[:, :, :3] *= big[:, :, 3:] / 255
    small = cv2.resize(big, px, interpolation=cv2.INTER_AREA)
    return unpremultiply(small)


def unpremultiply(premultiplied: np.ndarray) -> np.ndarray:
    alpha = premultiplied[:, :, 3:].astype(np.float32)
    rgb = premultiplied[:, :, :3].astype(np.float32) * 255 / np.maximum(alpha, 1)
    return np.clip(np.dstack([rgb, alpha]) + 0.5, 0, 255).astype(np.uint8)


def text_block(lines: list[str], face: str, ink: tuple[int, int, int], width: int) -> np.ndarray:
    """Centred lines, each set to the full width, as shirts are lettered."""
    sizes = []
    for line in lines:
        probe = font(face, 100)
        sizes.append(100 * width / max(1.0, probe.getlength(line)))
    sizes = [min(s, width * 0.5) for s in sizes]
    height = round(sum(s * 1.15 for s in sizes) + sizes[-1] * 0.3)
    image, draw = canvas(width + 8, height)
    top = 0.0
    for line, size in zip(lines, sizes, strict=True):
        draw.text((width / 2 + 4, top), line, font=font(face, size), fill=(*ink, 255), anchor="ma")
        top += size * 1.15
    return np.asarray(image)


def text_layout(rng: Random, lines: list[str], px: int) -> np.ndarray:
    ink = rng.choice([(0, 0, 0), (255, 255, 255), colour(rng)])
    return text_block(lines, rng.choice(FACES), ink, px)


def badge(rng: Random, px: int, centre: str, word: str) -> np.ndarray:
    image, draw = canvas(px, px)
    ink, ground = colour(rng), rng.choice([(0, 0, 0, 0), (255, 255, 255, 255), (*colour(rng), 255)])
    width = max(2, px // 60)
    draw.ellipse((2, 2, px - 3, px - 3), fill=ground, outline=(*ink, 255), width=width)
    draw.ellipse((px * 0.08, px * 0.08, px * 0.92, px * 0.92), outline=(*ink, 255), width=max(1, width // 2))
    for i in range(rng.randint(8, 24)):
        angle = 2 * math.pi * i / 16
        x, y = px / 2 + 0.38 * px * math.cos(angle), px / 2 + 0.38 * px * math.sin(angle)
        draw.ellipse((x - px * 0.01, y - px * 0.01, x + px * 0.01, y + px * 0.01), fill=(*ink, 255))
    draw.text((px / 2, px * 0.45), centre, font=font(FACES[0], px * 0.3), fill=(*ink, 255), anchor="mm")
    draw.text((px / 2, px * 0.68), word, font=font(FACES[1], px * 0.09), fill=(*ink, 255), anchor="mm")
    return np.asarray(image)


def flag(px: int, colours: list[tuple[int, int, int]], upright: bool, stars: int) -> np.ndarray:
    width, height = px, round(px * 0.6)
    image, draw = canvas(width, height)
    for i, c in enumerate(colours):
        n = len(colours)
        box = (
            (width * i / n, 0, width * (i + 1) / n, height)
            if upright
            else (0, height * i / n, width, height * (i + 1) / n)
        )
        draw.rectangle(box, fill=(*c, 255))
    for i in range(stars):
        draw_star(draw, width * (0.08 + 0.1 * i), height * 0.12, height * 0.06, (255, 255, 255))
    return np.asarray(image)


def draw_star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, ink: tuple[int, int, int]) -> None:
    points = []
    for k in range(10):
        r = radius * (1 if k % 2 == 0 else 0.42)
        a = math.pi * k / 5 - math.pi / 2
        points.append((x + r * math.cos(a), y + r * math.sin(a)))
    draw.polygon(points, fill=(*ink, 255))


def photo(rng: Random, width: int, height: int, cut_out: bool) -> np.ndarray:
    """Smooth noise at several scales, soft light, a few discs and grain, as a photograph has."""
    noise = np.random.default_rng(rng.getrandbits(32))
    picture = np.zeros((height, width, 3), np.float32)
    for scale, strength in ((4, 70), (9, 45), (24, 25), (80, 12)):
        grid = noise.normal(0, strength, (max(2, scale * height // width), scale, 3)).astype(np.float32)
        picture += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    picture += 128
    for _ in range(rng.randint(3, 9)):
        centre = (rng.randrange(width), rng.randrange(height))
        cv2.circle(picture, centre, rng.randint(width // 40, width // 7), colour(rng), -1, cv2.LINE_AA)
    picture = cv2.GaussianBlur(picture, (0, 0), max(0.6, width / 1500))
    picture += noise.normal(0, 4, picture.shape[:2])[:, :, None]
    alpha = np.full((height, width), 255, np.uint8)
    if cut_out:
        alpha[:] = 0
        cv2.ellipse(
            alpha, (width // 2, height // 2), (width // 2 - 1, height // 2 - 1), 0, 0, 360, 255, -1, cv2.LINE_AA
        )
    return np.dstack([np.clip(picture, 0, 255).astype(np.uint8), alpha])


def line_art(rng: Random, px: int, stroke: float) -> np.ndarray:
    """Closed random curves in thin strokes on transparent ground."""
    image, draw = canvas(px * 2, px * 2)
    ink = rng.choice([(0, 0, 0), (255, 255, 255), colour(rng, 0.1, 0.6)])
    for _ in range(rng.randint(4, 12)):
        a, b, p = rng.randint(1, 5), rng.randint(1, 5), rng.uniform(0, 6.28)
        x0, y0, r = rng.uniform(0.25, 0.75) * px * 2, rng.uniform(0.25, 0.75) * px * 2, rng.uniform(0.1, 0.5) * px
        path = [(x0 + r * math.sin(a * t + p), y0 + r * math.cos(b * t)) for t in np.linspace(0, 6.2832, 240)]
        draw.line(path, fill=(*ink, 255), width=max(1, round(stroke * 2)), joint="curve")
    return smooth(image, (px, px))


def tiled(rng: Random, width: int, height: int) -> np.ndarray:
    """A motif repeated over the whole width, as tumbler wraps are."""
    image, draw = canvas(width, height)
    if rng.random() < 0.5:
        draw.rectangle((0, 0, width, height), fill=(*colour(rng, 0.7, 1), 255))
    step = width / rng.randint(5, 14)
    inks = [colour(rng) for _ in range(3)]
    n = 0
    for y in np.arange(step / 2, height, step):
        for x in np.arange(step / 2 * (1 + n % 2), width, step):
            draw_star(draw, x, y, step * 0.3, inks[n % 3])
            n += 1
        n += 1
    return np.asarray(image)


def tiny_ink(rng: Random, px: int) -> np.ndarray:
    """A few small marks far apart."""
    image, draw = canvas(px, px)
    for _ in range(rng.randint(3, 7)):
        x, y, r = rng.uniform(0.03, 0.97) * px, rng.uniform(0.03, 0.97) * px, rng.uniform(0.008, 0.025) * px
        draw_star(draw, x, y, r, rng.choice([(0, 0, 0), colour(rng)]))
    return np.asarray(image)


# --- changes that make another design -----------------------------------------------------------------------------


def with_text(art: np.ndarray, text: str, share: float, where: str = "below", face: str = FACES[0]) -> np.ndarray:
    """The art with a small line: its glyphs are ``share`` of the art's height, at least 4 px."""
    height, width = art.shape[:2]
    glyph = max(4.0, share * height)
    size = glyph / 0.73
    letters = font(face, size)
    length = round(letters.getlength(text)) + 4
    gap = max(2, round(glyph * 0.6))
    total = height + (round(glyph * 1.5) + gap if where == "below" else 0)
    image = Image.new("RGBA", (max(width, length), total), (0, 0, 0, 0))
    image.paste(Image.fromarray(art), ((max(width, length) - width) // 2, 0))
    draw = ImageDraw.Draw(image)
    ink = dominant(art)
    if where == "below":
        draw.text((image.width / 2, height + gap + glyph), text, font=letters, fill=(*ink, 255), anchor="ms")
    else:
        ground = art[int(height * 0.6), width // 2]
        contrast = (255, 255, 255) if ground[3] > 128 and int(ground[:3].sum()) < 380 else (20, 20, 20)
        draw.text((image.width / 2, height * 0.6), text, font=letters, fill=(*contrast, 255), anchor="mm")
    return np.asarray(image)


def dominant(art: np.ndarray) -> tuple[int, int, int]:
    visible = art[art[:, :, 3] > 200]
    if not len(visible):
        return 0, 0, 0
    r, g, b = np.median(visible[:: max(1, len(visible) // 5000), :3], axis=0)
    return int(r), int(g), int(b)


def hue_shift(art: np.ndarray, degrees: float) -> np.ndarray | None:
    """None where nothing visible changes (grey art)."""
    hsv = cv2.cvtColor(np.ascontiguousarray(art[:, :, :3]), cv2.COLOR_RGB2HSV_FULL)
    hsv[:, :, 0] = ((hsv[:, :, 0].astype(np.int16) + round(degrees * 256 / 360)) % 256).astype(np.uint8)
    changed = np.dstack([cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB_FULL), art[:, :, 3]])
    return changed if visible_difference(art, changed) > 4 else None


def recoloured(art: np.ndarray, ink: tuple[int, int, int]) -> np.ndarray:
    """One ink for the whole shape."""
    out = art.copy()
    out[:, :, :3] = ink
    return out


def other_fill(art: np.ndarray, rng: Random) -> np.ndarray:
    """The same silhouette filled with stripes, dots or a gradient."""
    height, width = art.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    kind = rng.randrange(3)
    a, b = np.array(colour(rng)), np.array(colour(rng))
    period = max(6.0, width * rng.uniform(0.03, 0.12))
    if kind == 0:
        t = (np.sin((x + y) * 2 * math.pi / period) > 0).astype(np.float32)
    elif kind == 1:
        t = ((np.sin(x * 2 * math.pi / period) * np.sin(y * 2 * math.pi / period)) > 0.3).astype(np.float32)
    else:
        t = y / height
    out = art.copy()
    out[:, :, :3] = (a * (1 - t[..., None]) + b * t[..., None]).astype(np.uint8)
    return out


def extra_element(art: np.ndarray, rng: Random) -> np.ndarray:
    """A small star on top: 3-5 % of the longest side across, in a colour that shows where it stands."""
    height, width = art.shape[:2]
    image = Image.fromarray(art)
    draw = ImageDraw.Draw(image)
    radius = max(4.0, max(height, width) * rng.uniform(0.015, 0.025))
    x = rng.uniform(min(radius, width / 3), max(width - radius, width * 2 / 3))
    y = rng.uniform(min(radius, height / 3), max(height - radius, height * 2 / 3))
    under = art[int(y), int(x)]
    ink = (230, 30, 40) if under[3] < 128 or abs(int(under[0]) - 230) + abs(int(under[1]) - 30) > 120 else (30, 60, 220)
    draw_star(draw, x, y, radius, ink)
    return np.asarray(image)


def part_recoloured(art: np.ndarray, rng: Random) -> np.ndarray | None:
    """The colours of one disc (8-15 % of the longest side across) turned."""
    height, width = art.shape[:2]
    ys, xs = np.nonzero(art[:, :, 3] > 200)
    if not len(ys):
        return None
    i = rng.randrange(len(ys))
    mask = np.zeros((height, width), np.uint8)
    cv2.circle(mask, (int(xs[i]), int(ys[i])), round(max(height, width) * rng.uniform(0.04, 0.075)), 255, -1)
    other = hue_shift(art, rng.uniform(60, 180))
    if other is None:
        other = recoloured(art, (200, 30, 60))
    out = np.where(mask[..., None] > 0, other, art)
    return out if visible_difference(art, out, robust=False) > 25 else None


def is_plain_shape(art: np.ndarray) -> bool:
    """Whether the silhouette is a disc, a box or another nearly convex blob without holes."""
    solid = (art[:, :, 3] > 128).astype(np.uint8)
    points = cv2.findNonZero(solid)
    return points is None or float(solid.sum()) > 0.92 * cv2.contourArea(cv2.convexHull(points))


def visible_difference(a: np.ndarray, b: np.ndarray, robust: bool = True) -> float:
    """Mean (or 99.9th percentile) difference of two pictures of one size, premultiplied, levels."""
    pa = a[:, :, :3].astype(np.float32) * a[:, :, 3:] / 255
    pb = b[:, :, :3].astype(np.float32) * b[:, :, 3:] / 255
    d = np.abs(pa - pb).max(axis=2) + np.abs(a[:, :, 3].astype(np.float32) - b[:, :, 3])
    seen = d[np.maximum(a[:, :, 3], b[:, :, 3]) > 8]
    if not seen.size:
        return 0.0
    return float(seen.mean() if robust else np.percentile(d, 99.9))
