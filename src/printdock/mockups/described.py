"""From the tables of a manifest to what the renderer takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from printdock.imaging.types import Pixels
from printdock.mockups import photos
from printdock.mockups.manifest import AnyArea, Described, WatermarkTable
from printdock.rendering.types import BaseImage, Colour, Displacement, Garment, Grey, PrintArea, Watermark

Read = Callable[[str], bytes]


class Pictures(Protocol):
    """The decoded pictures of a set, by what a description calls them."""

    def grey(self, name: str) -> Grey:
        """A mask or displacement map: upright, height x width, of the photo's proportions."""
        ...

    def mark(self, name: str) -> Pixels:
        """A watermark's picture, straight RGBA."""
        ...


@dataclass(frozen=True, slots=True)
class Decoded:
    """Pictures decoded whole each time they are asked for."""

    read: Read

    def grey(self, name: str) -> Grey:
        return photos.grey(self.read(name))

    def mark(self, name: str) -> Pixels:
        return photos.photo(self.read(name))


def base_image(described: Described, size: tuple[int, int], read: Read) -> BaseImage:
    """The base image of a photo of ``size`` (width, height), its masks and watermark read by ``read`` and decoded."""
    return base_of(described, size, Decoded(read))


def base_of(described: Described, size: tuple[int, int], pictures: Pictures) -> BaseImage:
    """The base image of a photo of ``size`` (width, height), with what ``pictures`` has for its masks and watermark."""
    garment = None
    if described.garment is not None:
        colours = tuple(Colour(name, rgb(value)) for name, value in described.garment.colours.items())
        garment = Garment(pictures.grey(described.garment.mask), colours)
    mark = None if described.watermark is None else _watermark(described.watermark, pictures)
    return BaseImage(*size, tuple(_area(area, pictures) for area in described.area), garment, mark)


def rgb(value: str) -> tuple[int, int, int]:
    """Red, green, blue of ``#rrggbb``."""
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def _area(table: AnyArea, pictures: Pictures) -> PrintArea:
    displacement = None
    if table.displacement is not None:
        displacement = Displacement(pictures.grey(table.displacement), table.displacement_strength)
    return PrintArea(
        table.shape(),
        name=table.name,
        feather=table.feather,
        mask=None if table.mask is None else pictures.grey(table.mask),
        opacity=table.opacity,
        blend=table.blend,
        shading=table.shading,
        gloss=table.gloss,
        displacement=displacement,
    )


def _watermark(table: WatermarkTable, pictures: Pictures) -> Watermark:
    return Watermark(
        picture=None if table.image is None else pictures.mark(table.image),
        text=table.text,
        rgb=rgb(table.colour),
        opacity=table.opacity,
        size=table.size,
        place=table.place,
        over=table.over,
    )
