"""A large library's rows, made by numpy and written the fastest way each database has.

The designs are made from real ones: a heavy tail of families (one layout with many texts) whose members differ in few
bits, and the rest on their own. Coarse pictures are real ones, cut to 2 kB. The rows of the index are written in its
order; constraints are PostgreSQL's to check after.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from uuid_utils.compat import uuid7

from printdock.db.engine import Database
from printdock.dedupe.bands import band_keys, same_look_key
from printdock.dedupe.detail import detail_of
from printdock.imaging.fingerprint import SIGNATURE_BYTES, Fingerprint, Signature
from printdock.shops.queries import Shop

FAMILIES = 2_000
_CHUNK = 20_000
_COARSE_BYTES = 2_000
_BAND_ROW = np.dtype(
    [("columns", ">i2"), ("four", ">i4"), ("shop", ">i4"), ("eight", ">i4"), ("band", ">i8"), ("sixteen", ">i4"),
     ("design", "V16")]
)  # fmt: skip


def families(seeds: Sequence[Fingerprint]) -> list[Fingerprint]:
    """The layouts, as a first design of each: a seed with 30 % of its bits flipped."""
    random = np.random.default_rng(1)
    return [flipped(seeds[index % len(seeds)], random, 0.3) for index in range(FAMILIES)]


def flipped(one: Fingerprint, random: np.random.Generator, share: float) -> Fingerprint:
    """A design whose signatures differ in this share of their bits; margins are made up for them."""

    def turn(signature: Signature) -> Signature:
        bits = np.unpackbits(np.frombuffer(signature.bits, np.uint8)) ^ (random.random(SIGNATURE_BYTES * 8) < share)
        margins = np.abs(random.standard_normal(bits.size)).astype(np.float32) * np.where(bits > 0, 1, -1)
        return Signature(signature.view, np.packbits(bits).tobytes(), margins)

    return Fingerprint(tuple(turn(signature) for signature in one.signatures), one.coarse, one.aspect)


@dataclass(frozen=True)
class Rows:
    """Some designs: what each of them has, and the index's rows of all, in its order."""

    ids: list[bytes]
    signatures: list[bytes]
    details: list[bytes]
    coarse: list[bytes]
    bands: NDArray[np.int64]
    owners: NDArray[np.void]


def made(count: int, seeds: Sequence[Fingerprint], seed: int) -> Rows:
    """``count`` designs: four in five are a seed's with 5 to 45 % of its bits flipped, the others members of a family
    (Zipf-distributed, so that the largest has a twentieth of all) with 0 to 8 % flipped."""
    random = np.random.default_rng(seed)
    layouts = families(seeds)
    member = random.random(count) < 0.2
    which = np.where(
        member, len(seeds) + np.minimum(random.zipf(1.3, count), FAMILIES) - 1, random.integers(0, len(seeds), count)
    )
    share = np.where(member, random.uniform(0, 0.08, count), random.uniform(0.05, 0.45, count))
    ids = [uuid7().bytes for _ in range(count)]
    signatures, details, coarse = [b""] * count, [b""] * count, [b""] * count
    keys, owners = [], []
    for index, one in enumerate([*seeds, *layouts]):
        mine = np.flatnonzero(which == index)
        for part in (mine[i : i + _CHUNK] for i in range(0, len(mine), _CHUNK)):
            packed, detail, bands = _turned(one, random, share[part])
            for row, design in enumerate(part.tolist()):
                signatures[design], details[design] = packed[row].tobytes(), detail[row].tobytes()
                coarse[design] = one.coarse[:_COARSE_BYTES]
            keys.append(bands.ravel())
            owners.append(np.repeat(part, bands.shape[1]))
    bands, of = _ordered(np.concatenate(keys), np.concatenate(owners))
    return Rows(ids, signatures, details, coarse, bands, np.frombuffer(b"".join(ids), "V16")[of])


def _ordered(keys: NDArray[np.int64], owners: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """By key, then owner; two views of one design may have the same key, which is stored once."""
    order = np.lexsort((owners, keys))
    keys, owners = keys[order], owners[order]
    once = np.ones(len(keys), bool)
    once[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    return keys[once], owners[once]


def _turned(
    one: Fingerprint, random: np.random.Generator, share: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
    """Of designs that differ from ``one`` in these shares of bits: packed signatures, details, bands."""

    def turn(data: bytes) -> NDArray[np.uint8]:
        mask = random.random((len(share), len(data) * 8), np.float32) < share[:, None]
        return np.frombuffer(data, np.uint8) ^ np.packbits(mask, axis=1)

    detail = turn(detail_of(one))
    packed, bands = [], [np.array([[same_look_key(row.tobytes())] for row in detail], np.int64)]
    for signature in one.signatures:
        bits = turn(signature.bits)
        views = np.full(len(share), signature.view, np.uint8)
        packed += [views[:, None], bits]
        bands.append(band_keys(views, bits, detail))
    return np.concatenate(packed, axis=1), detail, np.concatenate(bands, axis=1)


def write(database: Database, shop: Shop, rows: Rows) -> None:
    """Add them to the library, and let the database count what it has."""
    if database.dialect == "sqlite":
        _write_sqlite(database, shop, rows)
    else:
        _write_postgresql(database, shop, rows)


def _write_sqlite(database: Database, shop: Shop, rows: Rows) -> None:
    database.close()
    connection = sqlite3.connect(str(database.url.database), isolation_level=None)
    for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "locking_mode=EXCLUSIVE"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    connection.execute("BEGIN IMMEDIATE")
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    for statement, values in (
        ("designs (id, shop_id, name, created_at) VALUES (?, ?, 'made', ?)", ((k, shop.id, now) for k in rows.ids)),
        ("fingerprints (design_id, shop_id, signatures, detail, aspect) VALUES (?, ?, ?, ?, 1)",
         ((k, shop.id, s, d) for k, s, d in zip(rows.ids, rows.signatures, rows.details, strict=True))),
        ("coarse_pictures (design_id, shop_id, coarse) VALUES (?, ?, ?)",
         ((k, shop.id, c) for k, c in zip(rows.ids, rows.coarse, strict=True))),
        ("bands (shop_id, band, design_id) VALUES (?, ?, ?)", _sqlite_bands(shop, rows)),
    ):  # fmt: skip
        connection.executemany(f"INSERT OR IGNORE INTO {statement}", values)
    connection.execute("COMMIT")
    connection.execute("PRAGMA analysis_limit=1000")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.close()


def _sqlite_bands(shop: Shop, rows: Rows) -> Iterator[tuple[int, int, bytes]]:
    for start in range(0, len(rows.bands), _CHUNK):
        bands, owners = rows.bands[start : start + _CHUNK].tolist(), rows.owners[start : start + _CHUNK].tolist()
        yield from ((shop.id, band, owner) for band, owner in zip(bands, owners, strict=True))


def _write_postgresql(database: Database, shop: Shop, rows: Rows) -> None:
    now = datetime.now(UTC).isoformat()
    with database.write() as connection:
        for statement in (
            "SET LOCAL session_replication_role = replica",
            "SET LOCAL maintenance_work_mem = '1GB'",
            "ALTER TABLE bands DROP CONSTRAINT pk_bands",
        ):
            connection.execute(text(statement))
        cursor = connection.connection.cursor()
        named = [key.hex() for key in rows.ids]
        copy(cursor, "designs (id, shop_id, name, created_at)", ((k, shop.id, "made", now) for k in named))
        copy(cursor, "fingerprints (design_id, shop_id, signatures, detail, aspect)",
              ((k, shop.id, s, d, 1.0) for k, s, d in zip(named, rows.signatures, rows.details, strict=True)))  # fmt: skip
        copy(cursor, "coarse_pictures (design_id, shop_id, coarse)",
              ((k, shop.id, c) for k, c in zip(named, rows.coarse, strict=True)))  # fmt: skip
        copy_bands(cursor, shop, rows)
        cursor.close()
        connection.execute(text("ALTER TABLE bands ADD CONSTRAINT pk_bands PRIMARY KEY (shop_id, band, design_id)"))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))


def copy(cursor: Any, target: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def copy_bands(cursor: Any, shop: Shop, rows: Rows) -> None:
    """In the binary format, whose rows here are all of one length."""
    with cursor.copy("COPY bands (shop_id, band, design_id) FROM STDIN (FORMAT binary)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for start in range(0, len(rows.bands), 10 * _CHUNK):
            bands, owners = rows.bands[start : start + 10 * _CHUNK], rows.owners[start : start + 10 * _CHUNK]
            packed = np.zeros(len(bands), _BAND_ROW)
            packed["columns"], packed["four"], packed["eight"], packed["sixteen"] = 3, 4, 8, 16
            packed["shop"], packed["band"], packed["design"] = shop.id, bands, owners
            copy.write(packed.tobytes())
        copy.write(b"\xff\xff")
