"""The packs the demo draws: sound, the same every time, and good enough to render a design on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from printdock.demo import bases
from printdock.mockups import photos
from printdock.mockups.check import check
from printdock.mockups.described import base_image
from printdock.mockups.pack import Pack, read_pack, write_pack
from printdock.rendering.design import Design
from printdock.rendering.render import prepare, render
from printdock.rendering.types import Blend, Cylinder, Quad
from printdock.templates.presets import PRESETS
from tests.rendering.scenes import poster

SHAPES = {"poster": Quad, "glass-can": Cylinder, "mug": Cylinder, "t-shirt": Quad}


def test_there_is_one_for_each_kind_of_product() -> None:
    assert list(bases.PACKS) == list(SHAPES)


def test_each_is_written_into_a_folder_of_its_name(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bases, "PACKS", {"one": lambda: pack, "other": lambda: pack}
    )  # theirs take half a minute to draw
    written = bases.write_demo_packs(tmp_path / "packs")
    assert written == [tmp_path / "packs" / "one", tmp_path / "packs" / "other"]
    assert [read_pack(folder).text for folder in written] == [pack.text] * 2


@pytest.mark.parametrize("name", SHAPES)
def test_a_demo_pack(name: str, tmp_path: Path, subtests: pytest.Subtests) -> None:
    """One test for each: it takes ten seconds to draw."""
    write_pack(bases.PACKS[name](), tmp_path / name)
    pack = read_pack(tmp_path / name)
    with subtests.test("it is without fault and fits its template"):
        _is_sound(name, pack)
    with subtests.test("a design is seen on each of its pictures"):
        _shows_a_design(name, pack)
    if name == "t-shirt":
        white, colours = pack.manifest.picture
        assert white.area[0].blend is Blend.MULTIPLY
        assert colours.garment is not None and len(colours.garment.colours) >= 4
    if name == "poster":
        with subtests.test("the leaves before the poster stay before it"):
            mask = photos.grey(pack.files["print-mask.png"])
            assert (mask == 0).any() and (mask == 255).mean() > 0.9
        with subtests.test("drawing again draws the same"):
            again = bases.poster_pack()
            assert again.text == pack.text and dict(again.files) == dict(pack.files)


def _is_sound(name: str, pack: Pack) -> None:
    assert pack.manifest.template is not None
    found = check(pack, PRESETS[pack.manifest.template])
    assert not found, f"{name}: {found[0]}"
    assert type(pack.manifest.picture[0].area[0].shape()) is SHAPES[name]


def _shows_a_design(name: str, pack: Pack) -> None:
    art, nothing = Design(poster()), Design(np.zeros((50, 90, 4), np.uint8))
    for index, picture in enumerate(pack.manifest.picture):
        described = pack.manifest.described(index)
        photo = photos.photo(pack.files[described.file])
        base = base_image(described, (photo.shape[1], photo.shape[0]), pack.files.__getitem__)
        colour = next(iter(picture.garment.colours)) if picture.garment else None
        ready = prepare(base, photo, colour=colour, longest_side=600)
        changed = np.any(render(ready, art) != render(ready, nothing), axis=-1).mean()
        assert 0.01 < changed < 0.6, f"{name} {picture.name}: {changed:.0%} of it"
