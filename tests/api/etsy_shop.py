"""The API with designs in stock, beside the stand-in for Etsy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from printdock.db.tables import designs
from printdock.demo.etsy import FakeEtsy, Limits
from printdock.demo.etsy.world import Shop as EtsyShop
from tests.api.conftest import ADDRESS, Api, Person, running
from tests.listings.goods import TEMPLATE, stock

CALLBACK = f"{ADDRESS}/api/v1/etsy/callback"


@dataclass
class Seller:
    """An owner in a browser; ``at_etsy``: the shop at the stand-in."""

    api: Api
    etsy: FakeEtsy
    at_etsy: EtsyShop
    owner: Person

    def __call__(self, method: str, path: str, status: int = 200, **request: Any) -> Any:
        answer = self.owner(method, path, **request)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer

    def allow(self, url: str) -> str:
        """The seller agrees at Etsy: the address the browser is sent to."""
        return str(httpx.get(url).headers["location"])

    def connect(self) -> None:
        begun = self("POST", "etsy/connection", 201, json={"own_redirect": True})
        back = urlsplit(self.allow(begun["url"]))
        self("GET", f"{back.path}?{back.query}", 302)

    def template(self, **changes: Any) -> dict[str, Any]:
        made: dict[str, Any] = self("POST", "listing-templates", 201, json={**TEMPLATE, **changes})
        return made

    def plan(self, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = self("POST", "listings/plan", json={"template": "Cup wraps", **more})
        return found

    def designs(self) -> dict[int, str]:
        """Ids by number."""
        with self.api.services.database.read() as connection:
            found = connection.execute(select(designs.c.name, designs.c.id))
            return {int(row.name.rsplit(" ", 1)[-1]): str(row.id) for row in found}


@pytest.fixture
def seller(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, _sqlite_with_schema: Path) -> Iterator[Seller]:
    """Not connected yet; three designs from number 100 on, with two mockups each."""
    shutil.copy(_sqlite_with_schema, tmp_path / "printdock.db")
    with FakeEtsy(Limits(per_second=1000, per_day=50_000)) as etsy:
        at_etsy = etsy.world.add_shop("RosePrints")
        etsy.world.redirects.add(CALLBACK)
        monkeypatch.setenv("ETSY_KEYSTRING", etsy.world.keystring)
        monkeypatch.setenv("ETSY_SHARED_SECRET", etsy.world.shared_secret)
        monkeypatch.setenv("ETSY_API", etsy.api)
        monkeypatch.setenv("ETSY_SITE", etsy.api)
        for api in running(f"sqlite:///{tmp_path / 'printdock.db'}", home, monkeypatch):
            services = api.services
            product = services.template("UVDTF 16oz", services.shop())
            with services.database.write() as connection:
                stock(connection, services.storage, product, range(100, 103), 2)
            yield Seller(api, etsy, at_etsy, api.person())


@pytest.fixture
def connected(seller: Seller) -> Seller:
    seller.connect()
    return seller
