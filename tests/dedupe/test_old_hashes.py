"""The old system's hashes, against ImageHash itself."""

from __future__ import annotations

import imagehash
import numpy as np
import pytest
from PIL import Image

from printdock.dedupe.old_hashes import OldHashes, old_hashes, old_match, parse_hex, to_hex

from . import art

ORACLES = {
    "phash": imagehash.phash,
    "ahash": imagehash.average_hash,
    "dhash": imagehash.dhash,
    "whash": imagehash.whash,
}


def pictures() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    smooth = np.asarray(
        Image.fromarray(rng.integers(0, 256, (9, 14, 4), np.uint8), "RGBA").resize((380, 173), Image.Resampling.BICUBIC)
    )
    return {
        "noise": rng.integers(0, 256, (97, 211, 4), np.uint8),
        "smooth": smooth,
        "small": rng.integers(0, 256, (16, 17, 4), np.uint8),
        "art": art.picture(),
        "dated": art.dated("Est. 2019"),
        "flattened": art.flattened(art.picture()),
    }


@pytest.mark.parametrize("kind", ORACLES)
@pytest.mark.parametrize("name", pictures())
def test_bits_equal_imagehash(name: str, kind: str) -> None:
    pixels = pictures()[name]
    value = getattr(old_hashes(pixels), kind)
    assert to_hex(value) == str(ORACLES[kind](Image.fromarray(pixels, "RGBA"), hash_size=16))


def test_two_kinds_of_one_row_must_be_equal() -> None:
    new = old_hashes(pictures()["noise"])
    assert old_match(new, new)
    assert old_match(new, OldHashes(new.phash, None, new.dhash, None))
    assert not old_match(new, OldHashes(new.phash, None, None, None))
    assert not old_match(new, OldHashes(new.ahash, new.phash, new.whash, new.dhash))


def test_flat_hashes_are_no_evidence() -> None:
    """Every black design on transparent ground had these."""
    black = art.recoloured(art.picture(), (0, 0, 0))
    found = old_hashes(black)
    assert found.ahash == 0 and found.dhash == 0
    assert not old_match(found, found)


def test_hex_is_read_back() -> None:
    value = old_hashes(pictures()["noise"]).phash
    assert value is not None and parse_hex(to_hex(value)) == value
    assert parse_hex(None) is None and parse_hex("  ") is None
    with pytest.raises(ValueError):
        parse_hex("ff")
    with pytest.raises(ValueError):
        parse_hex("z" * 64)
