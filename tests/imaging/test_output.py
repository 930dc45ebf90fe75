"""Mockups as files: format, byte limit, thumbnails."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from printdock.errors import InputRefused
from printdock.imaging.output import WORST_QUALITY, Output, PictureFormat, encode, thumbnail
from printdock.imaging.types import Pixels


def picture(width: int = 400, height: int = 300, grain: float = 6) -> Pixels:
    y, x = np.mgrid[0:height, 0:width]
    value = np.stack([x * 255 / width, y * 255 / height, 128 + 100 * np.sin(x / 7)], axis=-1)
    value += np.random.default_rng(0).normal(0, grain, value.shape)
    return np.clip(np.round(value), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("kind, most", [(PictureFormat.JPEG, 6), (PictureFormat.WEBP, 8), (PictureFormat.PNG, 0)])
def test_formats(kind: PictureFormat, most: float) -> None:
    pixels = picture()
    encoded = encode(pixels, Output(kind))
    image = Image.open(io.BytesIO(encoded.data))
    assert (image.format, image.mode, image.size) == (kind.name, "RGB", (400, 300))
    assert np.abs(np.asarray(image).astype(int) - pixels).mean() <= most
    assert encode(pixels, Output(kind)) == encoded
    assert not image.getexif() and "icc_profile" not in image.info


def test_jpeg_is_progressive_and_red_stays_red() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, ::2] = (255, 0, 0)
    image = Image.open(io.BytesIO(encode(pixels, Output()).data))
    assert image.info.get("progressive") == 1
    assert np.abs(np.asarray(image).astype(int) - pixels).max() < 40


@pytest.mark.parametrize("kind", [PictureFormat.JPEG, PictureFormat.WEBP])
@pytest.mark.parametrize("share", [0.95, 0.6, 0.35])
def test_a_byte_limit_lowers_quality_only_as_far_as_needed(kind: PictureFormat, share: float) -> None:
    pixels = picture()
    limit = int(len(encode(pixels, Output(kind)).data) * share)
    found = encode(pixels, Output(kind, max_bytes=limit))
    assert len(found.data) <= limit and WORST_QUALITY <= found.quality < 95
    assert found.data == encode(pixels, Output(kind, found.quality)).data
    assert len(encode(pixels, Output(kind, found.quality + 1)).data) > limit


@pytest.mark.parametrize("kind", list(PictureFormat))
def test_a_limit_that_cannot_be_met_is_refused(kind: PictureFormat) -> None:
    with pytest.raises(InputRefused) as refusal:
        encode(picture(), Output(kind, max_bytes=500))
    assert refusal.value.code == "output_too_large"


def test_thumbnails() -> None:
    small = thumbnail(picture(), 100)
    assert small.shape == (75, 100, 3)
    assert np.abs(small.mean(axis=(0, 1)) - picture().mean(axis=(0, 1))).max() < 1
    assert thumbnail(small, 400) is small
