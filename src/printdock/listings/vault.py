"""Small secrets at rest: sealed with the server's secret, opened only where they are used."""

from __future__ import annotations

import json

from cryptography.fernet import Fernet, InvalidToken

from printdock.errors import EtsyReconnect
from printdock.etsy.answers import RECONNECT


def seal(fernet: Fernet, values: dict[str, str]) -> bytes:
    """``values`` so that only this server's secret opens them."""
    return fernet.encrypt(json.dumps(values).encode())


def unseal(fernet: Fernet, sealed: bytes) -> dict[str, str]:
    """What `seal` was given. Raises `EtsyReconnect` where another secret sealed it."""
    try:
        values: dict[str, str] = json.loads(fernet.decrypt(bytes(sealed)))
    except InvalidToken:
        raise EtsyReconnect(
            "The tokens of this shop cannot be opened: they were sealed with another PRINTDOCK_SECRET.",
            code="etsy_sealed_otherwise",
            remedy=f"Set the same secret on all servers of this database. {RECONNECT}",
        ) from None
    return values
