"""Each optimisation turned off by its setting: the main job comes to the same result, on the same code path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from printdock.ablation import UNDO
from printdock.settings import Settings
from tests.end_to_end.conftest import MakeShop
from tests.end_to_end.pictures import art, resaved, save
from tests.end_to_end.shop import Run, Shop, assert_whole
from tests.services.ssh import OpenSshServer

#: What undoes, or narrows to the least, each thing that makes ingesting fast; all of them at once come last.
SWITCHES: dict[str, dict[str, str]] = {
    "one transfer at a time": {"PRINTDOCK_STORE_TRANSFERS": "1"},
    "one row in a statement": {"PRINTDOCK_BATCH_IMAGES": "1"},
    "batches of 100 MB and 100 files": {"PRINTDOCK_BATCH_MB": "100", "PRINTDOCK_BATCH_IMAGES": "100"},
    "batches of one MB": {"PRINTDOCK_BATCH_MB": "1"},
    "look-ups not kept": {"PRINTDOCK_LOOKUP_CACHE": "0"},
    "one picture at a time": {"PRINTDOCK_WORKERS": "1"},
    "one picture in memory": {"PRINTDOCK_MEMORY_MB": "16"},
    "no index of look-alikes": {"PRINTDOCK_DUPLICATES": "exact"},
}
EVERYTHING = {key: value for undo in SWITCHES.values() for key, value in undo.items()} | {"NAS_MAX_CONNECTIONS": "1"}


@pytest.fixture(scope="module")
def designs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five designs, a file that comes twice, one that cannot be read. (Look-alikes: see the last test.)"""
    folder = tmp_path_factory.mktemp("designs")
    for seed in range(5):
        save(folder / f"{seed}.png", art(seed))
    (folder / "3 again.png").write_bytes((folder / "3.png").read_bytes())
    (folder / "damaged.png").write_bytes((folder / "4.png").read_bytes()[:2000])
    return folder


def _ingested(shop: Shop, folder: Path, **environment: str) -> dict[str, Any]:
    """What a second run, too, leaves: everything but ids and times."""
    shop.ingest(folder, **environment).expect(3)
    again = shop.ingest(folder, **environment).expect(3)
    files = {key: path.read_bytes() for key, path in shop.stored().items()}
    rows = shop.rows("SELECT path, number, state, width, height, dpi, art_width, preflight FROM print_files")
    return {"files": files, "rows": sorted(map(tuple, rows)), "answers": [_plain(entry) for entry in again.files]}


def _plain(entry: dict[str, Any]) -> tuple[Any, ...]:
    return entry["source"], entry["outcome"], entry["path"], entry["number"]


@pytest.fixture(scope="module")
def expected(designs: Path, tmp_path_factory: pytest.TempPathFactory, home_template: Path) -> dict[str, Any]:
    """With nothing undone."""
    from tests.end_to_end.shop import copy_home

    folder = tmp_path_factory.mktemp("expected")
    copy_home(home_template, folder / "home")
    found = _ingested(Shop(folder / "home", folder, folder / "home" / "nas"), designs)
    assert [answer[1] for answer in found["answers"]] == ["duplicate"] * 6 + ["failed"]
    return found


@pytest.mark.parametrize("switch", SWITCHES)
def test_the_result_is_the_same_without(
    switch: str, make_shop: MakeShop, designs: Path, expected: dict[str, Any]
) -> None:
    assert _ingested(make_shop(**SWITCHES[switch]), designs) == expected


def test_the_result_is_the_same_with_everything_undone_on_a_nas_with_one_connection(
    make_shop: MakeShop, postgres_url: str, shared_openssh: OpenSshServer, designs: Path, expected: dict[str, Any]
) -> None:
    found = _ingested(make_shop(database=postgres_url, nas=shared_openssh, **EVERYTHING), designs)
    assert found["files"] == expected["files"] and found["answers"] == expected["answers"]


def test_the_search_for_look_alikes_can_be_taken_back_and_put_in_force_again(
    shop: Shop, designs: Path, tmp_path: Path
) -> None:
    """Designs stored without it are compared with once it is in force again, after `verify --repair`."""
    copies = tmp_path / "copies"
    copies.mkdir()
    first, second = (resaved(designs / f"{seed}.png", copies / f"{seed}.png") for seed in (1, 2))

    def outcomes(run: Run) -> list[str]:
        return [entry["outcome"] for entry in run.files]

    def uncompared(*options: str) -> int:
        (found,) = shop.run("verify", "--json", *options).expect(0).document["shops"]
        return int(found["uncompared"])

    assert outcomes(shop.ingest(designs / "1.png", PRINTDOCK_DUPLICATES="exact")) == ["stored"]
    assert outcomes(shop.ingest(designs / "1.png", PRINTDOCK_DUPLICATES="exact")) == ["duplicate"]
    assert outcomes(shop.ingest(designs / "2.png", PRINTDOCK_DUPLICATES="off")) == ["stored"]
    assert outcomes(shop.ingest(designs / "3.png")) == ["stored"]
    assert uncompared() == 2
    assert uncompared("--repair") == 0
    assert outcomes(shop.ingest(first, second)) == ["duplicate", "duplicate"]
    assert_whole(shop, [], distinct=3)


def test_each_change_of_the_bench_has_its_switch_here() -> None:
    undone = {key: value for undo in UNDO.values() for key, value in undo.items()}
    assert set(undone) <= set(EVERYTHING)
    variables = {field.validation_alias.choices[0] for field in Settings.model_fields.values()}
    assert set(EVERYTHING) <= variables
