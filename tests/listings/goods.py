"""Designs with print files and mockups, written straight into the database and the storage."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert
from uuid_utils.compat import uuid7

from printdock.db.tables import designs, mockups, print_files
from printdock.storage.base import Storage
from printdock.templates.queries import Template

#: A listing template that has all it needs in the stand-in's shop.
TEMPLATE: dict[str, Any] = {
    "name": "Cup wraps", "product": "UVDTF 16oz", "title": "{prefix} {number} | {design} cup wrap",
    "description": "It's {design}.\nFor 16oz cups.", "tags": ["cup wrap", "uv dtf"], "alt_text": "{design}, {picture}",
    "sku": "UV-{number:05d}", "price": "3.50", "quantity": 5, "category": "Tumblers & Water Glasses",
    "section": "Cup wraps", "shipping_profile": "Standard", "return_policy": "no returns",
    "processing_profile": "ready_to_ship 1-2 days",
}  # fmt: skip


def stock(connection: Connection, storage: Storage, product: Template, numbers: range, pictures: int = 5) -> None:
    """One design for each number, with that many mockups."""
    for number in numbers:
        _one(connection, storage, product, number, pictures)


def _one(connection: Connection, storage: Storage, product: Template, number: int, pictures: int) -> None:
    now = datetime.now(UTC)
    shop, design, file = product.shop.id, uuid7(), uuid7()
    art = b"\x89PNG\r\n\x1a\n" + f"art {number}".encode()
    storage.put(product.path(number), art)
    connection.execute(insert(designs).values(id=design, shop_id=shop, name=f"Design {number}", created_at=now))
    connection.execute(
        insert(print_files).values(
            id=file, shop_id=shop, template_id=product.id, design_id=design, number=number, path=product.path(number),
            state="stored", width=100, height=100, dpi=300, bytes=len(art), sha256=hashlib.sha256(art).digest(),
            recipe={}, created_at=now, stored_at=now,
        )
    )  # fmt: skip
    for index in range(1, pictures + 1):
        data = picture(number, index)
        path = f"{product.shop.name}/Mockups/{product.name}/UV {number:03d}_{index}.jpg"
        storage.put(path, data)
        connection.execute(
            insert(mockups).values(
                id=uuid7(), shop_id=shop, template_id=product.id, design_id=design, print_file_id=file, set_name="Cups",
                picture=f"view {index}", picture_index=index, key=b"k" * 32, path=path, width=2000, height=1500,
                bytes=len(data), sha256=hashlib.sha256(data).digest(), rendered_at=now,
            )
        )  # fmt: skip


def picture(number: int, index: int, more: str = "") -> bytes:
    """What the mockup's file holds: told apart by the stand-in's digests."""
    return b"\xff\xd8\xff\xe0" + f"mockup {number} {index}{more}".encode()
