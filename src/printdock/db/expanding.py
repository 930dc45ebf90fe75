"""What a revision may do, so that programs of the version before go on working on the schema it leaves.

Allowed: new tables with whatever they like; on tables that are there, new columns that may be empty or have a default,
indexes that are not unique, and changes of rows. Everything else breaks somebody: a program that still reads a column, writes
a row without it, or writes what a new rule forbids.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO

_CREATED = re.compile(r'CREATE TABLE "?(\w+)"?', re.IGNORECASE)
_ON_TABLE = re.compile(r'CREATE (UNIQUE )?INDEX .*? ON "?(\w+)"?', re.IGNORECASE)
_ALTERED = re.compile(r'ALTER TABLE "?(\w+)"? (.*)', re.IGNORECASE)
_ROWS = re.compile(r"(INSERT INTO|UPDATE) ", re.IGNORECASE)


def statements_of(upgrade: Callable[[], None]) -> list[str]:
    """What a revision's ``upgrade`` sends to PostgreSQL, one statement each; nothing is run."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    buffer = StringIO()
    options = {"as_sql": True, "output_buffer": buffer}
    with Operations.context(MigrationContext.configure(dialect_name="postgresql", opts=options)):
        upgrade()
    return [" ".join(one.split()) for one in buffer.getvalue().split(";") if one.strip()]


def breaking(statements: list[str]) -> list[str]:
    """Those of ``statements`` that a program of the version before may not survive, each with the reason."""
    created = {found.group(1) for one in statements if (found := _CREATED.match(one))}
    return [f"{one}: {reason}" for one in statements if (reason := _objection(one, created))]


def _objection(statement: str, created: set[str]) -> str | None:
    if _CREATED.match(statement) or _ROWS.match(statement):
        return None
    if found := _ON_TABLE.match(statement):
        if found.group(1) and found.group(2) not in created:
            return "an older program may write what this forbids"
        return None
    if found := _ALTERED.match(statement):
        return None if found.group(1) in created else _objection_to(found.group(2).upper())
    return "only what adds is allowed"


def _objection_to(change: str) -> str | None:
    """``change``: what stands behind ``ALTER TABLE name``."""
    if not change.startswith("ADD COLUMN "):
        return "an older program may still need it as it was"
    if "NOT NULL" in change and "DEFAULT" not in change:
        return "an older program writes rows without it"
    if any(word in change for word in (" UNIQUE", " CHECK")):
        return "an older program may write what this forbids"
    return None
