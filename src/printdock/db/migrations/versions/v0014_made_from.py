"""Which art a mockup shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mockups", sa.Column("made_from", sa.LargeBinary(length=32)))


def downgrade() -> None:
    op.drop_column("mockups", "made_from")
