"""What the shop has at Etsy, by the names sellers know: read from Etsy, kept for a while, read again before sending."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from printdock.db.etsy_tables import etsy_directories
from printdock.db.inserting import insert_into
from printdock.etsy.models import Category, Named
from printdock.listings.desk import Desk
from printdock.shops.queries import Shop

#: How old what was read may be when drafts are planned or sent: sellers rename things in between. The taxonomy is
#: Etsy's own, and changes over months.
FRESH, TAXONOMY_FRESH = timedelta(minutes=10), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Directory:
    """Things of the shop by kind. Kinds are called as fields of listing templates."""

    section: tuple[Named, ...] = ()
    shipping_profile: tuple[Named, ...] = ()
    return_policy: tuple[Named, ...] = ()
    processing_profile: tuple[Named, ...] = ()
    production_partners: tuple[Named, ...] = ()
    category: tuple[Category, ...] = ()

    def named(self, kind: str) -> tuple[Named, ...]:
        found: tuple[Named, ...] = getattr(self, kind)
        return found

    def find(self, kind: str, text: str) -> list[Named]:
        """Those called ``text`` (whatever the case), or that have it as their id. Several: the name is not enough."""
        things = self.named(kind)
        wanted = text.strip().casefold()
        return [one for one in things if one.name.casefold() == wanted] or [
            one for one in things if str(one.id) == text
        ]

    def find_category(self, text: str) -> list[Category]:
        """By id, by whole path, or by the path's end. Leaves only come first; Etsy lists things under leaves."""
        wanted = " > ".join(part.strip() for part in text.split(">")).casefold()
        by_id = [one for one in self.category if str(one.id) == text.strip()]
        whole = [one for one in self.category if one.path.casefold() == wanted]
        ending = [one for one in self.category if one.path.casefold().endswith(f"> {wanted}")]
        return by_id or whole or [one for one in ending if one.leaf] or ending


def load_directory(desk: Desk, *, fresh: timedelta = FRESH) -> Directory:
    """The shop's things, asked of Etsy where what is known is older than ``fresh``. Raises what `etsy` raises."""
    now = desk.clock()
    with desk.database.read() as connection:
        known = _stored(connection, desk.shop)
    shop = desk.connected.etsy_shop_id
    readers: dict[str, Callable[[], Sequence[Any]]] = {
        "section": lambda: desk.etsy.sections(shop),
        "shipping_profile": lambda: desk.etsy.shipping_profiles(shop),
        "return_policy": lambda: desk.etsy.return_policies(shop),
        "processing_profile": lambda: desk.etsy.readiness_states(shop),
        "production_partners": lambda: desk.etsy.production_partners(shop),
        "category": desk.etsy.taxonomy,
    }
    read: dict[str, Sequence[Any]] = {}
    for kind, reader in readers.items():
        age = max(fresh, TAXONOMY_FRESH) if kind == "category" else fresh
        if kind not in known or known[kind][1] < now - age:
            read[kind] = reader()
    if read:
        with desk.database.write() as connection:
            for kind, things in read.items():
                _keep(connection, desk.shop, kind, [asdict(one) for one in things], now)
    everything = {kind: things for kind, (things, _at) in known.items()} | {kind: tuple(read[kind]) for kind in read}
    return Directory(**everything)


def _stored(connection: Connection, shop: Shop) -> dict[str, tuple[tuple[Any, ...], datetime]]:
    rows = connection.execute(select(etsy_directories).where(etsy_directories.c.shop_id == shop.id))
    return {
        row.kind: (tuple((Category if row.kind == "category" else Named)(**one) for one in row.things), row.read_at)
        for row in rows
    }


def _keep(connection: Connection, shop: Shop, kind: str, things: list[dict[str, Any]], now: datetime) -> None:
    values = {"things": things, "read_at": now}
    new = insert_into(connection, etsy_directories).values(shop_id=shop.id, kind=kind, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["shop_id", "kind"], set_=values))


def forget_directory(desk: Desk) -> None:
    """What is known is not right any more: the next one is read from Etsy."""
    with desk.database.write() as connection:
        connection.execute(
            etsy_directories.delete().where(
                etsy_directories.c.shop_id == desk.shop.id, etsy_directories.c.kind != "category"
            )
        )
