"""A shop of printdock's that is connected to the stand-in for Etsy, on both databases."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from printdock.accounts.secret import ServerSecret
from printdock.db import schema
from printdock.db.engine import Database
from printdock.demo.etsy import FakeEtsy
from printdock.demo.etsy.world import Listing
from printdock.demo.etsy.world import Shop as EtsyShop
from printdock.etsy import models
from printdock.etsy.app import App
from printdock.etsy.client import Etsy
from printdock.etsy.wire import Wire
from printdock.listings import connection
from printdock.listings.desk import Desk, Patience
from printdock.listings.journal import Entry, State, get_entry, list_entries
from printdock.listings.pace import DatabasePace
from printdock.listings.plan import Planned, enter_all, make_plan
from printdock.listings.subject import find_subjects
from printdock.listings.template import listing_template
from printdock.listings.templates import StoredTemplate, save_listing_template
from printdock.listings.tokens import DatabaseTokens
from printdock.shops.queries import Shop, ensure_shop
from printdock.storage.local import LocalStorage
from printdock.templates.queries import ensure_template, find_template
from tests.etsy.conftest import fake
from tests.listings.goods import TEMPLATE, picture, stock
from tests.listings.hasty import HASTY

__all__ = ["fake"]

REDIRECT = "http://localhost:8517/callback"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Studio:
    """The parts a test connects and works with."""

    etsy: FakeEtsy
    at_etsy: EtsyShop
    database: Database
    shop: Shop
    secret: ServerSecret
    stop: threading.Event
    storage: LocalStorage

    @property
    def app(self) -> App:
        return App(self.etsy.world.keystring, self.etsy.world.shared_secret, self.etsy.api, self.etsy.api)

    def begin(self) -> str:
        """The address the seller lands on."""
        fernet = self.secret.fernet("etsy")
        url = connection.begin(self.database, self.shop, self.app, REDIRECT, fernet, utc_now())
        return str(httpx.get(url).headers["location"])

    def connect(self) -> None:
        fernet = self.secret.fernet("etsy")
        connection.finish(self.database, self.shop, self.app, self.begin(), fernet, utc_now())
        with self.database.write() as tables:
            connection.note_shop(tables, self.shop, models.EtsyShop(self.at_etsy.id, self.at_etsy.name, "USD", ""))

    @contextmanager
    def desk(self, patience: Patience = HASTY, timeout_s: float = 2.0) -> Iterator[Desk]:
        """A worker's desk, with connections, tokens and a database engine of its own."""
        database = Database(self.database.url.render_as_string(hide_password=False))
        with database.read() as tables:
            connected = connection.get_connection(tables, self.shop)
        tokens = DatabaseTokens(database, self.shop, self.app, self.secret.fernet("etsy"), utc_now, self.stop)
        pace = DatabasePace(database, self.shop, utc_now, self.stop)
        wire = Wire(self.app, tokens, pace, timeout=httpx.Timeout(timeout_s), first_wait_s=0.02, stop=self.stop)
        try:
            yield Desk(self.shop, connected, database, self.storage, Etsy(wire), utc_now, self.stop, patience)
        finally:
            wire.close()
            database.close()

    def stock(self, count: int, pictures: int = 5, **changes: Any) -> StoredTemplate:
        """Designs with mockups from number 100 on, and the listing template for them."""
        with self.database.write() as tables:
            product = ensure_template(tables, self.shop, "UVDTF 16oz", utc_now())
            stock(tables, self.storage, product, range(100, 100 + count), pictures)
        return self.template(**changes)

    def template(self, **changes: Any) -> StoredTemplate:
        """Save the listing template with these changes."""
        with self.database.write() as tables:
            return save_listing_template(tables, self.shop, listing_template({**TEMPLATE, **changes}), utc_now())

    def plan(self, desk: Desk, stored: StoredTemplate, **more: Any) -> list[Planned]:
        with self.database.read() as tables:
            product = find_template(tables, self.shop, "UVDTF 16oz")
            assert product is not None
            subjects = find_subjects(tables, product)
        return make_plan(desk, stored, subjects, **more)

    def enter(self, desk: Desk, stored: StoredTemplate) -> list[UUID]:
        """Plan, and write the rows of what is to be done."""
        planned = [one for one in self.plan(desk, stored) if one.works]
        with self.database.write() as tables:
            return enter_all(desk, tables, stored, planned)

    def one(self, **changes: Any) -> UUID:
        """A design, entered in the journal."""
        stored = self.stock(1, **changes)
        with self.desk() as desk:
            (key,) = self.enter(desk, stored)
        return key

    def entry(self, key: UUID) -> Entry:
        with self.database.read() as tables:
            return get_entry(tables, self.shop, key)

    # -- what the stand-in has ------------------------------------------------------------------------------------

    def drafts(self) -> list[Listing]:
        return self.etsy.world.drafts(self.at_etsy)

    def shown(self, listing: Listing) -> list[str]:
        """The digests of its pictures in order."""
        return [self.etsy.world.images[placed.image].sha256 for placed in listing.images]

    def assert_exact(self, count: int, pictures: int = 5) -> None:
        """Exactly these drafts, each once, each with its own pictures in order and its SKU."""
        drafts = sorted(self.drafts(), key=lambda one: one.fields["title"])
        assert [one.fields["title"] for one in drafts] == [
            f"UV {number} | Design {number} cup wrap" for number in range(100, 100 + count)
        ]
        for number, draft in enumerate(drafts, 100):
            wanted = [hashlib.sha256(picture(number, index)).hexdigest() for index in range(1, pictures + 1)]
            assert self.shown(draft) == wanted, f"{number}: pictures"
            assert [placed.rank for placed in draft.images] == list(range(1, pictures + 1))
            assert draft.inventory[0]["sku"] == f"UV-{number:05d}" and len(draft.inventory) == 1
        with self.database.read() as tables:
            entries = list_entries(tables, self.shop)
        assert {entry.state for entry in entries} == {State.DONE}
        assert {entry.etsy_listing_id for entry in entries} == {draft.id for draft in drafts}


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema: copying it is faster than making it."""
    file = tmp_path_factory.mktemp("schema") / "printdock.db"
    made = Database(f"sqlite:///{file}")
    schema.ready(made)
    with made.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made.close()
    return file


@pytest.fixture
def database(database_url: str, empty_sqlite: Path) -> Iterator[Database]:
    if database_url.startswith("sqlite"):
        shutil.copy(empty_sqlite, database_url.removeprefix("sqlite:///"))
    made = Database(database_url)
    schema.ready(made)
    yield made
    made.close()


@pytest.fixture
def studio(fake: FakeEtsy, database: Database, tmp_path: Path) -> Studio:
    with database.write() as tables:
        shop = ensure_shop(tables, "Rose Prints", utc_now())
    at_etsy = next(iter(fake.world.shops.values()))
    return Studio(
        fake,
        at_etsy,
        database,
        shop,
        ServerSecret(tmp_path / "secret"),
        threading.Event(),
        LocalStorage(tmp_path / "nas"),
    )


@pytest.fixture
def ready(studio: Studio) -> Studio:
    """The studio, connected to the stand-in."""
    studio.connect()
    return studio
