"""CPU milliseconds of a 2000 px mockup, warm, beside the floor: what OpenCV alone needs for the least that looks like one.

    python -m bench.rendering [--rounds 15] [--json FILE]

The floor takes turns with the product in one process: copy the photo, one bilinear ``cv2.warpPerspective`` or
``cv2.remap`` of the already shrunk design on the area's bounding box, one premultiplied blend in 8 bits, and the same
progressive JPEG 95. The product adds bicubic sampling, exact edges, float blending, the watermark, and where named
shading and another blend mode. Both JPEG encoders are timed; the floor takes the faster.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from printdock.imaging import vips
from printdock.imaging.output import Output, encode
from printdock.imaging.types import Pixels
from printdock.rendering.design import Design
from printdock.rendering.geometry import homography
from printdock.rendering.render import PreparedBase, prepare, render
from printdock.rendering.shrink import resized
from printdock.rendering.types import BaseImage, Blend, Cylinder, Polygon, PrintArea, Quad, Shape, Watermark

SIDE = 2000
WATERMARK = Watermark(text="© Rose Prints", size=0.8)
SHAPES: dict[str, Shape] = {
    "polygon": Polygon(((420, 600), (1580, 600), (1580, 1130), (420, 1130))),
    "quad": Quad(((480, 520), (1540, 640), (1500, 1330), (440, 1420))),
    "mesh": Cylinder((1000, 520), (1000, 1380), 520, arc=180, bulge=60),
}
KINDS: dict[str, PrintArea] = {
    **{name: PrintArea(shape) for name, shape in SHAPES.items()},
    "quad, multiply, shading": PrintArea(SHAPES["quad"], blend=Blend.MULTIPLY, shading=0.8),
    "mesh, shading": PrintArea(SHAPES["mesh"], shading=0.8),
}


def photo(side: int = SIDE) -> Pixels:
    """A photo of soft light and shade with the grain of a camera."""
    random = np.random.default_rng(5)
    soft = cv2.resize(
        random.uniform(60, 220, (9, 9, 3)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC
    )
    grain = cv2.GaussianBlur(random.normal(0, 5, (side, side, 3)).astype(np.float32), (0, 0), 0.8)
    pixels = np.clip(np.round(soft + grain), 0, 255).astype(np.uint8)
    return np.dstack([pixels, np.full((side, side), 255, np.uint8)])


def art(width: int = 3800, height: int = 1732) -> Pixels:
    """A wrap of flat shapes, lines and letters on transparent."""
    random = np.random.default_rng(7)
    canvas = np.zeros((height, width, 4), np.uint8)
    for _ in range(70):
        colour = (*(int(value) for value in random.integers(0, 256, 3)), 255)
        x, y, size = (int(v) for v in random.integers((0, 0, height // 30), (width, height, height // 6)))
        cv2.circle(canvas, (x, y), size, colour, -1, cv2.LINE_AA)
        cv2.line(canvas, (x, y), (x + 3 * size, y + size), colour, 1 + size // 12, cv2.LINE_AA)
    for line in range(6):
        where = (width // 20, height * (line + 1) // 7)
        cv2.putText(
            canvas, "Rose Prints 0123456789", where, cv2.FONT_HERSHEY_DUPLEX, 5, (20, 20, 20, 255), 9, cv2.LINE_AA
        )
    return canvas


def floor_of(area: PrintArea, prepared: PreparedBase, pixels: Pixels) -> Callable[[], Pixels]:
    """The floor's picture-maker for this area: everything that can be made beforehand is."""
    ready = prepared.areas[0]
    box = ready.box
    small = resized(pixels, box.width, max(1, round(box.width * pixels.shape[0] / pixels.shape[1])))
    warp = _warp(area.shape, ready, small)

    def make() -> Pixels:
        picture = prepared.photo.copy()
        region = picture[box.slices]
        warped = warp()
        left = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(warped, 3)), cv2.COLOR_GRAY2RGB)
        kept = cv2.multiply(region, left, scale=1 / 255)
        region[...] = cv2.add(kept, cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB))
        return picture

    return make


def _warp(shape: Shape, ready: Any, small: Pixels) -> Callable[[], Any]:
    box, (height, width) = ready.box, small.shape[:2]
    if isinstance(shape, Cylinder):
        x, y = ready.u * np.float32(width) - np.float32(0.5), ready.v * np.float32(height) - np.float32(0.5)
        return lambda: cv2.remap(small, x, y, cv2.INTER_LINEAR)
    points = shape.points if isinstance(shape, Polygon) else shape.corners
    a, b, c, d = ((x - box.x, y - box.y) for x, y in points)
    matrix = homography(Quad((a, b, c, d))) @ np.diag([1 / width, 1 / height, 1])
    return lambda: cv2.warpPerspective(small, matrix, (box.width, box.height), flags=cv2.INTER_LINEAR)


def encoders() -> dict[str, Callable[[Pixels], int]]:
    """Progressive JPEG 95, colour at full resolution, by each library; the number of bytes."""

    def by_vips(pixels: Pixels) -> int:
        return len(vips.from_array(pixels).jpegsave_buffer(Q=95, interlace=True, keep="none", subsample_mode="off"))

    return {"OpenCV": lambda pixels: len(encode(pixels, Output()).data), "libvips": by_vips}


def run(rounds: int) -> dict[str, Any]:
    vips.init()
    pixels, ground = art(), photo()
    design = Design(pixels)
    made: dict[str, tuple[Callable[[], Pixels], Callable[[], Pixels]]] = {}
    rows = {}
    for name, area in KINDS.items():
        base = BaseImage(SIDE, SIDE, (area,), watermark=WATERMARK)
        prepared, once = timed(lambda base=base: prepare(base, ground, longest_side=SIDE))
        _, first = timed(lambda prepared=prepared: render(prepared, design))
        made[name] = (lambda prepared=prepared: render(prepared, design)), floor_of(area, prepared, pixels)
        rows[name] = {"mockup": name, "prepare_ms": round(once, 1), "first_ms": round(first, 1),
                      "base_mb": round(prepared.nbytes / 1e6, 1)}  # fmt: skip
    fastest = _fastest(encoders(), made["polygon"][0](), rounds)
    figures = _take_turns(made, encoders()[fastest], rounds)
    for name, row in rows.items():
        row.update(figures[name])
    return {"encoder": fastest, "design_mb": round(design.nbytes / 1e6, 1), "results": list(rows.values())}


def _fastest(writers: dict[str, Callable[[Pixels], int]], picture: Pixels, rounds: int) -> str:
    times: dict[str, list[float]] = {name: [] for name in writers}
    for _ in range(rounds):
        for name, write in writers.items():
            times[name].append(timed(lambda write=write: write(picture))[1])
    return min(times, key=lambda name: statistics.median(times[name]))


def _take_turns(
    made: dict[str, tuple[Callable[[], Pixels], Callable[[], Pixels]]], write: Callable[[Pixels], int], rounds: int
) -> dict[str, dict[str, float]]:
    parts = ("render_ms", "jpeg_ms", "floor_render_ms", "floor_jpeg_ms")
    times: dict[str, dict[str, list[float]]] = {name: {part: [] for part in parts} for name in made}
    for _ in range(rounds):
        for name, (ours, floor) in made.items():
            for make, render_part, jpeg_part, writer in (
                (ours, "render_ms", "jpeg_ms", lambda picture: encode(picture, Output())),
                (floor, "floor_render_ms", "floor_jpeg_ms", write),
            ):
                picture, rendering = timed(make)
                _, writing = timed(lambda writer=writer, picture=picture: writer(picture))
                times[name][render_part].append(rendering)
                times[name][jpeg_part].append(writing)
    figures = {}
    for name, found in times.items():
        medians = {part: statistics.median(values) for part, values in found.items()}
        ours = statistics.median(map(sum, zip(found["render_ms"], found["jpeg_ms"], strict=True)))
        floor = statistics.median(map(sum, zip(found["floor_render_ms"], found["floor_jpeg_ms"], strict=True)))
        figures[name] = {**{part: round(value, 1) for part, value in medians.items()}, "total_ms": round(ours, 1),
                         "floor_total_ms": round(floor, 1), "by_floor": round(ours / floor, 2)}  # fmt: skip
    return figures


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    result = work()
    return result, (time.process_time() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = run(options.rounds)
    rows = result["results"]
    print(f"{'CPU ms, medians':22s}" + "".join(f"{row['mockup']:>26s}" for row in rows))
    for key in rows[0]:
        if key != "mockup":
            print(f"{key:22s}" + "".join(f"{row[key]:26}" for row in rows))
    print(f"JPEG of the floor: {result['encoder']}; the design and its reduced forms: {result['design_mb']} MB")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
