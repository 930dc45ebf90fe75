"""The mockup editor in a real browser, with previews by the real renderer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessible import look_at

pytestmark = pytest.mark.xdist_group("browser")

#: What axe finds serious.
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => one.id + " " + one.nodes[0].html + " " + one.nodes[0].failureSummary)"""

SIZE = (1200, 900)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A plain product photo."""
    pixels = np.full((SIZE[1], SIZE[0], 3), (206, 212, 216), np.uint8)
    cv2.rectangle(pixels, (300, 150), (900, 750), (244, 246, 247), -1)
    path = tmp_path / "White frame.jpg"
    cv2.imwrite(str(path), pixels)
    return path


@pytest.fixture
def editor(signed_in: Page, photo: Path) -> Page:
    """A new set with one photo, open."""
    page = signed_in
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/mockups/editor")
    page.get_by_label("New set").fill("Frames")
    page.get_by_role("button", name="Begin").click()
    page.get_by_test_id("photos").set_input_files(photo)
    settled(page)
    return page


def canvas(page: Page) -> Any:
    return page.get_by_role("application")


def settled(page: Page) -> None:
    """The newest preview is on the screen, at its full size."""
    expect(canvas(page).locator("canvas").first).to_be_visible()
    expect(page.locator("[data-preview][data-waiting=false]")).to_have_count(1)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a px of the photo is on the screen, as long as the view is fitted."""
    box = canvas(page).bounding_box()
    assert box is not None
    above, below, side = 64, 84, 28
    width, height = box["width"] - 2 * side, box["height"] - above - below
    scale = min(width / SIZE[0], height / SIZE[1])
    left, top = (box["width"] - SIZE[0] * scale) / 2, above + (height - SIZE[1] * scale) / 2
    return box["x"] + left + x * scale, box["y"] + top + y * scale


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    for share in (0.3, 0.7, 1.0):
        page.mouse.move(*at(page, *(a + (b - a) * share for a, b in zip(start, end, strict=True))))
    page.mouse.up()


def draw_quad(page: Page) -> None:
    page.get_by_role("button", name="Flat").click()
    drag(page, (400, 250), (800, 650))
    expect(page.get_by_label("Top left, x", exact=True)).to_be_visible()


def number(page: Page, label: str) -> float:
    return float(page.get_by_label(label, exact=True).input_value())


def seen(page: Page) -> Any:
    settled(page)
    data = np.frombuffer(canvas(page).screenshot(), np.uint8)
    return cv2.imdecode(data, cv2.IMREAD_COLOR).astype(int)


def test_a_quad_is_drawn_seen_saved_and_there_again(editor: Page) -> None:
    page = editor
    bare = seen(page)
    page.get_by_role("button", name="Flat").click()
    with page.expect_response(lambda answer: answer.url.endswith("/preview")) as drawn:
        drag(page, (400, 250), (800, 650))
    assert drawn.value.status == 200 and drawn.value.headers["content-type"] == "image/jpeg"
    shown = seen(page)
    assert (np.abs(shown - bare).max(axis=2) > 40).mean() > 0.02, "the pattern is on the photo"
    assert abs(number(page, "Top left, x") - 400) < 12

    drag(page, (number(page, "Bottom right, x"), number(page, "Bottom right, y")), (850, 700))
    corner = number(page, "Bottom right, x"), number(page, "Bottom right, y")
    assert abs(corner[0] - 850) < 12 and abs(corner[1] - 700) < 12
    page.get_by_label("Opacity, exact").fill("80")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    settled(page)
    page.get_by_role("button", name="Area 1").click()
    assert (number(page, "Bottom right, x"), number(page, "Bottom right, y")) == corner
    expect(page.get_by_label("Opacity, exact")).to_have_value("80 %")


def test_undo_redo_nudge_and_delete_by_keyboard(editor: Page) -> None:
    page = editor
    draw_quad(page)
    canvas(page).focus()
    first = number(page, "Top left, x")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    assert number(page, "Top left, x") == pytest.approx(first + 11, abs=0.11)
    page.keyboard.press("n")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert number(page, "Top left, x") == pytest.approx(first, abs=0.11)
    page.keyboard.press("Control+Shift+z")
    assert number(page, "Top left, x") > first + 5
    page.keyboard.press("Delete")
    expect(page.get_by_text("Where does the print go?")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Area 1")).to_be_visible()


def test_a_polygon_that_crosses_itself_says_so_at_its_place(editor: Page) -> None:
    page = editor
    page.get_by_role("button", name="Cut-out").click()
    for x, y in ((400, 250), (800, 650), (800, 250), (420, 640)):
        page.mouse.click(*at(page, x, y))
    page.keyboard.press("Enter")
    panel = page.get_by_role("tabpanel")
    expect(panel.locator("[data-code=polygon_crosses]")).to_be_visible()
    expect(panel.get_by_role("img", name="has a problem").or_(panel.get_by_label("has a problem"))).to_be_visible()
    expect(page.get_by_role("button", name="1 thing to mend")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").get_by_text("Draft")).to_be_visible()
    page.get_by_label("Point 2, x", exact=True).fill("420")
    page.get_by_label("Point 2, y", exact=True).fill("200")
    page.keyboard.press("Tab")
    expect(panel.locator("[data-code=polygon_crosses]")).to_have_count(0)


def test_unsaved_work_outlives_the_tab(editor: Page) -> None:
    page = editor
    draw_quad(page)
    page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('printdock-editor-'))")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    settled(page)
    expect(page.get_by_role("button", name="Area 1")).to_be_visible()
    page.get_by_role("link", name="All mockup sets").click()
    expect(page.get_by_role("dialog", name="Leave without saving?")).to_be_visible()
    page.get_by_role("button", name="Stay").click()
    page.get_by_role("button", name="Restored from this browser: drop").click()
    expect(page.get_by_role("button", name="Area 1")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 375)])
def test_it_is_accessible(editor: Page, scheme: Any, width: int) -> None:
    page = editor
    draw_quad(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    assert look_at(page, "mockup editor", page.url) == []
    for tab in ("Photo", "Set", "Area"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate(RUN) == [], tab


@pytest.mark.parametrize(("kind", "label"), [("Cloth", "More rows"), ("Cup", "Wrap, exact")])
def test_cloth_and_cups_are_drawn_too(editor: Page, kind: str, label: str) -> None:
    page = editor
    bare = seen(page)
    page.get_by_role("button", name=kind).click()
    drag(page, (400, 250), (800, 650))
    expect(page.get_by_label(label)).to_be_visible()
    if kind == "Cloth":
        page.get_by_label(label).click()
        expect(page.get_by_label("Rows", exact=True)).to_have_text("5")
    assert (np.abs(seen(page) - bare).max(axis=2) > 40).mean() > 0.02


def test_a_mask_is_painted_over_the_photo(editor: Page) -> None:
    page = editor
    draw_quad(page)
    full = seen(page)
    page.get_by_label("Mask: paint").click()
    dialog = page.get_by_role("dialog", name="Paint where the design is hidden")
    paper = dialog.get_by_label("The photo: paint over it")
    box = paper.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5
    page.mouse.move(x - 60, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    page.mouse.up()
    expect(dialog.get_by_role("button", name="Undo")).to_be_enabled()
    dialog.get_by_role("button", name="Use it").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_label("Mask", exact=True)).to_have_value("painted mask.png")
    hidden = seen(page)
    changed = (np.abs(hidden - full).max(axis=2) > 40).mean()
    assert 0.003 < changed < 0.2, "where it was painted the photo shows again"


def pinch(page: Page, spread: tuple[int, int]) -> None:
    """Two fingers at the middle of the canvas, from one distance to another."""
    box = canvas(page).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    def fingers(apart: float) -> list[dict[str, float]]:
        return [{"x": x - apart / 2, "y": y, "id": 1}, {"x": x + apart / 2, "y": y, "id": 2}]

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers(spread[0])})
    for step in range(1, 5):
        apart = spread[0] + (spread[1] - spread[0]) * step / 4
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": fingers(apart)})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_two_people_fingers_and_a_pack(editor: Page, tmp_path: Path) -> None:
    page = editor
    draw_quad(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    other = page.context.new_page()
    other.set_viewport_size({"width": 1440, "height": 900})
    other.goto(page.url)
    settled(other)
    other.get_by_role("button", name="Area 1").click()
    other.get_by_label("Opacity, exact").fill("70")
    other.keyboard.press("Tab")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    other.close()
    page.get_by_label("Opacity, exact").fill("90")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog", name="Somebody else has saved this set")
    dialog.get_by_role("button", name="Save mine in its place").click()
    expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()

    zoom = page.get_by_label(re.compile("^Zoom: "))
    before = zoom.inner_text()
    pinch(page, (100, 260))
    expect(zoom).not_to_have_text(before)

    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as pack:
        page.get_by_role("menuitem", name="Export as a pack").click()
    path = tmp_path / "Frames.zip"
    pack.value.save_as(path)
    page.goto("/mockups/editor")
    page.locator("input[type=file]").set_input_files(path)
    page.wait_for_url("**/mockups/editor/*-*")
    settled(page)
    page.get_by_role("button", name="Area 1").click()
    expect(page.get_by_label("Opacity, exact")).to_have_value("90 %")
