"""Blend modes against the formulas of W3C Compositing and Blending Level 1, written here once more in float64."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from printdock.rendering.blend import over
from printdock.rendering.types import Blend, Polygon, PrintArea
from tests.rendering.scenes import shot

F = NDArray[np.float64]


def formula(mode: Blend, cb: F, cs: F) -> F:
    """B(cb, cs) of section 10.1."""
    match mode:
        case Blend.NORMAL:
            return cs + 0 * cb
        case Blend.MULTIPLY:
            return cb * cs
        case Blend.SCREEN:
            return cb + cs - cb * cs
        case Blend.OVERLAY:  # hard-light(cs, cb)
            twice = 2 * cb
            return np.where(cb <= 0.5, cs * twice, cs + (twice - 1) - cs * (twice - 1))
        case Blend.SOFT_LIGHT:
            d = np.where(cb <= 0.25, ((16 * cb - 12) * cb + 4) * cb, np.sqrt(cb))
            return np.where(cs <= 0.5, cb - (1 - 2 * cs) * cb * (1 - cb), cb + (2 * cs - 1) * (d - cb))


def composited(mode: Blend, cb: F, ab: F, cs: F, alpha: F) -> F:
    """co of section 9.1.4 with 10: premultiplied."""
    mixed = (1 - ab) * cs + ab * formula(mode, cb, cs)
    return alpha * mixed + (1 - alpha) * ab * cb


@pytest.mark.parametrize("mode", list(Blend))
@given(st.integers(0, 2**32 - 1))
def test_random_pixels_with_alpha_on_both_sides(mode: Blend, seed: int) -> None:
    random = np.random.default_rng(seed)
    cb, ab, cs, alpha = (random.integers(0, 256, 4096) / 255 for _ in range(4))
    found = over(mode, *(np.asarray(plane, np.float32) for plane in (cs * alpha, alpha, cb, ab)))
    assert np.abs(found - composited(mode, cb, ab, cs, alpha)).max() < 0.02 / 255


@pytest.mark.parametrize("mode", list(Blend))
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_random_pixels_through_the_renderer(mode: Blend, seed: int) -> None:
    random = np.random.default_rng(seed)
    photo = random.integers(0, 256, (60, 80, 4), np.uint8)
    photo[..., 3] = 255
    art = random.integers(0, 256, (60, 80, 4), np.uint8)
    square = Polygon(((0, 0), (80, 0), (80, 60), (0, 60)))
    picture = shot(photo, (PrintArea(square, blend=mode),), art)
    cb, cs, alpha = photo[..., :3] / 255, art[..., :3] / 255, art[..., 3:] / 255
    expected = composited(mode, cb, np.ones_like(cb), cs, alpha) * 255
    # Half a level each: of the premultiplied design and of the result.
    assert np.abs(picture - expected).max() <= 1.01


def test_opacity_is_a_share_of_alpha() -> None:
    photo = np.full((40, 40, 4), (200, 100, 50, 255), np.uint8)
    art = np.full((40, 40, 4), (0, 0, 250, 255), np.uint8)
    square = Polygon(((0, 0), (40, 0), (40, 40), (0, 40)))
    picture = shot(photo, (PrintArea(square, opacity=0.25),), art)
    assert np.abs(picture[20, 20] - np.array([150, 75, 100])).max() <= 1
