"""The designs page with a large library, in headless Chromium: how soon the first picture stands, what scrolling through
all of it takes in memory, and whether anything stays blank.

    .venv/bin/python -m bench.grid [DESIGNS]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from playwright.sync_api import Browser, Page
from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from printdock.db.engine import Database
from printdock.db.statistics import ensure_statistics
from printdock.db.tables import designs, print_files
from printdock.demo import SAMPLES
from tests.browser.chromium import chromium
from tests.browser.site import Site
from tests.browser.stock import printdock

FIRST = (
    "Coffee Badge 2019.png",
    "Book Stack.png",
    "Wildflowers WHITE.png",
    "Moon Phases Gold.png",
    "Palm Cove Surf Club.png",
)
ROUNDS = 7

#: When the first picture of the grid was shown, ms after the navigation began.
_FIRST_PICTURE = """() => new Promise((tell) => {
  const look = () => {
    const one = [...document.querySelectorAll('[aria-label=Designs] img')].find((img) => img.complete && img.naturalWidth);
    one ? tell(performance.now()) : requestAnimationFrame(look);
  };
  look();
})"""
_BLANK = "() => [...document.querySelectorAll('[aria-label=Designs] [aria-busy=true]')].length"


def fill(home: Path, count: int) -> None:
    """Rows of ``count`` designs that look like the few that are really there."""
    database = Database(f"sqlite:///{home / 'printdock.db'}")
    began = datetime(2020, 1, 1, tzinfo=UTC)
    with database.read() as connection:
        real = [dict(row._mapping) for row in connection.execute(select(print_files))]
    for start in range(0, count, 10_000):
        rows, files = [], []
        for number in range(start, min(count, start + 10_000)):
            at, like, key = began + timedelta(minutes=20 * number), real[number % len(real)], uuid7()
            rows.append({"id": key, "shop_id": like["shop_id"], "name": f"Design {number}", "created_at": at})
            own = {
                "id": uuid7(),
                "design_id": key,
                "number": 10_000 + number,
                "upload_id": None,
                "upload_position": None,
            }
            files.append(like | own | {"path": f"{like['path'][:-4]} {number}.png", "created_at": at})
        with database.write() as connection:
            connection.execute(insert(designs), rows)
            connection.execute(insert(print_files), files)
    ensure_statistics(database)
    database.close()


def signed_in(browser: Browser, site: Site) -> Page:
    context = browser.new_context(base_url=site.address, viewport={"width": 1440, "height": 900})
    with site.owner() as client:
        jar = [{"name": one.name, "value": one.value or "", "url": site.address} for one in client.cookies.jar]
    context.add_cookies(jar)  # type: ignore[arg-type]
    return context.new_page()


def first_pictures(browser: Browser, site: Site) -> dict[str, list[float]]:
    """ms until the first picture: in a browser that was never here, and in one that was."""
    cold, warm = [], []
    for _ in range(ROUNDS):
        page = signed_in(browser, site)
        page.goto("/designs", wait_until="commit")
        cold.append(page.evaluate(_FIRST_PICTURE))
        page.goto("/designs", wait_until="commit")
        warm.append(page.evaluate(_FIRST_PICTURE))
        page.context.close()
    return {"cold_ms": cold, "warm_ms": warm}


def scrolled(browser: Browser, site: Site, steps: int = 150) -> dict[str, Any]:
    """From the top to the end: the largest memory of a page process (MB, resident and unshared) and of its heap, and
    what is blank half a second after a jump."""
    page = signed_in(browser, site)
    page.goto("/designs")
    page.evaluate(_FIRST_PICTURE)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    peak = heap = blank = 0.0
    for step in range(steps + 1):
        page.evaluate(f"window.scrollTo(0, document.documentElement.scrollHeight * {step / steps})")
        ended = time.monotonic() + 0.5
        while (left := page.evaluate(_BLANK)) and time.monotonic() < ended:
            page.wait_for_timeout(20)
        blank = max(blank, left)
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        heap = max(heap, metrics["JSHeapUsedSize"] / 1e6)
        peak = max(peak, _renderer_mb())
    page.context.close()
    return {"renderer_mb": round(peak), "heap_mb": round(heap, 1), "blank_after_half_a_second": blank}


def _renderer_mb() -> float:
    sizes = [0.0]
    for one in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in one.cmdline():
                sizes.append(one.memory_full_info().uss / 1e6)
        except psutil.Error:
            continue
    return max(sizes)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="printdock-grid-") as name, Site(Path(name) / "home") as site:
        folder = Path(name) / "art"
        folder.mkdir()
        for sample in FIRST:
            (folder / sample).write_bytes(SAMPLES[sample](folder))
        printdock(site, "ingest", str(folder), "--template", "DTF Adult")
        with site.owner() as owner:  # thumbnails are by content: these stand for all
            for design in owner.get("/api/v1/designs").json()["items"]:
                owner.get(design["print_files"][0]["thumbnail"]).raise_for_status()
        fill(site.home, count)
        with chromium() as browser:
            first_pictures(browser, site)  # thumbnails are made, and everything is read once
            found = first_pictures(browser, site)
            print(json.dumps({key: {"median": round(median(ms)), "most": round(max(ms))} for key, ms in found.items()}))
            print(json.dumps(scrolled(browser, site)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
