"""The server's secret, from which every signing and encrypting key is derived.

Servers that share a database must share it. It lies in the home, readable by its owner alone, or comes from a setting.
"""

from __future__ import annotations

import base64
import os
import secrets
import threading
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from printdock.errors import UsageError

#: Fewest characters of a secret that somebody chose: 128 bits in base64 are 22, in hex 32.
SHORTEST = 32


class ServerSecret:
    """Keys by purpose. Reads (and the first time makes) its file when a key is first asked for; safe from threads."""

    def __init__(self, file: Path, given: str | None = None) -> None:
        if given is not None and len(given) < SHORTEST:
            raise UsageError(
                f"PRINTDOCK_SECRET is too short: it needs {SHORTEST} characters.",
                code="weak_secret",
                remedy='Make one with python3 -c "import secrets; print(secrets.token_hex(32))".',
            )
        self._file, self._given = file, given
        self._root: bytes | None = None
        self._lock = threading.Lock()

    def key(self, purpose: str) -> bytes:
        """32 bytes for ``purpose`` (such as ``csrf``): always the same for one secret, unlike those of other purposes.

        Raises `UsageError` when the file can neither be read nor made.
        """
        with self._lock:
            if self._root is None:
                self._root = self._given.encode() if self._given is not None else _read_or_make(self._file)
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"printdock " + purpose.encode()).derive(self._root)

    def fernet(self, purpose: str) -> Fernet:
        """Seals and opens small things (authenticated encryption) with the key for ``purpose``."""
        return Fernet(base64.urlsafe_b64encode(self.key(purpose)))

    def __repr__(self) -> str:
        return "ServerSecret(***)"


def _read_or_make(file: Path) -> bytes:
    try:
        if not file.exists():
            _make(file)
        root = file.read_bytes().strip()
    except OSError as error:
        raise UsageError(
            f"The server's secret {file} cannot be read: {error.strerror}.", code="no_secret", remedy="Check its owner."
        ) from error
    if len(root) < SHORTEST:
        raise UsageError(
            f"The server's secret {file} is damaged.",
            code="no_secret",
            remedy="Put it back from a backup, or remove it: everybody then signs in again.",
        )
    return root


def _make(file: Path) -> None:
    """Make the file, whole or not at all; of two processes at once the first wins."""
    temporary = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(secrets.token_hex(32).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(temporary, file)
        except FileExistsError:
            return
    finally:
        temporary.unlink()
