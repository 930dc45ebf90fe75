"""What comparisons found, for a person to decide: keep both, or drop the newcomer. A decision sticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, select, update

from printdock.db.engine import Database
from printdock.db.tables import designs, matches, print_files, sources, templates
from printdock.designs import index
from printdock.designs.lease import Clock
from printdock.errors import UsageError
from printdock.shops.queries import Shop
from printdock.storage.base import Storage


@dataclass(frozen=True, slots=True)
class Match:
    """A newcomer and the design it was found the same as (``duplicate``) or like (``similar``)."""

    row: Row[Any]
    matched_path: str | None
    newcomer_path: str | None
    template: str

    @property
    def id(self) -> int:
        return int(self.row.id)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        row = self.row
        return {
            "id": row.id,
            "kind": row.kind,
            "decision": row.decision,
            "source": row.source,
            "template": self.template,
            "design": None if row.design_id is None else str(row.design_id),
            "path": self.newcomer_path,
            "matched_design": str(row.matched_design_id),
            "matched_path": self.matched_path,
            "distance": row.distance,
            "evidence": row.evidence,
            "found_at": row.created_at.isoformat(),
            "decided_at": None if row.decided_at is None else row.decided_at.isoformat(),
        }


def flagged(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> dict[UUID, UUID]:
    """Of these designs those flagged as similar to another, and to which. A person's decision takes the flag away."""
    own = designs.c.shop_id == shop.id, designs.c.id.in_(keys), designs.c.similar_to.is_not(None)
    return {
        row.id: row.similar_to for row in connection.execute(select(designs.c.id, designs.c.similar_to).where(*own))
    }


def list_matches(
    connection: Connection,
    shop: Shop,
    *,
    decided: bool = False,
    kind: str | None = None,
    template_id: int | None = None,
    design: UUID | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Match]:
    """Matches of the shop, newest first: those that wait for a decision, or with ``decided`` all of them.

    Only of one ``kind``, one template, about one ``design`` (on either side), or older than ``before``, where given.
    """
    wanted = select(matches).where(matches.c.shop_id == shop.id)
    if not decided:
        wanted = wanted.where(matches.c.decision.is_(None))
    if kind is not None:
        wanted = wanted.where(matches.c.kind == kind)
    if template_id is not None:
        wanted = wanted.where(matches.c.template_id == template_id)
    if design is not None:
        wanted = wanted.where((matches.c.design_id == design) | (matches.c.matched_design_id == design))
    if before is not None:
        wanted = wanted.where(matches.c.id < before)
    rows = connection.execute(wanted.order_by(matches.c.id.desc()).limit(limit)).all()
    return _with_paths(connection, shop, rows)


def find_match(connection: Connection, shop: Shop, key: int) -> Match:
    """The match numbered ``key``. Raises `UsageError`."""
    rows = connection.execute(select(matches).where(matches.c.shop_id == shop.id, matches.c.id == key)).all()
    if not rows:
        raise UsageError(
            f"There is no match {key}.", code="unknown_match", remedy="See `printdock duplicates list --all`."
        )
    return _with_paths(connection, shop, rows)[0]


def keep(database: Database, shop: Shop, key: int, clock: Clock) -> tuple[Match, Path | None]:
    """Both are wanted. A similar design loses its flag; a refused file may be stored from now on.

    Answers the match, and for a refused file the path it came from: ingesting that now stores it.
    """
    with database.write() as connection:
        match = find_match(connection, shop, key)
        _decide(connection, match, "keep", clock())
        if match.row.kind == "similar":
            unflagged = designs.c.shop_id == shop.id, designs.c.id == match.row.design_id
            connection.execute(update(designs).where(*unflagged).values(similar_to=None, similar_distance=None))
            return match, None
        connection.execute(delete(sources).where(*_own_source(shop, match), sources.c.match_id == match.id))
    return match, Path(match.row.source)


def drop(database: Database, storage: Storage, shop: Shop, key: int, clock: Clock) -> Match:
    """The newcomer is not wanted. A refused file stays refused; a similar design's print files are removed.

    Its numbers stay taken. The rows go first: a crash in between leaves a file that `verify` knows to remove.
    """
    with database.write() as connection:
        match = find_match(connection, shop, key)
        if match.row.decision == "keep":
            raise UsageError(f"Match {key} was decided before: keep.", code="already_decided")
        paths = _forget_newcomer(connection, shop, match) if match.row.kind == "similar" else []
        _decide(connection, match, "drop", clock())
    for path in paths:
        storage.delete(path)
    return match


def _forget_newcomer(connection: Connection, shop: Shop, match: Match) -> list[str]:
    own = print_files.c.shop_id == shop.id, print_files.c.design_id == match.row.design_id
    dropped = update(print_files).where(*own, print_files.c.state.in_(("stored", "spooled", "missing")))
    rows = connection.execute(dropped.values(state="deleted").returning(print_files.c.id, print_files.c.path)).all()
    stays = select(print_files.c.id).where(
        print_files.c.shop_id == shop.id,
        print_files.c.design_id == match.row.matched_design_id,
        print_files.c.template_id == match.row.template_id,
        print_files.c.state.in_(("stored", "spooled", "missing")),
    )
    kept = connection.execute(stays.limit(1)).scalar_one_or_none()
    pointing = sources.c.shop_id == shop.id, sources.c.print_file_id.in_([row.id for row in rows])
    if kept is None:
        connection.execute(delete(sources).where(*pointing))
    else:
        connection.execute(update(sources).where(*pointing).values(print_file_id=kept, match_id=match.id))
    index.forget(connection, shop, [match.row.design_id])
    return [row.path for row in rows]


def _decide(connection: Connection, match: Match, decision: str, now: datetime) -> None:
    connection.execute(
        update(matches)
        .where(matches.c.shop_id == match.row.shop_id, matches.c.id == match.id)
        .values(decision=decision, decided_at=now)
    )


def _own_source(shop: Shop, match: Match) -> tuple[Any, ...]:
    return (
        sources.c.shop_id == shop.id,
        sources.c.template_id == match.row.template_id,
        sources.c.sha256 == match.row.sha256,
    )


def _with_paths(connection: Connection, shop: Shop, rows: Sequence[Row[Any]]) -> list[Match]:
    keys = {key for row in rows for key in (row.design_id, row.matched_design_id) if key is not None}
    files = select(print_files.c.design_id, print_files.c.template_id, print_files.c.path).where(
        print_files.c.shop_id == shop.id, print_files.c.design_id.in_(keys), print_files.c.state != "deleted"
    )
    paths: dict[Any, str] = {}
    for file in connection.execute(files):
        paths[file.design_id, file.template_id] = file.path
        paths.setdefault((file.design_id, None), file.path)
    named = select(templates.c.id, templates.c.name).where(templates.c.shop_id == shop.id)
    names = {row.id: row.name for row in connection.execute(named)}

    def path(design: Any, template: int) -> str | None:
        return paths.get((design, template), paths.get((design, None)))

    return [
        Match(
            row,
            path(row.matched_design_id, row.template_id),
            path(row.design_id, row.template_id),
            names[row.template_id],
        )
        for row in rows
    ]
