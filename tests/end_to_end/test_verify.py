"""`printdock verify` finds what is not as it should be, and --repair makes it so without losing anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.pictures import art, resaved, save
from tests.end_to_end.shop import Run, Shop, assert_whole


@pytest.fixture
def stocked(shop: Shop, six_designs: Path) -> tuple[Shop, Run]:
    """A shop with six designs."""
    return shop, shop.ingest(six_designs).expect(0)


@pytest.fixture
def any_stocked(any_shop: Shop, six_designs: Path) -> tuple[Shop, Run]:
    """A shop of each kind with six designs."""
    return any_shop, any_shop.ingest(six_designs).expect(0)


def _verify(shop: Shop, *options: str, code: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.run("verify", "--json", *options).expect(code).document["shops"][0]["problems"]
    return found


def _codes(problems: list[dict[str, Any]]) -> list[str]:
    return [problem["code"] for problem in problems]


def test_a_removed_file_is_missing_and_comes_back_under_its_number(
    stocked: tuple[Shop, Run], six_designs: Path
) -> None:
    shop, run = stocked
    entry = run.files[2]
    (shop.root / entry["path"]).unlink()
    assert _codes(_verify(shop, code=3)) == ["file_missing"]
    assert _codes(_verify(shop, code=3)) == ["file_missing"], "looking changes nothing"
    assert _codes(_verify(shop, "--repair", code=0)) == ["file_missing"]
    assert _verify(shop, code=0) == []
    again = shop.ingest(six_designs).expect(0)
    assert again.outcomes == {"stored": 1, "duplicate": 5}
    assert again.files[2]["path"] == entry["path"] and again.files[2]["number"] == entry["number"]
    assert again.files[2]["design"] == entry["design"]
    assert_whole(shop, [again], distinct=6)


def test_a_removed_file_comes_back_from_other_bytes_of_the_same_art(
    stocked: tuple[Shop, Run], six_designs: Path, tmp_path: Path
) -> None:
    shop, run = stocked
    (shop.root / run.files[2]["path"]).unlink()
    _verify(shop, "--repair", code=0)
    again = shop.ingest(resaved(sorted(six_designs.iterdir())[2], tmp_path / "again.png")).expect(0)
    # The picture itself cannot be compared, so it may come back as its own number or as a flagged newcomer: never lost.
    assert again.outcomes == {"stored": 1}
    assert again.files[0]["number"] == run.files[2]["number"] or again.files[0]["similar_to"] == run.files[2]["design"]


def test_a_file_that_comes_back_by_itself_is_taken_back(stocked: tuple[Shop, Run], six_designs: Path) -> None:
    shop, run = stocked
    path = shop.root / run.files[0]["path"]
    path.rename(shop.scratch / "kept.png")
    _verify(shop, "--repair", code=0)
    (shop.scratch / "kept.png").rename(path)
    assert _codes(_verify(shop, code=3)) == ["found_again"]
    _verify(shop, "--repair", code=0)
    again = shop.ingest(six_designs).expect(0)
    assert again.outcomes == {"duplicate": 6}
    assert_whole(shop, [run, again], distinct=6)


def test_a_truncated_file_is_found_and_stored_anew(stocked: tuple[Shop, Run], six_designs: Path) -> None:
    shop, run = stocked
    entry = run.files[1]
    path = shop.root / entry["path"]
    os.truncate(path, path.stat().st_size // 2)
    assert _codes(_verify(shop, code=3)) == ["file_changed"]
    _verify(shop, "--repair", code=0)
    assert _verify(shop, "--deep", code=0) == []
    again = shop.ingest(six_designs).expect(0)
    assert again.outcomes == {"stored": 1, "duplicate": 5}
    assert again.files[1]["number"] == entry["number"]
    assert_whole(shop, [again], distinct=6)


def test_an_emptied_file_is_found_and_stored_anew(stocked: tuple[Shop, Run], six_designs: Path) -> None:
    shop, run = stocked
    os.truncate(shop.root / run.files[1]["path"], 0)
    assert _codes(_verify(shop, code=3)) == ["file_changed"]
    _verify(shop, "--repair", code=0)
    assert_whole(shop, [shop.ingest(six_designs).expect(0)], distinct=6)


def test_a_flipped_bit_is_found_by_a_deep_look(stocked: tuple[Shop, Run]) -> None:
    shop, run = stocked
    path = shop.root / run.files[1]["path"]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert _verify(shop, code=0) == [], "the size is the same"
    assert _codes(_verify(shop, "--deep", code=3)) == ["file_changed"]


def test_a_foreign_print_file_is_adopted_and_counts_as_known(stocked: tuple[Shop, Run], tmp_path: Path) -> None:
    shop, _run = stocked
    source = save(tmp_path / "foreign.png", art(300))
    foreign = shop.root / shop.key(250)
    foreign.write_bytes(source.read_bytes())
    assert _codes(_verify(shop, code=3)) == ["unknown_file"]
    _verify(shop, "--repair", code=0)
    assert foreign.read_bytes() == source.read_bytes(), "it is not touched"
    again = shop.ingest(resaved(source, tmp_path / "again.png"), source).expect(0)
    assert again.outcomes == {"duplicate": 2}
    newer = shop.ingest(save(tmp_path / "new.png", art(301))).expect(0)
    assert newer.files[0]["number"] == 251, "numbers go on after the one in its name"
    assert _verify(shop, "--deep", code=0) == []


def test_a_foreign_file_under_a_name_of_its_own_gets_a_number(stocked: tuple[Shop, Run], tmp_path: Path) -> None:
    shop, _run = stocked
    source = save(tmp_path / "foreign.png", art(300))
    (shop.root / "My Shop" / shop.template / "old summer sale.png").write_bytes(source.read_bytes())
    _verify(shop, "--repair", code=0)
    assert shop.ingest(source).expect(0).outcomes == {"duplicate": 1}
    assert _verify(shop, "--deep", code=0) == []


def test_a_foreign_file_that_is_no_picture_is_not_adopted_and_does_not_end_the_check(stocked: tuple[Shop, Run]) -> None:
    shop, run = stocked
    (shop.root / shop.key(400)).write_bytes(b"half a down")
    (shop.root / run.files[0]["path"]).unlink()
    problems = _verify(shop, "--repair", code=3)
    assert sorted(_codes(problems)) == ["file_missing", "unknown_file"]
    repaired = {problem["code"]: problem["repaired"] for problem in problems}
    assert repaired["unknown_file"] is None and repaired["file_missing"]
    assert (shop.root / shop.key(400)).read_bytes() == b"half a down"


def test_a_half_written_file_is_found_and_removed(any_stocked: tuple[Shop, Run]) -> None:
    shop, run = any_stocked
    left = shop.root / "My Shop" / shop.template / ".pd-0123456789ab.0123456789ab.part"
    left.write_bytes(b"half")
    assert _codes(_verify(shop, code=3)) == ["half_written"]
    _verify(shop, "--repair", code=0)
    assert not left.exists()
    assert_whole(shop, [run], distinct=6)


def test_other_files_in_the_folder_are_left_alone(stocked: tuple[Shop, Run]) -> None:
    shop, _run = stocked
    folder = shop.root / "My Shop" / shop.template
    for name in ("Thumbs.db", "notes.txt", ".DS_Store", "._DTF 100 Small_100.png"):
        (folder / name).write_bytes(b"x")
    assert _verify(shop, "--repair", code=0) == []
    assert (folder / "notes.txt").exists()


def test_a_repair_of_everything_at_once_and_again(
    any_stocked: tuple[Shop, Run], six_designs: Path, tmp_path: Path
) -> None:
    shop, run = any_stocked
    (shop.root / run.files[0]["path"]).unlink()
    os.truncate(shop.root / run.files[1]["path"], 50)
    (shop.root / shop.key(300)).write_bytes(save(tmp_path / "f.png", art(300)).read_bytes())
    problems = _verify(shop, "--repair", code=0)
    assert sorted(_codes(problems)) == ["file_changed", "file_missing", "unknown_file"]
    assert _verify(shop, "--repair", "--deep", code=0) == []
    again = shop.ingest(six_designs).expect(0)
    assert again.outcomes == {"stored": 2, "duplicate": 4}
    assert _verify(shop, "--deep", code=0) == []


def test_verify_while_an_upload_is_under_way_disturbs_nothing(any_shop: Shop, six_designs: Path) -> None:
    hold = any_shop.hold()
    boundary = (
        "sftp file written, not named" if "DATABASE_URL" in any_shop.environment else "local file written, not named"
    )
    run = any_shop.begin_ingest(six_designs, faults=[hold.at(boundary, nth=3)])
    hold.wait(run)
    any_shop.run("verify", "--repair", "--json")
    hold.release()
    run.expect(0)
    assert_whole(any_shop, [run], distinct=6)
