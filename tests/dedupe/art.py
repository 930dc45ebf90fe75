"""Small designs drawn by code, and what sellers do to them: looks, premultiplied RGBA."""

from __future__ import annotations

import cv2
import numpy as np

Look = np.ndarray

INK = (40, 70, 160)


def blank(height: int = 480, width: int = 480) -> Look:
    return np.zeros((height, width, 4), np.uint8)


def lettered(
    look: Look, text: str, at: tuple[int, int], size: float, ink: tuple[int, int, int], thick: int = 1
) -> Look:
    out = look.copy()
    cv2.putText(out, text, at, cv2.FONT_HERSHEY_DUPLEX, size, (*ink, 255), thick, cv2.LINE_AA)
    return premultiplied_clamp(out)


def premultiplied_clamp(look: Look) -> Look:
    look[:, :, :3] = np.minimum(look[:, :, :3], look[:, :, 3:])
    return look


def picture(ink: tuple[int, int, int] = INK, seed: int = 3) -> Look:
    """Discs, bars and a wave: enough structure to be itself."""
    rng = np.random.default_rng(seed)
    out = blank()
    for _ in range(9):
        x, y, r = (int(v) for v in rng.integers((60, 60, 12), (420, 360, 60)))
        shade = tuple(int(c * rng.uniform(0.5, 1)) for c in ink)
        cv2.circle(out, (x, y), r, (*shade, 255), -1, cv2.LINE_AA)
    for x in range(30, 450, 30):
        cv2.line(out, (x, 400), (x + 14, 380 + (x * 7) % 40), (*ink, 255), 3, cv2.LINE_AA)
    return trimmed(premultiplied_clamp(out))


def trimmed(look: Look) -> Look:
    alpha = look[:, :, 3] > 2
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    return np.ascontiguousarray(look[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def dated(text: str, ink: tuple[int, int, int] = INK) -> Look:
    """The picture with a line of 8 px (1.7 % of its height) beneath."""
    art = picture(ink)
    tall = np.vstack([art, blank(22, art.shape[1])])
    return trimmed(lettered(tall, text, (art.shape[1] // 2 - 30, art.shape[0] + 18), 0.38, ink))


def scaled(look: Look, factor: float) -> Look:
    size = round(look.shape[1] * factor), round(look.shape[0] * factor)
    return cv2.resize(look, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)


def flattened(look: Look, ground: int = 255) -> Look:
    out = look.copy()
    out[:, :, :3] = np.minimum(255, look[:, :, :3].astype(np.uint16) + (255 - look[:, :, 3:]) * (ground // 255))
    out[:, :, 3] = 255
    return out


def jpeg(look: Look, quality: int, ground: int = 255) -> Look:
    flat = cv2.cvtColor(flattened(look, ground), cv2.COLOR_RGBA2BGR)
    _, data = cv2.imencode(".jpg", flat, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGBA)


def recoloured(look: Look, ink: tuple[int, int, int]) -> Look:
    out = look.copy()
    out[:, :, :3] = (look[:, :, 3:].astype(np.uint16) * np.array(ink, np.uint16) // 255).astype(np.uint8)
    return out
