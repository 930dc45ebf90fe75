"""The system's Chromium, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.services.packages import ensure_debian_package


@contextmanager
def chromium() -> Iterator[Browser]:
    """Headless. Raises `ServiceMissing` where there is none and none can be installed."""
    program = ensure_debian_package("chromium", "chromium")
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs rights that a container lacks; what is opened here is only our own pages.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
