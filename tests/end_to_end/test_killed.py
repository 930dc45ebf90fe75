"""kill -9 wherever an upload can be cut off: the next run finishes or undoes what was begun, and nothing is lost."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest

from tests.end_to_end.conftest import MakeShop
from tests.end_to_end.killed import BOUNDARIES, Fault
from tests.end_to_end.shop import Shop, assert_answered, assert_whole
from tests.services.ssh import OpenSshServer

#: Boundaries that an upload into a folder meets, and how often (at least) with six files in batches of two.
LOCAL = [
    name for name in BOUNDARIES
    if not name.startswith(("sftp", "spool", "replayed", "recover", "mockups", "upload:", "job:", "backup:", "restore:", "any",
                               "before reading"))
]  # fmt: skip
ONCE = {name for name in LOCAL if name.startswith(("before the upload", "after the upload")) or "counts" in name}
REMOTE = [
    "after claim is committed", "before mark_encoded is committed", "sftp file half written",
    "sftp file written, not named", "after put", "before settle is committed", "before the answers are recorded",
]  # fmt: skip


def _kill_then_run_again(shop: Shop, folder: Path, *faults: Fault) -> None:
    killed = shop.ingest(folder, faults=faults)
    assert killed.code == -signal.SIGKILL, f"the boundary was never met: exit {killed.code}\n{killed.err}"
    again = shop.ingest(folder).expect(0)
    assert_answered(again, sorted(folder.iterdir()))
    assert_whole(shop, [again], distinct=6)


@pytest.mark.parametrize("boundary", LOCAL)
def test_killed_at_a_boundary_nothing_is_lost(shop: Shop, six_designs: Path, boundary: str) -> None:
    _kill_then_run_again(shop, six_designs, Fault(boundary, nth=1 if boundary in ONCE else 2))


@pytest.mark.parametrize("boundary", REMOTE)
def test_killed_at_a_boundary_with_postgresql_and_a_nas(
    make_shop: MakeShop, postgres_url: str, shared_openssh: OpenSshServer, six_designs: Path, boundary: str
) -> None:
    shop = make_shop(database=postgres_url, nas=shared_openssh)
    _kill_then_run_again(shop, six_designs, Fault(boundary, nth=2))


@pytest.mark.parametrize(
    "boundary", ["recover: before release is committed", "recover: before temporaries are removed"]
)
def test_killed_while_it_recovers_from_being_killed(shop: Shop, six_designs: Path, boundary: str) -> None:
    first = shop.ingest(six_designs, faults=[Fault("local file half written", nth=3)])
    assert first.code == -signal.SIGKILL
    _kill_then_run_again(shop, six_designs, Fault(boundary))


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_event_or_statement(shop: Shop, six_designs: Path, seed: int) -> None:
    where = random.Random(seed)
    boundary, most = where.choice([("any event", 36), ("any statement", 60), ("any commit", 14)])
    _kill_then_run_again(shop, six_designs, Fault(boundary, nth=where.randint(1, most)))


def test_killed_five_times_in_a_row(shop: Shop, six_designs: Path) -> None:
    where = random.Random(11)
    for _ in range(5):
        killed = shop.ingest(six_designs, faults=[Fault("any statement", nth=where.randint(8, 40))])
        assert killed.code == -signal.SIGKILL
    again = shop.ingest(six_designs).expect(0)
    assert_answered(again, sorted(six_designs.iterdir()))
    assert_whole(shop, [again], distinct=6)
