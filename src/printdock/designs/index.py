"""The near-duplicate index: what makes a design's art findable, and the designs that newcomers may be the same as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, text

from printdock.db.tables import bands, coarse_pictures, fingerprints
from printdock.dedupe.bands import Probe, probes, shortlist, stored_bands
from printdock.dedupe.detail import detail_of
from printdock.dedupe.nearest import Candidate
from printdock.imaging.fingerprint import Fingerprint, parse_signatures
from printdock.shops.queries import Shop

#: Most designs taken from one band, on each side of the newcomer, and most candidates of a newcomer after that: the
#: time and memory of a look-up stay bounded where a shop has thousands of designs in one layout.
MAX_PER_SIDE = 16
MAX_CANDIDATES = 256

#: A probe's key, the key it found, and the design: its bytes, since most are dropped before anyone reads them.
Met = tuple[int, int, bytes]


def remember(connection: Connection, shop: Shop, prints: Mapping[UUID, Fingerprint]) -> None:
    """Make designs findable."""
    for table, rows in index_rows(shop, prints).items():
        if rows:
            connection.execute(insert(table), rows)


def index_rows(shop: Shop, prints: Mapping[UUID, Fingerprint]) -> dict[Any, list[dict[str, Any]]]:
    """The rows of designs, by table."""
    rows: dict[Any, list[dict[str, Any]]] = {fingerprints: [], coarse_pictures: [], bands: []}
    for key, one in prints.items():
        own = {"design_id": key, "shop_id": shop.id}
        detail = detail_of(one)
        described = {"signatures": one.signature_bytes(), "detail": detail, "aspect": one.aspect}
        rows[fingerprints].append(own | described)
        rows[coarse_pictures].append(own | {"coarse": one.coarse})
        rows[bands] += [own | {"band": band} for band in stored_bands(one.signatures, detail)]
    return rows


def forget(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> None:
    """Designs that nothing may be compared with any more, ever."""
    hide(connection, shop, keys)
    for table in (coarse_pictures, fingerprints):
        connection.execute(delete(table).where(table.c.shop_id == shop.id, table.c.design_id.in_(keys)))


def hide(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> None:
    """Nothing is compared with these designs until they are shown again."""
    rows = [{"key_band": row["band"], "key_design": row["design_id"]} for row in _bands(connection, shop, keys)]
    if rows:
        one = bands.c.band == bindparam("key_band"), bands.c.design_id == bindparam("key_design")
        connection.execute(delete(bands).where(bands.c.shop_id == shop.id, *one), rows)


def show(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> None:
    """Undo `hide`. Safe to call for designs that are not hidden."""
    hide(connection, shop, keys)
    rows = _bands(connection, shop, keys)
    if rows:
        connection.execute(insert(bands), rows)


def swap(connection: Connection, shop: Shop, one: UUID, other: UUID) -> None:
    """Two hidden designs look like each other from now on."""
    for table in (fingerprints, coarse_pictures):
        own = table.c.shop_id == shop.id, table.c.design_id.in_([one, other])
        rows = [dict(row._mapping) for row in connection.execute(select(table).where(*own))]
        connection.execute(delete(table).where(*own))
        for row in rows:
            row["design_id"] = other if row["design_id"] == one else one
        if rows:
            connection.execute(insert(table), rows)


def _bands(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> list[dict[str, Any]]:
    own = fingerprints.c.shop_id == shop.id, fingerprints.c.design_id.in_(keys)
    return [
        {"shop_id": shop.id, "band": band, "design_id": row.design_id}
        for row in connection.execute(select(fingerprints).where(*own)).all()
        for band in stored_bands(parse_signatures(bytes(row.signatures)), bytes(row.detail))
    ]


def stored_fingerprints(connection: Connection, shop: Shop, keys: Iterable[UUID]) -> dict[UUID, Fingerprint]:
    """The fingerprints of designs, coarse pictures included."""
    wanted = (
        select(fingerprints, coarse_pictures.c.coarse)
        .join(coarse_pictures, coarse_pictures.c.design_id == fingerprints.c.design_id)
        .where(fingerprints.c.shop_id == shop.id, fingerprints.c.design_id.in_(list(keys)))
    )
    return {
        row.design_id: Fingerprint(parse_signatures(bytes(row.signatures)), bytes(row.coarse), row.aspect)
        for row in connection.execute(wanted)
    }


def candidates(connection: Connection, shop: Shop, newcomers: Sequence[Fingerprint]) -> list[list[Candidate[UUID]]]:
    """Per newcomer, the shop's designs that share a band with it. Two queries for all on PostgreSQL; on SQLite, which
    is in this process, prepared look-ups."""
    wanted = [probes(one.signatures + one.variants, detail_of(one)) for one in newcomers]
    if not wanted:
        return [[] for _ in newcomers]
    if connection.dialect.name == "postgresql":
        few = [sorted(shortlist(met, MAX_CANDIDATES)) for met in _met_postgresql(connection, shop, wanted)]
        return _signed_postgresql(connection, shop, few)
    return _candidates_sqlite(connection, shop, wanted)


_MET = text(
    """
    SELECT probe.item, probe.key, found.band, uuid_send(found.design_id)
    FROM unnest(
        CAST(:items AS integer[]), CAST(:lows AS bigint[]), CAST(:keys AS bigint[]), CAST(:highs AS bigint[])
    ) AS probe(item, low, key, high)
    CROSS JOIN LATERAL (
        (SELECT band, design_id FROM bands
         WHERE shop_id = :shop AND band >= probe.key AND band <= probe.high
         ORDER BY band, design_id LIMIT :most)
        UNION ALL
        (SELECT band, design_id FROM bands
         WHERE shop_id = :shop AND band < probe.key AND band >= probe.low
         ORDER BY band DESC, design_id DESC LIMIT :most)
    ) AS found
    """
)


def _met_postgresql(connection: Connection, shop: Shop, wanted: Sequence[Sequence[Probe]]) -> list[list[Met]]:
    flat = [(item, probe) for item, few in enumerate(wanted) for probe in few]
    values = {
        "items": [item for item, _ in flat],
        "lows": [probe.low for _, probe in flat],
        "keys": [probe.key for _, probe in flat],
        "highs": [probe.high for _, probe in flat],
    }
    met: list[list[Met]] = [[] for _ in wanted]
    for item, key, band, design in connection.execute(_MET, values | {"shop": shop.id, "most": MAX_PER_SIDE}):
        met[item].append((key, band, design))
    return met


_SIGNED = text(
    """
    SELECT design_id, signatures, detail FROM fingerprints
    WHERE shop_id = :shop AND design_id = ANY(CAST(:designs AS uuid[]))
    """
)


def _signed_postgresql(
    connection: Connection, shop: Shop, few: Sequence[Sequence[bytes]]
) -> list[list[Candidate[UUID]]]:
    designs = [UUID(bytes=key) for key in {key for keys in few for key in keys}]
    found = connection.execute(_SIGNED, {"shop": shop.id, "designs": designs})
    signed = {row[0].bytes: Candidate(row[0], row[1], row[2]) for row in found}
    return [[signed[key] for key in keys if key in signed] for keys in few]


_SIDES = (
    "SELECT band, design_id FROM bands WHERE shop_id = ? AND band >= ? AND band <= ? ORDER BY band, design_id LIMIT ?",
    "SELECT band, design_id FROM bands WHERE shop_id = ? AND band < ? AND band >= ?"
    " ORDER BY band DESC, design_id DESC LIMIT ?",
)


def _candidates_sqlite(
    connection: Connection, shop: Shop, wanted: Sequence[Sequence[Probe]]
) -> list[list[Candidate[UUID]]]:
    # The driver's own cursor: SQLAlchemy's cost per statement is several times that of the look-up.
    cursor = connection.connection.cursor()
    found = []
    for few in wanted:
        met: list[Met] = []
        for probe in few:
            met += [(probe.key, band, key) for band, key in _near_sqlite(cursor, shop, probe)]
        found.append(_signed_sqlite(cursor, shop, sorted(shortlist(met, MAX_CANDIDATES))))
    cursor.close()
    return found


_SIGNED_AT_ONCE = 32
_SIGNED_SQLITE = (
    "SELECT design_id, signatures, detail FROM fingerprints"
    f" WHERE shop_id = ? AND design_id IN ({', '.join('?' * _SIGNED_AT_ONCE)})"
)


def _signed_sqlite(cursor: Any, shop: Shop, keys: Sequence[bytes]) -> list[Candidate[UUID]]:
    signed: list[Candidate[UUID]] = []
    for start in range(0, len(keys), _SIGNED_AT_ONCE):
        some = keys[start : start + _SIGNED_AT_ONCE]
        filled = [*some, *[some[-1]] * (_SIGNED_AT_ONCE - len(some))]  # always the same statement, prepared once
        rows = cursor.execute(_SIGNED_SQLITE, (shop.id, *filled)).fetchall()
        signed += [Candidate(UUID(bytes=row[0]), row[1], row[2]) for row in rows]
    return signed


def _near_sqlite(cursor: Any, shop: Shop, probe: Probe) -> list[tuple[int, bytes]]:
    """The nearest on each side. Hardly any band is full, so both sides are read at once first."""
    whole = cursor.execute(_SIDES[0], (shop.id, probe.low, probe.high, 2 * MAX_PER_SIDE + 1)).fetchall()
    if len(whole) <= 2 * MAX_PER_SIDE:
        return list(whole)
    sides: list[tuple[int, bytes]] = []
    for statement, end in zip(_SIDES, (probe.high, probe.low), strict=True):
        sides += cursor.execute(statement, (shop.id, probe.key, end, MAX_PER_SIDE)).fetchall()
    return sides
