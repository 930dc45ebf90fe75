"""What a shop's mockups are made of: sets of base images, and what a rendered mockup is."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from printdock.imaging.output import Output
from printdock.imaging.types import Pixels
from printdock.rendering.types import BaseImage
from printdock.shops.queries import Shop

#: Raised by one whenever the renderer's pixels change, so that stored mockups count as stale.
RENDERER_VERSION = 1

#: The old system's names: ``UV 906 UVDTF_16oz_906_BG_0.jpg``.
NAME_PATTERN = "{prefix} {number:03d} {template_slug}_{number:03d}_BG_{index}"


@dataclass(frozen=True, slots=True)
class SetPicture:
    """One base image of a set.

    ``digest``: SHA-256 of all that decides how it renders (its photo, masks, watermark, areas); the same digest renders
    the same pixels. ``colours``: names of its garment colours, none for a photo that is not recoloured.
    """

    name: str
    index: int  # place in the set, from 0: the ``{index}`` of names
    digest: bytes
    colours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MockupSet:
    """A mockup pack as a shop has it: base images, how they are written, and names.

    ``template``: name of the product template it belongs to; None where it serves any. ``cover``: stored name of the
    first base image's photo.
    """

    id: UUID
    shop: Shop
    name: str
    template: str | None
    pictures: tuple[SetPicture, ...]
    longest_side: int = 2000  # px of a rendered mockup
    output: Output = field(default_factory=Output)
    pattern: str = NAME_PATTERN
    cover: str | None = None


@dataclass(frozen=True, slots=True)
class LoadedPicture:
    """A base image ready for `rendering.render.prepare`: its description and its photo (upright RGBA, h x w x 4)."""

    base: BaseImage
    photo: Pixels
