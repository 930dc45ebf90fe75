"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.services.packages import ServiceMissing, ensure_debian_package


@contextmanager
def chromium(*, whole: bool = False) -> Iterator[Browser]:
    """Headless. Raises `ServiceMissing` where there is none and none can be installed.

    Without its desktop's windows and menus, which take a third of its work and show nothing here; where only the
    ``whole`` one can be had, that one. What is measured is measured in the whole one.
    """
    program = _whole() if whole else _headless()
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs rights that a container lacks; what is opened here is only our own pages.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def _headless() -> str:
    try:
        return ensure_debian_package("chromium-headless-shell", "chromium-headless-shell")
    except ServiceMissing:
        return _whole()


def _whole() -> str:
    return ensure_debian_package("chromium", "chromium")
