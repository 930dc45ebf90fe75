"""From a source file to everything a print needs: the one entry to this package for the upload flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from printdock.errors import InputRefused
from printdock.imaging import codec, vips
from printdock.imaging.codec import Opened
from printdock.imaging.preflight import Facts, preflight
from printdock.imaging.recipe import MAX_PRINT_PIXELS, Placement, look_on_sheet, look_size, place, turned_back
from printdock.imaging.resize import grow, premultiply, unpremultiply
from printdock.imaging.trim import Scan
from printdock.imaging.types import LOOK_PX, Box, Pixels, Prepared, Recipe, SourceInfo
from printdock.imaging.vips import VipsImage

#: Sources of more pixels are not decoded in one piece but read in strips, three times: bounds, look, print.
STREAM_PIXELS = 40_000_000

#: Rows of a streamed source that decoder and filters hold between them at most, counted as RGBA.
_STREAM_ROWS = 6_000

#: Buffers of the libraries, and what else is small.
_SLACK_BYTES = 12 << 20

#: Rows per strip while looking for the bounds.
_STRIP = 64


@dataclass(frozen=True, slots=True)
class _Art:
    """The trimmed, clean art of a source, as stored (not yet upright), to be read as often as asked.

    ``part(box)``: a lazy premultiplied image of that part of the *source*.
    """

    box: Box
    scan: Scan | None  # None: the source has no alpha, all of it is art
    specks: int
    part: Callable[[Box], VipsImage]


def prepare(source: bytes | Path, recipe: Recipe, *, max_pixels: int = codec.MAX_PIXELS) -> Prepared:
    """Decode, trim, clean if asked, look, size, check.

    Raises InputRefused: the codes of `codec`, ``empty_art`` where nothing is visible, ``print_too_large``, and any
    preflight code that is in ``recipe.errors``.
    """
    found = codec.open_source(source, max_pixels=max_pixels)
    info = found.info
    streamed = info.width * info.height > STREAM_PIXELS
    art = _streamed(source, found, recipe, max_pixels) if streamed else _whole(found, recipe)
    width, height = _swapped(art.box.width, art.box.height, info.orientation)
    placement = place(width, height, recipe)
    report = preflight(_facts(art, found, width, height), placement, recipe)
    small = _shrunk(art, art.box, *_swapped(*look_size(width, height), info.orientation))
    look = np.ascontiguousarray(codec.upright(small, info.orientation))
    crop = codec.as_stored(placement.crop, width, height, info.orientation)
    crop = Box(art.box.x + crop.x, art.box.y + crop.y, crop.width, crop.height)
    size = _swapped(*placement.size_unturned, info.orientation)
    pixels = _shrunk(art, crop, *size)
    del art  # the decoded source: the largest array of all, not needed while the print is made
    pixels = grow(pixels, *size)
    if info.has_alpha:
        pixels = unpremultiply(pixels)
    return Prepared(_laid(pixels, placement, info.orientation), recipe.dpi, look, width, height, report)


def reserve(info: SourceInfo, recipe: Recipe) -> int:
    """Bytes that `prepare` of this source takes at its peak, its result included, the source's own bytes not.

    An upper estimate, for admission. The art is taken to fill its page; with the fits width and height, art trimmed
    much slimmer than its page prints longer than assumed here. Raises as `place`.
    """
    width, height = _swapped(info.width, info.height, info.orientation)
    placement = place(width, height, recipe)
    print_bytes = placement.width * placement.height * 4
    sized = min(placement.target.width, width) * min(placement.target.height, height) * 4
    look = 4 * LOOK_PX * LOOK_PX
    turned = info.orientation != 1 or placement.rotated or placement.mirrored or recipe.canvas_in or recipe.margin_in
    making = sized + print_bytes * (2 if turned else 1)
    if info.width * info.height > STREAM_PIXELS:
        reading = info.width * (4 * _STREAM_ROWS + info.height // 7) + sized
    else:
        reading = info.decoded_bytes + _decoder_bytes(info) + sized
    return max(reading, making) + look + _SLACK_BYTES


def _decoder_bytes(info: SourceInfo) -> int:
    """What the decoder holds beside its output: formats that are decoded in one piece are held twice."""
    pixels = info.width * info.height
    if info.format in ("webp", "gif", "avif", "heic"):
        return 2 * info.decoded_bytes + (4 << 20)
    if info.interlaced:
        return pixels * max(6, info.bands * info.bits // 8)  # libjpeg: 16-bit coefficients; libpng: the whole picture
    return 0


def look_of_print(source: bytes | Path, recipe: Recipe, art_width: int, art_height: int) -> Pixels:
    """The look of the art a stored print file was made from; see `recipe.undo`, which this is for a file.

    Memory: the decoded print once, or strips of it above `STREAM_PIXELS`.
    Raises InputRefused: the codes of `codec`, and ``print_mismatch`` where the file's size is not the recipe's.
    """
    found = codec.open_source(source, max_pixels=MAX_PRINT_PIXELS)
    placement = place(art_width, art_height, recipe)
    if (found.info.width, found.info.height) != (placement.width, placement.height):
        raise InputRefused(
            f"The print file is {found.info.width} x {found.info.height} px where the template makes "
            f"{placement.width} x {placement.height}.",
            code="print_mismatch",
            remedy="The template was changed since, or the file was replaced.",
        )
    size = look_on_sheet(placement, recipe, art_width, art_height)
    image = _premultiplied(found, placement.target)
    with codec.reading():
        look = vips.to_array(vips.reduce(image, *_least(size, placement.target)))
    return turned_back(grow(look, *size), placement)


def _premultiplied(found: Opened, box: Box) -> VipsImage:
    """A lazy premultiplied image of that part, of pixels in memory where they fit."""
    if found.info.width * found.info.height > STREAM_PIXELS:
        return vips.premultiplied(vips.cropped(found.image, box))
    pixels = codec.whole(found)
    premultiply(pixels[box.slices])
    return vips.cropped(vips.from_array(pixels), box)


def _whole(found: Opened, recipe: Recipe) -> _Art:
    pixels = codec.whole(found)
    page = Box(0, 0, found.info.width, found.info.height)
    image = vips.from_array(pixels)
    if not found.info.has_alpha:
        return _Art(page, None, 0, lambda box: vips.cropped(image, box))
    scan = Scan(page.width, page.height, recipe.alpha_threshold)
    scan.add(0, pixels)
    box, specks = _bounds(scan, recipe)
    if recipe.despeckle:
        for speck in specks:
            pixels[speck.slices] = 0
    premultiply(pixels[box.slices])
    return _Art(box, scan, len(specks), lambda part: vips.cropped(image, part))


def _streamed(source: bytes | Path, found: Opened, recipe: Recipe, max_pixels: int) -> _Art:
    info = found.info
    if not info.has_alpha:
        page = Box(0, 0, info.width, info.height)
        return _Art(page, None, 0, lambda box: vips.cropped(_again(source, max_pixels), box))
    scan = Scan(info.width, info.height, recipe.alpha_threshold)
    with codec.reading():
        vips.feed(found.image, _STRIP, scan.add)
    box, specks = _bounds(scan, recipe)
    gone = specks if recipe.despeckle else []

    def part(box: Box) -> VipsImage:
        return vips.premultiplied(vips.cropped(vips.erased(_again(source, max_pixels), gone), box))

    return _Art(box, scan, len(specks), part)


def _again(source: bytes | Path, max_pixels: int) -> VipsImage:
    return codec.open_source(source, max_pixels=max_pixels, checked=True).image


def _bounds(scan: Scan, recipe: Recipe) -> tuple[Box, list[Box]]:
    """(trimmed box, specks); the specks count for the box only while they stay."""
    specks = scan.specks()
    box = scan.box(without=specks if recipe.despeckle else None)
    if box is None:
        raise InputRefused(
            "The file is completely transparent: there is nothing to print.",
            code="empty_art",
            remedy="Check that the layers are visible, and export it again.",
        )
    return box, specks


def _shrunk(art: _Art, box: Box, width: int, height: int) -> Pixels:
    """That part of the source, premultiplied, each axis shrunk to width or height where it is longer."""
    with codec.reading():
        return vips.to_array(vips.reduce(art.part(box), *_least((width, height), box)))


def _least(size: tuple[int, int], box: Box) -> tuple[int, int]:
    return min(size[0], box.width), min(size[1], box.height)


def _laid(pixels: Pixels, placement: Placement, orientation: int) -> Pixels:
    """The sheet with the sized art on it, upright, turned and mirrored as placed."""
    art = codec.upright(pixels, orientation)
    if placement.rotated:
        art = np.rot90(art, -1)
    if placement.mirrored:
        art = art[:, ::-1]
    if art.shape[:2] == (placement.height, placement.width):
        return np.ascontiguousarray(art)
    sheet = np.zeros((placement.height, placement.width, 4), np.uint8)
    sheet[placement.target.slices] = art
    return sheet


def _facts(art: _Art, found: Opened, width: int, height: int) -> Facts:
    scan, info = art.scan, found.info
    return Facts(
        art=Box(0, 0, width, height),
        has_alpha=info.has_alpha,
        semi_transparent=scan.semi_transparent if scan else 0.0,
        opaque_page=scan is None or scan.all_opaque,
        specks=art.specks,
        converted=found.converted,
        pages=info.pages,
    )


def _swapped(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Width and height of a picture seen as stored from those seen upright, and the other way round."""
    return (height, width) if orientation >= 5 else (width, height)
