"""Two people of one shop upload at once: both see what comes of it, and nothing is stored twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.site import PASSWORD, Site

pytestmark = pytest.mark.xdist_group("browser")

PRODUCT = "UVDTF Decal"


@pytest.fixture
def lily(browser: Browser, site: Site, signed_in: Page) -> Iterator[BrowserContext]:
    """A browser of somebody the owner has invited, who has made their account."""
    context = browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 900})
    with site.owner() as owner:
        link = owner.post("/api/v1/invitations", json={"email": "lily@example.com"}).json()["link"]
    page = context.new_page()
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Join the shop").click()
    expect(page.get_by_role("heading", name="Designs", exact=True)).to_be_visible()
    page.close()
    yield context
    context.close()


def choose(page: Page, files: list[Path]) -> None:
    """All but the last click."""
    page.goto("/upload")
    page.get_by_test_id("files").set_input_files(files)
    page.get_by_text(PRODUCT, exact=True).click()
    expect(page.get_by_role("button", name=f"Upload {len(files)} designs")).to_be_enabled()


def test_both_see_all_and_nothing_is_stored_twice(
    signed_in: Page, lily: BrowserContext, site: Site, designs: dict[str, Path]
) -> None:
    both = designs["Book Stack.png"]
    mine, hers = signed_in, lily.new_page()
    watching = [signed_in.context.new_page(), lily.new_page()]
    for page in watching:
        page.goto("/designs")
        expect(page.get_by_role("heading", name="No designs yet")).to_be_visible()
    choose(mine, [designs["Coffee Badge 2019.png"], both])
    choose(hers, [designs["Moon Phases Gold.png"], both])
    for page in (mine, hers):
        page.get_by_role("button", name="Upload 2 designs").click()
    states = []
    for page in (mine, hers):
        status = page.get_by_role("region", name=f"Upload for {PRODUCT}").get_by_role("status")
        expect(status).to_have_text(re.compile(r"^(2 stored|1 stored · 1 duplicate)$"))
        states.append(status.inner_text())
    assert sorted(states) == ["1 stored · 1 duplicate", "2 stored"]
    # Pages that were open all the while show what both have stored, by themselves.
    for page in watching:
        expect(page.get_by_role("list", name="Designs").get_by_role("link")).to_have_count(3)
    with site.owner() as owner:
        names = [one["name"] for one in owner.get("/api/v1/designs").json()["items"]]
    assert sorted(names) == ["Book Stack", "Coffee Badge 2019", "Moon Phases Gold"]
