"""Bands: the integers by which the index finds candidates.

A signature is cut into `BANDS` bands of `BAND_BITS` bits; a band equal in two designs makes them candidates. A newcomer
also looks up each band with its weakest bit flipped (multi-probe, after Lv et al.).

Below a band's bits the integer carries `TAIL_BITS` of the design's fine detail, other ones in every band. So a band that
thousands of designs in one layout share is in order of detail, another order in every band, and a look-up takes the
few nearest of each side instead of whichever come first (after Bawa et al., "LSH Forest"). The same look has one more,
negative integer of its own: it is met however full its bands are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from printdock.dedupe.detail import DETAIL_BITS, DETAIL_BYTES, DIGEST_BYTES
from printdock.imaging.fingerprint import SIGNATURE_BYTES, Signature, View

BAND_BITS = 24
BANDS = 16
TAIL_BITS = DETAIL_BITS // BANDS

_SHIFT = 2 ** np.arange(BAND_BITS - 1, -1, -1, dtype=np.int64)
_TAIL_SHIFT = 2 ** np.arange(TAIL_BITS - 1, -1, -1, dtype=np.int64)
_TAIL = (1 << TAIL_BITS) - 1

Id = TypeVar("Id")


@dataclass(frozen=True, slots=True)
class Probe:
    """Designs with an integer from ``low`` to ``high`` are candidates, the nearer to ``key`` the better."""

    low: int
    key: int
    high: int


def stored_bands(signatures: tuple[Signature, ...], detail: bytes) -> list[int]:
    """The integers (64 bits, signed, ascending, no repeats) to store with a design: at most 3 x `BANDS` + 1. Art that
    no view shows (a plain sheet) has the one of its look. ``detail``: `detail_of` the design."""
    if not signatures:
        return [same_look_key(detail)]
    return sorted({same_look_key(detail), *band_keys(*_rows(signatures, detail)).ravel().tolist()})


def band_keys(views: NDArray[np.uint8], bits: NDArray[np.uint8], details: NDArray[np.uint8]) -> NDArray[np.int64]:
    """`BANDS` integers a row: of n signatures, their views (n), bits (n x `SIGNATURE_BYTES`), details (n x
    `DETAIL_BYTES`)."""
    return _keys(views, _values(bits), details)


def same_look_key(detail: bytes) -> int:
    """The integer (negative) that only designs with the same look have."""
    return -1 - (int.from_bytes(detail[:DIGEST_BYTES]) >> 1)


def probes(signatures: tuple[Signature, ...], detail: bytes) -> list[Probe]:
    """What to look up for a newcomer. A signature read back from bytes has no margins: its own bands only."""
    same = same_look_key(detail)
    if not signatures:
        return [Probe(same, same, same)]
    views, bits, details = _rows(signatures, detail)
    values = _values(bits)
    keys = set(_keys(views, values, details).ravel().tolist())
    for row, signature in enumerate(signatures):
        if signature.margins is not None:
            weakest = np.abs(_cut(signature.margins)).argmin(axis=-1)
            flipped = values[row] ^ _SHIFT[weakest]
            keys |= set(_keys(views[row : row + 1], flipped[None], details[:1]).ravel().tolist())
    return [Probe(same, same, same), *(Probe(key & ~_TAIL, key, key | _TAIL) for key in sorted(keys))]


def shortlist(met: Iterable[tuple[int, int, Id]], limit: int) -> list[Id]:
    """At most ``limit`` of the designs met, each ``met`` being (the probe's key, the key found, design).

    Where there are more, those with the nearest detail over all the bands they were met by; the same look first.
    """
    score: dict[Id, int] = defaultdict(int)
    for probed, found, key in met:
        score[key] += TAIL_BITS * BANDS if found < 0 else TAIL_BITS + 1 - ((probed ^ found) & _TAIL).bit_count()
    if len(score) <= limit:
        return list(score)
    return sorted(score, key=score.__getitem__, reverse=True)[:limit]


def _rows(
    signatures: tuple[Signature, ...], detail: bytes
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    views = np.array([signature.view for signature in signatures], np.uint8)
    bits = np.frombuffer(b"".join(signature.bits for signature in signatures), np.uint8)
    details = np.broadcast_to(np.frombuffer(detail, np.uint8), (len(signatures), DETAIL_BYTES))
    return views, bits.reshape(len(signatures), SIGNATURE_BYTES), details


def _cut(bits: NDArray[np.generic]) -> NDArray[np.generic]:
    """`BANDS` x `BAND_BITS` of the leading bits."""
    return bits[..., : BANDS * BAND_BITS].reshape(*bits.shape[:-1], BANDS, BAND_BITS)


def _values(bits: NDArray[np.uint8]) -> NDArray[np.int64]:
    return np.asarray(_cut(np.unpackbits(bits, axis=-1)).astype(np.int64) @ _SHIFT)


def _keys(views: NDArray[np.uint8], values: NDArray[np.int64], details: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Class, then band number, then value, then tail."""
    sides = (views == View.BLACK).astype(np.int64)  # `ALPHA` and `WHITE` show the art on the same ground: they may meet
    both = details[:, DIGEST_BYTES:].reshape(len(details), 2, DETAIL_BITS // 8)
    tails = np.unpackbits(both[np.arange(len(sides)), sides], axis=-1).reshape(-1, BANDS, TAIL_BITS)
    bands = sides[:, None] * BANDS + np.arange(BANDS, dtype=np.int64)
    return np.asarray((((bands << BAND_BITS) | values) << TAIL_BITS) | (tails.astype(np.int64) @ _TAIL_SHIFT))
