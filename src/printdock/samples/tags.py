"""Which rows of a shop came with the sample data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select
from uuid_utils.compat import uuid7

from printdock.db.tables import samples, uploads
from printdock.shops.queries import Shop
from printdock.templates.queries import Template, ensure_template, find_template

Kind = Literal["upload", "set", "template"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A thing of the sample data. ``made_of``: an upload's or template's template name; of a mockup set the stored name of
    the manifest that it came with, and its name."""

    kind: Kind
    thing: str
    made_of: str


def tagged(connection: Connection, shop: Shop, kind: Kind | None = None) -> Sequence[Tag]:
    """What came with the sample data and is not taken away yet."""
    wanted = select(samples).where(samples.c.shop_id == shop.id).order_by(samples.c.kind, samples.c.thing)
    if kind is not None:
        wanted = wanted.where(samples.c.kind == kind)
    return [Tag(row.kind, row.thing, row.made_of) for row in connection.execute(wanted)]


def tag(connection: Connection, shop: Shop, kind: Kind, thing: str, made_of: str) -> None:
    connection.execute(insert(samples).values(shop_id=shop.id, kind=kind, thing=thing, made_of=made_of))


def untag(connection: Connection, shop: Shop, one: Tag) -> None:
    own = samples.c.shop_id == shop.id, samples.c.kind == one.kind, samples.c.thing == one.thing
    connection.execute(delete(samples).where(*own))


def sample_template(connection: Connection, shop: Shop, name: str, now: datetime) -> Template:
    """The shop's template of this name; where it had none, a preset that goes with the sample data again."""
    found = find_template(connection, shop, name)
    if found is None:
        found = ensure_template(connection, shop, name, now)
        tag(connection, shop, "template", str(found.id), name)
    return found


def sample_upload(connection: Connection, template: Template, job: UUID | None, now: datetime) -> UUID:
    """The upload that sample designs for ``template`` come with: the one that was begun, or a new one."""
    for one in tagged(connection, template.shop, "upload"):
        if one.made_of == template.name:
            return UUID(one.thing)
    key = uuid7()
    row = {
        "id": key, "shop_id": template.shop.id, "template_id": template.id, "owner": "", "state": "processing",
        "created_by": "Sample data", "job_id": job, "started_at": now,
    }  # fmt: skip
    connection.execute(insert(uploads).values(**row))
    tag(connection, template.shop, "upload", str(key), template.name)
    return key


def sample_set(connection: Connection, shop: Shop, manifest: str, name: str) -> UUID:
    """The id that the mockup set of this name and manifest has, or is to get."""
    made_of = f"{manifest} {name}"
    for one in tagged(connection, shop, "set"):
        if one.made_of == made_of:
            return UUID(one.thing)
    key = uuid7()
    tag(connection, shop, "set", str(key), made_of)
    return key
