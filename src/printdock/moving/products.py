"""How the replaced system sized each product, as recipes (facts of the old system, 3.3).

It printed at 400 DPI whatever its tables said. Which fit a product had was decided by its name; so it is here, once,
and from then on the recipe is the template's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from printdock.imaging.types import Fit, Recipe
from printdock.templates.presets import PRESETS

DPI = 400

#: What it fell back to: the size of a UV DTF wrap, and of the canvas of a decal, inches.
WRAP_IN, DECAL_IN = (9.5, 4.33), (4.0, 4.0)

_BY_HEIGHT = frozenset({"DTF", "Sublimation", "Mirror"})
_BY_LONGEST = frozenset(
    {
        "Decal", "Lid", "Custom 2x2", "Ornament", "Logo Cup Care Decal", "Cup Care Decal", "Logo Bottom Shot Decal",
        "Bottom Shot Decal", "Logo Sticker", "Sticker",
    }
)  # fmt: skip
_INSIDE = frozenset({"MK", "MK Tapered", "Bookmark", "Shot"})
_ON_CANVAS = _BY_LONGEST | _INSIDE | {"MK Rectangle"}


@dataclass(frozen=True, slots=True)
class Size:
    """A row of ``size_configs`` with its canvas (width, height), inches."""

    name: str
    width: float
    height: float
    canvas: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A template to be made: its name is the folder's. ``size``: the old size it prints, empty for the fallback's."""

    name: str
    recipe: Recipe
    size: str


def products(name: str, sizes: Sequence[Size], canvas: tuple[float, float] | None) -> list[Product]:
    """The templates of one old product: the first has its folder, each further size one of its own.

    ``canvas``: the product's own, for sizes without one. The first is the size called like the product, else the largest.
    """
    if not sizes:
        return [Product(name, _fallback(name, canvas), "")]
    ordered = sorted(sizes, key=lambda size: (size.name != name, -size.width * size.height, size.name))
    first, *others = [(size, recipe_of(name, size, size.canvas or canvas)) for size in ordered]
    made = [Product(name, first[1], first[0].name)]
    return made + [Product(f"{name} {size.name}", recipe, size.name) for size, recipe in others]


def recipe_of(name: str, size: Size, canvas: tuple[float, float] | None) -> Recipe:
    """The recipe of one size of the product ``name``."""
    family = _family(name)
    on = (canvas or DECAL_IN) if family in _ON_CANVAS else None
    if family in _BY_HEIGHT:
        return Recipe(size.height, size.height, dpi=DPI, fit=Fit.LONGEST_SIDE, canvas_in=on)
    if family in _BY_LONGEST:
        longest = max(size.width, size.height)
        return Recipe(longest, longest, dpi=DPI, fit=Fit.LONGEST_SIDE, canvas_in=on)
    fit = Fit.CONTAIN if family in _INSIDE else Fit.STRETCH
    return Recipe(size.width, size.height, dpi=DPI, fit=fit, canvas_in=on)


def _fallback(name: str, canvas: tuple[float, float] | None) -> Recipe:
    if name in PRESETS:
        return PRESETS[name]
    return recipe_of(name, Size("", *WRAP_IN), canvas)


def _family(name: str) -> str:
    return name.removeprefix("UVDTF ").strip()
