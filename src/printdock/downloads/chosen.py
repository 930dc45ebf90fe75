"""Which files of a shop a download has: mockups or print files, chosen by what a person sees them as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, case, exists, literal, or_, select

from printdock.db.tables import LIVE, mockups, print_files, templates
from printdock.downloads.archive import Member
from printdock.downloads.names import distinct, mockup_path, print_path
from printdock.shops.queries import Shop
from printdock.storage.base import Storage
from printdock.storage.spool import Spool

#: Most values in one query.
_CHUNK = 500


class What(StrEnum):
    """What a download holds."""

    MOCKUPS = "mockups"
    PRINT_FILES = "print_files"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Ids of mockups or print files. ``size``: bytes together; ``missing``: print files whose file is gone, left out."""

    ids: tuple[UUID, ...]
    size: int
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What to choose by; all that is not None must hold. ``paths``: stored paths of mockups."""

    designs: Sequence[UUID] | None = None
    set_name: str | None = None
    template_id: int | None = None
    paths: Sequence[str] | None = None


def choose(connection: Connection, shop: Shop, what: What, choice: Choice, most: int) -> Chosen:
    """What there is of ``choice``; not more than one file past ``most``."""
    table = mockups if what is What.MOCKUPS else print_files
    own: list[ColumnElement[bool]] = [table.c.shop_id == shop.id]
    own.append(mockups.c.key != b"" if what is What.MOCKUPS else print_files.c.state.in_(LIVE))
    if what is What.MOCKUPS:
        own.append(~_of_deleted(shop))
    own += [] if choice.template_id is None else [table.c.template_id == choice.template_id]
    own += [] if choice.set_name is None else [mockups.c.set_name == choice.set_name]
    wanted = select(table.c.id, table.c.bytes, *([print_files.c.state] if what is What.PRINT_FILES else []))
    # What is gone comes last: it must not use up the limit, and so leave out what there is.
    gone = or_(print_files.c.state == "missing", print_files.c.bytes.is_(None))
    order = [table.c.id] if what is What.MOCKUPS else [case((gone, 1), else_=0), table.c.id]
    ids: list[UUID] = []
    size = missing = 0
    for part in _parts(table, choice):
        rows = connection.execute(wanted.where(*own, *part).order_by(*order).limit(most + 1 - len(ids)))
        for row in rows:
            if what is What.PRINT_FILES and (row.state == "missing" or row.bytes is None):
                missing += 1
                continue
            ids.append(row.id)
            size += row.bytes
        if len(ids) > most:
            break
    return Chosen(tuple(ids), size, missing)


def _of_deleted(shop: Shop) -> ColumnElement[bool]:
    """Whether a mockup shows a print file that was deleted, and is kept in case it is brought back."""
    gone = print_files.c.shop_id == shop.id, print_files.c.state == "deleted"
    return exists().where(print_files.c.id == mockups.c.print_file_id, *gone).correlate(mockups)


def _parts(table: Any, choice: Choice) -> Iterator[list[ColumnElement[bool]]]:
    """Conditions that together find each row once, none of them longer than a query may be."""
    if choice.paths is not None:
        for some in _chunks(choice.paths):
            yield [table.c.path.in_(some)]
    elif choice.designs is not None:
        for some in _chunks(choice.designs):
            yield [table.c.design_id.in_(some)]
    else:
        yield []


def members(
    connection: Connection, shop: Shop, what: What, ids: Sequence[UUID], storage: Storage, spool: Spool
) -> list[Member]:
    """The files of these that there still are, by template, number and place. Some 500 bytes of memory each."""
    table = mockups if what is What.MOCKUPS else print_files
    found: list[Any] = []
    for some in _chunks(list(ids)):
        found += connection.execute(_rows(shop, what).where(table.c.id.in_(some))).all()
    if what is What.MOCKUPS:
        found.sort(
            key=lambda row: (row.template, row.number, row.set_name, row.picture_index, row.colour or "", row.path)
        )
        paths = distinct(
            mockup_path(row.number, row.template, row.set_name, row.picture_index, row.picture, row.colour, row.path)
            for row in found
        )
    else:
        found.sort(key=lambda row: (row.template, row.number))
        paths = distinct(print_path(row.template, row.path.rsplit("/", 1)[-1]) for row in found)
    return [
        Member(path, row.bytes, _opener(spool if row.state == "spooled" else storage, row.path))
        for path, row in zip(paths, found, strict=True)
    ]


def _rows(shop: Shop, what: What) -> Select[Any]:
    template = templates.c.name.label("template")
    if what is What.PRINT_FILES:
        columns = print_files.c.path, print_files.c.bytes, print_files.c.number, print_files.c.state, template
        wanted = select(*columns).join(templates, templates.c.id == print_files.c.template_id)
        here = print_files.c.state.in_(LIVE), print_files.c.state != "missing", print_files.c.bytes.is_not(None)
        return wanted.where(print_files.c.shop_id == shop.id, *here)
    own = (
        mockups.c.path,
        mockups.c.bytes,
        mockups.c.set_name,
        mockups.c.picture,
        mockups.c.picture_index,
        mockups.c.colour,
    )
    state = literal("stored").label("state")  # mockups do not wait in the spool
    return (
        select(*own, state, print_files.c.number, template)
        .join(print_files, print_files.c.id == mockups.c.print_file_id)
        .join(templates, templates.c.id == mockups.c.template_id)
        .where(mockups.c.shop_id == shop.id, print_files.c.shop_id == shop.id, mockups.c.key != b"")
        .where(print_files.c.state != "deleted")
    )


def _opener(source: Storage | Spool, path: str) -> Callable[[], Any]:
    return lambda: source.open(path)


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
