"""An index of what lists are counted and parted by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_LIVE = "state IN ('stored', 'spooled', 'missing')"


def upgrade() -> None:
    op.create_index(
        "ix_print_files_live",
        "print_files",
        ["shop_id", "design_id", "template_id", "state", "upload_id"],
        sqlite_where=sa.text(_LIVE),
        postgresql_where=sa.text(_LIVE),
        if_not_exists=True,  # made before, concurrently (docs/scaling.md)
    )


def downgrade() -> None:
    op.drop_index("ix_print_files_live", "print_files")
