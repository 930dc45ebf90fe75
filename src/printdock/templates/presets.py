"""Products ready to use: starting points only, since every printer says "measure the blank".

Sizes and fits: facts of the trade (UV DTF at 400 DPI, the rest at 300) and what the replaced system did per product.
"""

from __future__ import annotations

from printdock.imaging.types import Fit, Recipe

_UV = 400


def _wrap(width: float, height: float) -> Recipe:
    return Recipe(width, height, dpi=_UV, fit=Fit.STRETCH)


def _decal(side: float) -> Recipe:
    return Recipe(side, side, dpi=_UV, fit=Fit.LONGEST_SIDE, canvas_in=(side, side))


def _mug(width: float, height: float) -> Recipe:
    return Recipe(width, height, fit=Fit.CONTAIN, mirror=True)


def _transfer(longest: float) -> Recipe:
    return Recipe(longest, longest, fit=Fit.LONGEST_SIDE, needs_alpha=True)


PRESETS: dict[str, Recipe] = {
    "UVDTF 16oz": _wrap(9.5, 4.33),
    "UVDTF 20oz": _wrap(9.3, 8.2),
    "UVDTF 30oz": _wrap(10.2, 9.4),
    "UVDTF 40oz Top": _wrap(11.0, 4.63),
    "UVDTF 40oz Bottom": _wrap(11.0, 4.27),
    "UVDTF Decal": _decal(4.0),
    "Mug 11oz": _mug(9.0, 3.5),
    "Mug 15oz": _mug(9.2, 4.1),
    "Sublimation 20oz": Recipe(9.3, 8.2, fit=Fit.STRETCH, mirror=True),
    "DTF Adult+": _transfer(12.0),
    "DTF Adult": _transfer(11.0),
    "DTF Youth": _transfer(9.0),
    "DTF Toddler": _transfer(6.0),
    "DTF Pocket": _transfer(4.0),
    "Sticker 3in": Recipe(3.0, 3.0, fit=Fit.CONTAIN, canvas_in=(3.0, 3.0), margin_in=0.06),
    "Poster 18x24": Recipe(18.0, 24.0, fit=Fit.COVER, rotate_to_fit=True),
}
