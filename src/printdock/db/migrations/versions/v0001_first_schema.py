"""First schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printdock.db.types import UtcDateTime, Uuid

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bands",
        sa.Column("shop_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("design_id", Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "band", "design_id", name=op.f("pk_bands")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shops")),
        sa.UniqueConstraint("name", name=op.f("uq_shops_name")),
    )
    op.create_table(
        "designs",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("similar_to", Uuid(), nullable=True),
        sa.Column("similar_distance", sa.Float(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_designs_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designs")),
    )
    op.create_index(op.f("ix_designs_shop_id_created_at"), "designs", ["shop_id", "created_at"], unique=False)
    op.create_table(
        "old_hashes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=1000), nullable=False),
        sa.Column("phash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("ahash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("dhash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("whash", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_old_hashes_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_hashes")),
        sa.UniqueConstraint("shop_id", "label", name=op.f("uq_old_hashes_shop_id_label")),
    )
    op.create_index(op.f("ix_old_hashes_shop_id_ahash"), "old_hashes", ["shop_id", "ahash"], unique=False)
    op.create_index(op.f("ix_old_hashes_shop_id_dhash"), "old_hashes", ["shop_id", "dhash"], unique=False)
    op.create_index(op.f("ix_old_hashes_shop_id_phash"), "old_hashes", ["shop_id", "phash"], unique=False)
    op.create_index(op.f("ix_old_hashes_shop_id_whash"), "old_hashes", ["shop_id", "whash"], unique=False)
    op.create_table(
        "templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("prefix", sa.String(length=40), nullable=False),
        sa.Column("pattern", sa.String(length=200), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_templates_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
        sa.UniqueConstraint("shop_id", "name", name=op.f("uq_templates_shop_id_name")),
    )
    op.create_table(
        "fingerprints",
        sa.Column("design_id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("signatures", sa.LargeBinary(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("aspect", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["design_id"], ["designs.id"], name=op.f("fk_fingerprints_design_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_fingerprints_shop_id")),
        sa.PrimaryKeyConstraint("design_id", name=op.f("pk_fingerprints")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "coarse_pictures",
        sa.Column("design_id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("coarse", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["design_id"], ["designs.id"], name=op.f("fk_coarse_pictures_design_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_coarse_pictures_shop_id")),
        sa.PrimaryKeyConstraint("design_id", name=op.f("pk_coarse_pictures")),
    )
    op.create_table(
        "uploads",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("stored", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("duplicates", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_uploads_shop_id")),
        sa.ForeignKeyConstraint(["template_id"], ["templates.id"], name=op.f("fk_uploads_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_shop_id_started_at"), "uploads", ["shop_id", "started_at"], unique=False)
    op.create_table(
        "matches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("upload_id", Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=4500), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("design_id", Uuid(), nullable=True),
        sa.Column("matched_design_id", Uuid(), nullable=False),
        sa.Column("matched_print_file_id", Uuid(), nullable=True),
        sa.Column("distance", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_matches_shop_id")),
        sa.ForeignKeyConstraint(["template_id"], ["templates.id"], name=op.f("fk_matches_template_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_matches_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
    )
    op.create_index(op.f("ix_matches_shop_id_decision"), "matches", ["shop_id", "decision"], unique=False)
    op.create_index(op.f("ix_matches_shop_id_sha256"), "matches", ["shop_id", "sha256"], unique=False)
    op.create_table(
        "print_files",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("design_id", Uuid(), nullable=False),
        sa.Column("upload_id", Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("dpi", sa.Integer(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("art_width", sa.Integer(), nullable=True),
        sa.Column("art_height", sa.Integer(), nullable=True),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("preflight", sa.JSON(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('storing', 'spooled', 'stored', 'missing', 'deleted')", name=op.f("ck_print_files_state")
        ),
        sa.ForeignKeyConstraint(["design_id"], ["designs.id"], name=op.f("fk_print_files_design_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_print_files_shop_id")),
        sa.ForeignKeyConstraint(["template_id"], ["templates.id"], name=op.f("fk_print_files_template_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_print_files_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_files")),
        sa.UniqueConstraint("shop_id", "path", name=op.f("uq_print_files_shop_id_path")),
        sa.UniqueConstraint("shop_id", "template_id", "number", name=op.f("uq_print_files_shop_id_template_id_number")),
    )
    op.create_index(op.f("ix_print_files_design_id"), "print_files", ["design_id"], unique=False)
    op.create_index(
        "ix_print_files_unfinished",
        "print_files",
        ["shop_id", "owner"],
        unique=False,
        sqlite_where=sa.text("state = 'storing'"),
        postgresql_where=sa.text("state = 'storing'"),
    )
    op.create_table(
        "upload_files",
        sa.Column("upload_id", Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=4500), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("design_id", Uuid(), nullable=True),
        sa.Column("print_file_id", Uuid(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_upload_files_shop_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_upload_files_upload_id")),
        sa.PrimaryKeyConstraint("upload_id", "position", name=op.f("pk_upload_files")),
    )
    op.create_table(
        "sources",
        sa.Column("shop_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("template_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("print_file_id", Uuid(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["print_file_id"], ["print_files.id"], name=op.f("fk_sources_print_file_id")),
        sa.PrimaryKeyConstraint("shop_id", "template_id", "sha256", name=op.f("pk_sources")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sources_print_file_id"), "sources", ["print_file_id"], unique=False)
    op.create_table(
        "mockup_sets",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("template", sa.String(length=200), nullable=True),
        sa.Column("pattern", sa.String(length=200), nullable=False),
        sa.Column("longest_side", sa.Integer(), nullable=False),
        sa.Column("output", sa.JSON(), nullable=False),
        sa.Column("manifest", sa.String(length=80), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("leftovers", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_mockup_sets_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mockup_sets")),
        sa.UniqueConstraint("shop_id", "name", name=op.f("uq_mockup_sets_shop_id_name")),
    )
    op.create_table(
        "mockup_pictures",
        sa.Column("set_id", Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("colours", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["mockup_sets.id"], name=op.f("fk_mockup_pictures_set_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_mockup_pictures_shop_id")),
        sa.PrimaryKeyConstraint("set_id", "position", name=op.f("pk_mockup_pictures")),
    )
    op.create_table(
        "mockups",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("design_id", Uuid(), nullable=False),
        sa.Column("print_file_id", Uuid(), nullable=False),
        sa.Column("set_name", sa.String(length=200), nullable=False),
        sa.Column("picture", sa.String(length=300), nullable=False),
        sa.Column("picture_index", sa.Integer(), nullable=False),
        sa.Column("colour", sa.String(length=200), nullable=True),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("rendered_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["design_id"], ["designs.id"], name=op.f("fk_mockups_design_id")),
        sa.ForeignKeyConstraint(["print_file_id"], ["print_files.id"], name=op.f("fk_mockups_print_file_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_mockups_shop_id")),
        sa.ForeignKeyConstraint(["template_id"], ["templates.id"], name=op.f("fk_mockups_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mockups")),
        sa.UniqueConstraint("shop_id", "path", name=op.f("uq_mockups_shop_id_path")),
    )
    op.create_index(op.f("ix_mockups_design_id"), "mockups", ["design_id"], unique=False)
    op.create_index(op.f("ix_mockups_print_file_id"), "mockups", ["print_file_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_mockups_print_file_id"), table_name="mockups")
    op.drop_index(op.f("ix_mockups_design_id"), table_name="mockups")
    op.drop_table("mockups")
    op.drop_table("mockup_pictures")
    op.drop_table("mockup_sets")
    op.drop_index(op.f("ix_sources_print_file_id"), table_name="sources")
    op.drop_table("sources")
    op.drop_table("upload_files")
    op.drop_index(
        "ix_print_files_unfinished",
        table_name="print_files",
        sqlite_where=sa.text("state = 'storing'"),
        postgresql_where=sa.text("state = 'storing'"),
    )
    op.drop_index(op.f("ix_print_files_design_id"), table_name="print_files")
    op.drop_table("print_files")
    op.drop_index(op.f("ix_matches_shop_id_sha256"), table_name="matches")
    op.drop_index(op.f("ix_matches_shop_id_decision"), table_name="matches")
    op.drop_table("matches")
    op.drop_index(op.f("ix_uploads_shop_id_started_at"), table_name="uploads")
    op.drop_table("uploads")
    op.drop_table("coarse_pictures")
    op.drop_table("fingerprints")
    op.drop_table("templates")
    op.drop_index(op.f("ix_old_hashes_shop_id_whash"), table_name="old_hashes")
    op.drop_index(op.f("ix_old_hashes_shop_id_phash"), table_name="old_hashes")
    op.drop_index(op.f("ix_old_hashes_shop_id_dhash"), table_name="old_hashes")
    op.drop_index(op.f("ix_old_hashes_shop_id_ahash"), table_name="old_hashes")
    op.drop_table("old_hashes")
    op.drop_index(op.f("ix_designs_shop_id_created_at"), table_name="designs")
    op.drop_table("designs")
    op.drop_table("shops")
    op.drop_table("bands")
