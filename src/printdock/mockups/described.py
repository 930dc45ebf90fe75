"""From the tables of a manifest to what the renderer takes."""

from __future__ import annotations

from collections.abc import Callable

from printdock.mockups import photos
from printdock.mockups.manifest import AnyArea, Described, WatermarkTable
from printdock.rendering.types import BaseImage, Colour, Displacement, Garment, PrintArea, Watermark

Read = Callable[[str], bytes]


def base_image(described: Described, size: tuple[int, int], read: Read) -> BaseImage:
    """The base image of a photo of ``size`` (width, height), its masks and watermark read by ``read`` and decoded."""
    garment = None
    if described.garment is not None:
        colours = tuple(Colour(name, rgb(value)) for name, value in described.garment.colours.items())
        garment = Garment(photos.grey(read(described.garment.mask)), colours)
    mark = None if described.watermark is None else _watermark(described.watermark, read)
    return BaseImage(*size, tuple(_area(area, read) for area in described.area), garment, mark)


def rgb(value: str) -> tuple[int, int, int]:
    """Red, green, blue of ``#rrggbb``."""
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def _area(table: AnyArea, read: Read) -> PrintArea:
    displacement = None
    if table.displacement is not None:
        displacement = Displacement(photos.grey(read(table.displacement)), table.displacement_strength)
    return PrintArea(
        table.shape(),
        name=table.name,
        feather=table.feather,
        mask=None if table.mask is None else photos.grey(read(table.mask)),
        opacity=table.opacity,
        blend=table.blend,
        shading=table.shading,
        gloss=table.gloss,
        displacement=displacement,
    )


def _watermark(table: WatermarkTable, read: Read) -> Watermark:
    return Watermark(
        picture=None if table.image is None else photos.photo(read(table.image)),
        text=table.text,
        rgb=rgb(table.colour),
        opacity=table.opacity,
        size=table.size,
        place=table.place,
        over=table.over,
    )
