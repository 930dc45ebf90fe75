"""Where the old tables come from: the PostgreSQL database itself, or a folder with one CSV file for each table.

Nothing is ever written there: the database is read in one read-only transaction, so all tables are of one moment.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from printdock.errors import DatabaseUnavailable, UsageError
from printdock.moving.old_tables import TABLES, OldTable
from printdock.moving.staging import Staging

#: Rows fetched at a time from the database.
_FETCH = 2_000


def load(source: str, staging: Staging) -> None:
    """Stage every table of ``source``: a ``postgresql://`` address or a folder.

    Raises `UsageError` naming what is missing or cannot be read, `DatabaseUnavailable`.
    """
    if is_database(source):
        _load_database(source, staging)
    else:
        _load_folder(Path(source).expanduser(), staging)
    staging.index()


def is_database(source: str) -> bool:
    """Whether ``source`` is an address and not a folder."""
    return source.startswith(("postgresql://", "postgres://", "postgresql+"))


def shown(source: str) -> str:
    """``source`` for people: without its password."""
    if not is_database(source):
        return source
    scheme, rest = source.split("://", 1)
    user, at, host = rest.rpartition("@")
    return f"{scheme}://{user.split(':', 1)[0]}{at}{host}"


def _load_database(url: str, staging: Staging) -> None:
    scheme, rest = url.split("://", 1)
    try:
        with psycopg.connect(f"{scheme.split('+')[0]}://{rest}", connect_timeout=10) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            for table in TABLES:
                staging.load(table, _database_rows(connection, table))
    except psycopg.OperationalError as error:
        words = str(error).strip().splitlines()
        raise DatabaseUnavailable(
            f"The old database {shown(url)} does not answer ({words[0] if words else 'no reason given'}).",
            remedy="Check its address.",
        ) from error
    except psycopg.Error as error:
        raise UsageError(f"The old database cannot be read: {error}.", code="old_tables") from error


def _database_rows(connection: psycopg.Connection[Any], table: OldTable) -> Iterator[tuple[str | None, ...]]:
    there = {
        row[0]
        for row in connection.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = ANY (current_schemas(false))",
            (table.name,),
        )
    }
    _check(table, there, f"the table {table.name} of the old database")
    columns = [
        sql.SQL("{}::text").format(sql.Identifier(column)) if column in there else sql.SQL("NULL")
        for column in table.columns
    ]
    query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(columns), sql.Identifier(table.name))
    with connection.cursor(name=f"moving_{table.name}") as cursor:
        cursor.itersize = _FETCH
        cursor.execute(query)
        for row in cursor:
            yield tuple(value or None for value in row)


def _load_folder(folder: Path, staging: Staging) -> None:
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is no folder.",
            code="old_tables",
            remedy="Give a postgresql:// address, or a folder with users.csv, design_images.csv and the others.",
        )
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # masks are long
    for table in TABLES:
        staging.load(table, _csv_rows(folder / f"{table.name}.csv", table))


def _csv_rows(file: Path, table: OldTable) -> Iterator[tuple[str | None, ...]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            _check(table, set(reader.fieldnames or ()), str(file))
            for row in reader:
                yield tuple(row.get(column) or None for column in table.columns)
    except FileNotFoundError:
        raise UsageError(
            f"There is no {file.name} in {file.parent}.",
            code="old_tables",
            remedy=f"Export it: \\copy {table.name} TO '{file.name}' CSV HEADER",
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file} cannot be read: {error}.", code="old_tables") from error


def _check(table: OldTable, there: set[str], where: str) -> None:
    missing = [column for column in table.needed if column not in there]
    if not there:
        raise UsageError(f"There is no {where.removeprefix('the ')}.", code="old_tables")
    if missing:
        raise UsageError(f"There is no column {missing[0]} in {where}.", code="old_tables")
