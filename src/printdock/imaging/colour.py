"""Any admitted colour space to straight RGBA, 8 bit, sRGB."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from printdock.imaging import vips
from printdock.imaging.vips import VipsError, VipsImage

_PROFILE = "icc-profile-data"


def to_srgb(image: VipsImage) -> tuple[VipsImage, str | None]:
    """(lazy RGBA uint8 sRGB image, what was converted or None).

    The second is "cmyk", "lab" or "profile" where colours may have moved: something a seller should know.
    16-bit samples are divided by 257 and rounded; alpha is carried beside the colours and never colour-managed.
    Raises `VipsError` where libvips has no way to sRGB.
    """
    if image.interpretation == "srgb" and image.bands == 4 and image.format == "uchar" and not _needs_managing(image):
        return image, None  # what nearly every design is
    alpha = None
    if image.hasalpha():
        alpha = _eight_bit(image[image.bands - 1])
        image = image.extract_band(0, n=image.bands - 1)
    image, converted = _colours(image)
    if image.bands == 1:
        image = image.bandjoin([image, image])
    image = image.bandjoin(alpha if alpha is not None else 255)
    return image.copy(interpretation="srgb"), converted


def _colours(image: VipsImage) -> tuple[VipsImage, str | None]:
    """The colour bands as uint8: one (grey) or three (sRGB)."""
    space = image.interpretation
    managed = _through_profile(image)
    if managed is not None:
        return managed, space if space in ("cmyk", "lab") else "profile"
    if space in ("b-w", "grey16", "rgb", "srgb", "rgb16", "multiband") and image.format in ("uchar", "ushort"):
        return _eight_bit(image), None
    if space == "cmyk":
        return _from_cmyk(image), "cmyk"
    return _eight_bit(image.colourspace("srgb")), "lab" if space in ("lab", "labs", "labq") else space


def _eight_bit(image: VipsImage) -> VipsImage:
    if image.format == "uchar":
        return image
    if image.format == "ushort":
        return image.linear(1 / 257, 0.5, uchar=True)
    return image.rint().cast("uchar")


def _needs_managing(image: VipsImage) -> bool:
    """Whether there is a profile that says the samples are not sRGB."""
    if image.get_typeof(_PROFILE) == 0 or image.format not in ("uchar", "ushort"):
        return False
    return not (image.interpretation in ("srgb", "rgb", "rgb16") and _is_srgb(image.get(_PROFILE)))


def _through_profile(image: VipsImage) -> VipsImage | None:
    """The colour bands through their embedded profile, or None where there is none that matters, or it is unusable."""
    if not _needs_managing(image):
        return None
    try:
        depth = 16 if image.format == "ushort" else 8
        return _eight_bit(_transformed(image, depth))
    except VipsError:
        return None


def _transformed(image: VipsImage, depth: int) -> VipsImage:
    return image.icc_transform("srgb", embedded=True, intent="relative", black_point_compensation=True, depth=depth)


def _from_cmyk(image: VipsImage) -> VipsImage:
    """CMYK without a profile, read as the generic press profile libvips carries."""
    return image.icc_transform(
        "srgb", input_profile="cmyk", embedded=False, intent="relative", black_point_compensation=True, depth=8
    )


@lru_cache(maxsize=32)
def _is_srgb(profile: bytes) -> bool:
    """Whether an RGB profile maps every colour of a 6 x 6 x 6 cube to within 2 of 255 of itself.

    Most files of drawing programs carry an sRGB profile of one make or another; converting them would cost more than
    decoding and change nothing.
    """
    axis = np.linspace(0, 255, 6).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(6, 36, 3)
    image = vips.from_array(cube).copy()
    image.set_type(vips.BLOB, _PROFILE, profile)
    try:
        moved = vips.to_array(_transformed(image, 8))
    except VipsError:
        return True
    return moved.shape == cube.shape and int(np.abs(moved.astype(np.int16) - cube).max()) <= 2
