"""Where a storage is, as a value: the settings of an SFTP server and the address it is written as."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from printdock.errors import UsageError

DEFAULT_PORT = 22


@dataclass(frozen=True, slots=True)
class SftpTarget:
    """One folder on one SFTP server, and who logs in there.

    ``root`` is absolute on the server, without a trailing slash. With neither ``password`` nor ``key_file`` the keys
    of the user's own SSH agent and ``~/.ssh`` are tried. ``known_hosts`` is the OpenSSH file with the pinned host keys.
    """

    host: str
    port: int
    username: str
    password: str | None = field(repr=False)
    key_file: Path | None
    root: str
    known_hosts: Path

    def __post_init__(self) -> None:
        for name in ("host", "username", "root"):
            value = getattr(self, name)
            if not value or any(ord(char) < 32 or ord(char) == 127 for char in value):
                raise UsageError(f"An SFTP storage needs a {name}, in plain characters.", code="bad_storage_url")
        if not self.root.startswith("/") or ".." in self.root.split("/"):
            raise UsageError("An SFTP storage needs an absolute folder: /share/Graphics.", code="bad_storage_url")
        if not 0 < self.port < 65536:
            raise UsageError(f"{self.port} is no TCP port.", code="bad_storage_url")
        object.__setattr__(self, "root", "/" + self.root.strip("/"))

    @property
    def label(self) -> str:
        """``user@host:port``: how messages name the server. Never holds the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.username}@{host}:{self.port}"

    def __str__(self) -> str:
        secret = ":***" if self.password is not None else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"sftp://{quote(self.username, safe='')}{secret}@{host}:{self.port}{quote(self.root)}"


def parse_storage_url(url: str, *, known_hosts: Path, key_file: Path | None = None) -> SftpTarget:
    """`SftpTarget` of ``sftp://user:password@host:port/folder``.

    User, password and folder are percent-decoded; the port is 22 when left out. The path is absolute on the server.
    Raises `UsageError` (code ``bad_storage_url``), whose message never repeats the address: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        raise _unreadable() from None
    if parts.scheme != "sftp" or not parts.hostname or not parts.username or parts.query or parts.fragment:
        raise _unreadable()
    return SftpTarget(
        host=parts.hostname,
        port=port,
        username=unquote(parts.username),
        password=unquote(parts.password) if parts.password else None,
        key_file=key_file,
        root=unquote(parts.path) or "/",
        known_hosts=known_hosts,
    )


def _unreadable() -> UsageError:
    return UsageError(
        "This is no storage address.",
        code="bad_storage_url",
        remedy="Write it as sftp://user:password@host:22/share/Graphics; "
        "write # ? / @ : in a password as %23 %3F %2F %40 %3A.",
    )
