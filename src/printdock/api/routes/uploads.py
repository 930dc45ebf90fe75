"""Uploads: announce files, send those that are wanted, complete, follow."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request, Response
from starlette.requests import ClientDisconnect
from uuid_utils.compat import uuid7

from printdock.api.background import Background, BackgroundIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Line
from printdock.api.form import Form
from printdock.api.idempotency import Once, OnceIn
from printdock.api.incoming import Reception, ReceptionIn, arrive, gathered, have, take
from printdock.api.paging import Page, PagingIn, page_of
from printdock.api.problems import declared
from printdock.api.sent import (
    CompleteIn,
    FileOut,
    FilesIn,
    KnownIn,
    KnownOut,
    ReportOut,
    State,
    UploadIn,
    UploadOut,
    shown,
    shown_file,
    state_of,
)
from printdock.api.state import ServicesIn
from printdock.designs.item import Duplicates
from printdock.designs.outcomes import Failed
from printdock.errors import Conflict, PrintdockError
from printdock.jobs import records as job_records
from printdock.jobs import wishes
from printdock.jobs.kinds import new_job
from printdock.jobs.kinds.uploads import end, tell_state
from printdock.shops.queries import Shop
from printdock.uploads import queries, records
from printdock.wiring import Services

router = APIRouter(prefix="/uploads", tags=["uploads"])

PositionIn = Annotated[int, Path(ge=0, le=2_147_483_647, description="The file's place in the upload, from 0")]

_FORM = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "template": {"type": "string", "description": "The product; before the files"},
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
    },
}
_OFFSET: dict[str, Any] = {
    "description": "In headers",
    "headers": {
        "Upload-Offset": {"schema": {"type": "integer"}, "description": "Bytes that are there: where to go on"},
        "Upload-Length": {"schema": {"type": "integer"}, "description": "Bytes of the file"},
        "Upload-State": {"schema": {"type": "string"}, "description": "As `state` of the file"},
    },
}


@router.post("", status_code=201, responses=declared(409, 507))
def begin_upload(
    body: UploadIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.UPLOAD)],
    reception: ReceptionIn,
    once: OnceIn,
) -> UploadOut:
    """Begin an upload. Each file is `wanted` (send it to `put`), or answered at once: a duplicate, or refused by name."""
    template = services.template(body.template, caller.shop)
    now, upload = services.clock(), uuid7()
    reception.place.make(upload)
    with services.database.write() as connection:
        begun = records.begin(
            connection,
            template,
            [file.announced() for file in body.files],
            upload=upload,
            place=reception.place.id,
            by=caller.actor.name,
            bounds=reception.bounds,
            skip_known=skips_known(services),
            now=now,
            expires_at=now + reception.lasts,
        )
        answer = once.keep(connection, shown(reception, begun), status=201)
        tell_state(connection, caller.shop, begun)
    return answer


@router.post("/known")
def ask_known(body: KnownIn, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.UPLOAD)]) -> KnownOut:
    """Which digests are known for a template: such files are duplicates, and need not be sent."""
    template = services.template(body.template, caller.shop)
    if not skips_known(services):
        return KnownOut(known=[])
    digests = [bytes.fromhex(text) for text in body.sha256]
    with services.database.read() as connection:
        found = queries.which_known(connection, template, digests)
    return KnownOut(known=[digest.hex() for digest in dict.fromkeys(digests) if digest in found])


@router.get("")
def list_uploads(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    reception: ReceptionIn,
    paging: PagingIn,
    state: Annotated[State | None, Query(description="Only in this state")] = None,
) -> Page[UploadOut]:
    """Uploads, newest first, those of the command line too."""
    after = paging.after(UUID)
    with services.database.read() as connection:
        rows = queries.list_sent(
            connection, caller.shop, limit=paging.limit + 1, before=None if after is None else after[0], state=state
        )
    listed = page_of(rows, paging, lambda one: shown(reception, one, files=False), lambda one: (one.id,))
    return Page[UploadOut](**listed)


@router.get("/{upload}", responses=declared(404))
def show_upload(
    upload: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], reception: ReceptionIn
) -> UploadOut:
    """One upload, with how far each file is."""
    with services.database.read() as connection:
        return shown(reception, queries.find(connection, caller.shop, upload))


@router.get("/{upload}/report", responses=declared(404, 409))
def show_report(upload: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> ReportOut:
    """What became of each file, once the upload has ended."""
    with services.database.read() as connection:
        found = queries.find(connection, caller.shop, upload)
    if not found.ended:
        raise Conflict(
            f"The upload is {found.state}.", code="not_ended", remedy="Follow its events, or ask again later."
        )
    begun, ended = found.received_at or found.started_at, found.finished_at or found.started_at
    return ReportOut(
        upload=found.id,
        stored=found.stored,
        duplicates=found.duplicates,
        failed=found.failed,
        seconds=round((ended - begun).total_seconds(), 3),
        files=[file.answer for file in found.files if file.answer is not None],
    )


@router.post("/{upload}/files", status_code=201, responses=declared(404, 409, 507))
def add_files(
    upload: UUID,
    body: FilesIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.UPLOAD)],
    reception: ReceptionIn,
    once: OnceIn,
) -> UploadOut:
    """Announce more files."""
    with services.database.read() as connection:
        found = queries.find(connection, caller.shop, upload, files=False)
    template = services.template(found.template, caller.shop)
    with services.database.write() as connection:
        added = records.add(
            connection,
            template,
            upload,
            [file.announced() for file in body.files],
            bounds=reception.bounds,
            skip_known=skips_known(services),
            expires_at=services.clock() + reception.lasts,
        )
        answer = once.keep(connection, shown(reception, added), status=201)
        tell_state(connection, caller.shop, added)
    return answer


@router.head("/{upload}/files/{position}", response_class=Response, responses={200: _OFFSET, **declared(404)})
def ask_offset(
    upload: UUID,
    position: PositionIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.UPLOAD)],
    reception: ReceptionIn,
) -> Response:
    """How much of a file is there: `Upload-Offset`, of `Upload-Length` bytes."""
    with services.database.read() as connection:
        found, file = queries.find_file(connection, caller.shop, upload, position)
    headers = {
        "Upload-Offset": str(have(reception, found, file)),
        "Upload-Length": str(file.size or 0),
        "Upload-State": state_of(file),
        "Cache-Control": "no-store",
    }
    return Response(headers=headers)


@router.put(
    "/{upload}/files/{position}",
    responses=declared(404, 408, 409, 415, 423, 507),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_file(
    upload: UUID,
    position: PositionIn,
    request: Request,
    response: Response,
    caller: Annotated[Caller, allowed(Scope.UPLOAD)],
    reception: ReceptionIn,
    content_range: Annotated[
        str | None, Header(description="`bytes FIRST-LAST/TOTAL` of a piece; all of the file without it")
    ] = None,
) -> FileOut:
    """Send a file, or a piece of it. A piece may begin anywhere up to `Upload-Offset`: what is there after it is
    dropped. The last piece compares the SHA-256, where one was announced."""
    arrival = await asyncio.to_thread(arrive, reception, caller.shop, upload, position, content_range)
    try:
        if arrival.receiver is not None:
            offset = await take(request, arrival)
        else:
            offset = arrival.file.size or 0
    finally:
        await asyncio.to_thread(arrival.closing.close)
    response.headers["Upload-Offset"] = str(offset)
    return shown_file(arrival.upload, arrival.file, offset)


@router.post(
    "/multipart",
    status_code=202,
    responses=declared(400, 408, 409, 507),
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}},
)
async def upload_form(
    request: Request,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.UPLOAD)],
    reception: ReceptionIn,
    background: BackgroundIn,
    once: OnceIn,
    template: Annotated[Line | None, Query(description="Instead of the form's first field")] = None,
) -> UploadOut:
    """A whole upload in one request, for scripts (`curl -F template=... -F files=@...`). Cannot be resumed."""
    kind = request.headers.get("content-type", "")
    form = Form(reception, caller.shop, caller.actor.name, kind, template, skip_known=skips_known(services))
    try:
        async for data in gathered(request):
            await asyncio.to_thread(form.write, data)
        upload = await asyncio.to_thread(form.finish)
        return await asyncio.to_thread(_queue, reception, background, once, caller.shop, upload)
    except (PrintdockError, ClientDisconnect):
        await asyncio.to_thread(form.give_up)
        raise
    finally:
        await asyncio.to_thread(form.close)


@router.post("/{upload}/complete", status_code=202, responses=declared(404, 409))
def complete_upload(
    upload: UUID,
    caller: Annotated[Caller, allowed(Scope.UPLOAD)],
    reception: ReceptionIn,
    background: BackgroundIn,
    once: OnceIn,
    body: CompleteIn | None = None,
) -> UploadOut:
    """Everything was sent: it is taken in now. Completing twice is completing once."""
    leave_out_missing = body is not None and body.leave_out_missing
    return _queue(reception, background, once, caller.shop, upload, leave_out_missing=leave_out_missing)


def _queue(
    reception: Reception,
    background: Background,
    once: Once,
    shop: Shop,
    upload: UUID,
    *,
    leave_out_missing: bool = False,
) -> UploadOut:
    services = reception.services
    job = new_job("ingest_upload", {"upload": str(upload)}, upload_id=upload, place=reception.place.id, key=str(upload))
    with services.database.write() as connection:
        found = queries.find(connection, shop, upload)
        if found.state in ("queued", "processing", "finished"):
            return once.keep(connection, shown(reception, found), status=202)
        records.expect_receiving(found, reception.place.id)
        queued = records.queue(
            connection,
            shop,
            upload,
            enqueue=lambda: job_records.enqueue(connection, shop.id, job),
            now=services.clock(),
            leave_out_missing=leave_out_missing,
        )
        answer = once.keep(connection, shown(reception, queries.find(connection, shop, upload)), status=202)
        tell_state(connection, shop, queued)
    background.wake(job.priority)
    return answer


@router.delete("/{upload}", responses=declared(404, 409))
def cancel_upload(
    upload: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.UPLOAD)], reception: ReceptionIn
) -> UploadOut:
    """Cancel an upload. What is stored stays; files that wait are answered as cancelled. Twice is once."""
    with services.database.write() as connection:
        found = queries.find(connection, caller.shop, upload, files=False)
        if found.state == "finished":
            raise Conflict("The upload has finished.", code="upload_finished")
        if found.job is not None and not found.ended:
            wishes.cancel(connection, caller.shop.id, found.job, services.clock())
        elif not found.ended:
            why = Failed("cancelled", "The upload was cancelled before this file.")
            end(connection, caller.shop, upload, "cancelled", services.clock(), why)
        after = queries.find(connection, caller.shop, upload)
    if after.ended and after.place == reception.place.id:
        reception.place.remove(upload)
    return shown(reception, after)


def skips_known(services: Services) -> bool:
    """Whether files with known bytes are duplicates (see PRINTDOCK_DUPLICATES)."""
    return Duplicates(str(services.settings.duplicates)) is not Duplicates.OFF
