"""What printdock asks of an SFTP server, one method for each request of the protocol.

Sources: draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL file for the requests with ``@`` in their name.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from printdock.storage import packing
from printdock.storage.packing import Attributes, Reader, Status
from printdock.storage.wire import ServerSaidNo, Wire, expect, nothing

_OPEN, _CLOSE, _READ, _LSTAT, _FSTAT = 3, 4, 5, 7, 8
_OPENDIR, _READDIR, _REMOVE, _MKDIR, _RENAME, _EXTENDED = 11, 12, 13, 14, 18, 200
_HANDLE, _DATA, _NAME, _ATTRS, _EXTENDED_REPLY = 102, 103, 104, 105, 201
_TO_READ, _TO_WRITE, _CREATE, _EXCLUSIVE = 0x01, 0x02, 0x08, 0x20
_WITH_MODE = 0x04

#: What every server takes (the draft, section 6.4), and OpenSSH's limit: fewer, larger requests cost half the CPU.
SAFE_BLOCK, LARGE_BLOCK = 32_768, 261_120
#: How much may be under way unanswered in one session: OpenSSH's channel window. More would only wait in memory here.
BYTES_IN_FLIGHT = 2 * 1024 * 1024

_handle = expect(_HANDLE, Reader.string)
_attributes = expect(_ATTRS, packing.read_attributes)


@dataclass(frozen=True, slots=True)
class Space:
    """How much room a file system has, as statvfs@openssh.com tells."""

    free_bytes: int
    out_of_names: bool
    read_only: bool


class Commands:
    """The requests of one `Wire`. Plain methods send at once and return a future, so several can share a flight;
    ``async`` methods take a round trip or more. All raise `ServerSaidNo` or `WireLost`.
    """

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.block = SAFE_BLOCK

    async def start(self) -> None:
        """Wait for the server's greeting, and learn how large its blocks may be."""
        await self.wire.ready
        if b"limits@openssh.com" not in self.wire.extensions:
            return
        limits = expect(_EXTENDED_REPLY, lambda reader: [reader.u64() for _ in range(4)])
        _, _, largest_write, _ = await self.wire.request(_EXTENDED, packing.string(b"limits@openssh.com"), limits)
        self.block = min(largest_write, LARGE_BLOCK) or SAFE_BLOCK

    def create(self, path: bytes) -> asyncio.Future[bytes]:
        """A handle to write the new file ``path``; refused where it exists."""
        body = packing.string(path) + packing.u32(_TO_WRITE | _CREATE | _EXCLUSIVE)
        return self.wire.request(_OPEN, body + packing.u32(_WITH_MODE) + packing.u32(0o644), _handle)

    def open(self, path: bytes) -> asyncio.Future[bytes]:
        """A handle to read the file ``path``."""
        return self.wire.request(_OPEN, packing.string(path) + packing.u32(_TO_READ) + packing.u32(0), _handle)

    def close(self, handle: bytes) -> asyncio.Future[None]:
        return self.wire.request(_CLOSE, packing.string(handle), nothing)

    def lstat(self, path: bytes) -> asyncio.Future[Attributes]:
        return self.wire.request(_LSTAT, packing.string(path), _attributes)

    def fstat(self, handle: bytes) -> asyncio.Future[Attributes]:
        return self.wire.request(_FSTAT, packing.string(handle), _attributes)

    def remove(self, path: bytes) -> asyncio.Future[None]:
        return self.wire.request(_REMOVE, packing.string(path), nothing)

    def mkdir(self, path: bytes) -> asyncio.Future[None]:
        return self.wire.request(_MKDIR, packing.string(path) + packing.u32(0), nothing)

    def rename(self, old: bytes, new: bytes) -> asyncio.Future[None]:
        """The plain rename of version 3, refused where ``new`` exists (OpenSSH makes a hard link, so atomically)."""
        return self.wire.request(_RENAME, packing.string(old) + packing.string(new), nothing)

    def opendir(self, path: bytes) -> asyncio.Future[bytes]:
        return self.wire.request(_OPENDIR, packing.string(path), _handle)

    def readdir(self, handle: bytes) -> asyncio.Future[list[tuple[bytes, Attributes]]]:
        """The next names of a folder and what they are; `ServerSaidNo` with EOF at the end."""
        return self.wire.request(_READDIR, packing.string(handle), expect(_NAME, _names))

    @property
    def can_sync(self) -> bool:
        """Whether the server offers fsync@openssh.com."""
        return b"fsync@openssh.com" in self.wire.extensions

    def fsync(self, handle: bytes) -> asyncio.Future[None]:
        """Wait until the file is on the server's disk. Only where `can_sync`."""
        return self.wire.request(_EXTENDED, packing.string(b"fsync@openssh.com") + packing.string(handle), nothing)

    async def space(self, path: bytes) -> Space | None:
        """The room on the file system of ``path``; None where the server does not say."""
        if b"statvfs@openssh.com" not in self.wire.extensions:
            return None
        body = packing.string(b"statvfs@openssh.com") + packing.string(path)
        return await self.wire.request(_EXTENDED, body, expect(_EXTENDED_REPLY, _space))

    async def write(self, handle: bytes, data: bytes) -> deque[asyncio.Future[None]]:
        """Send all of ``data``. What it returns must be awaited, after the requests that join the same flight."""
        view = memoryview(data)
        unanswered: deque[asyncio.Future[None]] = deque()
        for offset in range(0, len(view), self.block):
            if len(unanswered) * self.block >= BYTES_IN_FLIGHT:
                await unanswered.popleft()
            unanswered.append(self.wire.write_block(handle, offset, view[offset : offset + self.block]))
        return unanswered

    def read(self, handle: bytes, offset: int, size: int) -> asyncio.Future[bytes]:
        """Up to ``size`` bytes from ``offset``; `ServerSaidNo` with EOF at the end of the file."""
        body = packing.string(handle) + packing.u64(offset) + packing.u32(size)
        return self.wire.request(_READ, body, expect(_DATA, Reader.string))


def absent(error: ServerSaidNo) -> bool:
    """Whether the server says that there is no such file or folder."""
    return error.code in (Status.NO_SUCH_FILE, Status.NO_SUCH_PATH)


def _names(reader: Reader) -> list[tuple[bytes, Attributes]]:
    names = []
    for _ in range(reader.u32()):
        name = reader.string()
        reader.string()  # the same as `ls -l` would print it
        names.append((name, packing.read_attributes(reader)))
    return names


def _space(reader: Reader) -> Space:
    _, fragment, _, _, free, names, _, free_names, _, flags, _ = (reader.u64() for _ in range(11))
    return Space(free * fragment, names > 0 and free_names == 0, bool(flags & 1))
