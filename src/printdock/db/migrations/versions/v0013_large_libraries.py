"""Indexes without which some questions read every row of a large library.

``if_not_exists``: on a large PostgreSQL they are best made before, concurrently (docs/scaling.md).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_matches_design_id": ("matches", ["design_id"]),
    "ix_matches_matched_design_id": ("matches", ["matched_design_id"]),
    "ix_print_files_sha256": ("print_files", ["sha256"]),
}


def upgrade() -> None:
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns, if_not_exists=True)
    if op.get_context().dialect.name == "sqlite":
        _count_again(op.get_bind())


def _count_again(connection: sa.Connection) -> None:
    """SQLite takes an index that it has not counted for a good one, such as those of revision 0012 and this one."""
    if sa.inspect(connection).has_table("sqlite_stat1"):
        connection.execute(sa.text("PRAGMA analysis_limit=400"))  # some rows of each are enough (db/statistics.py)
        connection.execute(sa.text("ANALYZE print_files"))


def downgrade() -> None:
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
