"""A hundred thousand designs on the designs page: when is the first picture there, is a screen ever blank, how much
memory does the page take?

The library is made of a few designs that are really there, each many times over: every row has an address of its own,
so the browser fetches and decodes every picture that it shows.
"""

from __future__ import annotations

import sqlite3
import statistics
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from bench.pages_site import main_thread, owner_browser, page_memory
from printdock.demo import SAMPLES
from tests.browser.site import Site
from tests.browser.stock import printdock

TEMPLATE = "DTF Adult"

#: Visits from which the median is taken, screens that are scrolled down, and px of one turn of the wheel.
VISITS, SCREENS, WHEEL = 5, 60, 450

#: Watches each frame of a page: when the first picture is there, and how much of what is in sight has none.
_WATCH = """
(() => {
  const seen = {
    first: null, frames: 0, blank: 0, bare: 0, worst: 0,
    reset() { this.frames = this.blank = this.bare = this.worst = 0; },
  };
  const frame = () => {
    const arts = [...document.querySelectorAll("main ul[aria-label=Designs] ul > li")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.bottom > 60 && box.top < innerHeight - 60;
    });
    const has = (one) => [...one.querySelectorAll("img")].some((img) => img.complete && img.naturalWidth > 0);
    const soft = (one) => one.querySelector("[data-placeholder]") !== null;
    const sharp = (one) => one.querySelector("[data-state=here]") !== null;
    if (arts.length) {
      if (seen.first === null && arts.some(sharp)) seen.first = performance.now();
      const without = arts.filter((one) => !sharp(one) && !has(one) && !soft(one)).length;
      seen.frames += 1;
      seen.blank += without === arts.length ? 1 : 0;
      seen.bare += without / arts.length;
      seen.worst = Math.max(seen.worst, without / arts.length);
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  globalThis.seen = seen;
})();
"""
_ALL_HERE = """
() => {
  const arts = [...document.querySelectorAll("main ul[aria-label=Designs] ul > li")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  });
  return arts.length > 0 && arts.every((one) => one.querySelector("[data-state=here]"));
}
"""


def fill(site: Site, folder: Path, designs: int) -> None:
    """A shop with this many designs, each with a print file, made while the server is away."""
    originals = folder / "originals"
    originals.mkdir()
    for name, draw in SAMPLES.items():
        (originals / name).write_bytes(draw(originals))
    printdock(site, "ingest", str(originals), "--template", TEMPLATE)
    with site.owner() as owner:
        # Thumbnails are stored by the digest of what they show, so the originals' serve all.
        for one in owner.get("/api/v1/designs", params={"limit": 60}).json()["items"]:
            owner.get(one["print_files"][0]["grid_picture"]).raise_for_status()
    site.kill()
    connection = sqlite3.connect(site.home / "printdock.db", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("BEGIN IMMEDIATE")
    files = [dict(one) for one in connection.execute("SELECT * FROM print_files WHERE state = 'stored'")]
    of = {one["id"]: dict(one) for one in connection.execute("SELECT * FROM designs")}
    made = list(_copies([(of[file["design_id"]], file) for file in files], designs - len(of)))
    for table, rows in (("designs", [one for one, _ in made]), ("print_files", [one for _, one in made])):
        names = ", ".join(rows[0])
        values = ", ".join(f":{name}" for name in rows[0])
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({values})", rows)
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()
    site.start()


def _copies(
    originals: list[tuple[dict[str, Any], dict[str, Any]]], count: int
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    began = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=400)
    for at in range(count):
        design, file = originals[at % len(originals)]
        when = (began + timedelta(minutes=5 * at)).isoformat(" ")
        key, other = uuid.uuid4().bytes, uuid.uuid4().bytes
        number = 10_000 + at
        name = f"{design['name']} {number}"
        yield (
            {**design, "id": _like(design["id"], key), "name": name, "created_at": when, "similar_to": None},
            {**file, "id": _like(design["id"], other), "design_id": _like(design["id"], key), "number": number,
             "path": f"{file['path']}.{number}", "created_at": when, "stored_at": when, "upload_position": None},
        )  # fmt: skip


def _like(example: bytes | str, key: bytes) -> bytes | str:
    """An id as this database writes ids."""
    return key if isinstance(example, bytes) else key.hex()


def run(browser: Browser, folder: Path, designs: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Times in milliseconds."""
    with Site(folder / "library home") as site:
        with site.owner():
            pass
        tell(f"makes a library of {designs:,} designs")
        fill(site, folder, designs)
        firsts = [_first(browser, site) for _visit in range(VISITS)]
        tell(f"  first pictures: {firsts}")
        with owner_browser(browser, site) as context:
            context.add_init_script(_WATCH)
            page = context.new_page()
            page.goto("/designs")
            page.wait_for_function(_ALL_HERE, timeout=60_000)
            before = page_memory(page)
            scrolled = _scroll(page)
            jumps = [_jump(page, share) for share in (0.5, 0.9, 0.25, 1.0, 0.0)]
            after = page_memory(page)
        return {
            "designs": designs,
            "first_picture_ms": round(statistics.median(firsts)),
            "first_picture_most_ms": round(max(firsts)),
            **scrolled,
            "jump_ms": round(statistics.median(jumps)),
            "jump_most_ms": round(max(jumps)),
            **{f"before_{name}": value for name, value in before.items()},
            **{f"after_{name}": value for name, value in after.items()},
        }


def _first(browser: Browser, site: Site) -> float:
    """From the start of the visit to the first picture, of somebody who was never here."""
    with owner_browser(browser, site) as context:
        context.add_init_script(_WATCH)
        page = context.new_page()
        page.goto("/designs")
        page.wait_for_function("() => seen.first !== null", timeout=60_000)
        return float(page.evaluate("() => seen.first"))


def _scroll(page: Page) -> dict[str, Any]:
    """Down by the wheel, as fast as a hand turns it."""
    page.mouse.move(700, 500)
    page.evaluate("() => { seen.reset(); meter.reset(); }")
    for _turn in range(SCREENS * 900 // WHEEL):
        page.mouse.wheel(0, WHEEL)
        page.wait_for_timeout(60)
    frames, blank, bare, worst = page.evaluate("() => [seen.frames, seen.blank, seen.bare, seen.worst]")
    thread = main_thread(page)
    page.wait_for_function(_ALL_HERE, timeout=60_000)
    return {
        "scrolled_px": page.evaluate("() => scrollY"),
        "frames": frames,
        "blank_frames": blank,
        "without_picture_percent": round(100 * bare / max(1, frames), 1),
        "without_picture_most_percent": round(100 * worst),
        **{f"scrolling_{name}": value for name, value in thread.items()},
    }


def _jump(page: Page, share: float) -> float:
    """To another part of the library, until all that is in sight has its picture."""
    page.evaluate("(share) => scrollTo(0, document.documentElement.scrollHeight * share)", share)
    began = page.evaluate("() => performance.now()")
    page.wait_for_timeout(50)  # the grid hears of it with the next frame
    page.wait_for_function(_ALL_HERE, timeout=60_000)
    expect(page.locator("main ul[aria-label=Designs]")).to_be_visible()
    return float(page.evaluate("() => performance.now()")) - float(began)
