"""What describes a base image, its print areas, its garment colours and its watermark: plain frozen values.

All coordinates and lengths are px of the base photo as it is seen: at its full size, after its EXIF rotation. x runs to
the right, y down; the top left corner of the photo is (0, 0) and the centre of its first pixel (0.5, 0.5), so a photo of
600 px is spanned by 0..600. Nothing here is checked when it is made: `checks.faults` says what is wrong with a base.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Pixels

#: (x, y), px of the photo.
Point = tuple[float, float]

#: Height x width, uint8.
Grey = NDArray[np.uint8]


class AreaFit(StrEnum):
    """How a design meets a print area whose proportions are not its own."""

    STRETCH = "stretch"  # all of the area, aspect ratio ignored
    CONTAIN = "contain"  # inside the area, aspect kept
    COVER = "cover"  # all of the area, aspect kept, the surplus cut off (the old ``is_cropped``)


class AlignX(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class AlignY(StrEnum):
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class Blend(StrEnum):
    """Blend modes of W3C Compositing and Blending Level 1, section 10.1, on sRGB values."""

    NORMAL = "normal"
    MULTIPLY = "multiply"
    SCREEN = "screen"
    OVERLAY = "overlay"
    SOFT_LIGHT = "soft-light"


class Interpolation(StrEnum):
    """What the points of a mesh mean."""

    SMOOTH = "smooth"  # the surface passes through every point: bicubic Bezier patches with Catmull-Rom tangents
    BEZIER = "bezier"  # control points of bicubic Bezier patches that share edges: 3 m + 1 rows, 3 n + 1 columns
    BILINEAR = "bilinear"  # the surface passes through every point, straight in between


@dataclass(frozen=True, slots=True)
class Polygon:
    """The old mask: the design goes upright into the bounding box of the points and is clipped by the polygon."""

    points: tuple[Point, ...]  # three or more, either way round
    fit: AreaFit = AreaFit.CONTAIN
    align_x: AlignX = AlignX.CENTER
    align_y: AlignY = AlignY.MIDDLE


@dataclass(frozen=True, slots=True)
class Quad:
    """A flat rectangle seen in perspective.

    ``corners``: top left, top right, bottom right, bottom left *of the design*; convex.
    ``aspect``: width by height of the real print area, for the fits contain and cover; without it the mean lengths of
    opposite sides stand in.
    """

    corners: tuple[Point, Point, Point, Point]
    fit: AreaFit = AreaFit.STRETCH
    aspect: float | None = None
    align_x: AlignX = AlignX.CENTER
    align_y: AlignY = AlignY.MIDDLE


@dataclass(frozen=True, slots=True)
class Mesh:
    """A curved surface: rows (top to bottom of the design) of points (left to right), 4 x 4 or more.

    The points are evenly spaced on the design: in a mesh of n columns, column k lies at k / (n - 1) of its width.
    ``part``: left, top, right, bottom of the part of the design that the mesh carries, as shares of its width and
    height (a cylinder shows only the front of a wrap). ``aspect``: as of `Quad`, of the whole print area.
    """

    points: tuple[tuple[Point, ...], ...]
    interpolation: Interpolation = Interpolation.SMOOTH
    fit: AreaFit = AreaFit.STRETCH
    aspect: float | None = None
    align_x: AlignX = AlignX.CENTER
    align_y: AlignY = AlignY.MIDDLE
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Cylinder:
    """A wrap on a mug, tumbler or can: shorthand that `geometry.cylinder_mesh` turns into a `Mesh`.

    The print is uniform in arc length, so it foreshortens as on the real thing: at the angle t from the viewer it is
    r sin t away from the axis. For a camera that looks down a little, rims are ellipses around the ends of the axis.
    """

    start: Point  # where the axis meets the print's top rim: centre of that rim's ellipse
    end: Point  # the same at the bottom rim
    radius: float  # px, of the top rim
    arc: float = 180.0  # degrees of the circumference that the print covers, 360 for a full wrap; only the front shows
    bulge: float = 0.0  # px: semi-minor axis of the top rim's ellipse; positive when seen from above
    end_radius: float | None = None  # px, of the bottom rim of a tapered cup; as ``radius`` when not given
    end_bulge: float | None = None  # px, at the bottom rim; as ``bulge`` when not given
    turn: float = 0.0  # degrees by which the print's middle is turned to the right (-180..180)
    fit: AreaFit = AreaFit.STRETCH
    aspect: float | None = None
    align_x: AlignX = AlignX.CENTER
    align_y: AlignY = AlignY.MIDDLE


Shape = Polygon | Quad | Mesh | Cylinder


@dataclass(frozen=True, slots=True)
class Displacement:
    """Small shifts of the design that follow creases.

    ``picture`` spans the whole photo (any resolution, same proportions): 128 leaves the design where it is, 255 moves it
    by ``strength`` px to the right and down, 1 as far to the left and up (one channel for both, as Photoshop's Displace).
    """

    picture: Grey
    strength: float


@dataclass(frozen=True, slots=True)
class PrintArea:
    """Where a design goes, and how it lies there."""

    shape: Shape
    name: str = ""
    feather: float = 0.0  # px over which the design fades in from the area's edge; nothing is painted outside
    mask: Grey | None = field(default=None, compare=False)  # spans the whole photo; 255 shows the design, 0 hides it
    opacity: float = 1.0  # 0..1
    blend: Blend = Blend.NORMAL
    shading: float = 0.0  # 0..1: how much of the photo's folds and lights show on the design
    gloss: float = 0.0  # 0..1: how much of the photo's highlights shine over the design, dark inks too (needs shading)
    displacement: Displacement | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Colour:
    """A garment colour a shop sells: its name, and sRGB red, green, blue (0..255) as the cloth looks in plain light."""

    name: str
    rgb: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Garment:
    """The part of the photo that can be recoloured. ``mask`` spans the whole photo; 255 is garment, 0 is not."""

    mask: Grey = field(compare=False)
    colours: tuple[Colour, ...]


class WatermarkPlace(StrEnum):
    TOP_LEFT = "top-left"
    TOP = "top"
    TOP_RIGHT = "top-right"
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM = "bottom"
    BOTTOM_RIGHT = "bottom-right"
    TILED = "tiled"
    STRETCHED = "stretched"  # to the whole box, aspect ratio ignored: what the old system did


class WatermarkOver(StrEnum):
    """What a watermark is placed on, and clipped by."""

    AREA = "area"  # the first print area
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Watermark:
    """A shop's mark over its mockups: a picture (straight RGBA) or, where that is None, ``text``."""

    picture: Pixels | None = field(default=None, compare=False)
    text: str = ""
    rgb: tuple[int, int, int] = (255, 255, 255)  # of the text
    opacity: float = 0.45  # 0..1, times the picture's own alpha
    size: float = 0.5  # 0..1: the mark's width as a share of what it is placed on (never higher than that either)
    place: WatermarkPlace = WatermarkPlace.CENTER
    over: WatermarkOver = WatermarkOver.AREA


@dataclass(frozen=True, slots=True)
class BaseImage:
    """A photo to render mockups on, without its pixels."""

    width: int  # px of the photo, after its EXIF rotation
    height: int
    areas: tuple[PrintArea, ...]
    garment: Garment | None = None
    watermark: Watermark | None = None
