"""A shop of printdock's that is connected to the stand-in for Etsy, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from printdock.accounts.secret import ServerSecret
from printdock.db import schema
from printdock.db.engine import Database
from printdock.demo.etsy import FakeEtsy
from printdock.demo.etsy.world import Shop as EtsyShop
from printdock.etsy.app import App
from printdock.listings import connection
from printdock.shops.queries import Shop, ensure_shop
from tests.etsy.conftest import fake

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


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    schema.ready(made)
    yield made
    made.close()


@pytest.fixture
def studio(fake: FakeEtsy, database: Database, tmp_path: Path) -> Studio:
    with database.write() as tables:
        shop = ensure_shop(tables, "Rose Prints", utc_now())
    at_etsy = next(iter(fake.world.shops.values()))
    return Studio(fake, at_etsy, database, shop, ServerSecret(tmp_path / "secret"), threading.Event())
