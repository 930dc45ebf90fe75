"""deploy/postgresql: the look-alike index in parts, and parts of names by an index, on a real PostgreSQL."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from printdock.backup.tables import count_rows, dump, load
from printdock.db import schema
from printdock.db.engine import Database
from printdock.db.tables import designs
from printdock.designs import index
from printdock.imaging.fingerprint import Fingerprint, fingerprint
from printdock.shops.queries import Shop, ensure_shop
from tests.services.postgres import Postgres, find_programs

SCRIPTS = Path(__file__).resolve().parents[2] / "deploy" / "postgresql"
SHOPS, EACH = 5, 4


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    yield database
    database.close()


def _run(database: Database, script: str) -> subprocess.CompletedProcess[str]:
    """As the script's head says."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [str(find_programs() / "psql"), url, "-v", "ON_ERROR_STOP=1", "-f", str(SCRIPTS / script)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def _art(number: int) -> Fingerprint:
    return fingerprint(np.random.default_rng(number).integers(0, 255, (64, 64, 4), np.uint8))


def _fill(database: Database) -> list[Shop]:
    """Shops with different art each."""
    now = datetime.now(UTC)
    with database.write() as connection:
        shops = [ensure_shop(connection, f"Shop {number}", now) for number in range(SHOPS)]
        for shop in shops:
            prints = {uuid7(): _art(shop.id * 100 + number) for number in range(EACH)}
            rows = [{"id": key, "shop_id": shop.id, "name": "Art", "created_at": now} for key in prints]
            connection.execute(designs.insert(), rows)
            index.remember(connection, shop, prints)
    return shops


def _found(database: Database, shops: list[Shop]) -> list[list[list[object]]]:
    with database.read() as connection:
        return [
            [
                [one.id for one in few]
                for few in index.candidates(connection, shop, [_art(shop.id * 100 + n) for n in range(EACH)])
            ]
            for shop in shops
        ]


def test_the_index_in_parts_finds_what_it_found(database: Database) -> None:
    shops = _fill(database)
    before, rows = _found(database, shops), count_rows(database)
    assert all(few for of_shop in before for few in of_shop)
    done = _run(database, "partition-bands.sql")
    assert done.returncode == 0, done.stderr
    assert _found(database, shops) == before
    assert count_rows(database) == rows
    with database.read() as connection:
        plan = "\n".join(
            connection.execute(
                text(f"EXPLAIN SELECT design_id FROM bands WHERE shop_id = {shops[0].id} AND band = 7")
            ).scalars()
        )
    assert plan.count("bands_") == 1, plan  # one part, by its own index


def test_the_script_says_that_it_was_run(database: Database) -> None:
    assert _run(database, "partition-bands.sql").returncode == 0
    again = _run(database, "partition-bands.sql")
    assert again.returncode != 0
    assert "bands is parted already" in again.stderr


def test_programs_write_and_upgrade_an_index_in_parts(database: Database) -> None:
    assert _run(database, "partition-bands.sql").returncode == 0
    shops = _fill(database)
    keys = [key for few in _found(database, shops)[0] for key in few]
    with database.write() as connection:
        index.hide(connection, shops[0], keys)
    assert _found(database, shops)[0] == [[] for _ in range(EACH)]
    assert schema.upgrade(database).up_to_date


@pytest.mark.parametrize("parted", [True, False])
def test_a_backup_of_parts_goes_back_into_parts_or_into_one(
    database: Database, postgres: Postgres, tmp_path: Path, parted: bool
) -> None:
    shops = _fill(database)
    found, rows = _found(database, shops), count_rows(database)
    assert _run(database, "partition-bands.sql").returncode == 0

    def keep(name: str, stream: BinaryIO) -> None:
        (tmp_path / name).write_bytes(stream.read())

    dumped = dump(database, keep, tmp_path, lambda moment: None)
    assert dumped.rows == rows
    restored = Database(postgres.create_database())
    schema.upgrade(restored)
    if parted:
        assert _run(restored, "partition-bands.sql").returncode == 0
    load(restored, dumped, lambda name: (tmp_path / name).open("rb"))
    assert count_rows(restored) == rows
    assert _found(restored, shops) == found
    restored.close()
    postgres.drop_database(restored.url.render_as_string(hide_password=False))


def test_parts_of_names_are_found_by_an_index(database: Database) -> None:
    for _ in range(2):
        done = _run(database, "search.sql")
        assert done.returncode == 0, done.stderr
    with database.write() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        connection.execute(text("SET LOCAL enable_indexscan = off"))
        plan = "\n".join(connection.execute(text("EXPLAIN SELECT id FROM designs WHERE name ILIKE '%rose%'")).scalars())
    assert "ix_designs_name_trgm" in plan
