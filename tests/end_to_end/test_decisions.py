"""What a person decides about duplicates sticks; a dry run decides the same and writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import MakeShop
from tests.end_to_end.killed import Plan
from tests.end_to_end.pictures import art, resaved, save
from tests.end_to_end.shop import Run, Shop, assert_answered, assert_whole
from tests.services.ssh import OpenSshServer


def _matches(shop: Shop, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.run("duplicates", "list", "--json", *options).expect(0).document
    return found


@pytest.fixture
def refused(any_shop: Shop, tmp_path: Path) -> tuple[Shop, Path, int, Run]:
    """A shop that refused ``copy`` as the same art as another file; the match's id, and the first run."""
    original, copy = save(tmp_path / "original.png", art(1)), tmp_path / "copy.png"
    resaved(original, copy)
    first = any_shop.ingest(original, copy).expect(0)
    assert first.outcomes == {"stored": 1, "duplicate": 1}
    (match,) = _matches(any_shop)
    assert (match["kind"], match["source"]) == ("duplicate", str(copy))
    return any_shop, copy, match["id"], first


def test_what_was_refused_and_is_kept_is_stored_and_stays(refused: tuple[Shop, Path, int, Run]) -> None:
    shop, copy, match, first = refused
    again = shop.ingest(copy).expect(0)
    assert again.outcomes == {"duplicate": 1}
    kept = shop.run("duplicates", "keep", str(match), "--json").expect(0)
    assert kept.outcomes == {"stored": 1}
    assert_whole(shop, [first, kept], distinct=2)
    after = shop.ingest(copy).expect(0)
    assert after.outcomes == {"duplicate": 1}
    assert "bytes are already stored" in after.files[0]["reason"]
    assert _matches(shop) == []
    assert_whole(shop, [first, kept, after], distinct=2)


def test_keeping_twice_stores_once(refused: tuple[Shop, Path, int, Run]) -> None:
    shop, _copy, match, first = refused
    kept = shop.run("duplicates", "keep", str(match), "--json").expect(0)
    twice = shop.run("duplicates", "keep", str(match), "--json").expect(0)
    assert twice.outcomes == {"duplicate": 1}
    assert_whole(shop, [first, kept, twice], distinct=2)


def test_what_was_refused_and_is_dropped_stays_refused(refused: tuple[Shop, Path, int, Run]) -> None:
    shop, copy, match, first = refused
    shop.run("duplicates", "drop", str(match), "--json").expect(0)
    again = shop.ingest(copy).expect(0)
    assert again.outcomes == {"duplicate": 1}
    assert _matches(shop) == []
    assert_whole(shop, [first, again], distinct=1)


def test_keeping_a_file_that_is_gone_sticks_until_it_comes_back(refused: tuple[Shop, Path, int, Run]) -> None:
    shop, copy, match, first = refused
    data = copy.read_bytes()
    copy.unlink()
    shop.run("duplicates", "keep", str(match)).expect(0)
    copy.write_bytes(data)
    again = shop.ingest(copy).expect(0)
    assert again.outcomes == {"stored": 1}
    assert_whole(shop, [first, again], distinct=2)


@pytest.fixture
def similar(any_shop: Shop, tmp_path: Path) -> tuple[Shop, Path, Path, int, Run]:
    """A shop with a design and one that may be the same: its file could not be read to prove it, so both were stored."""
    first = save(tmp_path / "first.png", art(1))
    second = resaved(first, tmp_path / "second.png")
    run = any_shop.ingest(first).expect(0)
    stored = any_shop.root / run.files[0]["path"]
    stored.rename(any_shop.scratch / "away.png")
    flagged = any_shop.ingest(second).expect(0)
    (any_shop.scratch / "away.png").rename(stored)
    assert flagged.outcomes == {"stored": 1}
    assert flagged.files[0]["similar_to"] == run.files[0]["design"], "nothing is thrown away unproven"
    (match,) = _matches(any_shop)
    assert match["kind"] == "similar"
    return any_shop, first, second, match["id"], flagged


def test_a_similar_design_that_is_kept_loses_its_flag(similar: tuple[Shop, Path, Path, int, Run]) -> None:
    shop, _first, second, match, run = similar
    shop.run("duplicates", "keep", str(match), "--json").expect(0)
    assert not any(row["similar_to"] for row in shop.run("designs", "list", "--json").document)
    again = shop.ingest(second).expect(0)
    assert again.outcomes == {"duplicate": 1}
    assert _matches(shop) == []
    assert_whole(shop, [run, again], distinct=2)


def test_a_similar_design_that_is_dropped_goes_and_does_not_come_back(
    similar: tuple[Shop, Path, Path, int, Run], tmp_path: Path
) -> None:
    shop, first, second, match, run = similar
    shop.run("duplicates", "drop", str(match), "--json").expect(0)
    listed = shop.run("designs", "list", "--json").expect(0).document
    assert run.files[0]["number"] not in [row["number"] for row in listed]
    assert_whole(shop, [run], distinct=1, deleted=1)
    again = shop.ingest(second, first).expect(0)
    assert again.outcomes == {"duplicate": 2}
    assert_whole(shop, [run, again], distinct=1, deleted=1)
    third = shop.ingest(save(tmp_path / "other.png", art(9))).expect(0)
    assert third.files[0]["number"] > run.files[0]["number"], "its number stays taken"
    assert_whole(shop, [run, again, third], distinct=2, deleted=1)


def test_keep_and_drop_of_what_is_not_there_are_wrong_use(shop: Shop) -> None:
    for word in ("keep", "drop", "show"):
        run = shop.run("duplicates", word, "12345").expect(2)
        assert "no match" in run.err and "Traceback" not in run.err


def test_a_similar_design_that_waits_in_the_spool_can_be_dropped(
    make_shop: MakeShop, openssh: OpenSshServer, tmp_path: Path
) -> None:
    shop = make_shop(nas=openssh, PRINTDOCK_STORE_PATIENCE="1")
    first = save(tmp_path / "first.png", art(1))
    second = resaved(first, tmp_path / "second.png")
    run = shop.ingest(first).expect(0)
    openssh.kill()
    plan = Plan(quick_sftp=True)
    assert shop.ingest(second, plan=plan).expect(3).codes == {"storage_unavailable": 1}
    (match,) = _matches(shop)
    shop.run("duplicates", "drop", str(match["id"]), "--json", plan=plan)
    openssh.start()
    again = shop.ingest(second).expect(0)
    assert again.outcomes == {"duplicate": 1}
    assert_whole(shop, [run, again], distinct=1, deleted=1)


# -- dry run ----------------------------------------------------------------------------------------------------------


def test_a_dry_run_decides_the_same_and_writes_nothing(any_shop: Shop, six_designs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "designs"
    folder.mkdir()
    known, gone = save(tmp_path / "known.png", art(100)), save(tmp_path / "gone.png", art(101))
    before = any_shop.ingest(known, gone).expect(0)
    (any_shop.root / before.files[1]["path"]).unlink()  # so that nothing can be proven to be the same
    (folder / "a known.png").write_bytes(known.read_bytes())
    resaved(known, folder / "b resaved.png")
    resaved(gone, folder / "c similar.png")
    for index, source in enumerate(sorted(six_designs.iterdir())):
        (folder / f"d {index}.png").write_bytes(source.read_bytes())
        resaved(source, folder / f"e {index} again.png")
    (folder / "f broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    rows, files = any_shop.counts(), {key: path.read_bytes() for key, path in any_shop.stored().items()}
    dry = any_shop.begin_dry_run(folder).wait().expect(3)
    assert_answered(dry, sorted(folder.iterdir()))
    assert any_shop.counts() == rows
    assert {key: path.read_bytes() for key, path in any_shop.stored().items()} == files
    real = any_shop.ingest(folder).expect(3)
    told = [(entry["source"], entry["outcome"], entry["similar_to"] is not None) for entry in dry.files]
    assert told == [(entry["source"], entry["outcome"], entry["similar_to"] is not None) for entry in real.files]
    assert real.outcomes == {"stored": 7, "duplicate": 8, "failed": 1}
    assert [entry["number"] for entry in real.files if entry["outcome"] == "stored"] == list(range(102, 109))


def test_a_dry_run_in_an_empty_home_leaves_no_rows_and_no_files(shop: Shop, six_designs: Path) -> None:
    before = shop.counts()
    dry = shop.begin_dry_run(six_designs).wait().expect(0)
    assert dry.outcomes == {"stored": 6}
    assert all(entry["number"] is None and entry["path"] is None for entry in dry.files)
    assert shop.counts() == before
    assert not shop.root.exists() and not (shop.home / "spool").exists()
    assert_whole(shop, [shop.ingest(six_designs).expect(0)], distinct=6)
