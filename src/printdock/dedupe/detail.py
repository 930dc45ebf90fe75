"""What a signature cannot show: fine detail, by which designs in one layout (another name or year) are told apart.

From the coarse picture, over white and over black: the DCT without its `_LOW` x `_LOW` lowest frequencies, square root
of the amplitudes (so that small lettering counts beside bold edges), then signs of a pseudo-random rotation (sign
flips and DCTs in turn, after Andoni et al., "Practical and optimal LSH for angular distance").
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.fingerprint import COARSE_PX, Fingerprint, resized, unpack_coarse

#: Bits a ground. Of two designs that differ in a line of small text, some 15 differ; of JPEG copies, 5.
DETAIL_BITS = 544
DIGEST_BYTES = 8
DETAIL_BYTES = DIGEST_BYTES + 2 * DETAIL_BITS // 8

_LOW = 24


def detail_of(fp: Fingerprint) -> bytes:
    """`DETAIL_BYTES`: a digest of the coarse picture, equal for the same look; then the bits over white, over black."""
    return _detail(fp.coarse)


@lru_cache(maxsize=64)  # a newcomer's is asked for when it is looked up, ranked and stored
def _detail(coarse: bytes) -> bytes:
    pixels = resized(unpack_coarse(coarse).pixels, COARSE_PX, COARSE_PX).astype(np.float32)
    on_black = np.asarray(cv2.cvtColor(pixels[..., :3], cv2.COLOR_RGB2GRAY))
    on_white = pixels[..., 3] - on_black
    digest = hashlib.blake2b(coarse, digest_size=DIGEST_BYTES).digest()
    return digest + b"".join(_bits(np.asarray(plane, np.float32)) for plane in (on_white, on_black))


def _bits(plane: NDArray[np.float32]) -> bytes:
    spectrum = np.asarray(cv2.dct(plane))
    spectrum[:_LOW, :_LOW] = 0
    fine = np.asarray(cv2.idct(spectrum))
    fine = np.sign(fine) * np.sqrt(np.abs(fine))
    for flips in _flips():
        fine = np.asarray(cv2.dct(fine * flips))
    return np.packbits(fine.ravel()[:DETAIL_BITS] > 0).tobytes()


@cache
def _flips() -> NDArray[np.float32]:
    """Two planes of signs, the same on every machine and for ever."""
    drawn = hashlib.shake_128(b"printdock detail 1").digest(2 * COARSE_PX**2 // 8)
    signs = np.unpackbits(np.frombuffer(drawn, np.uint8)).astype(np.float32) * 2 - 1
    return signs.reshape(2, COARSE_PX, COARSE_PX)
