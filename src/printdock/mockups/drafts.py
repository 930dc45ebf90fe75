"""Mockup sets in the making: saved by an editor, whole or not, until they can be rendered and become the shop's set.

A draft has the id of its set, or the one that its set will get. There is one a set; a set that nobody has changed since
it was stored has none, and its draft is read from the set. Pictures that are put into a draft lie beside the sets, below
``{shop}/Mockups/BaseMockups/.drafts/{id}``, until the draft becomes the set.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from uuid_utils.compat import uuid7

from printdock.db.engine import Database
from printdock.db.tables import mockup_drafts, mockup_sets
from printdock.errors import Conflict, InputRefused, NotFound, UsageError
from printdock.mockups import photos
from printdock.mockups.manifest import Manifest
from printdock.mockups.pack import MANIFEST_BYTES, PACK_BYTES, PICTURE_BYTES, Pack, pictures_of
from printdock.mockups.problems import manifest_from, manifest_of
from printdock.mockups.sets import Imported, import_pack
from printdock.mockups.stored import folder_of, read_stored, stored_name
from printdock.mockups.writing import text_of
from printdock.shops.queries import Shop, check_folder_name
from printdock.storage.base import Storage

#: Most drafts of a shop, and most pictures of a draft.
MOST_DRAFTS, MOST_FILES = 200, 1_000

#: What a problem of a draft calls its manifest.
SOURCE = "draft"

_FOLDERS = {"photo": "photos", "mask": "masks", "mark": "marks"}


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A picture of a draft. ``own``: it lies with the draft, not with the set; ``width``, ``height``: px, upright."""

    stored: str
    width: int
    height: int
    size: int  # bytes
    own: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """``version``: other after each save, whoever saved; ``is_saved``: it has a row of its own; ``set_name``: of the
    shop's set of this id, None where there is none yet; ``set_changed``: that set is other than when the draft began."""

    id: UUID
    shop: Shop
    description: dict[str, Any]
    files: dict[str, DraftFile]
    version: str
    is_saved: bool
    set_name: str | None
    set_changed: bool = False
    updated_at: datetime | None = None

    @property
    def name(self) -> str:
        return str(self.description.get("name") or "")

    def key_of(self, file: DraftFile) -> str:
        """Where the picture is stored."""
        return f"{self.folder_of(file)}/{file.stored}"

    def folder_of(self, file: DraftFile) -> str:
        if file.own or self.set_name is None:
            return draft_folder(self.shop, self.id)
        return folder_of(self.shop, self.set_name)

    def read(self, storage: Storage, path: str) -> bytes:
        """The bytes of a picture by its path in the pack. Raises InputRefused (missing_file), as `read_stored`, and the
        storage's errors."""
        file = self.files.get(path)
        if file is None:
            raise InputRefused(f"{path} is not among the set's pictures.", code="missing_file", remedy="Upload it.")
        return read_stored(storage, self.folder_of(file), file.stored)


def draft_folder(shop: Shop, key: UUID) -> str:
    """Where the pictures of a draft lie. No set can be called so: names do not begin with a dot."""
    return f"{shop.name}/Mockups/BaseMockups/.drafts/{key}"


def list_drafts(connection: Connection, shop: Shop) -> list[Row[Any]]:
    """Id, name and when it was saved of the shop's saved drafts, newest first; and the name of its set, if there is one."""
    wanted = (
        select(
            mockup_drafts.c.id, mockup_drafts.c.name, mockup_drafts.c.updated_at, mockup_sets.c.name.label("set_name")
        )
        .join_from(mockup_drafts, mockup_sets, mockup_sets.c.id == mockup_drafts.c.id, isouter=True)
        .where(mockup_drafts.c.shop_id == shop.id)
        .order_by(mockup_drafts.c.updated_at.desc())
    )
    return list(connection.execute(wanted))


def begin(database: Database, storage: Storage, shop: Shop, name: str, template: str | None, now: datetime) -> Draft:
    """A draft of a new set. Raises `UsageError` for a name that cannot be a folder or too many drafts, `Conflict` for a
    name that a set has."""
    check_folder_name(name, "mockup set")
    key = uuid7()
    description: dict[str, Any] = {"name": name, "template": template, "picture": []}
    with database.write() as connection:
        if connection.execute(
            select(mockup_sets.c.id).where(mockup_sets.c.shop_id == shop.id, mockup_sets.c.name == name)
        ).first():
            raise Conflict(
                f"The shop has a mockup set called {name!r}.", code="set_exists", remedy="Choose another name."
            )
        _insert(connection, shop, key, description, {}, None, now)
    return find(database, storage, shop, key)


def find(database: Database, storage: Storage, shop: Shop, key: UUID) -> Draft:
    """The draft of that id: as it was saved, else as the set is. Raises `NotFound`, as `read_stored`, and the storage's
    errors."""
    with database.read() as connection:
        row, own = _rows(connection, shop, key)
    if row is not None:
        changed = own is not None and own.manifest != row.based_on
        files = {path: DraftFile(**values) for path, values in row.files.items()}
        name = None if own is None else own.name
        return Draft(key, shop, row.description, files, f"draft-{row.revision}", True, name, changed, row.updated_at)
    if own is None:
        raise NotFound("The shop has no such mockup set.", code="unknown_mockup_set")
    folder = folder_of(shop, own.name)
    manifest = manifest_of(read_stored(storage, folder, own.manifest).decode(), SOURCE)
    used = {path for _place, path, _kind in pictures_of(manifest)}
    files = {path: _of_set(storage, folder, own.files[path]) for path in sorted(used)}
    description = manifest.model_dump(mode="json", exclude_defaults=True)
    return Draft(key, shop, description, files, f"set-{own.manifest[:32]}", False, own.name, False, own.updated_at)


def version_of(connection: Connection, shop: Shop, key: UUID) -> str:
    """`Draft.version` of that draft. Raises `NotFound`."""
    row, own = _rows(connection, shop, key)
    if row is None and own is None:
        raise NotFound("The shop has no such mockup set.", code="unknown_mockup_set")
    return _version(row, own)


def save(database: Database, draft: Draft, description: dict[str, Any], now: datetime) -> None:
    """Save ``description`` in place of that of ``draft``, as it was found.

    Raises `Conflict` (draft_changed) where somebody else has saved since, `UsageError` for what is too large.
    """
    _check_size(description)
    with database.write() as connection:
        row, own = _rows(connection, draft.shop, draft.id, lock=True)
        if _version(row, own) != draft.version:
            raise changed()
        if row is None:
            files = {path: asdict(file) for path, file in draft.files.items()}
            _insert(connection, draft.shop, draft.id, description, files, own.manifest if own else None, now)
            return
        values = {"description": description, "name": _label(description), "updated_at": now}
        connection.execute(
            update(mockup_drafts).where(mockup_drafts.c.id == draft.id).values(revision=row.revision + 1, **values)
        )


def holds(connection: Connection, shop: Shop, key: UUID, stored: str) -> bool:
    """Whether a picture of that stored name lies with the draft."""
    row, _own = _rows(connection, shop, key)
    return row is not None and any(file["own"] and file["stored"] == stored for file in row.files.values())


def add_file(
    database: Database, storage: Storage, draft: Draft, name: str, kind: str, data: bytes, now: datetime
) -> tuple[str, DraftFile]:
    """Put a picture into the draft; answers its path. ``kind``: photo, mask or mark; ``name``: as its owner calls it.

    The same picture again is the one that is there. Raises InputRefused (too_large, the codes of `imaging.codec`), and
    the storage's errors.
    """
    if len(data) > PICTURE_BYTES or sum(file.size for file in draft.files.values()) + len(data) > PACK_BYTES:
        raise InputRefused("The set's pictures would be too large together.", code="too_large", remedy="Make two sets.")
    photos.check(data, kind)
    width, height = photos.size(data)
    file = DraftFile(stored_name(data), width, height, len(data), own=True)
    storage.put(f"{draft_folder(draft.shop, draft.id)}/{file.stored}", data)
    with database.write() as connection:
        row, own = _rows(connection, draft.shop, draft.id, lock=True)
        files = {p: asdict(f) for p, f in draft.files.items()} if row is None else dict(row.files)
        folder = _FOLDERS[kind]
        for path, there in files.items():
            if there["stored"] == file.stored and path.startswith(f"{folder}/"):
                return path, DraftFile(**there)
        if len(files) >= MOST_FILES:
            raise InputRefused(f"The set has {MOST_FILES} pictures.", code="too_many_files", remedy="Make two sets.")
        path = _free_path(folder, name, file.stored.rsplit(".", 1)[-1], set(files))
        files[path] = asdict(file)
        if row is None:
            based_on = own.manifest if own else None
            _insert(connection, draft.shop, draft.id, draft.description, files, based_on, now)
        else:
            connection.execute(update(mockup_drafts).where(mockup_drafts.c.id == draft.id).values(files=files))
    return path, file


def discard(database: Database, storage: Storage, shop: Shop, key: UUID) -> None:
    """Forget what was saved and is not the set's. Twice is once."""
    with database.write() as connection:
        connection.execute(delete(mockup_drafts).where(mockup_drafts.c.shop_id == shop.id, mockup_drafts.c.id == key))
    for entry in storage.list(draft_folder(shop, key)):
        storage.delete(entry.key)


def pack_of(storage: Storage, draft: Draft, description: dict[str, Any]) -> Pack:
    """The pack that ``description`` makes of the draft's pictures, which are read when they are asked for.

    Raises `PackRefused` with all that is wrong with the tables themselves.
    """
    _check_size(description)
    manifest = manifest_from(description, SOURCE)
    sizes = {path: (file.width, file.height) for path, file in draft.files.items()}
    return Pack(manifest, text_of(manifest), _Files(storage, draft), SOURCE, sizes)


def publish(database: Database, storage: Storage, draft: Draft, description: dict[str, Any], now: datetime) -> Imported:
    """Make the draft the shop's set; the draft is gone then. Raises `PackRefused`, and as `import_pack`.

    Wherever it is stopped the set is the old one or the new one; the draft may be left, and publishing it again is safe.
    """
    lazy = pack_of(storage, draft, description)
    files = {path: draft.read(storage, path) for path in _paths(lazy.manifest)}
    pack = Pack(lazy.manifest, lazy.text, files, SOURCE, lazy.sizes)
    done = import_pack(database, storage, draft.shop, pack, now, key=draft.id)
    discard(database, storage, draft.shop, draft.id)
    return done


class _Files(dict[str, bytes]):
    """The draft's pictures by path, each read when it is asked for, and not kept."""

    def __init__(self, storage: Storage, draft: Draft) -> None:
        super().__init__()
        self._storage, self._draft = storage, draft

    def __missing__(self, path: str) -> bytes:
        return self._draft.read(self._storage, path)


def _paths(manifest: Manifest) -> list[str]:
    return sorted({path for _place, path, _kind in pictures_of(manifest)})


def _rows(
    connection: Connection, shop: Shop, key: UUID, *, lock: bool = False
) -> tuple[Row[Any] | None, Row[Any] | None]:
    """The draft's row, and its set's."""
    own = select(mockup_sets).where(mockup_sets.c.shop_id == shop.id, mockup_sets.c.id == key)
    row = select(mockup_drafts).where(mockup_drafts.c.shop_id == shop.id, mockup_drafts.c.id == key)
    if lock:
        row = row.with_for_update()
    return connection.execute(row).one_or_none(), connection.execute(own).one_or_none()


def _version(row: Row[Any] | None, own: Row[Any] | None) -> str:
    if row is not None:
        return f"draft-{row.revision}"
    return "" if own is None else f"set-{own.manifest[:32]}"


def changed() -> Conflict:
    """What somebody is told who would save over what another has saved."""
    return Conflict(
        "Somebody else has saved this set since you opened it.",
        code="draft_changed",
        remedy="Load theirs, or save yours in its place.",
    )


def _insert(
    connection: Connection,
    shop: Shop,
    key: UUID,
    description: dict[str, Any],
    files: dict[str, Any],
    based_on: str | None,
    now: datetime,
) -> None:
    there = select(func.count()).select_from(mockup_drafts).where(mockup_drafts.c.shop_id == shop.id)
    if connection.execute(there).scalar_one() >= MOST_DRAFTS:
        raise UsageError(f"The shop has {MOST_DRAFTS} unfinished mockup sets.", remedy="Finish or discard some.")
    values = {"description": description, "name": _label(description), "files": files, "based_on": based_on}
    connection.execute(
        insert(mockup_drafts).values(id=key, shop_id=shop.id, revision=1, created_at=now, updated_at=now, **values)
    )


def _label(description: dict[str, Any]) -> str:
    name = description.get("name")
    return name[:200] if isinstance(name, str) and name.strip() else "Without a name"


def _check_size(description: dict[str, Any]) -> None:
    try:
        text = json.dumps(description, allow_nan=False)
    except ValueError as error:
        raise UsageError("The description holds a number that is none.", code="bad_description") from error
    if len(text) > MANIFEST_BYTES:
        raise UsageError("The description has more than 4 MB.", code="bad_description")
    if "\\u0000" in text:
        raise UsageError("The description holds a NUL character.", code="bad_description")


def _of_set(storage: Storage, folder: str, stored: str) -> DraftFile:
    data = read_stored(storage, folder, stored)
    return DraftFile(stored, *photos.size(data), len(data), own=False)


def _free_path(folder: str, name: str, suffix: str, taken: set[str]) -> str:
    stem = re.sub(r"[^\w .()-]+", "-", name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1].rsplit(".", 1)[0]).strip(" .-")
    stem = stem[:80] or "picture"
    number, path = 1, f"{folder}/{stem}.{suffix}"
    while path in taken:
        number += 1
        path = f"{folder}/{stem}-{number}.{suffix}"
    return path
