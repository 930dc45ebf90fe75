"""A shop that receives uploads, on each database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from printdock.shops.queries import Shop
from printdock.uploads import records
from printdock.uploads.place import Place, open_place
from printdock.uploads.types import Announced, Bounds, SentUpload
from tests.designs.conftest import Library, draw, library, now

__all__ = ["draw", "library"]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3


@dataclass
class Desk:
    """A library, and its incoming folder."""

    library: Library
    place: Place

    @property
    def shop(self) -> Shop:
        return self.library.shop

    def begin(self, *files: Announced, **changes: Any) -> SentUpload:
        given: dict[str, Any] = {
            "upload": uuid7(), "place": self.place.id, "by": "tester", "bounds": Bounds(100, 1_000_000),
            "skip_known": True, "now": now(), "expires_at": now() + timedelta(hours=1),
        }  # fmt: skip
        with self.library.database.write() as connection:
            begun = records.begin(connection, self.library.template, files, **given | changes)
        self.place.make(begun.id)
        return begun

    def receive(self, upload: UUID, position: int, data: bytes) -> None:
        """As if a client had sent it."""
        self.place.path(upload, position).write_bytes(data)
        with self.library.database.write() as connection:
            records.received(connection, self.shop, upload, position, now=now(), expires_at=now() + timedelta(hours=1))

    def outcomes(self, upload: SentUpload) -> list[str | None]:
        return [None if file.answer is None else file.answer["outcome"] for file in upload.files]


@pytest.fixture
def desk(library: Library, tmp_path: Path) -> Iterator[Desk]:
    yield Desk(library, open_place(tmp_path / "incoming"))


def announced(names: Sequence[str], size: int = len(PNG)) -> list[Announced]:
    return [Announced(name, size) for name in names]
