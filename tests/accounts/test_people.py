"""Members, links, keys, sessions and the record, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from printdock.accounts import audit, keys, links, sessions, users
from printdock.accounts.access import LinkForm, Visit, use_link
from printdock.accounts.roles import Role, Scope
from printdock.accounts.sessions import IDLE, LONGEST, Browser
from printdock.accounts.users import User
from printdock.db import account_tables
from printdock.db.engine import Database
from printdock.errors import Conflict, NotFound, PrintdockError, UsageError
from printdock.shops.queries import Shop, ensure_shop
from tests.accounts.conftest import NOW

BROWSER = Browser("192.0.2.1", "test")
VISIT = Visit(BROWSER, NOW, b"k" * 32)


def _member(database: Database, shop: Shop, email: str, role: Role) -> User:
    with database.write() as connection:
        user = users.add_user(connection, email, "", None, NOW)
        users.add_member(connection, shop.id, user.id, role, NOW)
    return user


def test_a_shop_keeps_an_owner_even_when_all_resign_at_once(database: Database, shop: Shop) -> None:
    owners = [_member(database, shop, f"{n}@example.com", Role.OWNER) for n in range(4)]

    def resign(user: User) -> bool:
        try:
            with database.write() as connection:
                users.change_role(connection, shop.id, user.id, Role.VIEWER)
        except Conflict as refused:
            assert refused.code == "last_owner"
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(resign, owners)) == [False, True, True, True]


def test_with_the_last_shop_goes_the_account(database: Database, shop: Shop) -> None:
    _member(database, shop, "owner@example.com", Role.OWNER)
    user = _member(database, shop, "rose@example.com", Role.MEMBER)
    with database.write() as connection:
        other = ensure_shop(connection, "Other", NOW)
        users.add_member(connection, other.id, user.id, Role.OWNER, NOW)
        users.add_member(connection, other.id, _member_of(connection), Role.OWNER, NOW)
        token = sessions.start_session(connection, user.id, BROWSER, NOW, shop_id=shop.id)
        users.remove_member(connection, shop.id, user.id)
        session = sessions.find_session(connection, token, NOW)
        assert session is not None and session.shop_id is None and session.role is None
        users.remove_member(connection, other.id, user.id)
        assert users.find_user(connection, "rose@example.com") is None
        assert sessions.find_session(connection, token, NOW) is None


def _member_of(connection: object) -> object:
    found = users.find_user(connection, "owner@example.com")
    assert found is not None
    return found.id


def test_a_link_is_used_once_though_two_use_it_at_once(database: Database, shop: Shop) -> None:
    with database.write() as connection:
        token = links.invite(connection, shop.id, "lily@example.com", Role.MEMBER, "rose", NOW)

    def use(n: int) -> str:
        try:
            return use_link(database, token, LinkForm(name="Lily", password=f"long enough {n}"), VISIT)
        except PrintdockError as refused:
            return refused.code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(use, range(4)))
    assert sorted(answer for answer in answers if len(answer) < 43) == ["link_unusable"] * 3
    with database.read() as connection:
        assert [one.email for one in users.members(connection, shop.id)] == ["lily@example.com"]


@pytest.mark.parametrize("kind", ["owner", "invite", "sign_in"])
def test_a_link_expires_and_a_new_one_replaces_it(database: Database, shop: Shop, kind: str) -> None:
    user = _member(database, shop, "rose@example.com", Role.OWNER)

    def make() -> str:
        with database.write() as connection:
            if kind == "owner":
                return links.owner_link(connection, shop.id, NOW)
            if kind == "invite":
                return links.invite(connection, shop.id, "lily@example.com", Role.MEMBER, "rose", NOW)
            return links.sign_in_link(connection, shop.id, user, Role.OWNER, "console", NOW)

    first, second = make(), make()
    with database.read() as connection:
        with pytest.raises(NotFound):
            links.find_link(connection, first, NOW)
        assert links.find_link(connection, second, NOW).kind == kind
        with pytest.raises(NotFound):
            links.find_link(connection, second, NOW + timedelta(days=7))


def test_an_owners_link_is_of_no_use_once_somebody_has_an_account(database: Database, shop: Shop) -> None:
    with database.write() as connection:
        token = links.owner_link(connection, shop.id, NOW)
    _member(database, shop, "rose@example.com", Role.OWNER)
    with pytest.raises(Conflict):
        use_link(database, token, LinkForm(email="eve@example.com", password="long enough"), VISIT)


def test_a_session_ends_when_idle_and_in_any_case(database: Database, shop: Shop) -> None:
    user = _member(database, shop, "rose@example.com", Role.OWNER)
    with database.write() as connection:
        token = sessions.start_session(connection, user.id, BROWSER, NOW)
        assert sessions.find_session(connection, token, NOW + IDLE) is None
        now = NOW
        while now < NOW + LONGEST:
            session = sessions.find_session(connection, token, now)
            assert session is not None and session.role is Role.OWNER
            sessions.seen(connection, session, now)
            now += IDLE / 2
        assert sessions.find_session(connection, token, now) is None


def test_a_key_works_until_it_expires_or_is_revoked(database: Database, shop: Shop) -> None:
    with database.write() as connection:
        until = NOW + timedelta(days=1)
        key, text = keys.make_key(connection, shop.id, "NAS", {Scope.UPLOAD}, "rose", NOW, expires_at=until)
        assert text.startswith(f"{key.prefix}_") and text not in repr(key)
        assert keys.find_key(connection, text, NOW) == key
        assert keys.find_key(connection, text, until) is None
        assert keys.find_key(connection, text[:-1] + ("a" if text[-1] != "a" else "b"), NOW) is None
        assert keys.find_key(connection, key.prefix, NOW) is None
        other = ensure_shop(connection, "Other", NOW)
        with pytest.raises(NotFound):
            keys.get_key(connection, other.id, key.id)
        keys.revoke_key(connection, key, NOW)
        assert keys.find_key(connection, text, NOW) is None


def test_no_token_lies_in_the_database(database: Database, shop: Shop) -> None:
    user = _member(database, shop, "rose@example.com", Role.OWNER)
    with database.write() as connection:
        told = [
            sessions.start_session(connection, user.id, BROWSER, NOW),
            links.invite(connection, shop.id, "lily@example.com", Role.MEMBER, "rose", NOW),
            keys.make_key(connection, shop.id, "NAS", {Scope.UPLOAD}, "rose", NOW)[1],
        ]
    with database.read() as connection:
        tables = [table for table in account_tables.metadata.sorted_tables if table.name in _OURS]
        rows = str([connection.execute(select(table)).all() for table in tables])
    assert "lily@example.com" in rows
    for token in told:
        assert token not in rows and token.rpartition("_")[2][:20] not in rows


_OURS = {"users", "sessions", "links", "api_keys", "memberships", "audit_log"}


def test_the_record_of_a_shop_is_its_own(database: Database, shop: Shop) -> None:
    with database.write() as connection:
        other = ensure_shop(connection, "Other", NOW)
        for number in range(5):
            audit.record(connection, shop.id, audit.CONSOLE, "key_made", NOW, subject=f"key {number}")
        audit.record(connection, other.id, audit.CONSOLE, "key_made", NOW, subject="theirs")
        audit.record(connection, None, audit.Actor("nobody", None, "nobody"), "sign_in_failed", NOW)
        first = audit.entries(connection, shop.id, 3)
        rest = audit.entries(connection, shop.id, 10, first[-1].id)
        assert [one.subject for one in first + rest] == [f"key {n}" for n in (4, 3, 2, 1, 0)]
        assert [one.action for one in audit.entries(connection, None, 10)] == ["sign_in_failed"]


@pytest.mark.parametrize("email", ["", "rose", "@", "a@b@c", "a b@example.com", "x" * 65 + "@y", "a@\0"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(UsageError):
        users.normal_email(email)
