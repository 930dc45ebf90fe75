"""The sample data goes: its designs with their print files and mockups, its sets, and templates that nothing else uses.

What a person made of it stays: a set that was changed, a print file of their own upload, a design whose art they
replaced, a listing's row.
Rows are marked first, then files go, then rows: wherever it is stopped, running it again finishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, delete, func, or_, select, update

from printdock.db.engine import Database
from printdock.db.etsy_tables import design_fields, listing_edits, listings
from printdock.db.tables import (
    designs,
    matches,
    mockups,
    print_files,
    sources,
    templates,
    upload_files,
    uploads,
)
from printdock.designs import index
from printdock.designs.ledger import forget_designs
from printdock.designs.thumbnails import thumbnail_keys
from printdock.mockups import drafts
from printdock.mockups.naming import thumbnail_of
from printdock.mockups.pack import MANIFEST
from printdock.mockups.sets import list_sets, remove_set, set_by_id, stored_names
from printdock.mockups.stored import folder_of
from printdock.samples.tags import Tag, tagged, untag
from printdock.shops.queries import Shop
from printdock.storage.base import Storage
from printdock.storage.spool import Spool
from printdock.templates.presets import PRESETS
from printdock.templates.queries import recipe_from


@dataclass(frozen=True, slots=True)
class Place:
    """Where the shop's things are."""

    shop: Shop
    database: Database
    storage: Storage
    spool: Spool


@dataclass(frozen=True, slots=True)
class Removed:
    """What went, and the sets that stay because a person had changed them."""

    print_files: int = 0
    mockups: int = 0
    sets: int = 0
    kept_sets: tuple[str, ...] = ()


def remove_samples(place: Place) -> Removed:
    """Take away what came with the sample data. Safe to run twice. Raises the storage's errors: run it again then."""
    with place.database.read() as connection:
        tags = tagged(connection, place.shop)
    keys = [UUID(one.thing) for one in tags if one.kind == "upload"]
    files = shown = 0
    if keys:
        files, shown = _remove_designs(place, keys)
    removed, kept = _remove_sets(place, [one for one in tags if one.kind == "set"])
    with place.database.write() as connection:
        for one in tags:
            if one.kind == "template":
                _remove_template(connection, place.shop, int(one.thing))
            untag(connection, place.shop, one)
    return Removed(files, shown, removed, tuple(kept))


# --- designs ---------------------------------------------------------------------------------------------------------


def _remove_designs(place: Place, keys: Sequence[UUID]) -> tuple[int, int]:
    with place.database.write() as connection:
        files, shown = _mark(connection, place.shop, keys)
    for row in shown:
        place.storage.delete(row.path)
        place.storage.delete(thumbnail_of(row.path))
    for row in files:
        place.storage.delete(row.path)
        place.spool.discard(row.path)
    with place.database.read() as connection:
        small = _unused_thumbnails(connection, place.shop, files)
    for path in small:
        place.storage.delete(path)
    with place.database.write() as connection:
        _forget(connection, place.shop, keys, files, shown)
    return len(files), len(shown)


def _mark(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
    """The print files of these uploads and their mockups; from now on nothing shows them, and `verify` knows why."""
    own = print_files.c.shop_id == shop.id, print_files.c.upload_id.in_(keys), ~_replaced(shop)
    gone = {"state": "deleted", "owner": None, "lease_until": None, "was": None, "kept_until": None}  # not to come back
    connection.execute(update(print_files).where(*own).values(**gone))
    files = connection.execute(select(print_files).where(*own)).all()
    of_files = mockups.c.shop_id == shop.id, mockups.c.print_file_id.in_([row.id for row in files])
    connection.execute(update(mockups).where(*of_files).values(key=b""))
    shown: list[Row[Any]] = list(connection.execute(select(mockups.c.id, mockups.c.path).where(*of_files)))
    return files, shown


def _replaced(shop: Shop) -> ColumnElement[bool]:
    """Print files of designs whose art changed places with another's: what lies there may be the seller's own."""
    decided = matches.c.shop_id == shop.id, matches.c.decision == "replace"
    return or_(
        print_files.c.design_id.in_(select(matches.c.matched_design_id).where(*decided)),
        print_files.c.design_id.in_(select(matches.c.design_id).where(*decided, matches.c.design_id.is_not(None))),
    )


def _unused_thumbnails(connection: Connection, shop: Shop, files: Iterable[Row[Any]]) -> list[str]:
    """Small pictures of these that no print file which stays has, too: they are named by content."""
    digests = {bytes(row.sha256) for row in files if row.sha256 is not None}
    used = select(print_files.c.sha256).where(
        print_files.c.shop_id == shop.id, print_files.c.sha256.in_(digests), print_files.c.state != "deleted"
    )
    digests -= {bytes(digest) for digest in connection.execute(used).scalars()}
    return [key for digest in sorted(digests) for key in thumbnail_keys(shop.name, digest)]


def _forget(
    connection: Connection, shop: Shop, keys: Sequence[UUID], files: Sequence[Row[Any]], shown: Sequence[Row[Any]]
) -> None:
    """The rows go; numbers are free again where nothing came after them. Rows that a listing refers to stay, marked."""
    ids = [row.id for row in files]
    connection.execute(delete(mockups).where(mockups.c.shop_id == shop.id, mockups.c.id.in_([row.id for row in shown])))
    connection.execute(delete(sources).where(sources.c.shop_id == shop.id, sources.c.print_file_id.in_(ids)))
    own = print_files.c.shop_id == shop.id, print_files.c.id.in_(ids)
    listed = select(listings.c.print_file_id).where(listings.c.shop_id == shop.id)
    came = print_files.c.shop_id == shop.id, print_files.c.upload_id.in_(keys)
    connection.execute(update(print_files).where(*came).values(upload_id=None, upload_position=None))
    connection.execute(delete(print_files).where(*own, print_files.c.id.not_in(listed)))
    _forget_designs(connection, shop, {row.design_id for row in files})
    connection.execute(delete(matches).where(matches.c.shop_id == shop.id, matches.c.upload_id.in_(keys)))
    _free_numbers(connection, shop, files)
    for table, column in ((upload_files, upload_files.c.upload_id), (uploads, uploads.c.id)):
        connection.execute(delete(table).where(table.c.shop_id == shop.id, column.in_(keys)))


def _forget_designs(connection: Connection, shop: Shop, candidates: set[UUID]) -> None:
    """Designs without print files go. Those that only a listing keeps stay, but nothing is compared with either."""
    mine = print_files.c.shop_id == shop.id, print_files.c.design_id.in_(candidates)
    left = set(connection.execute(select(print_files.c.design_id).where(*mine)).scalars())
    there = or_(print_files.c.state != "deleted", print_files.c.kept_until.is_not(None))
    unseen = candidates - set(connection.execute(select(print_files.c.design_id).where(*mine, there)).scalars())
    if not unseen:
        return
    _forget_comparisons(connection, shop, unseen)
    index.forget(connection, shop, list(unseen))
    gone = candidates - left
    for words in (design_fields, listing_edits):
        connection.execute(delete(words).where(words.c.shop_id == shop.id, words.c.design_id.in_(gone)))
    forget_designs(connection, shop, gone)


def _forget_comparisons(connection: Connection, shop: Shop, gone: set[UUID]) -> None:
    """What others were compared with these designs."""
    like = designs.c.shop_id == shop.id, designs.c.similar_to.in_(gone)
    connection.execute(update(designs).where(*like).values(similar_to=None, similar_distance=None))
    compared = or_(matches.c.matched_design_id.in_(gone), matches.c.design_id.in_(gone))
    refused = select(matches.c.id).where(matches.c.shop_id == shop.id, compared)
    connection.execute(
        update(sources).where(sources.c.shop_id == shop.id, sources.c.match_id.in_(refused)).values(match_id=None)
    )
    connection.execute(delete(matches).where(matches.c.shop_id == shop.id, compared))


def _free_numbers(connection: Connection, shop: Shop, files: Iterable[Row[Any]]) -> None:
    """Sample numbers are in nobody's order: the first design of the shop's own gets the number it would have had."""
    first: dict[int, int] = {}
    for row in files:
        first[row.template_id] = min(row.number, first.get(row.template_id, row.number))
    for template, number in first.items():
        taken = select(func.max(print_files.c.number)).where(
            print_files.c.shop_id == shop.id, print_files.c.template_id == template
        )
        last: int | None = connection.execute(taken).scalar_one()
        if last is None or last < number:
            here = templates.c.shop_id == shop.id, templates.c.id == template
            connection.execute(update(templates).where(*here).values(next_number=number))


# --- sets and templates ----------------------------------------------------------------------------------------------


def _remove_sets(place: Place, tags: Sequence[Tag]) -> tuple[int, list[str]]:
    removed, kept = 0, []
    for one in tags:
        key, (manifest, name) = UUID(one.thing), one.made_of.split(" ", 1)
        with place.database.read() as connection:
            found = set_by_id(connection, place.shop, key)
            stored = stored_names(connection, place.shop, key).get(MANIFEST)
            worked_at = any(draft.id == key for draft in drafts.list_drafts(connection, place.shop))
            others = {other.name for other in list_sets(connection, place.shop)}
        if found is not None and (stored != manifest or worked_at):
            kept.append(found.name)
        elif found is not None:
            remove_set(place.database, place.storage, place.shop, found.name)
            removed += 1
        elif name not in others:  # its row went, or never came: files may be left
            for entry in list(place.storage.list(folder_of(place.shop, name))):
                place.storage.delete(entry.key)
    return removed, kept


def _remove_template(connection: Connection, shop: Shop, key: int) -> None:
    """Unless it was changed, or anything refers to it."""
    row = connection.execute(
        select(templates).where(templates.c.shop_id == shop.id, templates.c.id == key)
    ).one_or_none()
    if row is None or row.name not in PRESETS or recipe_from(row.recipe) != PRESETS[row.name]:
        return
    for table in (print_files, uploads, sources, matches, mockups):
        used = select(table.c.template_id).where(table.c.shop_id == shop.id, table.c.template_id == key).limit(1)
        if connection.execute(used).first() is not None:
            return
    connection.execute(delete(templates).where(templates.c.shop_id == shop.id, templates.c.id == key))
