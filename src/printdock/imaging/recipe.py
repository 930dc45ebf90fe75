"""Where art goes on a print file: pure geometry. Lengths in px unless a name says otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from printdock.errors import InputRefused
from printdock.imaging.resize import premultiply, resize
from printdock.imaging.types import LOOK_PX, Box, Fit, Pixels, Recipe

#: Most pixels of one print file: a 22 x 150 in roll at 300 DPI.
MAX_PRINT_PIXELS = 300_000_000

#: Two ways of laying art are "the same size" within this share; then it is not turned.
_TURN_GAIN = 1.001


@dataclass(frozen=True, slots=True)
class Placement:
    """How a piece of art lies on its print file.

    The part ``crop`` of the art (in the art's own px) is turned 90 degrees clockwise if ``rotated``, then mirrored
    left-right if ``mirrored``, and fills ``target`` on a transparent sheet of ``width`` x ``height`` px.
    """

    width: int
    height: int
    crop: Box
    rotated: bool
    mirrored: bool
    target: Box

    @property
    def size_unturned(self) -> tuple[int, int]:
        """(width, height) of ``target`` as seen before the turn: what ``crop`` is resized to."""
        if self.rotated:
            return self.target.height, self.target.width
        return self.target.width, self.target.height

    @property
    def scale(self) -> tuple[float, float]:
        """Print px per art px along the art's own x and y."""
        width, height = self.size_unturned
        return width / self.crop.width, height / self.crop.height


def place(art_width: int, art_height: int, recipe: Recipe) -> Placement:
    """Lay art of this size out. Print px = round(inches x DPI).

    stretch, cover   the sheet is width x height; the art fills it but for the margin
    the others       the sheet is the art plus the margin
    canvas_in        the sheet is the canvas instead, with the art centred; art never exceeds it
    rotate_to_fit    contain: the way up that prints larger; stretch: that distorts less; cover: that cuts off less;
                     longest-side, width and height say which way up and never turn

    Raises InputRefused (print_too_large) where the sheet would exceed `MAX_PRINT_PIXELS`.
    """
    box, canvas = _box(recipe)
    turned = recipe.rotate_to_fit and _turn_is_better(art_width, art_height, recipe.fit, box)
    shown = (art_height, art_width) if turned else (art_width, art_height)
    size, crop = _fitted(shown, recipe.fit, box, canvas)
    margin = _px(recipe.margin_in, recipe)
    sheet = canvas_px(recipe) or (size[0] + 2 * margin, size[1] + 2 * margin)
    if sheet[0] * sheet[1] > MAX_PRINT_PIXELS:
        raise InputRefused(
            f"The print would be {sheet[0]} x {sheet[1]} px.",
            code="print_too_large",
            remedy="The art is too long and narrow for this template, or the template's size or DPI is too high.",
        )
    target = Box((sheet[0] - size[0]) // 2, (sheet[1] - size[1]) // 2, *size)
    kept = _centred(art_width, art_height, *(reversed(crop) if turned else crop))
    return Placement(*sheet, kept, turned, recipe.mirror, target)


def canvas_px(recipe: Recipe) -> tuple[int, int] | None:
    """Width and height of the canvas in px, if the recipe has one."""
    if recipe.canvas_in is None:
        return None
    return _px(recipe.canvas_in[0], recipe), _px(recipe.canvas_in[1], recipe)


def look_size(width: int, height: int) -> tuple[int, int]:
    """Size of the look of art of this size: longest side at most `LOOK_PX`, never enlarged."""
    scale = min(1.0, LOOK_PX / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def visible_box(recipe: Recipe, art_width: int, art_height: int) -> Box:
    """The part of the art's look that is printed: all of it, but for ``cover``."""
    crop = place(art_width, art_height, recipe).crop
    width, height = look_size(art_width, art_height)
    x, y = width / art_width, height / art_height
    left, top = round(crop.x * x), round(crop.y * y)
    right, bottom = round((crop.x + crop.width) * x), round((crop.y + crop.height) * y)
    left, top = min(left, width - 1), min(top, height - 1)
    return Box(left, top, max(1, right - left), max(1, bottom - top))


def visible(look: Pixels, recipe: Recipe, art_width: int, art_height: int) -> Pixels:
    """The part of a newcomer's look that would be printed: to be compared with `undo` of a stored print."""
    return look[visible_box(recipe, art_width, art_height).slices]


def undo(print_pixels: Pixels, recipe: Recipe, art_width: int, art_height: int) -> Pixels:
    """From a print file (straight RGBA) back to the look of its art: premultiplied, the art's aspect and way up.

    ``art_width`` and ``art_height`` are those of the trimmed art the print was made from. For ``cover`` the result is
    what `visible` makes of the art's look. Detail the print never had is not invented, only enlarged.
    """
    placement = place(art_width, art_height, recipe)
    art = premultiply(np.array(print_pixels[placement.target.slices], order="C"))
    return turned_back(resize(art, *look_on_sheet(placement, recipe, art_width, art_height)), placement)


def look_on_sheet(placement: Placement, recipe: Recipe, art_width: int, art_height: int) -> tuple[int, int]:
    """Width and height of the visible look as the art lies on the sheet (turned if it was turned)."""
    box = visible_box(recipe, art_width, art_height)
    return (box.height, box.width) if placement.rotated else (box.width, box.height)


def turned_back(pixels: Pixels, placement: Placement) -> Pixels:
    """The art as it lies on the sheet, made upright and unmirrored again."""
    if placement.mirrored:
        pixels = pixels[:, ::-1]
    if placement.rotated:
        pixels = np.rot90(pixels)
    return np.ascontiguousarray(pixels)


def _px(inches: float, recipe: Recipe) -> int:
    return round(inches * recipe.dpi)


def _box(recipe: Recipe) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """(room for the art by width_in x height_in, room by the canvas), margins off, each side at least 1."""
    margin = 2 * _px(recipe.margin_in, recipe)
    width, height = _px(recipe.width_in, recipe) - margin, _px(recipe.height_in, recipe) - margin
    canvas = canvas_px(recipe)
    if canvas is None:
        return (max(1, width), max(1, height)), None
    room = max(1, canvas[0] - margin), max(1, canvas[1] - margin)
    return (max(1, min(width, room[0])), max(1, min(height, room[1]))), room


def _turn_is_better(width: int, height: int, fit: Fit, box: tuple[int, int]) -> bool:
    upright = (box[0] / width, box[1] / height)
    turned = (box[0] / height, box[1] / width)
    match fit:
        case Fit.CONTAIN:
            return min(turned) > min(upright) * _TURN_GAIN
        case Fit.STRETCH | Fit.COVER:
            return max(turned) / min(turned) * _TURN_GAIN < max(upright) / min(upright)
        case Fit.LONGEST_SIDE | Fit.WIDTH | Fit.HEIGHT:
            return False


def _fitted(
    art: tuple[int, int], fit: Fit, box: tuple[int, int], room: tuple[int, int] | None
) -> tuple[tuple[int, int], tuple[int, int]]:
    """(size in print px, size of the part of the art shown in art px), both as they lie on the sheet."""
    if fit is Fit.STRETCH:
        return box, art
    if fit is Fit.COVER:
        scale = max(box[0] / art[0], box[1] / art[1])
        return box, (_clamp(box[0] / scale, art[0]), _clamp(box[1] / scale, art[1]))
    scale = _scale(art, fit, box)
    if room is not None:
        scale = min(scale, room[0] / art[0], room[1] / art[1])
    return (max(1, round(art[0] * scale)), max(1, round(art[1] * scale))), art


def _scale(art: tuple[int, int], fit: Fit, box: tuple[int, int]) -> float:
    if fit is Fit.WIDTH:
        return box[0] / art[0]
    if fit is Fit.HEIGHT:
        return box[1] / art[1]
    if fit is Fit.LONGEST_SIDE:
        return max(box) / max(art)
    return min(box[0] / art[0], box[1] / art[1])


def _clamp(value: float, high: int) -> int:
    return min(high, max(1, round(value)))


def _centred(width: int, height: int, crop_width: int, crop_height: int) -> Box:
    return Box((width - crop_width) // 2, (height - crop_height) // 2, crop_width, crop_height)
