"""Mockup sets: the base images a shop shows its designs on, as packs that come and go as ZIP files."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Annotated, Any, BinaryIO, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from printdock.accounts import audit
from printdock.api.addresses import Addresses, AddressesIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.delivery import PIECE, disposition
from printdock.api.fields import Line
from printdock.api.paging import Page, PagingIn, page_of
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.errors import InputRefused, NotFound, PackRefused, Problem
from printdock.mockups import drafts, sets
from printdock.mockups.archive import read_archive, write_archive
from printdock.mockups.linted import lint
from printdock.mockups.pack import Pack
from printdock.mockups.types import MockupSet
from printdock.shops.queries import Shop
from printdock.wiring import Services

router = APIRouter(prefix="/mockup-sets", tags=["mockups"])

#: Largest ZIP file of a pack, bytes. What it may have unpacked: `printdock.mockups.archive`.
LARGEST_ZIP = 300_000_000

#: A pack is unpacked in memory: one at a time.
_unpacking = threading.Lock()

_ZIP: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"requestBody": {"required": True, "content": {"application/zip": _ZIP}}}


class PackProblem(BaseModel):
    """One thing to be said about a pack."""

    file: str = Field(examples=["mockup.toml"])
    line: int = Field(examples=[12])
    level: Literal["error", "warning"]
    code: str = Field(examples=["distorts"])
    message: str
    remedy: str = Field(description="What to do; empty where nothing need be done")
    place: list[str | int] = Field(
        description="The same in the manifest's tables", examples=[["picture", 0, "area", 1, "points"]]
    )

    @classmethod
    def of(cls, problem: Problem) -> PackProblem:
        """As it is shown."""
        return cls(
            file=problem.file,
            line=problem.line,
            level="error" if problem.level == "error" else "warning",
            code=problem.code,
            message=problem.message,
            remedy=problem.remedy,
            place=list(problem.place),
        )


class CheckOut(BaseModel):
    """What the linter says of a pack."""

    ok: bool = Field(description="Nothing keeps it from being rendered; there may be warnings")
    problems: list[PackProblem]


class BaseImageOut(BaseModel):
    """One base image of a set."""

    index: int = Field(description="Its place: the {index} of file names", examples=[0])
    name: str = Field(examples=["Front"])
    colours: list[str] = Field(description="Names of its garment colours; none: it is not recoloured")
    digest: str = Field(description="Of all that decides how it renders")


class SetOut(BaseModel):
    """A mockup set."""

    id: UUID
    name: str = Field(examples=["Mug 11oz"])
    template: str | None = Field(description="Name of the template it is for; null: any", examples=["Mug 11oz"])
    pattern: str = Field(description="File names of its mockups")
    longest_side: int = Field(description="px of a mockup", examples=[2000])
    format: str = Field(examples=["jpeg"])
    quality: int = Field(examples=[95])
    max_bytes: int | None
    mockups_per_design: int = Field(description="Base images times their colours", examples=[4])
    pictures: list[BaseImageOut]
    cover: str | None = Field(description="A small WebP of its first photo. Needs no key", examples=[None])

    @classmethod
    def of(cls, one: MockupSet, addresses: Addresses) -> SetOut:
        """As it is shown."""
        return cls(
            id=one.id,
            name=one.name,
            template=one.template,
            pattern=one.pattern,
            longest_side=one.longest_side,
            format=str(one.output.format),
            quality=one.output.quality,
            max_bytes=one.output.max_bytes,
            mockups_per_design=sum(max(1, len(picture.colours)) for picture in one.pictures),
            pictures=[
                BaseImageOut(index=p.index, name=p.name, colours=list(p.colours), digest=p.digest.hex())
                for p in one.pictures
            ],
            cover=None if one.cover is None else addresses.base_small(one.shop.id, one.id, one.cover),
        )


class SetFile(BaseModel):
    """One file of a set."""

    path: str = Field(description="In the pack", examples=["photos/front.jpg"])
    url: str = Field(description="Needs no key; never changes")


class SetWhole(SetOut):
    """A mockup set with its files."""

    files: list[SetFile]


class ImportOut(BaseModel):
    """What an import did."""

    set: SetOut
    changed: bool = Field(description="The set is new, or other than before")
    warnings: list[PackProblem] = Field(
        description="What a shop would not want to publish; nothing keeps it from rendering"
    )


class Removed(BaseModel):
    """What was removed. Mockups that were rendered stay."""

    files: int


async def _received(request: Request, services: ServicesIn) -> AsyncIterator[BinaryIO]:
    """The body on disk, at its beginning; gone when the request has ended. Raises `InputRefused` past `LARGEST_ZIP`."""
    with tempfile.TemporaryFile(dir=services.settings.home) as file:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > LARGEST_ZIP:
                raise InputRefused(
                    f"The ZIP file has more than {LARGEST_ZIP // 1_000_000} MB.",
                    code="too_large",
                    remedy="Make two packs.",
                )
            await run_in_threadpool(file.write, piece)
        file.seek(0)
        yield file


ZipIn = Annotated[BinaryIO, Depends(_received)]


@router.get("")
def list_mockup_sets(
    services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], paging: PagingIn, addresses: AddressesIn
) -> Page[SetOut]:
    """The shop's sets by name."""
    after = paging.after(str)
    with services.database.read() as connection:
        own = sets.list_sets(connection, caller.shop)
    left = sorted((one for one in own if after is None or one.name > after[0]), key=lambda one: one.name)
    return Page[SetOut](**page_of(left, paging, lambda one: SetOut.of(one, addresses), lambda one: (one.name,)))


@router.get("/{mockup_set}", responses=declared(404))
def show_mockup_set(
    mockup_set: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], addresses: AddressesIn
) -> SetWhole:
    """One set with its files: photos, masks, watermark, manifest."""
    found, names = _set(services, caller.shop, mockup_set)
    return SetWhole(**SetOut.of(found, addresses).model_dump(), files=_files(caller.shop, found, names, addresses))


@router.post("/check", responses=declared(413), openapi_extra=_BODY)
def check_pack(caller: Annotated[Caller, allowed(Scope.WRITE)], body: ZipIn, services: ServicesIn) -> CheckOut:
    """What the linter says of a pack sent as a ZIP file: each problem with file, line and remedy. Nothing is stored."""
    with _unpacking:
        try:
            problems = lint(services.database, caller.shop, read_archive(body))
        except PackRefused as refused:
            problems = list(refused.problems)
    return _checked(problems)


@router.post("", status_code=201, responses=declared(409, 413), openapi_extra=_BODY)
def import_mockup_set(
    caller: Annotated[Caller, allowed(Scope.WRITE)],  # before the body: nothing of a stranger's is received
    body: ZipIn,
    services: ServicesIn,
    addresses: AddressesIn,
    name: Annotated[Line | None, Query(description="Another name than the pack's own")] = None,
) -> ImportOut:
    """Take in a pack sent as a ZIP file (with `mockup.toml` at its top, or in its only folder), in place of a set of its
    name. The same pack again changes nothing. What cannot be rendered is refused with file, line and reason of each
    problem (422)."""
    shop = caller.shop
    with _unpacking:
        pack = read_archive(body)
        warnings = lint(services.database, shop, pack)
        now = services.clock()
        done = sets.import_pack(services.database, services.storage_at_once, shop, pack, now, name=name)
    if done.changed:
        _note(services, caller, "mockup_set_imported", done.mockup_set.name, now)
    return ImportOut(
        set=SetOut.of(done.mockup_set, addresses),
        changed=done.changed,
        warnings=[PackProblem.of(one) for one in warnings],
    )


@router.post("/{mockup_set}/check", responses=declared(404))
def check_mockup_set(
    mockup_set: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)]
) -> CheckOut:
    """What the linter says of a set: its template may have changed since it was imported."""
    found, _names = _set(services, caller.shop, mockup_set)
    with _unpacking:
        pack: Pack = sets.stored_pack(services.database, services.storage_at_once, caller.shop, found.name)
        return _checked(lint(services.database, caller.shop, pack))


@router.get(
    "/{mockup_set}/pack.zip",
    response_class=StreamingResponse,
    responses={200: {"description": "The pack", "content": {"application/zip": _ZIP}}, **declared(404)},
)
def export_mockup_set(
    mockup_set: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]
) -> StreamingResponse:
    """The set as the pack it was imported from, to the last byte of each file."""
    found, names = _set(services, caller.shop, mockup_set)
    file = tempfile.TemporaryFile(dir=services.settings.home)  # noqa: SIM115  # closed when it was sent
    try:
        write_archive(services.storage_at_once, caller.shop, found.name, names, file)
    except BaseException:
        file.close()
        raise
    headers = {
        "Content-Length": str(file.tell()),
        "Content-Disposition": disposition(f"{found.name}.zip", "attachment"),
    }
    file.seek(0)
    return StreamingResponse(_pieces(file), headers=headers, media_type="application/zip")


@router.delete("/{mockup_set}", responses=declared(404))
def remove_mockup_set(
    mockup_set: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)]
) -> Removed:
    """Remove a set and its files. Mockups rendered with it stay."""
    found, _names = _set(services, caller.shop, mockup_set)
    drafts.discard(services.database, services.storage_at_once, caller.shop, found.id)
    files = sets.remove_set(services.database, services.storage_at_once, caller.shop, found.name)
    _note(services, caller, "mockup_set_removed", found.name, services.clock())
    return Removed(files=files)


def _set(services: Services, shop: Shop, key: UUID) -> tuple[MockupSet, dict[str, str]]:
    with services.database.read() as connection:
        found = sets.set_by_id(connection, shop, key)
        if found is None:
            raise NotFound("The shop has no such mockup set.", code="unknown_mockup_set")
        return found, sets.stored_names(connection, shop, key)


def _files(shop: Shop, found: MockupSet, names: dict[str, str], addresses: Addresses) -> list[SetFile]:
    return [SetFile(path=path, url=addresses.base_picture(shop.id, found.id, stored)) for path, stored in names.items()]


def _checked(problems: list[Problem]) -> CheckOut:
    return CheckOut(
        ok=all(problem.level != "error" for problem in problems), problems=[PackProblem.of(one) for one in problems]
    )


def _note(services: Services, caller: Caller, action: str, name: str, now: datetime) -> None:
    with services.database.write() as connection:
        audit.record(connection, caller.shop.id, caller.actor, action, now, subject=name)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
