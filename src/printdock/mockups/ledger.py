"""The rows of mockups: what stands, what is being replaced, what was rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, delete, literal, select, update
from uuid_utils.compat import uuid7

from printdock.db.inserting import insert_into
from printdock.db.tables import mockups, print_files, templates
from printdock.db.unindexed import Unindexed
from printdock.designs.queries import numbered
from printdock.mockups.naming import thumbnail_of
from printdock.mockups.outcomes import Rendered
from printdock.mockups.plan import Mockup, Plan
from printdock.shops.queries import Shop
from printdock.templates.queries import Template, list_templates

#: Most paths asked for in one query.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """The row of a stored mockup."""

    id: UUID
    set_name: str
    key: bytes
    width: int
    height: int
    size: int
    sha256: bytes
    rendered_at: datetime


def standing(connection: Connection, plan: Plan) -> dict[str, Standing]:
    """The rows under the paths of ``plan``, by path."""
    paths = [mockup.path for mockup in plan.mockups]
    found: dict[str, Standing] = {}
    for start in range(0, len(paths), _CHUNK):
        wanted = select(mockups).where(
            mockups.c.shop_id == plan.template.shop.id, mockups.c.path.in_(paths[start : start + _CHUNK])
        )
        found |= {row.path: _standing(row) for row in connection.execute(wanted)}
    return found


def withdraw(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> None:
    """The files of these rows are about to be replaced: until `record`, nothing counts them as fresh."""
    gone = update(mockups).where(mockups.c.shop_id == shop.id, mockups.c.id.in_(keys))
    connection.execute(gone.values(key=b""))


def record(connection: Connection, plan: Plan, done: Sequence[tuple[Mockup, Rendered]], now: datetime) -> None:
    """The files are stored: write their rows, new ones and those of replaced files, in one statement."""
    rows = [_row(plan, mockup, outcome, now) for mockup, outcome in done]
    insert = insert_into(connection, mockups).values(rows)
    kept = ("id", "shop_id", "path")
    changed = {column.name: insert.excluded[column.name] for column in mockups.c if column.name not in kept}
    connection.execute(insert.on_conflict_do_update(index_elements=["shop_id", "path"], set_=changed))


def forget(connection: Connection, shop: Shop, key: UUID) -> None:
    """Remove one row: its file is not what it was, and is rendered again when next asked for."""
    connection.execute(delete(mockups).where(mockups.c.shop_id == shop.id, mockups.c.id == key))


def of_print_files(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> dict[UUID, str]:
    """The paths of all mockups of these print files, whatever their state, by id."""
    own = mockups.c.shop_id == shop.id, mockups.c.print_file_id.in_(list(keys))
    return {row.id: row.path for row in connection.execute(select(mockups.c.id, mockups.c.path).where(*own))}


def pages(
    connection_of: Callable[[], AbstractContextManager[Connection]], shop: Shop, template_id: int, size: int = 1000
) -> Iterator[Row[Any]]:
    """The template's rows by path, read in pages; ``connection_of`` opens a reading transaction."""
    last = ""
    while True:
        page = (
            select(mockups)
            .where(mockups.c.shop_id == shop.id, mockups.c.template_id == template_id, mockups.c.path > last)
            .order_by(mockups.c.path)
            .limit(size)
        )
        with connection_of() as connection:
            rows = connection.execute(page).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].path


def list_results(
    connection: Connection,
    shop: Shop,
    *,
    numbers: Sequence[int] = (),
    set_name: str | None = None,
    template: str | None = None,
    limit: int = 1000,
) -> list[dict[str, Any]]:
    """Rendered mockups by template, number, picture and colour; those of ``numbers`` exactly where given."""
    found: list[dict[str, Any]] = []
    for one in list_templates(connection, shop):
        # Template by template, so that the first few are found by the index of numbers, without sorting all.
        if template in (None, one.name) and len(found) < limit:
            found += _results(connection, one, numbers, set_name, limit - len(found))
    return found


def _results(
    connection: Connection, template: Template, numbers: Sequence[int], set_name: str | None, limit: int
) -> list[dict[str, Any]]:
    shop = template.shop
    wanted = (
        select(mockups, print_files.c.number, literal(template.name).label("template"))
        .join(print_files, print_files.c.id == mockups.c.print_file_id)
        .where(Unindexed(mockups.c.shop_id) == shop.id, print_files.c.shop_id == shop.id)
        .where(print_files.c.state != "deleted", print_files.c.template_id == template.id)
        .order_by(print_files.c.number, mockups.c.picture_index, mockups.c.path)
        .limit(limit)
    )
    if numbers:
        wanted = wanted.where(print_files.c.number.in_(list(numbers)))
    if set_name is not None:
        wanted = wanted.where(mockups.c.set_name == set_name)
    return [_result(row) for row in connection.execute(wanted)]


@dataclass(frozen=True, slots=True)
class MockupRow:
    """A rendered mockup, as stored."""

    id: UUID
    design: UUID
    print_file: UUID
    number: int
    template_id: int
    template: str
    set_name: str
    picture: str
    picture_index: int
    colour: str | None
    path: str
    width: int
    height: int
    size: int  # bytes
    sha256: bytes
    rendered_at: datetime
    outdated: bool  # the print file has other art by now

    @property
    def name(self) -> str:
        """Its file name."""
        return self.path.rsplit("/", 1)[-1]


def page_of_mockups(
    connection: Connection,
    shop: Shop,
    *,
    design: UUID | None = None,
    set_name: str | None = None,
    template_id: int | None = None,
    number: int | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[MockupRow]:
    """At most ``limit`` rendered mockups, newest first, older than the mockup ``before``."""
    wanted = _rows(shop)
    chosen = (
        (mockups.c.design_id, design),
        (mockups.c.set_name, set_name),
        (mockups.c.template_id, template_id),
    )
    for column, value in chosen:
        if value is not None:
            wanted = wanted.where(column == value)
    if number is not None:
        of_number = select(print_files.c.id).where(print_files.c.shop_id == shop.id, numbered(shop, [number]))
        wanted = wanted.where(mockups.c.print_file_id.in_(of_number))
    if before is not None:
        wanted = wanted.where(mockups.c.id < before)
    return [_mockup_row(row) for row in connection.execute(wanted.order_by(mockups.c.id.desc()).limit(limit))]


def mockup_by_id(connection: Connection, shop: Shop, key: UUID) -> MockupRow | None:
    """The rendered mockup, or None."""
    row = connection.execute(_rows(shop).where(mockups.c.id == key)).one_or_none()
    return None if row is None else _mockup_row(row)


def _rows(shop: Shop) -> Select[Any]:
    """Mockups that stand: one that is being replaced has no key. Those of deleted designs come back with them."""
    return (
        select(
            mockups,
            print_files.c.number,
            print_files.c.sha256.label("shown_now"),
            templates.c.name.label("template"),
        )
        .join(print_files, print_files.c.id == Unindexed(mockups.c.print_file_id))
        .join(templates, templates.c.id == mockups.c.template_id)
        .where(Unindexed(mockups.c.shop_id) == shop.id, Unindexed(print_files.c.shop_id) == shop.id)
        .where(mockups.c.key != b"")
        .where(print_files.c.state != "deleted")
    )


def _mockup_row(row: Row[Any]) -> MockupRow:
    return MockupRow(
        id=row.id,
        design=row.design_id,
        print_file=row.print_file_id,
        number=row.number,
        template_id=row.template_id,
        template=row.template,
        set_name=row.set_name,
        picture=row.picture,
        picture_index=row.picture_index,
        colour=row.colour,
        path=row.path,
        width=row.width,
        height=row.height,
        size=row.bytes,
        sha256=bytes(row.sha256),
        rendered_at=row.rendered_at,
        outdated=row.made_from is not None and row.shown_now is not None and row.made_from != row.shown_now,
    )


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        row.id, row.set_name, bytes(row.key), row.width, row.height, row.bytes, bytes(row.sha256), row.rendered_at
    )


def _row(plan: Plan, mockup: Mockup, outcome: Rendered, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "shop_id": plan.template.shop.id,
        "template_id": plan.template.id,
        "design_id": mockup.print_file.design,
        "print_file_id": mockup.print_file.id,
        "set_name": plan.mockup_set.name,
        "picture": mockup.picture.name,
        "picture_index": mockup.picture.index,
        "colour": mockup.colour,
        "key": mockup.key,
        "made_from": mockup.print_file.sha256,
        "path": mockup.path,
        "width": outcome.width,
        "height": outcome.height,
        "bytes": outcome.size,
        "sha256": outcome.sha256,
        "rendered_at": now,
    }


def _result(row: Row[Any]) -> dict[str, Any]:
    return {
        "design": str(row.design_id),
        "number": row.number,
        "template": row.template,
        "set": row.set_name,
        "picture": row.picture,
        "colour": row.colour,
        "path": row.path,
        "thumbnail": thumbnail_of(row.path),
        "width": row.width,
        "height": row.height,
        "bytes": row.bytes,
        "sha256": bytes(row.sha256).hex(),
        "rendered_at": row.rendered_at.isoformat(),
    }
