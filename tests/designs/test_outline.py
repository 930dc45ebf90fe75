"""The list from afar is read from an index: rows of print files hold much else, and a library has 100,000 of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.designs.catalog import Filter, outline_of_designs
from printdock.shops.queries import ensure_shop
from tests.db.test_statistics import NOW, fill


@pytest.mark.parametrize("wanted", [Filter(), Filter(template_id=1), Filter(state="missing")])
@pytest.mark.parametrize("counted", [False, True])
def test_no_row_of_a_print_file_is_read_for_it(tmp_path: Path, wanted: Filter, counted: bool) -> None:
    database = Database(f"sqlite:///{tmp_path / 'printdock.db'}")
    ready(database)
    with database.write() as connection:
        fill(connection, 300)
        if counted:
            connection.exec_driver_sql("ANALYZE")
    asked: list[tuple[str, Any]] = []
    with database.read() as connection:
        shop = ensure_shop(connection, "My Shop", NOW)
        event.listen(
            connection, "before_cursor_execute", lambda _c, _cursor, words, values, *_: asked.append((words, values))
        )
        outline_of_designs(connection, shop, wanted, every=60)
        steps = [
            str(row[3])
            for words, values in list(asked)
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)
        ]
    of_files = [step for step in steps if "print_files" in step]
    assert of_files
    assert all("USING COVERING INDEX ix_print_files_live" in step for step in of_files), steps
    database.close()
