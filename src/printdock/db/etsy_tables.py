"""Tables of what a shop has at Etsy: its connection, its listing templates, and the journal of its drafts."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from printdock.db.tables import metadata
from printdock.db.types import UtcDateTime, Uuid

#: The seller's consent. ``tokens``: sealed with the server's secret; nothing here opens them.
etsy_connections = Table(
    "etsy_connections",
    metadata,
    Column("shop_id", ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    Column("etsy_user_id", BigInteger, nullable=False),
    Column("etsy_shop_id", BigInteger, nullable=False),
    Column("name", String(200), nullable=False),
    Column("currency", String(10), nullable=False),
    Column("scopes", String(500), nullable=False),
    Column("tokens", LargeBinary, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),  # of the access token
    Column("broken", String(2000)),  # why Etsy does not take the tokens any more; the seller has to connect again
    Column("refresher", String(200)),  # who refreshes now: of two at once, one would end the other's token
    Column("refresh_until", UtcDateTime),
    Column("connected_at", UtcDateTime, nullable=False),
    Column("refreshed_at", UtcDateTime),
)

#: Questions put to sellers that wait for their answer. Good for one answer.
etsy_consents = Table(
    "etsy_consents",
    metadata,
    Column("state", LargeBinary(32), primary_key=True),  # SHA-256 of it
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("asked_by", String(200)),  # who alone may answer it; null: whoever has the address, at the machine itself
)

#: Turns of a shop's calls, shared by all workers. Moments are microseconds since the epoch.
etsy_paces = Table(
    "etsy_paces",
    metadata,
    Column("shop_id", ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    Column("next_at", BigInteger, nullable=False),  # when the next call may be sent
    Column("per_second", Integer, nullable=False),
    Column("per_day", Integer),
    Column("left_today", Integer),
    Column("parked_until", BigInteger),  # the calls of the day are used up
    Column("heard_at", UtcDateTime),
)

#: What the shop has at Etsy under which name and id, as last read.
etsy_directories = Table(
    "etsy_directories",
    metadata,
    Column("shop_id", ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    Column("kind", String(40), primary_key=True),
    Column("things", JSON, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
)

listing_templates = Table(
    "listing_templates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("data", JSON, nullable=False),  # listings.template.ListingTemplate as plain data
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("shop_id", "name"),
)

#: The seller's own words about a design, for placeholders.
design_fields = Table(
    "design_fields",
    metadata,
    Column("design_id", ForeignKey("designs.id"), primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("data", JSON, nullable=False),
)

#: What the seller set for one design in place of what the listing template says.
listing_edits = Table(
    "listing_edits",
    metadata,
    Column("template_id", ForeignKey("listing_templates.id"), primary_key=True, autoincrement=False),
    Column("design_id", ForeignKey("designs.id"), primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("data", JSON, nullable=False),  # listings.edits.Edits as plain data
    Column("updated_at", UtcDateTime, nullable=False),
)

#: The journal of drafts: one row for a print file and a listing template, written before anything is sent to Etsy.
listings = Table(
    "listings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("template_id", ForeignKey("listing_templates.id"), nullable=False),
    Column("design_id", ForeignKey("designs.id"), nullable=False),
    Column("print_file_id", ForeignKey("print_files.id"), nullable=False),
    Column("state", String(10), nullable=False),  # listings.journal.State
    Column("etsy_shop_id", BigInteger),
    Column("etsy_listing_id", BigInteger),
    Column("owner", String(200)),  # who works at it now
    Column("lease_until", UtcDateTime),
    Column("sends", Integer, nullable=False, server_default=text("0")),  # how often a draft was sent
    Column("first_sent_at", UtcDateTime),
    Column("fingerprint", LargeBinary(32)),  # of what tells it from other drafts (listings/fingerprint.py)
    Column("sent", JSON(none_as_null=True)),  # what printdock last set at Etsy
    Column("candidates", JSON(none_as_null=True)),  # drafts at Etsy of which a person has to choose
    Column("error", JSON(none_as_null=True)),
    Column("notes", JSON(none_as_null=True)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("job_id", Uuid),  # the job that was last to see to it
    CheckConstraint(
        "state IN ('planned', 'sending', 'unknown', 'made', 'done', 'refused', 'ask', 'gone')", name="state"
    ),
    UniqueConstraint("shop_id", "print_file_id", "template_id"),
    UniqueConstraint("shop_id", "etsy_listing_id"),
    # While it is not known whether a draft was made, none that could be taken for it is sent.
    Index(
        "uq_listings_open_fingerprint",
        "shop_id",
        "fingerprint",
        unique=True,
        sqlite_where=text("state IN ('sending', 'unknown')"),
        postgresql_where=text("state IN ('sending', 'unknown')"),
    ),
    Index(None, "shop_id", "state"),
)

#: Pictures that were uploaded for a draft, each written down as soon as Etsy has said its id.
listing_images = Table(
    "listing_images",
    metadata,
    Column("listing_id", ForeignKey("listings.id"), primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True),  # of its bytes and its alternative text
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("image_id", BigInteger, nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False),
)

#: Pictures that many drafts show: uploaded once, attached by id.
shared_images = Table(
    "shared_images",
    metadata,
    Column("shop_id", ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("image_id", BigInteger, nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False),
)

#: How a listing was at Etsy before printdock changed it.
listing_snapshots = Table(
    "listing_snapshots",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("listing_id", ForeignKey("listings.id"), nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("before", JSON, nullable=False),
    Column("restored_at", UtcDateTime),
    Index(None, "shop_id", "listing_id", "taken_at"),
)

#: Drafts that printdock deleted at Etsy, or was asked to: written before anything is sent.
listing_removals = Table(
    "listing_removals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("listing_id", ForeignKey("listings.id"), nullable=False),
    Column("etsy_listing_id", BigInteger, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),  # from here on it may be gone
    Column("ended_at", UtcDateTime),
    Column("outcome", String(20)),  # listings.removal.Outcome
    Column("before", JSON(none_as_null=True)),  # how it was
    UniqueConstraint("shop_id", "listing_id", "etsy_listing_id"),
)
