"""Pictures drawn for the tests, and files made of them."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
from PIL import Image

from printdock.imaging.types import Pixels


def disc(width: int, height: int, colour: tuple[int, int, int] = (255, 255, 255), *, share: float = 0.8) -> Pixels:
    """An anti-aliased ellipse on transparent, straight alpha, colour under the transparency 0."""
    y, x = np.mgrid[0:height, 0:width]
    radius = np.hypot((x + 0.5 - width / 2) / (width * share / 2), (y + 0.5 - height / 2) / (height * share / 2))
    edge = 1 / (min(width, height) * share / 2)
    alpha = np.clip((1 - radius) / edge + 0.5, 0, 1)
    out = np.zeros((height, width, 4), np.uint8)
    out[..., 3] = np.round(alpha * 255)
    out[out[..., 3] > 0, :3] = colour
    return out


def badge(width: int = 320, height: int = 240) -> Pixels:
    """A made-up design: ring, bar, fine text in several colours on transparent; no symmetry at all."""
    scale = 4 if max(width, height) < 1000 else 2
    canvas = np.zeros((height * scale, width * scale, 4), np.uint8)
    unit = min(width, height) * scale
    centre = (int(width * scale * 0.42), int(height * scale * 0.5))
    cv2.circle(canvas, centre, int(unit * 0.38), (200, 40, 30, 255), -1)
    cv2.circle(canvas, centre, int(unit * 0.30), (255, 255, 255, 255), int(unit * 0.03))
    corner = (int(width * scale * 0.55), int(height * scale * 0.12))
    cv2.rectangle(canvas, corner, (corner[0] + int(unit * 0.4), corner[1] + int(unit * 0.1)), (20, 90, 200, 255), -1)
    origin = (int(width * scale * 0.2), int(height * scale * 0.9))
    cv2.putText(canvas, "Est. 1998", origin, cv2.FONT_HERSHEY_SIMPLEX, unit / 400, (10, 10, 10, 255), unit // 90)
    premultiplied = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    alpha = premultiplied[..., 3:4]
    colour = np.divide(premultiplied[..., :3] * 255, alpha, out=np.zeros_like(premultiplied[..., :3]), where=alpha > 0)
    return np.round(np.concatenate([colour, alpha], axis=2)).clip(0, 255).astype(np.uint8)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def png(pixels: Pixels, **options: object) -> bytes:
    return saved(Image.fromarray(pixels), "PNG", **{"compress_level": 1, **options})


def chunk(name: bytes, data: bytes) -> bytes:
    """One PNG chunk with its checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_png_size(data: bytes, width: int, height: int) -> bytes:
    """The PNG with another size in its header, checksum put right."""
    header = struct.pack(">II", width, height) + data[24:29]
    return data[:8] + chunk(b"IHDR", header) + data[33:]


def bomb(width: int, height: int) -> bytes:
    """A tiny PNG that would decode to width x height grey pixels, all 0."""
    deflate = zlib.compressobj(6)
    rows = bytes((width + 1) * (height // 20))
    data = b"".join(deflate.compress(rows) for _ in range(20)) + deflate.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def over(pixels: Pixels, ground: int) -> np.ndarray:
    """Straight RGBA flattened on a grey ground, float, height x width x 3."""
    alpha = pixels[..., 3:4].astype(np.float32) / 255
    return pixels[..., :3] * alpha + ground * (1 - alpha)


def over_premultiplied(pixels: Pixels, ground: int) -> np.ndarray:
    """Premultiplied RGBA flattened on a grey ground, float, height x width x 3."""
    return pixels[..., :3] + ground * (1 - pixels[..., 3:4].astype(np.float32) / 255)
