"""The labelled set: designs, copies of them, and distinct designs near them. Seeded, so the same on every run.

    python -m bench.duplicates.make_set --files DIR     real image files in folders, with DIR/labels.json

Cached under .cache/duplicates/. Even cases are for tuning, odd ones for reporting; no clip art is in both.
"""

from __future__ import annotations

import argparse
import json
import pickle
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from . import copies, draw
from .copies import Picture

CACHE = Path(".cache/duplicates")
VERSION = 2
KINDS = (
    *("clip", "clip", "clip", "black", "white", "clip-text", "clip-text", "black-text", "text", "text"),
    *("badge", "flag", "photo", "photo-cut", "lines", "tiny", "strip", "tiled", "clip-small", "black-small"),
)


@dataclass(frozen=True)
class Case:
    """``stored``: the design the shop has; ``others``: what comes in later. Straight RGBA."""

    name: str
    kind: str
    half: str  # "tune" or "report"
    stored: np.ndarray
    others: tuple[Picture, ...]


def case(index: int) -> Case:
    rng = Random(f"printdock {VERSION} {index}")
    kind = KINDS[(index // 2) % len(KINDS)]
    art = base(kind, rng, index)
    stored, distinct = family(kind, art, rng)
    others = [*copies.same(stored, rng), *copies.near(stored, rng), *apart(distinct)]
    return Case(f"{index:04d}-{kind}", kind, ("tune", "report")[index % 2], stored, tuple(others))


def apart(distinct: list[Picture]) -> Iterator[Picture]:
    """Those that differ from each other too: two colour variants may have met by chance."""
    kept: list[Picture] = []
    for one in distinct:
        alike = [k for k in kept if k.pixels.shape == one.pixels.shape]
        if all(draw.visible_difference(one.pixels, other.pixels, robust=False) > 60 for other in alike):
            kept.append(one)
            yield one


def size_of(rng: Random) -> int:
    return rng.choice([300, 450, 600, 800, 1000, 1000, 1200, 1500, 1800, 2200, 3000])


def base(kind: str, rng: Random, index: int) -> np.ndarray:
    px = rng.randint(250, 420) if kind.endswith("small") else size_of(rng)
    if kind.startswith(("clip", "black", "white")):
        return clip_art(kind, rng, index, px)
    if kind == "photo":
        return draw.photo(rng, px, round(px * rng.uniform(0.5, 1.3)), False)
    if kind == "photo-cut":
        return draw.photo(rng, px, round(px * rng.uniform(0.6, 1.2)), True)
    if kind == "lines":
        return made(draw.line_art(rng, px, rng.uniform(1, 3) * px / 1000))
    if kind == "tiny":
        return made(draw.tiny_ink(rng, px))
    if kind == "tiled":
        return made(draw.tiled(rng, px, round(px * 0.46)))
    if kind == "strip":
        names = f"{rng.choice(draw.WORDS)} of {rng.choice(draw.NAMES)} and {rng.choice(draw.NAMES)}"
        line = f"{names}, since {rng.randint(1950, 2020)}"
        art = draw.text_layout(
            rng,
            [line],
            px,
        )
        return made(art)
    return np.zeros((1, 1, 4), np.uint8)  # text, badge and flag are families of their own


def clip_art(kind: str, rng: Random, index: int, px: int) -> np.ndarray:
    files = draw.svg_files()
    attempt = 0
    while True:  # the n-th case owns its own slice of the files
        art = draw.rasterise(files[(3100 + index * 12 + attempt) % len(files)], px)
        attempt += 1
        if art is None or (art[:, :, 3] > 128).mean() < 0.01:
            continue
        if kind.startswith(("black", "white")) and draw.is_plain_shape(art):
            continue  # a disc in one ink is the same as any other
        if kind.startswith("black"):
            return draw.recoloured(art, (0, 0, 0))
        return draw.recoloured(art, (255, 255, 255)) if kind == "white" else art


def made(art: np.ndarray) -> np.ndarray:
    cut = draw.trim(art)
    assert cut is not None
    return cut


def family(kind: str, art: np.ndarray, rng: Random) -> tuple[np.ndarray, list[Picture]]:
    """The stored design and distinct designs near it."""
    px = size_of(rng)
    if kind == "text":
        return text_family(rng, px)
    if kind == "badge":
        return badge_family(rng, px)
    if kind == "flag":
        return flag_family(rng, px)
    if kind.endswith("-text"):
        return dated_family(art, rng)
    return art, list(changed(art, rng))


def distinct(kind: str, pixels: np.ndarray) -> Picture:
    return Picture(kind, "distinct", made(pixels))


def changed(art: np.ndarray, rng: Random) -> Iterator[Picture]:
    if draw.visible_difference(art, np.ascontiguousarray(art[:, ::-1])) > 12:
        yield distinct("mirrored", np.ascontiguousarray(art[:, ::-1]))
    for degrees in (rng.uniform(25, 60), rng.uniform(100, 180)):
        turned = draw.hue_shift(art, degrees)
        if turned is not None:
            yield distinct(f"hue {'25-60' if degrees < 60 else '100-180'}", turned)
    if copies.has_alpha(art):
        for ink in (draw.colour(rng), (0, 0, 0), (255, 255, 255)):
            if not draw.is_plain_shape(art) and draw.visible_difference(art, draw.recoloured(art, ink)) > 30:
                yield distinct("one other ink", draw.recoloured(art, ink))
        yield distinct("other fill", draw.other_fill(art, rng))
        share = rng.choice([0.015, 0.02, 0.03])
        yield distinct("small text added below", draw.with_text(art, f"Est. {rng.randint(1990, 2024)}", share))
    yield distinct("small element added", draw.extra_element(art, rng))
    if (part := draw.part_recoloured(art, rng)) is not None:
        yield distinct("part recoloured", part)
    share = rng.choice([0.015, 0.02, 0.03])
    year = rng.randint(1990, 2023)
    inside = draw.with_text(art, f"{year}", max(share, 7 / art.shape[0]), "inside")
    if draw.visible_difference(made(inside), art, robust=False) > 40 or True:
        yield distinct("small text added inside", inside)


def dated_family(art: np.ndarray, rng: Random) -> tuple[np.ndarray, list[Picture]]:
    """One picture with a small line under it, against others and none."""
    share = rng.choice([0.015, 0.015, 0.02, 0.03, 0.05])
    face = rng.choice(draw.FACES[:4])
    year, name = rng.randint(1980, 2019), rng.choice(draw.NAMES)

    def lettered(text: str) -> np.ndarray:
        return made(draw.with_text(art, text, share, "below", face))

    label = f"({share * 100:.1f} %)"
    out = [distinct(f"next year {label}", lettered(f"Est. {year + 1}"))]
    out.append(distinct(f"other year {label}", lettered(f"Est. {year + rng.randint(7, 30)}")))
    out.append(distinct(f"name for year {label}", lettered(f"{name} {year}")))
    out.append(distinct(f"line removed {label}", made(art)))
    return lettered(f"Est. {year}"), out + list(changed(lettered(f"Est. {year}"), rng))[:4]


def text_family(rng: Random, px: int) -> tuple[np.ndarray, list[Picture]]:
    state = rng.getrandbits(32)
    year, name, word = rng.randint(1960, 2010), rng.choice(draw.NAMES), rng.choice(draw.WORDS)

    def lettered(*lines: str) -> np.ndarray:
        return made(draw.text_layout(Random(state), list(lines), px))

    stored = lettered("BEST", word, f"of {name}", f"since {year}")
    others = [w for w in draw.WORDS if w != word]
    names = [n for n in draw.NAMES if n != name]
    out = [distinct("other word", lettered("BEST", w, f"of {name}", f"since {year}")) for w in rng.sample(others, 3)]
    out += [distinct("other name", lettered("BEST", word, f"of {n}", f"since {year}")) for n in rng.sample(names, 3)]
    out += [distinct("next year", lettered("BEST", word, f"of {name}", f"since {year + 1}"))]
    out += [distinct("other year", lettered("BEST", word, f"of {name}", f"since {year + rng.randint(5, 40)}"))]
    return stored, out + list(changed(stored, rng))[:3]


def badge_family(rng: Random, px: int) -> tuple[np.ndarray, list[Picture]]:
    state, number, word = rng.getrandbits(32), rng.randint(20, 60), rng.choice(draw.WORDS)

    def one(centre: str, under: str) -> np.ndarray:
        return made(draw.badge(Random(state), px, centre, under))

    out = [distinct("other number", one(str(number + d), word)) for d in (1, 10)]
    out += [
        distinct("other small word", one(str(number), w)) for w in rng.sample([w for w in draw.WORDS if w != word], 3)
    ]
    return one(str(number), word), out + list(changed(one(str(number), word), rng))[:4]


def flag_family(rng: Random, px: int) -> tuple[np.ndarray, list[Picture]]:
    colours = [draw.colour(rng) for _ in range(rng.randint(2, 5))]
    upright, stars = rng.random() < 0.5, rng.randint(2, 7)
    other = [*colours[:-1], draw.colour(rng)]
    out = [distinct("one star more", draw.flag(px, colours, upright, stars + 1))]
    out.append(distinct("other colours", draw.flag(px, [draw.colour(rng) for _ in colours], upright, stars)))
    if max(abs(p - q) for p, q in zip(other[-1], colours[-1], strict=True)) > 50:
        out.append(distinct("one stripe's colour", draw.flag(px, other, upright, stars)))
    out.append(distinct("other direction", draw.flag(px, colours, not upright, stars)))
    return draw.flag(px, colours, upright, stars), out


# --- looks, cached ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Looks:
    """A case as the rule sees it."""

    name: str
    kind: str
    half: str
    stored: np.ndarray
    others: tuple[tuple[str, str, np.ndarray], ...]  # kind, group, look


def looks(index: int) -> Looks:
    path = CACHE / f"looks-{VERSION}" / f"{index:04d}"
    if path.exists():
        loaded = pickle.loads(zlib.decompress(path.read_bytes()))
        assert isinstance(loaded, Looks)
        return loaded
    one = case(index)
    stored_pixels = copies.printed_and_back(one.stored) if index % 6 in (2, 3) else one.stored
    stored = copies.look_of(stored_pixels)
    assert stored is not None
    others = [(p.kind, p.group, look) for p in one.others if (look := copies.look_of(p.pixels)) is not None]
    out = Looks(one.name, one.kind, one.half, stored, tuple(others))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".tmp").write_bytes(zlib.compress(pickle.dumps(out), 1))
    path.with_suffix(".tmp").rename(path)
    return out


# --- files --------------------------------------------------------------------------------------------------------


def write_files(folder: Path, cases: range) -> None:
    """``stored/`` is to be uploaded first, then ``incoming/``; labels.json says what each incoming file is."""
    (folder / "stored").mkdir(parents=True, exist_ok=True)
    (folder / "incoming").mkdir(exist_ok=True)
    labels = []
    for index in cases:
        one = case(index)
        save(folder / "stored" / f"{one.name}.png", Picture("", "", one.stored))
        for n, picture in enumerate(one.others):
            name = f"{one.name}-{n:02d}.{picture.extension}"
            save(folder / "incoming" / name, picture)
            labels.append(
                {"file": name, "of": f"{one.name}.png", "kind": picture.kind, "group": picture.group, "half": one.half}
            )
    (folder / "labels.json").write_text(json.dumps(labels, indent=1))


def save(path: Path, picture: Picture) -> None:
    if picture.data is not None:
        path.write_bytes(picture.data)
    elif picture.pixels.dtype == np.uint16:
        import cv2

        cv2.imwrite(str(path), cv2.cvtColor(picture.pixels, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    else:
        Image.fromarray(picture.pixels).save(path, compress_level=1, dpi=(72 + len(picture.kind), 72))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=40)
    arguments = parser.parse_args()
    write_files(arguments.files, range(arguments.cases))
