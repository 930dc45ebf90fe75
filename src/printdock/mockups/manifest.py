"""What may stand in a ``mockup.toml``: its tables, their keys and defaults.

The keys of an area are the fields of `rendering.types`, which say what they mean. Pictures are named by their path below
the folder of the pack. Only what a table can hold is checked here; whether it can be rendered is for `rendering.checks`.
"""

from __future__ import annotations

from dataclasses import fields
from string import Formatter
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, field_validator, model_validator

from printdock.errors import StorageRefused
from printdock.imaging.output import PictureFormat
from printdock.mockups.types import NAME_PATTERN
from printdock.rendering.types import (
    AlignX,
    AlignY,
    AreaFit,
    Blend,
    Cylinder,
    Interpolation,
    Mesh,
    Polygon,
    Quad,
    Shape,
    WatermarkOver,
    WatermarkPlace,
)
from printdock.storage.base import check_key

#: Most base images of one set.
MOST_PICTURES = 200

#: What a pattern of file names may use.
PATTERN_FIELDS = ("prefix", "number", "template", "template_slug", "index", "colour", "picture", "set")


def _file(path: str) -> str:
    try:
        check_key(path)
    except StorageRefused as error:
        raise ValueError(f"{path!r} is not a path below the pack's folder") from error
    if path.startswith("~") or ":" in path:
        raise ValueError(f"{path!r} is not a path below the pack's folder")
    return path


def _name(name: str) -> str:
    try:
        check_key(name)
    except StorageRefused as error:
        raise ValueError(f"{name!r} cannot be a name: it becomes part of file names") from error
    if "/" in name or name != name.strip() or name.startswith("."):
        raise ValueError(f"{name!r} cannot be a name: leave out '/', a leading dot and spaces at the ends")
    return name


_Shape = TypeVar("_Shape", Polygon, Quad, Mesh, Cylinder)

Number = FiniteFloat
PointOf = tuple[Number, Number]
Hex = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
File = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class AreaTable(Table):
    name: str = Field(default="", max_length=100)
    mask: File | None = None
    feather: Number = 0.0
    opacity: Number = 1.0
    blend: Blend = Blend.NORMAL
    shading: Number = 0.0
    gloss: Number = 0.0
    displacement: File | None = None
    displacement_strength: Number = 10.0  # px
    align_x: AlignX = AlignX.CENTER
    align_y: AlignY = AlignY.MIDDLE

    @field_validator("mask", "displacement")
    @classmethod
    def _inside(cls, path: str | None) -> str | None:
        return None if path is None else _file(path)

    def _as(self, kind: type[_Shape]) -> _Shape:
        return kind(**{field.name: getattr(self, field.name) for field in fields(kind)})


class PolygonTable(AreaTable):
    kind: Literal["polygon"]
    points: tuple[PointOf, ...]
    fit: AreaFit = AreaFit.CONTAIN

    def shape(self) -> Shape:
        return self._as(Polygon)


class QuadTable(AreaTable):
    kind: Literal["quad"]
    corners: tuple[PointOf, PointOf, PointOf, PointOf]
    fit: AreaFit = AreaFit.STRETCH
    aspect: Number | None = None

    def shape(self) -> Shape:
        return self._as(Quad)


class MeshTable(AreaTable):
    kind: Literal["mesh"]
    points: tuple[tuple[PointOf, ...], ...]
    interpolation: Interpolation = Interpolation.SMOOTH
    fit: AreaFit = AreaFit.STRETCH
    aspect: Number | None = None
    part: tuple[Number, Number, Number, Number] = (0.0, 0.0, 1.0, 1.0)

    def shape(self) -> Shape:
        return self._as(Mesh)


class CylinderTable(AreaTable):
    kind: Literal["cylinder"]
    start: PointOf
    end: PointOf
    radius: Number
    arc: Number = 180.0
    bulge: Number = 0.0
    end_radius: Number | None = None
    end_bulge: Number | None = None
    turn: Number = 0.0
    fit: AreaFit = AreaFit.STRETCH
    aspect: Number | None = None

    def shape(self) -> Shape:
        return self._as(Cylinder)


AnyArea = Annotated[PolygonTable | QuadTable | MeshTable | CylinderTable, Field(discriminator="kind")]

#: The table of each kind of area.
AREA_TABLES: dict[str, type[AreaTable]] = {
    "polygon": PolygonTable,
    "quad": QuadTable,
    "mesh": MeshTable,
    "cylinder": CylinderTable,
}


class GarmentTable(Table):
    mask: File
    colours: dict[Name, Hex] = Field(min_length=1, max_length=200)

    @field_validator("mask")
    @classmethod
    def _inside(cls, path: str) -> str:
        return _file(path)

    @field_validator("colours")
    @classmethod
    def _plain(cls, colours: dict[str, str]) -> dict[str, str]:
        return {_name(name): value for name, value in colours.items()}


class WatermarkTable(Table):
    image: File | None = None
    text: str = Field(default="", max_length=200)
    colour: Hex = "#ffffff"
    opacity: Number = 0.45
    size: Number = 0.5
    place: WatermarkPlace = WatermarkPlace.CENTER
    over: WatermarkOver = WatermarkOver.AREA

    @field_validator("image")
    @classmethod
    def _inside(cls, path: str | None) -> str | None:
        return None if path is None else _file(path)

    @model_validator(mode="after")
    def _one(self) -> WatermarkTable:
        if self.image and self.text:
            raise ValueError("a watermark is an image or a text, not both")
        return self


class OutputTable(Table):
    format: PictureFormat = PictureFormat.JPEG
    quality: int = Field(default=95, ge=1, le=100)
    longest_side: int = Field(default=2000, ge=100, le=10_000)
    max_bytes: int | None = Field(default=None, ge=10_000)


class Described(Table):
    """All that decides how one base image renders."""

    file: File
    area: tuple[AnyArea, ...] = ()
    garment: GarmentTable | None = None
    watermark: WatermarkTable | None = None

    @field_validator("file")
    @classmethod
    def _inside(cls, path: str) -> str:
        return _file(path)

    def files(self) -> list[tuple[tuple[str | int, ...], str]]:
        """Every picture it names: where in the table, and its path."""
        named: list[tuple[tuple[str | int, ...], str | None]] = [(("file",), self.file)]
        for k, area in enumerate(self.area):
            named += [(("area", k, "mask"), area.mask), (("area", k, "displacement"), area.displacement)]
        named.append((("garment", "mask"), self.garment.mask if self.garment else None))
        named.append((("watermark", "image"), self.watermark.image if self.watermark else None))
        return [(where, path) for where, path in named if path is not None]


class PictureTable(Described):
    """A base image in ``mockup.toml``. A watermark of its own takes the place of the set's."""

    name: Name

    @field_validator("name")
    @classmethod
    def _plain(cls, name: str) -> str:
        return _name(name)


class Manifest(Table):
    """A whole ``mockup.toml``."""

    name: Name
    template: Name | None = None
    pattern: str = Field(default=NAME_PATTERN, max_length=200)
    output: OutputTable = OutputTable()
    watermark: WatermarkTable | None = None
    picture: tuple[PictureTable, ...] = Field(min_length=1, max_length=MOST_PICTURES)

    @field_validator("name", "template")
    @classmethod
    def _plain(cls, name: str | None) -> str | None:
        return None if name is None else _name(name)

    @field_validator("pattern")
    @classmethod
    def _usable(cls, pattern: str) -> str:
        check_pattern(pattern)
        return pattern

    @field_validator("picture")
    @classmethod
    def _distinct(cls, pictures: tuple[PictureTable, ...]) -> tuple[PictureTable, ...]:
        names = [picture.name for picture in pictures]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two pictures are called {twice[0]!r}")
        return pictures

    def described(self, index: int) -> Described:
        """What decides how picture ``index`` renders, the set's watermark included."""
        picture = self.picture[index]
        watermark = picture.watermark or self.watermark
        return Described(file=picture.file, area=picture.area, garment=picture.garment, watermark=watermark)


def check_pattern(pattern: str) -> None:
    """Raise ValueError unless ``pattern`` makes a distinct name for every design and picture of a set."""
    try:
        named = {field for _literal, field, _format, _conversion in Formatter().parse(pattern) if field is not None}
        unknown = named - set(PATTERN_FIELDS)
        if unknown:
            raise ValueError(f"{{{min(unknown)}}} is not known; use " + ", ".join(f"{{{f}}}" for f in PATTERN_FIELDS))
        sample = pattern.format(
            prefix="UV",
            number=906,
            template="A B",
            template_slug="A_B",
            index=0,
            colour="navy",
            picture="Front",
            set="Mugs",
        )
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        raise ValueError(f"the pattern cannot be used: {error}") from error
    if "number" not in named or not named & {"index", "picture"}:
        raise ValueError("the pattern needs {number} and {index} (or {picture}), or mockups overwrite each other")
    _name(sample)
