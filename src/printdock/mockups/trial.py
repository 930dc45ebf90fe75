"""The art that a mockup is tried with in an editor: a stored design, or the test pattern."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from printdock.db.engine import Database
from printdock.db.tables import print_files
from printdock.errors import NotFound
from printdock.imaging.types import Recipe
from printdock.mockups.art import decode_art, read_art
from printdock.mockups.check import print_aspect
from printdock.mockups.easel import Easel
from printdock.mockups.plan import PrintFile, print_file_of
from printdock.rendering.design import Design
from printdock.shops.queries import Shop
from printdock.storage.base import Storage
from printdock.templates.queries import find_template


def print_file_to_try(database: Database, shop: Shop, design: UUID, template: str | None) -> PrintFile:
    """The design's stored print file for the template of that name, else its newest. Raises `NotFound`."""
    with database.read() as connection:
        own = None if template is None else find_template(connection, shop, template)
        wanted = select(print_files).where(
            print_files.c.shop_id == shop.id,
            print_files.c.design_id == design,
            print_files.c.state == "stored",
            print_files.c.sha256.is_not(None),
        )
        rows = connection.execute(wanted.order_by(print_files.c.id.desc()).limit(100)).all()
    if not rows:
        raise NotFound("The shop has no such design with a stored print file.", code="unknown_design")
    chosen = next((row for row in rows if own is not None and row.template_id == own.id), rows[0])
    return print_file_of(chosen)


def stored_design(easel: Easel, storage: Storage, file: PrintFile, max_pixels: int) -> Design:
    """The art of a print file, reduced, read once and kept. Raises as `art.read_art` and `art.decode_art`."""
    return easel.design(
        f"{file.sha256.hex()}{file.mirrored:d}{file.rotated:d}",
        lambda: decode_art(read_art(storage, file), file, max_pixels),
    )


def pattern_for(easel: Easel, recipe: Recipe | None) -> Design:
    """The test pattern in the proportions of the template's prints; square where those depend on the art."""
    return easel.pattern((None if recipe is None else print_aspect(recipe)) or 1.0)
