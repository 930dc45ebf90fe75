"""Files in, pixels out, and pixels to PNG.

    probe(source)   what the header says; refuses what is not a picture or would be too big, before any pixel is decoded
    decode(source)  all pixels: straight RGBA, 8 bit, sRGB, upright
    encode_png(px)  the print file

All refusals are `InputRefused` with one of these codes: empty_file, unsupported_format, damaged, too_many_pixels,
too_large.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from printdock.errors import InputRefused
from printdock.imaging import container, png, vips
from printdock.imaging.colour import to_srgb
from printdock.imaging.types import Box, Pixels, SourceInfo
from printdock.imaging.vips import VipsError, VipsImage

#: Most pixels a source may have unless the caller says otherwise: a 17,300 px square.
MAX_PIXELS = 300_000_000

#: Longest side, px, of any source: libjpeg's limit is 65,500, and libvips' sums stay well inside 32 bits.
MAX_SIDE = 65_500

#: Pictures of more pixels are never decoded in one piece. Formats that can only be decoded in one piece stop here.
WHOLE_PIXELS = 40_000_000

#: How little damage stops the decoder. libjpeg calls corrupt data a warning and goes on with grey blocks; in TIFF
#: warnings are mostly unknown tags.
_FAIL_ON = {"jpeg": "warning"}

_RESAVE = "Open it in your drawing program and export it again as PNG, then upload that."
_SPACES = {"b-w": "grey", "grey16": "grey", "rgb": "srgb", "rgb16": "srgb", "labs": "lab", "labq": "lab"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A source ready to be read once, top to bottom.

    ``image``: lazy straight RGBA uint8 sRGB, as stored (``info.orientation`` not applied).
    ``converted``: what `to_srgb` says of it.
    """

    info: SourceInfo
    image: VipsImage
    converted: str | None


def probe(source: bytes | Path, *, max_pixels: int = MAX_PIXELS) -> SourceInfo:
    """What the header of the file says. The format is told by its content, never by its name.

    Raises InputRefused (see the module); OSError where a path cannot be read.
    """
    kind = _kind(source)
    return _admitted(_open(source, kind), kind, max_pixels)


def open_source(source: bytes | Path, *, max_pixels: int = MAX_PIXELS, checked: bool = False) -> Opened:
    """`probe`, and the pixels to be read once. Reading them may raise: do it inside `reading`.

    ``checked``: the container was found whole before, so that is not looked at again.
    """
    kind = _kind(source)
    image = _open(source, kind)
    info = _admitted(image, kind, max_pixels)
    if kind == "png" and not checked:
        with container.opened(source) as stream:
            if not container.png_is_whole(stream):
                raise damaged()
    try:
        converted, what = to_srgb(image)
    except VipsError as error:
        raise InputRefused(
            f"The colours of this file ({image.interpretation}) cannot be turned into sRGB.",
            code="unsupported_format",
            remedy=_RESAVE,
        ) from error
    return Opened(info, converted, what)


def decode(source: bytes | Path, *, max_pixels: int = MAX_PIXELS) -> Pixels:
    """Height x width x 4 straight RGBA, 8 bit, sRGB, upright. Raises as `probe`; never returns a damaged picture."""
    found = open_source(source, max_pixels=max_pixels)
    return np.ascontiguousarray(upright(whole(found), found.info.orientation))


def whole(found: Opened) -> Pixels:
    """All pixels of an opened source as stored. Raises InputRefused where the data are damaged."""
    with reading():
        return vips.to_array(found.image)


@contextmanager
def reading() -> Iterator[None]:
    """Around whatever reads pixels: what the decoder finds wrong becomes InputRefused (damaged)."""
    try:
        yield
    except VipsError as error:
        raise damaged() from error


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """A view of the pixels with EXIF orientation 1..8 applied (CIPA DC-008, tag 0x0112)."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def as_stored(box: Box, width: int, height: int, orientation: int) -> Box:
    """Where a rectangle of the upright picture (width x height) lies in the picture as stored."""
    x, y = box.x, box.y
    if orientation in (2, 3, 6, 7):
        x = width - x - box.width
    if orientation in (3, 4, 7, 8):
        y = height - y - box.height
    if orientation >= 5:
        return Box(y, x, box.height, box.width)
    return Box(x, y, box.width, box.height)


def encode_png(pixels: Pixels, dpi: int) -> bytes:
    """Straight RGBA as PNG: sRGB and pHYs chunks, nothing else; the same pixels always give the same bytes.

    Colours under full transparency are dropped (written as 0): invisible, they only cost bytes.
    """
    return png.write(pixels, dpi)


def damaged() -> InputRefused:
    return InputRefused(
        "The file is damaged or was not transferred completely.",
        code="damaged",
        remedy="Upload it again; if that does not help, export it again from your drawing program.",
    )


def _kind(source: bytes | Path) -> str:
    with container.opened(source) as stream:
        head = stream.read(container.HEAD_BYTES)
    if not head:
        raise InputRefused("The file is empty.", code="empty_file", remedy="Export the design again and upload that.")
    kind = container.sniff(head)
    if kind is None:
        raise InputRefused(
            "This is not a picture in a format that can be printed from.",
            code="unsupported_format",
            remedy="Export the design as PNG with a transparent background. JPEG, WebP, TIFF, GIF and AVIF work too.",
        )
    return kind


def _open(source: bytes | Path, kind: str) -> VipsImage:
    try:
        return vips.open_image(source, kind, fail_on=_FAIL_ON.get(kind, "error"))
    except VipsError as error:
        if kind == "heic":
            raise InputRefused("HEIC photos cannot be read here.", code="unsupported_format", remedy=_RESAVE) from error
        raise damaged() from error


def _admitted(image: VipsImage, kind: str, max_pixels: int) -> SourceInfo:
    info = _info(image, kind)
    if max(info.width, info.height) > MAX_SIDE:
        raise InputRefused(
            f"The picture is {info.width} x {info.height} px; no side may be longer than {MAX_SIDE} px.",
            code="too_large",
            remedy="Export it smaller.",
        )
    pixels = info.width * info.height
    if pixels > max_pixels:
        raise _too_many(info, max_pixels, "Export it smaller; 300 DPI at print size is enough.")
    if pixels > WHOLE_PIXELS and (info.interlaced or kind in ("webp", "gif", "avif", "heic")):
        what = "an interlaced or progressive file" if info.interlaced else f"a {kind.upper()} file"
        raise _too_many(info, WHOLE_PIXELS, f"That is the limit for {what}: save it as a plain (not interlaced) PNG.")
    return info


def _too_many(info: SourceInfo, limit: int, remedy: str) -> InputRefused:
    return InputRefused(
        f"The picture is {info.width} x {info.height} px; at most {limit // 1_000_000} million pixels are accepted.",
        code="too_many_pixels",
        remedy=remedy,
    )


def _info(image: VipsImage, kind: str) -> SourceInfo:
    width, height = int(image.width), int(image.height)
    return SourceInfo(
        format=kind,
        width=width,
        height=height,
        bands=int(image.bands),
        bits={"uchar": 8, "char": 8, "ushort": 16, "short": 16}.get(image.format, 32),
        has_alpha=bool(image.hasalpha()),
        colour_space=_SPACES.get(image.interpretation, str(image.interpretation)),
        has_profile=image.get_typeof("icc-profile-data") != 0,
        interlaced=image.get_typeof("interlaced") != 0 and bool(image.get("interlaced")),
        decoded_bytes=width * height * 4,
        orientation=int(image.get("orientation")) if image.get_typeof("orientation") != 0 else 1,
        pages=int(image.get("n-pages")) if image.get_typeof("n-pages") != 0 else 1,
    )
