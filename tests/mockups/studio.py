"""A shop with print files and a set of base images made by code, and what renders mockups of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.db.tables import designs, mockups, print_files
from printdock.designs.item import Limits
from printdock.errors import InputRefused, PrintdockError
from printdock.imaging.codec import encode_png
from printdock.imaging.types import Fit, Pixels, Recipe
from printdock.mockups.batch import Batch
from printdock.mockups.kept import Kept
from printdock.mockups.plan import Plan, find_print_files, make_plan
from printdock.mockups.render import Report, render_batch
from printdock.mockups.types import LoadedPicture, MockupSet, SetPicture
from printdock.rendering.types import BaseImage, Colour, Garment, Polygon, PrintArea, Quad
from printdock.shops.queries import Shop, ensure_shop
from printdock.storage.base import Storage
from printdock.storage.local import LocalStorage
from printdock.templates.queries import Template, add_template, recipe_data
from tests.designs.conftest import art

SMALL = Recipe(2.0, 2.0, dpi=150, fit=Fit.CONTAIN)
SIDE = 200
COLOURS = (Colour("Black", (30, 30, 30)), Colour("Sand", (200, 180, 140)))


def now() -> datetime:
    return datetime.now(UTC)


def base(index: int, coloured: bool) -> LoadedPicture:
    """A photo of one tone with one area: a polygon on even ones, a quad on odd ones."""
    photo = np.full((150, SIDE, 4), 255, np.uint8)
    photo[..., :3] = 60 + 40 * index
    box = ((50.0, 20.0), (150.0, 25.0), (145.0, 120.0), (52.0, 118.0))
    shape = Quad(box) if index % 2 else Polygon(box)
    garment = Garment(np.full((150, SIDE), 255, np.uint8), COLOURS) if coloured else None
    return LoadedPicture(BaseImage(SIDE, 150, (PrintArea(shape),), garment), photo)


@dataclass
class Studio:
    """One shop, one template, one set, in-memory base images; ``loads`` counts how often each was asked for."""

    database: Database
    storage: Storage
    shop: Shop
    template: Template
    root: Path
    pictures: dict[str, LoadedPicture | PrintdockError]
    mockup_set: MockupSet
    loads: list[str] = field(default_factory=list)

    def load(self, storage: Storage, mockup_set: MockupSet, picture: SetPicture, /) -> LoadedPicture:
        self.loads.append(picture.name)
        found = self.pictures[picture.name]
        if isinstance(found, PrintdockError):
            raise found
        return found

    def add(self, pixels: Pixels, *, state: str = "stored", keep: bool = True, **changes: Any) -> int:
        """A print file as ingest leaves it, with ``changes`` to its row; answers its number."""
        data = encode_png(pixels, SMALL.dpi)
        with self.database.write() as connection:
            taken = select(print_files.c.number).order_by(print_files.c.number.desc()).limit(1)
            number = (connection.execute(taken).scalar() or 899) + 1
            design = uuid7()
            connection.execute(insert(designs).values(id=design, shop_id=self.shop.id, name="x", created_at=now()))
            row = {
                "id": uuid7(), "shop_id": self.shop.id, "template_id": self.template.id, "design_id": design,
                "number": number, "path": self.template.path(number), "state": state, "recipe": recipe_data(SMALL),
                "width": pixels.shape[1], "height": pixels.shape[0], "dpi": 150, "bytes": len(data),
                "sha256": hashlib.sha256(data).digest(), "created_at": now(), "stored_at": now(),
            }  # fmt: skip
            connection.execute(insert(print_files).values(row | changes))
        if keep:
            self.storage.put(row["path"], data)
        return number

    def plan(self, numbers: Sequence[int] | None = None, colours: Sequence[str] | None = None, **changes: Any) -> Plan:
        with self.database.read() as connection:
            files = find_print_files(connection, self.template, numbers)
        return make_plan(replace(self.mockup_set, **changes), self.template, files, colours)

    def batch(self, **changes: Any) -> Batch:
        return Batch(self.database, self.storage, self.load, changes.pop("bases", Kept(10**9)), now, **changes)

    def render(self, plan: Plan | None = None, **changes: Any) -> Report:
        return render_batch(self.batch(**changes), self.plan() if plan is None else plan)

    def files(self) -> dict[str, Path]:
        """Files below the Mockups folder, by name relative to it."""
        folder = self.root / self.shop.name / "Mockups"
        return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}

    def rows(self) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(select(mockups).order_by(mockups.c.path)))


MakeStudio = Callable[..., Studio]


@pytest.fixture
def make_studio(tmp_path: Path) -> Iterator[MakeStudio]:
    made: list[Studio] = []

    def make(database_url: str, storage: Storage | None = None, root: Path | None = None, pictures: int = 3) -> Studio:
        database = Database(database_url)
        ready(database)
        with database.write() as connection:
            shop = ensure_shop(connection, "My Shop", now())
            template = add_template(connection, shop, "UVDTF 16oz", SMALL, now())
        root = tmp_path / "nas" if root is None else root
        names = [f"base {index}" for index in range(pictures)]
        loaded: dict[str, LoadedPicture | PrintdockError] = {
            name: base(index, index == 2) for index, name in enumerate(names)
        }
        colours = tuple(colour.name for colour in COLOURS)
        chosen = tuple(
            SetPicture(name, index, hashlib.sha256(name.encode()).digest(), colours if index == 2 else ())
            for index, name in enumerate(names)
        )
        mockup_set = MockupSet(uuid7(), shop, "Mugs", None, chosen, longest_side=SIDE)
        made.append(Studio(database, storage or LocalStorage(root), shop, template, root, loaded, mockup_set))
        return made[-1]

    yield make
    for studio in made:
        studio.database.close()


@pytest.fixture
def studio(make_studio: MakeStudio, database_url: str) -> Studio:
    """SQLite and PostgreSQL, with a folder: two designs, three bases of which the last comes in two colours."""
    found = make_studio(database_url)
    found.add(art(1))
    found.add(art(2))
    return found


def refusal(code: str) -> PrintdockError:
    return InputRefused("It cannot be used.", code=code)


def quick(**changes: Any) -> Limits:
    return replace(Limits(workers=2, transfers=2), **changes)
