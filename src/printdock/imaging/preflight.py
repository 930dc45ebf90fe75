"""What is worth knowing about a print before it is printed. Findings warn; a recipe says which of them stop a file."""

from __future__ import annotations

from dataclasses import dataclass

from printdock.errors import InputRefused
from printdock.imaging.recipe import Placement
from printdock.imaging.types import Box, Finding, Fit, Preflight, Recipe

#: Effective DPI from which on a light is lit, best first.
LIGHTS = ((300, "excellent"), (250, "good"), (200, "fair"), (72, "poor"))

#: Effective DPI below which `low_dpi` is reported: where a light turns from fair to poor.
LOW_DPI = 200

#: Share of the visible pixels above which soft edges are no longer just anti-aliasing; see `semi_transparent`.
SOFT_SHARE = 0.10

#: Difference of the two scales above which a stretch shows.
DISTORTION = 0.10

#: Share of the art cut off by ``cover`` above which it is worth a word.
CROPPED_SHARE = 0.10

#: Longest side, px, of art that is hardly meant to be printed.
TINY_PX = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen of a source: ``art`` is the trimmed art, upright; shares are 0..1 of the visible pixels."""

    art: Box
    has_alpha: bool
    semi_transparent: float
    opaque_page: bool  # not one pixel of the whole source lets the background through
    specks: int
    converted: str | None
    pages: int


def preflight(facts: Facts, placement: Placement, recipe: Recipe) -> Preflight:
    """The report on one print. Raises InputRefused with the code of the first finding in ``recipe.errors``."""
    scale = max(placement.scale)
    dpi = recipe.dpi / scale
    findings = tuple(
        finding
        for finding in (
            _low_dpi(dpi),
            _upscaled(scale, recipe),
            _tiny(facts),
            _no_alpha(facts, recipe),
            _soft(facts),
            _specks(facts, recipe),
            _colours(facts),
            _distorted(placement, recipe),
            _cropped(facts, placement),
            _pages(facts),
        )
        if finding is not None
    )
    for finding in findings:
        if finding.code in recipe.errors:
            raise InputRefused(finding.message, code=finding.code, remedy=_REMEDIES.get(finding.code, ""))
    return Preflight(dpi, light(dpi), facts.semi_transparent, facts.specks, scale, findings)


def light(dpi: float) -> str:
    """The word for an effective resolution."""
    return next((word for least, word in LIGHTS if dpi >= least - 0.5), "unusable")


_REMEDIES = {
    "low_dpi": "Export the design larger, or choose a smaller print size.",
    "upscaled": "Export the design larger, or choose a smaller print size.",
    "tiny_art": "Check that this is the design itself and not a preview of it.",
    "no_alpha": "Export it as PNG with a transparent background.",
    "semi_transparent": "Make soft edges and glows solid, or print them as a halftone.",
    "specks": "Erase the stray dots, or let the template do so.",
    "wrong_colour_space": "Export it in sRGB and check the colours.",
    "distorted": "Make the design in the shape of the product, or choose a template that keeps the aspect.",
    "cropped": "Make the design in the shape of the product.",
    "extra_pages": "Upload the other pages as files of their own.",
}


def _low_dpi(dpi: float) -> Finding | None:
    if dpi >= LOW_DPI - 0.5:
        return None
    return Finding("low_dpi", f"At print size the art has only {dpi:.0f} DPI; 300 is sharp.", round(dpi, 1))


def _upscaled(scale: float, recipe: Recipe) -> Finding | None:
    if scale <= recipe.max_upscale:
        return None
    message = f"The art was enlarged {scale:.1f} times; this template allows {recipe.max_upscale:g}."
    return Finding("upscaled", message, round(scale, 2))


def _tiny(facts: Facts) -> Finding | None:
    width, height = facts.art.width, facts.art.height
    if max(width, height) >= TINY_PX:
        return None
    return Finding("tiny_art", f"The art itself is only {width} x {height} px.", f"{width}x{height}")


def _no_alpha(facts: Facts, recipe: Recipe) -> Finding | None:
    if not recipe.needs_alpha or not facts.opaque_page:
        return None
    return Finding("no_alpha", "The background is not transparent: it will be printed as a solid rectangle.")


def _soft(facts: Facts) -> Finding | None:
    share = facts.semi_transparent
    if share <= SOFT_SHARE:
        return None
    message = f"{share:.0%} of the art is semi-transparent, which prints as a white halo."
    return Finding("semi_transparent", message, round(share, 4))


def _specks(facts: Facts, recipe: Recipe) -> Finding | None:
    if not facts.specks:
        return None
    what = "erased" if recipe.despeckle else "left in"
    return Finding("specks", f"{facts.specks} stray dots lie around the art; they were {what}.", facts.specks)


def _colours(facts: Facts) -> Finding | None:
    if facts.converted is None:
        return None
    name = "another colour profile" if facts.converted == "profile" else facts.converted.upper()
    return Finding("wrong_colour_space", f"Converted to sRGB from {name}: colours may have moved.", facts.converted)


def _distorted(placement: Placement, recipe: Recipe) -> Finding | None:
    x, y = placement.scale
    share = max(x, y) / min(x, y) - 1
    if recipe.fit is not Fit.STRETCH or share <= DISTORTION:
        return None
    return Finding("distorted", f"Stretched {share:.0%} more one way than the other.", round(share, 4))


def _cropped(facts: Facts, placement: Placement) -> Finding | None:
    share = 1 - placement.crop.width * placement.crop.height / (facts.art.width * facts.art.height)
    if share <= CROPPED_SHARE:
        return None
    return Finding("cropped", f"{share:.0%} of the art is cut off to fill the print.", round(share, 4))


def _pages(facts: Facts) -> Finding | None:
    if facts.pages <= 1:
        return None
    message = f"The file has {facts.pages} pages or frames; only the first is printed."
    return Finding("extra_pages", message, facts.pages)
