"""A shop moves in: its numbers, its files, its masks, and what could not come by name."""

from __future__ import annotations

import csv
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.end_to_end.killed import Fault
from tests.end_to_end.pictures import art, save
from tests.end_to_end.shop import Run, Shop
from tests.moving.old_system import SHOP, WRAP, OldSystem

TakeOver = Callable[..., Shop]

#: The number that each print file of the old system keeps, or gets.
NUMBERS = {
    "UV 100 UVDTF_16oz_100.png": 100, "UV 101 UVDTF_16oz_101.png": 101, "UV 102 UVDTF_16oz_102.png": 102,
    "UV 103 UVDTF_16oz_103.png": 103, "UV 104 UVDTF_16oz_104.png": 104, "UV 1000 UVDTF_16oz_1000.png": 1000,
    "UV 107 UVDTF_16oz_107.png": 107, "DTF 101 DTF_101.png": 101, "DTF 102 DTF_102.png": 102,
    "UV 101 DTF_101.png": 152,  # 101 is taken, and up to 151 numbers were given out
}  # fmt: skip

LEFT_OUT = {
    "shared_shop": 1, "no_shop": 1, "several_sizes": 1, "no_size": 1, "no_print_file": 1, "number_clash": 1, "same_file": 1,
    "file_gone": 1, "deleted": 1, "no_template": 1, "digital": 1, "damaged": 1,
}  # fmt: skip


def move(shop: Shop, source: str | Path, *options: str, **more: Any) -> Run:
    return shop.run("migrate-from-craftflow", str(source), "--json", *options, **more)


def library(shop: Shop) -> dict[str, Any]:
    """What the shop has, without what differs between any two libraries."""
    return {
        "files": {row[0]: tuple(row[1:]) for row in shop.rows(
            "SELECT p.path, p.number, p.state, p.bytes, d.created_at, f.data FROM print_files p"
            " JOIN designs d ON d.id = p.design_id LEFT JOIN design_fields f ON f.design_id = d.id"
        )},
        "fingerprints": shop.rows("SELECT count(*) FROM fingerprints")[0][0],
        "templates": {row[0]: (row[1], json.dumps(row[2])) for row in shop.rows(
            "SELECT name, next_number, recipe FROM templates"
        )},
        "sets": shop.rows("SELECT name, template, manifest FROM mockup_sets ORDER BY name"),
        "pictures": shop.rows("SELECT name, digest FROM mockup_pictures ORDER BY position"),
        "texts": shop.rows("SELECT name, data FROM listing_templates ORDER BY name"),
        "hashes": shop.rows("SELECT label, phash, whash FROM old_hashes"),
    }  # fmt: skip


def numbers(shop: Shop) -> dict[str, int]:
    rows = shop.rows("SELECT path, number FROM print_files WHERE state = 'stored'")
    return {row.path.rsplit("/", 1)[-1]: row.number for row in rows}


def test_a_shop_moves_in_with_its_numbers(
    take_over: TakeOver, old_system: OldSystem, postgres_url: str, tmp_path: Path
) -> None:
    tables, files = old_system.dump(), old_system.digests()
    shop = take_over(database=postgres_url)
    listed = tmp_path / "problems.csv"
    planned = move(shop, old_system.url, "--dry-run", "--problems", str(listed)).expect(3).document
    assert shop.rows("SELECT count(*) FROM shops")[0][0] == 0, "a dry run writes nothing"
    assert planned["shops"][0]["tables"]["design_images"] == {"rows": 15, "new": 9 + 1, "there": 0, "left_out": 5}
    with listed.open() as stream:
        assert len(list(csv.DictReader(stream))) == sum(LEFT_OUT.values()) - 1  # pixels are not looked at

    moved = move(shop, old_system.url).expect(3).document
    assert numbers(shop) == NUMBERS
    assert {one["code"]: one["count"] for one in moved["problems"]} == LEFT_OUT
    counts = moved["shops"][0]["tables"]
    assert counts["design_images"] == {"rows": 15, "new": 9, "there": 0, "left_out": 6}
    assert counts["files without a row"] == {"rows": 1, "new": 1, "there": 0, "left_out": 0}
    assert {name: row["new"] for name, row in counts.items() if name != "design_images"} == {
        "etsy_product_templates": 3, "size_configs": 3, "files without a row": 1, "old hashes": 1, "mockups": 1,
        "mockup_images": 0, "mockup_mask_data": 0, "listing texts": 3,
    }  # fmt: skip
    after = {path: data for path, data in _digests(shop).items() if path in files}
    assert after == files and old_system.dump() == tables, "nothing of the old is changed"

    before = library(shop)
    again = move(shop, old_system.url).expect(3).document
    assert library(shop) == before
    assert again["shops"][0]["tables"]["design_images"] == {"rows": 15, "new": 0, "there": 9, "left_out": 6}
    _stays_in_business(shop, tmp_path)


def _stays_in_business(shop: Shop, tmp_path: Path) -> None:
    """New art is compared with the old, gets a number that nobody had, and is shown on the old photos."""
    (tmp_path / "new").mkdir()
    known, new = save(tmp_path / "new" / "1.png", art(103)), save(tmp_path / "new" / "2.png", art(77))
    own = ("--shop", SHOP, "--json")
    run = shop.run("ingest", "-t", WRAP, *own, str(known), str(new)).expect(0)
    assert [entry["outcome"] for entry in run.files] == ["duplicate", "stored"]
    assert "UV 103" in run.files[0]["reason"]
    assert run.files[1]["number"] == 1201
    names = {row.name for row in shop.rows("SELECT name FROM templates")}
    assert names == {"DTF", "DTF Pocket", "Odd Thing", WRAP}
    one = shop.run("mockups", "show", "Glasses", *own).expect(0).document
    assert one["template"] == WRAP
    assert [[(area.get("fit"), area.get("align_x")) for area in picture["areas"]] for picture in one["pictures"]] == [
        [("cover", "left")], [("cover", "left"), (None, None)],  # inside and centred are the defaults
    ]  # fmt: skip
    (text,) = shop.rows(f"SELECT data FROM listing_templates WHERE name = '{WRAP}'")
    assert text.data["title"] == "{prefix} {number:03d} | Glass can wrap {{ready}}"
    found = shop.run("designs", "show", "UV 101 DTF_101.png", *own).expect(0).document
    assert [row["number"] for row in found] == [152]
    problems = shop.run("verify", "--deep", "--shop", SHOP, "--json").document["shops"][0]["problems"]
    assert sorted(one["path"].rsplit("/", 1)[-1] for one in problems) == ["DTF 103 DTF_103.png", "DTF 151 DTF_151.png"]


def test_an_export_is_the_same_as_the_database_and_may_come_to_a_storage_of_its_own(
    take_over: TakeOver, old_system: OldSystem, tmp_path: Path
) -> None:
    export = old_system.export(tmp_path / "export")
    database, folder = take_over(), take_over(in_place=False)
    first = move(database, old_system.url).expect(3).document
    second = move(folder, export, "--files", str(old_system.root)).expect(3).document
    assert library(folder) == library(database)
    assert second["problems"] == first["problems"] and second["shops"] == first["shops"]
    copied = {path: data for path, data in _digests(folder).items() if "/BaseMockups/" not in path}
    assert copied == {path: old_system.digests()[path] for path in copied} and len(copied) == len(NUMBERS)


def test_killed_anywhere_it_is_finished_by_running_it_again(take_over: TakeOver, old_system: OldSystem) -> None:
    whole, torn = take_over(in_place=False), take_over(in_place=False)
    options = ("--files", str(old_system.root))
    move(whole, old_system.url, *options).expect(3)
    kills = [
        ("any commit", 4), ("local file written, not named", 2), ("any statement", 70), ("local file named, put not over", 2),
        ("any commit", 12),
    ]  # fmt: skip
    for boundary, nth in kills:
        plan = _plan(Fault(boundary, nth))
        assert move(torn, old_system.url, *options, plan=plan).code == -signal.SIGKILL, (
            f"{boundary} {nth} was never met"
        )
    move(torn, old_system.url, *options).expect(3)
    assert library(torn) == library(whole)
    assert _digests(torn) == _digests(whole)


def test_what_cannot_be_read_is_named(take_over: TakeOver, old_system: OldSystem, tmp_path: Path) -> None:
    shop = take_over(in_place=False)
    export = old_system.export(tmp_path / "export")
    (export / "mockups.csv").unlink()
    assert "no mockups.csv" in move(shop, export).expect(2).err
    (export / "mockups.csv").write_text("id,name\n")
    assert "no column user_id" in move(shop, export).expect(2).err
    away = move(shop, "postgresql://someone:verysecret@127.0.0.1:1/none").expect(1)
    assert "verysecret" not in away.err + away.out
    assert "has no shop 'Other'" in move(shop, old_system.url, "--shop", "Other").expect(2).err


def _plan(*faults: Fault) -> Any:
    from tests.end_to_end.killed import Plan

    return Plan(faults=faults)


def _digests(shop: Shop) -> dict[str, bytes]:
    return {key: path.read_bytes() for key, path in shop.stored().items()}
