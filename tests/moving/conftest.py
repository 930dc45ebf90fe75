"""The old system, and a printdock that takes it over."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.end_to_end.shop import Shop
from tests.moving.old_system import OldSystem, furnish
from tests.services.postgres import Postgres


@pytest.fixture(scope="session")
def old_system(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldSystem]:
    """One shop's tables and files. Nobody writes to them: a test that finds them changed says so."""
    url = postgres.create_database()
    old = OldSystem(url, tmp_path_factory.mktemp("old-nas"))
    furnish(old)
    yield old
    postgres.drop_database(url)


@pytest.fixture
def take_over(tmp_path: Path, old_system: OldSystem, _sqlite_with_schema: Path) -> Callable[..., Shop]:
    """``take_over()``: a printdock whose storage is a copy of the old NAS; ``database`` instead of SQLite;
    ``in_place=False``: one with a storage of its own."""
    numbers = count()

    def make(*, database: str | None = None, in_place: bool = True) -> Shop:
        folder = Path(tempfile.mkdtemp(dir=tmp_path, prefix=f"shop-{next(numbers)}-"))
        root = folder / "nas"
        if in_place:
            shutil.copytree(old_system.root, root)
        environment = {"PRINTDOCK_STORAGE": str(root), "PRINTDOCK_BATCH_IMAGES": "2"}
        (folder / "home").mkdir()
        if database is None:
            shutil.copy(_sqlite_with_schema, folder / "home" / "printdock.db")
        else:
            environment["DATABASE_URL"] = database
        return Shop(folder / "home", folder, root, environment)

    return make
