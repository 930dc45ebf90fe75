"""CPU milliseconds of each step from file to print, and the size of the result against Pillow's smallest.

    python -m bench.imaging.steps [--designs DIR] [--count 20] [--sides 3000 4500 6000]

Designs: SVG files (Debian's openclipart-svg by default), drawn by rsvg-convert at each size; art goes on a 16 oz wrap,
3800 x 1732 px. CPU time of the whole process, medians over the designs; each figure is of one run, so compare ratios.
"The old way" does what the system that was replaced did: OpenCV, straight-alpha resize, Pillow ``optimize=True``.
"""

from __future__ import annotations

import argparse
import io
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from printdock.imaging import codec, vips
from printdock.imaging.prepare import prepare
from printdock.imaging.recipe import look_size
from printdock.imaging.resize import grow, premultiply, unpremultiply
from printdock.imaging.trim import Scan
from printdock.imaging.types import Fit, Pixels, Recipe

RECIPE = Recipe(9.5, 4.33, 400, Fit.STRETCH)
PRINT = (3800, 1732)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--designs", type=Path, default=Path("/usr/share/openclipart/svg"))
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--sides", type=int, nargs="+", default=[3000, 4500, 6000])
    arguments = parser.parse_args()
    vips.init()
    table: dict[int, dict[str, float]] = {}
    for side in arguments.sides:
        files = drawn(arguments.designs, arguments.count, side)
        table[side] = measured(files)
    names = list(next(iter(table.values())))
    print(f"{'CPU ms, medians':28s}" + "".join(f"{side:>10d} px" for side in table))
    for name in names:
        print(f"{name:28s}" + "".join(f"{row[name]:13.2f}" for row in table.values()))


def drawn(designs: Path, count: int, side: int) -> list[bytes]:
    """``count`` designs spread over the collection, each longest side ``side`` px, as PNG."""
    found = [path for path in sorted(designs.rglob("*.svg")) if 4_000 < path.stat().st_size < 400_000]
    files = []
    for path in found[7 :: max(1, len(found) // (count * 2))]:
        command = ["rsvg-convert", "-w", str(side), "-h", str(side), "--keep-aspect-ratio", str(path)]
        try:
            files.append(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            print("not drawn:", path, file=sys.stderr)
        if len(files) == count:
            break
    return files


def measured(files: list[bytes]) -> dict[str, float]:
    rows: dict[str, list[float]] = {}
    sizes: list[tuple[int, int]] = []
    for data in files:
        steps(data, rows)
        (pixels, encoded), ms = timed(partial(made, data))
        rows.setdefault("prepare + encode", []).append(ms)
        _, old_ms = timed(partial(the_old_way, data))
        rows.setdefault("the old way", []).append(old_ms)
        sizes.append((len(encoded), len(pillow(pixels))))
    medians = {name: statistics.median(values) for name, values in rows.items()}
    medians["size by Pillow's, median"] = statistics.median(a / b for a, b in sizes)
    medians["size by Pillow's, total"] = sum(a for a, _ in sizes) / sum(b for _, b in sizes)
    medians["two threads, speed-up"] = threads_speed_up(files[0])
    return medians


def made(data: bytes) -> tuple[Pixels, bytes]:
    """The print file of one design, as pixels and as PNG."""
    prepared = prepare(data, RECIPE)
    return prepared.pixels, codec.encode_png(prepared.pixels, prepared.dpi)


def steps(data: bytes, rows: dict[str, list[float]]) -> None:
    """The steps of `prepare` one by one."""

    def note(name: str, work: Callable[[], Any]) -> Any:
        result, ms = timed(work)
        rows.setdefault(name, []).append(ms)
        return result

    found = note("header, checksums", lambda: codec.open_source(data))
    pixels = note("decode", lambda: codec.whole(found))
    scan = Scan(pixels.shape[1], pixels.shape[0], 2)
    note("trim: scan", lambda: scan.add(0, pixels))
    note("trim: specks", scan.specks)
    box = scan.box()
    assert box is not None
    art = pixels[box.slices]
    note("premultiply", lambda: premultiply(art))
    image = vips.cropped(vips.from_array(pixels), box)
    note("look", lambda: vips.to_array(vips.reduce(image, *look_size(box.width, box.height))))
    least = min(PRINT[0], box.width), min(PRINT[1], box.height)
    reduced = note("resize: shrink", lambda: vips.to_array(vips.reduce(image, *least)))
    grown = note("resize: grow", lambda: grow(reduced, *PRINT))
    note("unpremultiply", lambda: unpremultiply(grown))
    note("encode", lambda: codec.encode_png(grown, 400))


def the_old_way(data: bytes) -> bytes:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image.shape[2] == 3:
        image = cv2.cvtColor(image, cv2.COLOR_BGR2BGRA)
    y, x = np.nonzero(image[..., 3])
    art = image[y.min() : y.max() + 1, x.min() : x.max() + 1]
    method = cv2.INTER_CUBIC if PRINT[0] > art.shape[1] else cv2.INTER_AREA
    resized = cv2.resize(art, PRINT, interpolation=method)
    return pillow(cv2.cvtColor(resized, cv2.COLOR_BGRA2RGBA))


def pillow(pixels: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def threads_speed_up(data: bytes) -> float:
    """Wall time of four files one after another by that of two threads with two each."""

    def work(times: int) -> None:
        for _ in range(times):
            made(data)

    start = time.perf_counter()
    work(4)
    alone = time.perf_counter() - start
    threads = [threading.Thread(target=work, args=(2,)) for _ in range(2)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return alone / (time.perf_counter() - start)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    result = work()
    return result, (time.process_time() - start) * 1000


if __name__ == "__main__":
    main()
