"""Batches on imported sets: photos of every kind, seen the right way up, and what becomes of damaged ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import pyvips

from printdock.imaging.types import Pixels
from printdock.mockups.batch import Batch
from printdock.mockups.kept import Kept
from printdock.mockups.pack import read_pack
from printdock.mockups.plan import find_print_files, make_plan
from printdock.mockups.render import Report, render_batch
from printdock.mockups.sets import find_set, import_pack, load_picture
from printdock.mockups.stored import folder_of
from tests.mockups.studio import Studio, now

MANIFEST = """\
name = "{name}"
[output]
longest_side = 200
format = "png"
[[picture]]
name = "Front"
file = "{file}"
[[picture.area]]
kind = "quad"
corners = [[20, 10], [60, 10], [60, 50], [20, 50]]
"""
RED = np.zeros((40, 40, 4), np.uint8) + np.array([255, 0, 0, 255], np.uint8)


def ground() -> Pixels:
    """200 x 100 px, blue, its right half green."""
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[..., 2] = 200
    pixels[:, 100:] = (0, 160, 0)
    return pixels


def _image(pixels: Pixels) -> pyvips.Image:
    return pyvips.Image.new_from_array(np.ascontiguousarray(pixels), interpretation="srgb")


def deep(path: Path) -> None:
    _image(ground()).cast("ushort").linear(257, 0).cast("ushort").copy(interpretation="rgb16").pngsave(
        str(path), bitdepth=16
    )


def cmyk(path: Path) -> None:
    _image(ground()).colourspace("cmyk").jpegsave(str(path), Q=95)


def turned(path: Path) -> None:
    """Stored lying on its side, with an EXIF rotation that says so."""
    image = _image(np.rot90(ground()))
    image = image.copy()
    image.set_type(pyvips.GValue.gint_type, "orientation", 6)
    image.jpegsave(str(path), Q=95)


def grey(path: Path) -> None:
    cv2.imwrite(str(path), ground()[..., 1])


def _render(studio: Studio, folder: Path, name: str, file: str) -> Report:
    (folder / "mockup.toml").write_text(MANIFEST.format(name=name, file=file))
    import_pack(studio.database, studio.storage, studio.shop, read_pack(folder), now())
    return _batch(studio, name)


def _batch(studio: Studio, name: str) -> Report:
    with studio.database.read() as connection:
        files = find_print_files(connection, studio.template)
        plan = make_plan(find_set(connection, studio.shop, name), studio.template, files)
    return render_batch(Batch(studio.database, studio.storage, load_picture, Kept(10**9), now), plan)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pack"
    made.mkdir()
    return made


@pytest.mark.parametrize(
    ("file", "write"), [("deep.png", deep), ("inks.jpg", cmyk), ("turned.jpg", turned), ("grey.png", grey)]
)
def test_photos_of_every_kind_are_rendered_upright(
    studio: Studio, folder: Path, file: str, write: Callable[[Path], None]
) -> None:
    number = studio.add(RED)
    write(folder / file)
    report = _render(studio, folder, "Kinds", file)
    assert (report.rendered, report.failed) == (3, 0)
    entry = next(entry for entry in report.mockups if entry["number"] == number)
    picture = cv2.imread(str(studio.root / entry["path"]))
    assert picture is not None and picture.shape == (100, 200, 3)
    assert np.abs(picture[30, 40].astype(int) - (0, 0, 255)).max() <= 6, "the design is where the area is"
    blue, green, _red = (int(value) for value in picture[90, 190])
    assert green > blue or file == "grey.png", "the photo stands the right way up"


@pytest.mark.parametrize("damage", ["truncated", "emptied", "gone"])
def test_a_base_damaged_in_the_storage_fails_alone_and_says_what_to_do(
    studio: Studio, folder: Path, damage: str
) -> None:
    deep(folder / "deep.png")
    assert _render(studio, folder, "Kinds", "deep.png").failed == 0
    stored = next((studio.root / folder_of(studio.shop, "Kinds")).glob("*.png"))
    if damage == "gone":
        stored.unlink()
    else:
        stored.write_bytes(stored.read_bytes()[: 50 if damage == "truncated" else 0])
    assert _batch(studio, "Kinds").fresh == 2, "what is there needs no base"
    studio.add(RED)
    report = _batch(studio, "Kinds")
    assert (report.fresh, report.failed) == (2, 1)
    reason = next(entry["reason"] for entry in report.mockups if entry["outcome"] == "failed")
    assert reason.startswith("mockup_file_") and "printdock mockups import" in reason


def test_another_photo_renders_again_and_the_same_pack_does_not(studio: Studio, folder: Path) -> None:
    deep(folder / "deep.png")
    assert _render(studio, folder, "Kinds", "deep.png").rendered == 2
    assert _render(studio, folder, "Kinds", "deep.png").fresh == 2
    cmyk(folder / "inks.jpg")
    assert _render(studio, folder, "Kinds", "inks.jpg").rendered == 2


def test_two_sets_of_one_template_do_not_replace_each_others_mockups(studio: Studio, folder: Path) -> None:
    from printdock.errors import UsageError

    deep(folder / "deep.png")
    _render(studio, folder, "Kinds", "deep.png")
    with pytest.raises(UsageError, match="is a mockup of the set 'Kinds'"):
        _render(studio, folder, "Others", "deep.png")
    (folder / "mockup.toml").write_text(
        'pattern = "{set} {number} {index}"\n' + MANIFEST.format(name="Third", file="deep.png")
    )
    import_pack(studio.database, studio.storage, studio.shop, read_pack(folder), now())
    assert _batch(studio, "Third").rendered == 2
