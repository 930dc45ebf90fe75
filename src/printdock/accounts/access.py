"""Ways in: by password, by one-time link, by another provider's word. Each ends in a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from printdock.accounts import audit, links, sessions, throttle, users
from printdock.accounts.audit import Actor
from printdock.accounts.links import Link
from printdock.accounts.passwords import hash_password, is_password, needs_new_hash
from printdock.accounts.roles import Role
from printdock.accounts.sessions import Browser
from printdock.accounts.users import User
from printdock.db.engine import Database
from printdock.errors import Conflict, NotAllowed, NotSignedIn, UsageError


@dataclass(frozen=True, slots=True)
class Visit:
    """One attempt to get in: from where, when, and the session it replaces (a new one is made at every sign-in)."""

    browser: Browser
    now: datetime
    key: bytes  # for throttling
    replaces: UUID | None = None

    def attempt(self, account: str) -> throttle.Attempt:
        return throttle.Attempt(self.key, account, self.browser.address)

    def actor(self, user: User) -> Actor:
        return Actor("person", str(user.id), user.email, self.browser.address)


@dataclass(frozen=True, slots=True)
class LinkForm:
    """What a person fills in behind a link."""

    email: str | None = None
    name: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"LinkForm({self.email})"


@dataclass(frozen=True, slots=True)
class Identity:
    """What an OIDC provider says about a person."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None


def sign_in(database: Database, email: str, password: str, visit: Visit) -> str:
    """A new session's token. Raises `NotSignedIn` (whatever was wrong, after the same time) and `TooManyAttempts`."""
    user = check_password(database, email, password, visit)
    is_old = user.password is not None and needs_new_hash(user.password)
    encoded = hash_password(password, any_length=True) if is_old else None
    with database.write() as connection:
        if encoded is not None:
            users.set_password(connection, user.id, encoded)
        return _enter(connection, user, visit, "signed_in", how="password")


def check_password(database: Database, email: str, password: str, visit: Visit) -> User:
    """The person with this address and password. Raises as `sign_in`."""
    account = email.strip().lower()[:254]
    attempt = visit.attempt(account)
    with database.write() as connection:
        throttle.take(connection, attempt, visit.now)
        user = users.find_user(connection, account)
    # Not inside a transaction: this is meant to be slow.
    right = is_password(password, None if user is None else user.password)
    with database.write() as connection:
        if user is not None and right:
            throttle.succeeded(connection, attempt)
            return user
        _record_failure(connection, account, user, visit)
    raise NotSignedIn("The e-mail address or the password is wrong.", code="wrong_password")


def change_password(database: Database, user_id: UUID, old: str, new: str, visit: Visit) -> None:
    """Choose another password; signed out everywhere but in the session ``visit.replaces``. Raises as `sign_in`."""
    with database.read() as connection:
        user = users.user_by_id(connection, user_id)
    if user is None:
        raise NotSignedIn("The session has ended.", code="session_ended")
    if user.password is not None:
        check_password(database, user.email, old, visit)
    encoded = hash_password(new)
    with database.write() as connection:
        users.set_password(connection, user.id, encoded)
        sessions.end_sessions_of(connection, user.id, except_for=visit.replaces)
        for shop_id in _shops_of(connection, user):
            audit.record(connection, shop_id, visit.actor(user), "password_changed", visit.now, subject=user.email)


def use_link(database: Database, token: str, form: LinkForm, visit: Visit) -> str:
    """Use a one-time link up; a new session's token.

    Raises `NotFound` for one that is unusable, `UsageError` for what is missing in ``form``; an invitation of somebody
    who has an account here needs their password, and raises as `sign_in`.
    """
    with database.read() as connection:
        link = links.find_link(connection, token, visit.now)
        known = users.find_user(connection, link.email) if link.email is not None else None
    if link.kind == "owner":
        return _first_owner(database, link, form, visit)
    if link.kind == "invite":
        if known is not None:
            known = check_password(database, known.email, form.password or "", visit)
        return _invited(database, link, known, form, visit)
    return _let_in(database, link, form, visit)


def sign_in_as(database: Database, identity: Identity, visit: Visit) -> str:
    """A new session's token for the person whom an OIDC provider vouches for.

    Known is who signed in as this subject before; new ones need an open invitation for the address that the provider
    has verified. Raises `NotAllowed` for everybody else.
    """
    with database.write() as connection:
        user = users.user_by_subject(connection, identity.issuer, identity.subject)
        if user is None:
            user = _by_invitation(connection, identity, visit)
        return _enter(connection, user, visit, "signed_in", how="oidc")


def _first_owner(database: Database, link: Link, form: LinkForm, visit: Visit) -> str:
    email, encoded = users.normal_email(_given(form.email, "email")), hash_password(_given(form.password, "password"))
    with database.write() as connection:
        links.use_link(connection, link, visit.now)
        if users.any_users(connection):
            raise Conflict("The owner's account was made already.", code="owner_exists", remedy="Sign in.")
        user = users.add_user(connection, email, form.name or email.partition("@")[0], encoded, visit.now)
        users.add_member(connection, link.shop_id, user.id, Role.OWNER, visit.now)
        audit.record(connection, link.shop_id, visit.actor(user), "owner_made", visit.now, subject=user.email)
        return _enter(connection, user, visit, "signed_in", how="link", shop_id=link.shop_id)


def _invited(database: Database, link: Link, known: User | None, form: LinkForm, visit: Visit) -> str:
    assert link.email is not None
    encoded = hash_password(_given(form.password, "password")) if known is None else None
    with database.write() as connection:
        links.use_link(connection, link, visit.now)
        user = known
        if user is None:
            user = users.add_user(connection, link.email, form.name or link.email, encoded, visit.now)
        _join(connection, link, user, visit)
        return _enter(connection, user, visit, "signed_in", how="link", shop_id=link.shop_id)


def _let_in(database: Database, link: Link, form: LinkForm, visit: Visit) -> str:
    encoded = None if form.password is None else hash_password(form.password)
    with database.write() as connection:
        links.use_link(connection, link, visit.now)
        user = None if link.user_id is None else users.user_by_id(connection, link.user_id)
        if user is None:
            raise NotAllowed("The account does not exist any more.", code="link_unusable")
        if encoded is not None:
            users.set_password(connection, user.id, encoded)
            sessions.end_sessions_of(connection, user.id)
            audit.record(connection, link.shop_id, visit.actor(user), "password_changed", visit.now, subject=user.email)
        throttle.succeeded(connection, visit.attempt(user.email))
        return _enter(connection, user, visit, "signed_in", how="link", shop_id=link.shop_id)


def _by_invitation(connection: Connection, identity: Identity, visit: Visit) -> User:
    email = (identity.email or "").strip().lower()
    open_ones = links.invitations_for(connection, email, visit.now) if identity.email_verified and email else []
    if not open_ones:
        raise NotAllowed(
            "Nobody here is known as this person.",
            code="oidc_unknown",
            remedy="Ask a shop's owner to invite the e-mail address that the provider knows you by.",
        )
    user = users.find_user(connection, email)
    if user is None:
        user = users.add_user(connection, email, identity.name or email, None, visit.now)
    users.set_subject(connection, user.id, identity.issuer, identity.subject)
    for link in open_ones:
        links.use_link(connection, link, visit.now)
        _join(connection, link, user, visit)
    return user


def _join(connection: Connection, link: Link, user: User, visit: Visit) -> None:
    if all(one.shop_id != link.shop_id for one in users.memberships_of(connection, user.id)):
        users.add_member(connection, link.shop_id, user.id, link.role, visit.now)
    audit.record(
        connection,
        link.shop_id,
        visit.actor(user),
        "invitation_accepted",
        visit.now,
        subject=user.email,
        data={"role": str(link.role), "invited_by": link.created_by},
    )


def _enter(
    connection: Connection, user: User, visit: Visit, action: str, *, how: str, shop_id: int | None = None
) -> str:
    throttle.sweep(connection, visit.now)
    if visit.replaces is not None:
        sessions.end_session(connection, visit.replaces)
    token = sessions.start_session(connection, user.id, visit.browser, visit.now, shop_id=shop_id)
    for one in _shops_of(connection, user):
        audit.record(connection, one, visit.actor(user), action, visit.now, subject=user.email, data={"how": how})
    return token


def _record_failure(connection: Connection, account: str, user: User | None, visit: Visit) -> None:
    """In every shop of the person; what was typed for nobody's account may be a password, and is not kept."""
    nobody = Actor("nobody", None, "nobody", visit.browser.address)
    if user is None:
        audit.record(connection, None, nobody, "sign_in_failed", visit.now)
        return
    for shop_id in _shops_of(connection, user):
        audit.record(connection, shop_id, nobody, "sign_in_failed", visit.now, subject=account)


def _shops_of(connection: Connection, user: User) -> list[int]:
    return [one.shop_id for one in users.memberships_of(connection, user.id)]


def _given(value: str | None, name: str) -> str:
    if value is None:
        raise UsageError(f"This link needs your {name}.", code=f"{name}_missing")
    return value
