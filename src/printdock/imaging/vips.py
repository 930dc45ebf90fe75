"""The seam to libvips: the only module that touches pyvips, which has no types.

A `VipsImage` here is a lazy pipeline: nothing is decoded until its pixels are asked for, and then strip by strip.
Every call that computes pixels releases the GIL.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyvips
from numpy.typing import NDArray

from printdock.imaging.types import Box, Pixels

VipsImage = Any
VipsError: type[Exception] = pyvips.Error

#: The GType libvips files binary metadata under.
BLOB = pyvips.GValue.blob_type

#: libvips loader of each admitted format, by its nickname. No other loader is ever called.
LOADERS = {
    "png": "pngload",
    "jpeg": "jpegload",
    "webp": "webpload",
    "tiff": "tiffload",
    "gif": "gifload",
    "avif": "heifload",
    "heic": "heifload",
}

#: Factors from twice this on start with a box average: the rows under the kernel alone would take too much memory. Below
#: that the box costs more CPU than it saves.
_GAP = 4.0

#: numpy's type for each libvips sample format that pixels are asked for in.
_SAMPLES: dict[str, type[np.uint8] | type[np.uint16]] = {"uchar": np.uint8, "ushort": np.uint16}

_LOADER_CLASSES = (
    "VipsForeignLoadPng",
    "VipsForeignLoadJpeg",
    "VipsForeignLoadWebp",
    "VipsForeignLoadTiff",
    "VipsForeignLoadNsgif",
    "VipsForeignLoadHeif",
)


#: Whether the libraries are set up; written under the lock.
_ready = False
_setting_up = threading.Lock()


def init() -> None:
    """Set both libraries up for a process with its own worker threads; called before the first picture.

    Once in a process, however many threads ask at the same time: while one sets up, every loader is blocked for a
    moment, so the others wait until it is done.
    """
    global _ready
    if _ready:
        return
    with _setting_up:
        if not _ready:
            _set_up()
            _ready = True


def _set_up() -> None:
    """One thread per call (the caller's workers are the parallelism), no operation cache (it would pin decoded
    pictures), and every loader but the admitted ones blocked."""
    pyvips.cache_set_max(0)
    pyvips.concurrency_set(1)
    cv2.setNumThreads(1)
    pyvips.operation_block_set("VipsForeignLoad", True)
    for name in _LOADER_CLASSES:
        pyvips.operation_block_set(name, False)


def open_image(source: bytes | Path, kind: str, *, fail_on: str) -> VipsImage:
    """A lazy image of the first page, read once from top to bottom. Raises `VipsError` where the header is no good.

    ``fail_on`` is libvips' word for how little damage stops the decoder: "truncated", "error" or "warning".
    """
    init()
    options: dict[str, Any] = {"access": "sequential", "fail_on": fail_on}
    loader = LOADERS[kind]
    if isinstance(source, bytes):
        return getattr(pyvips.Image, f"{loader}_buffer")(source, **options)
    return getattr(pyvips.Image, loader)(str(source), **options)


def to_array(image: VipsImage) -> NDArray[Any]:
    """All pixels, height x width x bands, uint8 or uint16 as the image is, decoded now. Raises `VipsError` where the
    data are damaged.

    Written straight into numpy's memory, for which numpy asks for huge pages. libvips trusts the memory to be large
    enough, so a format that is not in `_SAMPLES` ends in a KeyError instead.
    """
    array = np.empty((image.height, image.width, image.bands), _SAMPLES[image.format])
    image.write(pyvips.Image.new_from_memory(array, image.width, image.height, image.bands, image.format))
    return array


def from_array(pixels: Pixels | NDArray[np.uint16]) -> VipsImage:
    """A view of ``pixels`` (height x width x bands, uint8 or uint16) as an image; copied only if it is not contiguous."""
    init()
    whole = np.ascontiguousarray(pixels)
    height, width, bands = whole.shape
    kind, space = ("uchar", "srgb") if whole.dtype == np.uint8 else ("ushort", "rgb16")
    image = pyvips.Image.new_from_memory(whole, width, height, bands, kind)
    return image.copy(interpretation=space)


def feed(image: VipsImage, rows: int, take: Callable[[int, Pixels], None]) -> None:
    """Call ``take(top, pixels)`` with successive bands of ``rows`` rows, top to bottom, while decoding.

    One evaluation of the whole image that ends in a raw writer: asking for the bands one by one costs three times the
    CPU, and decoders with strips of their own height refuse it. ``pixels`` is only valid during the call.
    Raises `VipsError` where the data are damaged.
    """
    pitch = image.width * image.bands
    band = np.empty((rows, pitch), np.uint8)
    flat = band.reshape(-1)
    top = filled = 0

    def write(data: bytes) -> int:
        nonlocal top, filled
        piece = np.frombuffer(data, np.uint8)
        while len(piece):
            part = piece[: len(flat) - filled]
            flat[filled : filled + len(part)] = part
            filled, piece = filled + len(part), piece[len(part) :]
            if filled == len(flat):
                take(top, band.reshape(rows, image.width, image.bands))
                top, filled = top + rows, 0
        return len(data)

    target = pyvips.TargetCustom()
    target.on_write(write)
    image.rawsave_target(target)
    if filled:
        take(top, band[: filled // pitch].reshape(-1, image.width, image.bands))


def reduce(image: VipsImage, width: int, height: int) -> VipsImage:
    """Shrink to width x height (neither larger than the image), rows first, as a lazy image.

    Kernel: Catmull-Rom stretched to the scale. Its single negative lobe sharpens without the second, positive ring of
    Lanczos, which would print as a faint outline around everything on a transparent ground.
    """
    if image.height > height:
        image = image.reducev(image.height / height, kernel="cubic", gap=_GAP)
    if image.width > width:
        image = image.reduceh(image.width / width, kernel="cubic", gap=_GAP)
    return image


def premultiplied(image: VipsImage) -> VipsImage:
    """RGBA uint8 with colour x alpha / 255, rounded to the nearest, as a lazy image."""
    return image.premultiply().rint().cast("uchar")


def cropped(image: VipsImage, box: Box) -> VipsImage:
    return image.crop(box.x, box.y, box.width, box.height)


def erased(image: VipsImage, boxes: list[Box]) -> VipsImage:
    """The RGBA image with these rectangles made transparent, as a lazy image."""
    for box in boxes:
        patch = pyvips.Image.black(box.width, box.height, bands=4).copy(interpretation="srgb")
        image = image.insert(patch, box.x, box.y)
    return image


def version() -> str:
    """libvips' version, such as ``8.18.0``."""
    return ".".join(str(pyvips.version(part)) for part in range(3))
