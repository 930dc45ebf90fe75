"""A draft as it is to be at Etsy: fields, pictures in order, digital file, SKU."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from printdock.etsy import inventory
from printdock.etsy.encode import Value


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a draft. ``key``: where it is stored; ``shared``: other drafts show it, too."""

    key: str
    alt_text: str
    sha256: bytes
    shared: bool = False

    @property
    def digest(self) -> bytes:
        """Of all that decides what Etsy gets. An alternative text can only be changed by uploading again."""
        return hashlib.sha256(self.sha256 + self.alt_text.encode()).digest()

    @property
    def name(self) -> str:
        return self.key.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class DigitalFile:
    """What buyers get. ``size``: bytes."""

    key: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Draft:
    """``fields``: as createDraftListing takes them."""

    fields: dict[str, Value]
    sku: str = ""
    pictures: tuple[Picture, ...] = ()
    file: DigitalFile | None = None

    @property
    def title(self) -> str:
        return str(self.fields["title"])

    def inventory(self) -> dict[str, Any]:
        """Price, quantity and SKU, which later changes have to go through."""
        readiness = self.fields.get("readiness_state_id")
        return inventory.single(
            sku=self.sku,
            price=Decimal(str(self.fields["price"])),
            quantity=int(str(self.fields["quantity"])),
            readiness_state_id=None if readiness is None else int(str(readiness)),
        )

    def as_dict(self) -> dict[str, Any]:
        """For people and programs: what would be sent."""
        shown: dict[str, Any] = {
            name: str(value) if isinstance(value, Decimal) else value for name, value in self.fields.items()
        }
        shown |= {"sku": self.sku, "pictures": [{"file": one.key, "alt_text": one.alt_text} for one in self.pictures]}
        return shown | {"file": self.file.name if self.file else None}
