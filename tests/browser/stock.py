"""A shop with something on every page: designs, duplicates, look-alikes, mockups, jobs, people, keys."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import httpx
import pyvips

from printdock.demo import SAMPLES
from tests.browser.site import Site
from tests.services.forks import run_printdock

#: Enough for a page that is not empty.
FEW = ("Coffee Badge 2019.png", "Book Stack.png", "Wildflowers WHITE.png", "Coffee Badge 2019_FINAL.png")


def stock(site: Site, folder: Path, names: Iterable[str] = FEW) -> None:
    """Fill the running ``site``'s shop with the samples of these names, and what belongs to them."""
    designs = folder / "designs"
    designs.mkdir(parents=True)
    for name in SAMPLES:
        if name in names:
            (designs / name).write_bytes(SAMPLES[name](designs))
    cut(designs / "Book Stack.png", folder / "alike" / "Book Stack cut.png")
    printdock(site, "ingest", str(designs), "--template", "DTF Adult")
    printdock(site, "ingest", str(folder / "alike"), "--template", "DTF Adult")
    printdock(site, "ingest", str(designs / "Book Stack.png"), "--template", "Mug 11oz")
    with site.owner() as owner:
        owner.post("/api/v1/keys", json={"name": "NAS uploader", "scopes": ["read", "upload"]}).raise_for_status()
        owner.post("/api/v1/invitations", json={"email": "lily@example.com", "role": "member"}).raise_for_status()
        owner.post("/api/v1/library/verify", json={}).raise_for_status()


def show(site: Site, folder: Path, pack: str, mockup_set: str, numbers: Iterable[int]) -> None:
    """Import one of the demo's packs, and render on it the print files of these numbers."""
    printdock(site, "mockups", "import", str(folder / pack))
    with site.owner() as owner:
        asked = {"set": mockup_set, "numbers": list(numbers)}
        owner.post("/api/v1/mockups", json=asked).raise_for_status()


def cut(source: Path, to: Path) -> None:
    """The same art with a strip cut off: a look-alike."""
    to.parent.mkdir(parents=True, exist_ok=True)
    art = pyvips.Image.new_from_file(str(source))
    left, top, width, height = art.extract_band(3).find_trim(background=[0], threshold=10)
    strip = int(width * 0.04)
    art.crop(left + strip, top, width - strip, height).pngsave(str(to))


def design_ids(owner: httpx.Client) -> list[str]:
    """All designs, newest first."""
    return [one["id"] for one in owner.get("/api/v1/designs").json()["items"]]


def printdock(site: Site, *arguments: str) -> None:
    """Run a command in the site's home; files that are refused are no failure."""
    done = run_printdock(*arguments, "--home", str(site.home))
    assert done.returncode in (0, 3), done.stdout + done.stderr
