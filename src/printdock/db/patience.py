"""Work that waits for a database that is away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import stamina
from sqlalchemy import Connection

from printdock.errors import DatabaseUnavailable

Answer = TypeVar("Answer")


def patiently(
    transaction: Callable[[], AbstractContextManager[Connection]],
    work: Callable[[Connection], Answer],
    patience_s: float,
) -> Answer:
    """Run ``work`` in a new transaction, again while the database is away; it must be safe to run again.

    Raises `DatabaseUnavailable` after ``patience_s``.
    """
    attempts = stamina.retry_context(on=DatabaseUnavailable, attempts=None, timeout=patience_s, wait_max=3.0)
    for attempt in attempts:
        with attempt, transaction() as connection:
            return work(connection)
    raise AssertionError("retry_context always returns or raises")
