"""A shop with something of everything: designs, a refused copy, a look-alike, a mockup set, rendered mockups."""

from __future__ import annotations

import io
import json
import shutil
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
from printdock.settings import Settings
from printdock.shops.queries import Shop
from printdock.templates.queries import Template, add_template
from printdock.wiring import Services, open_services
from tests.api.conftest import Api, Script, running
from tests.designs.conftest import art
from tests.mockups.conftest import MANIFEST, write_folder
from tests.services.postgres import Postgres

SMALL = Recipe(2.0, 2.0, dpi=150, fit=Fit.CONTAIN)


@dataclass(frozen=True)
class Filled:
    """What was made. ``report``: what became of fox, fern, fox again (duplicate), fox cut (similar); ``folder``: of them."""

    shop: Shop
    template: Template
    report: Report
    mockup_set: MockupSet
    folder: Path

    @property
    def designs(self) -> list[str]:
        """Ids of the stored designs, oldest first."""
        return [entry["design"] for entry in self.report.files if entry["outcome"] == "stored"]


@dataclass(frozen=True, kw_only=True)
class Stock(Filled):
    """The shop ``My Shop`` of ``api``."""

    api: Api

    def script(self, *scopes: Any) -> Script:
        return self.api.script(*scopes, shop=self.shop.name)


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


def fill(services: Services, folder: Path, shop_name: str = "My Shop", *, mockups: bool = True) -> Filled:
    """Make everything in the shop."""
    shop = services.shop(shop_name)
    with services.database.write() as connection:
        template = add_template(connection, shop, "Small", SMALL, services.clock())
    sources = [draw(folder, "fox.png", 3), draw(folder, "fern.png", 11), draw(folder, "fox again.png", 3, level=9)]
    sources.append(draw(folder, "fox cut.png", 3, cut=5))
    report = ingest(services.upload(template, report=lambda event: None), sources)
    outcomes = [entry["outcome"] for entry in report.files]
    assert outcomes == ["stored", "stored", "duplicate", "stored"], report.files
    assert report.files[3]["similar_to"] == report.files[0]["design"]
    pack = read_pack(write_folder(folder / "pack", MANIFEST.replace("Poster 18x24", "Small")))
    done = import_pack(services.database, services.storage, shop, pack, services.clock())
    if mockups:
        plan = services.mockup_plan(shop, done.mockup_set.name, numbers=[report.files[0]["number"]])
        rendered = render_batch(services.mockup_batch(report=lambda progress: None), plan)
        assert rendered.failed == 0, rendered.mockups
    return Filled(shop, template, report, done.mockup_set, folder)


@dataclass(frozen=True)
class Kept:
    """A home and a database with everything, to be copied for each test."""

    home: Path
    database: str
    filled: Filled


#: What was made, by kind of database: modules that import the fixtures have each its own, of one home.
_KEPT: dict[str, Kept] = {}


def _keep(folder: Path, database: str) -> Kept:
    home = folder / "home"
    settings = Settings(PRINTDOCK_HOME=home, DATABASE_URL=database)
    with open_services(settings) as services:
        services.secret.key("files")
        return Kept(home, database, fill(services, folder / "stock"))


@pytest.fixture(scope="session")
def kept_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    if "sqlite" not in _KEPT:
        folder = tmp_path_factory.mktemp("kept-sqlite")
        _KEPT["sqlite"] = _keep(folder, f"sqlite:///{folder / 'home' / 'printdock.db'}")
    return _KEPT["sqlite"]


@pytest.fixture(scope="session")
def kept_postgresql(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Kept:
    if "postgresql" not in _KEPT:
        _KEPT["postgresql"] = _keep(tmp_path_factory.mktemp("kept-postgresql"), postgres.create_database())
    return _KEPT["postgresql"]


@pytest.fixture(params=["sqlite", "postgresql"])
def stock(
    request: pytest.FixtureRequest, kept_sqlite: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stock]:
    """Once on each database."""
    if request.param == "sqlite":
        yield from _on_sqlite(kept_sqlite, tmp_path, monkeypatch)
        return
    kept, postgres = request.getfixturevalue("kept_postgresql"), request.getfixturevalue("postgres")
    url = postgres.create_database(like=kept.database)
    yield from _stocked(kept, url, tmp_path, monkeypatch)
    postgres.drop_database(url)


@pytest.fixture
def small_stock(kept_sqlite: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stock]:
    """On SQLite."""
    yield from _on_sqlite(kept_sqlite, tmp_path, monkeypatch)


def _on_sqlite(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stock]:
    yield from _stocked(kept, f"sqlite:///{tmp_path / 'home' / 'printdock.db'}", tmp_path, monkeypatch)


def _stocked(kept: Kept, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stock]:
    home = tmp_path / "home"
    shutil.copytree(kept.home, home)
    monkeypatch.setenv("PRINTDOCK_HOME", str(home))
    for api in running(url, home, monkeypatch):
        yield Stock(**vars(kept.filled), api=api)


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
