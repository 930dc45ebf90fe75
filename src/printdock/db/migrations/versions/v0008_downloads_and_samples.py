"""Downloads, and what came with the sample data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printdock.db.types import UtcDateTime, Uuid

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "downloads",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("things", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_downloads_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_downloads")),
    )
    op.create_index(op.f("ix_downloads_created_at"), "downloads", ["created_at"])
    op.create_table(
        "samples",
        sa.Column("shop_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("made_of", sa.String(length=200), nullable=False),
        sa.CheckConstraint("kind IN ('upload', 'set', 'template')", name=op.f("ck_samples_kind")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_samples_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", "kind", "thing", name=op.f("pk_samples")),
    )


def downgrade() -> None:
    op.drop_table("samples")
    op.drop_index(op.f("ix_downloads_created_at"), "downloads")
    op.drop_table("downloads")
