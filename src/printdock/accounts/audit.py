"""The record of what matters later: who signed in, made a key, changed a role, decided, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select
from uuid_utils.compat import uuid7

from printdock.db.account_tables import audit_log


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. ``kind``: ``person``, ``key`` (a script), ``console`` (this machine's owner) or ``nobody``."""

    kind: str
    id: str | None
    name: str
    address: str | None = None


CONSOLE = Actor("console", None, "console")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the record."""

    id: UUID
    at: datetime
    actor: Actor
    action: str
    subject: str | None
    data: dict[str, Any]


def record(
    connection: Connection,
    shop_id: int | None,
    actor: Actor,
    action: str,
    now: datetime,
    *,
    subject: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write one line, in the transaction of what it is about.

    ``action`` is a stable word for programs such as ``key_made``; ``subject`` says what it was done to, in a person's
    words; ``data`` is small, plain and holds no secret. ``shop_id`` None: nobody's account was concerned.
    """
    connection.execute(
        insert(audit_log).values(
            id=uuid7(),
            shop_id=shop_id,
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor=actor.name[:254],
            action=action,
            subject=None if subject is None else subject[:300],
            data=dict(data or {}),
            address=None if actor.address is None else actor.address[:60],
        )
    )


def entries(connection: Connection, shop_id: int | None, limit: int, before: UUID | None = None) -> list[Entry]:
    """The newest ``limit`` lines of a shop, older than the line ``before``."""
    wanted = select(audit_log).where(audit_log.c.shop_id == shop_id).order_by(audit_log.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(audit_log.c.id < before)
    return [
        Entry(
            row.id,
            row.at,
            Actor(row.actor_kind, row.actor_id, row.actor, row.address),
            row.action,
            row.subject,
            row.data,
        )
        for row in connection.execute(wanted)
    ]
