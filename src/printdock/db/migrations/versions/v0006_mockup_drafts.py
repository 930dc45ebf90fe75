"""Drafts of mockup sets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printdock.db.types import UtcDateTime, Uuid

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mockup_drafts",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.String(length=80)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_mockup_drafts_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mockup_drafts")),
    )
    op.create_index(op.f("ix_mockup_drafts_shop_id"), "mockup_drafts", ["shop_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_mockup_drafts_shop_id"), "mockup_drafts")
    op.drop_table("mockup_drafts")
