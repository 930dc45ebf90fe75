"""Bring the schema up to date, and say how far it is.

Revisions only expand: they add tables, columns that may be empty or have a default, and indexes. So a program works on its
own schema and on every later one, and servers are replaced one by one while all of them answer
(`printdock.db.expanding` is the rule, and a test holds every revision to it).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from printdock.db.engine import Database
from printdock.errors import DatabaseUnavailable, UsageError

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

#: The newest revision; a test keeps it equal to the newest file in ``migrations/versions``.
HEAD = "0015"

#: How long a revision waits for a table that others use, ms: everybody who comes after it waits behind it so long.
LOCK_TIMEOUT_MS = 1_000

#: How long `upgrade` goes on trying, and how long it lets the others pass in between, seconds.
UPGRADE_PATIENCE_S, _PAUSE_S = 120.0, 0.5

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

    @property
    def serves(self) -> bool:
        """Whether this program works on it: it is the program's own, or a later one that only adds to it."""
        return self.current is not None and self.current >= self.head


def status(database: Database) -> SchemaStatus:
    """Where the schema is. Reads only."""
    with database.read() as connection:
        return SchemaStatus(_current(connection), HEAD)


def upgrade(database: Database, revision: str = "head", *, patience_s: float = UPGRADE_PATIENCE_S) -> SchemaStatus:
    """Run the missing revisions. Safe to run twice, and from two processes at once; a later schema stays as it is.

    PostgreSQL: servers may be at work. What needs a table for itself gives up after `LOCK_TIMEOUT_MS` and lets everybody
    else pass, then tries again, for ``patience_s`` in all. Raises `DatabaseUnavailable` when it never got it.
    """
    give_up = time.monotonic() + patience_s
    while True:
        try:
            return _upgrade(database, revision)
        except DatabaseUnavailable as error:
            if not _was_locked_out(error) or time.monotonic() > give_up:
                raise
            log.warning("The upgrade waits: what it changes is in use. It tries again.")
            time.sleep(_PAUSE_S)


def _upgrade(database: Database, revision: str) -> SchemaStatus:
    from alembic import command

    with _exclusive(database) as connection:
        now = SchemaStatus(_current(connection), HEAD)
        if revision == "head" and now.serves:
            return now
        if database.dialect == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
        command.upgrade(alembic_config(connection), revision)
        return SchemaStatus(_current(connection), HEAD)


def _was_locked_out(error: DatabaseUnavailable) -> bool:
    # 55P03: lock_not_available, what lock_timeout ends with (PostgreSQL, appendix A).
    cause = getattr(error.__cause__, "orig", None)
    return getattr(cause, "sqlstate", None) == "55P03"


def downgrade(database: Database, revision: str) -> SchemaStatus:
    """Undo revisions down to ``revision`` ("base" = an empty schema)."""
    from alembic import command

    with _exclusive(database) as connection:
        command.downgrade(alembic_config(connection), revision)
        return SchemaStatus(_current(connection), HEAD)


def ready(database: Database) -> None:
    """Make the database usable: an empty one and any older SQLite one is upgraded, a shared one is left to its owner.

    A later schema is used as it is: it has all that this program needs.
    Raises `UsageError` when a PostgreSQL database has an older schema than this program.
    """
    now = status(database)
    if now.serves:
        return
    if now.current is None or database.dialect == "sqlite":
        upgrade(database)
        return
    raise UsageError(
        f"The database has schema {now.current}; this printdock needs {now.head}.",
        code="older_schema",
        remedy="Run `printdock db upgrade`. Servers of the version before go on working on the new schema.",
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
