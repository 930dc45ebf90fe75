"""API keys: what scripts sign in with. Each belongs to one shop and holds some of its scopes."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update
from uuid_utils.compat import uuid7

from printdock.accounts.roles import Scope
from printdock.accounts.tokens import digest, new_token
from printdock.db.account_tables import api_keys
from printdock.db.tables import shops
from printdock.errors import NotFound, UsageError

#: Begins every key, so that a program that looks for leaked secrets knows one when it sees it.
MARK = "pdk_"
#: How old ``used_at`` may get before it is written again.
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key, without its secret part."""

    id: UUID
    shop_id: int
    shop_name: str
    name: str
    prefix: str
    scopes: frozenset[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def works(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def make_key(
    connection: Connection,
    shop_id: int,
    name: str,
    scopes: Iterable[Scope],
    created_by: str,
    now: datetime,
    *,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key, and its text: ``pdk_`` + 8 letters that are shown + ``_`` + the secret part. It is told this once."""
    chosen = sorted(map(str, scopes))
    if not name.strip() or not chosen:
        raise UsageError("A key needs a name and at least one scope.", code="unusable_key")
    if expires_at is not None and expires_at <= now:
        raise UsageError("The key would have expired already.", code="unusable_key")
    prefix = MARK + secrets.token_hex(4)
    text = f"{prefix}_{new_token()}"
    key = uuid7()
    connection.execute(
        insert(api_keys).values(
            id=key,
            shop_id=shop_id,
            name=name.strip()[:200],
            prefix=prefix,
            token=digest(text),
            scopes=chosen,
            created_by=created_by,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return get_key(connection, shop_id, key), text


def find_key(connection: Connection, text: str, now: datetime) -> ApiKey | None:
    """The working key whose text this is."""
    prefix = text[: len(MARK) + 8]
    row = connection.execute(_keys().where(api_keys.c.prefix == prefix)).one_or_none()
    if row is None or not hmac.compare_digest(row.token, digest(text)):
        return None
    key = _key(row)
    return key if key.works(now) else None


def is_due(key: ApiKey, now: datetime) -> bool:
    """Whether `used` should be called."""
    return key.used_at is None or key.used_at <= now - _USED_EVERY


def used(connection: Connection, key: ApiKey, now: datetime) -> None:
    """The key is in use."""
    connection.execute(update(api_keys).where(api_keys.c.id == key.id).values(used_at=now))


def list_keys(
    connection: Connection, shop_id: int, limit: int | None = None, before: UUID | None = None
) -> list[ApiKey]:
    """The shop's keys, newest first, those older than the key ``before``."""
    wanted = _keys().where(api_keys.c.shop_id == shop_id).order_by(api_keys.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(api_keys.c.id < before)
    return [_key(row) for row in connection.execute(wanted)]


def get_key(connection: Connection, shop_id: int, key: UUID) -> ApiKey:
    """One of the shop's keys. Raises `NotFound`."""
    row = connection.execute(_keys().where(api_keys.c.shop_id == shop_id, api_keys.c.id == key)).one_or_none()
    if row is None:
        raise NotFound("The shop has no such key.", code="no_such_key")
    return _key(row)


def key_by_prefix(connection: Connection, shop_id: int, prefix: str) -> ApiKey:
    """The shop's key whose shown part this is. Raises `NotFound`."""
    found = _keys().where(api_keys.c.shop_id == shop_id, api_keys.c.prefix == prefix)
    row = connection.execute(found).one_or_none()
    if row is None:
        raise NotFound(f"The shop has no key {prefix[:20]!r}.", code="no_such_key")
    return _key(row)


def revoke_key(connection: Connection, key: ApiKey, now: datetime) -> None:
    """The key works no more. Twice is once."""
    connection.execute(
        update(api_keys).where(api_keys.c.id == key.id, api_keys.c.revoked_at.is_(None)).values(revoked_at=now)
    )


def _keys() -> Any:
    return select(api_keys, shops.c.name.label("shop_name")).join(shops, shops.c.id == api_keys.c.shop_id)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        row.id,
        row.shop_id,
        row.shop_name,
        row.name,
        row.prefix,
        frozenset(map(Scope, row.scopes)),
        row.created_by,
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.used_at,
    )
