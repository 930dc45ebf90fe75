"""The API with designs in stock, beside the stand-in for Etsy."""

from __future__ import annotations

import shutil
import time
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
from printdock.demo.etsy.world import Listing
from printdock.demo.etsy.world import Shop as EtsyShop
from printdock.etsy.wire import Wire
from printdock.listings.desk import Desk
from tests.api.conftest import ADDRESS, Api, Person, running
from tests.listings.goods import TEMPLATE, stock
from tests.listings.hasty import HASTY

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

    def ended(self, job: dict[str, Any], patience_s: float = 30.0) -> dict[str, Any]:
        """The job once it has ended."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            found: dict[str, Any] = self("GET", f"jobs/{job['id']}")
            if found["state"] in ("completed", "failed", "cancelled"):
                return found
            time.sleep(0.02)
        raise AssertionError(f"the job did not end: {found}")

    def created(self, **more: Any) -> dict[str, Any]:
        """Drafts made: the ended job."""
        return self.ended(self("POST", "listings", 202, json={"template": "Cup wraps", **more}))

    def listings(self, **query: Any) -> dict[int, dict[str, Any]]:
        """The rows by number."""
        return {one["number"]: one for one in self("GET", "listings", params=query)["items"]}

    def drafts(self) -> list[Listing]:
        return self.etsy.world.drafts(self.at_etsy)

    def designs(self) -> dict[int, str]:
        """Ids by number."""
        with self.api.services.database.read() as connection:
            found = connection.execute(select(designs.c.name, designs.c.id))
            return {int(row.name.rsplit(" ", 1)[-1]): str(row.id) for row in found}


@pytest.fixture
def seller(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, _sqlite_with_schema: Path) -> Iterator[Seller]:
    """Not connected yet; three designs from number 100 on, with two mockups each."""
    shutil.copy(_sqlite_with_schema, tmp_path / "printdock.db")
    _hurry(monkeypatch)
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


def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here waits longer than a test can."""
    defaults: Any = Desk.__init__.__defaults__
    monkeypatch.setattr(Desk.__init__, "__defaults__", (HASTY, *defaults[1:]))
    monkeypatch.setitem(Wire.__init__.__kwdefaults__, "first_wait_s", 0.02)


@pytest.fixture
def connected(seller: Seller) -> Seller:
    seller.connect()
    return seller
