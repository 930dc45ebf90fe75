"""A linter for mockup packs: what cannot be rendered (errors), and what a shop would not want to publish (warnings).

Errors are the faults of `rendering.checks`, and no_room. Warnings: distorts, stretches_any, little_room, photo_small,
design_enlarged, gloss_unseen, garment_empty, unknown_template.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from printdock.errors import InputRefused, PackRefused, Problem
from printdock.imaging.types import Fit, Recipe
from printdock.mockups.described import base_image
from printdock.mockups.lines import Path
from printdock.mockups.pack import Pack
from printdock.rendering import checks
from printdock.rendering.coverage import coverage
from printdock.rendering.geometry import Floats, lattice, points_of, resolved
from printdock.rendering.place import aspect
from printdock.rendering.render import output_size
from printdock.rendering.types import AreaFit, BaseImage, Cylinder, Grey, Mesh, PrintArea, Quad, Shape

#: How far an area's proportions may be from the print's, as a share, before it is told.
DISTORTION = 0.10

#: Less of an area than this to be seen, and there is little room for a design.
_LEAST_SEEN = 0.5

#: Longest side, px, of the picture that room is measured on.
_MEASURED = 400


@dataclass(frozen=True, slots=True)
class _Found:
    """``place``: below the picture's table; ``key``: what in it is wrong, where that is known better than by line."""

    place: Path
    level: str
    code: str
    message: str
    remedy: str = ""
    key: Path = ()


def check(pack: Pack, recipe: Recipe | None = None, *, distortion: float = DISTORTION) -> list[Problem]:
    """Everything to be said about the pack, in the order of its lines.

    ``recipe``: of the template it belongs to; without it nothing is said about the print's size.
    """
    problems = []
    if pack.manifest.template is not None and recipe is None:
        message = f"There is no template {pack.manifest.template!r}, so sizes were not compared."
        remedy = "Add it: `printdock templates add`, or mend the name."
        problems.append(pack.problem(("template",), "unknown_template", message, remedy, level="warning"))
    for index, picture in enumerate(pack.manifest.picture):
        for found in _of_picture(pack, index, recipe, distortion):
            place = ("picture", index, *found.place)
            if found.place[:1] == ("watermark",) and picture.watermark is None:
                place = found.place
            message = f"{picture.name}: {found.message}"
            problem = pack.problem(place, found.code, message, found.remedy, level=found.level)
            problems.append(replace(problem, place=(*place, *found.key)))
    return sorted(problems, key=lambda problem: problem.line)


def refuse_faulty(pack: Pack) -> None:
    """Raise `PackRefused` where a picture of the pack cannot be rendered on."""
    wrong = [problem for problem in check(pack) if problem.level == "error"]
    if wrong:
        raise PackRefused(wrong)


def _of_picture(pack: Pack, index: int, recipe: Recipe | None, distortion: float) -> Iterator[_Found]:
    described = pack.manifest.described(index)
    try:
        base = base_image(described, pack.size(described.file), pack.files.__getitem__)
    except InputRefused as error:
        yield _Found((), "error", error.code, error.message, error.remedy)
        return
    faults = checks.faults(base)
    for fault in faults:
        place: Path = () if fault.area is None else ("area", fault.area)
        if fault.area is None and fault.code.startswith(("watermark", "garment")):
            place = (fault.code.split("_")[0],)
        key = () if fault.area is None else _key_of(fault, base.areas[fault.area].shape)
        yield _Found(place, "error", fault.code, fault.message, fault.remedy, key)
    faulty = {fault.area for fault in faults}
    longest = pack.manifest.output.longest_side
    yield from _of_photo(base, longest)
    for k, area in enumerate(base.areas):
        if k not in faulty and not (None in faulty and area.mask is not None):
            for found in _of_area(area, base, recipe, distortion, longest):
                said = f"Print area {area.name or k + 1} {found.message}"
                yield _Found(("area", k, *found.place), found.level, found.code, said, found.remedy)


#: What of an area its faults are about. Of others, the words that name a key.
_KEYS: dict[str, Path] = {
    "polygon_crosses": ("points",),
    "mesh_size": ("points",),
    "mesh_folds": ("points",),
    "quad_not_convex": ("corners",),
    "cylinder_size": ("radius",),
}
_NAMED = ("opacity", "shading", "gloss", "feather", "displacement", "aspect", "mask")


def _key_of(fault: checks.Fault, shape: Shape) -> Path:
    if fault.code in _KEYS:
        return _KEYS[fault.code]
    if fault.code == "polygon_points":
        return ("corners",) if isinstance(shape, Quad) else ("points",)
    if fault.code in ("area_value", "picture_size", "picture_shape"):
        return next(((word,) for word in _NAMED if word in fault.message), ())
    return ()


def _of_photo(base: BaseImage, longest: int) -> Iterator[_Found]:
    side = max(base.width, base.height)
    if side < longest:
        message = f"The photo is {base.width} x {base.height} px; a mockup of {longest} px enlarges it {longest / side:.2g} times."
        yield _Found(("file",), "warning", "photo_small", message, "Use a larger photo, or a smaller longest_side.")
    if base.garment is not None and base.garment.mask.max() < 128:
        message = "The garment's mask has nothing white in it, so no colour will be seen."
        yield _Found(("garment", "mask"), "warning", "garment_empty", message, "White is garment, black is not.")


def _of_area(
    area: PrintArea, base: BaseImage, recipe: Recipe | None, distortion: float, longest: int
) -> Iterator[_Found]:
    if area.gloss > 0 and area.shading == 0:
        yield _Found(
            ("gloss",), "warning", "gloss_unseen", "has gloss, which is not seen without shading.", "Add shading."
        )
    seen = _seen(area, base)
    if seen == 0:
        yield _Found((), "error", "no_room", "shows nothing of a design: its mask, or the picture's edge, hides it.")
    elif seen < _LEAST_SEEN:
        message = f"shows only {seen:.0%} of itself: its mask, or the picture's edge, hides the rest."
        yield _Found((), "warning", "little_room", message, "Move it into the picture, or mend the mask.")
    if recipe is not None:
        yield from _of_print(area, base, recipe, distortion, longest)


def _of_print(area: PrintArea, base: BaseImage, recipe: Recipe, distortion: float, longest: int) -> Iterator[_Found]:
    real = real_aspect(area.shape)
    wanted = print_aspect(recipe)
    if area.shape.fit is AreaFit.STRETCH:
        if wanted is None:
            message = (
                "stretches designs to its own shape, and this template's prints have the proportions of their art."
            )
            yield _Found(("fit",), "warning", "stretches_any", message, 'Set fit = "contain".')
        elif (off := max(real / wanted, wanted / real) - 1) > distortion:
            message = f"is {real:.3g} times as wide as high, the print {wanted:.3g}: it is distorted by {off:.0%}."
            remedy = 'Mend its points, say its real aspect, or set fit = "contain".'
            yield _Found((), "warning", "distorts", message, remedy)
    width, height = _size(area.shape)
    scale = output_size(base.width, base.height, longest)[0] / base.width
    most = max(width * scale / (_sides(recipe)[0] * recipe.dpi), height * scale / (_sides(recipe)[1] * recipe.dpi))
    if most > 1.1:
        message = f"is larger than the print file: it is enlarged {most:.2g} times."
        yield _Found((), "warning", "design_enlarged", message, "Raise the template's DPI, or lower longest_side.")


def print_aspect(recipe: Recipe) -> float | None:
    """Width by height of every print file of the template; None where that depends on the art."""
    width, height = _sides(recipe)
    fixed = recipe.canvas_in is not None or recipe.fit in (Fit.STRETCH, Fit.COVER)
    return width / height if fixed else None


def _sides(recipe: Recipe) -> tuple[float, float]:
    return recipe.canvas_in or (recipe.width_in, recipe.height_in)


def real_aspect(shape: Shape) -> float:
    """Width by height of the real thing that the area is a picture of, as far as it can be told."""
    if isinstance(shape, Cylinder) and shape.aspect is None:
        # Seen from above by the angle whose sine is bulge / radius, the axis is foreshortened by its cosine.
        sine = min(abs(shape.bulge) / shape.radius, 0.95)
        return aspect(resolved(shape)) * sqrt(1 - sine * sine)
    return aspect(resolved(shape))


def _size(shape: Shape) -> tuple[float, float]:
    """px of the photo that the whole design is wide and high, at its middle."""
    flat = resolved(shape)
    if isinstance(flat, Mesh):
        surface = lattice(flat)
        p = surface.points
        left, top, right, bottom = flat.part
        across = np.linalg.norm(np.diff(p[len(p) // 2], axis=0), axis=1)
        down = np.linalg.norm(np.diff(p[:, p.shape[1] // 2], axis=0), axis=1)
        # At the middle it faces the viewer: its widest cells tell the scale there.
        return (
            float((across / np.diff(surface.u)).max() / (right - left)),
            float((down / np.diff(surface.v)).max() / (bottom - top)),
        )
    low, high = points_of(flat).min(axis=0), points_of(flat).max(axis=0)
    return float(high[0] - low[0]), float(high[1] - low[1])


def _seen(area: PrintArea, base: BaseImage) -> float:
    """Share of the area that lies in the picture and is let through by its mask."""
    flat = resolved(area.shape)
    outline = lattice(flat).outline if isinstance(flat, Mesh) else points_of(flat)
    low, high = outline.min(axis=0), outline.max(axis=0)
    scale = _MEASURED / max(*(high - low), 1.0)
    width, height = (max(1, int(np.ceil(side))) for side in (high - low) * scale)
    share = coverage((outline - low) * scale, width, height)
    y, x = np.mgrid[0:height, 0:width] + 0.5
    at_x, at_y = x / scale + low[0], y / scale + low[1]
    inside = (at_x >= 0) & (at_x < base.width) & (at_y >= 0) & (at_y < base.height)
    visible = share * inside
    if area.mask is not None:
        visible = visible * _at(area.mask, at_x / base.width, at_y / base.height)
    total = float(share.sum())
    return float(visible.sum()) / total if total > 0 else 0.0


def _at(mask: Grey, x: Floats, y: Floats) -> NDArray[np.float32]:
    """The mask's values, 0..1, at shares of its width and height."""
    height, width = mask.shape
    column = np.clip((x * width).astype(np.intp), 0, width - 1)
    row = np.clip((y * height).astype(np.intp), 0, height - 1)
    return np.asarray(mask[row, column].astype(np.float32) / 255, np.float32)
