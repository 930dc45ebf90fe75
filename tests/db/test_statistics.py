"""What SQLite is told of a library."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text
from uuid_utils.compat import uuid7

from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.db.statistics import ensure_statistics
from printdock.db.tables import designs, print_files
from printdock.shops.queries import ensure_shop
from printdock.templates.queries import ensure_template

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def fill(connection: Connection, count: int) -> None:
    shop = ensure_shop(connection, "My Shop", NOW)
    template = ensure_template(connection, shop, "Mug 11oz", NOW)
    keys = [uuid7() for _ in range(count)]
    connection.execute(
        insert(designs), [{"id": key, "shop_id": shop.id, "name": "x", "created_at": NOW} for key in keys]
    )
    files = [
        {"id": uuid7(), "shop_id": shop.id, "template_id": template.id, "design_id": key, "number": number,
         "path": f"{number}.png", "state": "stored", "recipe": {}, "created_at": NOW}
        for number, key in enumerate(keys)
    ]  # fmt: skip
    connection.execute(insert(print_files), files)


def index_of_a_design(database: Database) -> str:
    query = "SELECT * FROM print_files WHERE shop_id = 1 AND state IN ('stored', 'spooled') AND design_id = x'00'"
    with database.read() as connection:
        return str(connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).one()[3])


@pytest.mark.parametrize(("count", "counted"), [(50, False), (150, True)])
def test_a_designs_files_are_found_by_the_design(tmp_path: Path, count: int, counted: bool) -> None:
    database = Database(f"sqlite:///{tmp_path / 'printdock.db'}")
    ready(database)
    with database.write() as connection:
        fill(connection, count)
    assert "design_id" not in index_of_a_design(database)
    ensure_statistics(database)
    ensure_statistics(database)
    assert ("design_id" in index_of_a_design(database)) == counted
    database.close()


def test_an_empty_database_of_either_kind_is_left_alone(database_url: str) -> None:
    database = Database(database_url)
    ensure_statistics(database)
    database.close()
