"""Ctrl-C and SIGTERM: what is begun is finished, the rest says stopped, and the next run does the rest."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.end_to_end.conftest import MakeShop
from tests.end_to_end.killed import Plan
from tests.end_to_end.pictures import draw
from tests.end_to_end.shop import Shop, assert_answered, assert_whole, wait_for
from tests.services.ssh import OpenSshServer


@pytest.fixture(scope="session")
def twelve_designs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twelve") / "designs"
    draw(folder, range(12))
    return folder


@pytest.mark.parametrize(
    ("number", "boundary"),
    [
        (signal.SIGINT, "after prepare"),
        (signal.SIGINT, "after claim is committed"),
        (signal.SIGINT, "before put"),
        (signal.SIGTERM, "before put"),
        (signal.SIGTERM, "before settle is committed"),
    ],
)
def test_a_signal_finishes_what_is_begun_and_stops(
    shop: Shop, twelve_designs: Path, number: signal.Signals, boundary: str
) -> None:
    hold = shop.hold()
    run = shop.begin_ingest(twelve_designs, faults=[hold.at(boundary, nth=2)], PRINTDOCK_MEMORY_MB="16")
    hold.wait(run)
    run.signal(number)
    wait_for(lambda: "Stopping" in run.err, "the run to say that it stops")
    hold.release()
    run.expect(3)
    assert_answered(run, sorted(twelve_designs.iterdir()))
    assert run.codes == {"cancelled": run.outcomes["failed"]}
    assert run.outcomes["failed"] >= 6, "it stopped early"
    if boundary != "after prepare":
        assert run.outcomes["stored"] >= 1, "what was begun is finished"
    verified = shop.run("verify", "--json").expect(0).document["shops"][0]
    assert set(verified["recovered"].values()) == {0}, "nothing was left half done"
    again = shop.ingest(twelve_designs).expect(0)
    assert_whole(shop, [run, again], distinct=12)


def test_a_second_signal_ends_at_once_and_the_next_run_is_whole(shop: Shop, twelve_designs: Path) -> None:
    hold = shop.hold()
    run = shop.begin_ingest(twelve_designs, faults=[hold.at("before put", nth=2)], fresh=True)
    hold.wait(run)
    run.signal(signal.SIGINT)
    wait_for(lambda: "Stopping" in run.err, "the run to say that it stops")
    run.signal(signal.SIGINT)
    assert run.code not in (0, 3)
    again = shop.ingest(twelve_designs).expect(0)
    assert_whole(shop, [again], distinct=12)


def test_a_signal_while_the_nas_is_away_ends_the_wait(
    make_shop: MakeShop, openssh: OpenSshServer, twelve_designs: Path
) -> None:
    shop = make_shop(nas=openssh)
    hold = shop.hold()
    run = shop.begin_ingest(twelve_designs, faults=[hold.at("before put", nth=3)], plan=Plan(quick_sftp=True))
    hold.wait(run)
    openssh.kill()
    hold.release()
    wait_for(lambda: "The storage is away" in run.err, "the run to notice")
    run.signal(signal.SIGINT)
    run.expect(3)
    assert_answered(run, sorted(twelve_designs.iterdir()))
    openssh.start()
    again = shop.ingest(twelve_designs).expect(0)
    assert_whole(shop, [run, again], distinct=12)
