"""The mockup editor's side of the API: drafts of sets, their pictures, what the linter says, previews by the renderer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from printdock.accounts import audit
from printdock.api.addresses import Addresses, AddressesIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Line
from printdock.api.problems import declared
from printdock.api.routes.mockup_sets import PackProblem, SetOut
from printdock.api.state import ServicesIn
from printdock.errors import InputRefused, PackRefused, Problem
from printdock.mockups import drafts, trial
from printdock.mockups.drafts import Draft, DraftFile
from printdock.mockups.easel import Easel, Turn
from printdock.mockups.linted import lint, recipe_of
from printdock.mockups.pack import PICTURE_BYTES
from printdock.mockups.problems import picture_from
from printdock.mockups.sets import set_by_id
from printdock.rendering.design import Design
from printdock.wiring import Services

router = APIRouter(tags=["mockups"])

#: A set is read whole into memory when it becomes the shop's: one at a time.
_publishing = threading.Lock()

_PICTURE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": _PICTURE}}}
_JPEG: dict[int | str, dict[str, Any]] = {200: {"description": "The preview", "content": {"image/jpeg": _PICTURE}}}

Description = Annotated[
    dict[str, Any],
    Field(
        description="A `mockup.toml` as JSON: docs/mockup-packs.md",
        examples=[{"name": "Mugs", "picture": [{"name": "Front", "file": "photos/front.jpg", "area": []}]}],
    ),
]


class DraftIn(BaseModel):
    """A new set."""

    name: Line = Field(examples=["Mugs"])
    template: Line | None = Field(default=None, description="Name of the template it is for", examples=["Mug 11oz"])


class DraftFileOut(BaseModel):
    """A picture of a set: photo, mask or watermark."""

    path: str = Field(description="What the description calls it", examples=["photos/front.jpg"])
    url: str = Field(description="Needs no key; never changes")
    width: int = Field(description="px of the upright picture", examples=[2000])
    height: int
    size: int = Field(description="Bytes")


class DraftOut(BaseModel):
    """A set as it is edited."""

    id: UUID = Field(description="Of the set, or the one it will have")
    set: SetOut | None = Field(description="What mockups are made with now; null: it was never whole")
    description: Description
    files: list[DraftFileOut]
    version: str = Field(description="Other after each save; to be sent with the next")
    unfinished: bool = Field(description="Something was saved that is not yet what mockups are made with")
    set_changed: bool = Field(description="The set was changed otherwise since this draft was begun")
    problems: list[PackProblem]
    updated_at: datetime | None


class DraftShort(BaseModel):
    """An unfinished set."""

    id: UUID
    name: str
    set_name: str | None = Field(description="Of the set it will take the place of")
    updated_at: datetime


class DraftList(BaseModel):
    """Every unfinished set of the shop."""

    items: list[DraftShort]


class SaveIn(BaseModel):
    """A whole description to save."""

    description: Description
    version: str = Field(description="Of the draft as it was loaded or last saved", examples=["draft-1"])
    over: bool = Field(default=False, description="Save even if somebody else has saved since")


class LookIn(BaseModel):
    """A whole description to look at."""

    description: Description


class LookOut(BaseModel):
    """What the linter says of a description."""

    ok: bool = Field(description="Nothing keeps it from being rendered")
    problems: list[PackProblem]


class PreviewIn(BaseModel):
    """One picture as it is being edited, and what to show on it."""

    picture: dict[str, Any] = Field(
        description="`file`, `area`, `garment`, `watermark` as in a description", examples=[{"file": "photos/x.jpg"}]
    )
    template: Line | None = Field(default=None, description="Name of the set's template: for the pattern's proportions")
    design: UUID | Literal["pattern", "none"] = Field(
        default="pattern", description="Id of a design; `pattern`: numbered squares; `none`: the photo alone"
    )
    colour: Line | None = Field(default=None, description="Name of a garment colour; null: as photographed")
    longest_side: int = Field(default=1000, ge=100, le=3000, description="px of the preview, at most the photo's")
    editor: str = Field(default="", max_length=40, description="Any word that only this editor uses")
    turn: int = Field(default=0, ge=0, description="Counts the editor's previews: only the newest is painted")


async def easel_of(request: Request) -> Easel:
    """Where this process paints previews."""
    found: Easel = request.app.state.easel
    return found


EaselIn = Annotated[Easel, Depends(easel_of)]


async def _received(request: Request) -> bytes:
    """The body. Raises `InputRefused` past `PICTURE_BYTES`."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > PICTURE_BYTES:
            raise InputRefused(
                f"The picture has more than {PICTURE_BYTES // 1_000_000} MB.",
                code="too_large",
                remedy="Save it smaller.",
            )
    return bytes(data)


@router.get("/mockup-drafts")
def list_mockup_drafts(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> DraftList:
    """Sets that somebody saved unfinished, newest first."""
    with services.database.read() as connection:
        rows = drafts.list_drafts(connection, caller.shop)
    return DraftList(
        items=[DraftShort(id=r.id, name=r.name, set_name=r.set_name, updated_at=r.updated_at) for r in rows]
    )


@router.post("/mockup-drafts", status_code=201, responses=declared(409))
def begin_mockup_set(
    body: DraftIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    addresses: AddressesIn,
) -> DraftOut:
    """Begin a set. It is the shop's once it was saved without errors."""
    storage, now = services.storage_at_once, services.clock()
    made = drafts.begin(services.database, storage, caller.shop, body.name, body.template, now)
    return _shown(services, caller, addresses, made)


@router.get("/mockup-sets/{mockup_set}/draft", responses=declared(404))
def show_mockup_draft(
    mockup_set: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], addresses: AddressesIn
) -> DraftOut:
    """A set to edit: what was last saved, be it finished or not."""
    return _shown(services, caller, addresses, _draft(services, caller, mockup_set))


@router.put("/mockup-sets/{mockup_set}/draft", responses=declared(404, 409))
def save_mockup_draft(
    mockup_set: UUID,
    body: SaveIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    addresses: AddressesIn,
) -> DraftOut:
    """Save a set. Without errors it is what mockups are made with from then on; otherwise it is kept, unfinished, with all
    that is wrong by area and field."""
    storage, now = services.storage_at_once, services.clock()
    draft = _draft(services, caller, mockup_set)
    if not body.over and draft.version != body.version:
        raise drafts.changed()
    drafts.save(services.database, draft, body.description, now)
    draft = _draft(services, caller, mockup_set)
    if all(problem.level != "error" for problem in _problems(services, caller, draft, body.description)):
        with _publishing:
            done = drafts.publish(services.database, storage, draft, body.description, now)
        if done.changed:
            with services.database.write() as connection:
                audit.record(
                    connection, caller.shop.id, caller.actor, "mockup_set_edited", now, subject=done.mockup_set.name
                )
        draft = _draft(services, caller, mockup_set)
    return _shown(services, caller, addresses, draft)


@router.delete("/mockup-sets/{mockup_set}/draft", status_code=204, responses=declared(404))
def discard_mockup_draft(
    mockup_set: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)]
) -> None:
    """Forget what was saved unfinished. The set that mockups are made with stays as it is."""
    _draft(services, caller, mockup_set)
    drafts.discard(services.database, services.storage_at_once, caller.shop, mockup_set)


@router.post("/mockup-sets/{mockup_set}/files", status_code=201, responses=declared(404, 413, 415), openapi_extra=_BODY)
async def add_mockup_picture(
    mockup_set: UUID,
    request: Request,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    addresses: AddressesIn,
    name: Annotated[Line, Query(description="Its file name")] = "picture",
    kind: Annotated[Literal["photo", "mask", "mark"], Query(description="What it is for")] = "photo",
) -> DraftFileOut:
    """Put a picture into a set that is edited: a photo, a mask (grey: white shows, black hides) or a watermark. It is
    recognised by its content; up to 50 million pixels and 100 MB."""
    draft = await run_in_threadpool(_draft, services, caller, mockup_set)
    data = await _received(request)

    def put() -> DraftFileOut:
        storage = services.storage_at_once
        path, file = drafts.add_file(services.database, storage, draft, name, kind, data, services.clock())
        return _file(addresses, draft, path, file)

    return await run_in_threadpool(put)


@router.post("/mockup-sets/{mockup_set}/draft/check", responses=declared(404))
def check_mockup_draft(
    mockup_set: UUID, body: LookIn, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]
) -> LookOut:
    """What the linter says of a description that is not saved."""
    draft = _draft(services, caller, mockup_set)
    found = _problems(services, caller, draft, body.description)
    return LookOut(ok=all(one.level != "error" for one in found), problems=[PackProblem.of(one) for one in found])


@router.post("/mockup-sets/{mockup_set}/preview", responses={**_JPEG, **declared(404, 409)}, response_class=Response)
def preview_mockup(
    mockup_set: UUID,
    body: PreviewIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    easel: EaselIn,
) -> Response:
    """A design on a picture as it is being edited, by the renderer that makes mockups, small and at once.

    Of several requests of one `editor`, those that a later `turn` has overtaken are answered with 409 `superseded`.
    """
    began = time.perf_counter()
    draft = _draft_kept(services, caller, mockup_set, easel)
    described = picture_from(body.picture)
    turn = Turn(f"{caller.actor.id}/{body.editor}", body.turn) if body.editor else None
    data = easel.preview(
        described,
        draft,
        services.storage_at_once,
        _design(services, caller, easel, body),
        colour=body.colour,
        longest_side=body.longest_side,
        turn=turn,
    )
    took = (time.perf_counter() - began) * 1000
    headers = {"Cache-Control": "no-store", "Server-Timing": f"preview;dur={took:.1f}"}
    return Response(data, media_type="image/jpeg", headers=headers)


def _design(services: Services, caller: Caller, easel: Easel, body: PreviewIn) -> Callable[[], Design] | None:
    if body.design == "none":
        return None
    if body.design == "pattern":
        return lambda: trial.pattern_for(easel, recipe_of(services.database, caller.shop, body.template))
    file = trial.print_file_to_try(services.database, caller.shop, body.design, body.template)
    storage, most = services.storage_at_once, services.settings.max_pixels
    return lambda: trial.stored_design(easel, storage, file, most)


def _draft(services: Services, caller: Caller, key: UUID) -> Draft:
    return drafts.find(services.database, services.storage_at_once, caller.shop, key)


def _draft_kept(services: Services, caller: Caller, key: UUID, easel: Easel) -> Draft:
    """The draft; where it is as its set is, what that says is read from the storage once and kept."""
    with services.database.read() as connection:
        version = drafts.version_of(connection, caller.shop, key)
    if not version.startswith("set-"):
        return _draft(services, caller, key)
    kept = ("draft", str(caller.shop.id), str(key), version)
    return easel.keep(kept, lambda: (_draft(services, caller, key), 100_000))


def _problems(services: Services, caller: Caller, draft: Draft, description: dict[str, Any]) -> list[Problem]:
    try:
        return lint(services.database, caller.shop, drafts.pack_of(services.storage_at_once, draft, description))
    except PackRefused as refused:
        return list(refused.problems)


def _shown(services: Services, caller: Caller, addresses: Addresses, draft: Draft) -> DraftOut:
    with services.database.read() as connection:
        own = set_by_id(connection, caller.shop, draft.id)
    return DraftOut(
        id=draft.id,
        set=None if own is None else SetOut.of(own, addresses),
        description=draft.description,
        files=[_file(addresses, draft, path, file) for path, file in draft.files.items()],
        version=draft.version,
        unfinished=draft.is_saved,
        set_changed=draft.set_changed,
        problems=[PackProblem.of(one) for one in _problems(services, caller, draft, draft.description)],
        updated_at=draft.updated_at,
    )


def _file(addresses: Addresses, draft: Draft, path: str, file: DraftFile) -> DraftFileOut:
    own = file.own or draft.set_name is None
    of = addresses.draft_picture if own else addresses.base_picture
    url = of(draft.shop.id, draft.id, file.stored)
    return DraftFileOut(path=path, url=url, width=file.width, height=file.height, size=file.size)
