"""The schema. Every row belongs to a shop; unique constraints, not checks in code, keep numbers and files apart."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from printdock.db.types import UtcDateTime, Uuid

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

shops = Table(
    "shops",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    # Counts claims. A claim that finds it changed since it looked for duplicates looks again (designs/ledger.py).
    Column("revision", BigInteger, nullable=False, server_default=text("0")),
    Column("created_at", UtcDateTime, nullable=False),
)

templates = Table(
    "templates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("prefix", String(40), nullable=False),
    Column("pattern", String(200), nullable=False),
    Column("recipe", JSON, nullable=False),  # imaging.types.Recipe as plain data
    Column("next_number", Integer, nullable=False),  # the number the next new print file takes
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("shop_id", "name"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("template_id", ForeignKey("templates.id"), nullable=False),
    Column("owner", String(200), nullable=False),
    # receiving | queued | processing | finished | cancelled | expired (uploads/types.py)
    Column("state", String(10), nullable=False, server_default=text("'processing'")),
    Column("created_by", String(200)),
    Column("place", String(40)),  # id of the incoming folder that has its files; none: they were read where they lay
    Column("job_id", Uuid),
    Column("expires_at", UtcDateTime),  # while its files are being received
    Column("started_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("stored", Integer, nullable=False, server_default=text("0")),
    Column("duplicates", Integer, nullable=False, server_default=text("0")),
    Column("failed", Integer, nullable=False, server_default=text("0")),
    Index(None, "shop_id", "started_at"),
    Index(
        "ix_uploads_open",
        "state",
        sqlite_where=text("state IN ('receiving', 'queued', 'processing')"),
        postgresql_where=text("state IN ('receiving', 'queued', 'processing')"),
    ),
)

#: Files that are sent, or were to be sent, in the order of the upload. A file that needs no sending has its answer.
incoming_files = Table(
    "incoming_files",
    metadata,
    Column("upload_id", ForeignKey("uploads.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("name", String(1000), nullable=False),  # as the client calls it; never part of a path
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary(32)),  # as announced
    Column("prepared_from", LargeBinary(32)),  # digest of the file that a client made this one of, by its word
    Column("state", String(10), nullable=False),  # wanted | received | answered
    Column("received_at", UtcDateTime),
    CheckConstraint("state IN ('wanted', 'received', 'answered')", name="state"),
)

#: Requests that were sent with an Idempotency-Key, and their answers. ``status`` is empty while the first is at work.
idempotency = Table(
    "idempotency",
    metadata,
    Column("shop_id", ForeignKey("shops.id"), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request", LargeBinary(32), nullable=False),  # digest of what was asked, and by whom
    Column("owner", String(200), nullable=False),  # the process at work on it, until ``lease_until``
    Column("lease_until", UtcDateTime, nullable=False),
    Column("status", Integer),
    Column("answer", JSON),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "created_at"),
)

designs = Table(
    "designs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("name", String(300), nullable=False),
    Column("similar_to", Uuid),  # the design a person should compare it with
    Column("similar_distance", Float),
    Column("created_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),  # by a person, who may bring it back while its files are kept (designs/bin.py)
    Index(None, "shop_id", "created_at"),
    Index("ix_designs_shop_id", "shop_id", "id"),
    Index(
        "ix_designs_deleted",
        "shop_id",
        "id",
        sqlite_where=text("deleted_at IS NOT NULL"),
        postgresql_where=text("deleted_at IS NOT NULL"),
    ),
)

#: What comparisons need of a design, apart from the row that lists and pages read.
fingerprints = Table(
    "fingerprints",
    metadata,
    Column("design_id", ForeignKey("designs.id"), primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("signatures", LargeBinary, nullable=False),
    Column("detail", LargeBinary, nullable=False),  # dedupe/detail.py
    Column("aspect", Float, nullable=False),
    sqlite_with_rowid=False,
)

#: Some kB a design, read for the few that pass the first comparison: apart, so that the rows above stay together.
coarse_pictures = Table(
    "coarse_pictures",
    metadata,
    Column("design_id", ForeignKey("designs.id"), primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("coarse", LargeBinary, nullable=False),
)

#: The near-duplicate index: a ``band`` with equal leading bits makes two designs candidates (dedupe/bands.py).
bands = Table(
    "bands",
    metadata,
    Column("shop_id", Integer, primary_key=True, autoincrement=False),
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("design_id", Uuid, primary_key=True),
    sqlite_with_rowid=False,
)

#: States of print files that a person would call "there".
LIVE = ("stored", "spooled", "missing")

#: The words of the index below, which a query must repeat to use it.
IS_LIVE = f"state IN ({', '.join(map(repr, LIVE))})"

print_files = Table(
    "print_files",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("template_id", ForeignKey("templates.id"), nullable=False),
    Column("design_id", ForeignKey("designs.id"), nullable=False),
    Column("upload_id", ForeignKey("uploads.id")),
    Column("upload_position", Integer),  # of the source in that upload
    Column("number", Integer, nullable=False),
    Column("path", String(1000), nullable=False),
    Column("state", String(10), nullable=False),
    Column("owner", String(200)),  # who stores it now; empty once stored
    Column("lease_until", UtcDateTime),
    Column("width", Integer),
    Column("height", Integer),
    Column("dpi", Integer),
    Column("bytes", BigInteger),
    Column("sha256", LargeBinary(32)),
    Column("art_width", Integer),  # px of the art in its source; unknown for files taken in as they were
    Column("art_height", Integer),
    Column("recipe", JSON, nullable=False),  # as it was when this file was made: a template may change later
    Column("preflight", JSON),
    Column("created_at", UtcDateTime, nullable=False),
    Column("stored_at", UtcDateTime),
    Column("was", String(10)),  # the state of a deleted one before, as long as its file is kept
    Column("kept_until", UtcDateTime),  # of a deleted one: its file is in the storage until then; none: it is gone
    UniqueConstraint("shop_id", "template_id", "number"),
    UniqueConstraint("shop_id", "path"),
    CheckConstraint("state IN ('storing', 'spooled', 'stored', 'missing', 'deleted')", name="state"),
    Index(None, "design_id"),
    Index(None, "sha256"),  # whose thumbnail is it, too? (designs/bin.py)
    # What lists are counted and parted by, so that not a row of 100,000 is read for it (designs/catalog.py).
    Index(
        "ix_print_files_live",
        "shop_id",
        "design_id",
        "template_id",
        "state",
        "upload_id",
        sqlite_where=text(IS_LIVE),
        postgresql_where=text(IS_LIVE),
    ),
    Index(
        "ix_print_files_own",
        "upload_id",
        "upload_position",
        sqlite_where=text("upload_position IS NOT NULL"),
        postgresql_where=text("upload_position IS NOT NULL"),
    ),
    Index(
        "ix_print_files_unfinished",
        "shop_id",
        "owner",
        sqlite_where=text("state = 'storing'"),
        postgresql_where=text("state = 'storing'"),
    ),
    Index(
        "ix_print_files_kept",
        "kept_until",
        sqlite_where=text("kept_until IS NOT NULL"),
        postgresql_where=text("kept_until IS NOT NULL"),
    ),
)

#: The bytes the shop has seen for a template, whatever became of them: a known file is answered before it is decoded.
sources = Table(
    "sources",
    metadata,
    Column("shop_id", Integer, primary_key=True, autoincrement=False),
    Column("template_id", Integer, primary_key=True, autoincrement=False),
    Column("sha256", LargeBinary(32), primary_key=True),
    Column("print_file_id", ForeignKey("print_files.id"), nullable=False, index=True),
    Column("match_id", Integer),  # set when these bytes were refused by a comparison a person may overrule
    sqlite_with_rowid=False,
)

#: What a comparison found worth a person's look: refused duplicates and stored look-alikes, with the evidence.
#: Replacements that are not at their end, and those that wait for their file.
IS_REPLACING = "decision = 'replace' AND undo_until IS NULL"

matches = Table(
    "matches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("template_id", ForeignKey("templates.id"), nullable=False),
    Column("upload_id", ForeignKey("uploads.id")),
    Column("kind", String(10), nullable=False),  # duplicate | similar
    Column("source", String(4500), nullable=False),  # the newcomer's path as it was given
    Column("sha256", LargeBinary(32), nullable=False),
    Column("design_id", Uuid),  # the newcomer, where it was stored
    Column("matched_design_id", Uuid, nullable=False),
    Column("matched_print_file_id", Uuid),
    Column("distance", Float, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("decision", String(10)),  # keep | drop | replace, by a person
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", String(200)),
    Column("undo", JSON(none_as_null=True)),  # what the decision changed, as it was before (designs/decisions.py)
    Column("undo_until", UtcDateTime),  # none: for ever
    Index(None, "shop_id", "sha256"),
    Index(None, "shop_id", "decision"),
    Index(
        "ix_matches_replacing",
        "shop_id",
        "decision",
        sqlite_where=text(IS_REPLACING),
        postgresql_where=text(IS_REPLACING),
    ),
    Index(None, "design_id"),
    Index(None, "matched_design_id"),
)

#: What was compared, small: both sides in one form, so that the map in the match's evidence lays one over the other.
match_pictures = Table(
    "match_pictures",
    metadata,
    Column("match_id", ForeignKey("matches.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("side", String(10), primary_key=True),  # newcomer | stored
    Column("shop_id", Integer, nullable=False),
    Column("width", Integer, nullable=False),  # px
    Column("height", Integer, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("webp", LargeBinary, nullable=False),
    Index(None, "shop_id", "match_id"),
)

#: Print files that are changing places with a newcomer's. The row goes when they have (designs/replace.py).
replacements = Table(
    "replacements",
    metadata,
    Column("match_id", Integer, primary_key=True, autoincrement=False),
    Column("print_file_id", ForeignKey("print_files.id"), primary_key=True),
    Column("shop_id", Integer, nullable=False),
    Column("newcomer_file_id", Uuid, nullable=False),
    Column("aside", String(1000), nullable=False),  # key of the earlier file between two steps
    Column("owner", String(200)),  # who moves them now
    Column("lease_until", UtcDateTime),
    Column("begun_at", UtcDateTime, nullable=False),
    Index(None, "shop_id"),
)

upload_files = Table(
    "upload_files",
    metadata,
    Column("upload_id", ForeignKey("uploads.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("source", String(4500), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("code", String(60)),
    Column("design_id", Uuid),
    Column("print_file_id", Uuid),
    Column("answer", JSON, nullable=False),  # the file's entry exactly as ``--json`` prints it
)

#: Hashes of the replaced system (ImageHash p/a/d/w, 256 bits): an exact match flags a design, never refuses it.
old_hashes = Table(
    "old_hashes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("label", String(1000), nullable=False),
    Column("phash", LargeBinary(32)),
    Column("ahash", LargeBinary(32)),
    Column("dhash", LargeBinary(32)),
    Column("whash", LargeBinary(32)),
    UniqueConstraint("shop_id", "label"),
    Index(None, "shop_id", "phash"),
    Index(None, "shop_id", "dhash"),
    Index(None, "shop_id", "ahash"),
    Index(None, "shop_id", "whash"),
)

#: Mockup packs as shops have them. Their pictures and manifests lie in the storage under the digest of their content.
mockup_sets = Table(
    "mockup_sets",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("template", String(200)),  # name of the product template it belongs to; none: any
    Column("pattern", String(200), nullable=False),
    Column("longest_side", Integer, nullable=False),  # px of a mockup
    Column("output", JSON, nullable=False),  # imaging.output.Output as plain data
    Column("manifest", String(80), nullable=False),  # stored name of its mockup.toml
    Column("files", JSON, nullable=False),  # path in the pack -> stored name
    Column("leftovers", JSON, nullable=False),  # stored name -> since when nothing refers to it
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("shop_id", "name"),
)

mockup_pictures = Table(
    "mockup_pictures",
    metadata,
    Column("set_id", ForeignKey("mockup_sets.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),  # of its description (mockups/stored.py)
    Column("colours", JSON, nullable=False),  # names of its garment colours
)

#: Rendered mockups. ``key`` is the digest of everything that decided the pixels (mockups/plan.py); empty while the file
#: is being replaced, so that a run cut off there renders it again.
mockups = Table(
    "mockups",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("template_id", ForeignKey("templates.id"), nullable=False),
    Column("design_id", ForeignKey("designs.id"), nullable=False),
    Column("print_file_id", ForeignKey("print_files.id"), nullable=False),
    Column("set_name", String(200), nullable=False),
    Column("picture", String(300), nullable=False),
    Column("picture_index", Integer, nullable=False),
    Column("colour", String(200)),
    Column("key", LargeBinary(32), nullable=False),
    Column(
        "made_from", LargeBinary(32)
    ),  # SHA-256 of the print file that it shows; none: rendered before this was kept
    Column("path", String(1000), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("rendered_at", UtcDateTime, nullable=False),
    UniqueConstraint("shop_id", "path"),
    Index(None, "print_file_id"),
    Index(None, "design_id"),
)

#: Background work. The row is the truth: brokers only say that there is work (jobs/broker.py).
jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("input", JSON, nullable=False),
    Column("key", String(200)),  # at most one unfinished job of a kind has it
    Column("upload_id", Uuid),
    Column("place", String(64)),  # id of the incoming folder it reads; none: any worker will do
    Column("priority", SmallInteger, nullable=False),  # 0 high, 1 normal, 2 low
    Column("state", String(10), nullable=False),
    Column("asked", String(10)),  # cancel | pause: a person's wish while it runs
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("run_at", UtcDateTime, nullable=False),
    Column("worker", String(200)),  # who runs it now
    Column("lease_until", UtcDateTime),
    Column("progress", JSON(none_as_null=True)),
    Column("result", JSON(none_as_null=True)),
    Column("error", JSON(none_as_null=True)),  # of the last attempt: code, message, remedy
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),  # the last attempt
    Column("finished_at", UtcDateTime),
    CheckConstraint("state IN ('pending', 'processing', 'completed', 'failed', 'cancelled', 'paused')", name="state"),
    Index(
        "ix_jobs_pending",
        "priority",
        "id",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_jobs_processing",
        "lease_until",
        sqlite_where=text("state = 'processing'"),
        postgresql_where=text("state = 'processing'"),
    ),
    Index(
        "uq_jobs_unfinished_key",
        "shop_id",
        "kind",
        "key",
        unique=True,
        sqlite_where=text("state IN ('pending', 'processing', 'paused')"),
        postgresql_where=text("state IN ('pending', 'processing', 'paused')"),
    ),
    Index("ix_jobs_shop_id", "shop_id", "id"),
    Index("ix_jobs_shop_id_state", "shop_id", "state", "id"),
    Index(None, "upload_id"),
)

#: How far the events of a shop are counted. Its row is locked until the transaction that appends has ended.
event_counters = Table(
    "event_counters",
    metadata,
    Column("shop_id", ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

#: What happened to uploads and jobs, in order, for whoever follows them. Old ones are swept.
events = Table(
    "events",
    metadata,
    Column("shop_id", ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # from 1 without gaps, per shop
    Column("subject", String(10), nullable=False),  # upload | job
    Column("subject_id", Uuid, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("data", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_events_subject", "shop_id", "subject_id", "id"),
    Index(None, "at"),
    sqlite_with_rowid=False,
)

#: Mockup sets that somebody is working on: what was saved and cannot be rendered yet. A draft has the id of its set, or
#: the one that its set will get.
mockup_drafts = Table(
    "mockup_drafts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("description", JSON, nullable=False),  # a manifest's tables as JSON, whole or not
    Column("files", JSON, nullable=False),  # path in the pack -> mockups.drafts.DraftFile as plain data
    Column("revision", Integer, nullable=False),  # from 1, raised by each save
    Column("based_on", String(80)),  # stored name of the set's manifest when the draft was begun; none: a new set
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "shop_id"),
)

#: Files that somebody wants as one ZIP file, for a day. ``things``: ids of mockups or print files, 16 bytes each.
downloads = Table(
    "downloads",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", ForeignKey("shops.id"), nullable=False),
    Column("what", String(20), nullable=False),  # downloads.chosen.What
    Column("name", String(200), nullable=False),
    Column("things", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "created_at"),
)

#: What came with the sample data, to be taken away again. A row is written before the thing is made.
samples = Table(
    "samples",
    metadata,
    Column("shop_id", ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    Column("kind", String(10), primary_key=True),  # upload | set | template
    Column("thing", String(40), primary_key=True),  # its id
    Column("made_of", String(200), nullable=False),  # samples.tags.Tag
    CheckConstraint("kind IN ('upload', 'set', 'template')", name="kind"),
)

#: Processes that run jobs, of all shops. Each says every few seconds that it is there (jobs/presence.py).
workers = Table(
    "workers",
    metadata,
    Column("owner", String(200), primary_key=True),  # designs.lease.new_owner
    Column("version", String(40), nullable=False),
    Column("slots", SmallInteger, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)
