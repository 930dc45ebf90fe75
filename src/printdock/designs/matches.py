"""What comparisons found, for a person to decide (designs/decisions.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, exists, or_, select

from printdock.db.tables import designs, matches, print_files, templates
from printdock.db.unindexed import Unindexed
from printdock.errors import UsageError
from printdock.shops.queries import Shop


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
            "decided_by": row.decided_by,
            "undo_until": None if row.undo_until is None else row.undo_until.isoformat(),
        }


def flagged(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> dict[UUID, UUID]:
    """Of these designs those flagged as similar to another, and to which. A person's decision takes the flag away; so
    does deleting the other."""
    root = designs.alias()
    wanted = (
        select(designs.c.id, designs.c.similar_to)
        .join(root, root.c.id == designs.c.similar_to)
        .where(designs.c.shop_id == shop.id, root.c.shop_id == shop.id, root.c.deleted_at.is_(None))
        .where(designs.c.id.in_(keys))
    )
    return {row.id: row.similar_to for row in connection.execute(wanted)}


def list_matches(
    connection: Connection,
    shop: Shop,
    *,
    decided: bool = False,
    decision: str | None = None,
    kind: str | None = None,
    template_id: int | None = None,
    design: UUID | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Match]:
    """Matches of the shop, newest first: those that wait for a decision, with ``decided`` also the others.

    A match waits only while both its designs are there. Only of one ``decision`` ("any": of all that were decided), one
    ``kind``, one template, about one ``design`` (on either side), or older than ``before``, where given.
    """
    of_shop = matches.c.shop_id if design is None else Unindexed(matches.c.shop_id)
    wanted = select(matches).where(of_shop == shop.id)
    if decision is not None:
        wanted = wanted.where(matches.c.decision.is_not(None) if decision == "any" else matches.c.decision == decision)
    elif not decided:
        wanted = wanted.where(matches.c.decision.is_(None), ~_about_deleted(shop))
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


def _about_deleted(shop: Shop) -> Any:
    gone = designs.c.shop_id == shop.id, designs.c.deleted_at.is_not(None)
    # One by one, each by its key: together, they are looked for among all that were deleted.
    return or_(
        *(exists().where(*gone, designs.c.id == one) for one in (matches.c.design_id, matches.c.matched_design_id))
    )


def _with_paths(connection: Connection, shop: Shop, rows: Sequence[Row[Any]]) -> list[Match]:
    keys = {key for row in rows for key in (row.design_id, row.matched_design_id) if key is not None}
    files = select(print_files.c.design_id, print_files.c.template_id, print_files.c.path).where(
        Unindexed(print_files.c.shop_id) == shop.id, print_files.c.design_id.in_(keys), print_files.c.state != "deleted"
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
