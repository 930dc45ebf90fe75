"""Mockup packs of printdock's own: photographs drawn with code, for the demo and to begin with.

Drawn from fixed numbers: two runs with the same library versions write the same bytes. The pictures are printdock's own,
under printdock's licence.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from printdock.demo import cups, poster, shirt
from printdock.demo.canvas import Array
from printdock.imaging.output import Output, encode
from printdock.mockups.manifest import Manifest
from printdock.mockups.pack import Pack, make_pack, write_pack

#: What the shirt is sold in.
COLOURS = {"black": "#1d1d20", "navy": "#1b2a49", "red": "#9e1b2b", "sage": "#8a9a83", "sand": "#d8c7a8"}


def write_demo_packs(folder: Path) -> list[Path]:
    """Write every pack into a folder of its own below ``folder``; their paths."""
    written = []
    for name, make in PACKS.items():
        written.append(folder / name)
        write_pack(make(), written[-1])
    return written


def poster_pack() -> Pack:
    """A framed print: a quad in perspective, behind the leaves of a plant."""
    photo, corners, mask = poster.framed_print()
    area = {
        "kind": "quad", "name": "print", "corners": corners, "aspect": 0.75, "fit": "cover",
        "mask": "print-mask.png", "feather": 0.7, "shading": 0.85, "gloss": 0.2,
    }  # fmt: skip
    picture = {"name": "Framed", "file": "framed.jpg", "area": [area]}
    return _pack(
        "Poster, framed", "Poster 18x24", [picture], {"framed.jpg": _jpeg(photo), "print-mask.png": _png(mask)}
    )


def can_pack() -> Pack:
    """A glass can: a wrap all around it."""
    can = cups.glass_can()
    picture = {"name": "Front", "file": "can.jpg", "area": [_wrap(can) | {"shading": 0.9, "gloss": 0.45}]}
    return _pack("Glass can 16oz", "UVDTF 16oz", [picture], {"can.jpg": _jpeg(can.photo)})


def mug_pack() -> Pack:
    """A glazed mug: art of any proportions on its side."""
    mug = cups.mug()
    area = _wrap(mug) | {"fit": "contain", "shading": 0.9, "gloss": 0.4}
    picture = {"name": "Side", "file": "mug.jpg", "area": [area]}
    return _pack("Mug 11oz", "Mug 11oz", [picture], {"mug.jpg": _jpeg(mug.photo)})


def shirt_pack() -> Pack:
    """A shirt laid flat: white with the print multiplied into the cloth, and in colours with its white ink."""
    laid = shirt.laid_flat()
    area = {
        "kind": "quad", "name": "chest", "corners": [[868, 660], [1528, 657], [1531, 1447], [871, 1450]], "fit": "contain",
        "align_y": "top", "feather": 0.8, "shading": 1.0, "displacement": "folds.png", "displacement_strength": 9,
    }  # fmt: skip
    pictures: list[dict[str, Any]] = [
        {"name": "White", "file": "shirt.jpg", "area": [area | {"blend": "multiply", "shading": 0.3}]},
        {
            "name": "Colours",
            "file": "shirt.jpg",
            "area": [area | {"opacity": 0.97}],
            "garment": {"mask": "cloth.png", "colours": COLOURS},
        },
    ]
    files = {"shirt.jpg": _jpeg(laid.photo), "cloth.png": _png(laid.cloth), "folds.png": _png(laid.relief)}
    return _pack("T-shirt, flat", "DTF Adult", pictures, files)


#: The name of each pack's folder, and what draws it.
PACKS: dict[str, Callable[[], Pack]] = {
    "poster": poster_pack,
    "glass-can": can_pack,
    "mug": mug_pack,
    "t-shirt": shirt_pack,
}


def _pack(name: str, template: str, pictures: list[dict[str, Any]], files: dict[str, bytes]) -> Pack:
    return make_pack(
        Manifest.model_validate({"name": name, "template": template, "picture": pictures}, strict=False), files
    )


def _wrap(cup: cups.Wrapped) -> dict[str, Any]:
    return {
        "kind": "cylinder", "name": "wrap", "start": _rounded(cup.start), "end": _rounded(cup.end), "radius": cup.radius,
        "bulge": round(cup.bulge, 2), "arc": cup.arc, "feather": 1.0,
    }  # fmt: skip


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 2), round(point[1], 2)


def _jpeg(photo: Array) -> bytes:
    return encode(np.ascontiguousarray(photo), Output(quality=93)).data


def _png(grey: Array) -> bytes:
    _, data = cv2.imencode(".png", grey)
    return np.asarray(data, np.uint8).tobytes()
