"""Downloads: many mockups or print files as one ZIP file, chosen first and then sent as they are read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from printdock.api.caller import Caller, Scope, allowed
from printdock.api.delivery import disposition
from printdock.api.fields import Line
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.downloads import records
from printdock.downloads.archive import archive, archive_size
from printdock.downloads.chosen import Choice, What, choose, members
from printdock.downloads.names import plain
from printdock.errors import NotFound, UsageError
from printdock.jobs import records as job_records
from printdock.jobs.kinds.mockups import rendered_paths
from printdock.shops.queries import Shop
from printdock.wiring import Services

router = APIRouter(prefix="/downloads", tags=["downloads"])

#: Most files of one download, and most designs that a request names. How many bytes they have together is not limited.
MOST_FILES, _MOST_DESIGNS = 20_000, 10_000


class DownloadIn(BaseModel):
    """Which files. What is named must all hold; at least one of `designs`, `set`, `template` and `job` is named."""

    what: What = Field(examples=["mockups"])
    designs: list[UUID] | None = Field(
        default=None, min_length=1, max_length=_MOST_DESIGNS, description="Of these designs", examples=[None]
    )
    set: Line | None = Field(default=None, description="Mockups of the set of this name", examples=["Mug 11oz"])
    template: int | None = Field(default=None, ge=1, le=2_147_483_647, description="Of this template", examples=[None])
    job: UUID | None = Field(default=None, description="Mockups that this job was to render", examples=[None])


class DownloadOut(BaseModel):
    """A download that can be fetched for a day."""

    id: UUID
    name: str = Field(description="File name", examples=["Mug 11oz mockups.zip"])
    url: str = Field(description="Where it is fetched, with the same key or session")
    files: int = Field(examples=[24])
    bytes: int = Field(description="Of the ZIP file", examples=[31_415_926])
    missing: int = Field(description="Print files that are left out, because their file is gone")
    expires_at: datetime


_ZIP: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


@router.post("", status_code=201, responses=declared(404))
def prepare_download(
    body: DownloadIn, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]
) -> DownloadOut:
    """Choose files: how many there are and how large the ZIP file is. Fetch it at `url`, for a day, as often as you like.

    At most 20,000 files; how large they are does not matter. Within the ZIP file a mockup is called
    `906 UVDTF 16oz/Glass can 16oz 01 Front.jpg`, a print file `UVDTF 16oz/UV 906 UVDTF_16oz_906.png`: the same files
    always give the same bytes.
    """
    choice = _choice(services, caller.shop, body)
    with services.database.read() as connection:
        chosen = choose(connection, caller.shop, body.what, choice, MOST_FILES)
    if not chosen.ids:
        raise _nothing(body.what, chosen.missing)
    if len(chosen.ids) > MOST_FILES:
        raise UsageError(
            f"One download has at most {MOST_FILES:,} files.",
            code="too_many_files",
            remedy="Choose one template or one set at a time, or fewer designs.",
        )
    now = services.clock()
    with services.database.write() as connection:
        name = _name(body, len(chosen.ids))
        key = records.put_together(connection, caller.shop, body.what, name, chosen.ids, now)
    with services.database.read() as connection:
        found = members(connection, caller.shop, body.what, chosen.ids, services.storage_at_once, services.spool)
    return DownloadOut(
        id=key,
        name=f"{name}.zip",
        url=f"/api/v1/downloads/{key}/archive.zip",
        files=len(found),
        bytes=archive_size(found),
        missing=chosen.missing,
        expires_at=now + records.KEEP,
    )


@router.get(
    "/{download}/archive.zip",
    response_class=StreamingResponse,
    responses={200: {"description": "The files", "content": {"application/zip": _ZIP}}, **declared(404)},
)
def fetch_download(
    download: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]
) -> StreamingResponse:
    """The ZIP file, sent while it is made. Where a file of it cannot be read the connection is cut: fetch it again."""
    with services.database.read() as connection:
        found = records.find(connection, caller.shop, download, services.clock())
        storage, spool = services.storage_at_once, services.spool
        files = members(connection, caller.shop, found.what, found.ids, storage, spool)
    if not files:
        raise _nothing(found.what, 0)
    headers = {
        "Content-Length": str(archive_size(files)),
        "Content-Disposition": disposition(f"{found.name}.zip", "attachment"),
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(archive(files), headers=headers, media_type="application/zip")


def _choice(services: Services, shop: Shop, body: DownloadIn) -> Choice:
    if body.what is What.PRINT_FILES and (body.set or body.job):
        raise UsageError("Print files belong to no set and no rendering.", code="wrong_choice")
    if not (body.designs or body.set or body.template or body.job):
        raise UsageError("It says nothing of which files.", code="wrong_choice", remedy="Name designs, a set or a job.")
    paths = None
    if body.job is not None:
        with services.database.read() as connection:
            job = job_records.find(connection, shop.id, body.job)
        paths = rendered_paths(services, shop, job)
    return Choice(body.designs, body.set, body.template, paths)


def _nothing(what: What, missing: int) -> NotFound:
    if missing:
        return NotFound(
            "The files of these designs are gone from the storage.",
            code="nothing_to_download",
            remedy="Upload the designs again.",
        )
    words = {What.MOCKUPS: ("mockup", "Render some."), What.PRINT_FILES: ("print file", "")}[what]
    return NotFound(f"There is no {words[0]} of these.", code="nothing_to_download", remedy=words[1])


def _name(body: DownloadIn, count: int) -> str:
    """The same choice has the same name."""
    kind = "mockups" if body.what is What.MOCKUPS else "print files"
    if body.set is not None:
        return plain(f"{body.set} {kind}")
    return f"{count} {kind if count != 1 else kind[:-1]}"
