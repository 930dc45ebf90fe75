"""Guessing passwords takes ever longer, whoever guesses, from however many servers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from printdock.accounts import throttle
from printdock.accounts.throttle import ACCOUNT, ADDRESS, Attempt
from printdock.db.account_tables import sign_in_failures
from printdock.db.engine import Database
from printdock.errors import TooManyAttempts
from tests.accounts.conftest import NOW

KEY = b"k" * 32


def _take(database: Database, account: str, address: str, after: timedelta = timedelta()) -> int:
    """0 when the attempt is looked at, else the seconds to wait."""
    try:
        with database.write() as connection:
            throttle.take(connection, Attempt(KEY, account, address), NOW + after)
    except TooManyAttempts as refused:
        return refused.wait_s
    return 0


def test_an_account_waits_twice_as_long_after_every_failure(database: Database) -> None:
    assert [_take(database, "rose", f"10.0.0.{n}") for n in range(ACCOUNT.free)] == [0] * ACCOUNT.free
    assert _take(database, "rose", "10.0.0.99") == 1
    at, waits = timedelta(), []
    for _ in range(12):
        waits.append(_take(database, "rose", "10.0.0.99", at))
        at += timedelta(seconds=waits[-1])
        assert _take(database, "rose", "10.0.0.99", at) == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert _take(database, "lily", "10.0.1.1", at) == 0  # nobody else waits


def test_an_address_that_tries_many_accounts_waits(database: Database) -> None:
    assert sum(_take(database, f"account-{n}", "10.0.0.1") for n in range(ADDRESS.free)) == 0
    assert _take(database, "another", "10.0.0.1") == 1
    assert _take(database, "another", "10.0.0.2") == 0


def test_guesses_at_once_count_as_many(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda n: _take(database, "rose", f"10.0.0.{n}"), range(24)))
    assert waits.count(0) == ACCOUNT.free


def test_a_right_password_frees_the_account_and_is_forgotten_after_a_day(database: Database) -> None:
    for n in range(ACCOUNT.free):
        _take(database, "rose", f"10.0.0.{n}")
    with database.write() as connection:
        throttle.succeeded(connection, Attempt(KEY, "rose", "10.0.0.0"))
    assert _take(database, "rose", "10.0.0.1") == 0
    with database.write() as connection:
        throttle.sweep(connection, NOW + timedelta(days=1, seconds=1))
        assert connection.execute(select(func.count()).select_from(sign_in_failures)).scalar_one() == 0


def test_the_table_tells_neither_accounts_nor_addresses(database: Database) -> None:
    _take(database, "rose@example.com", "192.0.2.77")
    with database.read() as connection:
        rows = str(connection.execute(select(sign_in_failures)).all())
    assert "rose" not in rows and "192.0.2" not in rows
