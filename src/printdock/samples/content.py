"""What the sample data is: which of the demo's designs for which product, and on which of its mockup sets they are shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """Designs for one template, by their names in `printdock.demo.SAMPLES`, originals before their copies.

    ``pack``: by its name in `printdock.demo.bases.PACKS`; so many of its mockups are rendered: ``shown``.
    """

    template: str
    names: tuple[str, ...]
    pack: str
    shown: int


GROUPS = (
    Group("Mug 11oz", ("Lake at Dusk.jpg", "WhatsApp Image 2024-05-02.jpg"), "mug", 1),
    Group(
        "DTF Adult",
        (
            "Palm Cove Surf Club.png", "Mountain Club 1985.png", "Mountain Club 1987.png", "Wildflowers BLACK.png",
            "Wildflowers WHITE.png", "Coffee Badge 2019.png", "Book Stack.png", "Moon Phases Gold.png",
            "Stay Groovy 256 colors.png", "Neon Amor.png", "Coffee Badge 2019_FINAL.png",
        ),
        "t-shirt",
        6,
    ),
    Group("UVDTF 16oz", ("Galaxy Tumbler Wrap 16bit.png", "Lemon Slices.webp"), "glass-can", 2),
    Group(
        "Poster 18x24", ("Harbor Days CMYK.jpg", "Bloom Wreath.png", "Bloom Wreath - lavender.png"), "poster", 2
    ),
)  # fmt: skip

#: Names of all sample designs.
NAMES = tuple(name for group in GROUPS for name in group.names)
