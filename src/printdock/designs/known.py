"""What the shop has already: files by their bytes, and designs whose art may be the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from printdock.db.tables import fingerprints, matches, print_files, sources
from printdock.dedupe.bands import probe_bands
from printdock.dedupe.nearest import Candidate
from printdock.designs.ledger import fingerprint_of
from printdock.imaging.fingerprint import Fingerprint
from printdock.shops.queries import Shop
from printdock.templates.queries import Template

#: Most designs taken from one band of the index. A shop with thousands of designs in one layout fills a band; the
#: other bands of the same art still tell them apart, and the memory and time of a look-up stay bounded.
MAX_PER_BAND = 400


@dataclass(frozen=True, slots=True)
class KnownFile:
    """The print file that answers for bytes seen before."""

    print_file: UUID
    design: UUID
    number: int
    path: str
    state: str
    owner: str | None
    lease_until: datetime | None
    refused: bool  # these bytes were refused by a comparison, not stored


def known_files(connection: Connection, template: Template, digests: Sequence[bytes]) -> dict[bytes, KnownFile]:
    """The print files that answer for ``digests`` (SHA-256 of sources), one query for all."""
    wanted = (
        select(
            sources.c.sha256,
            sources.c.match_id,
            print_files.c.id,
            print_files.c.design_id,
            print_files.c.number,
            print_files.c.path,
            print_files.c.state,
            print_files.c.owner,
            print_files.c.lease_until,
        )
        .join(print_files, print_files.c.id == sources.c.print_file_id)
        .where(
            sources.c.shop_id == template.shop.id,
            sources.c.template_id == template.id,
            sources.c.sha256.in_(digests),
            print_files.c.shop_id == template.shop.id,
        )
    )
    return {bytes(row.sha256): _known(row) for row in connection.execute(wanted)}


def _known(row: Any) -> KnownFile:
    return KnownFile(
        row.id, row.design_id, row.number, row.path, row.state, row.owner, row.lease_until, row.match_id is not None
    )


def kept_apart(connection: Connection, shop: Shop, digests: Sequence[bytes]) -> dict[bytes, set[UUID]]:
    """The designs that a person has told apart from a file, by the file's digest."""
    ruled = select(matches.c.sha256, matches.c.matched_design_id).where(
        matches.c.shop_id == shop.id, matches.c.sha256.in_(digests), matches.c.decision == "keep"
    )
    apart: dict[bytes, set[UUID]] = defaultdict(set)
    for row in connection.execute(ruled):
        apart[bytes(row.sha256)].add(row.matched_design_id)
    return apart


def candidates(connection: Connection, shop: Shop, newcomers: Sequence[Fingerprint]) -> list[list[Candidate[UUID]]]:
    """Per newcomer, the shop's designs that share a band with it. One query on PostgreSQL; on SQLite, which is in
    this process, prepared point look-ups."""
    probes = [(index, band) for index, one in enumerate(newcomers) for band in sorted(set(probe_bands(one)))]
    if not probes:
        return [[] for _ in newcomers]
    if connection.dialect.name == "postgresql":
        return _candidates_postgresql(connection, shop, probes, len(newcomers))
    return _candidates_sqlite(connection, shop, probes, len(newcomers))


_POSTGRESQL = text(
    """
    SELECT met.item, f.design_id, f.signatures
    FROM (
        SELECT DISTINCT probe.item, found.design_id
        FROM unnest(CAST(:items AS integer[]), CAST(:bands AS bigint[])) AS probe(item, band)
        CROSS JOIN LATERAL (
            SELECT design_id FROM bands WHERE shop_id = :shop AND bands.band = probe.band LIMIT :most
        ) AS found
    ) AS met
    JOIN fingerprints AS f ON f.design_id = met.design_id AND f.shop_id = :shop
    ORDER BY met.item, f.design_id
    """
)


def _candidates_postgresql(
    connection: Connection, shop: Shop, probes: Sequence[tuple[int, int]], count: int
) -> list[list[Candidate[UUID]]]:
    values = {"items": [item for item, _ in probes], "bands": [band for _, band in probes]}
    found: list[list[Candidate[UUID]]] = [[] for _ in range(count)]
    for row in connection.execute(_POSTGRESQL, values | {"shop": shop.id, "most": MAX_PER_BAND}):
        found[row.item].append(Candidate(row.design_id, bytes(row.signatures)))
    return found


def _candidates_sqlite(
    connection: Connection, shop: Shop, probes: Sequence[tuple[int, int]], count: int
) -> list[list[Candidate[UUID]]]:
    # The driver's own cursor: SQLAlchemy's cost per statement is several times that of the look-up.
    cursor = connection.connection.cursor()
    met: list[set[bytes]] = [set() for _ in range(count)]
    for item, band in probes:
        cursor.execute(
            "SELECT design_id FROM bands WHERE shop_id = ? AND band = ? LIMIT ?", (shop.id, band, MAX_PER_BAND)
        )
        met[item].update(row[0] for row in cursor.fetchall())
    found = []
    for keys in met:
        signed = []
        for key in sorted(keys):
            cursor.execute("SELECT signatures FROM fingerprints WHERE design_id = ? AND shop_id = ?", (key, shop.id))
            signed += [Candidate(UUID(bytes=key), bytes(row[0])) for row in cursor.fetchall()]
        found.append(signed)
    cursor.close()
    return found


def stored_fingerprints(connection: Connection, shop: Shop, keys: Iterable[UUID]) -> dict[UUID, Fingerprint]:
    """The fingerprints of designs, coarse pictures included."""
    wanted = select(fingerprints).where(fingerprints.c.shop_id == shop.id, fingerprints.c.design_id.in_(list(keys)))
    return {row.design_id: fingerprint_of(row) for row in connection.execute(wanted)}


def print_files_of(connection: Connection, shop: Shop, keys: Iterable[UUID]) -> dict[UUID, list[Row[Any]]]:
    """The print files of designs that a newcomer can be compared with or answered by, oldest first."""
    wanted = (
        select(print_files)
        .where(
            print_files.c.shop_id == shop.id,
            print_files.c.design_id.in_(list(keys)),
            print_files.c.state.in_(("storing", "spooled", "stored", "missing")),
        )
        .order_by(print_files.c.id)
    )
    found: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(wanted):
        found[row.design_id].append(row)
    return found
