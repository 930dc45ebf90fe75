"""Files that a client prepared before it sent them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incoming_files", sa.Column("prepared_from", sa.LargeBinary(length=32)))


def downgrade() -> None:
    op.drop_column("incoming_files", "prepared_from")
