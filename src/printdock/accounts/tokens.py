"""Tokens: 256 random bits handed to a person or a program once; the database keeps a digest.

A fast digest suffices: nobody guesses 256 random bits, so there is nothing for a slow one to slow down.
"""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A new token: 43 characters that may stand in a URL, a header and a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What the database keeps of ``token``, 32 bytes."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
