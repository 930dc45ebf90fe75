"""What is kept: bounded in bytes, the longest unused given up first, and all of it once nobody asks for it."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printdock.mockups.kept import Kept


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 60)), max_size=60), st.integers(1, 100))
def test_it_never_holds_more_than_its_limit_or_one_thing(asked: list[tuple[int, int]], limit: int) -> None:
    kept = Kept(limit)
    sizes: dict[int, int] = {}

    def make(key: int) -> tuple[str, int]:
        return f"thing {key}", sizes[key]

    for key, size in asked:
        sizes.setdefault(key, size)
        assert kept.get(key, partial(make, key)) == f"thing {key}"
        held = [sizes[one] for one in sizes if one in kept]
        assert key in kept
        assert kept.used == sum(held)
        assert kept.used <= limit or len(held) == 1


def test_those_asked_for_longest_ago_are_given_up_first() -> None:
    kept = Kept(3)
    for key in "abc":
        kept.get(key, lambda: (object(), 1))
    kept.get("a", lambda: (object(), 1))
    kept.get("d", lambda: (object(), 1))
    assert [key in kept for key in "abcd"] == [True, False, True, True]


def test_what_nobody_asked_for_in_a_while_is_given_up() -> None:
    now = 0.0
    kept = Kept(100, clock=lambda: now)
    kept.get("old", lambda: (object(), 7))
    kept.get("used again", lambda: (object(), 5))
    now = 50.0
    kept.get("used again", lambda: (object(), 5))
    assert kept.give_up_unused(60) == 0
    now = 60.0
    assert kept.give_up_unused(60) == 7
    assert ("old" in kept, "used again" in kept, kept.used) == (False, True, 5)
    now = 110.0
    assert kept.give_up_unused(60) == 5
    assert kept.used == 0


def test_what_could_not_be_made_is_tried_again() -> None:
    kept = Kept(100)

    def fail() -> tuple[str, int]:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        kept.get("a", fail)
    assert kept.get("a", lambda: ("there", 1)) == "there"
