"""A database as files, at one moment, while others work in it; and back, all or nothing.

SQLite gives a copy of its file by its own backup interface. PostgreSQL gives one file for each table: ``COPY`` in its text
form, gzipped, all in one repeatable-read transaction. pg_dump is not needed, and need not have the server's version.
"""

from __future__ import annotations

import gzip
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from psycopg import sql
from sqlalchemy import Connection, inspect, text

from printdock.db import schema
from printdock.db.engine import Database
from printdock.errors import DatabaseUnavailable, UsageError

#: The name of a part, and a stream of it.
Keep = Callable[[str, BinaryIO], None]
Open = Callable[[str], BinaryIO]
#: Reads what it likes of the very moment that is copied.
Look = Callable[[Connection], None]
_SQLITE_PART = "printdock.db"
_VERSIONS = "alembic_version"


@dataclass(slots=True)
class Dumped:
    """What a dump holds: the schema's revision, rows by table, columns by table (PostgreSQL)."""

    schema: str
    rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)


def dump(database: Database, keep: Keep, scratch: Path, look: Look) -> Dumped:
    """Hand all parts of the database to ``keep``, and let ``look`` see the same rows.

    ``scratch``: a folder with room for a copy (SQLite).
    """
    return (_dump_sqlite if database.dialect == "sqlite" else _dump_postgresql)(database, keep, scratch, look)


def count_rows(database: Database) -> dict[str, int]:
    """Rows by table; tables without rows are left out."""
    with database.read() as connection:
        found = {name: _count(connection, name) for name in _tables(connection)}
    return {name: rows for name, rows in found.items() if rows}


def load(database: Database, dumped: Dumped, open_part: Open) -> None:
    """Put a dump into an empty database, in one transaction, and bring its schema up to date.

    Raises `UsageError` (code ``backup_newer``) for a schema that this program does not know.
    """
    if dumped.schema > schema.HEAD:
        raise UsageError(
            f"The backup has schema {dumped.schema}; this printdock knows {schema.HEAD}.",
            code="backup_newer",
            remedy="Update printdock, then restore.",
        )
    if database.dialect == "sqlite":
        _load_sqlite(database, open_part)
    else:
        _load_postgresql(database, dumped, open_part)
    schema.upgrade(database)


def _dump_sqlite(database: Database, keep: Keep, scratch: Path, look: Look) -> Dumped:
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".pd-database.") as folder:
        copy = Path(folder) / _SQLITE_PART
        with _driver(database) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, which can be read where nothing may be written
        copied = Database(f"sqlite:///{copy}")
        try:
            dumped = Dumped(_revision(copied), count_rows(copied))
            with copied.read() as connection:
                look(connection)
        finally:
            copied.close()
        with closing(sqlite3.connect(copy)) as target:
            target.execute("PRAGMA journal_mode=DELETE")  # looking at it has made it a WAL one again
        with copy.open("rb") as stream:
            keep(_SQLITE_PART, stream)
    return dumped


def _load_sqlite(database: Database, open_part: Open) -> None:
    with open_part(_SQLITE_PART) as stream:
        address = f"{Path(stream.name).absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as source, _driver(database) as target:
        source.backup(target)  # one write transaction: killed in it, the database is as empty as before


@contextmanager
def _driver(database: Database) -> Iterator[sqlite3.Connection]:
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        try:
            yield driver
        except sqlite3.OperationalError as error:
            raise DatabaseUnavailable(f"The database could not be copied ({error}).", remedy="Run again.") from error


def _dump_postgresql(database: Database, keep: Keep, scratch: Path, look: Look) -> Dumped:
    dumped = Dumped(_revision(database))
    with database.read() as connection:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        for name in _tables(connection):
            dumped.columns[name] = [column["name"] for column in inspect(connection).get_columns(name)]
            if rows := _count(connection, name):
                dumped.rows[name] = rows
                _copy_out(connection, name, dumped.columns[name], keep, scratch)
        look(connection)
    return dumped


def _copy_out(connection: Connection, name: str, columns: list[str], keep: Keep, scratch: Path) -> None:
    # Of a query: a table in parts (deploy/postgresql/partition-bands.sql) is not copied out by its name.
    command = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
        sql.SQL(", ").join(map(_quoted, columns)), _quoted(name)
    )
    with tempfile.TemporaryFile(dir=scratch) as packed:
        # No time and no name inside, so that the same rows are the same bytes, which a backup has once.
        with (
            gzip.GzipFile("", "wb", 1, packed, mtime=0) as plain,
            _cursor(connection) as cursor,
            cursor.copy(command) as copied,
        ):
            for piece in copied:
                plain.write(piece)
        packed.seek(0)
        keep(_part(name), packed)


def _load_postgresql(database: Database, dumped: Dumped, open_part: Open) -> None:
    if dumped.schema != schema.HEAD:
        schema.downgrade(database, "base")
        schema.upgrade(database, dumped.schema)
    with database.write() as connection:
        for name in [name for name in _tables(connection) if name in dumped.rows]:
            _copy_in(connection, name, dumped.columns[name], open_part)
        for name in dumped.rows:
            _advance_numbers(connection, name)


def _copy_in(connection: Connection, name: str, columns: list[str], open_part: Open) -> None:
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(_quoted(name), sql.SQL(", ").join(map(_quoted, columns)))
    with (
        open_part(_part(name)) as packed,
        gzip.GzipFile(fileobj=packed, mode="rb") as plain,
        _cursor(connection) as cursor,
        cursor.copy(command) as copied,
    ):
        while piece := plain.read(1024 * 1024):
            copied.write(piece)


def _advance_numbers(connection: Connection, name: str) -> None:
    """The next id that PostgreSQL gives is one above the highest there is."""
    for column in inspect(connection).get_pk_constraint(name)["constrained_columns"]:
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": f'"{name}"', "column": column}
        ).scalar()
        if sequence is not None:
            connection.execute(
                text(f'SELECT setval(CAST(:sequence AS regclass), (SELECT max("{column}") FROM "{name}"))'),
                {"sequence": sequence},
            )


def _tables(connection: Connection) -> list[str]:
    """All but alembic's own, those that are referred to first. A table in parts is one table, its parts are none."""
    ordered = [name for name, _ in inspect(connection).get_sorted_table_and_fkc_names() if name is not None]
    left_out = {_VERSIONS}
    if connection.dialect.name == "postgresql":
        left_out |= set(connection.execute(text("SELECT relname FROM pg_class WHERE relispartition")).scalars())
    return [name for name in ordered if name not in left_out]


def _count(connection: Connection, name: str) -> int:
    return int(connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one())


def _revision(database: Database) -> str:
    current = schema.status(database).current
    assert current is not None, "a database that is open has a schema"
    return current


def _cursor(connection: Connection) -> Any:
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver.cursor()


def _quoted(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _part(name: str) -> str:
    return f"{name}.copy.gz"
