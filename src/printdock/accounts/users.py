"""People and the shops they belong to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, select, update
from uuid_utils.compat import uuid7

from printdock.accounts.roles import Role
from printdock.db.account_tables import links, memberships, sessions, users
from printdock.db.inserting import added, insert_into
from printdock.db.tables import shops
from printdock.errors import Conflict, NotFound, UsageError

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")


@dataclass(frozen=True, slots=True)
class User:
    """One person. ``password`` is the encoded digest, or None for those who sign in elsewhere."""

    id: UUID
    email: str
    name: str
    password: str | None
    created_at: datetime

    def __repr__(self) -> str:
        return f"User({self.email})"


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place in a shop."""

    user_id: UUID
    shop_id: int
    shop_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Member:
    """A person as their shop sees them."""

    id: UUID
    email: str
    name: str
    role: Role
    since: datetime


def normal_email(email: str) -> str:
    """The form in which addresses are compared and kept. Raises `UsageError` for what cannot be one."""
    plain = email.strip().lower()
    if not _EMAIL.fullmatch(plain):
        raise UsageError(f"{email[:80]!r} is not an e-mail address.", code="unusable_email")
    return plain


def any_users(connection: Connection) -> bool:
    """Whether anybody has an account here."""
    return connection.execute(select(users.c.id).limit(1)).first() is not None


def find_user(connection: Connection, email: str) -> User | None:
    """The person with this address (in its normal form)."""
    return _one(connection.execute(select(users).where(users.c.email == email)).one_or_none())


def user_by_id(connection: Connection, user_id: UUID) -> User | None:
    return _one(connection.execute(select(users).where(users.c.id == user_id)).one_or_none())


def user_by_subject(connection: Connection, issuer: str, subject: str) -> User | None:
    """The person that the OIDC provider ``issuer`` calls ``subject``."""
    found = select(users).where(users.c.oidc_issuer == issuer, users.c.oidc_subject == subject)
    return _one(connection.execute(found).one_or_none())


def add_user(connection: Connection, email: str, name: str, password: str | None, now: datetime) -> User:
    """A new person; ``email`` in its normal form, ``password`` as `hash_password` made it."""
    user = User(uuid7(), email, name.strip()[:200] or email, password, now)
    row = {"id": user.id, "email": email, "name": user.name, "password": password, "created_at": now}
    if added(connection, users, row) is None:
        raise Conflict(f"{email} has an account already.", code="user_exists")
    return user


def set_password(connection: Connection, user_id: UUID, encoded: str) -> None:
    connection.execute(update(users).where(users.c.id == user_id).values(password=encoded))


def set_subject(connection: Connection, user_id: UUID, issuer: str, subject: str) -> None:
    """The person may sign in as ``subject`` of ``issuer`` from now on."""
    connection.execute(update(users).where(users.c.id == user_id).values(oidc_issuer=issuer, oidc_subject=subject))


def memberships_of(connection: Connection, user_id: UUID) -> list[Membership]:
    """The person's shops by name."""
    wanted = (
        select(memberships.c.user_id, memberships.c.shop_id, shops.c.name, memberships.c.role)
        .join(shops, shops.c.id == memberships.c.shop_id)
        .where(memberships.c.user_id == user_id)
        .order_by(shops.c.name)
    )
    return [Membership(row.user_id, row.shop_id, row.name, Role(row.role)) for row in connection.execute(wanted)]


def members(connection: Connection, shop_id: int, limit: int | None = None, after: str = "") -> list[Member]:
    """The shop's people by address, those after the address ``after``."""
    wanted = _members(shop_id).where(users.c.email > after).order_by(users.c.email).limit(limit)
    return _as_members(connection.execute(wanted).all())


def find_member(connection: Connection, shop_id: int, user_id: UUID) -> Member:
    """One of the shop's people. Raises `NotFound`."""
    found = _as_members(connection.execute(_members(shop_id).where(users.c.id == user_id)).all())
    if not found:
        raise NotFound("The shop has no such member.", code="no_such_member")
    return found[0]


def add_member(connection: Connection, shop_id: int, user_id: UUID, role: Role, now: datetime) -> None:
    """Take a person into a shop. Raises `Conflict` when they are there already."""
    row = {"user_id": user_id, "shop_id": shop_id, "role": str(role), "created_at": now}
    new = insert_into(connection, memberships).values(**row).on_conflict_do_nothing().returning(memberships.c.role)
    if connection.execute(new).one_or_none() is None:
        raise Conflict("This person belongs to the shop already.", code="member_exists")


def change_role(connection: Connection, shop_id: int, user_id: UUID, role: Role) -> Role:
    """Give a member another role and answer the one before. Raises `NotFound`; `Conflict` for the last owner."""
    before = find_member(connection, shop_id, user_id).role
    if role is not Role.OWNER:
        _keep_an_owner(connection, shop_id, user_id)
    here = (memberships.c.user_id == user_id) & (memberships.c.shop_id == shop_id)
    connection.execute(update(memberships).where(here).values(role=str(role)))
    return before


def remove_member(connection: Connection, shop_id: int, user_id: UUID) -> Member:
    """Take a person out of the shop; with the last shop goes the account. Raises as `change_role`."""
    member = find_member(connection, shop_id, user_id)
    _keep_an_owner(connection, shop_id, user_id)
    here = (memberships.c.user_id == user_id) & (memberships.c.shop_id == shop_id)
    connection.execute(delete(memberships).where(here))
    connection.execute(
        update(sessions).where(sessions.c.user_id == user_id, sessions.c.shop_id == shop_id).values(shop_id=None)
    )
    if not memberships_of(connection, user_id):
        for table in (sessions, links):
            connection.execute(delete(table).where(table.c.user_id == user_id))
        connection.execute(delete(users).where(users.c.id == user_id))
    return member


def _keep_an_owner(connection: Connection, shop_id: int, user_id: UUID) -> None:
    """Raise `Conflict` unless somebody else owns the shop, too. Locks them: two owners may resign at once."""
    connection.execute(select(shops.c.id).where(shops.c.id == shop_id).with_for_update())
    others = select(func.count()).where(
        memberships.c.shop_id == shop_id, memberships.c.role == str(Role.OWNER), memberships.c.user_id != user_id
    )
    if connection.execute(others).scalar_one() == 0:
        raise Conflict("A shop needs an owner.", code="last_owner", remedy="Make somebody else an owner first.")


def _members(shop_id: int) -> Any:
    return (
        select(users.c.id, users.c.email, users.c.name, memberships.c.role, memberships.c.created_at)
        .join(memberships, memberships.c.user_id == users.c.id)
        .where(memberships.c.shop_id == shop_id)
    )


def _as_members(rows: Sequence[Row[Any]]) -> list[Member]:
    return [Member(row.id, row.email, row.name, Role(row.role), row.created_at) for row in rows]


def _one(row: Row[Any] | None) -> User | None:
    return None if row is None else User(row.id, row.email, row.name, row.password, row.created_at)
