"""What a listing is about: a print file of a design, with its mockups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from printdock.db.tables import designs, mockups, print_files, templates
from printdock.errors import UsageError
from printdock.shops.queries import Shop
from printdock.templates.queries import Template, find_template

#: Most ids asked for in one query.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Shot:
    """A rendered mockup. ``path``: its stored key; ``size``: bytes; ``id``: of its row."""

    path: str
    set_name: str
    picture: str
    colour: str | None
    sha256: bytes
    size: int
    width: int
    height: int
    id: UUID

    @property
    def name(self) -> str:
        """Its file name."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Subject:
    """A design as a print file of one product. ``shots``: its mockups by set, picture and colour."""

    print_file: UUID
    design: UUID
    design_name: str
    number: int
    prefix: str
    product: str
    path: str
    size: int
    sha256: bytes
    shots: tuple[Shot, ...] = ()

    @property
    def words(self) -> dict[str, str | int]:
        """What placeholders stand for."""
        return {
            "design": self.design_name,
            "number": self.number,
            "prefix": self.prefix,
            "product": self.product,
        }


def find_subjects(
    connection: Connection,
    product: Template,
    *,
    numbers: Sequence[int] | None = None,
    ids: Sequence[UUID] | None = None,
) -> list[Subject]:
    """The product's print files by number: these ``numbers``, those of the designs ``ids``, or all.

    Raises `UsageError` naming one there is none of.
    """
    wanted = (
        select(print_files, designs.c.name.label("design_name"))
        .join(designs, designs.c.id == print_files.c.design_id)
        .where(
            print_files.c.shop_id == product.shop.id,
            print_files.c.template_id == product.id,
            print_files.c.state.in_(("stored", "spooled", "missing")),
            print_files.c.sha256.is_not(None),
        )
        .order_by(print_files.c.number)
    )
    if numbers is None and ids is None:
        rows = list(connection.execute(wanted))
    else:
        rows = _some(connection, wanted, print_files.c.number, sorted(set(numbers or ())))
        rows += _some(connection, wanted, print_files.c.design_id, sorted(set(ids or ())))
    _check_found(product, rows, numbers or (), ids or ())
    unique = {row.id: row for row in sorted(rows, key=lambda row: row.number)}
    shots = find_shots(connection, product.shop, list(unique))
    return [_subject(row, product, tuple(shots.get(row.id, ()))) for row in unique.values()]


def subject_of(connection: Connection, shop: Shop, print_file: UUID) -> Subject:
    """The print file of a journal's row, with its mockups as they are now."""
    found = select(print_files.c.number, templates.c.name).join(templates, templates.c.id == print_files.c.template_id)
    row = connection.execute(found.where(print_files.c.shop_id == shop.id, print_files.c.id == print_file)).one()
    product = find_template(connection, shop, row.name)
    assert product is not None
    (subject,) = find_subjects(connection, product, numbers=[row.number])
    return subject


def is_deleted(connection: Connection, shop: Shop, print_file: UUID) -> bool:
    """Whether the print file's design was deleted by a person."""
    wanted = print_files.c.shop_id == shop.id, print_files.c.id == print_file, print_files.c.state == "deleted"
    return connection.execute(select(print_files.c.id).where(*wanted)).one_or_none() is not None


def _some(connection: Connection, wanted: Any, column: Any, asked: list[Any]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for start in range(0, len(asked), _CHUNK):
        found += connection.execute(wanted.where(column.in_(asked[start : start + _CHUNK])))
    return found


def _check_found(product: Template, rows: list[Row[Any]], numbers: Sequence[int], ids: Sequence[UUID]) -> None:
    missing: list[object] = [*sorted(set(numbers) - {row.number for row in rows})]
    missing += sorted(set(ids) - {row.design_id for row in rows})
    if missing:
        raise UsageError(
            f"The template {product.name!r} has no print file {missing[0]}.",
            code="unknown_design",
            remedy="See `printdock designs list`.",
        )


def find_shots(connection: Connection, shop: Shop, files: Sequence[UUID]) -> dict[UUID, list[Shot]]:
    """The mockups of these print files, in the order in which a set shows them."""
    found: dict[UUID, list[Shot]] = {}
    for start in range(0, len(files), _CHUNK):
        wanted = (
            select(mockups)
            .where(
                mockups.c.shop_id == shop.id,
                mockups.c.print_file_id.in_(files[start : start + _CHUNK]),
                mockups.c.key != b"",  # its file is being replaced
            )
            .order_by(mockups.c.set_name, mockups.c.picture_index, mockups.c.colour, mockups.c.path)
        )
        for row in connection.execute(wanted):
            shot = Shot(
                row.path, row.set_name, row.picture, row.colour, bytes(row.sha256), row.bytes, row.width, row.height,
                row.id,
            )  # fmt: skip
            found.setdefault(row.print_file_id, []).append(shot)
    return found


def _subject(row: Row[Any], product: Template, shots: tuple[Shot, ...]) -> Subject:
    return Subject(
        row.id, row.design_id, row.design_name, row.number, product.prefix, product.name, row.path, row.bytes or 0,
        bytes(row.sha256), shots,
    )  # fmt: skip
