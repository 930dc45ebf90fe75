"""The cache of bases: bounded in bytes, each made once while it fits, the nearest used first."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from printdock.errors import PrintdockError
from printdock.mockups.bases import Bases
from printdock.mockups.types import LoadedPicture, SetPicture
from printdock.rendering.render import prepare
from tests.designs.conftest import art
from tests.mockups.studio import COLOURS, Studio, base, quick

PICTURES = [
    SetPicture(str(index), index, hashlib.sha256(bytes([index])).digest(), tuple(c.name for c in COLOURS))
    for index in range(6)
]


def _bases(limit: int) -> tuple[Bases, list[int]]:
    loads: list[int] = []

    def load(picture: SetPicture) -> LoadedPicture:
        loads.append(picture.index)
        return base(picture.index % 3, coloured=True)

    return Bases(load, 200, limit), loads


def test_it_never_keeps_more_than_its_limit() -> None:
    one = _bases(10**9)[0]
    one.get(PICTURES[0], None)
    bases, loads = _bases(3 * one.used + 10)
    for picture in (*PICTURES, *PICTURES):
        bases.get(picture, None)
        assert bases.used <= 3 * one.used + 10
    assert len(loads) > len(PICTURES), "some were given up and loaded again"


def test_a_base_larger_than_the_limit_is_kept_alone() -> None:
    bases, loads = _bases(1)
    for _ in range(3):
        bases.get(PICTURES[0], None)
    bases.get(PICTURES[1], None)
    assert loads == [0, 1]


def test_many_threads_make_each_base_once() -> None:
    bases, loads = _bases(10**9)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda at: bases.get(PICTURES[at % 6], None), range(48)))
    assert sorted(loads) == list(range(6))
    assert all(found[at] is found[at % 6] for at in range(48))


@pytest.mark.parametrize("colour", [None, "Black", "Sand"])
def test_a_colour_is_what_preparing_in_it_makes(colour: str | None) -> None:
    bases, loads = _bases(10**9)
    loaded = base(0, coloured=True)
    expected = prepare(loaded.base, loaded.photo, colour=colour, longest_side=200)
    found = bases.get(PICTURES[0], colour)
    assert np.array_equal(found.photo, expected.photo)
    assert len(loads) == 1
    bases.get(PICTURES[0], "Sand")
    assert len(loads) == 1, "another colour is not another base"


def test_an_unknown_colour_is_refused() -> None:
    with pytest.raises(PrintdockError, match="Pink"):
        _bases(10**9)[0].get(PICTURES[0], "Pink")


def test_with_a_cache_too_small_the_bases_at_hand_go_first(studio: Studio) -> None:
    for seed in range(3, 11):
        studio.add(art(seed))
    one = Bases(lambda picture: base(0, coloured=False), 200, 10**9)
    one.get(PICTURES[0], None)
    pictures = studio.mockup_set.pictures[:2]  # two bases, room for one
    report = studio.render(
        studio.plan(pictures=pictures), cache_bytes=int(1.5 * one.used), limits=quick(workers=1, memory_bytes=1)
    )
    assert report.rendered == 20
    assert len(studio.loads) <= 11, "one of the two is at hand when a design begins; going round and round needs 20"
