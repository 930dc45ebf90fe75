"""Shops: the tenants. A shop's name is also its folder in the storage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from printdock.db.inserting import added
from printdock.db.tables import shops
from printdock.errors import Conflict, StorageRefused, UsageError
from printdock.storage.base import check_key


@dataclass(frozen=True, slots=True)
class Shop:
    """One tenant."""

    id: int
    name: str


def find_shop(connection: Connection, name: str) -> Shop | None:
    """The shop called exactly ``name``, or None when there is none."""
    row = connection.execute(select(shops.c.id, shops.c.name).where(shops.c.name == name)).one_or_none()
    return None if row is None else Shop(row.id, row.name)


def get_shop(connection: Connection, shop_id: int) -> Shop:
    """The shop with this id. Raises `UsageError` unknown_shop."""
    row = connection.execute(select(shops.c.id, shops.c.name).where(shops.c.id == shop_id)).one_or_none()
    if row is None:
        raise UsageError("The shop does not exist any more.", code="unknown_shop")
    return Shop(row.id, row.name)


def list_shops(connection: Connection) -> list[Shop]:
    """All shops by name."""
    return [
        Shop(row.id, row.name) for row in connection.execute(select(shops.c.id, shops.c.name).order_by(shops.c.name))
    ]


def shop_by_id(connection: Connection, key: int) -> Shop | None:
    """The shop with this key, or None when there is none."""
    row = connection.execute(select(shops.c.id, shops.c.name).where(shops.c.id == key)).one_or_none()
    return None if row is None else Shop(row.id, row.name)


def add_shop(connection: Connection, name: str, now: datetime) -> Shop:
    """A new shop. Raises `Conflict` for a name that is taken, `UsageError` for one that cannot be a folder."""
    check_folder_name(name, "shop")
    made = _added(connection, name, now)
    if made is None:
        raise Conflict(f"There is a shop {name!r} already.", code="shop_exists", remedy="Choose another name.")
    return made


def ensure_shop(connection: Connection, name: str, now: datetime) -> Shop:
    """The shop called ``name``, made when it is new. Raises `UsageError` for a name that cannot be a folder."""
    check_folder_name(name, "shop")
    found = find_shop(connection, name)
    if found is not None:
        return found
    made = _added(connection, name, now)
    if made is None:  # another process made it in this moment
        made = find_shop(connection, name)
        assert made is not None
    return made


def _added(connection: Connection, name: str, now: datetime) -> Shop | None:
    key = added(connection, shops, {"name": name, "created_at": now})
    return None if key is None else Shop(key, name)


def check_folder_name(name: str, what: str) -> None:
    """Raise `UsageError` unless ``name`` can be one folder of a stored path."""
    try:
        check_key(name)
    except StorageRefused as error:
        raise UsageError(
            f"{name!r} cannot name a {what}: it becomes a folder.", remedy="Use plain letters and digits."
        ) from error
    if "/" in name or name != name.strip() or name.startswith(".") or len(name) > 200:
        raise UsageError(
            f"{name!r} cannot name a {what}: it becomes a folder.",
            remedy="Leave out '/', a leading dot and spaces at the ends; 200 characters at most.",
        )
