"""The first bytes of a file say whether it can be a picture: refused then, not after a gigabyte."""

from __future__ import annotations

from printdock.errors import InputRefused
from printdock.imaging.container import HEAD_BYTES, sniff

#: How much is needed to decide, bytes.
NEEDED = HEAD_BYTES

#: What people (and others) send instead of pictures, by how it begins.
_KNOWN = (
    ("a ZIP archive (or an Office document)", (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")),
    ("a compressed archive", (b"\x1f\x8b", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")),
    ("a PDF", (b"%PDF",)),
    ("a PostScript file", (b"%!PS", b"\xc5\xd0\xd3\xc6")),
    ("a Photoshop document", (b"8BPS",)),
    ("a program", (b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa")),
    ("a script", (b"#!", b"<?php")),
)  # fmt: skip


def check_head(head: bytes) -> None:
    """Raise `InputRefused` (``empty_file``, ``unsupported_format``) unless ``head`` announces a picture we take.

    ``head``: the first `NEEDED` bytes, or all of a shorter file.
    """
    if not head:
        raise InputRefused("It is empty.", code="empty_file", remedy="Export or download it again.")
    if sniff(head) is None:
        raise InputRefused(
            f"It is {_kind(head)}, not a picture.",
            code="unsupported_format",
            remedy="Send PNG, JPEG, WebP, TIFF, GIF, AVIF or HEIC; export anything else as PNG.",
        )


def _kind(head: bytes) -> str:
    for kind, beginnings in _KNOWN:
        if head.startswith(beginnings):
            return kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        return "an SVG (or another XML file)"
    if text.startswith((b"<!doctype", b"<html", b"<script", b"<!--")):
        return "a web page"
    return "of an unknown kind"
