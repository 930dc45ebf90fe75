"""Servers are replaced one by one: revisions only add, so a program works on its own schema and on every later one."""

from __future__ import annotations

import importlib
import json
import pkgutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import op

from printdock.db import schema
from printdock.db.engine import Database
from printdock.db.expanding import breaking, statements_of
from printdock.db.migrations import versions
from printdock.errors import DatabaseUnavailable, UsageError
from tests.end_to_end.pictures import draw
from tests.end_to_end.shop import Shop

REVISIONS = [name for _, name, _ in pkgutil.iter_modules(versions.__path__)]


@pytest.mark.parametrize("name", REVISIONS)
def test_a_revision_only_adds(name: str) -> None:
    statements = statements_of(importlib.import_module(f"{versions.__name__}.{name}").upgrade)
    assert statements
    assert breaking(statements) == []


def _with_index_on(table: str, *, unique: bool = False) -> None:
    op.create_index("ix_new", table, ["name"], unique=unique)


def _own_table() -> None:
    op.create_table("news", sa.Column("name", sa.Text(), nullable=False))
    _with_index_on("news", unique=True)
    op.create_check_constraint("ck_news", "news", "name <> ''")


ALLOWED: list[Callable[[], object]] = [
    _own_table,
    lambda: op.add_column("designs", sa.Column("note", sa.Text())),
    lambda: op.add_column("designs", sa.Column("note", sa.Text(), server_default="", nullable=False)),
    lambda: op.execute("UPDATE designs SET note = name"),
    lambda: _with_index_on("designs"),
]
FORBIDDEN: list[Callable[[], object]] = [
    lambda: op.drop_table("designs"),
    lambda: op.drop_column("designs", "name"),
    lambda: op.alter_column("designs", "name", new_column_name="title"),
    lambda: op.alter_column("designs", "name", type_=sa.Integer()),
    lambda: op.alter_column("designs", "similar_to", nullable=False),
    lambda: op.rename_table("designs", "art"),
    lambda: op.add_column("designs", sa.Column("note", sa.Text(), nullable=False)),
    lambda: op.create_check_constraint("ck_designs", "designs", "name <> ''"),
    lambda: op.create_foreign_key("fk_designs", "designs", "shops", ["shop_id"], ["id"]),
    lambda: op.drop_index("ix_designs_shop_id_created_at", "designs"),
    lambda: _with_index_on("designs", unique=True),
    lambda: op.execute("DELETE FROM designs"),
    lambda: op.execute("DROP TABLE designs"),
]


def test_what_adds_is_told_from_what_breaks() -> None:
    assert [breaking(statements_of(one)) for one in ALLOWED] == [[]] * len(ALLOWED)
    assert [len(breaking(statements_of(one))) for one in FORBIDDEN] == [1] * len(FORBIDDEN)


def _expand(url: str) -> None:
    """What a later version's revision would do."""
    database = Database(url)
    with database.write() as connection:
        for statement in (
            "ALTER TABLE print_files ADD COLUMN of_tomorrow TEXT",
            "ALTER TABLE designs ADD COLUMN stars INTEGER NOT NULL DEFAULT 5",
            "CREATE TABLE tomorrow (id INTEGER PRIMARY KEY)",
            "UPDATE alembic_version SET version_num = '9999'",
        ):
            connection.execute(sa.text(statement))
    database.close()


def test_a_program_goes_on_with_a_later_schema(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    shop = Shop(tmp_path / "home", tmp_path, tmp_path / "nas", {"DATABASE_URL": database_url})
    shop.environment["PRINTDOCK_STORAGE"] = str(shop.root)
    shop.run("templates", "add", "Small", "--width", "2", "--height", "2", "--dpi", "150").expect(0)
    first = shop.ingest(*draw(tmp_path / "designs", range(2))).expect(0)
    _expand(database_url)
    second = shop.ingest(*draw(tmp_path / "more", range(1, 4))).expect(0)
    assert (first.outcomes, second.outcomes) == ({"stored": 2}, {"stored": 2, "duplicate": 1})
    status = shop.run("db", "upgrade", "--json").expect(0).document
    assert status == {"current": "9999", "head": schema.HEAD, "up_to_date": False, "serves": True}
    assert json.loads(shop.run("verify", "--deep", "--json").expect(0).out)["clean"]


def test_a_program_does_not_start_on_an_older_shared_schema(empty_postgres_url: str) -> None:
    database = Database(empty_postgres_url)
    before = sorted(name[1:5] for name in REVISIONS)[-2]
    assert schema.upgrade(database, before).current == before
    with pytest.raises(UsageError, match="printdock db upgrade") as raised:
        schema.ready(database)
    assert raised.value.code == "older_schema"
    schema.upgrade(database)
    schema.ready(database)
    database.close()


def test_an_upgrade_lets_others_pass_and_gets_its_turn(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long transaction reads a table that a revision changes: the upgrade waits, and does not hold up a third."""
    monkeypatch.setattr(schema, "LOCK_TIMEOUT_MS", 100)
    database, other = Database(empty_postgres_url), Database(empty_postgres_url)
    schema.upgrade(database, "0003")  # the next revision adds columns to `uploads`
    with other.read() as reading:
        reading.execute(sa.text("SELECT count(*) FROM uploads"))
        with pytest.raises(DatabaseUnavailable):
            schema.upgrade(database, patience_s=0)
        assert schema.status(database).current == "0003", "all or nothing"
        waiting = threading.Thread(target=schema.upgrade, args=(database,))
        waiting.start()
        with other.read() as third:
            third.execute(sa.text("SELECT count(*) FROM uploads"))
        assert waiting.is_alive()
    waiting.join(30)
    assert schema.status(database).up_to_date
    database.close()
    other.close()
