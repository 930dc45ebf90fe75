"""Shrinking: no halo, no shimmer, right brightness, the same bytes whatever the number of threads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest

from printdock.rendering.design import Design
from printdock.rendering.render import prepare, render
from printdock.rendering.types import AreaFit, BaseImage, Blend, Cylinder, Mesh, Polygon, PrintArea, Quad, Shape
from tests.rendering.scenes import cloth, flat, poster, shot

SQUARE = Polygon(((50, 50), (350, 50), (350, 350), (50, 350)))
STEEP = Quad(((120, 60), (330, 110), (380, 360), (20, 330)))
MUG = Cylinder((200, 80), (200, 320), 150, bulge=20)
GRID = tuple(
    tuple((60.0 + 70 * k + 9 * ((k + j) % 2), 50.0 + 65 * j - 8 * (k % 2)) for k in range(5)) for j in range(5)
)
SHAPES: list[Shape] = [SQUARE, STEEP, MUG, Mesh(GRID)]
NAMES = ["polygon", "quad", "cylinder", "mesh"]


def discs(rgb: tuple[int, int, int], side: int) -> np.ndarray:
    """Colour under full transparency is another, as drawing programs leave it: it must not show."""
    art = np.zeros((side, side, 4), np.uint8)
    for k in range(25):
        centre = (int((k % 5 + 0.5) * side / 5), int((k // 5 + 0.5) * side / 5))
        cv2.circle(art, centre, side // 13, (*rgb, 255), -1, cv2.LINE_AA)
    art[..., :3] = rgb
    art[art[..., 3] == 0] = 0
    return art


@pytest.mark.parametrize("shape", SHAPES, ids=NAMES)
@pytest.mark.parametrize("side", [150, 300, 437, 900, 2600])
@pytest.mark.parametrize("ground", [40, 90])
def test_white_art_leaves_no_dark_edge(shape: Shape, side: int, ground: int) -> None:
    picture = shot(flat(400, 400, (ground, ground, ground)), shape, discs((255, 255, 255), side))
    assert picture.min() >= ground
    assert picture.max() == 255


@pytest.mark.parametrize("shape", SHAPES, ids=NAMES)
@pytest.mark.parametrize("side", [150, 300, 437, 900])
def test_black_art_leaves_no_light_edge(shape: Shape, side: int) -> None:
    picture = shot(flat(400, 400, (200, 200, 200)), shape, discs((0, 0, 0), side))
    assert picture.max() <= 200


@pytest.mark.parametrize("pitch", [0.5, 0.7, 0.9, 1.0, 1.1, 1.2])
@pytest.mark.parametrize(
    "shape, width",
    [(replace(SQUARE, fit=AreaFit.STRETCH), 300), (STEEP, 361), (MUG, 471), (Mesh(GRID), 300)],
    ids=NAMES,
)
def test_fine_stripes_do_not_shimmer(shape: Shape, width: int, pitch: float) -> None:
    """Stripes too fine to be seen, moved by a fraction of their period at a time, stay a still grey: no moving bands.

    ``pitch``: px between stripes where the area shows most of them apart; ``width``: px of the design there.
    """
    frames, period = [], pitch * 3800 / width
    for shift in np.linspace(0, period, 5, endpoint=False):
        x = np.arange(3800)
        light = 0.5 + 0.5 * np.cos(2 * np.pi * (x - shift) / period)
        value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255
        art = np.empty((1000, 3800, 4), np.uint8)
        art[...] = np.round(value)[None, :, None]
        art[..., 3] = 255
        frames.append(shot(flat(400, 400, (128, 128, 128)), shape, art)[150:250, 120:280, 0].astype(float))
    moving = np.std(frames, axis=0)
    # Cosine stripes of full contrast move by 90 levels where they are resolved, or sampled without a filter.
    assert moving.mean() < 6 and moving.max() < 12
    # In linear light half white and half black is 188 of 255; averaged as sRGB values it would be 127.
    assert np.abs(np.mean(frames) - 188) < 3


def test_coarse_stripes_keep_their_contrast() -> None:
    """Four output pixels a stripe: sharp, wherever the stripe falls on the pixels."""
    contrast = []
    for shift in (0, 5, 9, 14, 20):
        art = np.full((3000, 3000, 4), 255, np.uint8)
        art[..., :3] = np.where((np.arange(3000) + shift) // 40 % 2 == 0, 255, 0)[None, :, None]
        row = shot(flat(400, 400, (128, 128, 128)), SQUARE, art)[200, 100:300, 0].astype(float)
        contrast.append(np.percentile(row, 95) - np.percentile(row, 5))
    assert min(contrast) > 240


@pytest.fixture
def threads() -> Iterator[None]:
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


def test_the_same_input_gives_the_same_pixels_with_any_number_of_threads(threads: None) -> None:
    areas = tuple(
        PrintArea(shape, shading=0.7, blend=blend, feather=4) for shape, blend in zip(SHAPES, Blend, strict=False)
    )
    base = BaseImage(400, 400, areas)
    found = []
    for count in (1, 2, 5, 1):
        prepared = prepare(base, cloth(400, 400), longest_side=700)
        cv2.setNumThreads(count)
        found += [render(prepared, Design(poster(1300, 800))) for _ in range(2)]
    assert all(np.array_equal(found[0], other) for other in found)


def test_a_design_is_shrunk_once_for_bases_of_one_scale() -> None:
    design = Design(poster(3000, 1600))
    base = BaseImage(400, 400, (PrintArea(SQUARE),))
    render(prepare(base, flat(400, 400, (9, 9, 9)), longest_side=400), design)
    held = design.nbytes
    for moved in (1.0, 0.98):
        shape = Polygon(tuple((30 + x * moved, y * moved) for x, y in SQUARE.points))
        render(prepare(BaseImage(400, 400, (PrintArea(shape),)), flat(400, 400, (9, 9, 9)), longest_side=400), design)
    assert design.nbytes == held
