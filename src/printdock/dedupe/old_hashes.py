"""Hashes of the system printdock replaces, so that designs it knew are recognised: ImageHash's p, a, d and w hash.

Hash size 16: 256 bits, hex. That system hashed the processed picture with its alpha dropped, so these hashes are poor
evidence (every black design on transparent ground hashes alike): only equal hashes of one kind count, two kinds at
least, and they only ever flag. Pillow's and PyWavelets' arithmetic is redone here bit by bit; neither is needed at
run time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Pixels

_SIZE = 16
_BITS = _SIZE * _SIZE
_PRECISION = 22  # Pillow's fixed point: 32 - 8 - 2 bits


@dataclass(frozen=True, slots=True)
class OldHashes:
    """256 bits each, as integers; None where a row has none."""

    phash: int | None
    ahash: int | None
    dhash: int | None
    whash: int | None


def old_hashes(pixels: Pixels) -> OldHashes:
    """Of a processed picture: straight RGBA (h x w x 4). The alpha is dropped, as it was."""
    grey = _luma(pixels)
    return OldHashes(_phash(grey), _ahash(grey), _dhash(grey), _whash(grey))


def old_print(pixels: Pixels, width: int, height: int) -> Pixels:
    """A source picture (straight RGBA) as the old system processed it: cut to alpha != 0, stretched to the print size
    in px on straight alpha, cubic where it grows and by area otherwise (facts of the old system, 3.2 and 3.3)."""
    left, top, across, down = cv2.boundingRect((pixels[..., 3] != 0).astype(np.uint8))
    if across and down:
        pixels = pixels[top : top + down, left : left + across]
    grows = width > pixels.shape[1] or height > pixels.shape[0]
    size, how = (width, height), cv2.INTER_CUBIC if grows else cv2.INTER_AREA
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=how), np.uint8)


def parse_hex(text: str | None) -> int | None:
    """A stored hash (64 hex digits). None for none. Raises ValueError for anything else."""
    if text is None or not text.strip():
        return None
    if len(text.strip()) != _BITS // 4:
        raise ValueError(f"not a hash of {_BITS} bits: {text!r}")
    return int(text.strip(), 16)


def to_hex(value: int) -> str:
    """64 hex digits, as ImageHash writes them."""
    return f"{value:0{_BITS // 4}x}"


def old_match(new: OldHashes, old: OldHashes) -> bool:
    """Whether at least two hashes equal the same kind of one row. Flat hashes are no evidence."""
    same = 0
    for kind in fields(OldHashes):
        value = getattr(new, kind.name)
        same += value is not None and value == getattr(old, kind.name) and not _flat(value)
    return same >= 2


def _flat(value: int) -> bool:
    """All zeros, all ones, or nearly: fewer than 8 of 256 bits differ from the rest."""
    ones = value.bit_count()
    return min(ones, _BITS - ones) < 8


# --- the four hashes ----------------------------------------------------------------------------------------------


def _packed(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits.ravel()).tobytes(), "big")


def _phash(grey: NDArray[np.uint8]) -> int:
    pixels = _resized(grey, 4 * _SIZE, 4 * _SIZE).astype(np.float64)
    low = _dct(_dct(pixels).T).T[:_SIZE, :_SIZE]
    return _packed(low > np.median(low))


def _dct(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """DCT-II along the first axis, unnormalised, as scipy.fftpack: y[k] = 2 sum x[n] cos(pi k (2n + 1) / 2N)."""
    n = values.shape[0]
    doubled = np.concatenate([values, values[::-1]])
    turned = np.fft.rfft(doubled, axis=0)[:n] * np.exp(-0.5j * math.pi * np.arange(n) / n)[:, None]
    return np.asarray(turned.real)


def _ahash(grey: NDArray[np.uint8]) -> int:
    pixels = _resized(grey, _SIZE, _SIZE)
    return _packed(pixels > pixels.mean())


def _dhash(grey: NDArray[np.uint8]) -> int:
    pixels = _resized(grey, _SIZE + 1, _SIZE)
    return _packed(pixels[:, 1:] > pixels[:, :-1])


def _whash(grey: NDArray[np.uint8]) -> int:
    """Haar, without its mean; the scale is the largest power of two that fits, at least the hash's."""
    scale = max(2 ** int(math.log2(min(grey.shape))), _SIZE)
    pixels = _resized(grey, scale, scale) / 255.0
    top = int(math.log2(scale))
    details: list[tuple[NDArray[np.float64], ...]] = []
    low = pixels
    for _ in range(top):
        parts = _haar(low)
        low = parts[0]
        details.append(parts[1:])
    low = low * 0
    for detail in reversed(details):
        low = _haar_back(low, *detail)
    for _ in range(top - int(math.log2(_SIZE))):
        low = _haar(low)[0]
    return _packed(low > np.median(low))


_HALF = 0.7071067811865476


def _haar(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """One 2-D step in PyWavelets' order of operations: rows (axis 0), then columns."""
    low, high = _split(values)
    (ll, lh), (hl, hh) = (_split(low.T), _split(high.T))
    return ll.T, hl.T, lh.T, hh.T


def _split(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    even, odd = values[0::2], values[1::2]
    return _HALF * odd + _HALF * even, -_HALF * odd + _HALF * even


def _haar_back(
    ll: NDArray[np.float64], hl: NDArray[np.float64], lh: NDArray[np.float64], hh: NDArray[np.float64]
) -> NDArray[np.float64]:
    low, high = _joined(ll.T, lh.T).T, _joined(hl.T, hh.T).T
    return _joined(low, high)


def _joined(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.empty((2 * low.shape[0], low.shape[1]))
    out[0::2] = _HALF * low + _HALF * high
    out[1::2] = _HALF * low - _HALF * high
    return out


# --- Pillow's arithmetic ------------------------------------------------------------------------------------------


def _luma(pixels: Pixels) -> NDArray[np.uint8]:
    """`Image.convert("L")` of RGBA: ITU-R 601-2 in 16 bit fixed point, rounded."""
    red, green, blue = (pixels[:, :, i].astype(np.uint32) for i in range(3))
    return np.asarray((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16, np.uint8)


def _resized(grey: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """`Image.resize(..., LANCZOS)` of "L": across, then down, each rounded to 8 bit. Sums stay below 2^53: exact."""
    across = grey if grey.shape[1] == width else _resampled(grey.T, width).T
    return across if across.shape[0] == height else _resampled(across, height)


def _resampled(values: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Along the first axis."""
    length = values.shape[0]
    source = np.ascontiguousarray(values).astype(np.float64)
    out = np.empty((size, values.shape[1]), np.uint8)
    for i in range(size):
        first, weights = _weights(i, length, size)
        total = weights @ source[first : first + weights.size] + (1 << (_PRECISION - 1))
        out[i] = np.clip(np.floor(total / (1 << _PRECISION)), 0, 255)
    return out


def _weights(i: int, length: int, size: int) -> tuple[int, NDArray[np.float64]]:
    """Lanczos 3 of one output pixel, in fixed point: where it starts, and the whole-numbered weights."""
    scale = length / size
    spread = max(scale, 1.0)
    support, centre = 3.0 * spread, (i + 0.5) * scale
    first = max(0, int(centre - support + 0.5))
    last = min(length, int(centre + support + 0.5))
    weights = np.array([_lanczos((x - centre + 0.5) * (1.0 / spread)) for x in range(first, last)])
    weights *= 1.0 / float(np.cumsum(weights)[-1])
    return first, np.trunc(np.where(weights < 0, -0.5, 0.5) + weights * (1 << _PRECISION))


def _lanczos(x: float) -> float:
    return _sinc(x) * _sinc(x / 3) if -3.0 <= x < 3.0 else 0.0


def _sinc(x: float) -> float:
    return 1.0 if x == 0.0 else math.sin(x * math.pi) / (x * math.pi)
