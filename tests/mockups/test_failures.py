"""What cannot be rendered fails alone, with its reason, as data; a batch that is cut off goes on where it was."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

import cv2
import numpy as np
import pytest

from printdock.db.tables import mockups
from printdock.errors import StorageUnavailable
from printdock.imaging.codec import decode
from printdock.imaging.types import Pixels
from printdock.mockups import ledger
from printdock.mockups.batch import Progress
from printdock.mockups.render import Report
from printdock.mockups.types import LoadedPicture
from printdock.rendering.types import BaseImage, Polygon, PrintArea
from printdock.storage.local import LocalStorage
from tests.designs.conftest import art
from tests.mockups.studio import Studio, quick, refusal

CLEAR = np.zeros((100, 100, 4), np.uint8)
DOT = np.full((1, 1, 4), 255, np.uint8)


def codes(report: Report) -> Counter[str]:
    return Counter(entry["reason"].split(":")[0] for entry in report.mockups if entry["outcome"] == "failed")


@pytest.mark.parametrize(
    ("code", "pixels", "state", "keep"),
    [
        ("empty_art", CLEAR, "stored", True),
        ("art_too_small", DOT, "stored", True),
        ("print_file_missing", art(5), "missing", False),
        ("print_file_missing", art(5), "stored", False),
        ("print_file_spooled", art(5), "spooled", False),
    ],
)
def test_a_design_that_cannot_be_shown_fails_alone(
    studio: Studio, code: str, pixels: Pixels, state: str, keep: bool
) -> None:
    number = studio.add(pixels, state=state, keep=keep)
    report = studio.render()
    assert (report.rendered, report.failed) == (8, 4)
    assert codes(report) == {code: 4}
    assert {entry["number"] for entry in report.mockups if entry["outcome"] == "failed"} == {number}
    assert studio.render().fresh == 8


@pytest.mark.parametrize(("code", "size"), [("print_file_changed", 500), ("print_file_changed", 0)])
def test_a_damaged_print_file_fails_alone(studio: Studio, code: str, size: int) -> None:
    path = studio.root / studio.template.path(900)
    path.write_bytes(path.read_bytes()[:size])
    report = studio.render()
    assert (report.rendered, codes(report)) == (4, {code: 4})


def test_a_print_file_of_nonsense_fails_alone(studio: Studio) -> None:
    from hashlib import sha256

    from sqlalchemy import update

    from printdock.db.tables import print_files

    data = b"\x89PNG\r\n\x1a\n" + b"nonsense" * 40
    (studio.root / studio.template.path(900)).write_bytes(data)
    with studio.database.write() as connection:
        changed = update(print_files).where(print_files.c.number == 900)
        connection.execute(changed.values(sha256=sha256(data).digest(), bytes=len(data)))
    report = studio.render()
    assert (report.rendered, report.failed) == (4, 4) and "internal_error" not in codes(report)


def test_a_base_that_cannot_be_loaded_fails_alone_and_is_tried_once(studio: Studio) -> None:
    studio.pictures["base 1"] = refusal("damaged")
    report = studio.render()
    assert (report.rendered, codes(report)) == (6, {"damaged": 2})
    assert Counter(studio.loads)["base 1"] == 1


def _photo(data: bytes) -> Callable[[], LoadedPicture]:
    def load() -> LoadedPicture:
        photo = decode(data)
        area = PrintArea(Polygon(((50, 20), (150, 20), (150, 120), (50, 120))))
        return LoadedPicture(BaseImage(photo.shape[1], photo.shape[0], (area,)), photo)

    return load


def _as(studio: Studio, name: str, load: Callable[[], LoadedPicture]) -> None:
    """The base is loaded by ``load`` instead."""
    before = studio.load

    def loaded(storage: object, mockup_set: object, picture: object, /) -> LoadedPicture:
        return load() if picture.name == name else before(storage, mockup_set, picture)

    studio.load = loaded


def _jpeg() -> bytes:
    done, data = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 255, (150, 200, 3), np.uint8))
    assert done
    return data.tobytes()


def test_a_truncated_base_fails_alone(studio: Studio) -> None:
    _as(studio, "base 0", _photo(_jpeg()[:2000]))
    report = studio.render()
    assert (report.rendered, codes(report)) == (6, {"damaged": 2})


def test_an_area_of_no_size_fails_alone(studio: Studio) -> None:
    flat = PrintArea(Polygon(((50, 20), (50, 70), (50, 120))), name="front")
    base = studio.pictures["base 0"]
    assert isinstance(base, LoadedPicture)
    studio.pictures["base 0"] = replace(base, base=replace(base.base, areas=(flat,)))
    report = studio.render()
    assert (report.rendered, codes(report)) == (6, {"area_too_small": 2})


def test_a_bug_in_one_base_costs_its_mockups_and_no_more(studio: Studio) -> None:
    def load() -> LoadedPicture:
        raise ZeroDivisionError

    _as(studio, "base 0", load)
    report = studio.render()
    assert (report.rendered, codes(report)) == (6, {"internal_error": 2})


def test_a_file_of_other_origin_under_a_mockups_name_is_left_alone(studio: Studio) -> None:
    old = studio.root / studio.plan().mockups[0].path
    old.parent.mkdir(parents=True)
    old.write_bytes(b"somebody's picture")
    report = studio.render()
    assert (report.rendered, codes(report)) == (7, {"name_taken": 1})
    assert old.read_bytes() == b"somebody's picture"
    assert not (studio.root / studio.plan().mockups[0].thumbnail).exists()
    assert codes(studio.render()) == {"name_taken": 1}, "nothing that was left behind makes it ours"
    assert studio.render(force=True).failed == 0
    assert old.read_bytes() != b"somebody's picture"


def test_a_file_that_appears_meanwhile_is_left_alone(studio: Studio) -> None:
    first = studio.plan().mockups[0]
    before = studio.pictures["base 0"]

    def load() -> LoadedPicture:
        path = studio.root / first.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"somebody's picture")
        assert isinstance(before, LoadedPicture)
        return before

    _as(studio, "base 0", load)
    report = studio.render(limits=quick(workers=1))
    assert codes(report) == {"name_taken": 1}
    assert (studio.root / first.path).read_bytes() == b"somebody's picture"
    assert not (studio.root / first.thumbnail).exists(), "it would make the file ours"


# --- cut off -----------------------------------------------------------------------------------------------------------


def test_a_stopped_batch_answers_all_and_the_next_run_renders_what_is_left(studio: Studio) -> None:
    stop = threading.Event()
    third = studio.pictures["base 2"]
    settled: list[Progress] = []

    def load() -> LoadedPicture:
        stop.set()
        assert isinstance(third, LoadedPicture)
        return third

    _as(studio, "base 2", load)
    first = studio.render(report=settled.append, stop=stop, limits=quick(workers=1))
    assert len(settled) == 8
    assert (first.rendered, codes(first)) == (3, {"cancelled": 5}), "the third was begun, and so is finished"
    again = studio.render()
    assert (again.rendered, again.fresh) == (5, 3)


def test_what_was_stored_but_not_recorded_is_taken_over(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a run is killed between the two, even if the set changed since."""
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "record", lambda *_arguments: None)
        studio.render()
    assert studio.rows() == [] and len(studio.files()) == 16
    again = studio.render(studio.plan(longest_side=150))
    assert (again.rendered, again.failed) == (8, 0)
    assert studio.render(studio.plan(longest_side=150)).fresh == 8


def test_a_run_that_ends_between_replacing_a_file_and_its_row_renders_it_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.render()
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "record", lambda *_arguments: None)
        studio.render(studio.plan(longest_side=150))
    assert {bytes(row.key) for row in studio.rows()} == {b""}, "whatever the sizes of the files are"
    again = studio.render()
    assert (again.rendered, again.fresh) == (8, 0), "the old settings' rows must not answer for the new settings' files"
    assert studio.render().fresh == 8


class _Away(LocalStorage):
    """A storage that goes away after so many files."""

    left = 4

    def put(self, key: str, data: bytes) -> None:
        self.left -= 1
        if self.left < 0:
            raise StorageUnavailable("The storage is away.")
        super().put(key, data)

    def open(self, key: str) -> BinaryIO:
        return super().open(key)


def test_a_storage_that_goes_away_fails_the_rest_and_the_next_run_goes_on(studio: Studio) -> None:
    for seed in range(3, 20):
        studio.add(art(seed))
    whole = studio.storage
    studio.storage = _Away(studio.root)
    first = studio.render(limits=quick(transfers=1, workers=1, batch_images=1))
    assert studio.storage.left > -20, "once it is away, nothing more is rendered for it"
    assert (first.rendered, codes(first)) == (2, {"storage_unavailable": 74})
    studio.storage = whole
    again = studio.render()
    assert (again.rendered, again.fresh, again.failed) == (74, 2, 0)


def test_rows_of_another_shop_are_neither_seen_nor_touched(studio: Studio) -> None:
    from sqlalchemy import update

    from printdock.shops.queries import ensure_shop

    studio.render()
    with studio.database.write() as connection:
        other = ensure_shop(connection, "Other", studio.batch().clock())
        connection.execute(update(mockups).values(shop_id=other.id))
    report = studio.render()
    assert report.rendered == 8, "rows of another shop answer for nothing here"
    with studio.database.read() as connection:
        assert len(ledger.list_results(connection, studio.shop)) == 8
    assert len(studio.rows()) == 16
