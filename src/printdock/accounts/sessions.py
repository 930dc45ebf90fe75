"""Signed-in browsers."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update
from uuid_utils.compat import uuid7

from printdock.accounts.roles import Role
from printdock.accounts.tokens import digest, new_token
from printdock.accounts.users import memberships_of
from printdock.db.account_tables import memberships, sessions, users
from printdock.db.tables import shops
from printdock.errors import NotFound

#: A session ends when it was not used for so long, and in any case so long after the sign-in.
IDLE = timedelta(days=14)
LONGEST = timedelta(days=90)
#: How old ``seen_at`` may get before it is written again: not every request is worth a write.
_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser, with the person and, where they have one, the current shop and the role in it."""

    id: UUID
    user_id: UUID
    email: str
    name: str
    shop_id: int | None
    shop_name: str | None
    role: Role | None
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a session comes from, for the person's list of sessions."""

    address: str
    agent: str


def start_session(
    connection: Connection, user_id: UUID, browser: Browser, now: datetime, *, shop_id: int | None = None
) -> str:
    """A new session in ``shop_id``, else in the first of the person's shops; answers its token. Old ones are removed."""
    connection.execute(
        delete(sessions).where(
            sessions.c.user_id == user_id, (sessions.c.expires_at <= now) | (sessions.c.seen_at <= now - IDLE)
        )
    )
    own = [membership.shop_id for membership in memberships_of(connection, user_id)]
    token = new_token()
    connection.execute(
        insert(sessions).values(
            id=uuid7(),
            token=digest(token),
            user_id=user_id,
            shop_id=shop_id if shop_id in own else next(iter(own), None),
            address=browser.address[:60],
            agent=browser.agent[:300],
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
        )
    )
    return token


def find_session(connection: Connection, token: str, now: datetime) -> Session | None:
    """The live session with this token."""
    wanted = (
        select(
            sessions.c.id,
            sessions.c.user_id,
            users.c.email,
            users.c.name,
            memberships.c.shop_id,
            shops.c.name.label("shop_name"),
            memberships.c.role,
            sessions.c.created_at,
            sessions.c.seen_at,
        )
        .join(users, users.c.id == sessions.c.user_id)
        .outerjoin(
            memberships,
            (memberships.c.user_id == sessions.c.user_id) & (memberships.c.shop_id == sessions.c.shop_id),
        )
        .outerjoin(shops, shops.c.id == memberships.c.shop_id)
        .where(sessions.c.token == digest(token), sessions.c.expires_at > now, sessions.c.seen_at > now - IDLE)
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    role = None if row.role is None else Role(row.role)
    return Session(
        row.id, row.user_id, row.email, row.name, row.shop_id, row.shop_name, role, row.created_at, row.seen_at
    )


def is_due(session: Session, now: datetime) -> bool:
    """Whether `seen` should be called."""
    return session.seen_at <= now - _SEEN_EVERY


def seen(connection: Connection, session: Session, now: datetime) -> None:
    """The session is in use."""
    connection.execute(update(sessions).where(sessions.c.id == session.id).values(seen_at=now))


def choose_shop(connection: Connection, session: Session, shop_id: int) -> None:
    """Look at another of the person's shops. Raises `NotFound`."""
    if all(membership.shop_id != shop_id for membership in memberships_of(connection, session.user_id)):
        raise NotFound("You have no such shop.", code="no_such_shop")
    connection.execute(update(sessions).where(sessions.c.id == session.id).values(shop_id=shop_id))


def end_session(connection: Connection, session_id: UUID) -> None:
    """Sign out. Twice is once."""
    connection.execute(delete(sessions).where(sessions.c.id == session_id))


def end_sessions_of(connection: Connection, user_id: UUID, *, except_for: UUID | None = None) -> int:
    """Sign a person out everywhere (else), and answer of how many browsers."""
    gone = delete(sessions).where(sessions.c.user_id == user_id)
    if except_for is not None:
        gone = gone.where(sessions.c.id != except_for)
    return connection.execute(gone).rowcount


def csrf_token(key: bytes, session_token: str) -> str:
    """What a page must send along to show that it could read an answer of ours; of one session and no other."""
    return hmac.new(key, digest(session_token), hashlib.sha256).hexdigest()


def is_csrf_token(key: bytes, session_token: str, given: str) -> bool:
    """Whether ``given`` is the session's; takes as long for any wrong one."""
    return hmac.compare_digest(csrf_token(key, session_token).encode(), given.encode("utf-8", "surrogateescape"))
