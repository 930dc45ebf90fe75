"""What the shop has already: files by their bytes, what a person has ruled, and the print files of designs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from printdock.db.tables import matches, print_files, sources
from printdock.db.unindexed import Unindexed
from printdock.designs.outcomes import Duplicate
from printdock.shops.queries import Shop
from printdock.templates.queries import Template


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

    def as_outcome(self) -> Duplicate:
        """What is answered for the same bytes sent again."""
        how = "It was refused before as the same art as" if self.refused else "Its bytes are already stored as"
        return Duplicate(self.design, 0.0, f"{how} {self.path.rsplit('/', 1)[-1]}.", "same_bytes")


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
            print_files.c.state != "deleted",  # a design that was deleted refuses nobody
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
        matches.c.shop_id == shop.id, matches.c.sha256.in_(digests), matches.c.decision.in_(("keep", "replace"))
    )
    apart: dict[bytes, set[UUID]] = defaultdict(set)
    for row in connection.execute(ruled):
        apart[bytes(row.sha256)].add(row.matched_design_id)
    return apart


def print_files_of(connection: Connection, shop: Shop, keys: Iterable[UUID]) -> dict[UUID, list[Row[Any]]]:
    """The print files of designs that a newcomer can be compared with or answered by, oldest first."""
    wanted = (
        select(print_files)
        .where(
            Unindexed(print_files.c.shop_id) == shop.id,
            print_files.c.design_id.in_(list(keys)),
            print_files.c.state.in_(("storing", "spooled", "stored", "missing")),
        )
        .order_by(print_files.c.id)
    )
    found: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(wanted):
        found[row.design_id].append(row)
    return found
