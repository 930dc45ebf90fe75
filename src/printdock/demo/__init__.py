"""A seller's folder, drawn with code: what `printdock demo` uploads.

Every kind of file that matters is in it: art on a transparent ground in several formats, names and years in one
layout, copies of copies, and files that cannot be used. The art is printdock's own, under printdock's licence.
Two runs with the same library versions write the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from printdock.demo import art, pictures, plants
from printdock.demo.canvas import INK, WHITE, Array, Canvas


def draw(folder: Path) -> list[Path]:
    """Draw every sample into ``folder`` (made where it is missing; files of the same names are replaced).

    Returns their paths. Originals come before their copies, here and in the order of the names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[Path] = []
    for name, make in SAMPLES.items():
        drawn.append(folder / name)
        drawn[-1].write_bytes(make(folder))
    return drawn


def straight(canvas: Canvas) -> Array:
    """Height x width x 4, uint8, as files have it: colour not multiplied by alpha."""
    pixels = canvas.pixels.copy()
    partly = (pixels[..., 3] > 0) & (pixels[..., 3] < 255)  # elsewhere there is nothing to undo
    edges = pixels[partly].astype(np.float32)
    pixels[partly, :3] = np.rint(np.minimum(edges[:, :3] * 255 / edges[:, 3:], 255))
    return pixels


def image(drawn: Canvas | Array) -> pyvips.Image:
    pixels = straight(drawn) if isinstance(drawn, Canvas) else drawn
    kind = "rgb16" if pixels.dtype == np.uint16 else "srgb"
    return pyvips.Image.new_from_array(np.ascontiguousarray(pixels), interpretation=kind)


def png(drawn: Canvas | Array, **options: Any) -> bytes:
    return bytes(image(drawn).pngsave_buffer(**{"compression": 5, "filter": "sub", **options}))


def resaved(source: Path) -> bytes:
    """The same pixels in other bytes: what an editor's "save as" makes."""
    return bytes(pyvips.Image.new_from_file(str(source)).pngsave_buffer(compression=7, filter="none"))


def shared_online(source: Path) -> bytes:
    """Smaller and compressed anew: what comes back from a messenger or a shop page."""
    small = pyvips.Image.new_from_file(str(source)).resize(0.6)
    return bytes(small.jpegsave_buffer(Q=78))


def cmyk(drawn: Array) -> bytes:
    """A JPEG of a print shop's kind, in four inks."""
    return bytes(image(drawn).colourspace("cmyk").jpegsave_buffer(Q=90))


#: File name: how its bytes are made, given the folder with the files before it.
SAMPLES: dict[str, Callable[[Path], bytes]] = {
    "Palm Cove Surf Club.png": lambda _: png(art.palm_cove()),
    "Mountain Club 1985.png": lambda _: png(art.mountain_club(1985)),
    "Mountain Club 1987.png": lambda _: png(art.mountain_club(1987)),
    "Wildflowers BLACK.png": lambda _: png(plants.bouquet(INK)),
    "Wildflowers WHITE.png": lambda _: png(plants.bouquet(WHITE)),
    "Bloom Wreath.png": lambda _: png(plants.wreath(plants.ROSES, plants.SAGE)),
    "Bloom Wreath - lavender.png": lambda _: png(plants.wreath(plants.LAVENDER, plants.SAGE)),
    "Coffee Badge 2019.png": lambda _: png(art.coffee_badge()),
    "Tigers - EMMA 07.png": lambda _: png(art.team("EMMA", 7)),
    "Tigers - LIAM 12.png": lambda _: png(art.team("LIAM", 12)),
    "Tigers - SOFIA 23.png": lambda _: png(art.team("SOFIA", 23)),
    "Neon Amor.png": lambda _: png(art.neon_heart()),
    "Book Stack.png": lambda _: png(art.book_stack()),
    "Moon Phases Gold.png": lambda _: png(art.moon_phases()),
    "Stay Groovy 256 colors.png": lambda _: png(art.groovy(), palette=True),
    "Lemon Slices.webp": lambda _: bytes(image(plants.lemons()).webpsave_buffer(Q=90, effort=2)),
    "Galaxy Tumbler Wrap 16bit.png": lambda _: png(pictures.galaxy_wrap(), bitdepth=16),
    "Lake at Dusk.jpg": lambda _: bytes(image(pictures.lake_at_dusk()).jpegsave_buffer(Q=92)),
    "Harbor Days CMYK.jpg": lambda _: cmyk(pictures.sailing_poster()),
    "Palm Cove Surf Club_copy.png": lambda folder: (folder / "Palm Cove Surf Club.png").read_bytes(),
    "Coffee Badge 2019_FINAL.png": lambda folder: resaved(folder / "Coffee Badge 2019.png"),
    "WhatsApp Image 2024-05-02.jpg": lambda folder: shared_online(folder / "Lake at Dusk.jpg"),
    "paw small from web.png": lambda _: png(art.paw()),
    "Wildflowers half download.png": lambda folder: (folder / "Wildflowers BLACK.png").read_bytes()[:40_000],
    "invoice march.png": lambda _: b"Invoice 2024-031\n12 x UV DTF wrap, 16 oz\nTotal: $54.00\n",
}
