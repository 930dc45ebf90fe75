"""Bring the schema up to date, and say how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from printdock.db.engine import Database
from printdock.errors import UsageError

if TYPE_CHECKING:
    from alembic.config import Config

#: The newest revision; a test keeps it equal to the newest file in ``migrations/versions``.
HEAD = "0007"

#: Any fixed number: keeps two processes from upgrading the same PostgreSQL database at once.
_UPGRADE_LOCK = 7_260_511


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """``current`` is the database's revision, or None for an empty database."""

    current: str | None
    head: str

    @property
    def up_to_date(self) -> bool:
        return self.current == self.head


def status(database: Database) -> SchemaStatus:
    """Where the schema is. Reads only."""
    with database.read() as connection:
        return SchemaStatus(_current(connection), HEAD)


def upgrade(database: Database, revision: str = "head") -> SchemaStatus:
    """Run the missing revisions. Safe to run twice, and from two processes at once."""
    from alembic import command

    with _exclusive(database) as connection:
        command.upgrade(alembic_config(connection), revision)
        return SchemaStatus(_current(connection), HEAD)


def downgrade(database: Database, revision: str) -> SchemaStatus:
    """Undo revisions down to ``revision`` ("base" = an empty schema)."""
    from alembic import command

    with _exclusive(database) as connection:
        command.downgrade(alembic_config(connection), revision)
        return SchemaStatus(_current(connection), HEAD)


def ready(database: Database) -> None:
    """Make the database usable: an empty one and any SQLite one is upgraded, a shared one is left to its owner.

    Raises `UsageError` when a PostgreSQL database has an older (or newer) schema than this program.
    """
    now = status(database)
    if now.up_to_date:
        return
    if now.current is None or database.dialect == "sqlite":
        upgrade(database)
        return
    raise UsageError(
        f"The database has schema {now.current}; this printdock needs {now.head}.",
        remedy="Run `printdock db upgrade`.",
    )


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration, bound to ``connection``."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


@contextmanager
def _exclusive(database: Database) -> Iterator[Connection]:
    """One upgrader at a time. SQLite rebuilds tables: with foreign keys on that deletes the rows referring to them."""
    if database.dialect == "postgresql":
        with database.write() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
            yield connection
        return
    with database.write(foreign_keys=False) as connection:
        yield connection
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise UsageError(
                f"The upgrade would leave {len(broken)} rows without what they refer to.", code="broken_references"
            )
