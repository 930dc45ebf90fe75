"""The packs the demo draws: sound, the same every time, and good enough to render a design on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from printdock.demo import bases
from printdock.mockups import photos
from printdock.mockups.check import check
from printdock.mockups.described import base_image
from printdock.mockups.pack import Pack, read_pack
from printdock.rendering.design import Design
from printdock.rendering.render import prepare, render
from printdock.rendering.types import Blend, Cylinder, Quad
from printdock.templates.presets import PRESETS
from tests.rendering.scenes import poster


def test_the_demo_packs(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """One test: they take half a minute to draw, and so are drawn in one process."""
    packs = {path.name: read_pack(path) for path in bases.write_demo_packs(tmp_path)}
    with subtests.test("they are without fault and fit their templates"):
        _are_sound(packs)
    with subtests.test("a design is seen on each of their pictures"):
        _show_a_design(packs)
    with subtests.test("the leaves before the poster stay before it"):
        mask = photos.grey(packs["poster"].files["print-mask.png"])
        assert (mask == 0).any() and (mask == 255).mean() > 0.9
    with subtests.test("drawing again draws the same"):
        again = bases.poster_pack()
        assert again.text == packs["poster"].text and dict(again.files) == dict(packs["poster"].files)


def _are_sound(packs: dict[str, Pack]) -> None:
    assert list(packs) == ["poster", "glass-can", "mug", "t-shirt"]
    for name, pack in packs.items():
        assert pack.manifest.template is not None
        found = check(pack, PRESETS[pack.manifest.template])
        assert not found, f"{name}: {found[0]}"
    shapes = {name: type(pack.manifest.picture[0].area[0].shape()) for name, pack in packs.items()}
    assert shapes == {"poster": Quad, "glass-can": Cylinder, "mug": Cylinder, "t-shirt": Quad}
    white, colours = packs["t-shirt"].manifest.picture
    assert white.area[0].blend is Blend.MULTIPLY and colours.garment is not None and len(colours.garment.colours) >= 4


def _show_a_design(packs: dict[str, Pack]) -> None:
    art, nothing = Design(poster()), Design(np.zeros((50, 90, 4), np.uint8))
    for name, pack in packs.items():
        for index, picture in enumerate(pack.manifest.picture):
            described = pack.manifest.described(index)
            photo = photos.photo(pack.files[described.file])
            base = base_image(described, (photo.shape[1], photo.shape[0]), pack.files.__getitem__)
            colour = next(iter(picture.garment.colours)) if picture.garment else None
            ready = prepare(base, photo, colour=colour, longest_side=600)
            changed = np.any(render(ready, art) != render(ready, nothing), axis=-1).mean()
            assert 0.01 < changed < 0.6, f"{name} {picture.name}: {changed:.0%} of it"
