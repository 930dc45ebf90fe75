"""A shop without mockups in a temporary folder, and packs written for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.imaging.types import Pixels
from printdock.mockups.pack import Pack, read_pack
from printdock.mockups.sets import Imported, import_pack
from printdock.shops.queries import Shop, ensure_shop
from printdock.storage.local import LocalStorage
from tests.mockups.studio import make_studio, studio
from tests.services.ssh import openssh_factory, shared_openssh

__all__ = ["make_studio", "openssh_factory", "shared_openssh", "studio"]

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

MANIFEST = """\
# Kept as written.
name = "Wall"
template = "Poster 18x24"

[output]
format = "webp"
quality = 90
longest_side = 400

[watermark]
text = "SAMPLE"
place = "tiled"

[[picture]]
name = "Front"
file = "photos/front.png"

[[picture.area]]
kind = "quad"
name = "poster"
corners = [[50, 40], [350, 45],
  [345, 250], [52, 255]]
mask = "mask.png"
feather = 1.5
opacity = 0.9
blend = "multiply"
shading = 0.5
gloss = 0.25
displacement = "mask.png"
displacement_strength = 3

[picture.garment]
mask = "mask.png"
colours = {navy = "#1b2a49", "off white" = "#f0f0e8"}

[[picture]]
name = "Mug"
file = "photos/front.png"

[[picture.area]]
kind = "cylinder"
start = [200, 50]
end = [200, 250]
radius = 90
arc = 200
bulge = 10
"""


@dataclass
class Place:
    """One shop, its database and storage."""

    database: Database
    storage: LocalStorage
    root: Path
    shop: Shop

    def take(self, pack: Pack, name: str | None = None, now: datetime = NOW) -> Imported:
        return import_pack(self.database, self.storage, self.shop, pack, now, name=name)

    def files(self) -> dict[str, int]:
        """Every stored file and when it was written, ns."""
        there = [path for path in self.root.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.root)): path.stat().st_mtime_ns for path in there}


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    database = Database(database_url)
    ready(database)
    with database.write() as connection:
        shop = ensure_shop(connection, "My Shop", NOW)
    root = tmp_path / "nas"
    yield Place(database, LocalStorage(root), root, shop)
    database.close()


def photo(seed: int, width: int = 400, height: int = 300) -> Pixels:
    """Noise on a ramp, RGB."""
    ramp = np.linspace(90, 200, width, dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(seed).normal(0, 6, (height, width, 3))
    return np.asarray(np.clip(ramp + noise, 0, 255), np.uint8)


def write(path: Path, pixels: Pixels) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ok, data = cv2.imencode(path.suffix, pixels[..., ::-1] if pixels.ndim == 3 else pixels)
    assert ok
    path.write_bytes(data.tobytes())


def write_folder(folder: Path, manifest: str = MANIFEST, seed: int = 1) -> Path:
    """A pack's folder with two pictures."""
    mask = np.zeros((300, 400), np.uint8)
    cv2.rectangle(mask, (40, 30), (360, 270), 255, -1)
    write(folder / "photos" / "front.png", photo(seed))
    write(folder / "mask.png", mask)
    (folder / "mockup.toml").write_text(manifest)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "pack")


@pytest.fixture
def pack(folder: Path) -> Pack:
    return read_pack(folder)
