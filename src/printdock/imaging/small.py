"""A small picture of a print file for lists: transparent where it is, read strip by strip, never whole in memory."""

from __future__ import annotations

from printdock.imaging import vips
from printdock.imaging.codec import MAX_PIXELS, open_source, reading

#: Raised by one whenever the bytes of small pictures change, so that addresses which name it lead to the new ones.
SMALL_VERSION = 1


def small_file(source: bytes, longest_side: int, *, max_pixels: int = MAX_PIXELS) -> bytes:
    """WebP with alpha, its longest side that many px (or the source's own, where that is shorter).

    Raises InputRefused as `codec.decode`. For upright sources, such as print files: EXIF orientation is not applied.
    """
    found = open_source(source, max_pixels=max_pixels)
    image = found.image
    scale = longest_side / max(image.width, image.height)
    if scale < 1:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        image = vips.unpremultiplied(vips.reduce(vips.premultiplied(image), *size))
    with reading():
        data: bytes = image.webpsave_buffer(Q=82, effort=2, keep="none")
    return data
