"""An upload that is cut off goes on: where the line is lost, and where the page was closed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import pyvips
from playwright.sync_api import Page, Route, expect

from tests.browser.site import Site

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of some 25 MB: noise cannot be compressed."""
    path = tmp_path_factory.mktemp("large") / "noise.png"
    pixels = np.random.default_rng(7).integers(0, 256, (2000, 3000, 4), np.uint8)
    pyvips.Image.new_from_array(pixels, interpretation="srgb").pngsave(str(path), compression=1, filter="none")
    return path


class Line:
    """The page's way to the server: the second piece of a file (pieces have 8 MB) is held on it until `cut`."""

    def __init__(self, page: Page) -> None:
        self._pieces = 0
        self._over = False
        self._held: list[Route] = []
        page.route("**/api/v1/uploads/*/files/*", self._piece)

    def cut(self) -> None:
        """What is held is lost; what follows goes on."""
        self._over = True
        for route in self._held:
            route.abort("connectionreset")

    def _piece(self, route: Route) -> None:
        self._pieces += route.request.method == "PUT"
        if not self._over and self._pieces == 2 and route.request.method == "PUT":
            self._held.append(route)
        else:
            route.continue_()


def begin(page: Page, file: Path) -> Line:
    """Begin to upload, until the first piece is there."""
    page.goto("/upload")
    page.get_by_test_id("files").set_input_files(file)
    page.get_by_text("UVDTF Decal", exact=True).click()
    line = Line(page)
    page.get_by_role("button", name="Upload 1 design").click()
    expect(page.get_by_role("status").filter(has_text="8.4 MB of 25 MB")).to_be_visible()
    return line


def test_a_server_that_is_killed_in_between(signed_in: Page, site: Site, large: Path) -> None:
    page = signed_in
    line = begin(page, large)
    site.kill()
    line.cut()
    expect(page.get_by_text("The server does not answer")).to_be_visible()
    site.start()
    expect(page.get_by_text("1 stored")).to_be_visible()
    expect(page.get_by_text("The server does not answer")).to_be_hidden()


def test_pause_and_resume(signed_in: Page, large: Path) -> None:
    page = signed_in
    line = begin(page, large)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused · 8.4 MB of 25 MB")).to_be_visible()
    line.cut()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("1 stored")).to_be_visible()


def test_a_page_that_is_closed_and_opened_again(signed_in: Page, large: Path) -> None:
    page = signed_in
    line = begin(page, large)
    page.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
    page.reload()
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_text("is still to be sent")).to_be_visible()
    line.cut()
    page.get_by_test_id("again").set_input_files(large)
    expect(page.get_by_text("1 stored")).to_be_visible()
