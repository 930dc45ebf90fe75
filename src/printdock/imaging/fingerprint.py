"""What is remembered of a look, so that the same art can be found again and compared without its file.

A fingerprint holds up to three *signatures* (bits for the index) and one *coarse picture* (64 px, lossless, a few
kB).

Signature, after Charikar's sign projections: a 64 x 64 luminance plane, its 12 x 12 lowest DCT frequencies without
DC, weighted by frequency^0.6, projected on fixed pseudo-random +-1 vectors, signs taken. Gain and offset of the
picture cancel out. Unlike the signs of the DCT itself these bits are close to balanced on art with much blank area.

Views: the plane is taken over white and over black, cut to the *ink* (what differs from that ground), so that a copy
flattened on white or black meets its transparent original; and over white cut to the alpha, where that is another
box. A view that shows almost nothing is left out: it is not evidence.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Pixels

#: Bits of one signature.
SIGNATURE_BITS = 384
SIGNATURE_BYTES = SIGNATURE_BITS // 8

#: Longest and shortest side, px, of the coarse picture. Very long art keeps some height.
COARSE_PX = 64
COARSE_MIN_PX = 32

_PLANE_PX = 64
_FREQUENCIES = 12
_WEIGHT_POWER = 0.6
_VERSION = 1

#: Levels of 255 by which a plane must vary (root mean square over the plane) to be evidence.
_MIN_CONTRAST = 1.0


class View(IntEnum):
    """How a signature's plane was made. `WHITE` and `ALPHA` look alike over white and may meet each other."""

    WHITE = 0  # over white, cut to what is not white
    BLACK = 1  # over black, cut to what is not black
    ALPHA = 2  # over white, cut to the alpha


class Ground(IntEnum):
    """What lies around the art of a picture."""

    CLEAR = 0  # transparent
    WHITE = 1  # opaque; a plain white margin, if any, was cut off
    BLACK = 2  # opaque; a plain black margin was cut off


@dataclass(frozen=True, slots=True)
class Signature:
    """One view's bits (`SIGNATURE_BYTES` bytes). ``margins``: how far each bit is from flipping; None if read back."""

    view: View
    bits: bytes
    margins: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """See the module. ``coarse`` is packed (`unpack_coarse`); ``aspect`` = width / height of the art. ``variants``:
    signatures of the art cut a little tighter and looser, to look up besides; never stored.
    """

    signatures: tuple[Signature, ...]
    coarse: bytes
    aspect: float
    variants: tuple[Signature, ...] = field(default=(), compare=False, repr=False)

    def signature_bytes(self) -> bytes:
        """All signatures: per view one byte for its kind, then the bits. What `dedupe.nearest` ranks on."""
        return b"".join(bytes((s.view,)) + s.bits for s in self.signatures)

    def to_bytes(self) -> bytes:
        """Everything but the margins. Little-endian: version, count of signatures, aspect (float32), signatures,
        coarse.
        """
        head = struct.pack("<BBf", _VERSION, len(self.signatures), self.aspect)
        return head + self.signature_bytes() + self.coarse

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint:
        """Reads `to_bytes`. Raises ValueError for anything else."""
        if len(data) < 6 or data[0] != _VERSION:
            raise ValueError("not a fingerprint of this version")
        _, count, aspect = struct.unpack_from("<BBf", data)
        end = 6 + count * (1 + SIGNATURE_BYTES)
        if len(data) < end:
            raise ValueError("fingerprint is cut short")
        return cls(parse_signatures(data[6:end]), data[end:], aspect)


@dataclass(frozen=True, slots=True)
class Coarse:
    """An unpacked coarse picture: premultiplied ``pixels`` (h x w x 4), the ground around it, its true width /
    height.
    """

    pixels: Pixels
    ground: Ground
    aspect: float


def parse_signatures(data: bytes) -> tuple[Signature, ...]:
    """Reads `Fingerprint.signature_bytes`. Raises ValueError for anything else."""
    step = 1 + SIGNATURE_BYTES
    if len(data) % step:
        raise ValueError("signatures are cut short")
    return tuple(Signature(View(data[i]), data[i + 1 : i + step]) for i in range(0, len(data), step))


def fingerprint(look: Pixels) -> Fingerprint:
    """The fingerprint of a look (premultiplied RGBA, h x w x 4, at most `LOOK_PX` on its longest side)."""
    ground, (left, top, right, bottom) = art_box(look)
    art = look[top:bottom, left:right]
    aspect = (right - left) / (bottom - top)
    small = _halved(look)
    own, variants = _signatures(small)
    return Fingerprint(own, _pack_coarse(art, ground, aspect), float(np.float32(aspect)), variants)


# --- the art and its ground ---------------------------------------------------------------------------------------


Box = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom are outside


#: A picture with fewer see-through pixels than this share is treated as opaque (a stray hole is not a cut-out).
_CLEAR_SHARE = 0.0003
#: Levels from white (or black) that still count as the plain margin of an opaque picture: JPEG noise stays below.
MARGIN_LEVELS = 20


def art_box(look: Pixels, margin: int = MARGIN_LEVELS) -> tuple[Ground, Box]:
    """Ground and box of the art: opaque pictures lose a plain white or black margin, others are trimmed already."""
    height, width = look.shape[:2]
    whole = (0, 0, width, height)
    if is_clear(look):
        return Ground.CLEAR, whole
    red, green, blue = cv2.split(look)[:3]  # each by itself: pure blue is nearly black to the eye, and still ink
    white = _ink_box(np.asarray(cv2.bitwise_not(cv2.min(cv2.min(red, green), blue)), np.uint8), margin)
    black = _ink_box(np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8), margin)
    if white is None or black is None:  # nothing but ground
        return Ground.WHITE, whole
    if black != whole and _area(black) < _area(white):
        return Ground.BLACK, black
    return Ground.WHITE, white


def is_clear(look: Pixels) -> bool:
    """Whether the picture is cut out, rather than opaque but for stray pixels."""
    alpha = np.asarray(cv2.extractChannel(look, 3))
    return int(np.count_nonzero(alpha < 128)) > _CLEAR_SHARE * alpha.size


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _ink_box(departure: NDArray[np.uint8], threshold: float) -> Box | None:
    """The box of all pixels whose departure from the ground is above the threshold; None where there are none."""
    columns = np.flatnonzero(departure.max(axis=0) > threshold)
    rows = np.flatnonzero(departure.max(axis=1) > threshold)
    if not columns.size or not rows.size:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


# --- signatures ---------------------------------------------------------------------------------------------------


def _halved(look: Pixels) -> Pixels:
    """At most 512 px: enough for a 64 px plane, and the exact 2 x 2 mean is cheap."""
    height, width = look.shape[:2]
    if max(height, width) <= 512 or min(height, width) < 4 * _PLANE_PX:
        return look
    even = look[: height - height % 2, : width - width % 2]
    return np.asarray(cv2.resize(even, (even.shape[1] // 2, even.shape[0] // 2), interpolation=cv2.INTER_AREA))


def _signatures(look: Pixels) -> tuple[tuple[Signature, ...], tuple[Signature, ...]]:
    """Those of the views, and the variants."""
    own: list[Signature] = []
    variants: list[Signature] = []
    for view, departure, box in _views(look):
        own += _signed(view, _plane(departure, box))
        if view is not View.ALPHA:  # its box is that of the alpha, whatever the ink
            variants += [
                one for other in _other_boxes(departure, box) for one in _signed(view, _plane(departure, other))
            ]
    return tuple(own), tuple(variants)


def _signed(view: View, plane: NDArray[np.float32]) -> list[Signature]:
    """The plane's signature; none where it shows almost nothing."""
    return [_signature(view, plane)] if float(plane.std()) >= _MIN_CONTRAST else []


def _views(look: Pixels) -> Iterator[tuple[View, NDArray[np.uint8], Box]]:
    """The ground's departure and the ink's box of each view."""
    grey = np.asarray(cv2.cvtColor(look, cv2.COLOR_RGBA2GRAY), np.uint8)
    clear = is_clear(look)
    through_white = np.asarray(cv2.extractChannel(look, 3), np.uint8) if clear else np.full_like(grey, 255)
    dark_on_white = np.asarray(cv2.subtract(through_white, grey), np.uint8)
    whole = (0, 0, look.shape[1], look.shape[0])
    black_edge = 0.5 if clear else _black_edge(grey)
    if black_edge < 0.95 and (box := _ink_box(dark_on_white, _ink_threshold(dark_on_white))) is not None:
        yield View.WHITE, dark_on_white, box
        if clear and not _near(box, whole):
            yield View.ALPHA, dark_on_white, whole
    if black_edge > 0.1 and (box := _ink_box(grey, _ink_threshold(grey))) is not None:
        yield View.BLACK, grey, box


#: Factors of the ink's threshold that variants are cut by, and the share of its sides a box grows by: half of what a
#: crop on all sides takes.
_LOOSER = (0.6, 1.5)
_GROWN = 0.012


def _other_boxes(departure: NDArray[np.uint8], box: Box) -> Iterator[Box]:
    """Boxes that this art has if ink as faint as the threshold counts, or does not (compression decides that anew), and
    one that it may have had before it was cropped. They may reach beyond the picture."""
    seen = [box]
    for factor in _LOOSER:
        other = _ink_box(departure, factor * _ink_threshold(departure))
        if other is not None and not any(_near(other, one) for one in seen):
            seen.append(other)
            yield other
    left, top, right, bottom = box
    x, y = max(1, round(_GROWN * (right - left))), max(1, round(_GROWN * (bottom - top)))
    yield left - x, top - y, right + x, bottom + y


def _black_edge(grey: NDArray[np.uint8]) -> float:
    """Share of an opaque picture's outline that is black: whether it may have been flattened on black, or must have
    been.
    """
    outline = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return float(np.mean(outline < 24))


def _near(box: Box, other: Box) -> bool:
    """Whether two boxes agree to 1 % of the larger one's sides."""
    width = max(box[2] - box[0], other[2] - other[0])
    height = max(box[3] - box[1], other[3] - other[1])
    return all(abs(box[i] - other[i]) <= 0.01 * (width, height)[i % 2] for i in range(4))


def _ink_threshold(departure: NDArray[np.uint8]) -> float:
    """A third of the strongest ink (the level that 0.1 % of the pixels pass): above a JPEG's ringing, for pale ink
    too.
    """
    histogram = np.cumsum(np.bincount(departure.ravel(), minlength=256)[::-1])
    strongest = 255 - int(np.searchsorted(histogram, max(4.0, 0.001 * departure.size)))
    return max(8.0, strongest / 3)


def _plane(departure: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
    left, top, right, bottom = box
    height, width = departure.shape
    over = max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width)
    cut = departure[max(0, top) : bottom, max(0, left) : right].astype(np.float32)
    if any(over):
        cut = np.asarray(cv2.copyMakeBorder(cut, *over, cv2.BORDER_CONSTANT, value=0), np.float32)
    return resized(cut, _PLANE_PX, _PLANE_PX)


def resized(picture: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    """Area mean along a side that shrinks, linear along one that grows: very long art may do both."""
    shrunk = min(picture.shape[1], width), min(picture.shape[0], height)
    if shrunk != (picture.shape[1], picture.shape[0]):
        picture = np.asarray(cv2.resize(picture, shrunk, interpolation=cv2.INTER_AREA))
    if shrunk != (width, height):
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR))
    return picture


def _signature(view: View, plane: NDArray[np.float32]) -> Signature:
    take, weights = _spectrum()
    described = np.asarray(cv2.dct(plane))[take] * weights
    described /= float(np.linalg.norm(described)) + 1e-9
    margins = _projection() @ described.astype(np.float32)
    return Signature(view, np.packbits(margins > 0).tobytes(), margins)


@cache
def _spectrum() -> tuple[tuple[NDArray[np.intp], NDArray[np.intp]], NDArray[np.float32]]:
    """Which DCT coefficients count, and their weights."""
    rows, columns = np.mgrid[0:_FREQUENCIES, 0:_FREQUENCIES]
    rows, columns = rows.ravel()[1:], columns.ravel()[1:]
    weights = np.hypot(rows, columns) ** _WEIGHT_POWER
    return (rows, columns), weights.astype(np.float32)


@cache
def _projection() -> NDArray[np.float32]:
    """`SIGNATURE_BITS` x 143 signs, drawn from SHAKE-128: the same on every machine and for ever."""
    shape = (SIGNATURE_BITS, _FREQUENCIES**2 - 1)
    drawn = hashlib.shake_128(b"printdock signature 1").digest((shape[0] * shape[1] + 7) // 8)
    bits = np.unpackbits(np.frombuffer(drawn, np.uint8))[: shape[0] * shape[1]]
    return (bits.astype(np.float32) * 2 - 1).reshape(shape)


# --- the coarse picture -------------------------------------------------------------------------------------------

_COARSE_HEAD = struct.Struct("<BBBf")


def _pack_coarse(art: Pixels, ground: Ground, aspect: float) -> bytes:
    width = max(COARSE_MIN_PX, round(COARSE_PX * min(1.0, aspect)))
    height = max(COARSE_MIN_PX, round(COARSE_PX * min(1.0, 1 / aspect)))
    channels = np.moveaxis(resized(art, width, height), 2, 0).astype(np.int16)
    channels[:3] -= channels[1] * np.array([[[1]], [[0]], [[1]]], np.int16)  # grey art: red and blue become zeros
    filtered = (channels - _left_top(channels)).astype(np.uint8)
    return _COARSE_HEAD.pack(ground, width, height, aspect) + zlib.compress(filtered.tobytes(), 6)


def _left_top(channels: NDArray[np.int16]) -> NDArray[np.int16]:
    """The value above each one (PNG's "up" filter), which leaves small differences to compress."""
    above = np.zeros_like(channels)
    above[:, 1:] = channels[:, :-1]
    return above


def unpack_coarse(data: bytes) -> Coarse:
    """Reads a fingerprint's ``coarse``. Raises ValueError for anything else."""
    if len(data) < _COARSE_HEAD.size:
        raise ValueError("not a coarse picture")
    ground, width, height, aspect = _COARSE_HEAD.unpack_from(data)
    try:
        raw = zlib.decompress(data[_COARSE_HEAD.size :])
    except zlib.error as error:
        raise ValueError("not a coarse picture") from error
    if len(raw) != 4 * width * height:
        raise ValueError("coarse picture is cut short")
    channels = np.cumsum(np.frombuffer(raw, np.uint8).reshape(4, height, width), axis=1, dtype=np.uint8)
    channels[0] += channels[1]
    channels[2] += channels[1]
    return Coarse(np.ascontiguousarray(np.moveaxis(channels, 0, 2)), Ground(ground), aspect)
