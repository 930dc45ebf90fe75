"""A batch of mockups that is killed or stopped anywhere: the next run renders what is missing, and no more."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import MakeShop
from tests.end_to_end.killed import BOUNDARIES, Fault, Plan
from tests.end_to_end.shop import Run, Shop, wait_for
from tests.mockups.conftest import MANIFEST, write_folder
from tests.services.ssh import OpenSshServer

#: Six designs on a picture in two colours and one in none.
PLANNED = 18
#: Mockups that may be rendered and not recorded yet when a run is killed, with two workers, two transfers and groups of
#: two: one with each worker, two on their way to the storage, two being recorded and two that gather meanwhile.
IN_FLIGHT = 8

LOCAL = [name for name in BOUNDARIES if name.startswith(("mockups", "local")) and "withdrawn" not in name]
REMOTE = ["mockups: after put", "mockups: before the rows are written", "sftp file half written"]


def _stock(shop: Shop, designs: Path, folder: Path) -> Shop:
    shop.environment["PRINTDOCK_WORKERS"] = "2"
    shop.ingest(designs).expect(0)
    pack = write_folder(folder / "pack", MANIFEST.replace("Poster 18x24", shop.template))
    shop.run("mockups", "import", str(pack)).expect(0)
    return shop


def _render(shop: Shop, *arguments: str, **options: Any) -> Run:
    return shop.start("mockups", "render", "--set", "Wall", "--all", "--json", *arguments, **options)


def _rows(shop: Shop) -> int:
    return int(shop.rows("SELECT count(*) FROM mockups")[0][0])


def _counting(folder: Path, *faults: Fault) -> Plan:
    folder.mkdir()
    return Plan(faults=faults, count=("printdock.mockups.render:render",), notes=folder)


def _assert_whole(shop: Shop) -> None:
    """Every row has its file, byte for byte, each with a thumbnail; nothing else is there, unless just half-written."""
    (found,) = shop.run("verify", "--json", "--deep").expect(0).document["shops"]
    assert (found["problems"], found["notes"], found["mockups"]) == ([], [], PLANNED)
    kept = [key for key in shop.stored() if f"/Mockups/{shop.template}/" in key and not key.endswith(".part")]
    assert len(kept) == 2 * PLANNED


def _kill_then_run_again(shop: Shop, folder: Path, fault: Fault) -> None:
    killed = _render(shop, plan=_counting(folder / "first", fault)).wait()
    assert killed.code == -signal.SIGKILL, f"the boundary was never met: exit {killed.code}\n{killed.err}"
    recorded = _rows(shop)
    again = _render(shop, plan=_counting(folder / "second")).expect(0).document
    assert (again["rendered"], again["fresh"]) == (PLANNED - recorded, recorded)
    rendered = sum((folder / name / "render").stat().st_size for name in ("first", "second"))
    assert rendered <= PLANNED + IN_FLIGHT
    _assert_whole(shop)


@pytest.mark.parametrize("boundary", LOCAL)
def test_killed_at_a_boundary_only_what_is_missing_is_rendered(
    shop: Shop, six_designs: Path, tmp_path: Path, boundary: str
) -> None:
    _kill_then_run_again(_stock(shop, six_designs, tmp_path), tmp_path, Fault(boundary, nth=4))


@pytest.mark.parametrize("boundary", REMOTE)
def test_killed_at_a_boundary_with_postgresql_and_a_nas(
    make_shop: MakeShop,
    postgres_url: str,
    shared_openssh: OpenSshServer,
    six_designs: Path,
    tmp_path: Path,
    boundary: str,
) -> None:
    shop = make_shop(database=postgres_url, nas=shared_openssh)
    _kill_then_run_again(_stock(shop, six_designs, tmp_path), tmp_path, Fault(boundary, nth=4))


@pytest.mark.parametrize(
    "boundary", ["mockups: before a row is withdrawn", "mockups: after put", "mockups: before the rows are written"]
)
def test_killed_while_it_replaces_mockups_of_an_earlier_set(
    shop: Shop, six_designs: Path, tmp_path: Path, boundary: str
) -> None:
    _stock(shop, six_designs, tmp_path)
    _render(shop).expect(0)
    pack = write_folder(tmp_path / "newer", MANIFEST.replace("Poster 18x24", shop.template).replace("400", "300"))
    shop.run("mockups", "import", str(pack)).expect(0)
    killed = _render(shop, plan=Plan(faults=(Fault(boundary, nth=2),))).wait()
    assert killed.code == -signal.SIGKILL
    again = _render(shop).expect(0).document
    assert again["rendered"] >= PLANNED - 6 and {entry["width"] for entry in again["mockups"]} == {300}
    _assert_whole(shop)


def test_ctrl_c_finishes_what_is_begun_and_the_next_run_goes_on(shop: Shop, six_designs: Path, tmp_path: Path) -> None:
    _stock(shop, six_designs, tmp_path)
    hold = shop.hold()
    run = _render(shop, plan=Plan(faults=(hold.at("mockups: before render", nth=5),)))
    hold.wait(run)
    run.signal(signal.SIGINT)
    wait_for(lambda: "Stopping" in run.err, "the run to say that it stops")
    hold.release()
    document = run.expect(3).document
    assert len(document["mockups"]) == PLANNED and 1 <= document["rendered"] < PLANNED
    assert document["rendered"] == _rows(shop)
    reasons = {entry["reason"].split(":")[0] for entry in document["mockups"] if entry["outcome"] == "failed"}
    assert reasons == {"cancelled"}
    again = _render(shop).expect(0).document
    assert (again["rendered"], again["fresh"]) == (PLANNED - document["rendered"], document["rendered"])
    _assert_whole(shop)


def test_two_runs_at_once_end_with_one_mockup_each(shop: Shop, six_designs: Path, tmp_path: Path) -> None:
    _stock(shop, six_designs, tmp_path)
    runs = [_render(shop) for _ in range(2)]
    for run in runs:
        run.expect(0)
    assert _rows(shop) == PLANNED
    _assert_whole(shop)
