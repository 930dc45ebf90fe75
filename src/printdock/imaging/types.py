"""The values imaging speaks in. Arrays are numpy, height x width x 4, uint8, RGBA in sRGB."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Height x width x 4 (RGBA), uint8. Whether alpha is straight or premultiplied is said where it is used.
Pixels = NDArray[np.uint8]

#: Longest side, px, of a *look*: the reduced picture of the trimmed art that comparisons are made on.
LOOK_PX = 1024


class Fit(StrEnum):
    """How art meets the template's print area."""

    STRETCH = "stretch"  # exactly width x height, aspect ratio ignored
    CONTAIN = "contain"  # inside width x height, aspect kept
    COVER = "cover"  # fills width x height, aspect kept, the surplus cut off evenly
    LONGEST_SIDE = "longest-side"  # aspect kept, the longer side is the longer of width and height
    WIDTH = "width"  # aspect kept, the width is met
    HEIGHT = "height"  # aspect kept, the height is met


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a template turns art into a print file. Lengths in inches."""

    width_in: float
    height_in: float
    dpi: int = 300
    fit: Fit = Fit.CONTAIN
    canvas_in: tuple[float, float] | None = None  # (width, height): art is centred on it, transparent around
    margin_in: float = 0.0  # kept transparent on every side, inside width x height
    rotate_to_fit: bool = False  # turn 90 degrees where the art then prints larger
    mirror: bool = False  # left-right, for sublimation
    alpha_threshold: int = 2  # alpha at or below this is nothing
    despeckle: bool = False  # stray specks are erased, and so do not count for the trim
    max_upscale: float = 4.0  # print px per source px; past it preflight finds `upscaled`
    needs_alpha: bool = False  # the product needs a transparent background
    errors: frozenset[str] = frozenset()  # preflight codes that stop a file of this template


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of a height x width array that cuts this rectangle out."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)


@dataclass(frozen=True, slots=True)
class Finding:
    """One preflight warning: a stable ``code``, a sentence for a person, and the figure behind it."""

    code: str
    message: str
    value: float | str | None = None


@dataclass(frozen=True, slots=True)
class Preflight:
    """What is worth knowing about one print file before it is printed.

    ``effective_dpi`` = source px after trimming / printed inches (facts: lights at 300 / 250 / 200 / 72);
    shares are 0..1 of the art's visible pixels.
    """

    effective_dpi: float
    light: str  # "excellent" >= 300, "good" >= 250, "fair" >= 200, "poor" >= 72, else "unusable"
    semi_transparent: float
    specks: int
    upscale: float
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "effective_dpi": round(self.effective_dpi, 1),
            "light": self.light,
            "semi_transparent": round(self.semi_transparent, 4),
            "specks": self.specks,
            "upscale": round(self.upscale, 3),
            "findings": [{"code": f.code, "message": f.message, "value": f.value} for f in self.findings],
        }


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a file's header says, before any pixel is decoded. Width and height are as stored (not upright)."""

    format: str  # "png", "jpeg", "webp", "tiff", "gif", "avif", "heic"
    width: int
    height: int
    bands: int
    bits: int
    has_alpha: bool
    colour_space: str  # "srgb", "grey", "cmyk", "lab", ... as the decoder names it
    has_profile: bool
    interlaced: bool
    decoded_bytes: int  # of the picture as RGBA, 8 bit
    orientation: int = 1  # EXIF 1..8; 5..8 swap width and height
    pages: int = 1  # frames or pages in the file; only the first is ever used


@dataclass(frozen=True, slots=True)
class Prepared:
    """Art made ready for one template.

    ``pixels``: the print file, straight alpha; ``look``: the trimmed art, premultiplied, longest side at most
    `LOOK_PX`, before any sizing, rotation or mirroring; ``art_width``/``art_height``: px of the trimmed art in the
    source, upright.
    """

    pixels: Pixels
    dpi: int
    look: Pixels
    art_width: int
    art_height: int
    preflight: Preflight

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])
