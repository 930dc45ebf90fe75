"""What a NAS can do in the middle of an upload: files end up on it, or in the spool, or are refused with a clear line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from printdock.storage.base import is_temporary
from printdock.storage.hostkeys import fetch_host_key
from tests.end_to_end.conftest import MakeShop
from tests.end_to_end.killed import Fault, Plan
from tests.end_to_end.pictures import draw
from tests.end_to_end.shop import Run, Shop, assert_answered, assert_whole, wait_for
from tests.services.ssh import OpenSshServer

SLOW = pytest.mark.skipif(not os.environ.get("SLOW_TESTS"), reason="takes minutes; SLOW_TESTS=1 runs it")
QUICK = Plan(quick_sftp=True)
IMPATIENT = {"PRINTDOCK_STORE_PATIENCE": "1"}
Factory = Callable[..., OpenSshServer]


def _sources(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def _all_failed(run: Run, folder: Path, code: str, says: str) -> None:
    """Every file has its one line with this code, and a person learns what to do."""
    run.expect(3)
    assert_answered(run, _sources(folder))
    assert run.codes == {code: len(_sources(folder))}
    assert all(says in entry["reason"] for entry in run.files), run.files[0]["reason"]


# -- away and back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("boundary", ["before put", "sftp file half written", "sftp file written, not named"])
def test_a_nas_that_dies_in_the_middle_and_comes_back_costs_nothing(
    make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path, boundary: str
) -> None:
    shop = make_shop(nas=openssh, NAS_MAX_CONNECTIONS="2")
    hold = shop.hold()
    run = shop.begin_ingest(six_designs, faults=[hold.at(boundary, nth=3)], plan=QUICK)
    hold.wait(run)
    openssh.kill()
    openssh.start()
    hold.release()
    run.expect(0)
    assert_answered(run, _sources(six_designs))
    assert_whole(shop, [run], distinct=6)


def test_a_nas_that_stays_away_for_a_while_is_waited_for(
    make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path
) -> None:
    shop = make_shop(nas=openssh)
    hold = shop.hold()
    run = shop.begin_ingest(six_designs, faults=[hold.at("before put", nth=3)], plan=QUICK)
    hold.wait(run)
    openssh.kill()
    hold.release()
    wait_for(lambda: "The storage is away" in run.err, "the run to say that the NAS is away")
    openssh.start()
    run.expect(0)
    assert "The storage is back" in run.err
    assert_whole(shop, [run], distinct=6)


def test_a_nas_that_freezes_and_thaws_costs_nothing(
    make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path
) -> None:
    shop = make_shop(nas=openssh)
    hold = shop.hold()
    run = shop.begin_ingest(six_designs, faults=[hold.at("sftp file half written", nth=2)], plan=QUICK)
    hold.wait(run)
    openssh.pause()
    hold.release()
    wait_for(lambda: "The storage is away" in run.err, "the run to notice that nothing answers")
    openssh.resume()
    run.expect(0)
    assert_answered(run, _sources(six_designs))
    assert_whole(shop, [run], distinct=6)


@SLOW
def test_a_nas_that_sleeps_for_a_minute_costs_nothing(
    make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path
) -> None:
    import time

    shop = make_shop(nas=openssh)
    hold = shop.hold()
    run = shop.begin_ingest(six_designs, faults=[hold.at("sftp file half written", nth=2)])
    hold.wait(run)
    openssh.pause()
    hold.release()
    time.sleep(60)  # the promise is about a minute
    openssh.resume()
    run.expect(0)
    assert_whole(shop, [run], distinct=6)


# -- away for good, and the spool -------------------------------------------------------------------------------------


@pytest.fixture
def spooled(make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path) -> tuple[Shop, Run]:
    """A shop whose NAS is away since its third file, so that some of six designs wait in the spool."""
    return _without_nas_from(make_shop(nas=openssh, **IMPATIENT), openssh, six_designs, "before put")


def _without_nas_from(shop: Shop, openssh: OpenSshServer, designs: Path, boundary: str) -> tuple[Shop, Run]:
    """The run whose third file was at ``boundary`` when the NAS died."""
    hold = shop.hold()
    run = shop.begin_ingest(designs, faults=[hold.at(boundary, nth=3)], plan=QUICK)
    hold.wait(run)
    openssh.kill()
    hold.release()
    return shop, run.expect(3)


def test_without_the_nas_every_file_says_so_and_waits_in_the_spool(
    spooled: tuple[Shop, Run], six_designs: Path
) -> None:
    shop, run = spooled
    assert_answered(run, _sources(six_designs))
    assert set(run.outcomes) == {"stored", "failed"}
    assert run.codes == {"storage_unavailable": run.outcomes["failed"]}
    assert len(shop.spooled()) == run.outcomes["failed"]
    assert all("printdock storage replay" in entry["reason"] for entry in run.files if entry["outcome"] == "failed")


def test_replay_delivers_what_waits_once_the_nas_is_back(
    spooled: tuple[Shop, Run], openssh: OpenSshServer, six_designs: Path
) -> None:
    shop, run = spooled
    still_away = shop.run("storage", "replay", "--json", plan=QUICK)
    assert still_away.expect(3).document["waiting"] == run.outcomes["failed"]
    openssh.start()
    replayed = shop.run("storage", "replay", "--json").expect(0).document
    assert replayed == {"sent": run.outcomes["failed"], "waiting": 0}
    again = shop.ingest(six_designs).expect(0)
    assert again.outcomes == {"duplicate": 6}
    assert_whole(shop, [run, again], distinct=6)


def test_the_next_ingest_delivers_what_waits(
    spooled: tuple[Shop, Run], openssh: OpenSshServer, six_designs: Path
) -> None:
    shop, run = spooled
    openssh.start()
    again = shop.ingest(six_designs).expect(0)
    assert_answered(again, _sources(six_designs))
    assert again.outcomes == {"duplicate": 6}
    assert_whole(shop, [run, again], distinct=6)


@pytest.fixture
def cut_off(make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path) -> tuple[Shop, Run]:
    """As `spooled`, and the NAS, which is back, has half of a file that went to the spool."""
    shop, run = _without_nas_from(make_shop(nas=openssh, **IMPATIENT), openssh, six_designs, "sftp file half written")
    assert _half_written(shop), "the NAS died in the middle"
    openssh.start()
    return shop, run


def _half_written(shop: Shop) -> set[str]:
    return {key for key in shop.stored() if is_temporary(key)}


@pytest.mark.parametrize(
    "boundary", [None, "replayed, before half-written files are removed", "replayed, before the row is confirmed"]
)
def test_what_a_dying_nas_kept_of_a_file_is_removed_with_its_delivery(
    cut_off: tuple[Shop, Run], six_designs: Path, boundary: str | None
) -> None:
    shop, run = cut_off
    if boundary is not None:
        assert shop.run("storage", "replay", plan=Plan(faults=(Fault(boundary),))).code == -9
    shop.run("storage", "replay").expect(0)
    assert _half_written(shop) == set()
    again = shop.ingest(six_designs).expect(0)
    assert_whole(shop, [run, again], distinct=6)


def test_what_another_process_is_delivering_is_left_alone(cut_off: tuple[Shop, Run], six_designs: Path) -> None:
    shop, run = cut_off
    dead, hold = _half_written(shop), shop.hold()
    slow = shop.start("storage", "replay", plan=Plan(faults=(hold.at("sftp file half written"),)))
    hold.wait(slow)
    alive = _half_written(shop) - dead
    assert len(alive) == 1
    shop.run("storage", "replay", "--json")
    assert alive <= _half_written(shop)
    hold.release()
    slow.expect(0)
    assert _half_written(shop) == set()
    again = shop.ingest(six_designs).expect(0)
    assert_whole(shop, [run, again], distinct=6)


def test_what_is_sent_again_while_the_nas_is_still_away_is_not_kept_twice(
    spooled: tuple[Shop, Run], openssh: OpenSshServer, six_designs: Path
) -> None:
    shop, run = spooled
    waiting = len(shop.spooled())
    again = shop.ingest(six_designs, plan=QUICK)
    assert_answered(again, _sources(six_designs))
    assert len(shop.spooled()) == waiting
    openssh.start()
    last = shop.ingest(six_designs).expect(0)
    assert_whole(shop, [run, last], distinct=6)


@pytest.mark.parametrize(
    "boundary",
    [
        "spool file written, not named", "spool file named, keep not over", "after put", "before settle is committed",
        "before the answers are recorded",
    ],
)  # fmt: skip
def test_killed_while_a_file_goes_to_the_spool(
    make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path, boundary: str
) -> None:
    shop = make_shop(nas=openssh, **IMPATIENT)
    openssh.kill()
    killed = shop.ingest(six_designs, faults=[Fault(boundary, nth=2)], plan=QUICK)
    assert killed.code == -9, killed.err
    openssh.start()
    again = shop.ingest(six_designs).expect(0)
    assert_whole(shop, [again], distinct=6)


@pytest.mark.parametrize(
    "boundary", ["replayed, before the row is confirmed", "replayed, row confirmed, still in the spool"]
)
def test_killed_while_the_spool_is_delivered(
    spooled: tuple[Shop, Run], openssh: OpenSshServer, six_designs: Path, boundary: str
) -> None:
    shop, run = spooled
    openssh.start()
    killed = shop.run("storage", "replay", plan=Plan(faults=(Fault(boundary, nth=2),)))
    assert killed.code == -9, killed.err
    again = shop.ingest(six_designs).expect(0)
    assert_whole(shop, [run, again], distinct=6)


# -- it answers no ----------------------------------------------------------------------------------------------------


def test_a_full_disk_refuses_what_does_not_fit_and_keeps_no_half_files(
    make_shop: MakeShop, openssh_factory: Factory, tmp_path: Path
) -> None:
    folder = tmp_path / "large"
    draw(folder, range(8), side=700)
    nas = openssh_factory(disk_bytes=200_000)
    if not os.path.ismount(nas.root):
        pytest.skip("no small disk can be mounted here")
    shop = make_shop(nas=nas)
    run = shop.ingest(folder).expect(3)
    assert_answered(run, _sources(folder))
    assert run.codes == {"disk_full": run.outcomes["failed"]}
    assert run.outcomes["stored"] and run.outcomes["failed"]
    assert len(shop.stored()) == run.outcomes["stored"], "no half file"
    assert shop.spooled() == []
    assert_whole_so_far(shop, run.outcomes["stored"])
    assert os.system(f"mount -o remount,size=20000000 '{nas.root}'") == 0
    again = shop.ingest(folder).expect(0)
    assert_whole(shop, [run, again], distinct=8)


def assert_whole_so_far(shop: Shop, stored: int) -> None:
    verified = shop.run("verify", "--json", "--deep").expect(0)
    assert verified.document["shops"][0]["files"] == stored


def test_a_read_only_disk_refuses_every_file_and_says_so(
    make_shop: MakeShop, openssh_factory: Factory, six_designs: Path
) -> None:
    nas = openssh_factory(disk_bytes=20_000_000)
    shop = make_shop(nas=nas)
    if not nas.make_disk_read_only():
        pytest.skip("no disk can be mounted here")
    run = shop.ingest(six_designs)
    _all_failed(run, six_designs, "read_only", "read-only")
    assert shop.spooled() == []
    assert os.system(f"mount -o remount,rw '{nas.root}'") == 0
    again = shop.ingest(six_designs).expect(0)
    assert_whole(shop, [again], distinct=6)


def test_a_user_who_may_not_write_is_told_so(make_shop: MakeShop, openssh_factory: Factory, six_designs: Path) -> None:
    shop = make_shop(nas=openssh_factory(read_only=True))
    _all_failed(shop.ingest(six_designs), six_designs, "permission_denied", "write access")
    assert shop.stored() == {}


def test_a_changed_host_key_gets_no_file(make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path) -> None:
    shop = make_shop(nas=openssh)
    openssh.change_host_key()
    run = shop.ingest(six_designs)
    _all_failed(run, six_designs, "host_key_changed", "Nothing was sent")
    assert shop.stored() == {}


def _whole_files(shop: Shop) -> list[str]:
    """Without what a put that was under way when the server went down leaves: nobody may go there to remove it."""
    return [key for key in shop.stored() if not is_temporary(key)]


def test_a_host_key_that_changes_in_the_middle_gets_no_further_file(
    make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path
) -> None:
    shop = make_shop(nas=openssh)
    hold = shop.hold()
    run = shop.begin_ingest(six_designs, faults=[hold.at("before put", nth=4)], plan=QUICK)
    hold.wait(run)
    before = _whole_files(shop)
    openssh.change_host_key()
    hold.release()
    run.expect(3)
    assert_answered(run, _sources(six_designs))
    assert run.codes == {"host_key_changed": run.outcomes["failed"]}
    assert len(_whole_files(shop)) == run.outcomes["stored"] >= len(before)


def test_a_new_host_key_is_pinned_by_saying_so(make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path) -> None:
    shop = make_shop(nas=openssh)
    earlier = fetch_host_key(openssh.host, openssh.port).fingerprint
    openssh.change_host_key()
    now = fetch_host_key(openssh.host, openssh.port).fingerprint
    refused = shop.run("storage", "trust", "--yes").expect(1)
    assert earlier in refused.err and now in refused.err and "--replace" in refused.err
    _all_failed(shop.ingest(six_designs), six_designs, "host_key_changed", "--replace")
    told = shop.run("storage", "trust", "--replace", "--yes").expect(0)
    assert told.out.index(earlier) < told.out.index(now)
    assert_whole(shop, [shop.ingest(six_designs).expect(0)], distinct=6)


def test_an_unknown_host_gets_no_file(make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path) -> None:
    shop = make_shop(nas=openssh, trusted=False)
    run = shop.ingest(six_designs)
    _all_failed(run, six_designs, "host_key_unknown", "printdock storage trust")
    assert shop.stored() == {}


def test_a_wrong_password_is_named_and_never_shown(
    make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path
) -> None:
    shop = make_shop(nas=openssh)
    del shop.environment["PRINTDOCK_NAS_KEY"]
    address = shop.environment["PRINTDOCK_STORAGE"].replace("@", ":wr0ng-secret@", 1)
    run = shop.ingest(six_designs, PRINTDOCK_STORAGE=address)
    _all_failed(run, six_designs, "wrong_credentials", "password")
    assert "wr0ng-secret" not in run.out + run.err
    again = shop.ingest(six_designs, PRINTDOCK_NAS_KEY=str(openssh.key_file)).expect(0)
    assert_whole_with_key(shop, again, openssh)


def assert_whole_with_key(shop: Shop, run: Run, nas: OpenSshServer) -> None:
    shop.environment["PRINTDOCK_NAS_KEY"] = str(nas.key_file)
    assert_whole(shop, [run], distinct=6)


def test_a_nas_of_ten_sessions_serves_two_uploads_of_ten_connections_each(
    make_shop: MakeShop, openssh_factory: Factory, tmp_path: Path
) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    draw(folders[0], range(20))
    draw(folders[1], range(20, 40))
    nas = openssh_factory(session_limit=10)
    greedy = {"NAS_MAX_CONNECTIONS": "10", "PRINTDOCK_STORE_TRANSFERS": "10", "PRINTDOCK_BATCH_IMAGES": "20"}
    shop = make_shop(nas=nas, **greedy)
    holds = [shop.hold(), shop.hold()]
    runs = [
        shop.begin_ingest(folder, faults=[hold.at("sftp file half written", nth=5)])
        for folder, hold in zip(folders, holds, strict=True)
    ]
    for run, hold in zip(runs, holds, strict=True):
        hold.wait(run)
    assert nas.sessions() <= 10
    for hold in holds:
        hold.release()
    for run, folder in zip(runs, folders, strict=True):
        run.expect(0)
        assert_answered(run, _sources(folder))
    assert_whole(shop, runs, distinct=40)


def test_a_folder_removed_from_the_nas_in_the_middle_is_made_again(
    make_shop: MakeShop, openssh: OpenSshServer, six_designs: Path
) -> None:
    shop = make_shop(nas=openssh, PRINTDOCK_STORE_TRANSFERS="1")  # nothing is stored while the first is held
    hold = shop.hold()
    run = shop.begin_ingest(six_designs, faults=[hold.at("before put", nth=1)])
    hold.wait(run)
    shutil.rmtree(shop.root / "My Shop", ignore_errors=True)
    hold.release()
    run.expect(0)
    assert_whole(shop, [run], distinct=6)
