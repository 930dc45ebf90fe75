"""An index of replacements that are not at their end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OPEN = sa.text("decision = 'replace' AND undo_until IS NULL")


def upgrade() -> None:
    # One that is being undone is open from its beginning on, and has no such moment.
    op.execute(
        "UPDATE matches SET undo_until = NULL "
        "WHERE decision = 'replace' AND undo_until IS NOT NULL AND CAST(undo AS TEXT) LIKE '%\"returning\"%'"
    )
    op.create_index(
        "ix_matches_replacing",
        "matches",
        ["shop_id", "decision"],  # both, or SQLite takes the index of all decisions
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
        if_not_exists=True,  # made before, concurrently (docs/scaling.md)
    )


def downgrade() -> None:
    op.drop_index("ix_matches_replacing", "matches")
