"""A seller compares, decides, changes their mind; deletes a design and brings it back."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.site import Site
from tests.browser.stock import cut, printdock, show
from tests.mockups.conftest import MANIFEST, write_folder

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def alike(site: Site, designs: dict[str, Path], tmp_path: Path) -> None:
    """Two designs, a copy that was refused, and a cut one that was stored and flagged."""
    folder = tmp_path / "sent"
    folder.mkdir()
    for name in ("Coffee Badge 2019.png", "Book Stack.png", "Coffee Badge 2019_FINAL.png"):
        (folder / name).write_bytes(designs[name].read_bytes())
    printdock(site, "ingest", str(folder), "--template", "DTF Adult")
    cut(designs["Book Stack.png"], tmp_path / "alike" / "Book Stack cut.png")
    printdock(site, "ingest", str(tmp_path / "alike"), "--template", "DTF Adult")


def shine(frame: Locator) -> float:
    """How bright a difference is on the whole, levels: 0 where two pictures are the same at every place."""
    pictures = frame.locator("img")
    for at in range(pictures.count()):
        expect(pictures.nth(at)).to_have_js_property("complete", True)
    frame.evaluate("async (box) => { await Promise.all([...box.querySelectorAll('img')].map((img) => img.decode())) }")
    shot = Image.open(io.BytesIO(frame.screenshot())).convert("L")
    return float(np.mean(np.asarray(shot)[12:-12, 24:-12]))


def test_a_seller_compares_and_changes_their_mind(signed_in: Page, alike: None) -> None:
    page = signed_in
    page.goto("/duplicates")
    shown = page.get_by_label("Comparison")
    expect(shown.get_by_role("heading", name="Book Stack cut.png")).to_be_visible()

    page.get_by_text("Difference", exact=True).click()
    frame = page.get_by_test_id("difference")
    laid = shine(frame)
    frame.locator("img").last.evaluate("(img) => { img.style.transform = 'none' }")
    assert laid < shine(frame) / 3, "what was measured lays the same parts on each other"

    page.get_by_role("button", name="The next match").click()
    expect(shown.get_by_role("heading", name="Coffee Badge 2019_FINAL.png")).to_be_visible()
    refused = shown.get_by_role("img", name="The newcomer", exact=True)
    expect(refused).to_have_attribute("src", re.compile("/files/side/"))
    expect(refused).to_have_js_property("complete", True)
    page.keyboard.press("ArrowUp")
    expect(shown.get_by_role("heading", name="Book Stack cut.png")).to_be_visible()

    page.keyboard.press("r")
    expect(page.get_by_text("Book Stack cut.png: the new art takes its place.")).to_be_visible()
    expect(shown.get_by_role("heading", name="Coffee Badge 2019_FINAL.png")).to_be_visible()
    page.reload()
    page.get_by_text("Decided", exact=True).click()
    expect(shown.get_by_text("which keeps its number and name")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("Nothing was decided yet")).to_be_visible()
    page.get_by_text("To decide", exact=True).click()
    expect(page.get_by_role("list", name="Matches").get_by_text("Book Stack cut.png")).to_be_visible()


def test_a_design_is_deleted_and_brought_back(signed_in: Page, alike: None) -> None:
    page = signed_in
    page.goto("/designs")
    page.get_by_role("link", name="Coffee Badge 2019").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Its files are kept until")).to_be_visible()
    page.goto("/designs")
    expect(page.get_by_text("2 designs", exact=True)).to_be_visible()
    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="Deleted").click()
    page.get_by_label("Pick Coffee Badge 2019").check()
    page.get_by_role("button", name="Bring back").click()
    expect(page.get_by_text("Nothing was deleted")).to_be_visible()
    page.get_by_role("button", name="Show all designs").click()
    expect(page.get_by_text("3 designs", exact=True)).to_be_visible()


def test_mockups_of_art_that_was_replaced_say_so_and_are_rendered_again(
    signed_in: Page, site: Site, alike: None, tmp_path: Path
) -> None:
    write_folder(tmp_path / "packs" / "wall", MANIFEST.replace("Poster 18x24", "DTF Adult"))
    with site.owner() as owner:
        found = {one["name"]: one for one in owner.get("/api/v1/designs").json()["items"]}
        book = found["Book Stack"]
        match = owner.get("/api/v1/duplicates", params={"kind": "similar"}).json()["items"][0]
    show(site, tmp_path / "packs", "wall", "Wall", [book["print_files"][0]["number"]])
    page = signed_in
    page.goto(f"/designs/{book['id']}")
    mockups = page.get_by_role("region", name="Mockups")
    pictures = mockups.get_by_role("listitem")
    expect(pictures.first).to_be_visible()
    note = page.get_by_role("status", name="Made from the earlier art")
    expect(note).to_have_count(0)

    with site.owner() as owner:
        owner.post(f"/api/v1/duplicates/{match['id']}/replace").raise_for_status()
    for place in ("/mockups", f"/designs/{book['id']}"):
        page.goto(place)
        expect(note).to_contain_text("made from the earlier art")
        expect(page.get_by_text("Earlier art").first).to_be_visible()
    count = pictures.count()
    note.get_by_role("button", name="Render again").click()
    expect(note).to_have_count(0)
    expect(pictures).to_have_count(count)
    with site.owner() as owner:
        shown = owner.get("/api/v1/mockups").json()["items"]
    assert len(shown) == count
    assert not any(one["outdated"] for one in shown)
