"""Take print files that are in the storage already (made before printdock, or put there by hand) into the library:
they get rows, keep their names and numbers, and count when duplicates are looked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select
from uuid_utils.compat import uuid7

from printdock.db.engine import Database
from printdock.db.tables import designs, print_files
from printdock.designs import index
from printdock.designs.lease import Clock
from printdock.imaging.codec import MAX_PIXELS, probe
from printdock.imaging.fingerprint import Fingerprint, fingerprint
from printdock.imaging.prepare import prepare
from printdock.imaging.types import Fit, Recipe, SourceInfo
from printdock.storage.base import Storage
from printdock.templates.naming import number_in
from printdock.templates.queries import Template, recipe_data, skip_numbers, take_numbers


@dataclass(frozen=True, slots=True)
class Looked:
    """A print file that was looked at: what its row says of it, and the fingerprint of its art."""

    row: dict[str, Any]
    printed: Fingerprint

    @property
    def path(self) -> str:
        return str(self.row["path"])


@dataclass(frozen=True, slots=True)
class Adopted:
    """The design and the number that a print file got."""

    design: UUID
    number: int


def adopt(database: Database, storage: Storage, template: Template, path: str, clock: Clock) -> int:
    """Give the stored file ``path`` its rows; answers its number: the one in its name where that is free.

    Raises `InputRefused` when it is not a picture.
    """
    with storage.open(path) as stream:
        data = stream.read()
    looked = look_at(data, template, path)
    named = number_in(path.rsplit("/", 1)[-1], template.pattern, prefix=template.prefix, template=template.name)
    with database.write() as connection:
        return take_in(connection, template, looked, clock(), number=named).number


def as_it_is(info: SourceInfo, template: Template) -> Recipe:
    """The recipe of a print file that is finished: its own size at the template's DPI."""
    dpi = template.recipe.dpi
    return Recipe(info.width / dpi, info.height / dpi, dpi=dpi, fit=Fit.STRETCH)


def look_at(data: bytes, template: Template, path: str, *, max_pixels: int = MAX_PIXELS) -> Looked:
    """Decode the print file ``data`` and describe it. Raises `InputRefused` when it is not a picture with art on it."""
    info = probe(data, max_pixels=max_pixels)
    recipe = as_it_is(info, template)
    prepared = prepare(data, recipe, max_pixels=max_pixels)
    row = {
        "path": path,
        "width": info.width,
        "height": info.height,
        "dpi": template.recipe.dpi,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).digest(),
        "recipe": recipe_data(recipe),
        "preflight": prepared.preflight.as_dict(),
    }
    return Looked(row, fingerprint(prepared.look))


def take_in(
    connection: Connection, template: Template, looked: Looked, now: datetime, *, number: int | None = None
) -> Adopted:
    """Write the rows of a print file. It gets ``number`` where that is free, else the template's next.

    ``now``: since when the shop has the design.
    """
    shop, design, name = template.shop, uuid7(), looked.path.rsplit("/", 1)[-1]
    number = _number(connection, template, number)
    connection.execute(
        insert(designs).values(id=design, shop_id=shop.id, name=name.removesuffix(".png")[:300], created_at=now)
    )
    index.remember(connection, shop, {design: looked.printed})
    connection.execute(insert(print_files).values(looked.row | _state(template, design, number, now)))
    return Adopted(design, number)


def _state(template: Template, design: UUID, number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "shop_id": template.shop.id,
        "template_id": template.id,
        "design_id": design,
        "number": number,
        "state": "stored",
        "created_at": now,
        "stored_at": now,
    }


def _number(connection: Connection, template: Template, named: int | None) -> int:
    if named is not None:
        taken = select(print_files.c.id).where(
            print_files.c.shop_id == template.shop.id,
            print_files.c.template_id == template.id,
            print_files.c.number == named,
        )
        if connection.execute(taken).one_or_none() is None:
            skip_numbers(connection, template, named)
            return named
    return take_numbers(connection, template, 1)
