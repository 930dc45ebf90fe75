"""Several uploads at the same time: one set of files, one set of rows, no number twice."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.end_to_end.conftest import MakeShop
from tests.end_to_end.killed import Fault, Plan
from tests.end_to_end.pictures import draw, resaved
from tests.end_to_end.shop import Run, Shop, assert_answered, assert_whole
from tests.services.ssh import OpenSshServer


def _together(shop: Shop, folders: list[Path], boundary: str = "before claim") -> list[Run]:
    """One ingest of each folder; all are let go when all have prepared a file and are about to claim."""
    holds = [shop.hold() for _ in folders]
    runs = [shop.begin_ingest(folder, faults=[hold.at(boundary)]) for folder, hold in zip(folders, holds, strict=True)]
    for run, hold in zip(runs, holds, strict=True):
        hold.wait(run)
    for hold in holds:
        hold.release()
    for run, folder in zip(runs, folders, strict=True):
        run.expect(0)
        assert_answered(run, sorted(folder.iterdir()))
    return runs


def test_the_same_folder_twice_at_once_is_stored_once(any_shop: Shop, six_designs: Path) -> None:
    runs = _together(any_shop, [six_designs, six_designs], "after prepare")
    assert sum(run.outcomes["stored"] for run in runs) == 6
    assert sum(run.outcomes["duplicate"] for run in runs) == 6
    assert_whole(any_shop, runs, distinct=6)


def test_folders_with_resaved_copies_of_each_others_files_are_stored_once(
    any_shop: Shop, six_designs: Path, tmp_path: Path
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    for source in six_designs.iterdir():
        resaved(source, copies / source.name)
    runs = _together(any_shop, [six_designs, copies], "after prepare")
    assert sum(run.outcomes["stored"] for run in runs) == 6
    assert_whole(any_shop, runs, distinct=6)


def test_different_folders_that_share_some_art(any_shop: Shop, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second", "third")]
    draw(folders[0], range(5))
    draw(folders[1], range(3, 8))
    draw(folders[2], range(6, 11))
    resaved(folders[0] / "design 00004.png", folders[2] / "again.png")
    runs = _together(any_shop, folders, "after prepare")
    assert_whole(any_shop, runs, distinct=11)


@pytest.mark.parametrize("boundary", ["after claim is committed", "before put"])
def test_what_a_dying_upload_had_claimed_is_stored_by_the_one_beside_it(
    any_shop: Shop, six_designs: Path, boundary: str
) -> None:
    hold = any_shop.hold()
    dying = any_shop.begin_ingest(six_designs, faults=[hold.at(boundary, nth=2)])
    hold.wait(dying)
    waiting = any_shop.hold()
    other = any_shop.begin_ingest(six_designs, faults=[waiting.at("after prepare")])
    # Some of its files were claimed by the one that is held: those are waited for, not decoded.
    dying.signal(signal.SIGKILL)
    assert dying.code == -signal.SIGKILL
    waiting.release()
    other.expect(0)
    assert_answered(other, sorted(six_designs.iterdir()))
    assert_whole(any_shop, [other], distinct=6)


def test_half_written_files_of_a_killed_upload_go_even_while_another_one_works(
    shop: Shop, six_designs: Path, tmp_path: Path
) -> None:
    """The one that works holds a claim in the same folder while the recovery runs."""
    folder = tmp_path / "others"
    draw(folder, range(50, 53))
    killed = shop.ingest(six_designs, faults=[Fault("local file half written", nth=2)])
    assert killed.code == -signal.SIGKILL
    # Begun by hand-over: this one has recovered nothing yet when it is held.
    again = shop.ingest(folder, faults=[Fault("local file half written", nth=2)])
    assert again.code == -signal.SIGKILL
    hold = shop.hold()
    living = shop.begin_ingest(folder, faults=[hold.at("before put", nth=2)])
    hold.wait(living)
    shutil.copytree(six_designs, tmp_path / "copy")
    third = shop.ingest(tmp_path / "copy", faults=[Fault("local file half written", nth=2)])
    assert third.code == -signal.SIGKILL
    last = shop.ingest(tmp_path / "copy").expect(0)
    hold.release()
    living.expect(0)
    assert_whole(shop, [last, living], distinct=9)


def _expire_leases(shop: Shop) -> None:
    """As when a laptop slept, or a machine stood still, for longer than the lease."""
    engine = create_engine(shop.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE print_files SET lease_until = created_at WHERE state = 'storing'"))
    engine.dispose()


@pytest.mark.parametrize("boundary", ["after claim is committed", "before put", "after put"])
def test_an_upload_that_overslept_its_lease_loses_nothing(any_shop: Shop, six_designs: Path, boundary: str) -> None:
    """Another process finished or released its claims meanwhile: whatever stands in the rows has its file."""
    hold = any_shop.hold()
    slow = any_shop.begin_ingest(six_designs, faults=[hold.at(boundary, nth=2)])
    hold.wait(slow)
    _expire_leases(any_shop)
    any_shop.run("verify", "--json").wait()
    hold.release()
    assert_answered(slow, sorted(six_designs.iterdir()))
    again = any_shop.ingest(six_designs).expect(0)
    assert_whole(any_shop, [slow, again], distinct=6)


def test_a_replay_beside_a_living_upload_loses_nothing(
    make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path
) -> None:
    """The NAS is back just when a file was put into the spool: both processes have it in hand."""
    shop = make_shop(nas=openssh, PRINTDOCK_STORE_PATIENCE="1")
    openssh.kill()
    hold = shop.hold()
    run = shop.begin_ingest(six_designs, faults=[hold.at("after put")], plan=Plan(quick_sftp=True))
    hold.wait(run)
    openssh.start()
    shop.run("storage", "replay")
    hold.release()
    assert_answered(run, sorted(six_designs.iterdir()))
    again = shop.ingest(six_designs).expect(0)
    assert_whole(shop, [run, again], distinct=6)
