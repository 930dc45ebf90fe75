"""Request bodies that are files: from the connection to the disk, checked as they come, never in memory as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from printdock.api.state import ServicesIn
from printdock.errors import InputRefused, PrintdockError
from printdock.jobs import events
from printdock.shops.queries import Shop
from printdock.uploads import queries, records
from printdock.uploads.offsets import Span, asked_span
from printdock.uploads.place import Place
from printdock.uploads.receive import Receiver, holding, offset_of, receiver
from printdock.uploads.types import Bounds, SentFile, SentUpload
from printdock.wiring import Services

#: Bytes that are gathered before they go to the disk, and seconds without any after which a connection is given up: the
#: client that lost it can then go on with another one.
GATHER_BYTES, PATIENCE_S = 512 * 1024, 30.0

#: Bytes of the disk that are left free whatever is announced.
SPARE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Reception:
    """Where this server's uploads arrive."""

    services: Services
    place: Place

    @property
    def bounds(self) -> Bounds:
        """What is taken now."""
        settings = self.services.settings
        room = max(0, self.place.room() - SPARE_BYTES)
        return Bounds(settings.upload_files, settings.max_file_mb * 1_000_000, room)

    @property
    def lasts(self) -> timedelta:
        """How long an upload waits for its next file."""
        return timedelta(hours=self.services.settings.upload_expiry_h)


def _reception(services: ServicesIn) -> Reception:
    return Reception(services, services.place())


ReceptionIn = Annotated[Reception, Depends(_reception)]


@dataclass(slots=True)
class Arrival:
    """One file of an upload arriving by one request. Used by one thread at a time."""

    reception: Reception
    shop: Shop
    upload: SentUpload
    file: SentFile
    closing: ExitStack
    receiver: Receiver | None = None  # None: all of it is there already

    def write(self, data: bytes) -> None:
        assert self.receiver is not None
        self.receiver.write(data)

    def finish(self) -> int:
        """Make it durable, and known when it is whole; answers the offset."""
        assert self.receiver is not None
        self.receiver.finish()
        if self.receiver.is_whole:
            note_received(self.reception, self.shop, self.upload.id, self.file.position, self.receiver.offset)
        return self.receiver.offset

    def refuse(self, error: InputRefused) -> None:
        """It is no picture: that is its answer, and its bytes go."""
        services, upload, position = self.reception.services, self.upload.id, self.file.position
        with services.database.write() as connection:
            refused = records.refuse(connection, self.shop, upload, position, error)
            data = {"position": position, "answer": refused.answer}
            events.append(connection, self.shop.id, "upload", upload, "refused", data)
        self.reception.place.forget(upload, position)


def note_received(
    reception: Reception, shop: Shop, upload: UUID, position: int, size: int, sha256: bytes | None = None
) -> None:
    """The file is whole and durable: written down and told."""
    services = reception.services
    now = services.clock()
    with services.database.write() as connection:
        expires_at = now + reception.lasts
        records.received(connection, shop, upload, position, now=now, expires_at=expires_at, size=size, sha256=sha256)
        events.append(connection, shop.id, "upload", upload, "received", {"position": position, "size": size})


def arrive(reception: Reception, shop: Shop, upload: UUID, position: int, content_range: str | None) -> Arrival:
    """Ready for the bytes that a request brings. Close its ``closing`` in the end.

    Raises `NotFound`, `Conflict`, `Busy`, `UsageError`: then not a byte was written.
    """
    found, file, span = _expected(reception, shop, upload, position, content_range)
    with ExitStack() as closing:
        if file.state != "wanted":
            return Arrival(reception, shop, found, file, closing.pop_all())
        reception.place.make(upload)
        handle = closing.enter_context(holding(reception.place.path(upload, position)))
        # Whoever held it before us may have brought the last byte.
        found, file, span = _expected(reception, shop, upload, position, content_range)
        arrival = Arrival(reception, shop, found, file, closing.pop_all())
        if file.state == "wanted":
            try:
                arrival.receiver = receiver(handle, span, file.size or 0, file.sha256)
            except PrintdockError:
                arrival.closing.close()
                raise
        return arrival


def _expected(
    reception: Reception, shop: Shop, upload: UUID, position: int, content_range: str | None
) -> tuple[SentUpload, SentFile, Span]:
    with reception.services.database.read() as connection:
        found, file = queries.find_file(connection, shop, upload, position)
    records.expect_receiving(found, reception.place.id)
    return found, file, asked_span(content_range, file.size or 0)


def have(reception: Reception, upload: SentUpload, file: SentFile) -> int:
    """How many bytes of a file are there. The last one counts once the file is known to be whole: where a server died
    before it could say so, a client sends that byte again."""
    if file.state == "received":
        return file.size or 0
    if file.state == "wanted" and upload.state == "receiving" and upload.place == reception.place.id:
        return min(offset_of(reception.place.path(upload.id, file.position)), (file.size or 1) - 1)
    return 0


async def take(request: Request, arrival: Arrival) -> int:
    """Write the request's body where it belongs; answers the offset after it.

    A connection that is cut leaves what came. Raises what `Receiver` raises, and `PrintdockError` (``too_slow``) where
    nothing comes for `PATIENCE_S`. A file that is no picture has its answer then.
    """
    try:
        async for data in gathered(request):
            await asyncio.to_thread(arrival.write, data)
        return await asyncio.to_thread(arrival.finish)
    except InputRefused as error:
        if error.code != "digest_differs":
            await asyncio.to_thread(arrival.refuse, error)
        raise


async def gathered(request: Request) -> AsyncIterator[bytes]:
    """The request's body in pieces of about `GATHER_BYTES`; what came before a cut comes too, then `ClientDisconnect`."""
    pieces: list[bytes] = []
    size = 0
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(PATIENCE_S):
                piece = await anext(stream, None)
        except TimeoutError as error:
            raise PrintdockError(
                f"Nothing came for {PATIENCE_S:.0f} s.",
                code="too_slow",
                remedy="Ask for the offset with HEAD and go on.",
            ) from error
        except ClientDisconnect:
            if pieces:
                yield b"".join(pieces)
            raise
        if piece is None:
            break
        pieces.append(piece)
        size += len(piece)
        if size >= GATHER_BYTES:
            yield b"".join(pieces)
            pieces, size = [], 0
    if pieces:
        yield b"".join(pieces)
