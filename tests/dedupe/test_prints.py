"""The same print, pixel by pixel."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from printdock.dedupe.prints import SAME_PRINT, largest_difference


def a_print(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (700, 300, 4)).astype(np.uint8)


def test_a_print_does_not_differ_from_itself() -> None:
    assert largest_difference(a_print(), a_print()) == 0


@given(st.integers(0, 699), st.integers(0, 299), st.integers(0, 2), st.integers(SAME_PRINT + 1, 100))
def test_one_pixel_of_ink_is_enough_to_differ(row: int, column: int, channel: int, by: int) -> None:
    ours, theirs = a_print(), a_print()
    for one in (ours, theirs):
        one[row, column] = (100, 100, 100, 255)
    theirs[row, column, channel] += by
    assert largest_difference(ours, theirs) == by


def test_colour_under_nothing_does_not_count() -> None:
    ours, theirs = a_print(), a_print()
    ours[:50, :, 3] = theirs[:50, :, 3] = 0
    theirs[:50, :, :3] = 0
    assert largest_difference(ours, theirs) == 0


def test_prints_of_other_sizes_differ() -> None:
    assert largest_difference(a_print(), a_print()[1:]) == 255
