"""A library in a temporary folder, and pictures drawn for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from uuid_utils.compat import uuid7

from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.designs.decisions import Desk
from printdock.designs.ingest import Report, ingest
from printdock.designs.item import Duplicates, Event, Limits, Upload
from printdock.designs.lease import new_owner
from printdock.imaging.types import Fit, Pixels, Recipe
from printdock.shops.queries import Shop, ensure_shop
from printdock.storage.local import LocalStorage
from printdock.storage.spool import Spool
from printdock.templates.queries import Template, add_template

SMALL = Recipe(2.0, 2.0, dpi=150, fit=Fit.CONTAIN)


@dataclass
class Library:
    """One shop with one small template, and what ingests into it."""

    database: Database
    storage: LocalStorage
    spool: Spool
    root: Path
    shop: Shop
    template: Template

    def upload(self, **changes: Any) -> Upload:
        values: dict[str, Any] = {
            "id": uuid7(), "template": self.template, "owner": new_owner(), "database": self.database,
            "storage": self.storage, "spool": self.spool, "limits": Limits(), "duplicates": Duplicates.ON,
            "dry_run": False, "clock": now, "report": _silent, "stop": threading.Event(),
        }  # fmt: skip
        return Upload(**values | changes)

    def ingest(self, *paths: Path, **changes: Any) -> Report:
        return ingest(self.upload(**changes), paths)

    def desk(self, **changes: Any) -> Desk:
        values: dict[str, Any] = {
            "shop": self.shop, "database": self.database, "storage": self.storage, "clock": now, "by": "Rose"
        }  # fmt: skip
        return Desk(**values | changes)

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())


def now() -> datetime:
    return datetime.now(UTC)


def _silent(event: Event) -> None:
    pass


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Library]:
    database = Database(database_url)
    ready(database)
    with database.write() as connection:
        shop = ensure_shop(connection, "My Shop", now())
        template = add_template(connection, shop, "Small", SMALL, now())
    root = tmp_path / "nas"
    yield Library(database, LocalStorage(root), Spool(tmp_path / "spool"), root, shop, template)
    database.close()


def art(seed: int, size: int = 400) -> Pixels:
    """A design of its own for every seed: bold shapes on transparent, RGBA, size x size."""
    random = np.random.default_rng(seed)
    canvas = np.zeros((size, size, 4), np.uint8)
    for _ in range(9):
        centre = tuple(int(v) for v in random.integers(size // 5, size * 4 // 5, 2))
        colour = (*(int(v) for v in random.integers(20, 235, 3)), 255)
        if random.random() < 0.5:
            cv2.circle(canvas, centre, int(random.integers(size // 20, size // 6)), colour, -1, cv2.LINE_AA)
        else:
            axes = tuple(int(v) for v in random.integers(size // 30, size // 5, 2))
            cv2.ellipse(canvas, centre, axes, float(random.integers(180)), 0, 360, colour, -1, cv2.LINE_AA)
    return canvas


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., Path]:
    """``draw("name.png", seed)`` writes a design and answers its path; ``level`` makes other bytes of the same art."""
    folder = tmp_path / "designs"
    folder.mkdir()

    def write(name: str, seed: int, level: int = 1, pixels: Pixels | None = None) -> Path:
        picture = art(seed) if pixels is None else pixels
        path = folder / name
        ok, data = cv2.imencode(
            ".png", cv2.cvtColor(picture, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, level]
        )
        assert ok
        path.write_bytes(data.tobytes())
        return path

    return write
