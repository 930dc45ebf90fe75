"""Rows that somebody else may write at the same moment: the database decides who was first, nobody fails by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError


def insert_into(connection: Connection, table: Table) -> postgresql.Insert:
    """The ``INSERT`` of this database, with its ``on_conflict_do_nothing`` and ``on_conflict_do_update``.

    SQLite's and PostgreSQL's are two classes with the same methods, and are taken for one here.
    """
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return cast("postgresql.Insert", sqlite.insert(table))


def added(connection: Connection, table: Table, row: Mapping[str, Any]) -> Any:
    """Insert ``row`` and answer its primary key (one column); None, with nothing written, where a unique row is there.

    Looking first and inserting after is not enough: a second writer may come between. Here it waits for the first one
    to commit and then sees its row (PostgreSQL at READ COMMITTED; SQLite has one writer at a time).
    """
    (key,) = table.primary_key.columns
    unless_there = insert_into(connection, table).values(**row).on_conflict_do_nothing().returning(key)
    return connection.execute(unless_there).scalar_one_or_none()


def changed(connection: Connection, statement: Executable) -> bool:
    """Run an ``UPDATE``; False, with nothing changed, where it would make two unique rows the same.

    It waits as `added` does. What was done before it in this transaction stays.
    """
    try:
        with connection.begin_nested():
            connection.execute(statement)
    except IntegrityError as error:
        if not _is_of_unique_rows(error):
            raise
        return False
    return True


def _is_of_unique_rows(error: IntegrityError) -> bool:
    # 23505: unique_violation (PostgreSQL, appendix A); SQLite's extended result codes have names.
    names = (getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorname", None))
    return names[0] == "23505" or names[1] in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
