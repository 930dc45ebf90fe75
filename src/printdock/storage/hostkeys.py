"""Pinned host keys: which server is the right one is decided once, by a person, and checked on every connection.

The keys are kept in a file of OpenSSH's known_hosts format of printdock's own.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from printdock.errors import StorageRefused, StorageUnavailable
from printdock.storage.publish import sync_folder, temporary_name, write_all

#: The kinds of host key in use, best first; and those whose signatures have other names.
_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
_SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}


@dataclass(frozen=True, slots=True)
class HostKey:
    """The key a server showed. ``public`` is ``type base64``, ``fingerprint`` is ``SHA256:...`` as ssh prints it."""

    host: str
    port: int
    public: str
    fingerprint: str

    @property
    def pattern(self) -> str:
        """The host as known_hosts writes it."""
        return self.host if self.port == 22 else f"[{self.host}]:{self.port}"


def fetch_host_key(host: str, port: int = 22, *, timeout_s: float = 10.0) -> HostKey:
    """The key the server shows now, unchecked: a person compares its fingerprint with the NAS's own display.

    Blocks; not to be called from an event loop. Raises `StorageUnavailable`.
    """
    return asyncio.run(_fetch(host, port, timeout_s))


def trust(known_hosts: Path, key: HostKey, *, replace: bool = False) -> None:
    """Pin ``key``. Idempotent, atomic; makes the file (mode 600) and its folder (mode 700).

    Raises `StorageRefused` (code ``host_key_changed``) when another key is pinned for this server, unless
    ``replace``, which removes the others.
    """
    pinned = pinned_keys(known_hosts, key.host, key.port)
    if not replace:
        refuse_another(key, pinned)
    if key.public in [public for public, _ in pinned] and (len(pinned) == 1 or not replace):
        return
    known_hosts.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = known_hosts.read_text(encoding="utf-8", errors="replace").splitlines() if known_hosts.exists() else []
    kept = [line for line in lines if not _keys(line, key.host, key.port)]
    text = "".join(f"{line}\n" for line in [*kept, f"{key.pattern} {key.public}"])
    temporary = known_hosts.with_name(temporary_name(known_hosts.name))
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        write_all(handle, text.encode())
    finally:
        os.close(handle)
    os.replace(temporary, known_hosts)
    sync_folder(known_hosts.parent)


def refuse_another(key: HostKey, pinned: Sequence[tuple[str, str]]) -> None:
    """Raises `StorageRefused` (code ``host_key_changed``) where `pinned_keys` knows the server, but not by ``key``."""
    if pinned and key.public not in [public for public, _ in pinned]:
        raise changed(key.host, key.port, pinned[0][1], key.fingerprint)


def pinned_keys(known_hosts: Path, host: str, port: int) -> list[tuple[str, str]]:
    """``(public, fingerprint)`` of each key pinned for this server; empty when there is no such file."""
    try:
        text = known_hosts.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageRefused(
            f"The file of known hosts {known_hosts} cannot be read: {error.strerror}.",
            code="known_hosts_unreadable",
            remedy="Check its owner and permissions.",
        ) from error
    return [_described(key) for key in _keys(text, host, port)]


def require_pinned(known_hosts: Path, host: str, port: int) -> None:
    """Raises `StorageRefused` (code ``host_key_unknown``) when no key is pinned for this server."""
    if not pinned_keys(known_hosts, host, port):
        raise StorageRefused(
            f"Nobody has confirmed yet that {host}:{port} is the right server.",
            code="host_key_unknown",
            remedy="Run `printdock storage trust` and compare the fingerprint it shows with the NAS's own.",
        )


def preferred_algorithms(known_hosts: Path, host: str, port: int) -> list[str]:
    """The kinds of key to ask the server for: first the pinned ones, then any other.

    Asking for the pinned ones only would let a server that has no such key any more hang up without a word.
    """
    pinned = [public.split()[0] for public, _ in pinned_keys(known_hosts, host, port)]
    return list(dict.fromkeys(name for kind in [*pinned, *_KINDS] for name in _SIGNATURES.get(kind, (kind,))))


def changed(host: str, port: int, expected: str, shown: str = "") -> StorageRefused:
    """The server shows another key than the pinned one: another machine, a new installation, or an attack."""
    return StorageRefused(
        f"{host}:{port} shows another host key{f' ({shown})' if shown else ''} than the confirmed one ({expected}).",
        code="host_key_changed",
        remedy="Nothing was sent. If the NAS was set up anew, run `printdock storage trust --replace`; "
        "else somebody may be in between.",
    )


def _keys(text: str, host: str, port: int) -> list[asyncssh.SSHKey]:
    try:
        known = asyncssh.import_known_hosts(text)
    except ValueError as error:
        raise StorageRefused(
            f"The file of known hosts is damaged: {error}.",
            code="known_hosts_unreadable",
            remedy="Remove the damaged line, or the file, and run `printdock storage trust`.",
        ) from error
    return list(asyncssh.match_known_hosts(known, host, "", port)[0])


def _described(key: asyncssh.SSHKey) -> tuple[str, str]:
    public = " ".join(key.export_public_key("openssh").decode("ascii").split()[:2])
    return public, key.get_fingerprint("sha256")


async def _fetch(host: str, port: int, timeout_s: float) -> HostKey:
    try:
        async with asyncio.timeout(timeout_s):
            key = await asyncssh.get_server_host_key(
                host, port, server_host_key_algs=preferred_algorithms(Path(os.devnull), host, port), config=None
            )
    except (OSError, asyncssh.Error) as error:  # TimeoutError is an OSError
        reason = str(error) or type(error).__name__
        raise StorageUnavailable(f"{host}:{port} showed no host key: {reason}.", remedy="Is the NAS on?") from error
    if key is None:
        raise StorageUnavailable(f"{host}:{port} showed no host key.", remedy="Is it an SSH server?")
    return HostKey(host, port, *_described(key))
