"""The near-duplicate index in both databases: what it must find however many designs are like the newcomer."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from uuid import UUID

import numpy as np
from sqlalchemy import func, insert, select
from uuid_utils.compat import uuid7

from printdock.db.tables import bands, coarse_pictures, designs, fingerprints
from printdock.dedupe.nearest import Candidate, Near, nearest
from printdock.designs import index
from printdock.imaging.fingerprint import Fingerprint, fingerprint
from printdock.imaging.types import Pixels

from .conftest import Library, art, now

IN_ONE_LAYOUT = 600


def numbered(number: int) -> Pixels:
    """One layout; the number is a row of small blocks that a signature does not show."""
    picture = art(1, 320)
    picture[-24:, :] = 0
    for bit in range(11):
        if number >> bit & 1:
            picture[-14:-6, 40 + 20 * bit : 52 + 20 * bit] = (60, 60, 60, 255)
    picture[-3:, ::4] = (60, 60, 60, 255)
    return picture


@cache
def in_one_layout(count: int) -> list[Fingerprint]:
    """Designs with the signatures of the first, and each its own coarse picture."""
    prints = [fingerprint(numbered(number)) for number in range(count)]
    return [Fingerprint(prints[0].signatures, one.coarse, one.aspect) for one in prints]


def remember(library: Library, prints: list[Fingerprint], moment: datetime) -> list[UUID]:
    keys = [uuid7() for _ in prints]
    with library.database.write() as connection:
        rows = [{"id": key, "shop_id": library.shop.id, "name": "made", "created_at": moment} for key in keys]
        connection.execute(insert(designs), rows)
        index.remember(connection, library.shop, dict(zip(keys, prints, strict=True)))
    return keys


def test_the_same_look_is_found_among_thousands_in_one_layout(library: Library) -> None:
    prints = in_one_layout(IN_ONE_LAYOUT)
    keys = remember(library, prints, now())
    chosen = [0, 201, 350, IN_ONE_LAYOUT - 1]  # first, last and between, in the order of the index and of the ids
    with library.database.read() as connection:
        found = index.candidates(connection, library.shop, [prints[number] for number in chosen])
    for number, met in zip(chosen, found, strict=True):
        assert len(met) <= index.MAX_CANDIDATES < IN_ONE_LAYOUT
        assert nearest(prints[number], met, 1)[0].id == keys[number]


def test_a_full_band_gives_the_nearest_on_both_sides(library: Library) -> None:
    """Detail that differs in one bit from the newcomer's (its digest too): found, though every band is full."""
    prints = in_one_layout(IN_ONE_LAYOUT)
    keys = remember(library, prints, now())
    with library.database.read() as connection:
        for number in (3, 300, 550):
            one = prints[number]
            [without] = index.candidates(connection, library.shop, [one])
            assert len({met.id for met in without}) > 2 * index.MAX_PER_SIDE  # other orders in other bands
            near = {met.id for met in nearest_by_brute_force(one, keys, prints, 8)}
            assert len(near & {met.id for met in without}) >= 4


def nearest_by_brute_force(
    one: Fingerprint, keys: list[UUID], prints: list[Fingerprint], count: int
) -> list[Near[UUID]]:
    everything = [Candidate.of(key, other) for key, other in zip(keys, prints, strict=True)]
    return nearest(one, everything, count)


def test_other_shops_and_forgotten_designs_are_not_found(library: Library) -> None:
    one = fingerprint(art(3))
    [key] = remember(library, [one], now())
    other = type(library.shop)(library.shop.id + 1, "Other")
    with library.database.write() as connection:
        assert [met.id for met in index.candidates(connection, library.shop, [one])[0]] == [key]
        assert index.stored_fingerprints(connection, library.shop, [key]) == {key: one}
        assert index.candidates(connection, other, [one]) == [[]]
        index.forget(connection, other, [key])
        assert index.candidates(connection, library.shop, [one])[0] != []
        index.forget(connection, library.shop, [key])
        assert index.candidates(connection, library.shop, [one]) == [[]]
        for table in (bands, fingerprints, coarse_pictures):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_a_plain_sheet_is_found_by_its_look(library: Library) -> None:
    """Solid art has no signature: no view shows anything but its outline."""
    black, red = (fingerprint(np.full((90, 60, 4), ink, np.uint8)) for ink in ((0, 0, 0, 255), (200, 0, 0, 255)))
    assert black.signatures == red.signatures == ()
    [key, _] = remember(library, [black, red], now())
    with library.database.read() as connection:
        found = index.candidates(connection, library.shop, [black])[0]
        assert [met.id for met in found] == [key] == [near.id for near in nearest(black, found, 5)]
        assert index.candidates(connection, library.shop, []) == []
