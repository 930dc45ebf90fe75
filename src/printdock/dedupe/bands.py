"""Bands: the integers by which the index finds candidates.

A signature is cut into `BANDS` bands of `BAND_BITS` bits. A stored design has one integer a band; a newcomer looks up
its own and those with its weakest bits flipped (multi-probe, after Lv et al.): more look-ups instead of more rows.
One equal integer makes a candidate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from printdock.imaging.fingerprint import Fingerprint, Signature, View

BAND_BITS = 22
BANDS = 12
#: Which of a band's weakest bits (0 = the weakest) each further look-up flips.
FLIPS: tuple[tuple[int, ...], ...] = ((0,), (1,), (0, 1))

#: Views that show the art on the same ground may meet: `ALPHA` and `WHITE` are one class.
_CLASS = {View.WHITE: 0, View.ALPHA: 0, View.BLACK: 1}
_SHIFT = 2 ** np.arange(BAND_BITS - 1, -1, -1, dtype=np.int64)


def stored_bands(fp: Fingerprint) -> tuple[int, ...]:
    """The integers (>= 0, < 2^48, no repeats) to store with a design: at most 3 x `BANDS`. Empty for blank art."""
    return tuple(dict.fromkeys(key for s in fp.signatures for key in _keys(s, _values(s)).tolist()))


def probe_bands(fp: Fingerprint) -> tuple[int, ...]:
    """The integers to look up for a newcomer. A fingerprint read back from bytes has no margins: its own bands only."""
    keys: list[int] = []
    for signature in fp.signatures:
        values = _values(signature)
        keys += _keys(signature, values).tolist()
        if signature.margins is not None:
            weakest = np.argsort(np.abs(_cut(signature.margins)), axis=1)
            for flips in FLIPS:
                keys += _keys(signature, values ^ _SHIFT[weakest[:, flips]].sum(axis=1)).tolist()
    return tuple(dict.fromkeys(keys))


def _cut(bits: NDArray[np.generic]) -> NDArray[np.generic]:
    """`BANDS` x `BAND_BITS` of the leading bits."""
    return bits[: BANDS * BAND_BITS].reshape(BANDS, BAND_BITS)


def _values(signature: Signature) -> NDArray[np.int64]:
    bits = np.unpackbits(np.frombuffer(signature.bits, np.uint8))
    return np.asarray(_cut(bits).astype(np.int64) @ _SHIFT)


def _keys(signature: Signature, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Class, then band number, then value."""
    bands = _CLASS[signature.view] * BANDS + np.arange(BANDS, dtype=np.int64)
    return (bands << BAND_BITS) | values
