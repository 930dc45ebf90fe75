"""Pages built as they are now, a browser, a shop with something in it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from printdock.demo import SAMPLES
from tests.browser.chromium import chromium
from tests.browser.site import Site
from tests.conftest import missing
from tests.services.packages import ServiceMissing, exclusive
from tests.services.serving import PATIENCE

ROOT = Path(__file__).resolve().parents[2]

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def built() -> None:
    """The pages, as the source says."""
    with exclusive("pages"):
        done = subprocess.run(["make", "web"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="package")
def browser(built: None) -> Iterator[Browser]:
    """A browser, gone before tests of elsewhere run in this process: Playwright's event loop would be in their way."""
    try:
        with chromium() as found:
            yield found
    except ServiceMissing as reason:
        missing(reason)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path / "home") as served:
        yield served


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser with nothing in it: nobody is signed in."""
    made = browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page. What it complains of on its console, and what it throws, fails the test."""
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    yield made
    assert complaints == []


@pytest.fixture
def signed_in(page: Page, site: Site) -> Page:
    """The owner's page, as it is after the one-time link."""
    with site.owner() as client:
        cookies = [
            {"name": one.name, "value": one.value or "", "url": site.address, "httpOnly": True}
            for one in client.cookies.jar
        ]
    page.context.add_cookies(cookies)
    return page


@pytest.fixture(scope="session")
def designs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Some sample designs by name: originals, then a copy of one, and a file that is none."""
    folder = tmp_path_factory.mktemp("designs")
    originals = ("Coffee Badge 2019.png", "Book Stack.png", "Moon Phases Gold.png")
    names = (*originals, "Coffee Badge 2019_FINAL.png", "invoice march.png")
    for name in names:
        (folder / name).write_bytes(SAMPLES[name](folder))
    return {name: folder / name for name in names}
