"""Packs as people write them: read, written, and refused with file, line and reason."""

from __future__ import annotations

import io
import json
import os
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from printdock.errors import PackRefused, Problem, UsageError
from printdock.imaging.output import PictureFormat
from printdock.mockups import pack as packs
from printdock.mockups import photos
from printdock.mockups.lines import Lines
from printdock.mockups.manifest import AREA_TABLES, Manifest, WatermarkTable
from printdock.mockups.pack import Pack, make_pack, read_pack, write_pack
from printdock.mockups.problems import manifest_of
from printdock.mockups.writing import text_of
from printdock.rendering.types import Cylinder, Mesh, Polygon, PrintArea, Quad, Shape, Watermark
from tests.mockups.conftest import MANIFEST, photo, write, write_folder


def refused(folder: Path) -> dict[str, Problem]:
    """The problems of the pack in ``folder``, by code."""
    with pytest.raises(PackRefused) as raised:
        read_pack(folder)
    assert all(problem.file == str(folder / "mockup.toml") for problem in raised.value.problems)
    return {problem.code: problem for problem in raised.value.problems}


def line_of(folder: Path, words: str) -> int:
    lines = (folder / "mockup.toml").read_text().splitlines()
    return next(n for n, line in enumerate(lines, 1) if words in line)


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "mockup.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_is_written_by_hand_is_read(pack: Pack) -> None:
    manifest = pack.manifest
    assert (manifest.name, manifest.template) == ("Wall", "Poster 18x24")
    assert manifest.output.format is PictureFormat.WEBP and manifest.output.longest_side == 400
    assert [picture.name for picture in manifest.picture] == ["Front", "Mug"]
    assert manifest.picture[0].area[0].displacement_strength == 3
    assert list(manifest.picture[0].garment.colours) == ["navy", "off white"]
    assert set(pack.files) == {"photos/front.png", "mask.png"}


def test_a_pack_is_written_as_it_was_read(pack: Pack, folder: Path, tmp_path: Path) -> None:
    write_pack(pack, tmp_path / "copy")
    for path in ("mockup.toml", "photos/front.png", "mask.png"):
        assert (tmp_path / "copy" / path).read_bytes() == (folder / path).read_bytes()


def test_a_manifest_survives_being_written_by_a_program(pack: Pack) -> None:
    values = pack.manifest.model_dump(mode="json")
    values["name"] = "Quotes \" and 'ü'"
    values["picture"][0]["area"] += [
        {"kind": "polygon", "points": [[0, 0.125], [1e5, 2], [-3.5, 4]], "fit": "cover", "align_x": "left"},
        {"kind": "mesh", "points": [[[x * 40, y * 40.5] for x in range(5)] for y in range(4)], "part": [0, 0, 0.5, 1]},
    ]
    values["picture"][1]["watermark"] = {"image": "mask.png", "place": "stretched"}
    manifest = Manifest.model_validate_json(json.dumps(values))
    assert manifest_of(text_of(manifest), "x") == manifest
    assert make_pack(manifest, pack.files).manifest == manifest


@pytest.mark.parametrize(
    ("kind", "shape"), [("polygon", Polygon), ("quad", Quad), ("mesh", Mesh), ("cylinder", Cylinder)]
)
def test_every_field_of_an_area_can_be_said(kind: str, shape: type[Shape]) -> None:
    said = set(AREA_TABLES[kind].model_fields)
    assert {field.name for field in (*fields(shape), *fields(PrintArea))} - {"shape"} <= said


def test_every_field_of_a_watermark_can_be_said() -> None:
    names = {"picture": "image", "rgb": "colour"}
    assert {names.get(field.name, field.name) for field in fields(Watermark)} == set(WatermarkTable.model_fields)


def test_all_problems_are_told_at_once_with_their_lines(folder: Path) -> None:
    edit(folder, "quality = 90", "qualty = 90")
    edit(folder, 'blend = "multiply"', 'blend = "multiplied"')
    edit(folder, 'kind = "cylinder"', 'kind = "cylindre"')
    edit(folder, 'navy = "#1b2a49"', 'navy = "blue"')
    edit(folder, "[345, 250], [52, 255]]", '[345, "250"], [52, 255]]')
    with pytest.raises(PackRefused) as raised:
        read_pack(folder)
    told = {problem.line: problem for problem in raised.value.problems}
    assert len(told) == 5
    assert told[line_of(folder, "qualty")].remedy == "Did you mean 'quality'?"
    assert "soft-light" in told[line_of(folder, "multiplied")].message
    assert told[line_of(folder, "cylindre")].remedy == "Did you mean 'cylinder'?"
    assert "#1b2a49" in told[line_of(folder, "blue")].message
    assert "number" in told[line_of(folder, '"250"')].message


@pytest.mark.parametrize(
    ("old", "new", "code", "words", "at"),
    [
        ('name = "Wall"', 'name = "Wall', "not_toml", "cannot be read", 'name = "Wall'),
        ('name = "Wall"\n', "", "missing_key", "name is missing", "# Kept"),
        ("radius = 90\n", "", "missing_key", "picture 2, area 1, radius is missing", "[[picture.area]]"),
        ("feather = 1.5", "fether = 1.5", "unknown_key", "fether", "fether"),
        ("feather = 1.5", "feather = true", "wrong_value", "must be a number", "feather"),
        ("feather = 1.5", "feather = nan", "wrong_value", "finite", "feather"),
        ("feather = 1.5", "feather = 2026-01-02", "wrong_value", "must be a number", "feather"),
        ("quality = 90", "quality = 101", "wrong_value", "100", "quality"),
        ('name = "Mug"', 'name = "Front"', "wrong_value", "two pictures are called 'Front'", "[[picture]]"),
        ('name = "Mug"', 'name = "a/b"', "wrong_value", "cannot be a name", 'name = "a/b"'),
        ("[output]", 'pattern = "{number}.{nonsense}"\n[output]', "wrong_value", "{nonsense} is not known", "pattern"),
        ("[output]", 'pattern = "all the same"\n[output]', "wrong_value", "overwrite each other", "pattern"),
        ('text = "SAMPLE"', 'text = "SAMPLE"\nimage = "mask.png"', "wrong_value", "not both", "[watermark]"),
        ('mask = "mask.png"\nfeather', 'mask = "musk.png"\nfeather', "missing_file", "musk.png", "musk.png"),
        ('mask = "mask.png"\nfeather', 'mask = "photos"\nfeather', "missing_file", "not a file", '"photos"'),
        ('"photos/front.png"', '"../front.png"', "wrong_value", "not a path below", "../front"),
        ('"photos/front.png"', '"/etc/passwd"', "wrong_value", "not a path below", "/etc/passwd"),
        ('"photos/front.png"', '"photos\\\\front.png"', "wrong_value", "not a path below", "\\\\front"),
    ],
)  # fmt: skip
def test_a_malformed_pack_is_refused_with_line_and_reason(
    folder: Path, old: str, new: str, code: str, words: str, at: str
) -> None:
    edit(folder, old, new)
    problem = refused(folder)[code]
    assert words in problem.message
    lines = (folder / "mockup.toml").read_text().splitlines()
    assert at in lines[problem.line - 1], f"line {problem.line}: {lines[problem.line - 1]}"


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    write(secret, photo(9))
    (folder / "mask.png").unlink()
    (folder / "mask.png").symlink_to(secret)
    problems = refused(folder)
    assert "leads out" in problems["outside_pack"].message and "mask.png" in problems["outside_pack"].message
    (folder / "mask.png").unlink()
    (folder / "mask.png").symlink_to("mask.png")
    assert "missing_file" in refused(folder)


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    (folder / "mask.png").unlink()
    os.mkfifo(folder / "mask.png")
    assert "not a file" in refused(folder)["missing_file"].message


def test_a_folder_without_a_manifest_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"mockup\.toml"):
        read_pack(tmp_path)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_truncated_base_is_refused_by_name(folder: Path, suffix: str) -> None:
    path = folder / "photos" / f"cut{suffix}"
    write(path, photo(3))
    path.write_bytes(path.read_bytes()[:-3000])
    edit(folder, '"photos/front.png"', f'"photos/cut{suffix}"')
    problem = refused(folder)["damaged"]
    assert f"photos/cut{suffix}" in problem.message and problem.line == line_of(folder, "cut")


def test_a_file_that_is_too_large_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "PICTURE_BYTES", 5000)
    assert "photos/front.png" in refused(folder)["too_large"].message
    monkeypatch.undo()
    monkeypatch.setattr(photos, "MOST_PIXELS", 1000)
    assert "too_many_pixels" in refused(folder)


def test_a_rotated_photo_is_read_upright(folder: Path) -> None:
    pixels = photo(4)
    picture = Image.fromarray(pixels)
    exif = picture.getexif()
    exif[0x0112] = 6  # to be turned clockwise
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(pixels)))
    stream = io.BytesIO()
    stored.save(stream, "PNG", exif=exif)
    data = stream.getvalue()
    assert photos.size(data) == (400, 300)
    assert np.array_equal(photos.photo(data)[..., :3], pixels)


def test_16_bit_and_cmyk_photos_work(folder: Path) -> None:
    pixels = photo(5)
    deep = (pixels[..., ::-1].astype(np.uint16) * 257).copy()
    cv2.imwrite(str(folder / "photos" / "deep.png"), deep)
    Image.fromarray(pixels).convert("CMYK").save(folder / "photos" / "inks.jpg", quality=95)
    edit(folder, 'name = "Mug"\nfile = "photos/front.png"', 'name = "Mug"\nfile = "photos/inks.jpg"')
    edit(folder, '"photos/front.png"', '"photos/deep.png"')
    pack = read_pack(folder)
    assert np.array_equal(photos.photo(pack.files["photos/deep.png"])[..., :3], pixels)
    inks = photos.photo(pack.files["photos/inks.jpg"])[..., :3].astype(int)
    assert inks.shape == pixels.shape and abs(inks.mean() - pixels.mean()) < 40


def test_a_mask_on_a_transparent_ground_hides_there() -> None:
    pixels = np.full((20, 20, 4), 255, np.uint8)
    pixels[:, :10, 3] = 0
    pixels[:, 10:, :3] = 90
    ok, data = cv2.imencode(".png", pixels)
    grey = photos.grey(data.tobytes())
    assert ok and (grey[:, :10] == 0).all() and (grey[:, 10:] == 90).all()


def test_lines_are_found_past_strings_arrays_and_comments() -> None:
    text = (
        'a = """x\n[no]\n"""\nb = [ # one\n  1, "]", \'#\',\n  [2]\n]\n"c d".e = {f = 1, g = [3,\n4]}\n'
        "[[t]]\n[[t.u]]\nv = 1\n[[t]]\n[[t.u]]\n[t.u.w]\nx = 2\n"
    )
    lines = Lines(text)
    expected = {
        ("a",): 1, ("b", 1): 5, ("b", 3, 0): 6, ("c d", "e", "f"): 8, ("c d", "e", "g", 1): 9,
        ("t", 0, "u", 0, "v"): 12, ("t", 1): 13, ("t", 1, "u", 0, "w", "x"): 16, ("t", 1, "u", 0, "gone"): 14, ("?",): 1,
    }  # fmt: skip
    assert {path: lines.line(path) for path in expected} == expected


def test_a_renamed_pack_keeps_everything_else(pack: Pack) -> None:
    other = pack.renamed('My "Wall"')
    assert other.name == 'My "Wall"'
    assert other.text == MANIFEST.replace('name = "Wall"', 'name = "My \\"Wall\\""', 1)


def test_the_pack_of_the_tests_is_sound(tmp_path: Path) -> None:
    assert read_pack(write_folder(tmp_path / "another")).name == "Wall"
