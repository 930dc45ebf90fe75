"""Designs x bases x colours: rendered once, stored, recorded; what fails, fails alone."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np

from printdock.imaging.codec import encode_png
from printdock.imaging.prepare import prepare
from printdock.imaging.types import Fit, Recipe
from printdock.templates.queries import recipe_data
from tests.mockups.studio import Studio


def test_every_design_on_every_base_in_every_colour(studio: Studio) -> None:
    report = studio.render()
    assert (report.rendered, report.fresh, report.failed) == (8, 0, 0)
    names = [entry["path"].rsplit("/", 1)[-1] for entry in report.mockups]
    assert names == [
        f"UV {number} UVDTF_16oz_{number}_BG_{end}.jpg"
        for number in (900, 901)
        for end in ("0", "1", "2_Black", "2_Sand")
    ]
    for entry in report.mockups:
        data = (studio.root / entry["path"]).read_bytes()
        assert entry["path"].startswith("My Shop/Mockups/UVDTF 16oz/UV 90")
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["bytes"], entry["sha256"])
        picture = cv2.imread(str(studio.root / entry["path"]))
        assert picture is not None and picture.shape == (entry["height"], entry["width"], 3) == (150, 200, 3)
        assert cv2.imread(str(studio.root / entry["thumbnail"])) is not None
    assert {(row.path, row.bytes, bytes(row.sha256).hex()) for row in studio.rows()} == {
        (entry["path"], entry["bytes"], entry["sha256"]) for entry in report.mockups
    }
    assert len(studio.files()) == 16, "a thumbnail each, and nothing half-written"


def test_each_base_is_loaded_once_for_all_designs_and_colours(studio: Studio) -> None:
    studio.render()
    assert Counter(studio.loads) == {"base 0": 1, "base 1": 1, "base 2": 1}


def test_the_second_time_nothing_is_rendered(studio: Studio) -> None:
    first = studio.render()
    studio.loads.clear()
    again = studio.render()
    assert (again.rendered, again.fresh) == (0, 8)
    assert studio.loads == []
    assert [{**entry, "outcome": ""} for entry in again.mockups] == [
        {**entry, "outcome": ""} for entry in first.mockups
    ]


def test_two_runs_write_the_same_bytes(studio: Studio) -> None:
    first = {entry["path"]: entry["sha256"] for entry in studio.render().mockups}
    forced = studio.render(force=True)
    assert forced.rendered == 8
    assert {entry["path"]: entry["sha256"] for entry in forced.mockups} == first


def test_only_what_changed_is_rendered(studio: Studio) -> None:
    studio.render()
    one, *others = studio.mockup_set.pictures
    changed = (replace(one, digest=hashlib.sha256(b"another photo").digest()), *others)
    report = studio.render(studio.plan(pictures=changed))
    assert [entry["picture"] for entry in report.mockups if entry["outcome"] == "rendered"] == ["base 0", "base 0"]
    assert len(studio.rows()) == 8, "their rows were replaced, not added"
    assert studio.render(studio.plan(pictures=changed)).fresh == 8


def test_other_settings_render_all_and_replace_the_files(studio: Studio) -> None:
    before = {entry["path"]: entry["sha256"] for entry in studio.render().mockups}
    report = studio.render(studio.plan(longest_side=120))
    assert report.rendered == 8
    after = {entry["path"]: entry["sha256"] for entry in report.mockups}
    assert before.keys() == after.keys() and not set(before.values()) & set(after.values())
    assert len(studio.rows()) == 8 and len(studio.files()) == 16


def test_a_mockup_whose_file_is_gone_or_changed_is_rendered_again(studio: Studio) -> None:
    paths = [studio.root / entry["path"] for entry in studio.render().mockups]
    paths[0].unlink()
    paths[3].write_bytes(paths[3].read_bytes()[:100])
    report = studio.render()
    assert [entry["outcome"] == "rendered" for entry in report.mockups] == [True, *[False] * 2, True, *[False] * 4]
    assert studio.render().fresh == 8


def test_a_missing_thumbnail_is_made_again(studio: Studio) -> None:
    entry = studio.render().mockups[5]
    (studio.root / entry["thumbnail"]).unlink()
    assert studio.render().rendered == 1
    assert (studio.root / entry["thumbnail"]).exists()


def test_art_that_was_mirrored_or_turned_for_printing_is_shown_as_it_is(studio: Studio) -> None:
    """A sublimation print is mirrored, a poster may lie on its side: on the product both are seen upright."""
    upright = np.zeros((200, 300, 4), np.uint8)
    upright[...] = (0, 0, 255, 255)
    upright[:100, :150] = (255, 0, 0, 255)  # red in the top left corner
    recipe = Recipe(1, 1.5, dpi=200, fit=Fit.COVER, rotate_to_fit=True, mirror=True)
    laid = prepare(encode_png(upright, 200), recipe).pixels
    plain = studio.add(upright)
    row = {"recipe": recipe_data(recipe), "art_width": 300, "art_height": 200}
    assert laid.shape[:2] == (300, 200), "it lies on its side"
    printed = studio.add(laid, **row)
    shown = {
        entry["number"]: cv2.imread(str(studio.root / entry["path"])).astype(int)
        for entry in studio.render(studio.plan([plain, printed])).mockups
        if entry["picture"] == "base 1"
    }
    assert np.abs(shown[plain] - shown[printed]).mean() < 1
    assert tuple(shown[printed][45, 80] // 200) == (0, 0, 1), "red, top left"
