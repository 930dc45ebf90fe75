"""Mockup sets of a shop: packs taken in, found, given out again and removed."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update
from uuid_utils.compat import uuid7

from printdock.db.engine import Database
from printdock.db.tables import mockup_pictures, mockup_sets, mockups, shops
from printdock.errors import Conflict, UsageError
from printdock.imaging.output import Output, PictureFormat
from printdock.mockups.check import refuse_faulty
from printdock.mockups.manifest import Manifest
from printdock.mockups.pack import MANIFEST, Pack, parse_pack
from printdock.mockups.problems import manifest_of
from printdock.mockups.stored import (
    description,
    description_name,
    folder_of,
    load_picture,
    manifest_name,
    read_stored,
    stored_name,
)
from printdock.mockups.types import MockupSet, SetPicture
from printdock.shops.queries import Shop, check_folder_name
from printdock.storage.base import Storage, is_temporary

__all__ = [
    "Imported",
    "find_set",
    "import_pack",
    "list_sets",
    "load_picture",
    "remove_set",
    "set_by_id",
    "stored_manifest",
    "stored_names",
    "stored_pack",
]

#: How long files that a set no longer refers to are kept: longer than any batch that began with them.
KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``changed``: whether the set is new or other than before; ``written``: files stored."""

    mockup_set: MockupSet
    changed: bool
    written: int


def list_sets(connection: Connection, shop: Shop) -> list[MockupSet]:
    """The shop's sets by name."""
    rows = connection.execute(select(mockup_sets).where(mockup_sets.c.shop_id == shop.id).order_by(mockup_sets.c.name))
    pictures = _pictures(connection, shop)
    return [_mockup_set(shop, row, pictures.get(row.id, ())) for row in rows]


def find_set(connection: Connection, shop: Shop, name: str) -> MockupSet:
    """The shop's set called ``name``. Raises `UsageError` with the names there are."""
    row = _row(connection, shop, name)
    return _mockup_set(shop, row, _pictures(connection, shop).get(row.id, ()))


def set_by_id(connection: Connection, shop: Shop, key: UUID) -> MockupSet | None:
    """The shop's set with this id, or None."""
    wanted = select(mockup_sets).where(mockup_sets.c.shop_id == shop.id, mockup_sets.c.id == key)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _mockup_set(shop, row, _pictures(connection, shop).get(row.id, ()))


def stored_names(connection: Connection, shop: Shop, key: UUID) -> dict[str, str]:
    """The files of the set: path in the pack -> stored name, its manifest included. Empty where there is no such set."""
    wanted = select(mockup_sets.c.files, mockup_sets.c.manifest)
    row = connection.execute(wanted.where(mockup_sets.c.shop_id == shop.id, mockup_sets.c.id == key)).one_or_none()
    return {} if row is None else {MANIFEST: row.manifest, **row.files}


def import_pack(
    database: Database,
    storage: Storage,
    shop: Shop,
    pack: Pack,
    now: datetime,
    *,
    name: str | None = None,
    key: UUID | None = None,
) -> Imported:
    """Take ``pack`` in as the set of its name (or ``name``), in place of one that was there.

    Files first, rows after: wherever it is stopped, the set is the old one or the new one, and running it again finishes.
    The same pack again writes nothing. With ``key`` it becomes the set of that id, which is renamed where it had another
    name; then a name that another set has is a `Conflict`. Raises `PackRefused` where it cannot be rendered on,
    `UsageError` for a name that cannot be a folder, and the storage's errors.
    """
    pack = pack.renamed(name) if name else pack
    check_folder_name(pack.name, "mockup set")
    refuse_faulty(pack)
    content = _Content(pack)
    folder = folder_of(shop, pack.name)
    written, present = _store(storage, folder, content.files)
    with database.write() as connection:
        before = None if key is None else set_by_id(connection, shop, key)
        changed, due = _record(connection, shop, pack, content, present, now, key)
        found = find_set(connection, shop, pack.name)
    for each in due:
        storage.delete(f"{folder}/{each}")
    if before is not None and before.name != pack.name:
        for entry in storage.list(folder_of(shop, before.name)):
            storage.delete(entry.key)
    return Imported(found, changed, written)


def stored_pack(database: Database, storage: Storage, shop: Shop, name: str) -> Pack:
    """The set as the pack it was imported from, to the last byte. Raises as `find_set` and `load_picture`."""
    with database.read() as connection:
        row = _row(connection, shop, name)
    folder = folder_of(shop, row.name)
    text = read_stored(storage, folder, row.manifest).decode()
    return parse_pack(text, lambda path: read_stored(storage, folder, row.files[path]), f"{row.name}/mockup.toml")


def stored_manifest(database: Database, storage: Storage, shop: Shop, name: str) -> Manifest:
    """The set's manifest alone. Raises as `stored_pack`."""
    with database.read() as connection:
        row = _row(connection, shop, name)
    text = read_stored(storage, folder_of(shop, row.name), row.manifest).decode()
    return manifest_of(text, f"{row.name}/mockup.toml")


def remove_set(database: Database, storage: Storage, shop: Shop, name: str) -> int:
    """Remove the set and its files; answers how many. Mockups rendered with it stay. Raises as `find_set`."""
    with database.write() as connection:
        row = _row(connection, shop, name)
        connection.execute(delete(mockup_pictures).where(mockup_pictures.c.set_id == row.id))
        connection.execute(delete(mockup_sets).where(mockup_sets.c.id == row.id))
    keys = [entry.key for entry in storage.list(folder_of(shop, name))]
    for key in keys:
        storage.delete(key)
    return len(keys)


class _Content:
    """What a pack is stored as. ``names``: path in the pack -> stored name; ``files``: stored name -> bytes."""

    def __init__(self, pack: Pack) -> None:
        self.names = {path: stored_name(data) for path, data in pack.files.items()}
        self.files = {self.names[path]: data for path, data in pack.files.items()}
        self.manifest = manifest_name(pack.text)
        self.files[self.manifest] = pack.text.encode()
        self.digests = []
        for index in range(len(pack.manifest.picture)):
            document = description(pack, index, self.names)
            self.digests.append(hashlib.sha256(document).digest())
            self.files[description_name(self.digests[-1])] = document


def _store(storage: Storage, folder: str, files: dict[str, bytes]) -> tuple[int, set[str]]:
    """Store what is not there yet: (how many, names that were there). One that is there in another size is damaged."""
    present = {
        entry.key.rsplit("/", 1)[-1]: entry.size for entry in storage.list(folder) if not is_temporary(entry.key)
    }
    written = 0
    for name, data in files.items():
        if present.get(name) == len(data):
            continue
        if name in present:
            storage.delete(f"{folder}/{name}")
        storage.put(f"{folder}/{name}", data)
        written += 1
    return written, set(present)


def _record(
    connection: Connection,
    shop: Shop,
    pack: Pack,
    content: _Content,
    present: set[str],
    now: datetime,
    key: UUID | None,
) -> tuple[bool, list[str]]:
    """Write the rows: (whether they changed, stored names that nothing has referred to for long)."""
    # One import at a time for each shop; on SQLite there is one writer anyway.
    connection.execute(select(shops.c.id).where(shops.c.id == shop.id).with_for_update())
    found = select(mockup_sets).where(mockup_sets.c.shop_id == shop.id, mockup_sets.c.name == pack.name)
    row = _own(connection, shop, connection.execute(found).one_or_none(), key)
    since: dict[str, str] = {} if row is None or row.name != pack.name else row.leftovers
    unused = {name: since.get(name, now.isoformat()) for name in sorted((present | set(since)) - set(content.files))}
    due = [name for name, moment in unused.items() if now - datetime.fromisoformat(moment) >= KEEP]
    leftovers = {name: moment for name, moment in unused.items() if name not in due}
    if row is not None and row.name != pack.name:
        _rename(connection, shop, row, pack.name)
    elif row is not None and row.manifest == content.manifest and row.files == content.names:
        if leftovers != since:
            connection.execute(update(mockup_sets).where(mockup_sets.c.id == row.id).values(leftovers=leftovers))
        return False, due
    values = _values(pack, content) | {"leftovers": leftovers, "updated_at": now}
    if row is None:
        key = key or uuid7()
        new = {"id": key, "shop_id": shop.id, "name": pack.name, "created_at": now}
        connection.execute(insert(mockup_sets).values(**new, **values))
    else:
        key = row.id
        connection.execute(update(mockup_sets).where(mockup_sets.c.id == key).values(**values))
        connection.execute(delete(mockup_pictures).where(mockup_pictures.c.set_id == key))
    connection.execute(insert(mockup_pictures), _picture_rows(pack, content, key, shop))
    return True, due


def _own(connection: Connection, shop: Shop, named: Row[Any] | None, key: UUID | None) -> Row[Any] | None:
    """The row that a pack takes the place of: the one of its name, or with ``key`` the one of that id."""
    if key is None:
        return named
    if named is not None and named.id != key:
        raise Conflict(
            f"The shop has another mockup set called {named.name!r}.", code="set_exists", remedy="Choose another name."
        )
    own = select(mockup_sets).where(mockup_sets.c.shop_id == shop.id, mockup_sets.c.id == key)
    return connection.execute(own).one_or_none()


def _rename(connection: Connection, shop: Shop, row: Row[Any], name: str) -> None:
    """The set and what was rendered with it go by the new name; what lay in the folder of the old one is no leftover."""
    connection.execute(update(mockup_sets).where(mockup_sets.c.id == row.id).values(name=name))
    rendered = mockups.c.shop_id == shop.id, mockups.c.set_name == row.name
    connection.execute(update(mockups).where(*rendered).values(set_name=name))


def _values(pack: Pack, content: _Content) -> dict[str, Any]:
    manifest = pack.manifest
    output = Output(manifest.output.format, manifest.output.quality, manifest.output.max_bytes)
    return {
        "template": manifest.template,
        "pattern": manifest.pattern,
        "longest_side": manifest.output.longest_side,
        "output": asdict(output) | {"format": str(output.format)},
        "manifest": content.manifest,
        "files": content.names,
    }


def _picture_rows(pack: Pack, content: _Content, key: Any, shop: Shop) -> list[dict[str, Any]]:
    return [
        {
            "set_id": key,
            "position": position,
            "shop_id": shop.id,
            "name": picture.name,
            "digest": content.digests[position],
            "colours": list(picture.garment.colours) if picture.garment else [],
        }
        for position, picture in enumerate(pack.manifest.picture)
    ]


def _row(connection: Connection, shop: Shop, name: str) -> Row[Any]:
    found = select(mockup_sets).where(mockup_sets.c.shop_id == shop.id, mockup_sets.c.name == name)
    row = connection.execute(found).one_or_none()
    if row is not None:
        return row
    names = connection.execute(select(mockup_sets.c.name).where(mockup_sets.c.shop_id == shop.id)).scalars()
    known = ", ".join(sorted(names))
    raise UsageError(
        f"The shop {shop.name} has no mockup set {name!r}.",
        code="unknown_mockup_set",
        remedy=f"It has: {known}." if known else "Take one in: `printdock mockups import DIR`.",
    )


def _pictures(connection: Connection, shop: Shop) -> dict[Any, tuple[SetPicture, ...]]:
    rows = connection.execute(
        select(mockup_pictures).where(mockup_pictures.c.shop_id == shop.id).order_by(mockup_pictures.c.position)
    )
    found: dict[Any, tuple[SetPicture, ...]] = {}
    for row in rows:
        picture = SetPicture(row.name, row.position, bytes(row.digest), tuple(row.colours))
        found[row.set_id] = (*found.get(row.set_id, ()), picture)
    return found


def _mockup_set(shop: Shop, row: Row[Any], pictures: tuple[SetPicture, ...]) -> MockupSet:
    output = Output(**row.output | {"format": PictureFormat(row.output["format"])})
    # Packs name their files in the order of their pictures, each photo before what lies on it.
    cover = next(iter(row.files.values()), None)
    return MockupSet(row.id, shop, row.name, row.template, pictures, row.longest_side, output, row.pattern, cover)
