"""Indexes without which some questions read every row of a large library.

``if_not_exists``: on a large PostgreSQL they are best made before, concurrently (docs/scaling.md).
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_matches_design_id": ("matches", "design_id"),
    "ix_matches_matched_design_id": ("matches", "matched_design_id"),
    "ix_print_files_sha256": ("print_files", "sha256"),
}


def upgrade() -> None:
    for name, (table, column) in _INDEXES.items():
        op.create_index(name, table, [column], if_not_exists=True)


def downgrade() -> None:
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
