"""A database with one shop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.shops.queries import Shop, ensure_shop

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    ready(database)
    yield database
    database.close()


@pytest.fixture
def shop(database: Database) -> Shop:
    with database.write() as connection:
        return ensure_shop(connection, "My Shop", NOW)
