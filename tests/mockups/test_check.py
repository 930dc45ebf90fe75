"""The linter: each thing it tells, on the line that it is about, and silence about a sound pack."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from printdock.imaging.types import Fit, Recipe
from printdock.mockups import check as linter
from printdock.mockups.check import check, print_aspect, real_aspect
from printdock.mockups.manifest import (
    AREA_TABLES,
    PATTERN_FIELDS,
    GarmentTable,
    Manifest,
    OutputTable,
    PictureTable,
    WatermarkTable,
)
from printdock.mockups.pack import read_pack
from printdock.rendering import checks
from printdock.rendering.types import Cylinder
from printdock.templates.presets import PRESETS
from tests.mockups.conftest import MANIFEST, write_folder

#: A print of the proportions of the quad in the tests' pack.
PRINT = Recipe(3.0, 2.1, fit=Fit.STRETCH)

SOUND = MANIFEST[: MANIFEST.index('[[picture]]\nname = "Mug"')]


def told(folder: Path, manifest: str, recipe: Recipe | None = PRINT, distortion: float = 0.1) -> dict[str, str]:
    """code -> "level: the line it is about"."""
    write_folder(folder, manifest)
    problems = check(read_pack(folder), recipe, distortion=distortion)
    lines = manifest.splitlines()
    return {problem.code: f"{problem.level}: {lines[problem.line - 1]}" for problem in problems}


def test_nothing_is_said_about_a_sound_pack(tmp_path: Path) -> None:
    assert told(tmp_path, SOUND) == {}


AREA = """
[[picture.area]]
kind = "polygon"
points = [[10, 10], [200, 10], [200, 150], [10, 150]]
"""


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("[345, 250], [52, 255]]", "[52, 255], [345, 250]]", "quad_not_convex", "error: [[picture.area]]"),
        (AREA, AREA.replace("[200, 10], [200, 150]", "[200, 150], [200, 20]"), "polygon_crosses", "error: [[picture.area]]"),
        (AREA, AREA.replace("[200, 150], [10, 150]", "[100, 10], [50, 10]"), "area_too_small", "error: [[picture.area]]"),
        (AREA, AREA.replace("10, 1", "910, 1").replace("200, 1", "990, 1"), "area_outside", "error: [[picture.area]]"),
        (AREA, AREA.replace("[10, 10], [200, 10]", "[-390, 10], [5, 10]").replace("[200, 150], [10, 150]",
         "[5, 150], [-390, 150]"), "little_room", "warning: [[picture.area]]"),
        (AREA, "", "no_print_area", "error: [[picture]]"),
        ("opacity = 0.9", "opacity = 1.9", "area_value", "error: [[picture.area]]"),
        ("shading = 0.5\n", "", "gloss_unseen", "warning: gloss = 0.25"),
        ("longest_side = 400", "longest_side = 800", "photo_small", 'warning: file = "photos/front.png"'),
        ('text = "SAMPLE"', 'text = " "', "watermark_empty", "error: [watermark]"),
    ],
)  # fmt: skip
def test_each_fault_is_told_on_its_line(tmp_path: Path, old: str, new: str, code: str, where: str) -> None:
    manifest = SOUND if old != AREA else SOUND[: SOUND.index("[[picture.area]]")] + AREA
    assert old in manifest
    assert told(tmp_path, manifest.replace(old, new), None if old == AREA else PRINT)[code] == where


def test_a_mesh_that_folds_is_told(tmp_path: Path) -> None:
    points = [[[x * 100.0, y * 60.0] for x in range(4)] for y in range(4)]
    points[1][1] = [290.0, 60.0]
    mesh = f'\n[[picture.area]]\nkind = "mesh"\npoints = {points}\n'
    assert told(tmp_path, SOUND + mesh, None)["mesh_folds"].startswith("error")


def test_a_mask_that_hides_all_is_told(tmp_path: Path) -> None:
    write_folder(tmp_path, SOUND)
    assert cv2.imwrite(str(tmp_path / "mask.png"), np.zeros((300, 400), np.uint8))
    codes = {problem.code: problem for problem in check(read_pack(tmp_path), PRINT)}
    assert codes["no_room"].level == "error" and codes["garment_empty"].level == "warning"
    assert cv2.imwrite(str(tmp_path / "mask.png"), np.full((300, 900), 255, np.uint8))
    codes = {problem.code: problem for problem in check(read_pack(tmp_path), PRINT)}
    assert codes["picture_size"].level == "error" and "900 x 300" in codes["picture_size"].message


def test_an_area_that_distorts_the_print_is_told_past_the_stated_share(tmp_path: Path) -> None:
    wide = Recipe(3.0, 1.8, fit=Fit.STRETCH)  # 1.67 against 1.4
    assert told(tmp_path, SOUND, wide)["distorts"] == "warning: [[picture.area]]"
    assert told(tmp_path, SOUND, wide, distortion=0.2) == {}
    kept = SOUND.replace('kind = "quad"', 'kind = "quad"\nfit = "contain"')
    assert told(tmp_path, kept, wide) == {}
    said = SOUND.replace('kind = "quad"', 'kind = "quad"\naspect = 1.6667')
    assert told(tmp_path, said, wide) == {}


def test_stretching_prints_of_any_proportions_is_told(tmp_path: Path) -> None:
    shirt = PRESETS["DTF Adult"]
    assert print_aspect(shirt) is None and print_aspect(PRESETS["UVDTF Decal"]) == 1.0
    assert "stretches_any" in told(tmp_path, SOUND, shirt)


def test_a_print_file_smaller_than_its_area_is_told(tmp_path: Path) -> None:
    assert "design_enlarged" in told(tmp_path, SOUND, Recipe(3.0, 2.1, dpi=72, fit=Fit.STRETCH))


def test_an_unknown_template_is_told_on_its_line(tmp_path: Path) -> None:
    assert told(tmp_path, SOUND, None) == {"unknown_template": 'warning: template = "Poster 18x24"'}


def test_a_tumbler_seen_from_above_is_as_high_as_it_is() -> None:
    level = Cylinder((100, 0), (100, 100), radius=50, arc=180)
    tilted = Cylinder((100, 0), (100, 80), radius=50, arc=180, bulge=30)  # sine 0.6, cosine 0.8
    assert real_aspect(tilted) == pytest.approx(real_aspect(level))


def test_every_key_and_every_code_is_in_the_docs() -> None:
    words = (Path(__file__).parents[2] / "docs" / "mockup-packs.md").read_text()
    tables = [Manifest, PictureTable, OutputTable, WatermarkTable, GarmentTable, *AREA_TABLES.values()]
    keys = {key for table in tables for key in table.model_fields}
    codes = set(re.findall(r"[a-z]+(?:_[a-z]+)+", (checks.__doc__ or "") + (linter.__doc__ or "").split("checks`")[1]))
    for word in keys | codes | set(PATTERN_FIELDS) | {"distorts"}:
        assert re.search(rf"`[^`]*\b{word}\b[^`]*`", words), word
