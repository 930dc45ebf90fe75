"""Designs as people browse them: in pages, each with its print files, and one with all that is known of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, TextClause, and_, exists, func, select, text, update

from printdock.db.tables import IS_LIVE, LIVE, designs, matches, mockups, print_files, templates, upload_files
from printdock.db.unindexed import Unindexed
from printdock.designs.queries import literal, numbered
from printdock.errors import NotFound, UsageError
from printdock.shops.queries import Shop

#: Longest name of a design, characters: that of its column.
LONGEST_NAME = 300

#: Most entries of one design's history; older ones are left out.
MOST_HISTORY = 200


LiveState = Literal["stored", "spooled", "missing"]
HappeningKind = Literal["stored", "received", "found_similar", "refused_copy", "decided", "mockups"]


@dataclass(frozen=True, slots=True)
class PrintFileRow:
    """One print file, as stored."""

    id: UUID
    design: UUID
    template_id: int
    template: str
    number: int
    path: str
    state: LiveState
    width: int | None
    height: int | None
    dpi: int | None
    size: int | None  # bytes
    sha256: bytes | None
    preflight: dict[str, Any] | None
    upload: UUID | None
    created_at: datetime
    stored_at: datetime | None

    @property
    def name(self) -> str:
        """Its file name."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class DesignRow:
    """One design with its print files, oldest first: the live ones, or of a deleted design those that are kept."""

    id: UUID
    name: str
    similar_to: UUID | None
    similar_distance: float | None
    created_at: datetime
    print_files: tuple[PrintFileRow, ...]
    deleted_at: datetime | None = None
    kept_until: datetime | None = None  # of a deleted one: until then it can be brought back


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a design, in words."""

    at: datetime
    kind: HappeningKind
    words: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which designs. ``search``: part of the name or file name, or a number exactly. ``similar``: only flagged ones.
    ``deleted``: those that were deleted and can be brought back, instead of those that are there."""

    template_id: int | None = None
    search: str | None = None
    state: str | None = None
    similar: bool | None = None
    upload: UUID | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class PageStart:
    """Where a page of a list begins: after the design ``after`` (None: at the start); ``at``: its first one's moment."""

    after: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Outline:
    """How many designs a filter finds, and where its pages begin."""

    total: int
    pages: tuple[PageStart, ...]


def page_of_designs(
    connection: Connection, shop: Shop, wanted: Filter, *, before: UUID | None, limit: int
) -> list[DesignRow]:
    """At most ``limit`` designs, newest first, older than the design ``before``."""
    found = _keys(shop, wanted, each=True)
    key = found.selected_columns.id
    if before is not None:
        found = found.where(key < before)
    # The keys alone first: how much is read for them does not depend on where in the library the page is.
    keys = connection.execute(found.order_by(key.desc()).limit(limit)).scalars().all()
    rows = connection.execute(
        select(designs).where(designs.c.shop_id == shop.id, designs.c.id.in_(keys)).order_by(designs.c.id.desc())
    )
    return _with_files(connection, shop, rows.all())


def outline_of_designs(connection: Connection, shop: Shop, wanted: Filter, *, every: int) -> Outline:
    """How many designs there are, and where each page of ``every`` of them begins: whoever shows them can go anywhere."""
    found = _keys(shop, wanted).subquery()
    total: int = connection.execute(select(func.count()).select_from(found)).scalar_one()
    place = func.row_number().over(order_by=found.c.id.desc()).label("place")
    numbered = select(found.c.id, place).subquery()
    # The first of each page, for its date, and the last, after which the next one begins. Dates of these alone are read.
    edges = (
        select(numbered.c.id, numbered.c.place, designs.c.created_at)
        .join(designs, designs.c.id == numbered.c.id)
        .where(numbered.c.place % every <= 1)
        .order_by(numbered.c.place)
    )
    starts: list[PageStart] = []
    after: UUID | None = None
    for row in connection.execute(edges):
        if row.place % every == 1 % every:
            starts.append(PageStart(after, row.created_at))
        if row.place % every == 0:
            after = row.id
    return Outline(total, tuple(starts))


def one_design(connection: Connection, shop: Shop, key: UUID, *, deleted: bool = False) -> DesignRow:
    """The design with its print files; a deleted one only where ``deleted`` asks for it too. Raises `NotFound`, also
    for one whose files are gone."""
    row = connection.execute(select(designs).where(designs.c.shop_id == shop.id, designs.c.id == key)).one_or_none()
    if row is not None and row.deleted_at is not None and not deleted:
        row = None
    found = [] if row is None else _with_files(connection, shop, [row])
    if not found or not found[0].print_files:
        raise NotFound("The shop has no such design.", code="unknown_design")
    return found[0]


def some_designs(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> dict[UUID, DesignRow]:
    """Those of these designs that there are, dropped ones without print files included."""
    rows = connection.execute(select(designs).where(designs.c.shop_id == shop.id, designs.c.id.in_(keys))).all()
    return {one.id: one for one in _with_files(connection, shop, rows)}


def rename(connection: Connection, shop: Shop, key: UUID, name: str) -> None:
    """Call the design otherwise. File names and numbers stay: buyers' orders name them. Raises `NotFound`."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise UsageError(f"A name has 1 to {LONGEST_NAME} characters.", code="bad_name")
    here = designs.c.shop_id == shop.id, designs.c.id == key
    if connection.execute(update(designs).where(*here).values(name=name.strip())).rowcount == 0:
        raise NotFound("The shop has no such design.", code="unknown_design")


def history(connection: Connection, shop: Shop, design: DesignRow) -> list[Happening]:
    """What happened to the design, oldest first; at most `MOST_HISTORY` of the newest."""
    told = [
        *_receptions(connection, shop, design),
        *_comparisons(connection, shop, design),
        *_mockups(connection, shop, design),
    ]
    for file in design.print_files:
        if file.stored_at is not None:
            told.append(Happening(file.stored_at, "stored", f"Stored as {file.name} for {file.template}."))
    return sorted(told, key=lambda one: one.at)[-MOST_HISTORY:]


def print_file_by_id(connection: Connection, shop_id: int, key: UUID) -> Row[Any] | None:
    """The row of a print file that the shop has, or keeps for a while, or None; ``state`` is what it is or was."""
    wanted: Select[Any] = select(
        print_files.c.path, print_files.c.bytes, print_files.c.sha256, _STATE.label("state")
    ).where(print_files.c.shop_id == shop_id, print_files.c.id == key, _here())
    return connection.execute(wanted).one_or_none()


#: What a print file is, or was before it was deleted.
_STATE = func.coalesce(print_files.c.was, print_files.c.state)


def _here() -> ColumnElement[bool]:
    """Live, or deleted and kept."""
    return print_files.c.state.in_(LIVE) | print_files.c.kept_until.is_not(None)


def _keys(shop: Shop, wanted: Filter, *, each: bool = False) -> Select[Any]:
    """The ids of the designs that are wanted, once each; of most filters from one index alone, in its order.
    ``each``: as `_chosen` has it."""
    if wanted.search or wanted.deleted or wanted.similar is not None:
        return select(designs.c.id).where(*_chosen(shop, wanted, each=each))
    # In words: SQLite takes an index of some rows only where it can read that those are meant.
    conditions: list[ColumnElement[bool] | TextClause] = [
        print_files.c.shop_id == shop.id,
        text(f"print_files.{IS_LIVE}"),
    ]
    if wanted.state is not None:
        conditions.append(print_files.c.state == wanted.state)
    if wanted.template_id is not None:
        conditions.append(print_files.c.template_id == wanted.template_id)
    if wanted.upload is not None:
        conditions.append(print_files.c.upload_id == wanted.upload)
    return select(print_files.c.design_id.label("id")).where(*conditions).group_by(print_files.c.design_id)


def _chosen(shop: Shop, wanted: Filter, *, each: bool) -> list[ColumnElement[bool]]:
    """``each``: print files are looked up design by design, for the first few in order; else all at once, for all."""
    conditions = [designs.c.shop_id == shop.id, _has_files(shop, wanted, each=each)]
    if wanted.deleted:
        conditions.append(designs.c.deleted_at.is_not(None))
    if wanted.similar is not None:
        flagged = designs.c.similar_to.is_not(None)
        conditions.append(flagged if wanted.similar else ~flagged)
    if wanted.search:
        conditions.append(_found(shop, wanted.search, wanted.deleted))
    return conditions


def _has_files(shop: Shop, wanted: Filter, *, each: bool) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [
        *_of_design(shop),
        *_in_state(wanted),
    ]
    if wanted.template_id is not None:
        conditions.append(print_files.c.template_id + 0 == wanted.template_id)  # see `_of_design`
    if wanted.upload is not None:
        conditions.append(print_files.c.upload_id == wanted.upload)
    if each:
        # PostgreSQL makes a join of EXISTS, and may read every print file for it; a value it can only look up.
        return select(print_files.c.id).where(*conditions).limit(1).correlate(designs).scalar_subquery().is_not(None)
    return exists().where(and_(*conditions))


def _in_state(wanted: Filter) -> tuple[ColumnElement[bool], ...]:
    states = LIVE if wanted.state is None else (wanted.state,)
    if wanted.deleted:
        return print_files.c.kept_until.is_not(None), print_files.c.was.in_(states)
    return (print_files.c.state.in_(states),)


def _of_design(shop: Shop) -> tuple[ColumnElement[bool], ...]:
    """The print files of a design, by the index of their designs.

    The sum hides the shop from the planner: without statistics SQLite takes an index that begins with it, and looks
    through the whole shop for each design (100,000 designs: 0.4 s became hours).
    """
    return print_files.c.design_id == designs.c.id, print_files.c.shop_id + 0 == shop.id


def _found(shop: Shop, search: str, deleted: bool) -> ColumnElement[bool]:
    """A number is meant exactly: 90 is not 906, though its file's name has it in it."""
    part = f"%{literal(search)}%"
    if search.isdecimal() and len(search) < 10:
        of_file = numbered(shop, [int(search)])
    else:
        of_file = print_files.c.path.ilike(f"%/{part}", escape="\\")
    in_files = select(print_files.c.design_id).where(
        print_files.c.shop_id == shop.id, *_in_state(Filter(deleted=deleted)), of_file
    )
    in_names = select(designs.c.id).where(designs.c.shop_id == shop.id, designs.c.name.ilike(part, escape="\\"))
    # Each by itself: an index for parts of words can be used (deploy/postgresql/search.sql).
    return designs.c.id.in_(in_names.union(in_files))


def _with_files(connection: Connection, shop: Shop, rows: Sequence[Row[Any]]) -> list[DesignRow]:
    if not rows:
        return []
    wanted = _files(shop).where(print_files.c.design_id.in_([row.id for row in rows]))
    deleted = {row.id for row in rows if row.deleted_at is not None}
    files: dict[UUID, list[tuple[PrintFileRow, datetime | None]]] = defaultdict(list)
    for row in connection.execute(wanted.order_by(print_files.c.id)):
        if row.kept_until is None or row.design_id in deleted:
            files[row.design_id].append((_file(row), row.kept_until))
    return [_design(row, files[row.id]) for row in rows]


def _design(row: Row[Any], files: Sequence[tuple[PrintFileRow, datetime | None]]) -> DesignRow:
    shown = tuple(file for file, _ in files)
    until = max((kept for _, kept in files if kept is not None), default=None)
    told = row.id, row.name, row.similar_to, row.similar_distance, row.created_at
    return DesignRow(*told, shown, row.deleted_at, until)


def _files(shop: Shop) -> Select[Any]:
    return (
        select(print_files, templates.c.name.label("template"))
        .join(templates, templates.c.id == print_files.c.template_id)
        .where(Unindexed(print_files.c.shop_id) == shop.id, templates.c.shop_id == shop.id, _here())
    )


def _file(row: Row[Any]) -> PrintFileRow:
    return PrintFileRow(
        id=row.id,
        design=row.design_id,
        template_id=row.template_id,
        template=row.template,
        number=row.number,
        path=row.path,
        state=row.was or row.state,
        width=row.width,
        height=row.height,
        dpi=row.dpi,
        size=row.bytes,
        sha256=None if row.sha256 is None else bytes(row.sha256),
        preflight=row.preflight,
        upload=row.upload_id,
        created_at=row.created_at,
        stored_at=row.stored_at,
    )


def _receptions(connection: Connection, shop: Shop, design: DesignRow) -> list[Happening]:
    """The files that were sent and became this design, or were found to be it already, in uploads it has files of."""
    uploads = {file.upload: file.created_at for file in design.print_files if file.upload is not None}
    if not uploads:
        return []
    wanted = select(upload_files.c.upload_id, upload_files.c.source, upload_files.c.outcome).where(
        upload_files.c.shop_id == shop.id,
        upload_files.c.upload_id.in_(list(uploads)),
        upload_files.c.design_id == design.id,
    )
    words = {"stored": "Received as {}.", "duplicate": "Received again as {}: the same art."}
    return [
        Happening(uploads[row.upload_id], "received", words[row.outcome].format(row.source.rsplit("/", 1)[-1]))
        for row in connection.execute(wanted.limit(MOST_HISTORY))
        if row.outcome in words
    ]


def _comparisons(connection: Connection, shop: Shop, design: DesignRow) -> list[Happening]:
    mine = (matches.c.design_id == design.id) | (matches.c.matched_design_id == design.id)
    told = []
    for row in connection.execute(
        select(matches)
        .where(Unindexed(matches.c.shop_id) == shop.id, mine)
        .order_by(matches.c.id.desc())
        .limit(MOST_HISTORY)
    ):
        name = row.source.rsplit("/", 1)[-1]
        if row.kind == "duplicate":
            told.append(Happening(row.created_at, "refused_copy", f"{name} was refused as the same art."))
        else:
            told.append(Happening(row.created_at, "found_similar", f"{name} was found to look alike, and flagged."))
        if row.decision is not None:
            words = {
                "keep": "A person kept both",
                "drop": "A person dropped the newcomer",
                "replace": "A person let the newcomer's art take its place",
            }[row.decision]
            told.append(Happening(row.decided_at, "decided", f"{words} ({name})."))
    return told


def _mockups(connection: Connection, shop: Shop, design: DesignRow) -> list[Happening]:
    """The newest mockup of each set tells when the set was rendered."""
    wanted = (
        select(mockups.c.set_name, mockups.c.rendered_at)
        .where(mockups.c.shop_id == shop.id, mockups.c.design_id == design.id)
        .order_by(mockups.c.rendered_at)
    )
    newest: dict[str, tuple[datetime, int]] = {}
    for row in connection.execute(wanted):
        newest[row.set_name] = row.rendered_at, newest.get(row.set_name, (None, 0))[1] + 1
    return [Happening(at, "mockups", f"{count} mockups of {name} rendered.") for name, (at, count) in newest.items()]
