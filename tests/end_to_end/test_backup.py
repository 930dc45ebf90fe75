"""A library is destroyed and comes back equal, whatever was killed on the way."""

from __future__ import annotations

import hashlib
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from printdock.db.engine import Database
from printdock.db.schema import downgrade
from printdock.storage.publish import temporary_name
from tests.end_to_end.killed import Fault
from tests.end_to_end.pictures import draw
from tests.end_to_end.shop import Run, Shop, assert_whole

BACKUP_KILLS = [
    Fault("backup: a file is copied, not noted", 4), Fault("backup: after the database"),
    Fault("backup: all is copied, it does not count yet"),
]  # fmt: skip
RESTORE_KILLS = [
    Fault("restore: before a file", 3),
    Fault("restore: before the rows"),
    Fault("restore: after the rows"),
]


def _rows(shop: Shop) -> dict[str, list[str]]:
    """Every row of every table."""
    engine = create_engine(shop.database_url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            return {name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"')))) for name in tables}
    finally:
        engine.dispose()


def _files(shop: Shop) -> dict[str, str]:
    return {key: hashlib.sha256(path.read_bytes()).hexdigest() for key, path in shop.stored().items()}


def _destroy(shop: Shop, *, files: bool = True) -> None:
    if files:
        shutil.rmtree(shop.root)
    if "DATABASE_URL" in shop.environment:
        database = Database(shop.environment["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"))
        downgrade(database, "base")
        database.close()
    if files:
        shutil.rmtree(shop.home)
    else:
        for path in shop.home.glob("printdock.db*"):
            path.unlink()
    if files and "PRINTDOCK_STORAGE" in shop.environment:
        shop.run("storage", "trust", "--yes").expect(0)


def _killed(shop: Shop, fault: Fault, *arguments: str) -> None:
    from tests.end_to_end.killed import Plan

    run = shop.run(*arguments, plan=Plan(faults=(fault,)))
    assert run.code == -signal.SIGKILL, f"{fault} was never met: exit {run.code}\n{run.err}"


def _back(shop: Shop, folder: Path, *options: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = shop.run("restore", str(folder), "--json", *options).expect(code).document
    return found


@pytest.fixture
def stocked(shop: Shop, six_designs: Path) -> tuple[Shop, Run]:
    return shop, shop.ingest(six_designs).expect(0)


def test_destroyed_it_comes_back_equal_though_both_were_killed(
    any_shop: Shop, six_designs: Path, tmp_path: Path
) -> None:
    shop, folder = any_shop, tmp_path / "backup"
    ingested = shop.ingest(six_designs).expect(0)
    for fault in BACKUP_KILLS:
        _killed(shop, fault, "backup", str(folder))
        assert shop.run("restore", str(folder)).code == 2, "there is nothing that counts yet"
    first = shop.run("backup", str(folder), "--json").expect(0).document
    assert first["copied"] <= 1, "what was copied before it was killed is not copied again"
    assert shop.run("backup", str(folder), "--check", "--json").expect(0).document["sound"] is True
    again = shop.run("backup", str(folder), "--json", "--keep", "1").expect(0).document
    assert (again["copied"], again["snapshots_removed"]) == (0, 1)

    rows, files = _rows(shop), _files(shop)
    assert shop.run("restore", str(folder)).expect(2).err.count("has data already") == 1
    assert (_rows(shop), _files(shop)) == (rows, files), "refused, and nothing was touched"
    _destroy(shop)
    postgresql = [Fault("restore: after some tables", 3)] if "DATABASE_URL" in shop.environment else []
    for fault in RESTORE_KILLS[:2] + postgresql + RESTORE_KILLS[2:]:
        _killed(shop, fault, "restore", str(folder))
    (shop.root / "My Shop" / "Small" / temporary_name("another.png")).write_bytes(
        b"half"
    )  # it was killed while writing
    back = _back(shop, folder, "--deep")
    assert back["clean"] and back["whole"] and not back["opens_secrets"], "its secret was in the home that is gone"
    assert (_rows(shop), _files(shop)) == (rows, files)
    assert_whole(shop, [ingested], distinct=6)
    more = draw(tmp_path / "more", range(50, 52))
    assert shop.ingest(*more).expect(0).outcomes == {"stored": 2}, "and it goes on with the next number"
    assert shop.ingest(six_designs).expect(0).outcomes == {"duplicate": 6}


def test_backed_up_while_the_shop_works_every_row_has_its_file(stocked: tuple[Shop, Run], tmp_path: Path) -> None:
    shop, folder, hold = stocked[0], tmp_path / "backup", stocked[0].hold()
    from tests.end_to_end.killed import Plan

    run = shop.start("backup", str(folder), "--json", plan=Plan(faults=(hold.at("backup: after the database"),)))
    hold.wait(run)
    assert shop.ingest(*draw(tmp_path / "newer", range(20, 23))).expect(0).outcomes == {"stored": 3}
    hold.release()
    run.expect(0)
    _destroy(shop)
    back = _back(shop, folder, code=3)
    assert [problem["code"] for problem in back["verified"][0]["problems"]] == ["unknown_file"] * 3
    assert shop.run("verify", "--repair", "--json").expect(0).document["clean"], "newer files are taken in, not lost"
    assert back["verified"][0]["files"] == 6


def test_what_is_damaged_is_named_and_the_rest_comes_back(stocked: tuple[Shop, Run], tmp_path: Path) -> None:
    shop, folder = stocked[0], tmp_path / "backup"
    shop.run("backup", str(folder)).expect(0)
    key, sha256 = shop.key(102), stocked[1].files[2]["sha256"]
    damaged = folder / "files" / sha256[:2] / sha256
    damaged.chmod(0o600)
    data = bytearray(damaged.read_bytes())
    data[100] ^= 1
    damaged.write_bytes(data)
    checked = shop.run("backup", str(folder), "--check", "--json").expect(3).document
    assert [name.partition(": ")[2] for name in checked["damaged"]] == [f"storage: {key}"]
    _destroy(shop)
    back = _back(shop, folder, code=3)
    assert back["damaged"] == [f"storage: {key}"]
    assert [(found["code"], found["path"]) for found in back["verified"][0]["problems"]] == [("file_missing", key)]
    assert len(_files(shop)) == 5


def test_a_damaged_database_is_not_restored_at_all(stocked: tuple[Shop, Run], tmp_path: Path) -> None:
    shop, folder = stocked[0], tmp_path / "backup"
    shop.run("backup", str(folder)).expect(0)
    largest = max(
        (path for path in (folder / "files").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    largest.write_bytes(largest.read_bytes()[:-1])
    _destroy(shop)
    assert "damaged (printdock.db)" in shop.run("restore", str(folder)).expect(1).err
    assert _files(shop) == {}


def test_only_the_database_is_lost(stocked: tuple[Shop, Run], tmp_path: Path) -> None:
    shop, folder = stocked[0], tmp_path / "backup"
    shop.run("backup", str(folder)).expect(0)
    rows = _rows(shop)
    shop.ingest(*draw(tmp_path / "newer", range(20, 21))).expect(0)
    (shop.root / shop.key(101)).unlink()
    _destroy(shop, files=False)
    assert "--storage-survived" in shop.run("restore", str(folder)).expect(2).err
    back = _back(shop, folder, "--storage-survived", code=3)
    assert (back["copied"], back["opens_secrets"]) == (1, True)
    assert [problem["code"] for problem in back["verified"][0]["problems"]] == ["unknown_file"]
    assert _rows(shop) == rows
