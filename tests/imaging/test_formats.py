"""Every admitted format, mode and depth decodes to the same straight RGBA sRGB picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms

from printdock.errors import InputRefused
from printdock.imaging import vips
from printdock.imaging.codec import decode, probe
from printdock.imaging.types import Pixels
from tests.imaging.art import badge, chunk, disc, png, saved

ART = badge(160, 120)
SOLID = np.dstack([ART[..., :3], np.full(ART.shape[:2], 255, np.uint8)])
SOLID[ART[..., 3] == 0, :3] = (250, 240, 60)


def _near(got: Pixels, want: Pixels, tolerance: float) -> None:
    assert got.dtype == np.uint8 and got.flags["C_CONTIGUOUS"]
    assert got.shape == want.shape
    assert float(np.abs(got.astype(int) - want).mean()) <= tolerance


def _vips(pixels: np.ndarray, kind: str = "srgb") -> pyvips.Image:
    return pyvips.Image.new_from_array(np.ascontiguousarray(pixels)).copy(interpretation=kind)


def _without_hidden(pixels: Pixels) -> Pixels:
    return np.where(pixels[..., 3:] > 0, pixels, 0)


@pytest.mark.parametrize(
    "data, kind",
    [
        (png(ART), "png"),
        (saved(Image.fromarray(ART), "WEBP", lossless=True, exact=True), "webp"),
        (saved(Image.fromarray(ART), "TIFF"), "tiff"),
        (saved(Image.fromarray(ART), "TIFF", compression="tiff_lzw"), "tiff"),
        (saved(Image.fromarray(ART), "TIFF", compression="tiff_adobe_deflate"), "tiff"),
        (_vips(ART).tiffsave_buffer(tile=True, bigtiff=True), "tiff"),
        (_vips(ART).pngsave_buffer(interlace=True), "png"),
    ],
)
def test_lossless_files_keep_every_pixel(data: bytes, kind: str) -> None:
    info = probe(data)
    assert (info.format, info.width, info.height, info.has_alpha) == (kind, 160, 120, True)
    assert info.decoded_bytes == 160 * 120 * 4
    assert np.array_equal(_without_hidden(decode(data)), _without_hidden(ART))


@pytest.mark.parametrize(
    "data, kind, tolerance",
    [
        (saved(Image.fromarray(SOLID).convert("RGB"), "JPEG", quality=95), "jpeg", 3),
        (saved(Image.fromarray(SOLID).convert("RGB"), "JPEG", quality=95, progressive=True), "jpeg", 3),
        (saved(Image.fromarray(SOLID).convert("RGB"), "WEBP", quality=95), "webp", 4),
        (saved(Image.fromarray(SOLID).convert("RGB"), "AVIF", quality=95), "avif", 3),
        (saved(Image.fromarray(SOLID), "AVIF", quality=95), "avif", 3),
        (saved(Image.fromarray(SOLID).convert("RGB"), "PNG"), "png", 0),
        (saved(Image.fromarray(SOLID).convert("RGB"), "GIF"), "gif", 8),
    ],
)
def test_opaque_files_come_out_opaque(data: bytes, kind: str, tolerance: float) -> None:
    assert probe(data).format == kind
    got = decode(data)
    assert (got[..., 3] == 255).all()
    _near(got, SOLID, tolerance)


def test_palette_with_transparency() -> None:
    picture = Image.fromarray(SOLID).convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE, colors=32)
    whole = np.asarray(picture.convert("RGBA"))
    index = int(np.asarray(picture)[0, 0])
    got = decode(saved(picture, "PNG", transparency=index))
    gone = np.asarray(picture) == index
    assert (got[gone, 3] == 0).all() and (got[~gone] == whole[~gone]).all()


@pytest.mark.parametrize("mode", ["P", "L"])
def test_gif_transparency(mode: str) -> None:
    picture = Image.new(mode, (20, 10), 0)
    picture.paste(1, (0, 0, 10, 10))
    got = decode(saved(picture, "GIF", transparency=1))
    assert (got[:, :10, 3] == 0).all() and (got[:, 10:, 3] == 255).all()


def test_grey_and_one_bit() -> None:
    grey = Image.fromarray(SOLID).convert("L")
    want = np.asarray(grey)
    for data in (saved(grey, "PNG"), saved(grey, "TIFF")):
        got = decode(data)
        assert all(np.array_equal(got[..., band], want) for band in range(3)) and (got[..., 3] == 255).all()
    bits = grey.convert("1")
    for data in (saved(bits, "PNG"), saved(bits, "TIFF", compression="group4")):
        assert np.array_equal(decode(data)[..., 0], np.asarray(bits) * np.uint8(255))


def test_grey_with_alpha() -> None:
    picture = Image.fromarray(ART).convert("LA")
    want = np.asarray(picture)
    got = decode(saved(picture, "PNG"))
    assert np.array_equal(got[..., 1], want[..., 0]) and np.array_equal(got[..., 3], want[..., 1])


def test_grey_with_a_transparent_value() -> None:
    got = decode(saved(Image.fromarray(np.array([[0, 7], [7, 9]], np.uint8)), "PNG", transparency=7))
    assert got[..., 3].tolist() == [[255, 0], [0, 255]]


@pytest.mark.parametrize("bands, kind", [(1, "grey16"), (3, "rgb16"), (4, "rgb16")])
@pytest.mark.parametrize("save", ["pngsave_buffer", "tiffsave_buffer"])
def test_sixteen_bit_is_rounded(bands: int, kind: str, save: str) -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(bands, axis=2)
    got = decode(getattr(_vips(values, kind), save)())
    want = np.round(values[..., 0] / 257).astype(np.uint8)
    assert np.array_equal(got[..., 0], want)
    assert np.array_equal(got[..., 3], want if bands == 4 else np.full_like(want, 255))


def test_premultiplied_tiff_comes_out_straight() -> None:
    art = disc(64, 64, (200, 100, 50))
    got = decode(_vips(art).tiffsave_buffer(premultiply=True))
    solid = art[..., 3] > 128
    assert np.abs(got[solid].astype(int) - art[solid]).max() <= 2


def test_cmyk_without_a_profile() -> None:
    picture = Image.new("CMYK", (64, 48), (0, 0, 0, 0))
    picture.paste((0, 255, 255, 0), (0, 0, 32, 48))
    for form in ("JPEG", "TIFF"):
        data = saved(picture, form)
        assert probe(data).colour_space == "cmyk"
        red, white = decode(data)[24, 10], decode(data)[24, 50]
        assert red[0] > 180 and red[1] < 90 and red[2] < 90
        assert (white >= 250).all()


def test_cmyk_with_its_profile() -> None:
    muted = SOLID[..., :3] // 3 + 90  # inside the press's gamut
    data = _vips(muted).icc_transform("cmyk", input_profile="srgb").jpegsave_buffer(Q=95)
    assert probe(data).has_profile
    assert float(np.abs(decode(data)[..., :3].astype(int) - muted).mean()) < 5


def test_lab_tiff() -> None:
    data = _vips(SOLID[..., :3]).colourspace("lab").tiffsave_buffer()
    assert probe(data).colour_space == "lab"
    _near(decode(data), SOLID, 1)


def test_an_srgb_profile_changes_nothing_and_another_does() -> None:
    picture = Image.fromarray(SOLID).convert("RGB")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(decode(saved(picture, "PNG", icc_profile=srgb)), SOLID)
    wide = _vips(SOLID[..., :3]).icc_transform("p3", input_profile="srgb")
    assert not np.array_equal(wide.numpy(), SOLID[..., :3])
    _near(decode(wide.pngsave_buffer()), SOLID, 1)


def test_alpha_is_not_colour_managed() -> None:
    data = _vips(ART).icc_transform("p3", input_profile="srgb").pngsave_buffer()
    assert np.array_equal(decode(data)[..., 3], ART[..., 3])


def test_a_broken_profile_is_ignored() -> None:
    data = png(ART)
    broken = data[:33] + chunk(b"iCCP", b"x\0\0" + b"not deflate") + data[33:]
    assert np.array_equal(_without_hidden(decode(broken)), _without_hidden(ART))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_applied(orientation: int, form: str) -> None:
    picture = Image.fromarray(SOLID).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if form == "JPEG" else {"lossless": True} if form == "WEBP" else {}
    data = saved(picture, form, exif=exif, **options)
    assert probe(data).orientation == orientation
    upright = {
        1: picture,
        2: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: picture.transpose(Image.Transpose.ROTATE_180),
        4: picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: picture.transpose(Image.Transpose.TRANSPOSE),
        6: picture.transpose(Image.Transpose.ROTATE_270),
        7: picture.transpose(Image.Transpose.TRANSVERSE),
        8: picture.transpose(Image.Transpose.ROTATE_90),
    }[orientation]
    _near(decode(data), np.asarray(upright.convert("RGBA")), 3 if form == "JPEG" else 0)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "TIFF", "PNG"])
def test_only_the_first_frame_counts(form: str) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    options = {"lossless": True} if form == "WEBP" else {}
    data = saved(frames[0], form, save_all=True, append_images=frames[1:], **options)
    got = decode(data)
    assert got.shape == (30, 40, 4) and (got == (255, 0, 0, 255)).all()
    assert form == "PNG" or probe(data).pages == 3


def test_the_name_plays_no_part(tmp_path: Path) -> None:
    path = tmp_path / "design[page=3].jpg"
    path.write_bytes(png(ART))
    assert probe(path).format == "png"
    assert np.array_equal(_without_hidden(decode(path)), _without_hidden(ART))


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"8BPS\0\1" + bytes(60),
        b"PK\3\4" + bytes(60),
        b"\x1f\x8b" + bytes(60),
        b"#!/bin/sh\nrm -rf /\n",
        b"BM" + bytes(60),
        b"P6 2 2 255\n" + bytes(12),
        b"push graphic-context\nviewbox 0 0 640 480\n",
        b"hello",
        saved(Image.new("RGB", (4, 4)), "BMP"),
        saved(Image.new("RGB", (4, 4)), "PPM"),
    ],
)
def test_anything_else_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "design.png"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(InputRefused) as refusal:
            probe(source)
        assert refusal.value.code == "unsupported_format"
        assert refusal.value.message.endswith(".") and refusal.value.remedy.endswith(".")


@pytest.mark.parametrize("brands", [b"heic\0\0\0\0mif1heic", b"mif1\0\0\0\0mif1heix"])
def test_heic_is_refused_by_name(brands: bytes) -> None:
    with pytest.raises(InputRefused) as refusal:
        probe(b"\0\0\0\x18ftyp" + brands + bytes(200))
    assert refusal.value.code == "unsupported_format" and "HEIC" in refusal.value.message


@pytest.mark.parametrize("loader", ["svgload_buffer", "rawload", "csvload", "vipsload"])
def test_other_loaders_are_blocked_in_the_library_itself(loader: str, tmp_path: Path) -> None:
    probe(png(ART))
    path = tmp_path / "design"
    path.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
    arguments = {"rawload": (str(path), 1, 1, 1), "svgload_buffer": (path.read_bytes(),)}.get(loader, (str(path),))
    with pytest.raises(pyvips.Error, match="blocked"):
        getattr(pyvips.Image, loader)(*arguments)


def test_pixels_keep_their_depth_on_the_way_through_the_library() -> None:
    for kind in (np.uint8, np.uint16):
        pixels = np.random.default_rng(3).integers(0, np.iinfo(kind).max, (40, 30, 4), kind)
        back = vips.to_array(vips.from_array(pixels))
        assert back.dtype == kind and np.array_equal(back, pixels)
    with pytest.raises(KeyError):
        vips.to_array(vips.from_array(pixels).cast("float"))
