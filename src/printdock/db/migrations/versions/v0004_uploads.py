"""Uploads over HTTP: their files, states and repeated requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printdock.db.types import UtcDateTime, Uuid

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = "state IN ('receiving', 'queued', 'processing')"

_OWN = "upload_position IS NOT NULL"


def upgrade() -> None:
    op.add_column(
        "uploads", sa.Column("state", sa.String(length=10), server_default=sa.text("'processing'"), nullable=False)
    )
    op.add_column("uploads", sa.Column("created_by", sa.String(length=200)))
    op.add_column("uploads", sa.Column("place", sa.String(length=40)))
    op.add_column("uploads", sa.Column("job_id", Uuid()))
    op.add_column("uploads", sa.Column("expires_at", UtcDateTime()))
    op.add_column("uploads", sa.Column("received_at", UtcDateTime()))
    op.execute("UPDATE uploads SET state = 'finished' WHERE finished_at IS NOT NULL")
    op.create_index(
        "ix_uploads_open", "uploads", ["state"], sqlite_where=sa.text(_OPEN), postgresql_where=sa.text(_OPEN)
    )
    op.add_column("print_files", sa.Column("upload_position", sa.Integer()))
    op.create_index(
        "ix_print_files_own",
        "print_files",
        ["upload_id", "upload_position"],
        sqlite_where=sa.text(_OWN),
        postgresql_where=sa.text(_OWN),
    )
    op.create_table(
        "incoming_files",
        sa.Column("upload_id", Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=1000), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32)),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("received_at", UtcDateTime()),
        sa.CheckConstraint("state IN ('wanted', 'received', 'answered')", name=op.f("ck_incoming_files_state")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_incoming_files_shop_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_incoming_files_upload_id")),
        sa.PrimaryKeyConstraint("upload_id", "position", name=op.f("pk_incoming_files")),
    )
    op.create_table(
        "idempotency",
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request", sa.LargeBinary(length=32), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.JSON()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_idempotency_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"])


def downgrade() -> None:
    op.drop_table("idempotency")
    op.drop_table("incoming_files")
    op.drop_index("ix_print_files_own", "print_files")
    op.drop_column("print_files", "upload_position")
    op.drop_index("ix_uploads_open", "uploads")
    for name in ("received_at", "expires_at", "job_id", "place", "created_by", "state"):
        op.drop_column("uploads", name)
