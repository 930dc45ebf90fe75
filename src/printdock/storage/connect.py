"""One logged-in SFTP session: the SSH connection, checked against the pinned host key, and the `Commands` on it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import asyncssh

from printdock.errors import StorageRefused
from printdock.storage.coalesce import CoalescingTunnel
from printdock.storage.commands import Commands
from printdock.storage.hostkeys import preferred_algorithms, require_pinned
from printdock.storage.pool import Crowded
from printdock.storage.urls import SftpTarget
from printdock.storage.wire import ServerSaidNo, Wire, WireLost

#: aes128-gcm costs a third less CPU than OpenSSH's default, chacha20; then whatever else the server may offer.
CIPHERS = (
    "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com",
    "aes128-ctr", "aes192-ctr", "aes256-ctr",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. ``connect_s``: until the session is open, log-in included; ``no_progress_s``: without any answer while
    requests are under way; ``check_s``: for the answer to a health check.
    """

    connect_s: float = 10.0
    no_progress_s: float = 20.0
    check_s: float = 5.0


class Session:
    """One SFTP session on a connection of its own."""

    def __init__(self, target: SftpTarget, timeouts: Timeouts) -> None:
        self._root = target.root.encode("utf-8", "surrogateescape")
        self._timeouts = timeouts
        self._connection: asyncssh.SSHClientConnection | None = None
        self.wire = Wire(no_progress_s=timeouts.no_progress_s, on_lost=self._abort)
        self.commands = Commands(self.wire)

    @property
    def alive(self) -> bool:
        return self.wire.lost is None

    @property
    def rename_replaces(self) -> bool:
        """Whether a plain rename may replace a file there. OpenSSH's is known not to; of others nobody knows."""
        assert self._connection is not None
        return "OpenSSH" not in str(self._connection.get_extra_info("server_version", ""))

    async def open(self, connection: asyncssh.SSHClientConnection) -> None:
        """Begin SFTP on a logged-in connection. Raises `Crowded` when the server lets no further session in."""
        self._connection = connection
        try:
            await connection.create_session(lambda: self.wire, subsystem="sftp", encoding=None)
            await self.commands.start()
        except (asyncssh.ChannelOpenError, WireLost) as error:
            # We are logged in: the host, the key and the password are right. NAS boxes count sessions like this.
            raise Crowded(str(error), certain=True) from error

    async def check(self) -> bool:
        """See `pool.Pooled.check`: whether the root folder can still be asked for."""
        try:
            async with asyncio.timeout(self._timeouts.check_s):
                await self.commands.lstat(self._root)
        except ServerSaidNo:
            return True
        except (WireLost, TimeoutError):
            return False
        return True

    def close(self) -> None:
        """Let go at once; the server closes what files were open."""
        self.wire.fail(WireLost("the connection was given up"))

    def _abort(self) -> None:
        if self._connection is not None:
            self._connection.abort()


async def open_session(target: SftpTarget, timeouts: Timeouts) -> Session:
    """Connect, check the host key, log in and begin SFTP.

    Raises `StorageRefused` (unknown host key, unreadable key file), `Crowded`, `TimeoutError`, `OSError` and what
    asyncssh raises for a changed host key or a refused log-in.
    """
    require_pinned(target.known_hosts, target.host, target.port)
    session = Session(target, timeouts)
    ready = False
    try:
        async with asyncio.timeout(timeouts.connect_s):
            await session.open(await _log_in(target))
        ready = True
    finally:
        if not ready:
            session.close()
    return session


async def _log_in(target: SftpTarget) -> asyncssh.SSHClientConnection:
    try:
        return await asyncssh.connect(
            target.host,
            target.port,
            username=target.username,
            known_hosts=str(target.known_hosts),
            server_host_key_algs=preferred_algorithms(target.known_hosts, target.host, target.port),
            encryption_algs=list(CIPHERS),
            compression_algs=None,
            config=None,  # the user's ~/.ssh/config is for the user's ssh
            tunnel=CoalescingTunnel(),
            keepalive_interval=0,  # `wire` has its own clock, which notices more
            **_credentials(target),
        )
    except (asyncssh.ConnectionLost, ConnectionResetError, BrokenPipeError) as error:
        # Hung up on before the log-in: sshd's MaxStartups and some NAS boxes do so to one client too many.
        raise Crowded(str(error) or "the server hung up", certain=False) from error


def _credentials(target: SftpTarget) -> dict[str, Any]:
    given: dict[str, Any] = {"password": target.password}
    if target.key_file is not None:
        try:
            given["client_keys"] = [asyncssh.read_private_key(target.key_file)]
        except (OSError, asyncssh.KeyImportError) as error:
            raise StorageRefused(
                f"The SSH key {target.key_file} cannot be used: {error}.",
                code="key_file_unusable",
                remedy="Name a readable private key without a passphrase, or add it to your SSH agent.",
            ) from error
    if target.key_file is not None or target.password is not None:
        given["agent_path"] = None  # other keys first would use up the log-in attempts a server allows
        given.setdefault("client_keys", None)
    return given
