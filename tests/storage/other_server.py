"""An SFTP server unlike OpenSSH, inside the test process: what a NAS with other software may do."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

import asyncssh

from printdock.storage.hostkeys import fetch_host_key, trust
from printdock.storage.urls import SftpTarget

PASSWORD = "pässword: /@#"


class _Login(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("seller", PASSWORD)


class _Replacing(asyncssh.SFTPServer):
    """Renames as POSIX does: the file that was there is gone."""

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        os.replace(self.map_path(oldpath), self.map_path(newpath))


class OtherServer:
    """Stores below ``root``; offers ``/share`` of it. Knows one user, by password."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "other"
        (self.root / "share").mkdir(parents=True)
        self.known_hosts = folder / "known_hosts"
        logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._acceptor = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = self._acceptor.get_port()
        trust(self.known_hosts, fetch_host_key("127.0.0.1", self.port))

    def target(self, *, password: str = PASSWORD) -> SftpTarget:
        return SftpTarget("127.0.0.1", self.port, "seller", password, None, "/share", self.known_hosts)

    def close(self) -> None:
        async def stop() -> None:
            self._acceptor.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        factory: Callable[[asyncssh.SSHServerChannel[bytes]], asyncssh.SFTPServer]
        factory = lambda channel: _Replacing(channel, chroot=os.fsencode(self.root))  # noqa: E731
        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=_Login, sftp_factory=factory,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        )  # fmt: skip
