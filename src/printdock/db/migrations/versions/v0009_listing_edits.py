"""Edits of single drafts, removals of drafts, who asked for a connection, which job sees to a draft."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printdock.db.types import UtcDateTime, Uuid

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("etsy_consents", sa.Column("asked_by", sa.String(length=200)))
    op.add_column("listings", sa.Column("job_id", Uuid()))
    _edits()
    _removals()


def _edits() -> None:
    op.create_table(
        "listing_edits",
        sa.Column("template_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("design_id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["template_id"], ["listing_templates.id"], name=op.f("fk_listing_edits_template_id")),
        sa.ForeignKeyConstraint(["design_id"], ["designs.id"], name=op.f("fk_listing_edits_design_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_listing_edits_shop_id")),
        sa.PrimaryKeyConstraint("template_id", "design_id", name=op.f("pk_listing_edits")),
    )


def _removals() -> None:
    op.create_table(
        "listing_removals",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", Uuid(), nullable=False),
        sa.Column("etsy_listing_id", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("outcome", sa.String(length=20)),
        sa.Column("before", sa.JSON(none_as_null=True)),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_listing_removals_shop_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_listing_removals_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_removals")),
        sa.UniqueConstraint(
            "shop_id",
            "listing_id",
            "etsy_listing_id",
            name=op.f("uq_listing_removals_shop_id_listing_id_etsy_listing_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("listing_removals")
    op.drop_table("listing_edits")
    op.drop_column("listings", "job_id")
    op.drop_column("etsy_consents", "asked_by")
