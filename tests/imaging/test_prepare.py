"""From a file to a print, a look and a report; and back from the print to the look."""

from __future__ import annotations

import dataclasses
import io
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from printdock.errors import InputRefused
from printdock.imaging import prepare as module
from printdock.imaging.codec import decode, encode_png, probe
from printdock.imaging.prepare import look_of_print, prepare, reserve
from printdock.imaging.recipe import look_size, undo, visible
from printdock.imaging.types import LOOK_PX, Fit, Pixels, Prepared, Recipe
from tests.imaging.art import badge, disc, over_premultiplied, png, saved

WRAP = Recipe(9.5, 4.33, 400, Fit.STRETCH)
SMALL = Recipe(2, 1, 300, Fit.STRETCH)
GOLDEN = Path(__file__).parent.parent / "golden" / "imaging"


def _padded(art: Pixels, left: int, top: int, right: int, bottom: int) -> Pixels:
    return np.pad(art, ((top, bottom), (left, right), (0, 0)))


def _trimmed(art: Pixels) -> Pixels:
    y, x = np.nonzero(art[..., 3] > 2)
    return art[y.min() : y.max() + 1, x.min() : x.max() + 1]


def _difference(a: Pixels, b: Pixels) -> float:
    assert a.shape == b.shape
    return float(np.abs(over_premultiplied(a, 128) - over_premultiplied(b, 128)).mean())


def test_a_wrap_has_the_size_the_shop_knows() -> None:
    made = prepare(png(badge(900, 700)), WRAP)
    assert (made.width, made.height, made.dpi) == (3800, 1732, 400)
    assert made.pixels.flags["C_CONTIGUOUS"] and made.look.flags["C_CONTIGUOUS"]
    assert max(made.look.shape[:2]) <= LOOK_PX


def test_padding_changes_neither_print_nor_look() -> None:
    art = _trimmed(badge(500, 380))
    plain = prepare(png(art), SMALL)
    padded = prepare(png(_padded(art, 31, 7, 2, 99)), SMALL)
    assert (plain.art_width, plain.art_height) == (padded.art_width, padded.art_height) == art.shape[1::-1]
    assert np.array_equal(plain.pixels, padded.pixels) and np.array_equal(plain.look, padded.look)


def test_colour_hidden_under_transparency_never_shows() -> None:
    art = disc(400, 300)
    dirty = art.copy()
    dirty[art[..., 3] == 0, :3] = (13, 240, 77)
    assert np.array_equal(prepare(png(art), SMALL).pixels, prepare(png(dirty), SMALL).pixels)


@pytest.mark.parametrize("fit", list(Fit))
def test_white_ink_stays_white_to_the_last_pixel(fit: Fit) -> None:
    for recipe in (Recipe(2, 1, 300, fit), Recipe(0.4, 0.3, 300, fit)):
        made = prepare(png(disc(400, 300)), recipe)
        assert (made.pixels[made.pixels[..., 3] > 0, :3] == 255).all()
        assert (made.pixels[made.pixels[..., 3] == 0] == 0).all()


def test_a_stray_pixel_of_alpha_one_does_not_defeat_the_trim() -> None:
    art = badge(300, 200)
    clean = prepare(png(art), SMALL)
    dirty = _padded(art, 50, 50, 50, 50)
    dirty[0, 0, 3] = dirty[-1, -1, 3] = 2
    assert (prepare(png(dirty), SMALL).art_width, clean.art_width) == (clean.art_width, clean.art_width)


def test_specks_are_reported_and_erased_only_when_asked() -> None:
    art = _padded(badge(1600, 900), 400, 100, 100, 100)
    clean = prepare(png(art), WRAP)
    art[50, 3] = art[51, 3] = (0, 0, 0, 200)
    kept = prepare(png(art), WRAP)
    assert kept.preflight.specks == 1 and kept.art_width > clean.art_width
    erased = prepare(png(art), dataclasses.replace(WRAP, despeckle=True))
    assert erased.preflight.specks == 1 and erased.art_width == clean.art_width
    assert np.array_equal(erased.pixels, clean.pixels)


def test_a_speck_inside_the_box_is_erased_too() -> None:
    art = np.zeros((1500, 2500, 4), np.uint8)
    art[:, :400] = art[:, -400:] = (9, 90, 9, 255)
    art[700, 1200] = 255
    kept, erased = (prepare(png(art), Recipe(2, 1.2, despeckle=flag)) for flag in (False, True))
    middle = slice(200, 400)
    assert kept.pixels[:, middle, 3].any() and not erased.pixels[:, middle, 3].any()


def test_nothing_visible() -> None:
    for alpha in (0, 2):
        with pytest.raises(InputRefused) as refusal:
            prepare(png(np.full((50, 50, 4), (255, 0, 0, alpha), np.uint8)), SMALL)
        assert refusal.value.code == "empty_art"


def test_a_finding_named_by_the_recipe_stops_the_file() -> None:
    with pytest.raises(InputRefused) as refusal:
        prepare(png(badge(100, 100)), dataclasses.replace(WRAP, errors=frozenset({"low_dpi"})))
    assert refusal.value.code == "low_dpi"


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_opaque_art_is_not_trimmed_and_stays_opaque(mode: str) -> None:
    made = prepare(saved(Image.new(mode, (300, 200), 200), "PNG"), dataclasses.replace(SMALL, needs_alpha=True))
    assert (made.art_width, made.art_height) == (300, 200)
    assert (made.pixels[..., 3] == 255).all()
    assert "no_alpha" in [finding.code for finding in made.preflight.findings]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    "recipe", [SMALL, Recipe(2, 1, rotate_to_fit=True, mirror=True, canvas_in=(2, 2)), Recipe(1, 2, fit=Fit.COVER)]
)
def test_orientation_is_applied_to_everything(orientation: int, recipe: Recipe) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    art = _padded(badge(400, 250), 10, 40, 20, 0)
    data = png(art, exif=exif)
    got, want = prepare(data, recipe), prepare(png(decode(data)), recipe)
    assert (got.art_width, got.art_height) == (want.art_width, want.art_height)
    assert np.abs(got.pixels.astype(int) - want.pixels).max() <= 2
    assert np.abs(got.look.astype(int) - want.look).max() <= 2


RECIPES = [
    SMALL,
    Recipe(1, 1, fit=Fit.CONTAIN, canvas_in=(2, 1.5)),
    Recipe(2, 1, fit=Fit.COVER),
    Recipe(1, 2, fit=Fit.CONTAIN, rotate_to_fit=True, margin_in=0.1),
    Recipe(3, 3, fit=Fit.WIDTH, mirror=True),
    Recipe(1, 4, fit=Fit.STRETCH, despeckle=True, rotate_to_fit=True, mirror=True),
]


def _streamed(monkeypatch: pytest.MonkeyPatch, source: bytes | Path, recipe: Recipe) -> Prepared:
    with monkeypatch.context() as patch:
        patch.setattr(module, "STREAM_PIXELS", 0)
        return prepare(source, recipe)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("form", ["PNG", "TIFF", "JPEG", "WEBP"])
def test_big_files_go_through_strips_to_the_same_result(
    recipe: Recipe, form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    art = _padded(badge(1300, 1100), 33, 40, 300, 17)
    art[3, 3] = 255
    picture = Image.fromarray(art)
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {"lossless": True, "method": 0} if form == "WEBP" else {}
    data = saved(picture.convert("RGB") if form == "JPEG" else picture, form, exif=exif, **options)
    path = tmp_path / "art"
    path.write_bytes(data)
    small, big = prepare(data, recipe), _streamed(monkeypatch, path, recipe)
    assert (small.art_width, small.art_height) == (big.art_width, big.art_height)
    assert small.preflight == big.preflight
    for a, b in ((small.pixels, big.pixels), (small.look, big.look)):
        assert a.shape == b.shape and np.abs(a.astype(int) - b).max() <= 1


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_big_files_are_refused_when_cut_short(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(Image.fromarray(badge(900, 800)), form)
    with pytest.raises(InputRefused) as refusal:
        _streamed(monkeypatch, data[: len(data) * 3 // 4], SMALL)
    assert refusal.value.code == "damaged"


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("streamed", [False, True])
def test_from_a_stored_print_back_to_the_look(recipe: Recipe, streamed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made = prepare(png(badge(1300, 1100)), recipe)
    stored = encode_png(made.pixels, made.dpi)
    want = visible(made.look, recipe, made.art_width, made.art_height)
    if streamed:
        monkeypatch.setattr(module, "STREAM_PIXELS", 0)
    got = look_of_print(stored, recipe, made.art_width, made.art_height)
    assert _difference(got, want) < 2.0
    assert np.abs(got.astype(int) - undo(made.pixels, recipe, made.art_width, made.art_height)).max() <= 1


def test_a_print_of_another_size_is_not_compared() -> None:
    with pytest.raises(InputRefused) as refusal:
        look_of_print(png(badge(100, 100)), SMALL, 1300, 1100)
    assert refusal.value.code == "print_mismatch"


@pytest.mark.parametrize(
    "name, size", [("badge", (1600, 1280)), ("badge-tall", (700, 1900)), ("badge-small", (300, 260))]
)
def test_looks_stay_what_they_are(name: str, size: tuple[int, int]) -> None:
    """Looks are stored and compared for years: they must not drift from one version to the next."""
    look = prepare(png(badge(*size)), WRAP).look
    small = np.asarray(Image.fromarray(look).resize((look.shape[1] // 4, look.shape[0] // 4), Image.Resampling.BOX))
    golden = np.asarray(Image.open(GOLDEN / f"{name}.png"))
    assert small.shape == golden.shape
    difference = np.abs(small.astype(int) - golden)
    assert difference.mean() < 0.25 and difference.max() <= 12


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    at, found = 8, []
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        found.append((name, data[at + 8 : at + 8 + length]))
        at += length + 12
    return found


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (200, 1), (65, 64), (333, 129)])
@pytest.mark.parametrize("seed", [0, 1])
def test_png_round_trip(size: tuple[int, int], seed: int) -> None:
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 256, (size[1], size[0], 4), np.uint8) if seed else badge(*size)
    data = encode_png(pixels, 300)
    want = np.where(pixels[..., 3:] > 0, pixels, 0)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), want)
    assert np.array_equal(decode(data), want)


def test_png_says_its_dpi_and_colour_space_and_no_more() -> None:
    data = encode_png(badge(300, 200), 400)
    names = [name for name, _ in _chunks(data)]
    assert names[:3] == [b"IHDR", b"sRGB", b"pHYs"] and set(names[3:]) == {b"IDAT", b"IEND"}
    assert dict(_chunks(data))[b"pHYs"] == struct.pack(">IIB", 15748, 15748, 1)
    assert Image.open(io.BytesIO(data)).info["dpi"] == pytest.approx((400, 400), abs=0.01)


def test_png_is_the_same_twice_and_from_a_strided_view() -> None:
    pixels = badge(640, 480)
    assert encode_png(pixels, 300) == encode_png(pixels.copy(), 300)
    wide = np.concatenate([pixels, pixels], axis=1)
    assert encode_png(wide[:, :640], 300) == encode_png(pixels, 300)


def test_prepare_is_the_same_twice_and_in_two_threads() -> None:
    data = png(badge(1500, 1200))
    want = encode_png(prepare(data, WRAP).pixels, 400)
    results: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: results.append(encode_png(prepare(data, WRAP).pixels, 400))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [want] * 3


def test_png_is_about_as_small_as_the_slowest_pillow() -> None:
    made = prepare(png(badge(1500, 1200)), SMALL)
    assert len(encode_png(made.pixels, 300)) <= 1.1 * len(png(made.pixels, optimize=True))


def test_reserve_grows_with_source_and_print() -> None:
    info = probe(png(badge(600, 400)))
    assert (
        reserve(info, SMALL)
        < reserve(info, WRAP)
        < reserve(dataclasses.replace(info, width=6000, decoded_bytes=9_600_000), WRAP)
    )
    assert look_size(6000, 3000) == (1024, 512)
