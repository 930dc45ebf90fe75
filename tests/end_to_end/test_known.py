"""Files the shop knows are answered by their bytes: they are not decoded, however many there are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.killed import Plan
from tests.end_to_end.pictures import art, save
from tests.end_to_end.shop import Shop, assert_answered, assert_whole

SLOW = pytest.mark.skipif(not os.environ.get("SLOW_TESTS"), reason="takes minutes; SLOW_TESTS=1 runs it")
#: Each is called once for each picture that is decoded to be prepared.
DECODING = "printdock.designs.ingest:prepare"
PROBING = "printdock.designs.ingest:probe"


def _draw(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    return [save(folder / f"{seed:05d}.png", art(seed, 200)) for seed in range(count)]


def _ingest_and_count(shop: Shop, folder: Path, notes: Path) -> tuple[int, int]:
    notes.mkdir()
    run = shop.ingest(folder, plan=Plan(count=(DECODING, PROBING), notes=notes), PRINTDOCK_BATCH_IMAGES="20")
    run.expect(0)
    assert_answered(run, sorted(folder.iterdir()))
    return (notes / "prepare").stat().st_size, (notes / "probe").stat().st_size


def test_known_files_are_not_decoded(shop: Shop, tmp_path: Path) -> None:
    files = _draw(tmp_path / "designs", 60)
    late, files = files[40:], files[:40]
    for path in late:
        path.rename(path.with_suffix(".later"))
    kept = tmp_path / "later"
    kept.mkdir()
    for path in late:
        path.with_suffix(".later").rename(kept / path.name)
    assert _ingest_and_count(shop, tmp_path / "designs", tmp_path / "first") == (40, 40)
    assert _ingest_and_count(shop, tmp_path / "designs", tmp_path / "again") == (0, 0)
    for path in kept.iterdir():
        path.rename(tmp_path / "designs" / path.name)
    for number in range(240):  # copies under other names are known, too
        source = files[number % 40]
        (tmp_path / "designs" / f"copy {number}.png").write_bytes(source.read_bytes())
    assert _ingest_and_count(shop, tmp_path / "designs", tmp_path / "more") == (20, 20)
    assert_whole(shop, [], distinct=60)


@SLOW
def test_two_thousand_files_of_which_most_are_known(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "designs"
    files = _draw(folder, 2000)
    (tmp_path / "new").mkdir()
    for path in files[1900:]:
        path.rename(tmp_path / "new" / path.name)
    assert _ingest_and_count(shop, folder, tmp_path / "first") == (1900, 1900)
    for path in (tmp_path / "new").iterdir():
        path.rename(folder / path.name)
    (tmp_path / "second").mkdir()
    before = os.times().elapsed
    plan = Plan(count=(DECODING,), notes=tmp_path / "second")
    run = shop.begin_ingest(folder, plan=plan, fresh=True, PRINTDOCK_BATCH_IMAGES="20")
    used = 0.0
    process = psutil.Process(run._process.pid)
    while run.running:
        try:
            times = process.cpu_times()
            used = max(used, times.user + times.system)
        except psutil.NoSuchProcess:
            break
    run.expect(0)
    sys.stdout.write(f"\n2,000 files, 1,900 known: {os.times().elapsed - before:.1f} s, {used:.1f} CPU s\n")
    assert (tmp_path / "second" / "prepare").stat().st_size == 100
    assert_whole(shop, [run], distinct=2000)
