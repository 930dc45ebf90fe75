"""What listing templates name: the shop's things at Etsy, the seller's own words, and shared pictures."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from printdock.api.addresses import Addresses, AddressesIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Line
from printdock.api.problems import declared
from printdock.api.routes.listing_templates import TextIn
from printdock.api.state import ServicesIn
from printdock.designs.catalog import one_design
from printdock.listings import templates
from printdock.listings.directory import FRESH, Directory, load_directory
from printdock.listings.shared import (
    SharedPicture,
    add_shared_picture,
    list_shared_pictures,
    load_shared_pictures,
)
from printdock.listings.spreadsheet import read_words
from printdock.listings.template import Line as TemplateLine
from printdock.listings.words import take_words

router = APIRouter(prefix="/listings", tags=["listings"])

NameKind = Literal[
    "section", "shipping_profile", "return_policy", "processing_profile", "production_partners", "category"
]
_KINDS: tuple[NameKind, ...] = (
    "section", "shipping_profile", "return_policy", "processing_profile", "production_partners",
)  # fmt: skip

_CSV: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
_PICTURE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": _PICTURE}}}


class EtsyName(BaseModel):
    """A thing of the shop at Etsy, as listing templates name it."""

    kind: NameKind
    id: int = Field(examples=[1071])
    name: str = Field(description="What to put into the template", examples=["Cup wraps"])


class EtsyNames(BaseModel):
    """What templates may name."""

    items: list[EtsyName]
    more: bool = Field(description="There are more: search more closely")


class DesignWords(BaseModel):
    """The seller's own words about a design."""

    design: UUID
    words: dict[str, str] = Field(examples=[{"season": "autumn"}])


class DesignWordsList(BaseModel):
    """Words of several designs; designs without are left out."""

    items: list[DesignWords]


class WordsChange(BaseModel):
    """Words to add or change; an empty one removes a word."""

    words: dict[str, TemplateLine] = Field(max_length=200, examples=[{"season": "autumn"}])


class WordsImported(BaseModel):
    """How many rows were taken in: all, or nothing."""

    designs: int = Field(examples=[12])


class SharedPictureOut(BaseModel):
    """A picture that many drafts show, such as a size chart."""

    name: str = Field(description="What templates call it", examples=["Size chart.png"])
    alt_text: str = Field(examples=["Size chart"])
    width: int = Field(description="px", examples=[2000])
    height: int = Field(description="px", examples=[1500])
    bytes: int = Field(examples=[512_000])
    url: str = Field(description="Needs no key; never changes")

    @classmethod
    def of(cls, one: SharedPicture, shop_id: int, addresses: Addresses) -> SharedPictureOut:
        """As it is shown."""
        return cls(
            name=one.name,
            alt_text=one.alt_text,
            width=one.width,
            height=one.height,
            bytes=one.size,
            url=addresses.shared_picture(shop_id, one.name, one.sha256),
        )


class SharedPictureList(BaseModel):
    """All shared pictures of the shop."""

    items: list[SharedPictureOut]


@router.get("/names", responses=declared(409, 502))
def list_etsy_names(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    kind: Annotated[NameKind | None, Query(description="Only of this kind; categories only when asked for")] = None,
    search: Annotated[Line | None, Query(description="Only names that hold this, whatever the case")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Most names of the answer")] = 100,
    again: Annotated[bool, Query(description="Ask Etsy even if what is known is less than ten minutes old")] = False,
) -> EtsyNames:
    """What the shop has at Etsy: sections, profiles, policies, partners; and Etsy's categories."""
    with services.etsy_desk(caller.shop) as desk:
        directory = load_directory(desk, fresh=timedelta(0) if again else FRESH)
    wanted = (search or "").casefold()
    kinds = _KINDS if kind is None else (kind,)
    found = [one for each in kinds for one in _names(directory, each) if wanted in one.name.casefold()]
    found.sort(key=lambda one: len(one.name) if one.kind == "category" and wanted else 0)
    return EtsyNames(items=found[:limit], more=len(found) > limit)


def _names(directory: Directory, kind: NameKind) -> list[EtsyName]:
    if kind == "category":
        return [EtsyName(kind=kind, id=one.id, name=one.path) for one in directory.category if one.leaf]
    return [EtsyName(kind=kind, id=one.id, name=one.name) for one in directory.named(kind)]


@router.get("/words")
def list_design_words(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    design: Annotated[list[UUID], Query(min_length=1, max_length=200, description="May be given again")],
) -> DesignWordsList:
    """The seller's own words about these designs, for placeholders in listing templates."""
    with services.database.read() as connection:
        found = templates.own_words(connection, caller.shop, design)
    return DesignWordsList(items=[DesignWords(design=key, words=words) for key, words in found.items() if words])


@router.patch("/words/{design}", responses=declared(404))
def change_design_words(
    design: UUID, body: WordsChange, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)]
) -> DesignWords:
    """Add to the words about a design, or change them."""
    with services.database.write() as connection:
        one_design(connection, caller.shop, design)
        templates.set_own_words(connection, caller.shop, design, body.words)
        after = templates.own_words(connection, caller.shop, [design])
    return DesignWords(design=design, words=after.get(design, {}))


@router.post("/words/import", responses=declared(404), openapi_extra=_CSV)
def import_design_words(
    text: TextIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    product: Annotated[Line | None, Query(description="The product template whose numbers these are")] = None,
) -> WordsImported:
    """Take in a CSV table: a column `number` or `design`, then one for each word. An empty cell removes a word."""
    rows = read_words(text)
    template = None if product is None else services.template(product, caller.shop)
    with services.database.write() as connection:
        take_words(connection, caller.shop, template, rows)
    return WordsImported(designs=len(rows))


@router.get("/pictures")
def show_shared_pictures(
    services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], addresses: AddressesIn
) -> SharedPictureList:
    """Pictures that many drafts show; listing templates name them in `shared_pictures`."""
    storage = services.storage_at_once
    names = tuple(list_shared_pictures(storage, caller.shop))
    found = load_shared_pictures(storage, caller.shop, names)
    return SharedPictureList(items=[SharedPictureOut.of(one, caller.shop.id, addresses) for one in found.values()])


async def _bytes_sent(request: Request) -> bytes:
    return await request.body()


@router.post("/pictures", status_code=201, responses=declared(413), openapi_extra=_BODY)
def send_shared_picture(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    addresses: AddressesIn,
    data: Annotated[bytes, Depends(_bytes_sent)],
    name: Annotated[Line, Query(description="What templates call it", examples=["Size chart.png"])],
) -> SharedPictureOut:
    """Store a picture of at most 8 MB. The same again changes nothing; another one of this name is refused."""
    made = add_shared_picture(services.storage_at_once, caller.shop, name, data)
    return SharedPictureOut.of(made, caller.shop.id, addresses)
