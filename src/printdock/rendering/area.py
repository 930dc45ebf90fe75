"""A print area made ready for an output size: what is the same for every design, and the painting of one design."""

from __future__ import annotations

import threading
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.types import Box, Pixels
from printdock.rendering.blend import Plane, over_opaque
from printdock.rendering.coverage import coverage
from printdock.rendering.design import Design
from printdock.rendering.geometry import lattice, moved, points_of, resolved
from printdock.rendering.inverse import Inverse, Map, inverse
from printdock.rendering.place import placed
from printdock.rendering.sample import Sampling, sampled, sampling
from printdock.rendering.shade import UNIT, light_of, shaded
from printdock.rendering.types import Blend, Displacement, Grey, Mesh, PrintArea

#: Sizes of designs whose maps an area keeps.
_SIZES = 2

#: Pixels blended at a time: a dozen float planes of this size stay in the processor's cache.
_AT_ONCE = 16_384


class ReadyArea:
    """One print area on a photo of output size. Everything but the maps of the last few design sizes never changes."""

    def __init__(self, area: PrintArea, photo: Pixels, scale: tuple[float, float]) -> None:
        """``photo``: RGB of output size; ``scale``: output px by px of the base photo, across and down."""
        shape = moved(resolved(area.shape), scale, (0.0, 0.0))
        size = photo.shape[1], photo.shape[0]
        outline = lattice(shape).outline if isinstance(shape, Mesh) else points_of(shape)
        self.box = _box(outline, size)
        shape = moved(shape, (1.0, 1.0), (-self.box.x, -self.box.y))
        found = inverse(shape, self.box.width, self.box.height)
        mean = (scale[0] * scale[1]) ** 0.5
        self._shape = shape
        self._blend: Blend = area.blend
        self.clip = np.round(_faded(_covered(found, self.box), 0.0) * 255).astype(np.uint8)
        self._weight = _weight(area, found, self.box, size, mean)
        self.u, self.v = _displaced(found, area.displacement, self.box, size, mean)
        self._light = light_of(photo[self.box.slices], self.clip, area.shading, area.gloss, max(size))
        self._samplings: dict[tuple[int, int], Sampling] = {}
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes held at most."""
        maps = self.u.nbytes + self.v.nbytes + _SIZES * 6 * self.box.width * self.box.height
        light = 0 if self._light is None else self._light.nbytes
        return maps + self._weight.nbytes + self.clip.nbytes + light

    def paint(self, picture: Pixels, design: Design) -> None:
        """The design onto the picture (RGB of output size), in place."""
        warped = sampled(self._sampling((design.width, design.height)), design)
        region = picture[self.box.slices]
        rows = max(1, _AT_ONCE // self.box.width)
        for top in range(0, self.box.height, rows):
            self._paint_rows(slice(top, top + rows), region, warped)

    def _sampling(self, size: tuple[int, int]) -> Sampling:
        found = self._samplings.get(size)
        if found is None:
            found = sampling(self.u, self.v, self._weight > 0, placed(self._shape, size), size)
            with self._lock:
                if len(self._samplings) >= _SIZES:
                    self._samplings.pop(next(iter(self._samplings)))
                self._samplings[size] = found
        return found

    def _paint_rows(self, rows: slice, region: Pixels, warped: Pixels) -> None:
        *colours, alpha8 = cv2.split(warped[rows])
        weight = self._weight[rows] * np.float32(1 / 255**2)
        alpha = alpha8 * weight
        if not alpha.any():
            return
        light = self._light_on(rows)
        mixed = []
        for colour, backdrop in zip(colours, cv2.split(region[rows]), strict=True):
            source = np.minimum(colour * weight, alpha)  # the kernel's overshoot must not outshine its alpha
            if light is not None:
                source = shaded(source, alpha, *light)
            out = over_opaque(self._blend, source, alpha, backdrop * np.float32(1 / 255))
            mixed.append(cv2.convertScaleAbs(np.maximum(out, 0), alpha=255))
        region[rows] = cv2.merge(mixed)

    def _light_on(self, rows: slice) -> tuple[Plane, Plane, Plane | None] | None:
        """Factor, lift and shine of these rows, as `shaded` takes them."""
        if self._light is None:
            return None
        factor = self._light.factor[rows] * np.float32(1 / UNIT)
        shine = None if self._light.shine is None else self._light.shine[rows] * np.float32(1 / 255)
        return factor, np.maximum(factor - np.float32(1), 0), shine


def _box(outline: NDArray[np.float64], size: tuple[int, int]) -> Box:
    """Whole pixels around the outline, inside the picture."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    left, top = max(0, floor(low[0] + 1e-6)), max(0, floor(low[1] + 1e-6))
    right, bottom = min(size[0], ceil(high[0] - 1e-6)), min(size[1], ceil(high[1] - 1e-6))
    return Box(min(left, size[0] - 1), min(top, size[1] - 1), max(1, right - left), max(1, bottom - top))


def _covered(found: Inverse, box: Box) -> NDArray[np.float32]:
    return coverage(found.outline, box.width, box.height)


def _weight(area: PrintArea, found: Inverse, box: Box, size: tuple[int, int], scale: float) -> Grey:
    """How strongly the design shows on each pixel, 0..255: coverage, feather, mask, opacity."""
    weight = _faded(_covered(found, box), area.feather * scale)
    if area.mask is not None:
        weight = weight * _part(area.mask, box, size) * np.float32(1 / 255)
    return np.asarray(np.round(weight * np.float32(255 * area.opacity)), np.uint8)


def _faded(cover: NDArray[np.float32], feather: float) -> NDArray[np.float32]:
    """Coverage that rises to 95 % over ``feather`` px inwards from the edge (an error function of the distance)."""
    if feather < 0.5:
        return cover
    pad = ceil(2 * feather)
    wide = cv2.copyMakeBorder(cover, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    blurred = cv2.GaussianBlur(wide, (0, 0), feather / 2)[pad:-pad, pad:-pad]
    return np.asarray(np.clip(2 * blurred - 1, 0, 1) * cover, np.float32)


def _part(picture: Grey, box: Box, size: tuple[int, int]) -> NDArray[np.float32]:
    """The part of a picture that spans the whole photo which lies in the box, at output resolution, 0..255."""
    shrinks = picture.shape[1] > size[0]
    scaled = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(scaled[box.slices], np.float32)


def _displaced(
    found: Inverse, displacement: Displacement | None, box: Box, size: tuple[int, int], scale: float
) -> tuple[Map, Map]:
    """The places under each pixel after the design was pushed about by the displacement map."""
    if displacement is None or displacement.strength == 0:
        return found.u, found.v
    push = (_part(displacement.picture, box, size) - 128) * np.float32(displacement.strength * scale / 127)
    x = np.arange(box.width, dtype=np.float32)[None] - push
    y = np.arange(box.height, dtype=np.float32)[:, None] - push
    u, v = (cv2.remap(m, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for m in (found.u, found.v))
    return np.asarray(u, np.float32), np.asarray(v, np.float32)
