"""What each page costs somebody who was never here, and somebody who was: bytes, and when it is there and quiet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from bench.pages_site import owner_browser
from tests.browser.routes import ROUTES
from tests.browser.site import Site
from tests.browser.stock import design_ids, stock

#: As Lighthouse's phone: a slow 4G line and a processor four times slower.
_SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
_SLOWER = 4

#: Milliseconds without a request after which a page is taken for loaded.
_QUIET_MS = 1500

_SIZES = """
() => performance.getEntriesByType("resource").filter((one) => !one.name.includes("/api/"))
  .map((one) => [one.encodedBodySize, one.transferSize])
"""


def run(browser: Browser, folder: Path, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """A row a page. Sizes in kB as they cross the line (compressed), times in milliseconds."""
    with Site(folder / "loads home") as site:
        stock(site, folder / "loads")
        with site.owner() as owner:
            ids = {"design": design_ids(owner)[-1], "upload": owner.get("/api/v1/uploads").json()["items"][-1]["id"]}
        rows = []
        for name, route in {"start": "/", **ROUTES}.items():
            rows.append(_row(browser, site, name, route.format(**ids)))
            tell(f"  {rows[-1]}")
        return rows


def _row(browser: Browser, site: Site, name: str, route: str) -> dict[str, Any]:
    with owner_browser(browser, site) as context:
        first = _visit(context, route)
        again = _visit(context, route)
    with owner_browser(browser, site, viewport={"width": 375, "height": 812}) as context:
        slow = _visit(context, route, slow=True)
    return {
        "page": name,
        "first_kb": first["kb"],
        "requests": first["requests"],
        "again_kb": again["sent_kb"],
        "lcp_ms": first["lcp"],
        "shift": first["shift"],
        "blocked_ms": first["blocked"],
        "phone_lcp_ms": slow["lcp"],
        "phone_shift": slow["shift"],
        "phone_blocked_ms": slow["blocked"],
        "not_kept": sorted({*first["not_kept"]}),
        "complaints": first["complaints"] + again["complaints"] + slow["complaints"],
    }


def _visit(context: BrowserContext, route: str, *, slow: bool = False) -> dict[str, Any]:
    page = context.new_page()
    complaints: list[str] = []
    not_kept: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("response", lambda answer: not_kept.append(answer.url) if _is_lost(answer) else None)
    if slow:
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", _SLOW)
        session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    page.goto(route)
    expect(page.locator("main h1, main h2").first).to_be_visible(timeout=60_000)
    _until_quiet(page)
    sizes = page.evaluate(_SIZES)
    long, lcp, shift = page.evaluate("() => [meter.long, meter.lcp, meter.shift]")
    page.close()
    return {
        "kb": round(sum(body for body, _sent in sizes) / 1e3, 1),
        "sent_kb": round(sum(sent for _body, sent in sizes) / 1e3, 1),
        "requests": len(sizes),
        "lcp": round(lcp),
        "shift": round(shift, 3),
        "blocked": round(sum(max(0, one - 50) for one in long)),
        "not_kept": not_kept,
        "complaints": complaints,
    }


def _is_lost(answer: Response) -> bool:
    """An asset that the browser may not keep for ever."""
    return "/assets/" in answer.url and "immutable" not in answer.headers.get("cache-control", "")


def _until_quiet(page: Page) -> None:
    """The stream of events stays open, so that "no request at all" never comes."""
    page.wait_for_function(
        f"""() => performance.now() - Math.max(...performance.getEntriesByType("resource")
            .filter((one) => !one.name.includes("/events")).map((one) => one.responseEnd)) > {_QUIET_MS}""",
        timeout=60_000,
        polling=100,
    )
