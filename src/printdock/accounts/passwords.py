"""Passwords: Argon2id, with the parameters of the day."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from printdock.errors import UsageError

#: Fewest and most characters. NIST SP 800-63B: length is what counts, no rules of composition; the most bounds the work.
SHORTEST, LONGEST = 10, 200

#: RFC 9106's second recommendation (64 MiB, 3 passes) is argon2-cffi's default; a changed one re-hashes at sign-in.
_hasher = PasswordHasher()

#: Verified when there is no such account, so that both answers take as long; of a random password nobody kept. Made
#: with today's parameters: a test says when it is to be made again.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$8JNguwnN1j8e9A7sNsdg+A$Ro3NpUCR9W2ZQXrhWb1KmfJE03nfA5eqALzbQcDTe9o"

#: Each hash takes 64 MiB: many sign-ins at once must not take the server's memory.
_AT_ONCE = threading.BoundedSemaphore(2)


def check_password_form(password: str) -> None:
    """Raise `UsageError` for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            f"A password has {SHORTEST} to {LONGEST} characters.",
            code="unusable_password",
            remedy="A few words that belong to no sentence are good.",
        )


def hash_password(password: str, *, any_length: bool = False) -> str:
    """What the database keeps. Raises `UsageError` as `check_password_form`, unless it is a password in use already."""
    if not any_length:
        check_password_form(password)
    with _AT_ONCE:
        return _hasher.hash(password)


def is_password(password: str, encoded: str | None) -> bool:
    """Whether ``password`` made ``encoded``; takes as long when there is none to compare with."""
    try:
        with _AT_ONCE:
            _hasher.verify(_NOBODY if encoded is None else encoded, password)
    except (VerificationError, InvalidHashError):
        return False
    return encoded is not None


def needs_new_hash(encoded: str) -> bool:
    """Whether ``encoded`` was made with other parameters than today's."""
    return _hasher.check_needs_rehash(encoded)
