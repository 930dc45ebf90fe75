"""What an earlier run of the same upload, cut off, has claimed or stored: it is answered as stored, and not taken for
a duplicate of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from printdock.db.tables import designs, matches, print_files
from printdock.designs.outcomes import Failed, Stored
from printdock.shops.queries import Shop


@dataclass(frozen=True, slots=True)
class OwnFile:
    """The print file of one file of the upload. ``outcome`` is None while it is still being stored."""

    print_file: UUID
    outcome: Stored | Failed | None


def own_files(connection: Connection, shop: Shop, upload: UUID, positions: Sequence[int]) -> dict[int, OwnFile]:
    """By place in the upload, the print files that earlier runs of ``upload`` claimed."""
    wanted = (
        select(print_files, designs.c.similar_to, designs.c.similar_distance)
        .join(designs, designs.c.id == print_files.c.design_id)
        .where(
            print_files.c.shop_id == shop.id,
            print_files.c.upload_id == upload,
            print_files.c.upload_position.in_(positions),
            print_files.c.state.in_(("storing", "spooled", "stored")),
        )
    )
    rows = {row.upload_position: row for row in connection.execute(wanted)}
    return {position: OwnFile(row.id, _outcome(connection, shop, row)) for position, row in rows.items()}


def spooled(path: str) -> Failed:
    """The answer for a print file that waits in the spool."""
    return Failed(
        "storage_unavailable",
        "The storage does not answer. The print file is kept in the spool and goes out with the next run "
        f"(or `printdock storage replay`) as {path}.",
    )


def _outcome(connection: Connection, shop: Shop, row: Row[Any]) -> Stored | Failed | None:
    if row.state == "storing":
        return None
    if row.state == "spooled":
        return spooled(row.path)
    findings = (row.preflight or {}).get("findings", [])
    return Stored(
        row.design_id,
        row.id,
        row.number,
        row.path,
        row.width,
        row.height,
        row.dpi,
        size=row.bytes,
        sha256=bytes(row.sha256),
        similar_to=row.similar_to,
        distance=row.similar_distance,
        reason=None if row.similar_to is None else _why_similar(connection, shop, row.design_id),
        warnings=tuple(f"{finding['code']}: {finding['message']}" for finding in findings),
    )


def _why_similar(connection: Connection, shop: Shop, design: UUID) -> str | None:
    found = (
        select(matches.c.evidence)
        .where(matches.c.shop_id == shop.id, matches.c.design_id == design, matches.c.kind == "similar")
        .order_by(matches.c.id.desc())
        .limit(1)
    )
    evidence = connection.execute(found).scalar_one_or_none()
    why = None if evidence is None else evidence.get("why")
    return None if why is None else str(why)
