"""The geometry: laws that hold for every art and every recipe, and the cases a seller would check by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printdock.errors import InputRefused
from printdock.imaging.recipe import MAX_PRINT_PIXELS, Placement, canvas_px, look_size, place, undo, visible
from printdock.imaging.resize import premultiply, resize, unpremultiply
from printdock.imaging.types import LOOK_PX, Box, Fit, Recipe
from tests.imaging.art import badge, over_premultiplied

sides = st.integers(1, 9000)
inches = st.floats(0.5, 24).map(lambda x: round(x, 3))
recipes = st.builds(
    Recipe,
    width_in=inches,
    height_in=inches,
    dpi=st.sampled_from([72, 300, 400, 600]),
    fit=st.sampled_from(Fit),
    canvas_in=st.none() | st.tuples(inches, inches),
    margin_in=st.sampled_from([0.0, 0.05, 0.2]),
    rotate_to_fit=st.booleans(),
    mirror=st.booleans(),
)


def _placed(width: int, height: int, recipe: Recipe) -> Placement | None:
    try:
        return place(width, height, recipe)
    except InputRefused as refusal:
        assert refusal.code == "print_too_large"
        return None


@settings(deadline=None, max_examples=300)
@given(sides, sides, recipes)
def test_art_lies_on_the_sheet_and_comes_from_the_art(width: int, height: int, recipe: Recipe) -> None:
    p = _placed(width, height, recipe)
    if p is None:
        return
    assert p.width * p.height <= MAX_PRINT_PIXELS
    assert p.target.x >= 0 and p.target.y >= 0 and p.target.width >= 1 and p.target.height >= 1
    assert p.target.x + p.target.width <= p.width and p.target.y + p.target.height <= p.height
    assert p.crop.x >= 0 and p.crop.y >= 0 and p.crop.width >= 1 and p.crop.height >= 1
    assert p.crop.x + p.crop.width <= width and p.crop.y + p.crop.height <= height
    assert p.mirrored == recipe.mirror and (not p.rotated or recipe.rotate_to_fit)
    if recipe.canvas_in is not None:
        assert (p.width, p.height) == canvas_px(recipe)


@settings(deadline=None, max_examples=300)
@given(sides, sides, recipes)
def test_art_is_centred(width: int, height: int, recipe: Recipe) -> None:
    p = _placed(width, height, recipe)
    if p is None:
        return
    assert abs(2 * p.target.x + p.target.width - p.width) <= 1
    assert abs(2 * p.target.y + p.target.height - p.height) <= 1
    assert abs(2 * p.crop.x + p.crop.width - width) <= 1
    assert abs(2 * p.crop.y + p.crop.height - height) <= 1


@settings(deadline=None, max_examples=300)
@given(sides, sides, recipes)
def test_every_fit_but_stretch_keeps_the_aspect_to_half_a_pixel(width: int, height: int, recipe: Recipe) -> None:
    p = _placed(width, height, recipe)
    if p is None or recipe.fit is Fit.STRETCH:
        return
    wide, tall = p.size_unturned
    if recipe.fit is Fit.COVER:  # one scale, and the art cut to whole px of its own
        scale = max(wide / width, tall / height)
        assert abs(p.crop.width - wide / scale) <= 0.5001 or p.crop.width == 1
        assert abs(p.crop.height - tall / scale) <= 0.5001 or p.crop.height == 1
        return
    least = max((wide - 0.5001) / width, (tall - 0.5001) / height)
    most = min((wide + 0.5001) / width, (tall + 0.5001) / height)
    assert least <= most or 1 in (wide, tall)  # there is a scale that rounds to both


@settings(deadline=None, max_examples=300)
@given(sides, sides, recipes)
def test_size_is_exact(width: int, height: int, recipe: Recipe) -> None:
    p = _placed(width, height, recipe)
    if p is None or recipe.canvas_in is not None:
        return
    margin = round(recipe.margin_in * recipe.dpi)
    box = round(recipe.width_in * recipe.dpi), round(recipe.height_in * recipe.dpi)
    if min(box) <= 2 * margin:
        return
    assert p.target.x == margin and p.target.y == margin
    if recipe.fit in (Fit.STRETCH, Fit.COVER):
        assert (p.width, p.height) == box
    elif recipe.fit is Fit.CONTAIN:
        assert p.width <= box[0] and p.height <= box[1]
        assert p.width == box[0] or p.height == box[1]
    elif recipe.fit is Fit.LONGEST_SIDE:
        assert max(p.width, p.height) == max(box)
    else:
        assert (p.width == box[0]) if recipe.fit is Fit.WIDTH else (p.height == box[1])


@settings(deadline=None, max_examples=300)
@given(sides, sides, recipes)
def test_looks_fit_and_visible_agrees_with_them(width: int, height: int, recipe: Recipe) -> None:
    size = look_size(width, height)
    assert max(size) == min(LOOK_PX, max(width, height))
    if _placed(width, height, recipe) is None:
        return
    look = np.zeros((size[1], size[0], 4), np.uint8)
    part = visible(look, recipe, width, height)
    assert part.size > 0
    if recipe.fit is not Fit.COVER:
        assert part.shape == look.shape


def _print(art: np.ndarray, recipe: Recipe) -> np.ndarray:
    """The print file by the book: crop, resize, turn, mirror, lay."""
    p = place(art.shape[1], art.shape[0], recipe)
    sized = resize(premultiply(art[p.crop.slices].copy()), *p.size_unturned)
    sized = np.rot90(unpremultiply(sized), -1) if p.rotated else unpremultiply(sized)
    sheet = np.zeros((p.height, p.width, 4), np.uint8)
    sheet[p.target.slices] = sized[:, ::-1] if p.mirrored else sized
    return sheet


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(150, 500),
    height=st.integers(150, 500),
    fit=st.sampled_from(Fit),
    rotate=st.booleans(),
    mirror=st.booleans(),
    canvas=st.booleans(),
    across=st.floats(1.5, 3),
    down=st.floats(1.5, 3),
)
def test_undo_brings_the_look_back(
    width: int, height: int, fit: Fit, rotate: bool, mirror: bool, canvas: bool, across: float, down: float
) -> None:
    art = badge(width, height)
    recipe = Recipe(
        across,
        down,
        300,
        fit,
        canvas_in=(4.0, 4.0) if canvas else None,
        margin_in=0.05,
        rotate_to_fit=rotate,
        mirror=mirror,
    )
    look = resize(premultiply(art.copy()), *look_size(width, height))
    got = undo(_print(art, recipe), recipe, width, height)
    want = visible(look, recipe, width, height)
    assert got.shape == want.shape
    difference = np.abs(over_premultiplied(got, 128) - over_premultiplied(want, 128))
    assert float(difference.mean()) < 3.5


@pytest.mark.parametrize(
    "art, recipe, sheet, target, rotated",
    [
        ((3000, 3000), Recipe(9.5, 4.33, 400, Fit.STRETCH), (3800, 1732), Box(0, 0, 3800, 1732), False),
        ((3000, 1500), Recipe(4, 4, 300, Fit.CONTAIN), (1200, 600), Box(0, 0, 1200, 600), False),
        ((3000, 1500), Recipe(4, 4, 300, Fit.CONTAIN, (4, 4)), (1200, 1200), Box(0, 300, 1200, 600), False),
        ((3000, 1500), Recipe(4, 4, 300, Fit.CONTAIN, None, 0.1), (1200, 630), Box(30, 30, 1140, 570), False),
        ((1000, 3000), Recipe(8, 4, 300, Fit.CONTAIN, rotate_to_fit=True), (2400, 800), Box(0, 0, 2400, 800), True),
        ((1000, 1000), Recipe(8, 4, 300, Fit.CONTAIN, rotate_to_fit=True), (1200, 1200), Box(0, 0, 1200, 1200), False),
        ((1000, 3000), Recipe(12, 1, 300, Fit.LONGEST_SIDE), (1200, 3600), Box(0, 0, 1200, 3600), False),
        ((1000, 500), Recipe(11, 1, 300, Fit.WIDTH), (3300, 1650), Box(0, 0, 3300, 1650), False),
        ((1000, 500), Recipe(1, 2, 300, Fit.HEIGHT), (1200, 600), Box(0, 0, 1200, 600), False),
        ((1000, 500), Recipe(4, 4, 100, Fit.COVER), (400, 400), Box(0, 0, 400, 400), False),
        ((1000, 500), Recipe(6, 6, 100, Fit.STRETCH, (4, 4)), (400, 400), Box(0, 0, 400, 400), False),
    ],
)
def test_cases(art: tuple[int, int], recipe: Recipe, sheet: tuple[int, int], target: Box, rotated: bool) -> None:
    p = place(*art, recipe)
    assert ((p.width, p.height), p.target, p.rotated) == (sheet, target, rotated)


def test_cover_cuts_the_surplus_evenly() -> None:
    assert place(1000, 500, Recipe(4, 4, 100, Fit.COVER)).crop == Box(250, 0, 500, 500)
    assert place(500, 1000, Recipe(4, 4, 100, Fit.COVER)).crop == Box(0, 250, 500, 500)


def test_cover_turned_cuts_the_art_as_it_is_seen() -> None:
    p = place(300, 900, Recipe(4, 2, 100, Fit.COVER, rotate_to_fit=True))
    assert p.rotated and p.crop == Box(0, 150, 300, 600)


def test_a_thread_of_art_is_refused_rather_than_printed_for_miles() -> None:
    with pytest.raises(InputRefused) as refusal:
        place(10, 9000, Recipe(22, 1, 300, Fit.WIDTH))
    assert refusal.value.code == "print_too_large"
