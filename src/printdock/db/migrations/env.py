"""Alembic's entry: runs the revisions on the connection that `printdock.db.schema` hands over."""

from __future__ import annotations

from alembic import context

from printdock.db import account_tables, etsy_tables  # noqa: F401  # their tables belong to the metadata, too
from printdock.db.tables import metadata


def run() -> None:
    """Run the revisions inside the caller's transaction; SQLite alters tables by copying them (batch mode)."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
