"""A browser for the measurements of the pages, and what is measured inside it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

import psutil
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.site import Site

#: A laptop's window, px.
WINDOW = {"width": 1440, "height": 900}

#: Watches the main thread from the first moment: tasks of over 50 ms (what browsers call long), gaps between frames,
#: what is painted last and largest, what jumps. `meter.reset()` forgets all but the paints.
METER = """
(() => {
  const meter = { long: [], gap: 0, frames: 0, lcp: 0, shift: 0, reset() { this.long = []; this.gap = 0; this.frames = 0; } };
  const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
    .observe({ type, buffered: true });
  watch("longtask", (one) => meter.long.push(one.duration));
  watch("largest-contentful-paint", (one) => { meter.lcp = one.startTime; });
  watch("layout-shift", (one) => { if (!one.hadRecentInput) meter.shift += one.value; });
  let last = 0;
  const frame = (now) => {
    if (last) meter.gap = Math.max(meter.gap, now - last);
    last = now;
    meter.frames += 1;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  globalThis.meter = meter;
})();
"""


@contextmanager
def owner_browser(browser: Browser, site: Site, **options: Any) -> Iterator[BrowserContext]:
    """A browser that was never here, with the owner's session and the `METER`."""
    context = browser.new_context(**{"base_url": site.address, "viewport": WINDOW, **options})
    with site.owner() as client:
        jar = client.cookies.jar
        context.add_cookies([{"name": one.name, "value": one.value or "", "url": site.address} for one in jar])
    context.add_init_script(METER)
    try:
        yield context
    finally:
        context.close()


def main_thread(page: Page) -> dict[str, Any]:
    """What the main thread did since the meter was reset, milliseconds."""
    long, gap = page.evaluate("() => [meter.long, meter.gap]")
    return {
        "longest_task_ms": round(max(long, default=0)),
        "tasks_over_100_ms": sum(one > 100 for one in long),
        "tasks_over_50_ms": len(long),
        "longest_gap_ms": round(gap),
    }


def begin_trace(page: Page) -> None:
    """Note every task of the browser's threads until `end_trace`."""
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["toplevel"])


def end_trace(page: Page) -> dict[str, Any]:
    """The main thread's longest tasks, by the processor's time: other programs of the machine do not count, as they do
    in what the page itself measures. Of the page whose main thread did most."""
    browser = page.context.browser
    assert browser is not None
    events = json.loads(browser.stop_tracing())["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one.get("name") == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    spent: dict[tuple[int, int], list[float]] = {}
    for one in events:
        thread = (one["pid"], one["tid"])
        if thread in mains and one["name"] == "ThreadControllerImpl::RunTask" and "tdur" in one:
            spent.setdefault(thread, []).append(one["tdur"] / 1e3)
    busiest = max(spent.values(), key=sum, default=[])
    return {
        "longest_task_cpu_ms": round(max(busiest, default=0)),
        "tasks_over_100_ms_cpu": sum(one > 100 for one in busiest),
    }


def page_memory(page: Page) -> dict[str, float]:
    """The page's heap after a collection of garbage, and the memory of the largest of the browser's page processes
    that were started by this program, MB."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    session.detach()
    sizes = [_own_bytes(one) for one in psutil.Process().children(recursive=True) if _draws_pages(one)]
    return {"heap_mb": round(usage["usedSize"] / 1e6, 1), "page_process_mb": round(max(sizes, default=0) / 1e6, 1)}


def _draws_pages(process: psutil.Process) -> bool:
    try:
        return "--type=renderer" in process.cmdline()
    except psutil.Error:
        return False


def _own_bytes(process: psutil.Process) -> int:
    """Without what it shares with others, such as the program itself."""
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0


@dataclass
class Peak:
    """The most that ``measure`` answered while it was entered."""

    measure: Callable[[], int]
    most: int = 0
    seen: list[int] = field(default_factory=list)  # in order, one look each twentieth of a second
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def thirds(self) -> list[int]:
        """The most in the first third of the time, in the second and in the last: equal ones are a plateau."""
        size = max(1, -(-len(self.seen) // 3))
        return [max(self.seen[at : at + size], default=0) for at in (0, size, 2 * size)]

    def _look(self) -> None:
        while not self._over.is_set():
            with suppress(psutil.Error):  # a process of it has just ended
                self.seen.append(self.measure())
                self.most = max(self.most, self.seen[-1])
            time.sleep(0.05)
