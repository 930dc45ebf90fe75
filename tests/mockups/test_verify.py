"""Rows and files of mockups, held against each other."""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import Any

from sqlalchemy import delete

from printdock.db.tables import mockups
from printdock.designs.verify import Verification
from printdock.mockups.verify import verify_mockups
from tests.mockups.studio import Studio, now


def verify(studio: Studio, **how: Any) -> Verification:
    found = Verification(studio.shop.name)
    verify_mockups(studio.shop, studio.database, studio.storage, now, found, **how)
    return found


def codes(found: Verification) -> Counter[str]:
    return Counter(problem.code for problem in found.problems)


def test_rendered_mockups_are_as_they_should_be(studio: Studio) -> None:
    studio.render()
    for how in ({}, {"deep": True}):
        found = verify(studio, **how)
        assert (found.mockups, found.problems, found.notes) == (8, [], [])


def test_missing_shortened_and_changed_files_are_found_and_rendered_again(studio: Studio) -> None:
    paths = [studio.root / entry["path"] for entry in studio.render().mockups]
    paths[0].unlink()
    os.truncate(paths[1], 50)
    data = bytearray(paths[2].read_bytes())
    data[-5] ^= 1
    paths[2].write_bytes(data)
    assert codes(verify(studio)) == {"mockup_missing": 1, "mockup_changed": 1}
    assert codes(verify(studio, deep=True)) == {"mockup_missing": 1, "mockup_changed": 2}
    mended = verify(studio, deep=True, repair=True)
    assert mended.clean and len(studio.rows()) == 5
    assert studio.render().rendered == 3
    assert verify(studio, deep=True).mockups == 8


def test_files_of_other_origin_are_noted_and_base_pictures_are_not(studio: Studio) -> None:
    studio.render()
    folder = studio.root / "My Shop" / "Mockups"
    (folder / "UVDTF 16oz" / "UV 7 UVDTF_16oz_7_BG_0.jpg").write_bytes(b"of the old system")
    (folder / "BaseMockups" / "Mugs").mkdir(parents=True)
    (folder / "BaseMockups" / "Mugs" / "mug.jpg").write_bytes(b"a base")
    found = verify(studio, repair=True)
    assert found.problems == [] and len(found.notes) == 1 and "UV 7 " in found.notes[0]
    assert (folder / "UVDTF 16oz" / "UV 7 UVDTF_16oz_7_BG_0.jpg").exists()


def test_half_written_files_are_removed_once_nobody_can_be_writing_them(studio: Studio) -> None:
    studio.render()
    left = studio.root / "My Shop" / "Mockups" / "UVDTF 16oz" / ".pd-0123456789ab.0123456789ab.part"
    left.write_bytes(b"half")
    assert verify(studio, repair=True).problems == [] and left.exists()
    os.utime(left, (time.time() - 7200,) * 2)
    assert codes(verify(studio)) == {"half_written": 1}
    assert verify(studio, repair=True).clean and not left.exists()


def test_a_mockup_that_is_rendered_while_it_checks_is_not_missing(studio: Studio) -> None:
    entries = studio.render().mockups
    gone = studio.root / entries[0]["path"]
    data = gone.read_bytes()
    gone.unlink()
    again = verify(studio, deep=True, repair=True, report=lambda _path: gone.write_bytes(data))
    assert (again.problems, again.mockups) == ([], 8)


def test_a_mockup_that_vanishes_before_it_is_read_is_missing(studio: Studio) -> None:
    path = studio.root / studio.render().mockups[0]["path"]
    found = verify(studio, deep=True, report=lambda _path: path.unlink(missing_ok=True))
    assert codes(found) == {"mockup_missing": 1}


def test_a_mockup_whose_row_goes_while_it_checks_is_no_problem(studio: Studio) -> None:
    path = studio.render().mockups[0]["path"]

    def remove(_path: str) -> None:
        (studio.root / path).unlink(missing_ok=True)
        with studio.database.write() as connection:
            connection.execute(delete(mockups).where(mockups.c.path == path))

    found = verify(studio, deep=True, report=remove)
    assert (found.problems, found.mockups) == ([], 7)
