"""What the first page costs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

pytestmark = pytest.mark.xdist_group("browser")

#: Bytes over the line until a page is shown to somebody who was never here.
MOST = 300_000

#: Pages that bring much of their own.
PAGES = ("/designs", "/duplicates", "/settings/templates", "/settings/keys", "/upload")

_SIZES = (
    "() => performance.getEntriesByType('resource').filter(one => !one.name.includes('/api/'))"
    ".map(one => [one.name, one.encodedBodySize])"
)

#: How Mantine names its classes.
_CLASS = re.compile(r"\bm_[0-9a-f]{6,8}\b")


def test_the_first_load_is_small(signed_in: Page) -> None:
    page = signed_in
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    for route in PAGES:
        page.goto(route)
        expect(page.locator("main h2, main h3").first).to_be_visible()
        expect(page.locator("main .mantine-Skeleton-root")).to_have_count(0)
        sizes = page.evaluate(_SIZES)
        assert 100_000 < sum(size for _name, size in sizes) < MOST, sorted(sizes, key=lambda one: -one[1])
        # The editor and its canvas come only when it is opened.
        assert not [name for name, _size in sizes if "Editor" in name]


def test_every_component_has_its_styles(built: None) -> None:
    """Only the styles of components that are used are built: none that is used may be missing."""
    dist = ROOT / "src" / "printdock" / "web" / "dist" / "assets"
    of_mantine = _classes((ROOT / "web" / "node_modules" / "@mantine" / "core" / "styles.css").read_text())
    used = _classes("".join(path.read_text() for path in dist.glob("*.js"))) & of_mantine
    there = _classes("".join(path.read_text() for path in dist.glob("*.css")))
    assert used
    assert used - there == set()


def _classes(text: str) -> set[str]:
    return set(_CLASS.findall(text))
