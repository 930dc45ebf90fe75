"""A hundred files of 5 MB dropped into the page, then three hundred: does it stay quick, and the server as small?

The server's memory is bounded by settings (`PRINTDOCK_MEMORY_MB`), and not by what is sent: three times as many files may not
take more, and the last third of the time not more than the first.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from playwright.sync_api import Browser, Page, expect

from bench.pages_site import Peak, begin_trace, end_trace, main_thread, owner_browser, page_memory
from tests.browser.site import Site

TEMPLATE = "UVDTF Decal"

#: Drops the files of the page's own file field, as a hand would.
_DROP = """
() => {
  const transfer = new DataTransfer();
  for (const file of document.querySelector("[data-testid=held-for-drop]").files) transfer.items.add(file);
  const event = (type) => dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  meter.reset();
  event("dragenter"); event("dragover"); event("drop");
}
"""
_FIELD = """
() => {
  const field = document.createElement("input");
  Object.assign(field, { type: "file", multiple: true, hidden: true });
  field.dataset.testid = "held-for-drop";
  document.body.append(field);
}
"""


def draw(folder: Path, count: int) -> list[Path]:
    """Designs of some 5 MB each (noise cannot be compressed), none like another."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(11)
    paths = []
    for number in range(count):
        art = np.zeros((2000, 2400, 4), np.uint8)
        for _ in range(6):
            top, left = random.integers(50, 1300), random.integers(50, 1700)
            art[top : top + 600, left : left + 600] = (*random.integers(0, 255, 3), 255)
        top, left = random.integers(50, 850), random.integers(50, 1250)
        art[top : top + 1100, left : left + 1100] = random.integers(0, 256, (1100, 1100, 4), np.uint8)
        path = folder / f"Design {number + 1:03}.png"
        pyvips.Image.new_from_array(art, interpretation="srgb").pngsave(str(path), compression=1, filter="none")
        paths.append(path)
    return paths


def run(browser: Browser, folder: Path, files: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Sizes in MB, times in seconds unless named otherwise."""
    tell(f"draws {files} files")
    paths = draw(folder / "designs", files)
    with Site(folder / "drop home") as site, owner_browser(browser, site) as context:
        page = context.new_page()
        page.goto("/upload")
        expect(page.get_by_text("Drop designs here")).to_be_visible()
        idle = site.resident()
        tell("drops them")
        page.evaluate(_FIELD)
        page.get_by_test_id("held-for-drop").set_input_files(paths)
        begin_trace(page)
        page.evaluate(_DROP)
        expect(page.get_by_role("button", name=f"Upload {files} designs")).to_be_visible()
        page.get_by_text(TEMPLATE, exact=True).click()
        with Peak(site.resident) as sending:
            began = time.perf_counter()
            page.get_by_role("button", name=f"Upload {files} designs").click()
            _until(page, r"files are there|taken in|stored")
            sent = time.perf_counter() - began
        on_the_way = main_thread(page)
        with Peak(site.resident) as taking:
            _until(page, r"^\d+ stored")
            answered = time.perf_counter() - began
        whole = {**end_trace(page), **main_thread(page)}
        outcome = page.get_by_role("region", name=f"Upload for {TEMPLATE}").get_by_role("status").inner_text()
        return {
            "files": files,
            "bytes_mb": round(sum(path.stat().st_size for path in paths) / 1e6, 1),
            "outcome": outcome,
            "sent_s": round(sent, 1),
            "answered_s": round(answered, 1),
            **{f"sending_{name}": value for name, value in on_the_way.items()},
            **whole,
            **page_memory(page),
            "server_idle_mb": round(idle / 1e6, 1),
            "server_peak_sending_mb": round(sending.most / 1e6, 1),
            "server_peak_taking_in_mb": round(taking.most / 1e6, 1),
            "server_peak_by_thirds_mb": [round(one / 1e6) for one in taking.thirds()],
            "server_after_mb": round(site.resident() / 1e6, 1),
        }


def _until(page: Page, words: str) -> None:
    """Until the upload's sentence says so; long, since a batch takes minutes on a small machine."""
    page.wait_for_function(
        """([name, words]) => [...document.querySelectorAll(`section[aria-label="${name}"] [role=status]`)]
           .some((one) => new RegExp(words).test(one.textContent))""",
        arg=[f"Upload for {TEMPLATE}", words],
        timeout=600_000,
        polling=200,
    )
