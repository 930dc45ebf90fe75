"""An upload that is cut off goes on: where the line is lost, and where the page was closed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import pyvips  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.browser.site import Site

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of some 24 MB: noise cannot be compressed."""
    path = tmp_path_factory.mktemp("large") / "noise.png"
    pixels = np.random.default_rng(7).integers(0, 256, (2000, 3000, 4), np.uint8)
    pyvips.Image.new_from_array(pixels, interpretation="srgb").pngsave(str(path), compression=1, filter="none")
    return path


def slowly(page: Page, bytes_a_second: int) -> None:
    """As a home's line is; -1: as fast as it goes."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second},
    )


def begin(page: Page, file: Path) -> None:
    page.goto("/upload")
    page.get_by_test_id("files").set_input_files(file)
    page.get_by_text("UVDTF Decal", exact=True).click()
    slowly(page, 6_000_000)
    page.get_by_role("button", name="Upload 1 design").click()
    # Some of it is there; a piece has 8 MB.
    expect(page.get_by_role("status").filter(has_text="MB of 24 MB")).to_be_visible()
    expect(
        page.get_by_role("status").filter(has_text="9.").or_(page.get_by_text("1", exact=False)).first
    ).to_be_visible()


def test_a_server_that_is_killed_in_between(signed_in: Page, site: Site, large: Path) -> None:
    page = signed_in
    begin(page, large)
    site.kill()
    expect(page.get_by_text("The server does not answer")).to_be_visible()
    slowly(page, -1)
    site.start()
    expect(page.get_by_text("1 stored")).to_be_visible()
    expect(page.get_by_text("The server does not answer")).to_be_hidden()


def test_pause_and_resume(signed_in: Page, large: Path) -> None:
    page = signed_in
    begin(page, large)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused ·")).to_be_visible()
    slowly(page, -1)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("1 stored")).to_be_visible()


def test_a_page_that_is_closed_and_opened_again(signed_in: Page, large: Path) -> None:
    page = signed_in
    begin(page, large)
    page.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
    page.reload()
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_text("is still to be sent")).to_be_visible()
    slowly(page, -1)
    page.get_by_test_id("again").set_input_files(large)
    expect(page.get_by_text("1 stored")).to_be_visible()
