"""Small pictures of art: as large as asked, transparent where the art is, without a halo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from printdock.errors import InputRefused
from printdock.imaging.codec import decode, encode_png
from printdock.imaging.small import art_thumbnail


def test_white_ink_stays_white_to_its_last_pixel() -> None:
    picture = np.zeros((900, 1200, 4), np.uint8)
    cv2.circle(picture, (600, 450), 400, (255, 255, 255, 255), -1)
    cv2.circle(picture, (600, 450), 200, (255, 255, 255, 90), -1)
    small = decode(art_thumbnail(encode_png(picture, 300), 400))
    assert small.shape == (300, 400, 4)
    seen = small[..., 3] > 20
    assert small[seen][:, :3].min() > 240
    reduced = cv2.resize(picture, (400, 300), interpolation=cv2.INTER_AREA)
    assert np.abs(reduced[..., 3].astype(int) - small[..., 3]).mean() < 1.5


def test_a_small_picture_is_not_enlarged_and_a_strip_not_lost() -> None:
    dot = np.full((30, 20, 4), 200, np.uint8)
    assert decode(art_thumbnail(encode_png(dot, 300), 400)).shape == (30, 20, 4)
    strip = np.full((2, 3000, 4), 200, np.uint8)
    assert decode(art_thumbnail(encode_png(strip, 300), 400)).shape == (1, 400, 4)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(InputRefused):
        art_thumbnail(b"no picture", 400)
