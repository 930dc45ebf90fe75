"""Fingerprints, bands and ranking."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from printdock.dedupe.bands import BAND_BITS, BANDS, TAIL_BITS, Probe, probes, shortlist, stored_bands
from printdock.dedupe.detail import DETAIL_BYTES, detail_of
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


def bands_of(one: Fingerprint) -> list[int]:
    return stored_bands(one.signatures, detail_of(one))


def probes_of(one: Fingerprint) -> list[Probe]:
    return probes(one.signatures, detail_of(one))


def meet(newcomer: Fingerprint, stored: Fingerprint) -> bool:
    return any(probe.low <= band <= probe.high for probe in probes_of(newcomer) for band in bands_of(stored))


def without_margins(one: Fingerprint) -> Fingerprint:
    return Fingerprint.from_bytes(one.to_bytes())


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
    stored, wanted = bands_of(one), probes_of(one)
    assert all(-(2**63) <= band < 2**63 for band in stored) and stored == sorted(set(stored))
    assert all(-(2**63) <= p.low <= p.key <= p.high < 2**63 for p in wanted)
    assert len(stored) <= 3 * BANDS + 1 and set(stored) <= {probe.key for probe in wanted}
    assert (len(stored) > 1) == bool(one.signatures)
    assert {probe.key for probe in probes_of(without_margins(one))} == set(stored)
    assert len(detail_of(one)) == DETAIL_BYTES


@RELAXED
@given(looks())
def test_the_coarse_picture_is_lossless(look: np.ndarray) -> None:
    """Where nothing is resized: a picture of the coarse size comes back as it was."""
    small = np.ascontiguousarray(np.resize(look, (64, 64, 4)))
    small[0, 0] = 0
    small[1, 1:40] = 0  # cut out, so it keeps its box
    assert np.array_equal(unpack_coarse(fingerprint(small).coarse).pixels, small)


def test_art_that_no_view_shows_meets_only_the_same_look() -> None:
    for blank in (np.zeros((50, 50, 4), np.uint8), np.full((50, 50, 4), 255, np.uint8)):
        one = fingerprint(blank)
        assert one.signatures == () and bands_of(one) == [probe.key for probe in probes_of(one)]
        pool = [Candidate.of("other", fingerprint(art.picture())), Candidate.of("same", one)]
        assert [near.id for near in nearest(one, pool, 5)] == ["same"]


def test_black_and_white_ink_have_different_views() -> None:
    black, white = (fingerprint(art.recoloured(art.picture(), ink)) for ink in ((0, 0, 0), (255, 255, 255)))
    assert {s.view for s in black.signatures} == {View.WHITE}
    assert {s.view for s in white.signatures} == {View.BLACK}
    assert not meet(white, black)


@pytest.mark.parametrize("kind", COPIES)
def test_copies_are_found(kind: str) -> None:
    original, other = fingerprint(art.dated("Est. 2019")), fingerprint(art.picture(seed=9))
    copy = fingerprint(COPIES[kind](art.dated("Est. 2019")))
    assert meet(copy, original)
    ranked = nearest(copy, [Candidate.of("other", other), Candidate.of("original", original)], 5)
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
    flipped_bands = [band for band in bands_of(flipped) if band >= 0]  # not the one of the same look
    assert all(any(p.low <= band <= p.high for p in probes_of(one)) for band in flipped_bands)
    assert not any(p.low <= band <= p.high for p in probes_of(without_margins(one)) for band in flipped_bands)


@pytest.mark.parametrize("limit", [0, 1, 3, 30])
def test_ranking_is_by_distance_and_limited(limit: int) -> None:
    one = fingerprint(art.picture())
    pool = [Candidate.of(n, fingerprint(art.scaled(art.picture(), 1 - n / 40))) for n in range(6)]
    ranked = nearest(one, pool, limit)
    assert len(ranked) <= limit
    assert ranked == nearest(one, pool, 30)[:limit]
    assert [n.id for n in ranked[:1]] == [0][:limit]


def test_no_candidates_and_no_views() -> None:
    one = fingerprint(art.picture())
    assert nearest(one, [], 5) == []
    assert nearest(one, [Candidate(1, b"", bytes(DETAIL_BYTES))], 5) == []
    assert nearest(fingerprint(np.zeros((9, 9, 4), np.uint8)), [Candidate.of(1, one)], 5) == []
    assert nearest(one, [Candidate.of(1, fingerprint(np.zeros((9, 9, 4), np.uint8)))], 5) == []


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02" * 40, b"\x01\x02" + b"\0" * 20])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        Fingerprint.from_bytes(data)
    with pytest.raises(ValueError):
        unpack_coarse(data)


def test_the_same_look_is_met_by_an_integer_of_its_own() -> None:
    one, other = fingerprint(art.dated("Est. 2019")), fingerprint(art.dated("Est. 2020"))
    own = [band for band in bands_of(one) if band < 0]
    assert len(own) == 1 and own != [band for band in bands_of(other) if band < 0]
    assert Probe(own[0], own[0], own[0]) in probes_of(without_margins(one))


def test_detail_ranks_designs_with_the_same_signature() -> None:
    """A signature does not show a year in small print: the copy's own comes first however many come before it."""
    stored = {year: fingerprint(art.dated(f"Est. {year}")) for year in range(1980, 2020)}
    same = stored[1980].signatures
    pool = [Candidate.of(year, Fingerprint(same, one.coarse, one.aspect)) for year, one in stored.items()]
    for year in (1980, 1999, 2019):
        newcomer = Fingerprint(same, stored[year].coarse, stored[year].aspect)
        assert nearest(newcomer, pool, 1)[0].id == year


def test_a_short_list_keeps_the_nearest_detail_and_the_same_look() -> None:
    key = 5 << TAIL_BITS | 0b1111
    met = [(key, key ^ far, name) for name, far in (("three", 0b111), ("one", 0b1), ("two", 0b11))]
    assert set(shortlist(met, 3)) == {"three", "one", "two"}
    assert shortlist(met, 2) == ["one", "two"]
    assert shortlist([*met, (-7, -7, "same look")], 1) == ["same look"]
    assert shortlist([*met, *[(key, key ^ 0b111, "three")] * 3], 1) == ["three"]  # met by more bands


def test_a_band_is_in_order_of_detail() -> None:
    """The same leading bits, ordered by what follows them: what makes a look-up take the nearest of a full band."""
    one = fingerprint(art.picture())
    low = Probe(0, 0, 0)
    for probe in probes_of(one):
        if probe.key >= 0:
            assert probe.high - probe.low == 2**TAIL_BITS - 1 and probe.low > low.low
            assert (probe.key >> TAIL_BITS) & (2**BAND_BITS - 1) == (probe.low >> TAIL_BITS) & (2**BAND_BITS - 1)
            low = probe


def test_ink_near_the_threshold_may_count_or_not() -> None:
    """Compression decides anew whether a faint part belongs to the ink: one of the variants is cut as the other was."""
    drawn = art.blank(400, 400)
    cv2.circle(drawn, (200, 240), 120, (220, 90, 90, 255), -1)
    cv2.circle(drawn, (200, 240), 60, (255, 220, 220, 255), -1)
    found = []
    for level in (70, 82):  # the strongest ink is about 229, a third of it 76
        stem = cv2.rectangle(drawn.copy(), (190, 10), (210, 130), (level, level, level, 255), -1)
        found.append(fingerprint(art.flattened(stem, 0)))
    faint, clear = found
    own = {one.bits for one in clear.signatures}
    assert faint.signatures[-1].bits not in own
    closest = min(
        sum((a ^ b).bit_count() for a, b in zip(one.bits, other, strict=True))
        for one in faint.variants
        for other in own
    )
    assert closest < 20
