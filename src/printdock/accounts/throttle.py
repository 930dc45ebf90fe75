"""Fewer guesses: failed sign-ins make the next one wait, by account and by address.

Counted in the database, so that many servers count as one, and before the password is looked at, so that many guesses
at once count as many. An account is counted as it was typed, whether it exists or not: the answer tells nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from printdock.db.account_tables import sign_in_failures
from printdock.db.inserting import insert_into
from printdock.errors import TooManyAttempts


@dataclass(frozen=True, slots=True)
class Policy:
    """``free`` failures cost nothing; each one more doubles the wait, from a second up to ``longest``. Forgotten after
    ``memory`` without another one.
    """

    free: int
    longest: timedelta = timedelta(minutes=15)
    memory: timedelta = timedelta(hours=24)

    def wait(self, failures: int) -> timedelta:
        """How long the next attempt waits after that many failures."""
        over = failures - self.free
        return timedelta() if over < 0 else min(self.longest, timedelta(seconds=2.0 ** min(over, 32)))


#: A person mistypes a few times; an office of many people shares one address.
ACCOUNT = Policy(free=5)
ADDRESS = Policy(free=30)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in that is counted. ``key`` makes digests, so that the table tells neither addresses nor accounts."""

    key: bytes
    account: str
    address: str

    @property
    def subjects(self) -> tuple[tuple[bytes, Policy], tuple[bytes, Policy]]:
        """What is counted, always in this order: two transactions that lock both never wait for each other in turn."""
        return (self._digest("account", self.account), ACCOUNT), (self._digest("address", self.address), ADDRESS)

    def _digest(self, kind: str, what: str) -> bytes:
        return hmac.new(self.key, f"{kind}:{what}".encode("utf-8", "surrogateescape"), hashlib.sha256).digest()


def take(connection: Connection, attempt: Attempt, now: datetime) -> None:
    """Count an attempt as failed until `succeeded` says otherwise. Raises `TooManyAttempts`, and counts nothing then."""
    for subject, policy in attempt.subjects:
        _take(connection, subject, policy, now)


def succeeded(connection: Connection, attempt: Attempt) -> None:
    """The attempt was right: the account is free again, and of the address this one is not counted."""
    (account, _), (address, _) = attempt.subjects
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.subject == account))
    connection.execute(
        update(sign_in_failures)
        .where(sign_in_failures.c.subject == address, sign_in_failures.c.failures > 0)
        .values(failures=sign_in_failures.c.failures - 1)
    )


def sweep(connection: Connection, now: datetime) -> None:
    """Remove what is forgotten."""
    longest = max(ACCOUNT.memory, ADDRESS.memory)
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.failed_at < now - longest))


def _take(connection: Connection, subject: bytes, policy: Policy, now: datetime) -> None:
    new = {"subject": subject, "failures": 0, "failed_at": now, "blocked_until": now}
    connection.execute(
        insert_into(connection, sign_in_failures).values(new).on_conflict_do_nothing(index_elements=["subject"])
    )
    here = sign_in_failures.c.subject == subject
    row = connection.execute(select(sign_in_failures).where(here).with_for_update()).one()
    if row.blocked_until > now:
        raise TooManyAttempts(math.ceil((row.blocked_until - now).total_seconds()))
    failures = 1 if row.failed_at < now - policy.memory else row.failures + 1
    changed = update(sign_in_failures).where(here)
    connection.execute(changed.values(failures=failures, failed_at=now, blocked_until=now + policy.wait(failures)))
