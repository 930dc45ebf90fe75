"""Tables of people and of what they may do. Of every token there is only a digest here."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from printdock.db.tables import metadata
from printdock.db.types import UtcDateTime, Uuid

ROLES = "role IN ('owner', 'member', 'viewer')"

#: People. They belong to shops by `memberships`. ``email`` is in lower case; no password: signs in elsewhere (OIDC).
users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("password", String(300)),  # Argon2's encoded digest, with its parameters
    Column("oidc_issuer", String(300)),
    Column("oidc_subject", String(255)),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("oidc_issuer", "oidc_subject"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), primary_key=True),
    Column("role", String(10), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(ROLES, name="role"),
    Index(None, "shop_id"),
)

#: Signed-in browsers. ``shop_id`` is the shop they look at now; ``expires_at`` is absolute, idleness counts from
#: ``seen_at``.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token", LargeBinary(32), nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("shop_id", ForeignKey("shops.id")),
    Column("address", String(60), nullable=False),
    Column("agent", String(300), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

#: One-time links: ``owner`` makes the first account, ``invite`` takes somebody into a shop, ``sign_in`` lets a person in
#: who cannot sign in otherwise.
links = Table(
    "links",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token", LargeBinary(32), nullable=False, unique=True),
    Column("kind", String(10), nullable=False),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("email", String(254)),
    Column("role", String(10), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("created_by", String(254), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    CheckConstraint("kind IN ('owner', 'invite', 'sign_in')", name="kind"),
    CheckConstraint(ROLES, name="role"),
    Index(None, "shop_id"),
    Index(None, "email"),
)

#: Keys for scripts. ``prefix`` is the part that is shown and by which a key is found.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("prefix", String(20), nullable=False, unique=True),
    Column("token", LargeBinary(32), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_by", String(254), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Index(None, "shop_id"),
)

#: What was done that a shop may want to know later, by whom. Written only, never changed. No shop: nobody's account.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id")),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_kind", String(10), nullable=False),  # person | key | console | nobody
    Column("actor_id", String(60)),
    Column("actor", String(254), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(300)),
    Column("data", JSON, nullable=False),
    Column("address", String(60)),
    Index(None, "shop_id", "id"),
)

#: Failed sign-ins by what they have in common: an account as it was typed, or an address, both as digests.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("subject", LargeBinary(32), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", UtcDateTime, nullable=False),
    Column("blocked_until", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)
