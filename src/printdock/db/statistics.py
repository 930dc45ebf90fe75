"""What SQLite's planner must know of a library. PostgreSQL finds out by itself."""

from __future__ import annotations

from sqlalchemy import inspect, text

from printdock.db.engine import Database

#: Rows from which on the numbers tell enough; before, any plan is quick.
_ENOUGH = 100
#: Rows of an index that are looked at: it takes milliseconds, however large the table (sqlite.org/lang_analyze.html).
_LOOKED_AT = 400


def ensure_statistics(database: Database) -> None:
    """Let SQLite count, once, how many print files share a shop, and how many a design.

    Every query names the shop. Without these numbers the planner takes an index that begins with it, and looks through
    the whole shop for each design: a page of 100,000 designs took minutes instead of 0.1 s. Safe to call again.
    """
    if database.dialect != "sqlite":
        return
    with database.read() as connection:
        enough = connection.execute(text("SELECT 1 FROM print_files LIMIT 1 OFFSET :rows"), {"rows": _ENOUGH}).first()
        if enough is None or inspect(connection).has_table("sqlite_stat1"):
            return
    with database.write() as connection:
        connection.execute(text(f"PRAGMA analysis_limit={_LOOKED_AT}"))
        connection.execute(text("ANALYZE print_files"))
