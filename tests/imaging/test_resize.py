"""Resizing: no halo, no shift, no copy of what need not change."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from printdock.imaging.resize import grow, premultiply, resize, shrink, unpremultiply
from tests.imaging.art import badge, disc, over, over_premultiplied

SIZES = [(37, 61), (150, 400), (400, 150), (201, 200), (333, 999), (800, 800), (100, 100), (13, 7)]


def test_premultiply_and_back_are_rounded_right() -> None:
    colour, alpha = np.meshgrid(np.arange(256), np.arange(256))
    pixels = np.stack([colour, colour, colour, alpha], axis=-1).astype(np.uint8)
    got = premultiply(pixels.copy())
    assert np.array_equal(got[..., 0], np.round(colour * alpha / 255)) and np.array_equal(got[..., 3], alpha)
    back = unpremultiply(pixels.copy())
    exact = np.where(alpha > 0, np.minimum(colour * 255 / np.maximum(alpha, 1), 255), 0)
    assert np.abs(back[..., 0] - exact).max() <= 0.5


def test_premultiply_works_in_place_on_a_part() -> None:
    pixels = disc(200, 100, (90, 120, 150))
    pixels[..., :3] = (90, 120, 150)  # also under the transparency
    part = pixels[20:80, 30:90]
    want = np.round(part[..., :3].astype(float) * part[..., 3:] / 255)
    assert premultiply(part) is part
    assert np.abs(part[..., :3] - want).max() <= 0.5
    assert (pixels[:20, :, 0] == 90).all() and (pixels[20:80, :30, 0] == 90).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hidden", [0, 255])
def test_white_ink_stays_white(size: tuple[int, int], hidden: int) -> None:
    art = disc(200, 200)
    art[art[..., 3] == 0, :3] = hidden
    got = unpremultiply(resize(premultiply(art), *size))
    assert got.shape == (size[1], size[0], 4)
    assert (got[got[..., 3] > 0, :3] == 255).all()
    assert (got[got[..., 3] == 0] == 0).all()
    assert (got[..., 3] > 0).any() and (got[..., 3] == 0).any()


@pytest.mark.parametrize("size", SIZES)
def test_flat_ink_keeps_its_colour(size: tuple[int, int]) -> None:
    art = disc(200, 200, (200, 40, 90))
    got = unpremultiply(resize(premultiply(art), *size)).astype(int)
    seen = got[got[..., 3] > 40, :3]
    assert np.abs(np.median(seen, axis=0) - (200, 40, 90)).max() <= 1
    assert np.abs(seen[:, 1] - 40).max() <= 16  # overshoot of the cubic, just inside the edge


@pytest.mark.parametrize("size", SIZES)
def test_no_shift(size: tuple[int, int]) -> None:
    """The centre of mass lies where it was, to a twentieth of an output pixel."""
    art = premultiply(badge(200, 200))
    got = resize(art.copy(), *size)
    for axis, length in ((1, size[0]), (0, size[1])):
        before = _centre(art[..., 3], axis) / 200
        after = _centre(got[..., 3], axis) / length
        assert abs(before - after) * length < 0.05 + 0.002 * length


def _centre(alpha: np.ndarray, axis: int) -> float:
    mass = alpha.sum(axis=1 - axis, dtype=float)
    return float((mass * (np.arange(len(mass)) + 0.5)).sum() / mass.sum())


@pytest.mark.parametrize("size", [(37, 61), (150, 120), (100, 300), (300, 100), (400, 400)])
def test_as_good_as_pillow(size: tuple[int, int]) -> None:
    art = badge(200, 200)
    got = resize(premultiply(art.copy()), *size)
    want = np.asarray(Image.fromarray(art).resize(size, Image.Resampling.BICUBIC))
    difference = np.abs(over_premultiplied(got, 255) - over(want, 255))
    assert float(difference.mean()) < 2.0


def test_an_axis_that_keeps_its_length_keeps_its_rows() -> None:
    stripes = np.zeros((64, 64, 4), np.uint8)
    stripes[::2] = 255
    got = resize(stripes, 30, 64)
    assert (got[::2] == 255).all() and (got[1::2] == 0).all()
    got = resize(stripes, 99, 64)
    assert (got[::2] == 255).all() and (got[1::2] == 0).all()


def test_nothing_to_do_costs_nothing() -> None:
    art = badge(64, 48)
    assert resize(art, 64, 48) is art
    assert shrink(art, 100, 100) is art
    assert grow(art, 64, 48) is art


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 3)])
def test_extremes(size: tuple[int, int]) -> None:
    for art in (
        np.full((1, 1, 4), 255, np.uint8),
        np.full((1, 3000, 4), 255, np.uint8),
        np.full((3000, 2, 4), 255, np.uint8),
    ):
        assert (resize(art, *size) == 255).all()
