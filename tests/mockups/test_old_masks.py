"""Masks of the replaced system: the same places, fits and cuts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from printdock.errors import UsageError
from printdock.mockups.old_masks import old_pack, polygons
from printdock.rendering.types import AlignX, AreaFit, WatermarkPlace
from tests.mockups.conftest import photo, write

SQUARE, WIDE = [[10, 10], [110, 10], [110, 110], [10, 110]], [[0, 0], [300, 0], [300, 50], [0, 50]]


def test_not_cropped_is_inside_and_centred_whatever_the_alignment_says() -> None:
    (found,) = polygons({"masks": [SQUARE], "is_cropped": False, "alignment": "left"})
    assert found.points[2] == (110.0, 110.0)
    assert (found.fit, found.align_x) == (AreaFit.CONTAIN, AlignX.CENTER)


def test_cropped_covers_and_is_cut_by_its_alignment() -> None:
    (found,) = polygons({"masks": [SQUARE], "is_cropped": True, "alignment": "right"})
    assert (found.fit, found.align_x) == (AreaFit.COVER, AlignX.RIGHT)


def test_lists_go_before_single_values_mask_by_mask() -> None:
    row: dict[str, Any] = {
        "masks": [SQUARE, WIDE, [[1, 1], [2, 2]]], "is_cropped": False, "alignment": "center",
        "is_cropped_list": [True], "alignment_list": ["left"],
    }  # fmt: skip
    assert [(one.fit, one.align_x) for one in polygons(row)] == [
        (AreaFit.COVER, AlignX.LEFT), (AreaFit.CONTAIN, AlignX.CENTER)
    ]  # fmt: skip
    as_text = {key: json.dumps(value) if isinstance(value, list) else value for key, value in row.items()}
    assert polygons(as_text) == polygons(row)


@pytest.mark.parametrize(
    "row", [{}, {"masks": [[1, 2]]}, {"masks": 5}, {"masks": [SQUARE], "is_cropped": 1, "alignment": "up"}]
)
def test_what_is_no_mask_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="mask of the old system"):
        polygons(row)


def test_a_group_with_its_photos_becomes_a_pack(tmp_path: Path) -> None:
    for name in ("mockup_7_0.png", "mockup_7_1.png", "logo.png"):
        write(tmp_path / name, photo(1))
    masks = [{"masks": [SQUARE], "is_cropped": True, "alignment": "left"}]
    mark = "/share/Graphics/Mockups/BaseMockups/Watermarks/logo.png"
    group = {
        "name": "Glasses", "product_template_name": "UVDTF 16oz",
        "mockup_images": [
            {"filename": "mockup_7_0.png", "watermark_path": mark, "mask_data": masks},
            {"file_path": "/somewhere/mockup_7_1.png", "watermark_path": mark, "mask_data": masks},
        ],
    }  # fmt: skip
    pack = old_pack(group, tmp_path)
    assert (pack.name, pack.manifest.template) == ("Glasses", "UVDTF 16oz")
    assert [picture.area[0].fit for picture in pack.manifest.picture] == [AreaFit.COVER, AreaFit.COVER]
    watermark = pack.manifest.watermark
    assert watermark is not None
    assert (watermark.image, watermark.opacity, watermark.place) == ("logo.png", 0.45, WatermarkPlace.STRETCHED)
    group["mockup_images"][1]["filename"] = "../../gone.png"
    with pytest.raises(UsageError, match=r"'gone\.png' is not in"):
        old_pack(group, tmp_path)
