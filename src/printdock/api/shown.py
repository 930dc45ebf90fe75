"""Print files and mockups as several resources show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from printdock.api.addresses import Addresses
from printdock.designs.catalog import DesignRow, LiveState, PrintFileRow
from printdock.mockups.ledger import MockupRow

_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
_ADDRESS = "/api/v1/files/print/1/01890a5d-ac96-774b-bcce-b302099a8057/9f86.../x.../UV%20906%20UVDTF_16oz_906.png"


class PrintFileOut(BaseModel):
    """A design prepared for one template: what is sent to the printer."""

    id: UUID = Field(examples=[_ID])
    template: str = Field(examples=["UVDTF 16oz"])
    template_id: int = Field(examples=[1])
    number: int = Field(description="Unique in the template, never given out twice", examples=[906])
    name: str = Field(description="File name", examples=["UV 906 UVDTF_16oz_906.png"])
    state: LiveState = Field(
        description="spooled: waits on the server for the storage to be back; missing: its file is gone"
    )
    width: int | None = Field(description="px", examples=[3800])
    height: int | None = Field(description="px", examples=[1732])
    dpi: int | None = Field(examples=[400])
    bytes: int | None = Field(examples=[412_331])
    sha256: str | None = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    preflight: dict[str, Any] | None = Field(description="What was measured of the print, and found wrong with it")
    upload: UUID | None = Field(description="The upload it came with")
    stored_at: datetime | None
    url: str | None = Field(description="The file. Needs no key; never changes", examples=[_ADDRESS])
    thumbnail: str | None = Field(description="A small WebP of it. Needs no key", examples=[_ADDRESS])

    @classmethod
    def of(cls, row: PrintFileRow, shop_id: int, addresses: Addresses) -> PrintFileOut:
        """As it is shown."""
        here = row.state != "missing"
        return cls(
            id=row.id,
            template=row.template,
            template_id=row.template_id,
            number=row.number,
            name=row.name,
            state=row.state,
            width=row.width,
            height=row.height,
            dpi=row.dpi,
            bytes=row.size,
            sha256=None if row.sha256 is None else row.sha256.hex(),
            preflight=row.preflight,
            upload=row.upload,
            stored_at=row.stored_at,
            url=addresses.print_file(shop_id, row) if here else None,
            thumbnail=addresses.small(shop_id, row) if here else None,
        )


class DesignOut(BaseModel):
    """A design: the art, and its print files."""

    id: UUID = Field(examples=[_ID])
    name: str = Field(
        description="Its file's name when it was sent, or what it was renamed to", examples=["Fox in fog"]
    )
    similar_to: UUID | None = Field(description="The design it looks like, until a person has decided", examples=[None])
    distance: float | None = Field(description="How far it is from that one", examples=[None])
    created_at: datetime
    deleted_at: datetime | None = Field(description="When a person deleted it", examples=[None])
    kept_until: datetime | None = Field(
        description="Of a deleted design: until then it can be brought back; then its files go", examples=[None]
    )
    print_files: list[PrintFileOut]

    @classmethod
    def of(cls, row: DesignRow, shop_id: int, addresses: Addresses) -> DesignOut:
        """As it is shown."""
        return cls(
            id=row.id,
            name=row.name,
            similar_to=row.similar_to,
            distance=row.similar_distance,
            created_at=row.created_at,
            deleted_at=row.deleted_at,
            kept_until=row.kept_until,
            print_files=[PrintFileOut.of(file, shop_id, addresses) for file in row.print_files],
        )


class MockupOut(BaseModel):
    """A design shown on a product."""

    id: UUID = Field(examples=[_ID])
    design: UUID = Field(examples=[_ID])
    print_file: UUID = Field(examples=[_ID])
    template: str = Field(examples=["Mug 11oz"])
    number: int = Field(description="Of the print file", examples=[906])
    set: str = Field(description="Name of the mockup set", examples=["Mug 11oz"])
    picture: str = Field(description="Name of the base image", examples=["Front"])
    index: int = Field(description="Place of the base image in its set", examples=[0])
    colour: str | None = Field(examples=["Black"])
    name: str = Field(description="File name", examples=["UV 906 Mug_11oz_906_BG_0.jpg"])
    width: int = Field(description="px", examples=[2000])
    height: int = Field(description="px", examples=[1500])
    bytes: int = Field(examples=[512_000])
    sha256: str
    rendered_at: datetime
    outdated: bool = Field(
        description="It shows earlier art: the print file's was replaced since. Render it again", examples=[False]
    )
    url: str = Field(description="The picture. Needs no key; another one has another address", examples=[_ADDRESS])
    thumbnail: str = Field(description="A small WebP of it. Needs no key", examples=[_ADDRESS])

    @classmethod
    def of(cls, row: MockupRow, shop_id: int, addresses: Addresses) -> MockupOut:
        """As it is shown."""
        return cls(
            id=row.id,
            design=row.design,
            print_file=row.print_file,
            template=row.template,
            number=row.number,
            set=row.set_name,
            picture=row.picture,
            index=row.picture_index,
            colour=row.colour,
            name=row.name,
            width=row.width,
            height=row.height,
            bytes=row.size,
            sha256=row.sha256.hex(),
            rendered_at=row.rendered_at,
            outdated=row.outdated,
            url=addresses.mockup(shop_id, row),
            thumbnail=addresses.mockup_small(shop_id, row),
        )
