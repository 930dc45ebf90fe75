"""Files that lie, are cut short, or would burst: refused by name, never half-decoded."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from printdock.errors import InputRefused
from printdock.imaging import codec
from printdock.imaging.codec import MAX_SIDE, decode, open_source, probe, whole
from printdock.imaging.prepare import prepare
from printdock.imaging.types import Recipe
from tests.imaging.art import badge, bomb, chunk, png, saved, with_png_size

ART = badge(320, 240)
PNG = png(ART)
RGB = Image.fromarray(ART).convert("RGB")
FILES = {
    "png": PNG,
    "jpeg": saved(RGB, "JPEG", quality=92),
    "progressive": saved(RGB, "JPEG", quality=92, progressive=True),
    "webp": saved(Image.fromarray(ART), "WEBP", lossless=True),
    "lossy webp": saved(Image.fromarray(ART), "WEBP", quality=90),
    "tiff": saved(Image.fromarray(ART), "TIFF"),
    "lzw": saved(Image.fromarray(ART), "TIFF", compression="tiff_lzw"),
    "gif": saved(RGB, "GIF"),
    "avif": saved(Image.fromarray(ART), "AVIF"),
}


def _refusal(data: bytes) -> str:
    with pytest.raises(InputRefused) as refusal:
        decode(data)
    assert refusal.value.remedy
    return refusal.value.code


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.99])
def test_truncated(name: str, share: float) -> None:
    data = FILES[name]
    assert _refusal(data[: max(16, int(len(data) * share))]) in ("damaged", "unsupported_format")


@pytest.mark.parametrize("missing", [1, 4, 11, 12, 13, 16, 20])
def test_png_cut_within_its_last_bytes(missing: int) -> None:
    assert _refusal(PNG[:-missing]) == "damaged"


def test_jpeg_cut_and_closed_again() -> None:
    data = FILES["jpeg"]
    assert _refusal(data[: len(data) // 2] + b"\xff\xd9") == "damaged"


def test_png_with_one_flipped_bit_anywhere_in_its_pixels() -> None:
    first = PNG.index(b"IDAT")
    for place in np.linspace(first, len(PNG) - 13, 60).astype(int):
        data = bytearray(PNG)
        data[place] ^= 0x10
        assert _refusal(bytes(data)) == "damaged", place


def test_png_header_with_a_wrong_checksum() -> None:
    assert _refusal(PNG[:29] + b"\0\0\0\0" + PNG[33:]) == "damaged"


def test_a_damaged_comment_is_no_damage() -> None:
    comment = bytearray(chunk(b"tEXt", b"Title\0x"))
    comment[-1] ^= 1
    assert decode(PNG[:33] + bytes(comment) + PNG[33:]).shape == ART.shape


@pytest.mark.parametrize("size", [(640, 240), (320, 480), (160, 240), (320, 120), (321, 240)])
def test_png_that_lies_about_its_size(size: tuple[int, int]) -> None:
    data = with_png_size(PNG, *size)
    try:
        got = decode(data)
    except InputRefused as refusal:
        assert refusal.code == "damaged"
    else:  # fewer rows than there are data for: what is said is there
        assert got.shape == (size[1], size[0], 4) and size[1] < 240


@pytest.mark.parametrize("size", [(0, 10), (10, 0)])
def test_png_of_no_size(size: tuple[int, int]) -> None:
    assert _refusal(with_png_size(PNG, *size)) == "damaged"


def test_empty() -> None:
    assert _refusal(b"") == "empty_file"


@pytest.mark.parametrize(
    "head", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBPVP8 ", b"II*\0", b"GIF89a"]
)
def test_nothing_behind_the_magic_bytes(head: bytes) -> None:
    assert _refusal(head) == "damaged"
    assert _refusal(head + bytes(200)) == "damaged"


def test_pixel_bomb_is_refused_from_its_header() -> None:
    data = bomb(20_000, 20_000)
    assert len(data) < 500_000
    tracemalloc.start()
    for call in (probe, decode, lambda d: prepare(d, Recipe(4, 4))):
        with pytest.raises(InputRefused) as refusal:
            call(data)
        assert refusal.value.code == "too_many_pixels"
        assert "20000 x 20000" in refusal.value.message
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_limits_are_arguments() -> None:
    with pytest.raises(InputRefused) as refusal:
        probe(PNG, max_pixels=320 * 240 - 1)
    assert refusal.value.code == "too_many_pixels"
    assert probe(PNG, max_pixels=320 * 240).width == 320


def test_a_side_too_long() -> None:
    with pytest.raises(InputRefused) as refusal:
        probe(with_png_size(PNG, MAX_SIDE + 1, 10))
    assert refusal.value.code == "too_large"


@pytest.mark.parametrize("name", ["progressive", "webp", "gif", "avif"])
def test_formats_decoded_in_one_piece_have_a_limit_of_their_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert probe(FILES[name]).width == 320
    monkeypatch.setattr(codec, "WHOLE_PIXELS", 320 * 240 - 1)
    with pytest.raises(InputRefused) as refusal:
        probe(FILES[name])
    assert refusal.value.code == "too_many_pixels" and "PNG" in refusal.value.remedy
    assert probe(FILES["png"]).width == probe(FILES["jpeg"]).width == probe(FILES["tiff"]).width == 320


def test_interlaced_png_has_that_limit_too() -> None:
    header = struct.pack(">IIBBBBB", 9000, 9000, 8, 6, 0, 0, 1)
    data = PNG[:8] + chunk(b"IHDR", header) + PNG[33:]
    with pytest.raises(InputRefused) as refusal:
        probe(data)
    assert refusal.value.code == "too_many_pixels" and "interlaced" in refusal.value.remedy


def test_random_bytes_behind_every_magic_are_refused_not_raised() -> None:
    random = np.random.default_rng(7)
    for data in FILES.values():
        for _ in range(40):
            bad = bytearray(data)
            start = int(random.integers(0, len(bad) - 8))
            bad[start : start + 8] = random.integers(0, 256, 8, np.uint8).tobytes()
            with contextlib.suppress(InputRefused):
                assert whole(open_source(bytes(bad))).shape[2] == 4
