"""What is wrong with a base image, before anything is rendered on it.

Codes of faults, and of the InputRefused made from them: no_print_area, area_not_finite, area_too_far, area_too_small,
area_outside, polygon_points, polygon_crosses, quad_not_convex, mesh_size, mesh_folds, cylinder_size, area_value,
picture_shape, picture_size, garment_colours, watermark_empty, watermark_value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from printdock.errors import InputRefused
from printdock.rendering.geometry import Floats, lattice, points_of, resolved, visible_angles
from printdock.rendering.types import (
    BaseImage,
    Cylinder,
    Garment,
    Grey,
    Interpolation,
    Mesh,
    Polygon,
    PrintArea,
    Quad,
    Shape,
    Watermark,
)

#: How far a point may lie outside the photo, in sides of the photo.
REACH = 2.0

#: Smallest area, px of the photo.
LEAST_PX2 = 4.0

#: How much the proportions of a mask may differ from the photo's.
_SAME_SHAPE = 0.02

#: Most points of a polygon, and most rows or columns of a mesh.
MOST_POINTS = 10_000
MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: a stable ``code``, the number of the area it is about (from 0), a sentence, what to do."""

    code: str
    area: int | None
    message: str
    remedy: str = ""


def faults(base: BaseImage) -> tuple[Fault, ...]:
    """Everything that stops mockups from being rendered on this base; empty where nothing does."""
    if not base.areas:
        message = "The base image has no print area, so there is nowhere to put a design."
        return (
            Fault("no_print_area", None, message, "Mark where the print goes, as a polygon, quad, mesh or cylinder."),
        )
    found: list[Fault] = []
    for number, area in enumerate(base.areas):
        for code, message, remedy in _of_area(area, base):
            name = f"Print area {area.name or number + 1}"
            found.append(Fault(code, number, f"{name} {message}", remedy))
    found += [Fault(code, None, message, remedy) for code, message, remedy in _of_base(base)]
    return tuple(found)


def refuse_faulty(base: BaseImage) -> None:
    """Raise InputRefused for the first fault."""
    for fault in faults(base):
        raise InputRefused(fault.message, code=fault.code, remedy=fault.remedy)


_Found = Iterator[tuple[str, str, str]]


def _of_area(area: PrintArea, base: BaseImage) -> _Found:
    wrong = list(_of_values(area))
    wrong += list(_of_numbers(area.shape, base))
    if not wrong:
        wrong += list(_of_shape(area.shape, base))
    if area.mask is not None:
        wrong += list(_of_picture(area.mask, base, "has a mask that"))
    if area.displacement is not None:
        wrong += list(_of_picture(area.displacement.picture, base, "has a displacement map that"))
    yield from wrong


def _of_values(area: PrintArea) -> _Found:
    for name in ("opacity", "shading", "gloss"):
        if not 0 <= getattr(area, name) <= 1:
            yield "area_value", f"has a value for {name} that is not within 0 and 1.", ""
    if not 0 <= area.feather <= 2_000:
        yield "area_value", "has a feather that is not within 0 and 2000 px.", ""
    if area.displacement and not abs(area.displacement.strength) <= 1_000:
        yield "area_value", "has a displacement stronger than 1000 px.", ""
    given = getattr(area.shape, "aspect", None)
    if given is not None and not 0.001 <= given <= 1_000:
        yield "area_value", "has an aspect (width by height) that is not within 0.001 and 1000.", ""


def _of_numbers(shape: Shape, base: BaseImage) -> _Found:
    """Whether the shape's points are as many as they should be, finite, and near the photo."""
    wrong = _wrong_count(shape)
    if wrong:
        yield wrong
        return
    if isinstance(shape, Cylinder):
        wrong = _wrong_cylinder(shape, base)
        if wrong:
            yield wrong
            return
    points = points_of(resolved(shape))
    size = np.array([base.width, base.height])
    if not np.isfinite(points).all():
        yield "area_not_finite", "has a point that is not a number.", ""
    elif (points < -REACH * size).any() or (points > (1 + REACH) * size).any():
        yield "area_too_far", f"has a point more than {REACH:g} picture sizes outside the picture.", ""


def _wrong_count(shape: Shape) -> tuple[str, str, str] | None:
    match shape:
        case Polygon(points=points) if not 3 <= len(points) <= MOST_POINTS:
            return "polygon_points", f"is a polygon of {len(points)} points; 3 to {MOST_POINTS} make one.", ""
        case Quad():
            if points_of(shape).shape != (4, 2):
                return "polygon_points", "is a quad that has not four corners.", ""
        case Mesh(points=rows):
            wide = len(rows[0]) if rows else 0
            if not (4 <= len(rows) <= MOST_LINES and 4 <= wide <= MOST_LINES and {len(row) for row in rows} == {wide}):
                return "mesh_size", f"is not a mesh of 4 x 4 to {MOST_LINES} x {MOST_LINES} points.", ""
            if shape.interpolation is Interpolation.BEZIER and (len(rows) % 3 != 1 or wide % 3 != 1):
                remedy = "Give 4, 7, 10 ... rows and columns, or use the interpolation smooth."
                return "mesh_size", f"is a Bezier mesh of {len(rows)} x {wide} control points.", remedy
    return None


def _wrong_cylinder(shape: Cylinder, base: BaseImage) -> tuple[str, str, str] | None:
    given = (
        shape.radius,
        shape.arc,
        shape.bulge,
        shape.end_radius,
        shape.end_bulge,
        shape.turn,
        *shape.start,
        *shape.end,
    )
    numbers = [0.0 if value is None else value for value in given]
    if not np.isfinite(numbers).all():
        return "area_not_finite", "has a value that is not a number.", ""
    most = 2 * max(base.width, base.height)
    radii = [shape.radius, shape.radius if shape.end_radius is None else shape.end_radius]
    if not all(0.5 <= radius <= most for radius in radii):
        return "cylinder_size", f"is a cylinder whose radius is not within 0.5 and {most} px.", ""
    if not (1 <= shape.arc <= 360 and abs(shape.turn) <= 180):
        return (
            "cylinder_size",
            "is a cylinder whose arc is not within 1 and 360 degrees, or turn not within -180 and 180.",
            "",
        )
    low, high = visible_angles(shape)
    if high - low < 0.01:
        return "cylinder_size", "is a cylinder whose print is turned out of sight.", ""
    if float(np.hypot(*np.subtract(shape.end, shape.start))) < 1:
        return "area_too_small", "is a cylinder without height.", ""
    return None


def _of_shape(shape: Shape, base: BaseImage) -> _Found:
    flat = resolved(shape)
    if isinstance(flat, Mesh) and _folds(flat):
        yield "mesh_folds", "is a mesh that folds over itself.", "Drag the crossed points apart."
        return
    outline = lattice(flat).outline if isinstance(flat, Mesh) else points_of(flat)
    crossed = isinstance(flat, Quad | Polygon) and crosses(outline)
    if abs(_signed_area(outline)) < LEAST_PX2 and not crossed:
        yield "area_too_small", "covers nothing: its points lie on a line, or on one spot.", ""
    elif isinstance(flat, Quad) and (crossed or not _convex(outline)):
        yield (
            "quad_not_convex",
            "is a quad whose corners cross or bend inwards.",
            "Order: top left, top right, bottom right, bottom left.",
        )
    elif isinstance(flat, Polygon) and crossed:
        yield "polygon_crosses", "is a polygon whose sides cross.", "Draw it as one simple outline."
    low, high = outline.min(axis=0), outline.max(axis=0)
    if (high <= 0).any() or (low >= (base.width, base.height)).any():
        yield "area_outside", "lies outside the picture.", ""


def _signed_area(outline: Floats) -> float:
    x, y = (outline - outline.mean(axis=0)).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def _convex(corners: Floats) -> bool:
    side = np.roll(corners, -1, axis=0) - corners
    turn = side[:, 0] * np.roll(side[:, 1], -1) - side[:, 1] * np.roll(side[:, 0], -1)
    least = 1e-3 * np.abs(turn).max()
    return bool((turn > least).all() or (turn < -least).all())


def crosses(outline: Floats) -> bool:
    """Whether two sides of the closed polygon cross each other; touching is allowed."""
    start, end = outline, np.roll(outline, -1, axis=0)
    for k in range(len(outline) - 2):
        others = slice(k + 2, len(outline) - 1 if k == 0 else len(outline))
        a, b, c, d = start[k], end[k], start[others], end[others]
        if np.any((_turn(a, b, c) * _turn(a, b, d) < 0) & (_turn(c, d, a) * _turn(c, d, b) < 0)):
            return True
    return False


def _turn(a: Floats, b: Floats, c: Floats) -> Floats:
    """Twice the signed area of the triangles a b c."""
    return np.asarray(
        (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
    )


def _folds(mesh: Mesh) -> bool:
    """Whether the surface turns over somewhere: its cells do not all go the same way round.

    Cells too small to see may do as they like: the silhouette of a cylinder is where a surface turns away.
    """
    p = lattice(mesh).points
    areas = _turn(p[:-1, :-1], p[:-1, 1:], p[1:, 1:]) + _turn(p[:-1, :-1], p[1:, 1:], p[1:, :-1])
    total = areas.sum()
    return bool((areas * np.sign(total) < -1e-3).any()) or abs(total) < 2 * LEAST_PX2


def _of_picture(picture: Grey, base: BaseImage, what: str) -> _Found:
    if picture.ndim != 2 or picture.dtype != np.uint8 or picture.size == 0:
        yield "picture_shape", f"{what} is not a grey picture of 8 bits.", ""
        return
    height, width = picture.shape
    if abs(width * base.height / (height * base.width) - 1) > _SAME_SHAPE:
        message = f"{what} is {width} x {height} px, which are not the proportions of the photo ({base.width} x {base.height})."
        yield "picture_size", message, "Export it at the size of the photo."


def _of_base(base: BaseImage) -> _Found:
    if base.garment is not None:
        yield from _of_garment(base.garment, base)
    if base.watermark is not None:
        yield from _of_watermark(base.watermark)


def _of_garment(garment: Garment, base: BaseImage) -> _Found:
    yield from _of_picture(garment.mask, base, "The garment has a mask that")
    names = [colour.name for colour in garment.colours]
    if not names or len(set(names)) < len(names):
        yield "garment_colours", "The garment has no colours, or two of the same name.", ""
    for colour in garment.colours:
        if len(colour.rgb) != 3 or not all(0 <= value <= 255 for value in colour.rgb):
            yield "garment_colours", f"The garment colour {colour.name} is not red, green, blue within 0 and 255.", ""


def _of_watermark(mark: Watermark) -> _Found:
    if mark.picture is None and not mark.text.strip():
        yield "watermark_empty", "The watermark has neither a picture nor a text.", ""
    if mark.picture is not None and (mark.picture.ndim != 3 or mark.picture.shape[2] != 4 or mark.picture.size == 0):
        yield "watermark_empty", "The watermark's picture is not RGBA.", ""
    if not (0 <= mark.opacity <= 1 and 0 < mark.size <= 1):
        yield (
            "watermark_value",
            "The watermark's opacity is not within 0 and 1, or its size not above 0 and up to 1.",
            "",
        )
    if len(mark.text) > 200:
        yield "watermark_value", "The watermark's text is longer than 200 characters.", ""
