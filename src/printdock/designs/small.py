"""Small pictures of print files, made when first asked for and kept on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

from printdock.imaging.small import SMALL_VERSION, small_file

#: Longest side, px: a card in a list, and a picture that fills a phone.
SIZES = (320, 1024)

#: Largest print file that a small picture is made of while somebody waits, bytes: all of it is read first.
LARGEST = 200_000_000


class Opens(Protocol):
    """The storage, or the spool: all that is needed of them here."""

    def open(self, key: str) -> BinaryIO: ...


class SmallPictures:
    """Those below ``folder``. Nothing is lost with them: they are made again. Safe from threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, storage: Opens, path: str, sha256: bytes, size: int, *, max_pixels: int) -> bytes:
        """WebP of the print file stored as ``path``, whose digest is ``sha256``.

        Raises what reading it raises, and `InputRefused` where it is no picture.
        """
        kept = self._folder / sha256.hex()[:2] / f"{sha256.hex()}-{size}-{SMALL_VERSION}.webp"
        try:
            return kept.read_bytes()
        except FileNotFoundError:
            pass
        with storage.open(path) as stream:
            data = small_file(stream.read(LARGEST), size, max_pixels=max_pixels)
        _keep(kept, data)
        return data


def _keep(path: Path, data: bytes) -> None:
    """Write whole or not at all. Not durable: a file lost with the machine is made again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid4().hex}.part")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
