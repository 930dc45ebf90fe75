"""Jobs, and the events that tell how they and the uploads fare."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printdock.db.types import UtcDateTime, Uuid

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PENDING = sa.text("state = 'pending'")
_PROCESSING = sa.text("state = 'processing'")
_UNFINISHED = sa.text("state IN ('pending', 'processing', 'paused')")


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("upload_id", Uuid(), nullable=True),
        sa.Column("place", sa.String(length=64), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked", sa.String(length=10), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("run_at", UtcDateTime(), nullable=False),
        sa.Column("worker", sa.String(length=200), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("progress", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'processing', 'completed', 'failed', 'cancelled', 'paused')",
            name=op.f("ck_jobs_state"),
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_jobs_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    _index("ix_jobs_pending", ["priority", "id"], _PENDING)
    _index("ix_jobs_processing", ["lease_until"], _PROCESSING)
    _index("uq_jobs_unfinished_key", ["shop_id", "kind", "key"], _UNFINISHED, unique=True)
    op.create_index("ix_jobs_shop_id", "jobs", ["shop_id", "id"])
    op.create_index("ix_jobs_shop_id_state", "jobs", ["shop_id", "state", "id"])
    op.create_index(op.f("ix_jobs_upload_id"), "jobs", ["upload_id"])
    op.create_table(
        "event_counters",
        sa.Column("shop_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_event_counters_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_event_counters")),
    )
    op.create_table(
        "events",
        sa.Column("shop_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=10), nullable=False),
        sa.Column("subject_id", Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_events_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", "id", name=op.f("pk_events")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_events_subject", "events", ["shop_id", "subject_id", "id"])
    op.create_index(op.f("ix_events_at"), "events", ["at"])


def _index(name: str, columns: list[str], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, "jobs", columns, unique=unique, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_table("events")
    op.drop_table("event_counters")
    op.drop_table("jobs")
