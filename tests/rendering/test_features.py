"""Shading, garment colours, masks, feather, displacement, watermarks: what each does, and golden pictures of all.

The golden pictures are written anew by ``python -m tests.rendering.test_features`` and then looked at.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from printdock.imaging.types import Pixels
from printdock.rendering.design import Design
from printdock.rendering.render import prepare, render
from printdock.rendering.types import (
    AreaFit,
    BaseImage,
    Blend,
    Colour,
    Cylinder,
    Displacement,
    Garment,
    Interpolation,
    Mesh,
    Polygon,
    PrintArea,
    Quad,
    Watermark,
    WatermarkOver,
    WatermarkPlace,
)
from tests.rendering.scenes import cloth, flat, poster, shot

GOLDEN = Path(__file__).parent.parent / "golden" / "rendering"

SQUARE = Polygon(((60, 60), (260, 60), (260, 260), (60, 260)), AreaFit.COVER)
FRAME = Polygon(((40, 70), (280, 60), (300, 250), (160, 290), (30, 240)))
GRID = tuple(
    tuple((40.0 + 60 * k + 8 * (j % 2), 60.0 + 50 * j + 14 * np.sin(1.4 * k)) for k in range(5)) for j in range(5)
)
WAVES = np.round(128 + 100 * np.sin(np.arange(320) / 9)).astype(np.uint8)[:, None].repeat(320, axis=1)
RAMP = np.linspace(0, 255, 320).astype(np.uint8)[None].repeat(320, axis=0)


def _garment() -> Garment:
    y, x = np.mgrid[0:320, 0:320]
    mask = np.where(np.hypot(x - 160, y - 160) < 130, 255, 0).astype(np.uint8)
    names = {"navy": (25, 35, 80), "red": (200, 20, 30), "white": (250, 250, 250), "black": (22, 22, 24)}
    return Garment(mask, tuple(Colour(name, rgb) for name, rgb in names.items()))


def _logo() -> Pixels:
    logo = flat(90, 40, (255, 255, 255))
    logo[8:32, 8:82] = (0, 0, 0, 0)
    logo[14:26, 20:70] = (200, 30, 30, 255)
    return logo


AREAS: dict[str, PrintArea] = {
    "polygon-contain": PrintArea(FRAME),
    "polygon-cover": PrintArea(replace(FRAME, fit=AreaFit.COVER)),
    "quad": PrintArea(Quad(((60, 40), (270, 90), (250, 260), (30, 280)))),
    "quad-contain": PrintArea(Quad(((60, 40), (270, 90), (250, 260), (30, 280)), AreaFit.CONTAIN, 1.0)),
    "mesh-smooth": PrintArea(Mesh(GRID)),
    "mesh-bilinear": PrintArea(Mesh(GRID, Interpolation.BILINEAR)),
    "cylinder": PrintArea(Cylinder((160, 60), (160, 250), 130, 220, 18, end_radius=110)),
    "feather": PrintArea(SQUARE, feather=30),
    "mask": PrintArea(SQUARE, mask=RAMP),
    "opacity": PrintArea(SQUARE, opacity=0.5),
    "displacement": PrintArea(SQUARE, displacement=Displacement(WAVES, 6)),
    "shading": PrintArea(SQUARE, shading=1.0),
    "gloss": PrintArea(SQUARE, shading=1.0, gloss=0.8),
    **{f"blend-{mode}": PrintArea(SQUARE, blend=mode) for mode in Blend},
}
MARKS: dict[str, Watermark] = {
    "text": Watermark(text="© Rose Prints", size=0.8),
    "text-tiled": Watermark(text="Rose", size=0.2, place=WatermarkPlace.TILED, over=WatermarkOver.PICTURE),
    "picture": Watermark(_logo(), size=0.3, place=WatermarkPlace.BOTTOM_RIGHT, over=WatermarkOver.PICTURE),
    "picture-stretched": Watermark(_logo(), place=WatermarkPlace.STRETCHED),
}


def scenes() -> dict[str, Pixels]:
    """Every golden picture, 320 x 320."""
    found = {name: shot(cloth(), (area,), poster()) for name, area in AREAS.items()}
    for name, watermark in MARKS.items():
        found[f"watermark-{name}"] = shot(cloth(), (PrintArea(FRAME),), poster(), watermark)
    base = BaseImage(320, 320, (PrintArea(SQUARE, shading=0.8),), _garment())
    for colour in _garment().colours:
        prepared = prepare(base, cloth(), colour=colour.name, longest_side=320)
        found[f"garment-{colour.name}"] = render(prepared, Design(poster()))
    return found


@pytest.fixture(scope="module")
def made() -> dict[str, Pixels]:
    return scenes()


NAMES = [*AREAS, *(f"watermark-{name}" for name in MARKS), *(f"garment-{c.name}" for c in _garment().colours)]


@pytest.mark.parametrize("name", NAMES)
def test_pictures_stay_what_they_are(name: str, made: dict[str, Pixels]) -> None:
    """Processors may round differently: a mean of a quarter and a most of 12 levels of 255 is allowed."""
    golden = np.asarray(Image.open(GOLDEN / f"{name}.png"))
    difference = np.abs(made[name].astype(int) - golden)
    assert difference.mean() < 0.25 and difference.max() <= 12


def test_shading_is_the_photos_light_in_linear_light() -> None:
    """Half the light on one half of the photo halves the design's light there, relative to the typical."""
    photo = flat(400, 200, (188, 188, 188))  # linear 0.50
    photo[:, 300:, :3] = 137  # linear 0.25
    wide = Polygon(((0, 0), (400, 0), (400, 200), (0, 200)), AreaFit.COVER)
    art = flat(400, 200, (150, 40, 200))
    picture = shot(photo, (PrintArea(wide, shading=1.0),), art)
    light = np.array([[0.305, 0.0212, 0.578]])
    halved = 255 * (1.055 * (light / 2) ** (1 / 2.4) - 0.055)
    assert np.abs(picture[100, 50].astype(int) - art[0, 0, :3]).max() <= 1
    assert np.abs(picture[100, 380] - halved).max() <= 3
    none = shot(photo, (PrintArea(wide, shading=0.0),), art)
    assert np.array_equal(none, np.broadcast_to(art[0, 0, :3], none.shape))


def test_light_does_not_clip_colours_flat() -> None:
    photo = flat(400, 200, (120, 120, 120))
    photo[:, 300:, :3] = np.linspace(120, 250, 100)[None, :, None]
    wide = Polygon(((0, 0), (400, 0), (400, 200), (0, 200)), AreaFit.COVER)
    row = shot(photo, (PrintArea(wide, shading=1.0),), flat(400, 200, (220, 90, 160)))[100, 300:].astype(int)
    assert row.max() < 255
    assert (np.diff(row, axis=0) >= 0).all() and (row[-8] > row[10]).all()


def test_gloss_lays_highlights_over_dark_inks() -> None:
    photo = flat(400, 200, (120, 120, 120))
    photo[:, 300:, :3] = 230
    wide = Polygon(((0, 0), (400, 0), (400, 200), (0, 200)), AreaFit.COVER)
    black = flat(400, 200, (0, 0, 0))
    matte, glossy = (shot(photo, (PrintArea(wide, shading=1.0, gloss=gloss),), black) for gloss in (0.0, 1.0))
    assert matte.max() == 0
    assert glossy[100, 50].max() == 0 and 150 < glossy[100, 380].min() < 255


def test_garment_colours_keep_folds_and_leave_the_rest() -> None:
    garment = _garment()
    base = BaseImage(320, 320, (PrintArea(Polygon(((0, 0), (4, 0), (4, 4), (0, 4)))),), garment)
    clear = Design(np.zeros((4, 4, 4), np.uint8))
    photo = cloth()
    inside, outside = garment.mask > 250, garment.mask == 0
    before = photo[..., 1][inside].astype(float)
    for colour in garment.colours:
        picture = render(prepare(base, photo, colour=colour.name, longest_side=320), clear)
        assert np.array_equal(picture[outside], photo[..., :3][outside])
        shown = picture[inside].astype(float)
        # As light as the named colour where the light is typical; white gives way to keep its folds.
        assert np.abs(np.median(shown, axis=0) - colour.rgb).max() <= (14 if colour.name == "white" else 4)
        brightest = shown[:, int(np.argmax(colour.rgb))]
        assert np.corrcoef(before, brightest)[0, 1] > 0.93
        assert (brightest == 255).mean() < 0.001 and len(np.unique(brightest)) > 10


def test_feather_fades_inwards_and_paints_nothing_outside() -> None:
    picture = shot(flat(320, 320, (0, 0, 0)), (PrintArea(SQUARE, feather=20),), flat(10, 10, (255, 255, 255)))[..., 0]
    assert picture[:60].max() == 0 and picture[160, 160] == 255
    row = picture[160, 60:100].astype(int)
    assert (np.diff(row) >= 0).all() and row[0] < 20 and row[20] > 235


def test_a_displacement_map_moves_the_colours() -> None:
    art = flat(200, 200, (0, 0, 0))
    art[:, 100:, :3] = 255
    photo = flat(320, 320, (90, 90, 90))
    still = shot(photo, (PrintArea(SQUARE),), art)[160, :, 0]
    for grey, shift in ((255, 8), (1, -8)):
        push = Displacement(np.full((320, 320), grey, np.uint8), 8)
        seen = shot(photo, (PrintArea(SQUARE, displacement=push),), art)[160, :, 0]
        assert np.abs(seen[130:190].astype(int) - np.roll(still, shift)[130:190]).max() <= 2


@pytest.mark.parametrize("place", [place for place in WatermarkPlace if place.value not in ("tiled", "stretched")])
def test_a_watermark_lies_in_its_place(place: WatermarkPlace) -> None:
    watermark = Watermark(flat(40, 20, (255, 255, 255)), opacity=1, size=0.25, place=place, over=WatermarkOver.PICTURE)
    clear = np.zeros((4, 4, 4), np.uint8)
    picture = shot(flat(320, 240, (0, 0, 0)), (PrintArea(SQUARE),), clear, watermark)[..., 0]
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    left = 0 if "left" in place else 240 if "right" in place else 120
    top = 0 if "top" in place else 200 if "bottom" in place else 100
    assert (columns[0], columns[-1] + 1, rows[0], rows[-1] + 1) == (left, left + 80, top, top + 40)


def test_a_watermark_over_the_area_is_clipped_by_it() -> None:
    watermark = Watermark(flat(8, 8, (255, 255, 255)), place=WatermarkPlace.STRETCHED)
    clear = np.zeros((4, 4, 4), np.uint8)
    triangle = Polygon(((20, 20), (220, 20), (20, 220)))
    picture = shot(flat(240, 240, (100, 100, 100)), (PrintArea(triangle),), clear, watermark)[..., 0]
    assert abs(int(picture[60, 60]) - (100 + 0.45 * 155)) <= 1
    assert picture[200, 200] == 100 and picture[10, 10] == 100


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, picture in scenes().items():
        Image.fromarray(picture).save(GOLDEN / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
