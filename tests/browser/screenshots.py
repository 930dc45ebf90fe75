"""``make screenshots``: every page with something in it, light and dark, wide and narrow, into ``screenshots/``."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Request, expect

from printdock.demo import SAMPLES
from printdock.demo.bases import write_demo_packs
from tests.browser.chromium import chromium
from tests.browser.conftest import ROOT
from tests.browser.routes import ROUTES
from tests.browser.site import Site
from tests.browser.stock import design_ids, show, stock

OUT = ROOT / "screenshots"

#: Pages that need a mockup set. The picture in docs/mockup-editor.md is the wide, light one.
_OF_A_SET = {"mockup-editor-open": "/mockups/editor/{set}"}

SIZES = {"wide": (1440, 900), "narrow": (375, 812)}


def main() -> None:
    """Draw a shop, then look at it."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="printdock-screenshots-") as name:
        folder = Path(name)
        with Site(folder / "home") as site, chromium() as browser:
            welcome = site.welcome
            for scheme in ("light", "dark"):
                _welcome(browser, site, welcome, scheme)
            stock(site, folder, SAMPLES)
            write_demo_packs(folder / "packs")
            for pack in sorted((folder / "packs").iterdir()):
                if "shirt" in pack.name.lower():
                    show(site, folder / "packs", pack.name, "T-shirt, flat", range(100, 106))
            _rest(site)
            for scheme in ("light", "dark"):
                for size in SIZES:
                    _pages(browser, site, scheme, size)


def _welcome(browser: Browser, site: Site, link: str, scheme: Any) -> None:
    for size, (width, height) in SIZES.items():
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height})
        page = context.new_page()
        page.goto(link)
        expect(page.get_by_role("button", name="Make the account")).to_be_visible()
        _take(page, "welcome", size, scheme)
        context.close()


def _pages(browser: Browser, site: Site, scheme: Any, size: str) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=site.address, color_scheme=scheme, viewport={"width": width, "height": height}
    )
    page = context.new_page()
    under_way = _requests(page)
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    _take(page, "sign-in", size, scheme)
    with site.owner() as owner:
        jar = owner.cookies.jar
        context.add_cookies([{"name": one.name, "value": one.value or "", "url": site.address} for one in jar])
        ids = {"design": design_ids(owner)[-1], "upload": owner.get("/api/v1/uploads").json()["items"][-1]["id"]}
        ids["set"] = owner.get("/api/v1/mockup-sets").json()["items"][0]["id"]
    for name, route in (ROUTES | _OF_A_SET).items():
        page.goto(route.format(**ids))
        expect(page.locator("main h1, main h2").first).to_be_visible()
        _settle(page, under_way)
        _take(page, name, size, scheme)
    context.close()


def _rest(site: Site) -> None:
    """Until nothing is being made any more."""
    with site.owner() as owner:
        until = time.monotonic() + 300
        while sum(owner.get("/api/v1/jobs/counts").json()[state] for state in ("pending", "processing")):
            assert time.monotonic() < until, "jobs do not end"
            time.sleep(0.2)


def _requests(page: Page) -> set[Request]:
    """Those of the page that are not answered yet, but for the stream of events, which has no end."""
    under_way: set[Request] = set()
    page.on("request", lambda one: None if "/api/v1/events" in one.url else under_way.add(one))
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda one: under_way.discard(one))  # Playwright takes no method of a set
    return under_way


def _settle(page: Page, under_way: set[Request]) -> None:
    """Until all data and every picture in sight is there."""
    quiet = 0
    while quiet < 5:  # answers ask for more: pictures, the next page
        page.wait_for_timeout(60)
        quiet = 0 if under_way else quiet + 1
    expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    page.wait_for_function(
        "() => [...document.querySelectorAll('main [data-state=loading]')]"
        ".every(art => art.getBoundingClientRect().top > innerHeight)",
        timeout=30_000,
    )


def _take(page: Page, name: str, size: str, scheme: str) -> None:
    page.screenshot(path=OUT / f"{name}-{size}-{scheme}.png", animations="disabled")


if __name__ == "__main__":
    main()
