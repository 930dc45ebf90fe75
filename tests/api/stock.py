"""A shop with something of everything: designs, a refused copy, a look-alike, a mockup set, rendered mockups."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from printdock.designs.ingest import Report, ingest
from printdock.imaging.types import Fit, Recipe
from printdock.mockups.pack import read_pack
from printdock.mockups.render import render_batch
from printdock.mockups.sets import import_pack
from printdock.mockups.types import MockupSet
from printdock.shops.queries import Shop
from printdock.templates.queries import Template, add_template
from tests.api.conftest import Api, Script
from tests.designs.conftest import art
from tests.mockups.conftest import MANIFEST, write_folder

SMALL = Recipe(2.0, 2.0, dpi=150, fit=Fit.CONTAIN)


@dataclass
class Stock:
    """The shop ``My Shop`` of ``api``. ``report``: what became of fox, fern, fox again (duplicate), fox cut (similar)."""

    api: Api
    shop: Shop
    template: Template
    report: Report
    mockup_set: MockupSet
    folder: Path

    def script(self, *scopes: Any) -> Script:
        return self.api.script(*scopes, shop=self.shop.name)

    @property
    def designs(self) -> list[str]:
        """Ids of the stored designs, oldest first."""
        return [entry["design"] for entry in self.report.files if entry["outcome"] == "stored"]


def draw(folder: Path, name: str, seed: int, *, level: int = 1, cut: int = 0) -> Path:
    """A design of its own for every seed; ``level`` gives other bytes of the same art, ``cut`` px are cut off."""
    pixels = art(seed)
    rows, columns = (np.flatnonzero((pixels[:, :, 3] > 2).any(axis=axis)) for axis in (1, 0))
    pixels = pixels[rows[0] + cut : rows[-1] + 1, columns[0] + cut : columns[-1] + 1]
    ok, data = cv2.imencode(".png", cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGBA2BGRA),
                            [cv2.IMWRITE_PNG_COMPRESSION, level])  # fmt: skip
    assert ok
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data.tobytes())
    return folder / name


def fill(api: Api, folder: Path, shop_name: str = "My Shop", *, mockups: bool = True) -> Stock:
    """Make everything in the shop."""
    services, shop = api.services, api.shop(shop_name)
    with services.database.write() as connection:
        template = add_template(connection, shop, "Small", SMALL, api.clock())
    sources = [draw(folder, "fox.png", 3), draw(folder, "fern.png", 11), draw(folder, "fox again.png", 3, level=9)]
    sources.append(draw(folder, "fox cut.png", 3, cut=5))
    report = ingest(services.upload(template, report=lambda event: None), sources)
    outcomes = [entry["outcome"] for entry in report.files]
    assert outcomes == ["stored", "stored", "duplicate", "stored"], report.files
    assert report.files[3]["similar_to"] == report.files[0]["design"]
    pack = read_pack(write_folder(folder / "pack", MANIFEST.replace("Poster 18x24", "Small")))
    done = import_pack(services.database, services.storage, shop, pack, api.clock())
    if mockups:
        plan = services.mockup_plan(shop, done.mockup_set.name, numbers=[report.files[0]["number"]])
        rendered = render_batch(services.mockup_batch(report=lambda progress: None), plan)
        assert rendered.failed == 0, rendered.mockups
    return Stock(api, shop, template, report, done.mockup_set, folder)


@pytest.fixture
def stock(api: Api, tmp_path: Path) -> Stock:
    """Once on each database."""
    return fill(api, tmp_path / "stock")


@pytest.fixture
def small_stock(small_api: Api, tmp_path: Path) -> Iterator[Stock]:
    """On SQLite."""
    yield fill(small_api, tmp_path / "stock")


def zipped(folder: Path, top: str = "") -> bytes:
    """The folder as a ZIP file, all below ``top``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, top + path.relative_to(folder).as_posix())
    return out.getvalue()


def pages(call: Script, path: str, **query: Any) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = call("GET", path, params={**query, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found
        assert page["items"], json.dumps(page)
