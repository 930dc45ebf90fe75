"""Fingerprints, bands and ranking."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from printdock.dedupe.bands import BAND_BITS, BANDS, probe_bands, stored_bands
from printdock.dedupe.nearest import Candidate, nearest
from printdock.imaging.fingerprint import (
    SIGNATURE_BYTES,
    Fingerprint,
    View,
    fingerprint,
    parse_signatures,
    unpack_coarse,
)

from . import art
from .test_rule import COPIES, looks

RELAXED = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@RELAXED
@given(looks())
def test_fingerprints_are_deterministic_and_survive_bytes(look: np.ndarray) -> None:
    one = fingerprint(look)
    assert one == fingerprint(look.copy())
    assert Fingerprint.from_bytes(one.to_bytes()) == one
    assert parse_signatures(one.signature_bytes()) == one.signatures
    assert len(one.signatures) <= 3 and all(len(s.bits) == SIGNATURE_BYTES for s in one.signatures)


@RELAXED
@given(looks())
def test_bands_are_bounded_and_a_design_meets_itself(look: np.ndarray) -> None:
    one = fingerprint(look)
    stored, probes = stored_bands(one), probe_bands(one)
    assert all(0 <= band < 2**48 for band in stored + probes)
    assert len(stored) <= 3 * BANDS and set(stored) <= set(probes)
    assert bool(stored) == bool(one.signatures)
    again = Fingerprint.from_bytes(one.to_bytes())
    assert set(probe_bands(again)) == set(stored)


@RELAXED
@given(looks())
def test_the_coarse_picture_is_lossless(look: np.ndarray) -> None:
    """Where nothing is resized: a picture of the coarse size comes back as it was."""
    small = np.ascontiguousarray(np.resize(look, (64, 64, 4)))
    small[0, 0] = 0
    small[1, 1:40] = 0  # cut out, so it keeps its box
    assert np.array_equal(unpack_coarse(fingerprint(small).coarse).pixels, small)


def test_blank_art_has_no_bands() -> None:
    assert stored_bands(fingerprint(np.zeros((50, 50, 4), np.uint8))) == ()
    assert stored_bands(fingerprint(np.full((50, 50, 4), 255, np.uint8))) == ()


def test_black_and_white_ink_have_different_views() -> None:
    black, white = (fingerprint(art.recoloured(art.picture(), ink)) for ink in ((0, 0, 0), (255, 255, 255)))
    assert {s.view for s in black.signatures} == {View.WHITE}
    assert {s.view for s in white.signatures} == {View.BLACK}
    assert set(stored_bands(black)).isdisjoint(probe_bands(white))


@pytest.mark.parametrize("kind", COPIES)
def test_copies_are_found(kind: str) -> None:
    original, other = fingerprint(art.dated("Est. 2019")), fingerprint(art.picture(seed=9))
    copy = fingerprint(COPIES[kind](art.dated("Est. 2019")))
    assert not set(stored_bands(original)).isdisjoint(probe_bands(copy))
    ranked = nearest(
        copy, [Candidate("other", other.signature_bytes()), Candidate("original", original.signature_bytes())], 5
    )
    assert [near.id for near in ranked] == ["original"]


def test_a_design_found_by_one_weak_bit() -> None:
    """The weakest bit of every band flipped: only the further look-ups meet it."""
    one = fingerprint(art.picture())
    signature = one.signatures[0]
    assert signature.margins is not None
    bits = np.unpackbits(np.frombuffer(signature.bits, np.uint8))
    margins = np.abs(signature.margins)[: BANDS * BAND_BITS].reshape(-1, BAND_BITS)
    bits[np.arange(BANDS) * BAND_BITS + margins.argmin(axis=1)] ^= 1
    flipped = Fingerprint((type(signature)(signature.view, np.packbits(bits).tobytes()),), one.coarse, one.aspect)
    assert not set(stored_bands(flipped)).isdisjoint(probe_bands(one))
    assert set(stored_bands(flipped)).isdisjoint(stored_bands(one))


@pytest.mark.parametrize("limit", [0, 1, 3, 30])
def test_ranking_is_by_distance_and_limited(limit: int) -> None:
    one = fingerprint(art.picture())
    pool = [Candidate(n, fingerprint(art.scaled(art.picture(), 1 - n / 40)).signature_bytes()) for n in range(6)]
    ranked = nearest(one, pool, limit)
    assert len(ranked) <= limit
    assert [n.distance for n in ranked] == sorted(n.distance for n in ranked)


def test_no_candidates_and_no_views() -> None:
    one = fingerprint(art.picture())
    assert nearest(one, [], 5) == []
    assert nearest(one, [Candidate(1, b"")], 5) == []
    assert nearest(fingerprint(np.zeros((9, 9, 4), np.uint8)), [Candidate(1, one.signature_bytes())], 5) == []


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02" * 40, b"\x01\x02" + b"\0" * 20])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        Fingerprint.from_bytes(data)
    with pytest.raises(ValueError):
        unpack_coarse(data)
