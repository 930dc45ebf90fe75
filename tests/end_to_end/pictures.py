"""Small pictures with art that nobody takes for another's, and the copies of it that everybody must recognise."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pyvips
from numpy.typing import NDArray

Array = NDArray[np.uint8]


def art(seed: int, side: int = 300) -> Array:
    """Height x width x 4: overlapping shapes on a transparent ground, other ones for every ``seed``."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((side, side, 4), np.uint8)
    pixels[2:6, 2:6] = pixels[-6:-2, -6:-2] = 255  # the trim is the same for all
    for _ in range(14):
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        points = rng.integers(side // 20, side - side // 20, (4, 2)).astype(np.int32)
        cv2.fillPoly(pixels, [points], (*colour, 255), cv2.LINE_AA)
    return pixels


def save(path: Path, pixels: Array, **options: object) -> Path:
    """Write by the file name's ending; PNG options are libvips'."""
    image = pyvips.Image.new_from_array(np.ascontiguousarray(pixels), interpretation="srgb")
    path.write_bytes(image.write_to_buffer(path.suffix, **options))
    return path


def draw(folder: Path, seeds: range, side: int = 300) -> list[Path]:
    """One PNG for each seed, named so that the order of names is that of the seeds."""
    folder.mkdir(parents=True, exist_ok=True)
    return [save(folder / f"design {seed:05d}.png", art(seed, side)) for seed in seeds]


def resaved(source: Path, path: Path) -> Path:
    """The same pixels in other bytes."""
    image = pyvips.Image.new_from_file(str(source))
    path.write_bytes(image.pngsave_buffer(compression=9, filter="none"))
    assert path.read_bytes() != source.read_bytes()
    return path
