"""The bounding box is exact, dirt does not defeat it, and legitimate dots are not dirt."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printdock.imaging.trim import Scan
from printdock.imaging.types import Box, Pixels
from tests.imaging.art import badge


def _scan(pixels: Pixels, threshold: int = 2, rows: int | None = None) -> Scan:
    scan = Scan(pixels.shape[1], pixels.shape[0], threshold)
    for top in range(0, pixels.shape[0], rows or pixels.shape[0]):
        scan.add(top, pixels[top : top + (rows or pixels.shape[0])])
    return scan


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 90),
    st.integers(1, 90),
    st.lists(st.tuples(st.integers(0, 89), st.integers(0, 89), st.integers(0, 255)), max_size=6),
    st.integers(0, 254),
    st.sampled_from([None, 8, 64]),
)
def test_box_is_the_box(
    width: int, height: int, dots: list[tuple[int, int, int]], threshold: int, rows: int | None
) -> None:
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., :3] = 99
    for x, y, alpha in dots:
        pixels[y % height, x % width, 3] = alpha
    y, x = np.nonzero(pixels[..., 3] > threshold)
    want = Box(int(x.min()), int(y.min()), int(np.ptp(x)) + 1, int(np.ptp(y)) + 1) if len(x) else None
    assert _scan(pixels, threshold, rows).box() == want


def test_alpha_of_one_and_two_is_nothing() -> None:
    pixels = np.zeros((100, 100, 4), np.uint8)
    pixels[40:60, 30:80] = 255
    pixels[0, 0, 3], pixels[99, 99, 3] = 1, 2
    assert _scan(pixels).box() == Box(30, 40, 50, 20)
    pixels[99, 99, 3] = 3
    assert _scan(pixels).box() == Box(30, 40, 70, 60)


def test_shares() -> None:
    pixels = np.zeros((80, 80, 4), np.uint8)
    pixels[:, :40, 3] = 255
    pixels[:, 40:50, 3] = 128
    scan = _scan(pixels)
    assert scan.semi_transparent == pytest.approx(0.2)
    assert not scan.all_opaque
    pixels[..., 3] = 255
    assert _scan(pixels).all_opaque


@cache
def _drawn(size: int) -> Pixels:
    pixels = np.zeros((size, size, 4), np.uint8)
    quarter = size // 4
    pixels[quarter : 3 * quarter, quarter : 3 * quarter] = badge(2 * quarter, 2 * quarter)
    return pixels


def _art(size: int) -> Pixels:
    return _drawn(size).copy()


@pytest.mark.parametrize("alpha", [3, 255])
@pytest.mark.parametrize("side", [1, 2])
@pytest.mark.parametrize("at", [(3, 5), (7, 7), (8, 8), (2990, 2991), (900, 4), (255, 2400)])
def test_planted_specks_are_found_and_left_out_of_the_box(alpha: int, side: int, at: tuple[int, int]) -> None:
    pixels = _art(3000)
    clean = _scan(pixels).box()
    pixels[at[0] : at[0] + side, at[1] : at[1] + side, 3] = alpha
    scan = _scan(pixels)
    assert scan.specks() == [Box(at[1], at[0], side, side)]
    assert scan.box(without=scan.specks()) == clean
    assert scan.box() != clean


def test_dots_that_belong_to_the_art_are_not_specks() -> None:
    pixels = _art(3000)
    box = _scan(pixels).box()
    assert box is not None
    pixels[box.y + box.height + 4, 1500] = 255  # nearer than a cell: an i-dot, a full stop
    cv2.circle(pixels, (200, 200), 6, (255, 255, 255, 255), -1)  # alone, but large enough to be meant
    assert _scan(pixels).specks() == []


def test_text_has_no_specks() -> None:
    pixels = np.zeros((1200, 3000, 4), np.uint8)
    for line, scale in enumerate((0.4, 0.6, 1, 2, 4)):
        origin = (60, 120 + line * 220)
        cv2.putText(pixels, "i. j! Mississippi, est. 1998: ...", origin, 0, scale, (0, 0, 0, 255), 1, cv2.LINE_AA)
    assert _scan(pixels).specks() == []


def test_a_texture_of_dots_is_not_dirt() -> None:
    pixels = _art(3000)
    pixels[100:700:20, 100:2900:20] = 255
    assert _scan(pixels).specks() == []


def test_a_speck_alone_is_the_art() -> None:
    pixels = np.zeros((3000, 3000, 4), np.uint8)
    pixels[1500, 1500] = 255
    assert _scan(pixels).specks() == []
    assert _scan(pixels).box() == Box(1500, 1500, 1, 1)


def test_nothing() -> None:
    scan = _scan(np.zeros((50, 70, 4), np.uint8))
    assert scan.box() is None and scan.specks() == [] and scan.semi_transparent == 0
