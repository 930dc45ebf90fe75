"""Whatever a base says, it is rendered or refused by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from printdock.errors import InputRefused
from printdock.rendering.checks import faults
from printdock.rendering.design import Design
from printdock.rendering.render import prepare, render
from printdock.rendering.types import (
    AlignX,
    AreaFit,
    BaseImage,
    Colour,
    Cylinder,
    Displacement,
    Garment,
    Interpolation,
    Mesh,
    Polygon,
    PrintArea,
    Quad,
    Shape,
    Watermark,
)
from tests.rendering.scenes import flat, poster, shot

NAN = float("nan")
GRID = tuple(tuple((10.0 + 20 * k, 10.0 + 20 * j) for k in range(4)) for j in range(4))
FOLDED = (GRID[0], (GRID[1][1], GRID[1][0], GRID[1][2], GRID[1][3]), GRID[2], GRID[3])
MASK = np.full((80, 100), 255, np.uint8)
SQUARE = Polygon(((10, 10), (60, 10), (60, 60), (10, 60)))
OK = PrintArea(SQUARE)

SHAPES: list[tuple[str, Shape]] = [
    ("area_too_small", Polygon(((10, 10), (50, 50), (90, 90)))),
    ("area_too_small", Polygon(((10, 10),) * 4)),
    ("polygon_points", Polygon(((10, 10), (50, 50)))),
    ("polygon_crosses", Polygon(((10, 10), (60, 50), (60, 10), (10, 60)))),
    ("area_not_finite", Polygon(((10, 10), (NAN, 10), (60, 60)))),
    ("area_too_far", Polygon(((10, 10), (1e12, 10), (60, 60)))),
    ("area_too_far", Mesh((*GRID[:3], tuple((x, 1e9) for x, _ in GRID[3])))),
    ("area_outside", Polygon(((110, 10), (150, 10), (150, 60)))),
    ("area_outside", Quad(((-50, 10), (-10, 10), (-10, 60), (-50, 60)))),
    ("quad_not_convex", Quad(((10, 10), (60, 10), (10, 60), (60, 60)))),
    ("quad_not_convex", Quad(((10, 10), (60, 10), (20, 20), (10, 60)))),
    ("area_not_finite", Quad(((10, 10), (60, float("inf")), (60, 60), (10, 60)))),
    ("mesh_size", Mesh(GRID[:3])),
    ("mesh_size", Mesh((*GRID[:3], GRID[3][:2]))),
    ("mesh_size", Mesh((*GRID, GRID[3]), Interpolation.BEZIER)),
    ("mesh_folds", Mesh(FOLDED)),
    ("mesh_folds", Mesh(FOLDED, Interpolation.BILINEAR)),
    ("area_too_small", Cylinder((50, 40), (50, 40), 20)),
    ("cylinder_size", Cylinder((50, 10), (50, 60), 1e9)),
    ("cylinder_size", Cylinder((50, 10), (50, 60), 20, arc=0)),
    ("cylinder_size", Cylinder((50, 10), (50, 60), 20, arc=60, turn=150)),
    ("area_not_finite", Cylinder((50, 10), (50, 60), 20, bulge=NAN)),
]


@pytest.mark.parametrize("code, shape", SHAPES, ids=[f"{n}-{code}" for n, (code, _) in enumerate(SHAPES)])
def test_impossible_areas_are_refused_by_name(code: str, shape: Shape) -> None:
    base = BaseImage(100, 80, (OK, PrintArea(shape, "front")))
    found = faults(base)
    assert code in [fault.code for fault in found]
    assert all(fault.area == 1 and "front" in fault.message for fault in found)
    with pytest.raises(InputRefused):
        prepare(base, flat(100, 80, (0, 0, 0)))


VALUES: list[tuple[str, BaseImage]] = [
    ("no_print_area", BaseImage(100, 80, ())),
    ("area_value", BaseImage(100, 80, (replace(OK, opacity=1.5),))),
    ("area_value", BaseImage(100, 80, (replace(OK, shading=NAN),))),
    ("area_value", BaseImage(100, 80, (replace(OK, feather=-1),))),
    ("area_value", BaseImage(100, 80, (replace(OK, displacement=Displacement(MASK, 1e9)),))),
    ("picture_size", BaseImage(100, 80, (replace(OK, mask=MASK[:40]),))),
    ("picture_shape", BaseImage(100, 80, (replace(OK, mask=np.zeros((80, 100, 3), np.uint8)),))),
    ("garment_colours", BaseImage(100, 80, (OK,), Garment(MASK, ()))),
    ("garment_colours", BaseImage(100, 80, (OK,), Garment(MASK, (Colour("x", (0, 0, 999)),)))),
    ("watermark_empty", BaseImage(100, 80, (OK,), watermark=Watermark(text=" "))),
    ("watermark_value", BaseImage(100, 80, (OK,), watermark=Watermark(text="x", size=0))),
]


@pytest.mark.parametrize("code, base", VALUES, ids=[f"{n}-{code}" for n, (code, _) in enumerate(VALUES)])
def test_impossible_values_are_refused_by_name(code: str, base: BaseImage) -> None:
    with pytest.raises(InputRefused) as refusal:
        prepare(base, flat(100, 80, (0, 0, 0)))
    assert refusal.value.code == code and refusal.value.message.endswith(".")


def test_a_photo_of_another_size_and_an_unknown_colour_are_refused() -> None:
    base = BaseImage(100, 80, (OK,), Garment(MASK, (Colour("navy", (20, 30, 80)),)))
    with pytest.raises(InputRefused) as refusal:
        prepare(base, flat(80, 100, (0, 0, 0)))
    assert refusal.value.code == "photo_size"
    with pytest.raises(InputRefused) as refusal:
        prepare(base, flat(100, 80, (0, 0, 0)), colour="red")
    assert refusal.value.code == "unknown_colour" and "navy" in refusal.value.message


SLIVER = Polygon(((10, 10), (10.9, 10), (10.9, 70), (10, 70)))
LIVING: list[Shape] = [
    SQUARE,
    replace(SQUARE, fit=AreaFit.COVER, align_x=AlignX.RIGHT),
    Polygon(((-50, -50), (300, -20), (60, 200))),
    SLIVER,
    Quad(((10, 10), (90, 12), (90.5, 12.5), (10, 70))),
    Quad(((-100, -90), (250, -80), (150, 200), (-60, 180)), AreaFit.CONTAIN),
    Mesh(GRID, fit=AreaFit.COVER),
    Mesh(tuple(tuple((x * 3 - 100, y * 3 - 100) for x, y in row) for row in GRID)),
    Cylinder((50, 10), (50, 60), 45, arc=360, bulge=9),
    Cylinder((50, 10), (80, 70), 20, arc=200, bulge=-5, turn=60, end_radius=5),
]


@pytest.mark.parametrize("shape", LIVING, ids=range(len(LIVING)))
@pytest.mark.parametrize("size", [(2, 1), (1, 1), (1, 700), (900, 1), (3, 2), (640, 480)])
def test_any_design_on_any_area(shape: Shape, size: tuple[int, int]) -> None:
    ground = (60, 90, 120)
    area = PrintArea(shape, feather=2, shading=1.0, displacement=Displacement(MASK, 5))
    seen = shot(flat(100, 80, ground), (area,), flat(*size, (255, 255, 255)))
    assert seen.min() >= 60
    if min(size) > 1 and shape is not SLIVER:
        assert seen.max() > 120
    clear = flat(*size, (255, 0, 0))
    clear[..., 3] = 0
    assert np.array_equal(shot(flat(100, 80, ground), (area,), clear), flat(100, 80, ground)[..., :3])


def test_a_large_mockup_of_a_small_photo() -> None:
    base = BaseImage(100, 80, (OK,), watermark=Watermark(text="x" * 200))
    prepared = prepare(base, flat(100, 80, (0, 0, 0)), longest_side=2000)
    assert render(prepared, Design(poster())).shape == (1600, 2000, 3)


def test_a_prepared_base_says_what_it_holds() -> None:
    base = BaseImage(1000, 800, (PrintArea(Polygon(((100, 100), (600, 100), (600, 600), (100, 600))), shading=1),))
    prepared = prepare(base, flat(1000, 800, (90, 90, 90)), longest_side=1000)
    before = prepared.nbytes
    for side in (100, 200, 300, 400):
        render(prepared, Design(flat(side, side, (0, 0, 0))))
    assert prepared.nbytes == before
    assert 1000 * 800 * 3 + 500 * 500 * 24 <= before <= 1000 * 800 * 3 + 500 * 500 * 25
