"""Reading designs and uploads for people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row, Select, func, select

from printdock.db.tables import LIVE, designs, print_files, templates, upload_files, uploads
from printdock.db.unindexed import Unindexed
from printdock.errors import UsageError
from printdock.shops.queries import Shop
from printdock.templates.queries import list_templates


def list_designs(
    connection: Connection,
    shop: Shop,
    *,
    template: str | None = None,
    search: str | None = None,
    deleted: bool = False,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Print files with their designs, newest first; with ``deleted`` those that can be brought back. ``search`` is part
    of the design's name or of the file name."""
    wanted = _print_files(shop).where(_there(deleted)).order_by(print_files.c.id.desc()).limit(limit)
    if template is not None:
        wanted = wanted.where(templates.c.name == template)
    if search:
        wanted = wanted.where(print_files.c.id.in_(_with_words(shop, search)))
    return [_design(row) for row in connection.execute(wanted)]


def show_design(connection: Connection, shop: Shop, name: str) -> list[dict[str, Any]]:
    """All print files of a design, found by id, stored path, file name or exact number. Raises `UsageError`."""
    key = find_design(connection, shop, name)
    wanted = _print_files(shop).where(designs.c.id == key, _there(False)).order_by(print_files.c.id)
    return [_design(row) for row in connection.execute(wanted)]


def find_design(connection: Connection, shop: Shop, name: str, *, deleted: bool = False) -> UUID:
    """The design meant by ``name``: its id, a stored path or file name, or a number (``906``, not ``90``).

    A file name alone is looked for in the folders of the shop's templates, which is an indexed look-up each; a file in
    another folder is found by its path. With ``deleted`` among those that can be brought back. Raises `UsageError` when
    there is none, or when a number or a file name stands for several designs.
    """
    wanted = select(print_files.c.design_id).where(print_files.c.shop_id == shop.id, _there(deleted))
    key = _as_uuid(name)
    if key is not None:
        wanted = wanted.where(print_files.c.design_id == key)
    elif name.isdigit() and len(name) < 10:
        wanted = wanted.where(numbered(shop, [int(name)]))
    else:
        wanted = wanted.where(print_files.c.path.in_(_paths(connection, shop, name)))
    found = set(connection.execute(wanted).scalars())
    if not found and "." in name and "/" not in name:
        raise UsageError(
            f"There is no design {name!r} in the folders of the shop's templates.",
            code="unknown_design",
            remedy="If it lies elsewhere, give its path from the storage's folder on, or the number that `printdock "
            "designs list --search NAME` shows.",
        )
    if not found:
        raise UsageError(f"There is no design {name!r}.", code="unknown_design", remedy="See `printdock designs list`.")
    if len(found) > 1:
        raise UsageError(f"{name!r} stands for {len(found)} designs.", remedy="Give the stored path or the id.")
    design: UUID = found.pop()
    return design


def numbered(shop: Shop, numbers: Sequence[int]) -> ColumnElement[bool]:
    """The condition on ``print_files`` that picks these numbers, by the index of each of the shop's templates."""
    of_shop = select(templates.c.id).where(templates.c.shop_id == shop.id)
    return print_files.c.template_id.in_(of_shop) & print_files.c.number.in_(list(numbers))


def _paths(connection: Connection, shop: Shop, name: str) -> list[str]:
    """Where a file that a person calls ``name`` may lie: as it is, or in the folder of any of the shop's templates."""
    folders = [one.folder for one in list_templates(connection, shop)]
    return [name, f"{shop.name}/{name}", *(f"{folder}/{name}" for folder in folders)]


def _with_words(shop: Shop, search: str) -> CompoundSelect[Any]:
    """The ids of print files with ``search`` in their name or that of their design. Each is looked for by itself: an
    index for parts of words can be used (deploy/postgresql/search.sql)."""
    part = f"%{literal(search)}%"
    by_path = select(print_files.c.id).where(
        print_files.c.shop_id == shop.id, print_files.c.path.ilike(part, escape="\\")
    )
    by_name = (
        select(print_files.c.id)
        .join(designs, designs.c.id == print_files.c.design_id)
        .where(designs.c.shop_id == shop.id, designs.c.name.ilike(part, escape="\\"))
    )
    return by_path.union(by_name)


def list_uploads(connection: Connection, shop: Shop, limit: int = 20) -> list[dict[str, Any]]:
    """Uploads, newest first."""
    wanted = _uploads(shop).order_by(uploads.c.started_at.desc()).limit(limit)
    return [_upload(row) for row in connection.execute(wanted)]


def _uploads(shop: Shop) -> Select[Any]:
    return (
        select(uploads, templates.c.name.label("template"))
        .join(templates, templates.c.id == uploads.c.template_id)
        .where(uploads.c.shop_id == shop.id)
    )


def show_upload(connection: Connection, shop: Shop, name: str) -> dict[str, Any]:
    """One upload with the entry of each file, found by its id or its beginning. Raises `UsageError`."""
    digits = name.replace("-", "").lower()
    matching: list[dict[str, Any]] = []
    if 0 < len(digits) <= 32 and not digits.strip("0123456789abcdef"):
        first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
        beginning = _uploads(shop).where(uploads.c.id.between(first, last)).limit(2)
        matching = [_upload(row) for row in connection.execute(beginning)]
    if len(matching) != 1:
        what = "There is no upload" if not matching else "There are several uploads beginning with"
        raise UsageError(f"{what} {name!r}.", code="unknown_upload", remedy="See `printdock uploads list`.")
    files = (
        select(upload_files.c.answer)
        .where(upload_files.c.shop_id == shop.id, upload_files.c.upload_id == UUID(matching[0]["upload"]))
        .order_by(upload_files.c.position)
    )
    return matching[0] | {"files": list(connection.execute(files).scalars())}


def count_print_files(connection: Connection, shop: Shop) -> dict[str, int]:
    """How many print files the shop has in each state."""
    counted = (
        select(print_files.c.state, func.count()).where(print_files.c.shop_id == shop.id).group_by(print_files.c.state)
    )
    return {state: int(count) for state, count in connection.execute(counted)}


def _print_files(shop: Shop) -> Select[Any]:
    return (
        select(
            print_files,
            designs.c.name,
            designs.c.similar_to,
            designs.c.similar_distance,
            templates.c.name.label("template"),
        )
        .join(designs, designs.c.id == print_files.c.design_id)
        .join(templates, templates.c.id == print_files.c.template_id)
        .where(Unindexed(print_files.c.shop_id) == shop.id, Unindexed(designs.c.shop_id) == shop.id)
    )


def _there(deleted: bool) -> ColumnElement[bool]:
    return print_files.c.kept_until.is_not(None) if deleted else print_files.c.state.in_(LIVE)


def _design(row: Row[Any]) -> dict[str, Any]:
    return {
        "design": str(row.design_id),
        "name": row.name,
        "template": row.template,
        "number": row.number,
        "path": row.path,
        "state": row.state,
        "width": row.width,
        "height": row.height,
        "dpi": row.dpi,
        "bytes": row.bytes,
        "sha256": None if row.sha256 is None else bytes(row.sha256).hex(),
        "similar_to": None if row.similar_to is None else str(row.similar_to),
        "distance": row.similar_distance,
        "preflight": row.preflight,
        "stored_at": None if row.stored_at is None else row.stored_at.isoformat(),
        "kept_until": None if row.kept_until is None else row.kept_until.isoformat(),
    }


def _upload(row: Row[Any]) -> dict[str, Any]:
    return {
        "upload": str(row.id),
        "template": row.template,
        "started_at": row.started_at.isoformat(),
        "finished_at": None if row.finished_at is None else row.finished_at.isoformat(),
        "stored": row.stored,
        "duplicates": row.duplicates,
        "failed": row.failed,
    }


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def literal(text: str) -> str:
    """``text`` for LIKE, its own wildcards taken literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
