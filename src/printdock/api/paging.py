"""Lists in pages. A cursor says after which row the next page begins, so rows that come and go move nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from printdock.errors import UsageError

Item = TypeVar("Item")
Row = TypeVar("Row")

DEFAULT_LIMIT, MOST = 50, 200


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="`cursor` of the next page; null on the last one", examples=["WyJNdWciXQ"])


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is asked for. ``cursor`` is opaque to callers: `after` reads it."""

    limit: int
    cursor: str | None

    def after(self, *kinds: type) -> tuple[Any, ...] | None:
        """The values of the row after which the page begins, as ``kinds`` (str, int, UUID, datetime); None: from the start.

        Raises `UsageError` (``bad_cursor``) for one that this list did not give out.
        """
        return None if self.cursor is None else _decoded(self.cursor, kinds)


def page_of(
    rows: Sequence[Row], paging: Paging, shown: Callable[[Row], Item], place: Callable[[Row], tuple[Any, ...]]
) -> dict[str, Any]:
    """The page that ``rows`` make: ask the database for ``limit + 1`` of them, so that it is known whether more follow.

    ``place`` answers a row's values for the cursor, in the order of `Paging.after`.
    """
    here = rows[: paging.limit]
    more = len(rows) > paging.limit
    return {"items": [shown(row) for row in here], "next": cursor(*place(here[-1])) if more else None}


def cursor(*values: object) -> str:
    """The opaque form of a row's place in a list."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    text = json.dumps(plain, default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def _paging(
    limit: Annotated[int, Query(ge=1, le=MOST, description="Most items of this page")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=2000, description="`next` of the page before")] = None,
) -> Paging:
    return Paging(limit, cursor)


PagingIn = Annotated[Paging, Depends(_paging)]


def _decoded(text: str, kinds: tuple[type, ...]) -> tuple[Any, ...]:
    try:
        values = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError(text)
        return tuple(_read(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise UsageError(
            "The cursor is not one of this list.", code="bad_cursor", remedy="Begin without one."
        ) from error


def _read(value: Any, kind: type) -> Any:
    if kind is UUID and isinstance(value, str):
        return UUID(value)
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    if kind is int and type(value) is int and abs(value) < 2**63:
        return value
    if kind is str and isinstance(value, str) and "\0" not in value:
        return value
    raise ValueError(value)
