"""Take print files that are in the storage already (made before printdock, or put there by hand) into the library:
they get rows, keep their names and numbers, and count when duplicates are looked for."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select
from uuid_utils.compat import uuid7

from printdock.db.engine import Database
from printdock.db.tables import designs, print_files
from printdock.designs import index
from printdock.designs.lease import Clock
from printdock.imaging.codec import probe
from printdock.imaging.fingerprint import Fingerprint, fingerprint
from printdock.imaging.prepare import prepare
from printdock.imaging.types import Fit, Recipe
from printdock.storage.base import Storage
from printdock.templates.naming import number_in
from printdock.templates.queries import Template, recipe_data, skip_numbers, take_numbers


def adopt(database: Database, storage: Storage, template: Template, path: str, clock: Clock) -> int:
    """Give the stored file ``path`` its rows; answers its number: the one in its name where that is free.

    Raises `InputRefused` when it is not a picture.
    """
    with storage.open(path) as stream:
        data = stream.read()
    info = probe(data)
    recipe = Recipe(
        info.width / template.recipe.dpi, info.height / template.recipe.dpi, dpi=template.recipe.dpi, fit=Fit.STRETCH
    )
    prepared = prepare(data, recipe)
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
    printed = fingerprint(prepared.look)
    with database.write() as connection:
        return _insert(connection, template, row, printed, clock())


def _insert(
    connection: Connection, template: Template, row: dict[str, Any], printed: Fingerprint, now: datetime
) -> int:
    shop, design, name = template.shop, uuid7(), str(row["path"]).rsplit("/", 1)[-1]
    number = _number(connection, template, name)
    connection.execute(
        insert(designs).values(id=design, shop_id=shop.id, name=name.removesuffix(".png")[:300], created_at=now)
    )
    index.remember(connection, shop, {design: printed})
    connection.execute(insert(print_files).values(row | _state(template, design, number, now)))
    return number


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


def _number(connection: Connection, template: Template, name: str) -> int:
    named = number_in(name, template.pattern, prefix=template.prefix, template=template.name)
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
