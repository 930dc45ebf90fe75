"""``Idempotency-Key``: a POST that is sent again is answered again, and its work is not done again.

A route takes `OnceIn` and calls `Once.keep` with its answer in the transaction that does its work::

    with services.database.write() as connection:
        made = ...
        return once.keep(connection, answer, status=201)

The key belongs to the shop. Another request with the same key is refused (422), the same one while the first is at work
too (409). What ends in an error is forgotten, so that it can be tried again. Kept for `KEEP_REPEATS`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from printdock.api.caller import Caller, caller_of
from printdock.api.state import ServicesIn
from printdock.db.tables import idempotency
from printdock.designs.lease import is_dead, new_owner
from printdock.errors import Conflict, UsageError
from printdock.jobs.abandoned import KEEP_REPEATS
from printdock.wiring import Services

#: How long a request may be at work, where its process cannot be asked whether it lives: an upload in one request.
LEASE = timedelta(hours=1)

#: Requests up to this size are compared by their bytes, larger ones (pictures) by their length.
_COMPARED_BYTES = 16_000_000


Answer = TypeVar("Answer", bound=BaseModel)


class Replayed(Exception):  # not an error: the answer is there
    """The request was answered before: this is the answer."""

    def __init__(self, status: int, answer: Any) -> None:
        super().__init__()
        self.status, self.answer = status, answer


@dataclass(slots=True)
class Once:
    """One request with its key, or one without (then `keep` only hands the answer through)."""

    shop_id: int
    key: str | None
    owner: str = ""
    kept: bool = False

    def keep(self, connection: Connection, answer: Answer, *, status: int = 200) -> Answer:
        """Remember ``answer``, in the transaction of the work it speaks of. Answers it."""
        if self.key is not None:
            own = idempotency.c.shop_id == self.shop_id, idempotency.c.key == self.key
            done = update(idempotency).where(*own, idempotency.c.owner == self.owner)
            connection.execute(done.values(status=status, answer=answer.model_dump(mode="json")))
            self.kept = True
        return answer


async def _fingerprint(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> bytes:
    """What was asked, and by whom."""
    digest = hashlib.sha256()
    length = int(request.headers.get("content-length") or 0)
    plain = request.headers.get("content-type", "").startswith("application/json")
    body = await request.body() if plain and length <= _COMPARED_BYTES else str(length).encode()
    for part in (caller.actor.id, request.method, request.url.path, request.url.query):
        digest.update(f"{part}\n".encode())
    digest.update(body)
    return digest.digest()


def _once(
    services: ServicesIn,
    caller: Annotated[Caller, Depends(caller_of)],
    fingerprint: Annotated[bytes, Depends(_fingerprint)],
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            description="Send the same key with a repeated request: it is answered again, and not done again",
        ),
    ] = None,
) -> Iterator[Once]:
    if key is None:
        yield Once(caller.shop.id, None)
        return
    once = Once(caller.shop.id, key, new_owner())
    _take(services, once, fingerprint)
    try:
        yield once
    finally:
        if not once.kept:
            _forget(services, once)


OnceIn = Annotated[Once, Depends(_once)]


def answer_replays(app: FastAPI) -> None:
    """Answer requests that were answered before."""
    app.add_exception_handler(Replayed, _on_replayed)


async def _on_replayed(_request: Request, replayed: Exception) -> Response:
    assert isinstance(replayed, Replayed)
    return JSONResponse(replayed.answer, replayed.status, {"Idempotent-Replayed": "true"})


def _take(services: Services, once: Once, fingerprint: bytes) -> None:
    """Make the key this request's. Raises `Replayed`, `Conflict`, `UsageError`."""
    now = services.clock()
    row = {
        "shop_id": once.shop_id, "key": once.key, "request": fingerprint, "owner": once.owner,
        "lease_until": now + LEASE, "created_at": now,
    }  # fmt: skip
    try:
        with services.database.write() as connection:
            if not _take_over(connection, once, fingerprint, now):
                connection.execute(insert(idempotency).values(**row))
    except IntegrityError:  # the same request, in the same moment
        with services.database.write() as connection:
            _take_over(connection, once, fingerprint, now)


def _take_over(connection: Connection, once: Once, fingerprint: bytes, now: datetime) -> bool:
    """Whether there was a request with this key whose process died before it was answered: now it is ours."""
    own = idempotency.c.shop_id == once.shop_id, idempotency.c.key == once.key
    row = connection.execute(select(idempotency).where(*own).with_for_update()).one_or_none()
    if row is None:
        return False
    if row.created_at < now - KEEP_REPEATS:
        connection.execute(delete(idempotency).where(*own))
        return False
    if bytes(row.request) != fingerprint:
        raise UsageError(
            "Another request was sent with this Idempotency-Key.", code="key_reused", remedy="Use a new key for it."
        )
    if row.status is not None:
        raise Replayed(row.status, row.answer)
    if not is_dead(row.owner, row.lease_until, now):
        raise Conflict(
            "This request is being worked on.", code="in_progress", remedy="Wait a moment, then send it again."
        )
    connection.execute(update(idempotency).where(*own).values(owner=once.owner, lease_until=now + LEASE))
    return True


def _forget(services: Services, once: Once) -> None:
    own = idempotency.c.shop_id == once.shop_id, idempotency.c.key == once.key
    with services.database.write() as connection:
        unanswered = delete(idempotency).where(*own, idempotency.c.owner == once.owner, idempotency.c.status.is_(None))
        connection.execute(unanswered)
