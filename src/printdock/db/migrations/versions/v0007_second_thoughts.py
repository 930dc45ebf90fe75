"""Pictures of what was refused, decisions that can be undone, designs that can be brought back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from printdock.db.types import UtcDateTime, Uuid

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ADDED: tuple[tuple[str, str, Any], ...] = (
    ("designs", "deleted_at", UtcDateTime()),
    ("print_files", "was", sa.String(length=10)),
    ("print_files", "kept_until", UtcDateTime()),
    ("matches", "decided_by", sa.String(length=200)),
    ("matches", "undo", sa.JSON(none_as_null=True)),
    ("matches", "undo_until", UtcDateTime()),
)


def upgrade() -> None:
    for table, name, kind in _ADDED:
        op.add_column(table, sa.Column(name, kind))
    op.create_index("ix_designs_shop_id", "designs", ["shop_id", "id"])
    op.create_index(
        "ix_designs_deleted",
        "designs",
        ["shop_id", "id"],
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_print_files_kept",
        "print_files",
        ["kept_until"],
        sqlite_where=sa.text("kept_until IS NOT NULL"),
        postgresql_where=sa.text("kept_until IS NOT NULL"),
    )
    _create_match_pictures()
    _create_replacements()


def _create_match_pictures() -> None:
    op.create_table(
        "match_pictures",
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("webp", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["matches.id"], name=op.f("fk_match_pictures_match_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("match_id", "side", name=op.f("pk_match_pictures")),
    )
    op.create_index(op.f("ix_match_pictures_shop_id_match_id"), "match_pictures", ["shop_id", "match_id"])


def _create_replacements() -> None:
    op.create_table(
        "replacements",
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("print_file_id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("newcomer_file_id", Uuid(), nullable=False),
        sa.Column("aside", sa.String(length=1000), nullable=False),
        sa.Column("owner", sa.String(length=200)),
        sa.Column("lease_until", UtcDateTime()),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["print_file_id"], ["print_files.id"], name=op.f("fk_replacements_print_file_id")),
        sa.PrimaryKeyConstraint("match_id", "print_file_id", name=op.f("pk_replacements")),
    )
    op.create_index(op.f("ix_replacements_shop_id"), "replacements", ["shop_id"])


def downgrade() -> None:
    op.drop_table("replacements")
    op.drop_table("match_pictures")
    op.drop_index("ix_print_files_kept", "print_files")
    op.drop_index("ix_designs_deleted", "designs")
    op.drop_index("ix_designs_shop_id", "designs")
    for table, name, _kind in reversed(_ADDED):
        op.drop_column(table, name)
