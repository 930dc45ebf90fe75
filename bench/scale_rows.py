"""A whole shop of millions of designs, in minutes: every table that grows with the library has its rows.

`bench.library_rows` makes the designs and their index, by numpy; they are written a slice at a time, so that memory
stays the same. What belongs to them (print files, uploads, sources, matches, mockups, jobs) the database makes of them
itself. Coarse pictures are cut short: a library of five million must fit beside its copies.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from bench import library_rows
from bench.library_rows import Rows
from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.db.statistics import ensure_statistics
from printdock.imaging.fingerprint import Fingerprint
from printdock.shops.queries import Shop, ensure_shop, find_shop
from printdock.templates.queries import Template, ensure_template

SHOP, TEMPLATES = "My Shop", ("UVDTF 16oz", "DTF Adult", "Mug 11oz")

#: Files of an upload, bytes of a coarse picture (real ones have 3,500), and one of so many designs has this.
FILES_OF_UPLOAD, COARSE_BYTES = 50, 500
SIMILAR, DELETED, MISSING, WITH_MOCKUP = 50, 200, 1_000, 5

_SLICE = 500_000
_BAND = np.dtype([("band", "<i8"), ("design", "V16")])
_RANGES = 400  # parts of the index, one in memory at a time

#: What the database makes of each design. ``n`` counts them from 0; ``{...}`` differs between the databases.
_MADE = (
    "INSERT INTO uploads (id, shop_id, template_id, owner, state, started_at, finished_at, stored)"
    " SELECT id, {shop}, {template}, 'bench', 'finished', made_at, made_at, {files} FROM made WHERE n % {files} = 0",
    "INSERT INTO print_files (id, shop_id, template_id, design_id, upload_id, upload_position, number, path, state,"
    " width, height, dpi, bytes, sha256, art_width, art_height, recipe, preflight, created_at, stored_at, was, kept_until)"
    " SELECT m.id, {shop}, {template_m}, m.id, u.id, m.n % {files}, m.n + 1,"
    " {path}, CASE WHEN m.n % {deleted} = 7 THEN 'deleted' WHEN m.n % {missing} = 9 THEN 'missing' ELSE 'stored' END,"
    " 3800, 1732, 300, 2000000, {digest}, 3000, 1400, '{recipe}', '{preflight}', m.made_at, m.made_at,"
    " CASE WHEN m.n % {deleted} = 7 THEN 'stored' END, CASE WHEN m.n % {deleted} = 7 THEN {later} END"
    " FROM made m JOIN made u ON u.n = m.n - m.n % {files} ORDER BY m.n",
    "INSERT INTO sources (shop_id, template_id, sha256, print_file_id)"
    " SELECT shop_id, template_id, sha256, id FROM print_files WHERE shop_id = {shop} ORDER BY shop_id, template_id, sha256",
    "INSERT INTO upload_files (upload_id, position, shop_id, source, outcome, design_id, print_file_id, answer)"
    " SELECT upload_id, upload_position, shop_id, 'art ' || number || '.png', 'stored', design_id, id, '{answer}'"
    " FROM print_files WHERE shop_id = {shop} ORDER BY id",
    "INSERT INTO matches (shop_id, template_id, upload_id, kind, source, sha256, design_id, matched_design_id, distance,"
    " evidence, created_at)"
    " SELECT f.shop_id, f.template_id, f.upload_id, 'similar', 'art ' || f.number || '.png', f.sha256, f.design_id,"
    " d.similar_to, 0.2, '{evidence}', f.created_at"
    " FROM designs d JOIN print_files f ON f.design_id = d.id WHERE d.shop_id = {shop} AND d.similar_to IS NOT NULL",
    "INSERT INTO mockups (id, shop_id, template_id, design_id, print_file_id, set_name, picture, picture_index, key, path,"
    " width, height, bytes, sha256, rendered_at)"
    " SELECT id, shop_id, template_id, design_id, id, 'front', 'front', 0, sha256, 'My Shop/Mockups/' || path, 2000, 2000,"
    " 300000, sha256, created_at FROM print_files WHERE shop_id = {shop} AND number % {with_mockup} = 0",
    "INSERT INTO jobs (id, shop_id, kind, input, upload_id, priority, state, run_at, created_at, finished_at)"
    " SELECT id, shop_id, 'mockups', '{{}}', id, 1, 'completed', started_at, started_at, started_at FROM uploads"
    " WHERE shop_id = {shop}",
)
_VALUES = {
    "recipe": '{"width_in": 9.5, "height_in": 4.33, "dpi": 300, "fit": "contain"}',
    "preflight": '{"effective_dpi": 237, "stray_pixels": 0, "thin_lines": false, "halo": 0.0, "notes": []}',
    "answer": '{"outcome": "stored"}',
    "evidence": '{"why": "made"}',
}


def fill(database: Database, designs: int, seeds: Sequence[Fingerprint], tell: Callable[[str], None]) -> None:
    """Bring the schema and ``designs`` designs of one shop into an empty database."""
    ready(database)
    with database.write() as connection:
        shop = ensure_shop(connection, SHOP, datetime.now(UTC))
        templates = [ensure_template(connection, shop, name, datetime.now(UTC)) for name in TEMPLATES]
    parts = _slices(designs, seeds, tell)
    if database.dialect == "sqlite":
        _fill_sqlite(database, shop, templates, parts, tell)
    else:
        _fill_postgresql(database, shop, templates, parts, tell)


def filled(database: Database) -> tuple[Template, ...] | None:
    """The templates of a library that `fill` has finished, None where there is none."""
    with database.read() as connection:
        there = connection.execute(text(_EXISTS[database.dialect])).first()
        if there is None or connection.execute(text("SELECT 1 FROM jobs")).first() is None:
            return None
        shop = find_shop(connection, SHOP)
    with database.write() as connection:
        return tuple(ensure_template(connection, shop, name, datetime.now(UTC)) for name in TEMPLATES)


_EXISTS = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'jobs'",
    "postgresql": "SELECT 1 FROM pg_class WHERE relname = 'jobs'",
}


def _slices(designs: int, seeds: Sequence[Fingerprint], tell: Callable[[str], None]) -> Iterator[Rows]:
    for start in range(0, designs, _SLICE):
        tell(f"    {start:,} made")
        yield library_rows.made(min(_SLICE, designs - start), seeds, start)


def _made(dialect: str, shop: Shop, templates: Sequence[Template]) -> Iterator[str]:
    """The statements of `_MADE` for a database, with the uploads spread over the templates."""
    ids = [template.id for template in templates]
    by_upload = " ".join(f"WHEN {turn} THEN {key}" for turn, key in enumerate(ids))
    template = f"CASE ({{n}} / {FILES_OF_UPLOAD}) % {len(ids)} {by_upload} END"
    names = " ".join(f"WHEN {turn} THEN '{SHOP}/{one.name}/'" for turn, one in enumerate(templates))
    folder = f"CASE (m.n / {FILES_OF_UPLOAD}) % {len(ids)} {names} END"
    different = {
        "sqlite": {"digest": "randomblob(32)", "later": "'2099-01-01 00:00:00.000000'"},
        "postgresql": {"digest": "sha256(uuid_send(m.id))", "later": "timestamptz '2099-01-01'"},
    }[dialect]
    for statement in _MADE:
        yield statement.format(
            files=FILES_OF_UPLOAD, deleted=DELETED, missing=MISSING, with_mockup=WITH_MOCKUP,
            template=template.format(n="n"), template_m=template.format(n="m.n"),
            path=f"{folder} || 'UV ' || (m.n + 1) || ' art_' || (m.n + 1) || '.png'", shop=shop.id, **_VALUES, **different,
        )  # fmt: skip


def _designs_of(rows: Rows, first: int, before: bytes) -> Iterator[tuple[bytes, str, bytes | None, float | None, bool]]:
    """Id, name, what it is similar to and how far, whether it is deleted."""
    for offset, key in enumerate(rows.ids):
        n = first + offset
        similar = n % SIMILAR == 3
        yield (
            key,
            f"Design of layout {n % 997} no {n}",
            before if similar else None,
            0.2 if similar else None,
            (n % DELETED == 7),
        )
        before = key


def _fill_postgresql(
    database: Database, shop: Shop, templates: Sequence[Template], parts: Iterator[Rows], tell: Callable[[str], None]
) -> None:
    now = datetime.now(UTC).isoformat()
    with database.write() as connection:
        for setting in ("session_replication_role = replica", "maintenance_work_mem = '2GB'", "work_mem = '512MB'"):
            connection.execute(text(f"SET LOCAL {setting}"))
        connection.execute(text("ALTER TABLE bands DROP CONSTRAINT pk_bands"))
        cursor = connection.connection.cursor()
        first, before = 0, bytes(16)
        for rows in parts:
            named = [key.hex() for key in rows.ids]
            library_rows.copy(
                cursor, "designs (id, shop_id, name, similar_to, similar_distance, created_at, deleted_at)",
                ((k.hex(), shop.id, name, None if s is None else s.hex(), d, now, now if gone else None)
                 for k, name, s, d, gone in _designs_of(rows, first, before)))  # fmt: skip
            library_rows.copy(
                cursor, "fingerprints (design_id, shop_id, signatures, detail, aspect)",
                ((k, shop.id, s, d, 1.0) for k, s, d in zip(named, rows.signatures, rows.details, strict=True)))  # fmt: skip
            library_rows.copy(
                cursor, "coarse_pictures (design_id, shop_id, coarse)",
                ((k, shop.id, c[:COARSE_BYTES]) for k, c in zip(named, rows.coarse, strict=True)))  # fmt: skip
            library_rows.copy_bands(cursor, shop, rows)
            first, before = first + len(rows.ids), rows.ids[-1]
        tell("    index")
        connection.execute(text("ALTER TABLE bands ADD CONSTRAINT pk_bands PRIMARY KEY (shop_id, band, design_id)"))
        connection.execute(
            text(
                "CREATE TEMPORARY TABLE made ON COMMIT DROP AS SELECT id, n, now() - interval '400 days'"
                " + n * interval '5 seconds' AS made_at FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n"
                " FROM designs) numbered"
            )
        )
        connection.execute(text("CREATE UNIQUE INDEX ON made (n)"))
        connection.execute(text("ANALYZE made"))
        _make(cursor.execute, "postgresql", shop, templates, tell)
        cursor.execute(f"UPDATE templates SET next_number = {first + 1}")
        cursor.close()
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))


def _make(
    run: Callable[[str], object],
    dialect: str,
    shop: Shop,
    templates: Sequence[Template],
    tell: Callable[[str], None],
) -> None:
    for statement in _made(dialect, shop, templates):
        tell(f"    {statement.split()[2]}")
        run(statement)


def _fill_sqlite(
    database: Database, shop: Shop, templates: Sequence[Template], parts: Iterator[Rows], tell: Callable[[str], None]
) -> None:
    database.close()
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    file = Path(str(database.url.database))
    with (
        closing(sqlite3.connect(file, isolation_level=None)) as connection,
        tempfile.TemporaryDirectory(dir=file.parent, prefix="bands-") as folder,
    ):
        for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "locking_mode=EXCLUSIVE",
                        "temp_store=FILE"):  # fmt: skip
            connection.execute(f"PRAGMA {setting}").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        first, before = 0, bytes(16)
        for rows in parts:
            for statement, values in (
                ("designs (id, shop_id, name, similar_to, similar_distance, created_at, deleted_at)"
                 " VALUES (?, ?, ?, ?, ?, ?, ?)",
                 ((k, shop.id, name, s, d, now, now if gone else None)
                  for k, name, s, d, gone in _designs_of(rows, first, before))),
                ("fingerprints (design_id, shop_id, signatures, detail, aspect) VALUES (?, ?, ?, ?, 1)",
                 ((k, shop.id, s, d) for k, s, d in zip(rows.ids, rows.signatures, rows.details, strict=True))),
                ("coarse_pictures (design_id, shop_id, coarse) VALUES (?, ?, ?)",
                 ((k, shop.id, c[:COARSE_BYTES]) for k, c in zip(rows.ids, rows.coarse, strict=True))),
            ):  # fmt: skip
                connection.executemany(f"INSERT INTO {statement}", values)
            np.save(Path(folder) / f"{first}.npy", _packed(rows))
            first, before = first + len(rows.ids), rows.ids[-1]
        tell("    index")
        for some in _in_order(sorted(Path(folder).glob("*.npy"))):
            values = zip(some["band"].tolist(), some["design"].tolist(), strict=True)
            connection.executemany(f"INSERT INTO bands (shop_id, band, design_id) VALUES ({shop.id}, ?, ?)", values)
        connection.execute("CREATE TEMPORARY TABLE made (n INTEGER PRIMARY KEY, id BLOB, made_at TEXT)")
        connection.execute(
            "INSERT INTO made SELECT row_number() OVER (ORDER BY id) - 1, id,"
            " strftime('%Y-%m-%d %H:%M:%f000', '2025-01-01', (5 * (row_number() OVER (ORDER BY id))) || ' seconds')"
            " FROM designs"
        )
        _make(connection.execute, "sqlite", shop, templates, tell)
        connection.execute(f"UPDATE templates SET next_number = {first + 1}")
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL").fetchall()
    ensure_statistics(database)


def _packed(rows: Rows) -> NDArray[np.void]:
    packed = np.empty(len(rows.bands), _BAND)
    packed["band"], packed["design"] = rows.bands, rows.owners
    return packed


def _in_order(files: Sequence[Path]) -> Iterator[NDArray[np.void]]:
    """The rows of all files, each of which is in order, in order: a range of bands at a time."""
    parts = [np.load(file, mmap_mode="r") for file in files]
    longest = max(parts, key=len)
    edges = [int(longest["band"][at]) for at in np.linspace(0, len(longest) - 1, _RANGES, dtype=int)[1:-1]]
    starts = [0] * len(parts)
    for edge in [*sorted(set(edges)), None]:
        ends = [len(part) if edge is None else int(np.searchsorted(part["band"], edge)) for part in parts]
        some = np.concatenate([part[start:end] for part, start, end in zip(parts, starts, ends, strict=True)])
        yield some[np.argsort(some["band"], kind="stable")]
        starts = ends
