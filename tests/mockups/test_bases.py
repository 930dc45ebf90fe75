"""Bases made ready: bounded in bytes, each made once while it fits, shared by batches, the nearest used first."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from printdock.errors import InputRefused, PrintdockError
from printdock.mockups.bases import Bases
from printdock.mockups.kept import Kept
from printdock.mockups.types import LoadedPicture, SetPicture
from printdock.rendering.render import prepare
from tests.designs.conftest import art
from tests.mockups.studio import COLOURS, Studio, base, quick

PICTURES = [
    SetPicture(str(index), index, hashlib.sha256(bytes([index])).digest(), tuple(c.name for c in COLOURS))
    for index in range(6)
]


def _bases(limit: int, kept: Kept | None = None, longest_side: int = 200) -> tuple[Bases, list[int]]:
    loads: list[int] = []

    def load(picture: SetPicture) -> LoadedPicture:
        loads.append(picture.index)
        return base(picture.index % 3, coloured=True)

    return Bases(Kept(limit) if kept is None else kept, load, longest_side), loads


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


def test_batches_share_what_is_kept() -> None:
    kept = Kept(10**9)
    first, loads = _bases(0, kept)
    found = first.get(PICTURES[0], "Black")
    second, loads_of_second = _bases(0, kept)
    assert second.get(PICTURES[0], "Black") is found
    assert (len(loads), len(loads_of_second)) == (1, 0)
    assert second.found_share == 1.0
    assert first.found_share == 0.0


def test_another_size_is_another_base() -> None:
    kept = Kept(10**9)
    large = _bases(0, kept, 200)[0].get(PICTURES[0], None)
    small = _bases(0, kept, 100)[0].get(PICTURES[0], None)
    assert large.photo.shape[1] == 200
    assert small.photo.shape[1] == 100


def test_what_could_not_be_loaded_is_tried_once_by_each_batch() -> None:
    tries: list[int] = []

    def load(picture: SetPicture) -> LoadedPicture:
        tries.append(picture.index)
        if len(tries) == 1:
            raise InputRefused("The photo is damaged.", code="damaged")
        return base(0, coloured=False)

    kept = Kept(10**9)
    first = Bases(kept, load, 200)
    for _ in range(3):
        with pytest.raises(InputRefused):
            first.get(PICTURES[0], None)
    assert len(tries) == 1
    Bases(kept, load, 200).get(PICTURES[0], None)
    assert len(tries) == 2, "it was mended meanwhile"


def test_an_unknown_colour_is_refused() -> None:
    with pytest.raises(PrintdockError, match="Pink"):
        _bases(10**9)[0].get(PICTURES[0], "Pink")


def test_with_a_cache_too_small_the_bases_at_hand_go_first(studio: Studio) -> None:
    for seed in range(3, 11):
        studio.add(art(seed))
    one = Bases(Kept(10**9), lambda picture: base(0, coloured=False), 200)
    one.get(PICTURES[0], None)
    pictures = studio.mockup_set.pictures[:2]  # two bases, room for one
    report = studio.render(
        studio.plan(pictures=pictures), bases=Kept(int(1.5 * one.used)), limits=quick(workers=1, memory_bytes=1)
    )
    assert report.rendered == 20
    assert len(studio.loads) <= 11, "one of the two is at hand when a design begins; going round and round needs 20"
