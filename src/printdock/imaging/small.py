"""Small pictures of art, for lists and galleries."""

from __future__ import annotations

from pathlib import Path

from printdock.imaging import codec, vips
from printdock.imaging.resize import unpremultiply


def art_thumbnail(source: bytes | Path, longest_side: int, *, max_pixels: int = codec.MAX_PIXELS) -> bytes:
    """An upright picture file as a WebP of at most ``longest_side`` px, transparent where it is; never enlarged.

    Read row by row: takes memory for the thumbnail, not for the picture. Raises InputRefused as `codec.decode`.
    """
    found = codec.open_source(source, max_pixels=max_pixels)
    width, height = found.image.width, found.image.height
    scale = min(1.0, longest_side / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    with codec.reading():
        pixels = vips.to_array(vips.reduce(vips.premultiplied(found.image), *size))
    data: bytes = vips.from_array(unpremultiply(pixels)).webpsave_buffer(Q=82, alpha_q=90, effort=2, keep="none")
    return data
