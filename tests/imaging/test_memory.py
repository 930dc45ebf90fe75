"""Peak memory of whole processes: bounded whatever comes in, and what `reserve` promised."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import pyvips

from tests.imaging.art import badge

PROGRAM = """
import json, sys
from pathlib import Path
from printdock.imaging.codec import encode_png, probe
from printdock.imaging.prepare import prepare, reserve
from printdock.imaging.types import Fit, Recipe

def peak():
    line = next(l for l in open("/proc/self/status") if l.startswith("VmHWM"))
    return int(line.split()[1]) * 1024

import numpy as np
encode_png(prepare(encode_png(np.full((9, 9, 4), 255, np.uint8), 300), Recipe(1, 1)).pixels, 300)
recipe = Recipe(9.5, 4.33, 400, Fit(sys.argv[2]))
base = peak()
info = probe(Path(sys.argv[1]))
made = prepare(Path(sys.argv[1]), recipe)
prepared = peak()
png = encode_png(made.pixels, made.dpi)
print(json.dumps({"base": base, "prepared": prepared, "total": peak(), "reserved": reserve(info, recipe)}))
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="VmHWM is Linux's")


def _measured(path: Path, fit: str = "stretch") -> dict[str, int]:
    run = subprocess.run([sys.executable, "-c", PROGRAM, str(path), fit], capture_output=True, text=True, check=True)
    figures: dict[str, int] = json.loads(run.stdout)
    return figures


def _picture(side: int) -> pyvips.Image:
    tile = badge(500, 500)
    image = pyvips.Image.new_from_array(tile).copy(interpretation="srgb")
    return image.replicate(-(-side // 500), -(-side // 500)).crop(0, 0, side, side)


@pytest.mark.parametrize("name, side", [("big.png", 12_000), ("big.jpg", 12_000), ("big.tif", 7_000)])
def test_large_pictures_stay_under_half_a_gigabyte(name: str, side: int, tmp_path: Path) -> None:
    picture, path = _picture(side), tmp_path / name
    if name == "big.png":
        picture.pngsave(str(path), compression=1, filter="none")
    elif name == "big.jpg":
        picture.flatten(background=255).jpegsave(str(path), Q=60)
    else:
        picture.tiffsave(str(path), compression="lzw")
    figures = _measured(path)
    assert figures["total"] < 500e6
    assert figures["prepared"] - figures["base"] <= figures["reserved"]


@pytest.mark.parametrize(
    "name, fit",
    [
        ("art.png", "stretch"),
        ("art.png", "contain"),
        ("art.png", "cover"),
        ("art.png", "longest-side"),
        ("interlaced.png", "stretch"),
        ("art.jpg", "contain"),
        ("progressive.jpg", "contain"),
        ("art.webp", "contain"),
        ("art.tif", "cover"),
    ],
)
def test_reserve_is_an_upper_bound(name: str, fit: str, tmp_path: Path) -> None:
    picture, path = _picture(3000), tmp_path / name
    if name.endswith("jpg"):
        picture = picture.flatten(background=255)
        picture.jpegsave(str(path), interlace=name.startswith("progressive"))
    elif name.endswith("png"):
        picture.pngsave(str(path), compression=1, interlace=name.startswith("interlaced"))
    elif name.endswith("webp"):
        picture.webpsave(str(path), lossless=True, effort=0)
    else:
        picture.tiffsave(str(path))
    figures = _measured(path, fit)
    used = figures["prepared"] - figures["base"]
    assert used <= figures["reserved"]
    if name == "art.png" and fit != "longest-side":
        assert used <= 100e6
        assert figures["reserved"] < 1.5 * used
