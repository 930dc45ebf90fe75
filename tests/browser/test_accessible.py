"""axe finds no serious fault on any page, light or dark, wide or narrow; no page is wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT
from tests.browser.routes import ROUTES
from tests.browser.site import Site
from tests.browser.stock import design_ids, stock

pytestmark = pytest.mark.xdist_group("browser")

_AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


@pytest.fixture(scope="module")
def shop(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("shop")
    with Site(folder / "home") as site:
        stock(site, folder)
        yield site


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 375)])
def test_every_page(browser: Browser, shop: Site, scheme: Any, width: int) -> None:
    context = browser.new_context(
        base_url=shop.address, color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    faults = look_at(page, "sign-in", "/", "Sign in")
    with shop.owner() as owner:
        context.add_cookies(
            [{"name": one.name, "value": one.value or "", "url": shop.address} for one in owner.cookies.jar]
        )
        ids = {
            "design": design_ids(owner)[0],
            "upload": owner.get("/api/v1/uploads").json()["items"][0]["id"],
        }
    for name, route in ROUTES.items():
        faults += look_at(page, name, route.format(**ids))
    context.close()
    assert faults == []


def look_at(page: Page, name: str, address: str, button: str | None = None) -> list[str]:
    """What is wrong with a page."""
    page.goto(address)
    if button is not None:
        expect(page.get_by_role("button", name=button)).to_be_visible()
    else:
        expect(page.locator("main h1, main h2").first).to_be_visible()
    page.wait_for_load_state("load")
    expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
    page.evaluate(Path(_AXE).read_text(encoding="utf-8"))
    faults = [
        f"{name}: {one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in page.evaluate(_RUN)
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        faults.append(f"{name}: wider than the window")
    return faults
