"""A shop's mark, made ready once per base: premultiplied colours and what is left of the picture under them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Box, Pixels
from printdock.rendering.shrink import resized
from printdock.rendering.types import Watermark, WatermarkPlace

#: Gap between tiles, as a share of the tile; each row is shifted by half a tile and gap.
_GAP = 0.6

#: Height, px, of the letters a text is first drawn with.
_LETTERS = 160
_WEIGHT = 600

_NEAR, _MIDDLE, _FAR = 0.0, 0.5, 1.0
_PLACES = {
    WatermarkPlace.TOP_LEFT: (_NEAR, _NEAR),
    WatermarkPlace.TOP: (_MIDDLE, _NEAR),
    WatermarkPlace.TOP_RIGHT: (_FAR, _NEAR),
    WatermarkPlace.LEFT: (_NEAR, _MIDDLE),
    WatermarkPlace.CENTER: (_MIDDLE, _MIDDLE),
    WatermarkPlace.RIGHT: (_FAR, _MIDDLE),
    WatermarkPlace.BOTTOM_LEFT: (_NEAR, _FAR),
    WatermarkPlace.BOTTOM: (_MIDDLE, _FAR),
    WatermarkPlace.BOTTOM_RIGHT: (_FAR, _FAR),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """``colour`` premultiplied and ``left`` = 255 - alpha, both height x width x 3 uint8, over ``box`` of the picture."""

    box: Box
    colour: Pixels
    left: Pixels

    @property
    def nbytes(self) -> int:
        return self.colour.nbytes + self.left.nbytes


def mark(watermark: Watermark, over: Box, clip: NDArray[np.uint8] | None) -> Mark | None:
    """The mark over a box of the picture, clipped by ``clip`` (of the box's size, 255 shows); None if nothing shows."""
    pixels = written(watermark.text, watermark.rgb) if watermark.picture is None else watermark.picture
    layer = _layer(watermark, pixels, over)
    share = np.float32(watermark.opacity)
    weight = np.full(layer.shape[:2], share, np.float32) if clip is None else clip * (share / np.float32(255))
    layer = np.round(layer * weight[..., None]).astype(np.uint8)
    rows, columns = np.flatnonzero(layer[..., 3].any(axis=1)), np.flatnonzero(layer[..., 3].any(axis=0))
    if not len(rows):
        return None
    layer = layer[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    box = Box(over.x + int(columns[0]), over.y + int(rows[0]), layer.shape[1], layer.shape[0])
    left = np.repeat(255 - layer[..., 3:], 3, axis=2)
    return Mark(box, np.ascontiguousarray(layer[..., :3]), np.ascontiguousarray(left))


def put(picture: Pixels, found: Mark) -> None:
    """Source-over, in place: picture x (1 - alpha) + colour."""
    region = picture[found.box.slices]
    kept = cv2.multiply(region, found.left, scale=1 / 255)
    cv2.add(kept, found.colour, dst=kept)
    region[...] = kept


def written(text: str, rgb: tuple[int, int, int]) -> Pixels:
    """A line of text as straight RGBA, trimmed: OpenCV's built-in typeface (Rubik, SIL Open Font License 1.1)."""
    face = cv2.FontFace("sans")
    text = " ".join(text.split())
    x, y, width, height = cv2.getTextSize((1, 1), text, (0, 0), face, _LETTERS, _WEIGHT)
    canvas = np.zeros((height + _LETTERS, max(1, min(width, 20_000)) + _LETTERS, 3), np.uint8)
    cv2.putText(canvas, text, (_LETTERS // 2 - x, _LETTERS // 2 - y), (255, 255, 255), face, _LETTERS, _WEIGHT)
    alpha = canvas[..., 0]
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not len(rows):
        return np.zeros((1, 1, 4), np.uint8)
    alpha = alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    colour = np.broadcast_to(np.array(rgb, np.uint8), (*alpha.shape, 3))
    return np.concatenate([colour, alpha[..., None]], axis=2)


def _layer(watermark: Watermark, pixels: Pixels, over: Box) -> Pixels:
    """Premultiplied RGBA of the box's size with the mark in its place."""
    if watermark.place is WatermarkPlace.STRETCHED:
        return resized(pixels, over.width, over.height)
    scale = min(watermark.size * over.width / pixels.shape[1], watermark.size * over.height / pixels.shape[0])
    if watermark.size * over.width / pixels.shape[1] * pixels.shape[0] <= over.height:
        scale = watermark.size * over.width / pixels.shape[1]
    width, height = (max(1, round(side * scale)) for side in (pixels.shape[1], pixels.shape[0]))
    small = resized(pixels, min(width, over.width), min(height, over.height))
    if watermark.place is WatermarkPlace.TILED:
        return _tiled(small, over)
    across, down = _PLACES[watermark.place]
    layer = np.zeros((over.height, over.width, 4), np.uint8)
    x, y = (round(share * (room - side)) for share, room, side in
            ((across, over.width, small.shape[1]), (down, over.height, small.shape[0])))  # fmt: skip
    layer[y : y + small.shape[0], x : x + small.shape[1]] = small
    return layer


def _tiled(tile: Pixels, over: Box) -> Pixels:
    """Rows of tiles, every other row shifted by half a step, all around the box's centre."""
    height, width = tile.shape[:2]
    step_x, step_y = ceil(width * (1 + _GAP)), height + max(ceil(height * _GAP), ceil(width * _GAP / 2))
    rows, columns = over.height // step_y + 3, over.width // step_x + 3
    sheet = np.zeros((rows * step_y, columns * step_x, 4), np.uint8)
    for row in range(rows):
        for column in range(columns - 1):
            x, y = column * step_x + row % 2 * (step_x // 2), row * step_y
            sheet[y : y + height, x : x + width] = tile
    x, y = (sheet.shape[1] - over.width) // 2, (sheet.shape[0] - over.height) // 2
    return sheet[y : y + over.height, x : x + over.width].copy()
