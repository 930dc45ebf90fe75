"""A shop that had files before printdock: nothing of theirs is overwritten, and numbers go past them."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.pictures import draw
from tests.end_to_end.shop import Shop, assert_answered


def _old_files(shop: Shop, numbers: list[int]) -> dict[str, bytes]:
    (shop.root / "My Shop" / shop.template).mkdir(parents=True)
    old = {shop.key(number): f"the shop's own file {number}".encode() for number in numbers}
    for key, data in old.items():
        (shop.root / key).write_bytes(data)
    return old


def _assert_untouched(shop: Shop, old: dict[str, bytes]) -> None:
    assert {key: (shop.root / key).read_bytes() for key in old} == old


def test_old_files_stay_and_numbers_go_past_the_highest(any_shop: Shop, six_designs: Path) -> None:
    old = _old_files(any_shop, [98, 100, 101, 103, 250])
    run = any_shop.ingest(six_designs).expect(0)
    assert_answered(run, sorted(six_designs.iterdir()))
    assert run.outcomes == {"stored": 6}
    _assert_untouched(any_shop, old)
    numbers = [entry["number"] for entry in run.files]
    assert len(set(numbers)) == 6
    assert set(any_shop.stored()) == set(old) | {entry["path"] for entry in run.files}
    rows = any_shop.rows("SELECT number, path, state FROM print_files")
    assert {(row.number, row.path, row.state) for row in rows} == {
        (entry["number"], entry["path"], "stored") for entry in run.files
    }
    again = any_shop.ingest(six_designs).expect(0)
    assert again.outcomes == {"duplicate": 6}
    problems = any_shop.run("verify", "--json").expect(3).document["shops"][0]["problems"]
    assert {problem["code"] for problem in problems} == {"unknown_file"}
    assert {problem["path"] for problem in problems} == set(old)


def test_a_hundred_old_files_in_the_way_cost_one_look(shop: Shop, six_designs: Path) -> None:
    old = _old_files(shop, list(range(100, 200)))
    run = shop.ingest(six_designs).expect(0)
    assert min(entry["number"] for entry in run.files) == 200
    _assert_untouched(shop, old)


def test_two_uploads_at_once_go_past_old_files_without_meeting(any_shop: Shop, tmp_path: Path) -> None:
    old = _old_files(any_shop, list(range(100, 108)))
    folders = [tmp_path / "first", tmp_path / "second"]
    draw(folders[0], range(4))
    draw(folders[1], range(4, 8))
    holds = [any_shop.hold() for _ in folders]
    runs = [
        any_shop.begin_ingest(folder, faults=[hold.at("before put")])
        for folder, hold in zip(folders, holds, strict=True)
    ]
    for run, hold in zip(runs, holds, strict=True):
        hold.wait(run)
    for hold in holds:
        hold.release()
    for run in runs:
        run.expect(0)
    _assert_untouched(any_shop, old)
    paths = [entry["path"] for run in runs for entry in run.files]
    assert len(set(paths)) == 8
    assert set(any_shop.stored()) == set(old) | set(paths)
