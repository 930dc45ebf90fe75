"""Etsy: connections, listing templates, and the journal of drafts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printdock.db.types import UtcDateTime, Uuid

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('sending', 'unknown')")


def upgrade() -> None:
    op.create_table(
        "etsy_connections",
        sa.Column("shop_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("etsy_user_id", sa.BigInteger(), nullable=False),
        sa.Column("etsy_shop_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=10), nullable=False),
        sa.Column("scopes", sa.String(length=500), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("broken", sa.String(length=2000), nullable=True),
        sa.Column("refresher", sa.String(length=200), nullable=True),
        sa.Column("refresh_until", UtcDateTime(), nullable=True),
        sa.Column("connected_at", UtcDateTime(), nullable=False),
        sa.Column("refreshed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_etsy_connections_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_etsy_connections")),
    )
    op.create_table(
        "etsy_consents",
        sa.Column("state", sa.LargeBinary(length=32), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_etsy_consents_shop_id")),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_etsy_consents")),
    )
    op.create_table(
        "etsy_directories",
        sa.Column("shop_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("things", sa.JSON(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_etsy_directories_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", "kind", name=op.f("pk_etsy_directories")),
    )
    op.create_table(
        "etsy_paces",
        sa.Column("shop_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("left_today", sa.Integer(), nullable=True),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("heard_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_etsy_paces_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_etsy_paces")),
    )
    op.create_table(
        "listing_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_listing_templates_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_templates")),
        sa.UniqueConstraint("shop_id", "name", name=op.f("uq_listing_templates_shop_id_name")),
    )
    op.create_table(
        "shared_images",
        sa.Column("shop_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("image_id", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shared_images_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", "digest", name=op.f("pk_shared_images")),
    )
    op.create_table(
        "design_fields",
        sa.Column("design_id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["design_id"], ["designs.id"], name=op.f("fk_design_fields_design_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_design_fields_shop_id")),
        sa.PrimaryKeyConstraint("design_id", name=op.f("pk_design_fields")),
    )
    op.create_table(
        "listings",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("design_id", Uuid(), nullable=False),
        sa.Column("print_file_id", Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("etsy_shop_id", sa.BigInteger(), nullable=True),
        sa.Column("etsy_listing_id", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("sends", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_sent_at", UtcDateTime(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sent", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("candidates", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("notes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'sending', 'unknown', 'made', 'done', 'refused', 'ask', 'gone')",
            name=op.f("ck_listings_state"),
        ),
        sa.ForeignKeyConstraint(["design_id"], ["designs.id"], name=op.f("fk_listings_design_id")),
        sa.ForeignKeyConstraint(["print_file_id"], ["print_files.id"], name=op.f("fk_listings_print_file_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_listings_shop_id")),
        sa.ForeignKeyConstraint(["template_id"], ["listing_templates.id"], name=op.f("fk_listings_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        sa.UniqueConstraint("shop_id", "etsy_listing_id", name=op.f("uq_listings_shop_id_etsy_listing_id")),
        sa.UniqueConstraint(
            "shop_id", "print_file_id", "template_id", name=op.f("uq_listings_shop_id_print_file_id_template_id")
        ),
    )
    op.create_index(op.f("ix_listings_shop_id_state"), "listings", ["shop_id", "state"], unique=False)
    op.create_index(
        "uq_listings_open_fingerprint",
        "listings",
        ["shop_id", "fingerprint"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "listing_images",
        sa.Column("listing_id", Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_listing_images_listing_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_listing_images_shop_id")),
        sa.PrimaryKeyConstraint("listing_id", "digest", name=op.f("pk_listing_images")),
    )
    op.create_table(
        "listing_snapshots",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", Uuid(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("restored_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_listing_snapshots_listing_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_listing_snapshots_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_snapshots")),
    )
    op.create_index(
        op.f("ix_listing_snapshots_shop_id_listing_id_taken_at"),
        "listing_snapshots",
        ["shop_id", "listing_id", "taken_at"],
        unique=False,
    )


def downgrade() -> None:

    op.drop_index(op.f("ix_listing_snapshots_shop_id_listing_id_taken_at"), table_name="listing_snapshots")
    op.drop_table("listing_snapshots")
    op.drop_table("listing_images")
    op.drop_index("uq_listings_open_fingerprint", table_name="listings", sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.drop_index(op.f("ix_listings_shop_id_state"), table_name="listings")
    op.drop_table("listings")
    op.drop_table("design_fields")
    op.drop_table("shared_images")
    op.drop_table("listing_templates")
    op.drop_table("etsy_paces")
    op.drop_table("etsy_directories")
    op.drop_table("etsy_consents")
    op.drop_table("etsy_connections")
