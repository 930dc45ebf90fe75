"""A served shop and a browser for the measurements of the pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.browser.site import Site

#: A laptop's window, px.
WINDOW = {"width": 1440, "height": 900}


@contextmanager
def owner_browser(browser: Browser, site: Site, **options: Any) -> Iterator[BrowserContext]:
    """A browser that was never here, with the owner's session: nothing in its cache."""
    context = browser.new_context(base_url=site.address, **{"viewport": WINDOW, **options})
    with site.owner() as client:
        jar = client.cookies.jar
        context.add_cookies([{"name": one.name, "value": one.value or "", "url": site.address} for one in jar])
    try:
        yield context
    finally:
        context.close()


def assert_answer(found: Mapping[str, Any], what: str) -> None:
    """A benchmark whose subject did not work measures nothing."""
    assert found, f"{what}: nothing was answered"
