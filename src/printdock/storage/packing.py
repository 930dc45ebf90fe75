"""The numbers, strings and attributes of SFTP version 3 packets. Pure: bytes in, values out.

Source: draft-ietf-secsh-filexfer-02, sections 3 to 7.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from enum import IntEnum


class Malformed(ValueError):
    """A packet ends too early: the peer does not speak SFTP version 3."""


class Status(IntEnum):
    """Answers other than OK. Those above 8 are of later drafts; some version 3 servers send them all the same."""

    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    NO_CONNECTION = 6
    CONNECTION_LOST = 7
    UNSUPPORTED = 8
    NO_SUCH_PATH = 10
    FILE_EXISTS = 11
    WRITE_PROTECT = 12
    NO_SPACE = 14
    QUOTA_EXCEEDED = 15


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the server says of a file: size in bytes, ``mode`` as in `os.stat`, modification time in epoch seconds."""

    size: int
    mode: int
    modified: float

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file; a server that sends no mode is taken to mean one."""
        return stat.S_ISREG(self.mode) or self.mode == 0

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)


class Reader:
    """Takes a packet apart from front to back. Every method raises `Malformed` where the packet has ended."""

    def __init__(self, packet: bytes) -> None:
        self._packet = packet
        self._at = 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._packet):
            raise Malformed("a packet ended too early")
        taken = self._packet[self._at : end]
        self._at = end
        return taken

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def u64(self) -> int:
        return int.from_bytes(self.take(8), "big")

    def string(self) -> bytes:
        return self.take(self.u32())

    def more(self) -> bool:
        return self._at < len(self._packet)


def u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def u64(value: int) -> bytes:
    return value.to_bytes(8, "big")


def string(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def read_attributes(reader: Reader) -> Attributes:
    """The ATTRS structure: only the fields its flags name are present."""
    flags = reader.u32()
    size = reader.u64() if flags & 0x01 else 0
    if flags & 0x02:
        reader.take(8)  # owner and group numbers
    mode = reader.u32() if flags & 0x04 else 0
    modified = 0.0
    if flags & 0x08:
        reader.take(4)  # access time
        modified = float(reader.u32())
    if flags & 0x80000000:
        for _ in range(reader.u32()):
            reader.string()
            reader.string()
    return Attributes(size, mode, modified)
