"""The art of a mockup: a stored print file, read and decoded."""

from __future__ import annotations

import hashlib

import numpy as np

from printdock.errors import InputRefused, StorageNotFound, StorageUnavailable
from printdock.imaging.codec import decode
from printdock.imaging.types import Pixels
from printdock.mockups.plan import PrintFile
from printdock.rendering.design import Design
from printdock.storage.base import Storage

#: A print file with a side below this, px, shows nothing.
LEAST_SIDE = 8

#: Bytes held for a design of so many decoded bytes: the pixels, and linear light of 16 bits of all of them.
_TIMES = 3


def reserve(file: PrintFile) -> int:
    """Most bytes that a design of this file takes: what was read, and what it is shrunk to."""
    return file.size + _TIMES * 4 * file.width * file.height


def read_art(storage: Storage, file: PrintFile) -> bytes:
    """The file's bytes, which are those that were stored.

    Raises InputRefused (print_file_missing, print_file_changed), StorageUnavailable (print_file_spooled, and what the
    storage says), StorageRefused.
    """
    if file.state == "spooled":
        raise StorageUnavailable(
            f"Print file {file.number} still waits in the spool for the storage.",
            code="print_file_spooled",
            remedy="It is sent when the storage is back, or at once by `printdock storage replay`.",
        )
    if file.state == "missing":
        raise _missing(file)
    try:
        with storage.open(file.path) as stream:
            data = stream.read()
    except StorageNotFound as error:
        raise _missing(file) from error
    if hashlib.sha256(data).digest() != file.sha256:
        raise InputRefused(
            f"Print file {file.number} has other bytes than were stored: {file.path}.",
            code="print_file_changed",
            remedy="Run `printdock verify --deep --repair`, then run again.",
        )
    return data


def design_of(data: bytes, file: PrintFile, max_pixels: int) -> Design:
    """The art as a design. Raises as `decode_art`."""
    return Design(decode_art(data, file, max_pixels))


def decode_art(data: bytes, file: PrintFile, max_pixels: int) -> Pixels:
    """The art as it looks on the product, straight RGBA. Raises InputRefused: the codes of `codec`, empty_art,
    art_too_small."""
    pixels = decode(data, max_pixels=max_pixels)
    height, width = pixels.shape[:2]
    if min(width, height) < LEAST_SIDE:
        raise InputRefused(
            f"Print file {file.number} is {width} x {height} px: there is nothing to show.", code="art_too_small"
        )
    if not pixels[..., 3].any():
        raise InputRefused(
            f"Print file {file.number} is completely transparent: there is nothing to show.", code="empty_art"
        )
    return _as_seen(pixels, file)


def _as_seen(pixels: Pixels, file: PrintFile) -> Pixels:
    """The art as it looks on the product: print files are mirrored for transfers, and turned where they then fit."""
    if file.mirrored:
        pixels = pixels[:, ::-1]
    if file.rotated:
        pixels = np.rot90(pixels)
    return np.ascontiguousarray(pixels)


def _missing(file: PrintFile) -> InputRefused:
    return InputRefused(
        f"Print file {file.number} is not in the storage: {file.path}.",
        code="print_file_missing",
        remedy="Ingest its source again.",
    )
