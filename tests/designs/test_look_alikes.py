"""A design that was stored as a look-alike: its original speaks for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from tests.designs.conftest import Library, art

Draw = Callable[..., Path]


def trimmed(seed: int) -> np.ndarray:
    pixels = art(seed)
    rows, columns = (np.flatnonzero((pixels[:, :, 3] > 2).any(axis=axis)) for axis in (1, 0))
    return np.ascontiguousarray(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def cropped(pixels: np.ndarray, px: int = 5) -> np.ndarray:
    return np.ascontiguousarray(pixels[px:, px:])


def dated(seed: int, text: str) -> np.ndarray:
    """The art with a line of 8 px beneath."""
    pixels = trimmed(seed)
    tall = np.vstack([pixels, np.zeros((14, pixels.shape[1], 4), np.uint8)])
    cv2.putText(tall, text, (60, tall.shape[0] - 2), cv2.FONT_HERSHEY_DUPLEX, 0.35, (20, 20, 20, 255), 1, cv2.LINE_AA)
    return tall


def with_star(pixels: np.ndarray) -> np.ndarray:
    out = pixels.copy()
    inked = np.argwhere(out[:, :, 3] > 250)
    y, x = (int(v) for v in np.median(inked, axis=0))
    cv2.circle(out, (x, y), 14, (255, 255, 255, 255), -1, cv2.LINE_AA)
    cv2.circle(out, (x, y), 8, (0, 0, 0, 255), -1, cv2.LINE_AA)
    return out


def test_a_variant_of_the_original_is_not_flagged_for_a_crop_of_it(library: Library, draw: Draw) -> None:
    original = trimmed(1)
    first = library.ingest(draw("original.png", 0, pixels=original)).files[0]
    crop = library.ingest(draw("crop.png", 0, pixels=cropped(original))).files[0]
    assert crop["outcome"] == "stored" and crop["similar_to"] == first["design"]
    variant = library.ingest(draw("variant.png", 0, pixels=with_star(original))).files[0]
    assert variant["outcome"] == "stored" and variant["similar_to"] is None
    # A variant that is cropped the same way shows nothing that the stored crop lacks but its star.
    both = library.ingest(draw("both.png", 0, pixels=cropped(with_star(original)))).files[0]
    assert both["similar_to"] == variant["design"]


def test_another_year_is_not_flagged_for_a_crop_that_lost_its_year(library: Library, draw: Draw) -> None:
    original = dated(4, "Est. 2018")
    crop = np.ascontiguousarray(original[: trimmed(4).shape[0], 7:])
    first, second = library.ingest(draw("a.png", 0, pixels=original), draw("b.png", 0, pixels=crop)).files
    assert second["similar_to"] == first["design"]
    variant = library.ingest(draw("c.png", 0, pixels=dated(4, "Est. 2025"))).files[0]
    assert variant["outcome"] == "stored" and variant["similar_to"] is None


def test_another_crop_is_flagged_as_like_the_original(library: Library, draw: Draw) -> None:
    original = trimmed(2)
    paths = [draw("a.png", 0, pixels=original), draw("b.png", 0, pixels=cropped(original))]
    paths.append(draw("c.png", 0, pixels=cropped(original, 7)))
    first, second, third = library.ingest(*paths).files  # also while all are in one upload
    assert second["similar_to"] == first["design"]
    assert third["similar_to"] == first["design"]


def test_a_look_alike_saved_again_is_refused_as_itself(library: Library, draw: Draw) -> None:
    original = trimmed(3)
    library.ingest(draw("original.png", 0, pixels=original))
    crop = library.ingest(draw("crop.png", 0, pixels=cropped(original))).files[0]
    again = library.ingest(draw("crop again.png", 0, level=9, pixels=cropped(original))).files[0]
    assert again["outcome"] == "duplicate" and again["duplicate_of"] == crop["design"]
