"""The database: an engine, short transactions, and its failures as our errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import stamina
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from printdock.errors import DatabaseUnavailable
from printdock.telemetry import meters
from printdock.telemetry.table import DATABASE_FAILURES

#: How long a SQLite writer waits for another, ms; measured in facts: with WAL and IMMEDIATE nobody waits near as long.
BUSY_TIMEOUT_MS = 30_000


class Database:
    """One engine. `read` and `write` open short transactions; both are safe from many threads."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _engine(url)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises `DatabaseUnavailable` when the database is away."""
        with _as_our_errors(self), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, *, foreign_keys: bool = True) -> Iterator[Connection]:
        """A transaction that may write: committed at the end, rolled back on any error.

        On SQLite it takes the write lock at once: one that starts by reading and then writes fails under
        concurrent writers whatever its timeout. ``foreign_keys=False`` does not check them (SQLite, migrations).
        """
        with _as_our_errors(self), self.engine.connect() as connection:
            connection = connection.execution_options(printdock_writes=True)
            if not foreign_keys:
                _set_foreign_keys(connection, "OFF")
            try:
                with connection.begin():
                    yield connection
            finally:
                if not foreign_keys:
                    _set_foreign_keys(connection, "ON")

    def close(self) -> None:
        """Close all connections. Idempotent."""
        self.engine.dispose()

    def __repr__(self) -> str:
        return f"Database({self.url.render_as_string(hide_password=True)})"


#: libpq's parameters for a server whose machine is gone without a word: its connections count as lost within a minute,
#: where the kernel by itself waits a quarter of an hour for an acknowledgement, and two hours for an answer.
_LIVENESS = {
    "keepalives_idle": 20,  # seconds, as the next
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,  # milliseconds
}


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=15,  # a server's threads and its jobs at once; transactions are short, so seldom so many
            connect_args={"connect_timeout": 10, "application_name": "printdock", **_LIVENESS},
        )
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own: `_begin_sqlite` says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _switch_to_wal(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _switch_to_wal(cursor: Any) -> None:
    # The busy timeout does not cover this: while somebody writes to a file that is not in WAL mode yet (two processes
    # make it at once), SQLite refuses the switch at once.
    busy = stamina.retry_context(
        on=_is_busy, attempts=None, timeout=BUSY_TIMEOUT_MS / 1000, wait_initial=0.02, wait_jitter=0.1, wait_max=0.5
    )
    for attempt in busy:
        with attempt:
            cursor.execute("PRAGMA journal_mode=WAL")


def _is_busy(error: Exception) -> bool:
    # The lowest byte is the kind; above it is why.
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _set_foreign_keys(connection: Connection, value: str) -> None:
    # By the driver, since the pragma does nothing inside a transaction, and SQLAlchemy would begin one.
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys={value}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("printdock_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _as_our_errors(database: Database) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        meters.count(DATABASE_FAILURES, kind="timeout" if _timed_out(error) else "away")
        raise DatabaseUnavailable(
            _sentence(database, error), remedy="Start it, or check DATABASE_URL, then run again."
        ) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            meters.count(DATABASE_FAILURES, kind="away")
            raise DatabaseUnavailable(_sentence(database, error), remedy="Run again when it is back.") from error
        raise


def _timed_out(error: Exception) -> bool:
    """Whether somebody waited too long: for a lock, a statement or a connection."""
    # 57014: statement_timeout, 55P03: lock_timeout (PostgreSQL, appendix A); SQLite says in words that it is locked.
    cause = getattr(error, "orig", None)
    slow = getattr(cause, "sqlstate", None) in ("57014", "55P03") or "locked" in str(cause) or "timeout" in str(cause)
    return isinstance(error, PoolTimeout) or slow


def _sentence(database: Database, error: Exception) -> str:
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()
    where = database.url.render_as_string(hide_password=True)
    return f"The database {where} does not answer ({cause[0] if cause else type(error).__name__})."
