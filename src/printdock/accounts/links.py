"""One-time links: the first owner's, invitations, and a way in for somebody who forgot their password.

A link's token stands after ``#`` in the address: browsers do not send that part, so that it is in no server's log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update
from uuid_utils.compat import uuid7

from printdock.accounts.roles import Role
from printdock.accounts.tokens import digest, new_token
from printdock.accounts.users import User
from printdock.db.account_tables import links
from printdock.errors import NotAllowed, NotFound

#: How long a link can be used: one that is printed is clicked at once, an invitation lies in somebody's mail.
OWNER_LASTS = timedelta(hours=1)
SIGN_IN_LASTS = timedelta(hours=1)
INVITE_LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Link:
    """One link, without its token. ``kind``: ``owner``, ``invite`` or ``sign_in``."""

    id: UUID
    kind: str
    shop_id: int
    email: str | None
    role: Role
    user_id: UUID | None
    created_by: str
    created_at: datetime
    expires_at: datetime


def address(origin: str, token: str) -> str:
    """What a person clicks."""
    return f"{origin}/welcome#{token}"


def owner_link(connection: Connection, shop_id: int, now: datetime) -> str:
    """A new link that makes the first account, the owner's. Earlier ones stop working."""
    connection.execute(delete(links).where(links.c.kind == "owner"))
    return _make(connection, "owner", shop_id, Role.OWNER, "console", now, OWNER_LASTS)


def invite(connection: Connection, shop_id: int, email: str, role: Role, created_by: str, now: datetime) -> str:
    """A new link that takes whoever has it into the shop, as ``email`` (in its normal form). Earlier ones stop working."""
    connection.execute(
        delete(links).where(links.c.kind == "invite", links.c.shop_id == shop_id, links.c.email == email)
    )
    return _make(connection, "invite", shop_id, role, created_by, now, INVITE_LASTS, email=email)


def sign_in_link(connection: Connection, shop_id: int, user: User, role: Role, created_by: str, now: datetime) -> str:
    """A new link that signs ``user`` in and lets them choose a password. Earlier ones stop working."""
    connection.execute(delete(links).where(links.c.kind == "sign_in", links.c.user_id == user.id))
    return _make(
        connection, "sign_in", shop_id, role, created_by, now, SIGN_IN_LASTS, email=user.email, user_id=user.id
    )


def find_link(connection: Connection, token: str, now: datetime) -> Link:
    """The usable link with this token. Raises `NotFound`, whatever is wrong with it."""
    row = connection.execute(_usable(now).where(links.c.token == digest(token))).one_or_none()
    if row is None:
        raise NotFound(
            "The link was used, has expired, or never was one.",
            code="link_unusable",
            remedy="Ask for another one; on the server, printdock users link makes it.",
        )
    return _link(row)


def use_link(connection: Connection, link: Link, now: datetime) -> None:
    """Use it up. Of two who try at once one succeeds; the other one gets `NotAllowed`."""
    used = update(links).where(links.c.id == link.id, links.c.used_at.is_(None)).values(used_at=now)
    if connection.execute(used).rowcount != 1:
        raise NotAllowed("The link was used a moment ago.", code="link_unusable")


def invitations(connection: Connection, shop_id: int, now: datetime) -> list[Link]:
    """The shop's open invitations, newest first."""
    wanted = _usable(now).where(links.c.shop_id == shop_id, links.c.kind == "invite").order_by(links.c.id.desc())
    return [_link(row) for row in connection.execute(wanted)]


def invitations_for(connection: Connection, email: str, now: datetime) -> list[Link]:
    """The open invitations of a person, oldest first."""
    wanted = _usable(now).where(links.c.email == email, links.c.kind == "invite").order_by(links.c.id)
    return [_link(row) for row in connection.execute(wanted)]


def withdraw(connection: Connection, shop_id: int, link_id: UUID) -> str:
    """Take an invitation back, and answer for whom it was. Raises `NotFound`."""
    gone = (
        delete(links)
        .where(links.c.shop_id == shop_id, links.c.id == link_id, links.c.kind == "invite", links.c.used_at.is_(None))
        .returning(links.c.email)
    )
    email = connection.execute(gone).scalar_one_or_none()
    if email is None:
        raise NotFound("The shop has no such invitation.", code="no_such_invitation")
    return str(email)


def _make(
    connection: Connection,
    kind: str,
    shop_id: int,
    role: Role,
    created_by: str,
    now: datetime,
    lasts: timedelta,
    *,
    email: str | None = None,
    user_id: UUID | None = None,
) -> str:
    token = new_token()
    connection.execute(
        insert(links).values(
            id=uuid7(),
            token=digest(token),
            kind=kind,
            shop_id=shop_id,
            email=email,
            role=str(role),
            user_id=user_id,
            created_by=created_by[:254],
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return token


def _usable(now: datetime) -> Any:
    return select(links).where(links.c.used_at.is_(None), links.c.expires_at > now)


def _link(row: Row[Any]) -> Link:
    return Link(
        row.id, row.kind, row.shop_id, row.email, Role(row.role), row.user_id, row.created_by, row.created_at,
        row.expires_at,
    )  # fmt: skip
