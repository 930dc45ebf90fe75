"""The seller's own words about designs, taken in as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from printdock.designs.queries import find_design
from printdock.listings.subject import find_subjects
from printdock.listings.templates import set_own_words
from printdock.shops.queries import Shop
from printdock.templates.queries import Template


def take_words(
    connection: Connection, shop: Shop, product: Template | None, rows: Sequence[tuple[str, Mapping[str, str]]]
) -> None:
    """Keep the words of each row. ``product``: whose numbers the keys are, where they are numbers.

    Raises `UsageError` for a design that there is none of, or that several could be.
    """
    for key, given in rows:
        if product is not None and key.isdigit() and len(key) < 10:
            design = find_subjects(connection, product, numbers=[int(key)])[0].design
        else:
            design = find_design(connection, shop, key)
        set_own_words(connection, shop, design, given)
