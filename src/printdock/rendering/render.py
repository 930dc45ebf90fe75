"""A base made ready once, and mockups rendered on it: the entry to this package."""

from __future__ import annotations

import cv2
import numpy as np

from printdock.errors import InputRefused
from printdock.imaging import vips
from printdock.imaging.types import Box, Pixels
from printdock.rendering.area import ReadyArea
from printdock.rendering.checks import refuse_faulty
from printdock.rendering.design import Design
from printdock.rendering.recolour import recoloured
from printdock.rendering.shrink import resized
from printdock.rendering.types import BaseImage, Garment, WatermarkOver
from printdock.rendering.watermark import Mark, mark, put

#: Longest side of a mockup, px, unless the caller says otherwise.
LONGEST_SIDE = 2_000


class PreparedBase:
    """A photo at output size with its areas and watermark ready; made by `prepare`, shared by threads."""

    def __init__(self, photo: Pixels, areas: tuple[ReadyArea, ...], watermark: Mark | None) -> None:
        self.photo = photo  # height x width x 3, sRGB
        self.areas = areas
        self.watermark = watermark

    @property
    def nbytes(self) -> int:
        """Bytes held at most, for a cache that is bounded in bytes."""
        marks = self.watermark.nbytes if self.watermark else 0
        return self.photo.nbytes + sum(area.nbytes for area in self.areas) + marks


def prepare(
    base: BaseImage, photo: Pixels, *, colour: str | None = None, longest_side: int = LONGEST_SIDE
) -> PreparedBase:
    """Everything about a base that no design changes.

    ``photo``: straight RGBA, upright, of the base's size (transparency is laid on white); ``colour``: the name of one of
    the garment's colours, or None for the photo as it is; ``longest_side``: px of the mockups.
    Raises InputRefused: the codes of `checks`, photo_size, unknown_colour.
    """
    refuse_faulty(base)
    if photo.shape[:2] != (base.height, base.width):
        raise InputRefused(
            f"The photo is {photo.shape[1]} x {photo.shape[0]} px; the base image was described for "
            f"{base.width} x {base.height} px.",
            code="photo_size",
            remedy="Put the original photo back, or mark its print areas anew.",
        )
    return _prepared(base, ground(photo, output_size(base.width, base.height, longest_side)), colour)


def ground(photo: Pixels, size: tuple[int, int]) -> Pixels:
    """A photo (straight RGBA, upright) at ``size`` (width, height), laid on white: height x width x 3, sRGB."""
    vips.init()
    return _on_white(resized(photo, *size))


def prepare_on(base: BaseImage, plain: Pixels, *, colour: str | None = None) -> PreparedBase:
    """What `prepare` makes, of a photo that is at output size already (`ground`). Raises as `prepare`."""
    refuse_faulty(base)
    return _prepared(base, plain, colour)


def _prepared(base: BaseImage, plain: Pixels, colour: str | None) -> PreparedBase:
    height, width = plain.shape[:2]
    scale = width / base.width, height / base.height
    areas = tuple(ReadyArea(area, plain, scale) for area in base.areas)
    shown = plain if colour is None else _coloured(plain, base.garment, colour)
    return PreparedBase(shown, areas, _watermark(base, areas[0], (width, height)))


def render(prepared: PreparedBase, design: Design) -> Pixels:
    """The mockup of a design: height x width x 3, sRGB. The same arguments always give the same pixels."""
    picture = prepared.photo.copy()
    for area in prepared.areas:
        area.paint(picture, design)
    if prepared.watermark is not None:
        put(picture, prepared.watermark)
    return picture


def in_colour(plain: PreparedBase, garment: Garment | None, colour: str) -> PreparedBase:
    """A base that was prepared without a colour in one: what `prepare` makes with it, sharing all but the photo.

    Raises InputRefused: unknown_colour.
    """
    return PreparedBase(_coloured(plain.photo, garment, colour), plain.areas, plain.watermark)


def output_size(width: int, height: int, longest_side: int) -> tuple[int, int]:
    """(width, height) of a mockup on a photo of that size: enlarged or shrunk to the longest side."""
    scale = longest_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _on_white(premultiplied: Pixels) -> Pixels:
    alpha = premultiplied[..., 3:]
    if alpha.min() == 255:
        return np.ascontiguousarray(premultiplied[..., :3])
    return premultiplied[..., :3] + (255 - alpha)


def _coloured(photo: Pixels, garment: Garment | None, name: str) -> Pixels:
    for colour in garment.colours if garment else ():
        if colour.name == name and garment is not None:
            size = photo.shape[1], photo.shape[0]
            mask = cv2.resize(garment.mask, size, interpolation=cv2.INTER_AREA)
            return recoloured(photo, np.asarray(mask, np.uint8), colour.rgb)
    offered = ", ".join(colour.name for colour in garment.colours) if garment else "none"
    raise InputRefused(f"The base image has no garment colour {name}; it has: {offered}.", code="unknown_colour")


def _watermark(base: BaseImage, first: ReadyArea, size: tuple[int, int]) -> Mark | None:
    if base.watermark is None:
        return None
    if base.watermark.over is WatermarkOver.AREA:
        return mark(base.watermark, first.box, first.clip)
    return mark(base.watermark, Box(0, 0, *size), None)
