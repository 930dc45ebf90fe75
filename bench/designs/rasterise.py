"""Real designs to measure on: Debian's openclipart (public domain) drawn at 3000 px, as sellers export theirs.

    python -m bench.designs.rasterise 100      prints the folder

RGBA PNG, longest side 3000 px, the transparent border left in. The choice is the same on every machine that has the
same openclipart-svg; a larger set contains every smaller one. Drawn once, kept below .cache/.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

CLIP_ART = Path("/usr/share/openclipart/svg")
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "designs-3000"
LONGEST_PX = 3000
PACKAGES = ("openclipart-svg", "librsvg2-bin")

#: Nobody sells these: single shapes, interface icons, colour swatches, pictograms.
SKIPPED = ("shapes", "special", "computer", "signs_and_symbols", "transportation/aiga-symbols", "unsorted")
#: Bytes of SVG: below it a drawing is a shape or two, above it drawing takes long.
SVG_BYTES = range(8_000, 2_000_000)
DRAWING_SECONDS = 20


def designs(count: int) -> list[Path]:
    """``count`` drawn designs, in an order that never changes. Draws what is missing.

    Raises `RuntimeError` when clip art or the program that draws it is missing, or there is too little of it.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    known = _read_choice()
    if len(known) < count:
        _bring()
        with ThreadPoolExecutor(max_workers=max(1, min(2, os.cpu_count() or 1))) as pool:
            for name in _chosen(pool, known, count):
                known.append(name)
                _write_choice(known)
    if len(known) < count:
        raise RuntimeError(f"only {len(known)} designs can be drawn from {CLIP_ART}")
    return [CACHE / name for name in known[:count]]


def folder(count: int) -> Path:
    """A folder with exactly these ``count`` designs. Raises as `designs` does."""
    chosen = CACHE / f"first-{count}"
    for path in designs(count):
        chosen.mkdir(exist_ok=True)
        if not (chosen / path.name).exists():
            (chosen / path.name).hardlink_to(path)
    return chosen


def _chosen(pool: ThreadPoolExecutor, known: list[str], count: int) -> Iterator[str]:
    """Names of newly drawn designs, in the fixed order, as many as are still missing."""
    missing = count - len(known)
    tried = known[-1] if known else None
    candidates = _candidates()
    if tried is not None:
        names = [_name(path) for path in candidates]
        candidates = candidates[names.index(tried) + 1 :]
    # A few at a time: the order decides which are taken, not which is drawn first.
    while missing > 0 and candidates:
        batch, candidates = candidates[:8], candidates[8:]
        for svg, good in zip(batch, list(pool.map(_draw, batch)), strict=True):
            if not good or missing == 0:
                continue
            missing -= 1
            yield _name(svg)


def _candidates() -> list[Path]:
    """Every drawing worth trying, shuffled by the digest of its name."""
    usable = [
        path
        for path in CLIP_ART.rglob("*.svg")
        if not str(path.relative_to(CLIP_ART)).startswith(SKIPPED) and path.stat().st_size in SVG_BYTES
    ]
    return sorted(usable, key=_digest)


def _digest(svg: Path) -> str:
    return hashlib.sha256(str(svg.relative_to(CLIP_ART)).encode()).hexdigest()


def _name(svg: Path) -> str:
    return f"{svg.stem[:60]}-{_digest(svg)[:8]}.png"


def _draw(svg: Path) -> bool:
    """Whether the drawing became a design worth keeping; if so it lies in the cache."""
    target = CACHE / _name(svg)
    if target.exists():
        return True
    partial = target.with_suffix(".part")
    command = ["rsvg-convert", "--keep-aspect-ratio", f"--width={LONGEST_PX}", f"--height={LONGEST_PX}"]
    try:
        subprocess.run(
            [*command, "--format=png", f"--output={partial}", str(svg)],
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=DRAWING_SECONDS,
        )
        if not _worth_keeping(partial):
            return False
        partial.rename(target)
        return True
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return False
    finally:
        partial.unlink(missing_ok=True)


def _worth_keeping(png: Path) -> bool:
    """Art on a transparent ground, neither a speck nor a full sheet, of at least a few colours and some detail."""
    pixels = cv2.imread(str(png), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 3 or pixels.shape[2] != 4 or max(pixels.shape[:2]) < LONGEST_PX * 0.9:
        return False
    small = pixels[::8, ::8]
    visible = small[..., 3] > 127
    if not 0.08 <= float(visible.mean()) <= 0.92:
        return False
    colours = np.unique(small[visible][:, :3] // 32, axis=0)
    return len(colours) >= 4 and png.stat().st_size >= 60_000


def _read_choice() -> list[str]:
    try:
        names = (CACHE / "chosen.txt").read_text().split("\n")
    except FileNotFoundError:
        return []
    return [name for name in names if name and (CACHE / name).exists()]


def _write_choice(names: list[str]) -> None:
    partial = CACHE / "chosen.part"
    partial.write_text("\n".join(names))
    partial.rename(CACHE / "chosen.txt")


def _bring() -> None:
    """Clip art and the program that draws it, from Debian where root may install them."""
    if CLIP_ART.is_dir() and shutil.which("rsvg-convert"):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise RuntimeError(f"clip art is missing: as root, apt-get install -y {' '.join(PACKAGES)}")
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(
            ["apt-get", "-q", *arguments],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-400:]}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw real designs to measure on.")
    parser.add_argument("count", type=int)
    print(folder(parser.parse_args().count))


if __name__ == "__main__":
    main()
