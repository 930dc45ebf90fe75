"""What people ask of a large library costs what they get, wherever in it that is: counted in rows and steps, not in time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import Connection, text

from bench import scale_rows
from bench.scale_operations import Operation, Sample, quick
from printdock.db.engine import Database
from printdock.imaging.fingerprint import fingerprint

DESIGNS = 20_000

#: A page has 60 designs, one of fifty is similar to another; SQLite takes some dozen instructions for a row. Rows that
#: are counted in an index without being read (designs in a state that none has) are some instructions each.
MOST_ROWS, MOST_STEPS = DESIGNS // 5, 15 * DESIGNS


@pytest.fixture
def library(database_url: str) -> Database:
    picture = np.random.default_rng(5).integers(0, 255, (64, 64, 4), np.uint8)
    database = Database(database_url)
    scale_rows.fill(database, DESIGNS, [fingerprint(picture)], lambda _: None)
    return database


def test_nothing_is_read_in_proportion_to_the_library(library: Database) -> None:
    templates = scale_rows.filled(library)
    assert templates is not None
    with library.read() as connection:
        sample = Sample.of(connection, templates[0], DESIGNS)
    count, most = {"postgresql": (_rows, MOST_ROWS), "sqlite": (_steps, MOST_STEPS)}[library.dialect]
    cost = {name: count(library, work) for name, work in quick(sample).items()}
    library.close()
    assert {name: taken for name, taken in cost.items() if taken > most} == {}


def _rows(database: Database, work: Operation) -> int:
    """How many rows PostgreSQL reads for it, by its own count of this transaction."""
    counted = text(
        "SELECT coalesce(sum(seq_tup_read), 0) + coalesce(sum(idx_tup_fetch), 0) FROM pg_stat_xact_user_tables"
    )
    with database.write() as connection:
        connection.execute(
            text("SET LOCAL enable_seqscan = off")
        )  # so small a table may be read whole: it must not need to
        before = int(connection.execute(counted).scalar_one())
        work(connection)
        return int(connection.execute(counted).scalar_one()) - before


def _steps(database: Database, work: Callable[[Connection], object]) -> int:
    """How many instructions SQLite runs for it, in hundreds."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 100
        return 0

    with database.write() as connection:
        driver = connection.connection.driver_connection
        driver.set_progress_handler(count, 100)
        work(connection)
        driver.set_progress_handler(None, 0)
    return steps
