"""What is there already does not jump when the rest comes: a phone on a slow line, nothing kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.xdist_group("browser")

#: As Lighthouse's phone: a slow 4G line.
_SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}

#: Half of what web.dev/articles/cls calls good.
MOST = 0.05

_SHIFT = """
() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((one) => { sum += one.hadRecentInput ? 0 : one.value; }))
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
})
"""

#: What asked for each font: a link in the page, or the styles.
_FONTS = """
() => performance.getEntriesByType("resource").filter((one) => one.name.endsWith(".woff2")).map((one) => one.initiatorType)
"""


@pytest.mark.parametrize("route", ["/listings", "/listings/templates", "/listings/new"])
def test_nothing_jumps_while_a_page_comes(signed_in: Page, route: str) -> None:
    page = signed_in
    page.set_viewport_size({"width": 375, "height": 812})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", _SLOW)
    page.goto(route)
    expect(page.locator("main h1")).to_be_visible(timeout=30_000)
    expect(page.locator("main .mantine-Skeleton-root")).to_have_count(0, timeout=30_000)
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    assert page.evaluate(_SHIFT) < MOST
    assert page.evaluate(_FONTS) == ["link"], "the font comes by the page's own word, once, not when styles have asked"
