"""What sellers do to a file before they upload it again. Straight RGBA in, pictures as files out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from PIL import Image

from .draw import trim, unpremultiply


@dataclass(frozen=True)
class Picture:
    """``data``: the file where its encoding matters; else it is a PNG of ``pixels`` (straight RGBA, 8 or 16 bit)."""

    kind: str
    group: str  # "same" (must be DUPLICATE), "copy" (must be found), "distinct" (must be NEW)
    pixels: np.ndarray
    extension: str = "png"
    data: bytes | None = None


def premultiplied(rgba: np.ndarray) -> np.ndarray:
    out = rgba.astype(np.float32)
    out[:, :, :3] *= out[:, :, 3:] / 255
    return out


def scaled(rgba: np.ndarray, factor_x: float, factor_y: float | None = None, soft: bool = False) -> np.ndarray:
    height, width = rgba.shape[:2]
    size = (max(8, round(width * factor_x)), max(8, round(height * (factor_y or factor_x))))
    way = cv2.INTER_AREA if factor_x < 1 else (cv2.INTER_LINEAR if soft else cv2.INTER_CUBIC)
    grown = cv2.resize(premultiplied(rgba), size, interpolation=way)
    grown[:, :, 3] = np.clip(grown[:, :, 3], 0, 255)
    grown[:, :, :3] = np.clip(grown[:, :, :3], 0, grown[:, :, 3:])
    return unpremultiply(grown)


def flattened(rgba: np.ndarray, ground: int) -> np.ndarray:
    p = premultiplied(rgba)
    rgb = p[:, :, :3] + ground * (1 - p[:, :, 3:] / 255)
    return np.clip(rgb + 0.5, 0, 255).astype(np.uint8)


def opaque(rgb: np.ndarray) -> np.ndarray:
    return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])


def padded(rgba: np.ndarray, rng: Random, ground: tuple[int, int, int, int] = (0, 0, 0, 0)) -> np.ndarray:
    height, width = rgba.shape[:2]
    sides = [rng.randint(1, max(2, max(height, width) // 6)) for _ in range(4)]
    return cv2.copyMakeBorder(rgba, *sides, cv2.BORDER_CONSTANT, value=ground)


def encoded(rgb: np.ndarray, file_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, file_format, **options)
    return out.getvalue()


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


def _lossy(kind: str, pixels: np.ndarray, file_format: str, extension: str, **options: object) -> Picture:
    data = encoded(pixels, file_format, **options)
    return Picture(kind, "copy", decoded(data), extension, data)


def has_alpha(rgba: np.ndarray) -> bool:
    return bool((rgba[:, :, 3] < 250).mean() > 0.002)


def shows_on(rgba: np.ndarray, ground: int) -> bool:
    """Whether flattening leaves most of the ink visible: white art on white is another (blank) picture."""
    p = premultiplied(rgba)
    ink = np.abs(flattened(rgba, ground).astype(np.int16) - ground).max(axis=2)
    seen = p[:, :, 3] > 128
    return bool(seen.any() and (ink[seen] > 60).mean() > 0.6)


def same(art: np.ndarray, rng: Random) -> Iterator[Picture]:
    """The same content: nothing visible changed."""
    yield Picture("re-saved", "same", art)
    noise = np.random.default_rng(rng.getrandbits(32))
    if has_alpha(art):
        yield Picture("padded transparent", "same", padded(art, rng))
        dirty = art.copy()
        dirty[dirty[:, :, 3] == 0, :3] = noise.integers(0, 256, 3)
        yield Picture("dirty RGB under alpha 0", "same", dirty)
        faint = padded(art, rng)
        empty = faint[:, :, 3] == 0
        faint[empty, 3] = noise.integers(0, 3, int(empty.sum()))
        yield Picture("alpha noise <= 2", "same", faint)
    sixteen = art.astype(np.uint16) * 257
    yield Picture("16 bit", "same", sixteen)
    webp = encoded(art, "WEBP", lossless=True, exact=False, method=0)
    yield Picture("lossless WebP", "same", decoded(webp), "webp", webp)
    flat = np.unique(art.reshape(-1, 4).view(np.uint32)) if art.flags.c_contiguous else []
    if 0 < len(flat) <= 256:
        yield Picture("palette, lossless", "same", art)


def near(art: np.ndarray, rng: Random) -> Iterator[Picture]:
    """Copies that lost something."""
    size = max(art.shape[:2])
    for percent in (30, rng.randint(35, 90), rng.randint(110, 190), 200):
        if 60 <= size * percent / 100 <= 4500:
            yield Picture(
                f"scaled {percent if percent in (30, 200) else '35-190'} %",
                "copy",
                scaled(art, percent / 100, soft=rng.random() < 0.5),
            )
    grounds = [g for g in (255, 0) if not has_alpha(art) or shows_on(art, g)]
    for ground in grounds[: 2 if has_alpha(art) else 1]:
        name = {255: "white", 0: "black"}[ground] if has_alpha(art) else "opaque"
        rgb = flattened(art, ground)
        for quality in (70, rng.randint(75, 90), 95):
            label = f"JPEG q{quality if quality in (70, 95) else '75-90'} on {name}"
            yield _lossy(label, rgb, "JPEG", "jpg", quality=quality)
        yield Picture(f"flattened on {name}", "copy", opaque(rgb))
        half = flattened(scaled(art, rng.uniform(0.4, 0.9)), ground)
        yield _lossy(f"scaled + JPEG on {name}", half, "JPEG", "jpg", quality=rng.randint(72, 92))
        if ground == 255:
            yield Picture("padded opaque white", "copy", padded(opaque(rgb), rng, (255, 255, 255, 255)))
    yield _lossy("WebP lossy", art, "WEBP", "webp", quality=rng.choice([60, 75, 85]), method=1)
    yield from _palettes(art)
    for percent in (1, 2):
        yield Picture(f"cropped {percent} %", "copy", cropped(art, rng, percent / 100))
    yield Picture(
        "blur",
        "copy",
        unpremultiply(cv2.GaussianBlur(premultiplied(art), (0, 0), rng.uniform(0.6, 1.2) * max(1, size / 1200))),
    )
    yield Picture("tone +-10 %", "copy", toned(art, rng))
    yield Picture("scaled + cropped 1 %", "copy", cropped(scaled(art, rng.uniform(0.5, 1.4)), rng, 0.01))


def _palettes(art: np.ndarray) -> Iterator[Picture]:
    image = Image.fromarray(art)
    plain = image.quantize(256, method=Image.Quantize.FASTOCTREE)
    yield Picture("256 colours", "copy", np.asarray(plain.convert("RGBA")))
    dithered = image.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT)
    dithered = image.convert("RGB").quantize(256, palette=dithered, dither=Image.Dither.FLOYDSTEINBERG)
    rgb = np.asarray(dithered.convert("RGB"))
    yield Picture("256 colours, dithered", "copy", np.dstack([rgb, art[:, :, 3]]))


def cropped(art: np.ndarray, rng: Random, share: float) -> np.ndarray:
    """Cut on one to four sides."""
    height, width = art.shape[:2]
    sides = [rng.random() < 0.5 for _ in range(4)]
    if not any(sides):
        sides[rng.randrange(4)] = True
    x, y = max(1, round(width * share)), max(1, round(height * share))
    cut = art[y * sides[0] : height - y * sides[1], x * sides[2] : width - x * sides[3]]
    return np.ascontiguousarray(cut)


def toned(art: np.ndarray, rng: Random) -> np.ndarray:
    out = art.copy()
    gain, offset = rng.uniform(0.9, 1.1), rng.uniform(-6, 6)
    out[:, :, :3] = np.clip(art[:, :, :3].astype(np.float32) * gain + offset, 0, 255)
    return out


def printed_and_back(art: np.ndarray) -> np.ndarray:
    """The stored picture as it is read back from a stretched 3800 x 1732 px print file, geometry undone."""
    height, width = art.shape[:2]
    stretched = cv2.resize(
        premultiplied(art),
        (3800, 1732),
        interpolation=cv2.INTER_AREA if width > 3800 and height > 1732 else cv2.INTER_CUBIC,
    )
    stretched = np.clip(stretched, 0, 255)
    factor = 1024 / max(height, width)
    back = cv2.resize(
        stretched, (max(1, round(width * factor)), max(1, round(height * factor))), interpolation=cv2.INTER_AREA
    )
    return unpremultiply(back)


def look_of(pixels: np.ndarray) -> np.ndarray | None:
    """What the product makes of a decoded file: 8 bit, trimmed at alpha 2, premultiplied, at most 1024 px. None:
    nothing visible."""
    if pixels.dtype == np.uint16:
        pixels = (pixels // 257).astype(np.uint8)
    art = trim(pixels)
    if art is None:
        return None
    look = premultiplied(art)
    size = max(look.shape[:2])
    if size > 1024:
        to = (max(1, round(look.shape[1] * 1024 / size)), max(1, round(look.shape[0] * 1024 / size)))
        look = cv2.resize(look, to, interpolation=cv2.INTER_AREA)
    return np.clip(look + 0.5, 0, 255).astype(np.uint8)
