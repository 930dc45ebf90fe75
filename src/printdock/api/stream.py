"""Server-sent events: what happens to a shop's uploads and jobs, from the database alone.

A stream can be resumed anywhere, at any server: the id of the last event seen says where (``Last-Event-ID``). It ends
when its subject has come to its end, and when the server is to end: clients then connect again, to another one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from printdock.api.state import Stopping
from printdock.api.watch import Watch
from printdock.errors import UsageError
from printdock.jobs import events
from printdock.jobs.events import Event
from printdock.shops.queries import Shop
from printdock.uploads.types import ENDED
from printdock.wiring import Services

#: Events read at a time; seconds between two comments that keep a connection open; seconds that a reader may let one
#: event wait; seconds after which a stream looks by itself; milliseconds until a client connects again.
READ_AT_ONCE, ALIVE_S, PATIENCE_S, LOOK_S, RETRY_MS = 100, 15.0, 30.0, 30.0, 1000

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events, as they happen: `id` counts for the shop, `event` is `upload` or `job`, `data` is JSON with "
        "`id`, `subject`, `subject_id`, `kind`, `at` and `data`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {"description": "The subject has ended and all its events were seen: do not connect again"},
}


class Stream(EventSourceResponse):
    """As the library's, but for what HTTP/2 forbids, and for readers that went to sleep: those are let go."""

    def __init__(self, content: AsyncIterator[ServerSentEvent]) -> None:
        super().__init__(content, ping=ALIVE_S, send_timeout=PATIENCE_S)
        self.raw_headers = [(name, value) for name, value in self.raw_headers if name.lower() != b"connection"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            return


def last_seen(
    header: Annotated[str | None, Header(alias="Last-Event-ID", description="Go on after this event")] = None,
    query: Annotated[
        str | None, Query(alias="last_event_id", description="The same, for clients that cannot send the header")
    ] = None,
) -> int | None:
    """The id of the last event that the client saw; the header outranks the address. Raises `UsageError`."""
    text = header if header is not None else query
    if text is None or not text.strip():
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UsageError("Last-Event-ID is not one of ours.", code="bad_event_id", remedy="Connect without one.")
    return int(text)


async def follow(
    request: Request,
    services: Services,
    shop: Shop,
    after: int | None,
    subject: UUID | None = None,
    ended: bool = False,
) -> Response:
    """The events of one ``subject`` from its first on, or of all the shop from now on; after event ``after`` if given.

    ``ended``: whether the subject has come to its end.
    """
    watch, stopping = await _watch(request, services), request.app.state.stopping

    def begin() -> tuple[int, bool]:
        start = after
        with services.database.read() as connection:
            if start is None:
                start = 0 if subject is not None else events.last_id(connection, shop.id)
            over = subject is not None and ended and not events.after(connection, shop.id, start, subject, 1)
        return start, over

    start, over = await asyncio.to_thread(begin)
    if over:
        return Response(status_code=204)
    return Stream(_events(services, watch, stopping, shop, start, subject))


async def _events(
    services: Services, watch: Watch, stopping: Stopping, shop: Shop, last: int, subject: UUID | None
) -> AsyncIterator[ServerSentEvent]:
    def read() -> list[Event]:
        with services.database.read() as connection:
            return events.after(connection, shop.id, last, subject, READ_AT_ONCE)

    yield ServerSentEvent(comment="printdock", retry=RETRY_MS)
    with watch.listening(shop.id) as bell:
        while not stopping.asked:
            bell.hush()
            found = await asyncio.to_thread(read)
            for event in found:
                yield _sent(event)
                last = event.id
                if subject is not None and _is_last(event):
                    return
            if len(found) < READ_AT_ONCE:
                await bell.wait(LOOK_S)


def _sent(event: Event) -> ServerSentEvent:
    document = {
        "id": event.id,
        "subject": event.subject,
        "subject_id": str(event.subject_id),
        "kind": event.kind,
        "at": event.at.isoformat(),
        "data": event.data,
    }
    return ServerSentEvent(json.dumps(document, separators=(",", ":")), event=event.subject, id=str(event.id))


def _is_last(event: Event) -> bool:
    data: dict[str, Any] = event.data
    if event.subject == "upload":
        return event.kind == "state" and data.get("state") in ENDED
    return event.kind in ("completed", "failed", "cancelled")


async def _watch(request: Request, services: Services) -> Watch:
    """The application's, made with the first stream."""
    state = request.app.state
    if not hasattr(state, "watch"):
        state.watch = Watch(services.database)
        state.stopping.then(state.watch.ring_all)
    watch: Watch = state.watch
    return watch
