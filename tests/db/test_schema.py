"""One schema on both databases, up and down, and no drift between tables and revisions."""

from __future__ import annotations

import importlib
import pkgutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
import stamina
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from printdock.db import account_tables, etsy_tables, schema  # noqa: F401  # their tables belong to the metadata, too
from printdock.db.engine import Database
from printdock.db.migrations import versions
from printdock.db.tables import metadata
from printdock.errors import DatabaseUnavailable
from tests.services.serving import PATIENCE
from tests.services.ssh import wait_for


def test_up_down_up_leaves_the_tables_of_the_code(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert schema.status(database).current is None
    assert schema.upgrade(database).up_to_date
    assert schema.upgrade(database).up_to_date  # twice is once
    schema.downgrade(database, "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    schema.upgrade(database)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_head_is_the_newest_revision() -> None:
    names = [name for _, name, _ in pkgutil.iter_modules(versions.__path__)]
    revisions = {importlib.import_module(f"{versions.__name__}.{name}").revision for name in names}
    assert max(revisions) == schema.HEAD


def test_two_processes_may_make_the_schema_at_once(empty_database_url: str) -> None:
    databases = [Database(empty_database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert all(status.up_to_date for status in pool.map(schema.upgrade, databases))
    for database in databases:
        database.close()


def test_a_new_sqlite_file_is_opened_while_another_process_writes_its_first_rows(tmp_path: Path) -> None:
    file, waits = tmp_path / "printdock.db", Event()
    with closing(sqlite3.connect(file, isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("CREATE TABLE things (name)")
        other.execute("BEGIN IMMEDIATE")
        database = Database(f"sqlite:///{file}")
        hooks = stamina.instrumentation.get_on_retry_hooks()
        stamina.instrumentation.set_on_retry_hooks([lambda retry: waits.set()])
        try:
            opened = pool.submit(lambda: inspect(database.engine).get_table_names())
            wait_for(lambda: waits.is_set() or opened.done(), "the file to be found busy")
            other.execute("COMMIT")
            assert opened.result(PATIENCE) == ["things"]
        finally:
            stamina.instrumentation.set_on_retry_hooks(hooks)
    database.close()


def test_foreign_keys_hold_after_an_upgrade_of_sqlite(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'printdock.db'}")
    schema.ready(database)
    with database.read() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    database.close()


def test_a_database_that_is_away_says_so_without_its_password() -> None:
    database = Database("postgresql+psycopg://someone:secret@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable) as raised, database.read():
        pass
    assert "secret" not in str(raised.value) and "127.0.0.1" in str(raised.value)
