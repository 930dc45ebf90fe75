"""Addresses of files: by content, so that what one answers never changes, and signed, so that a CDN or an <img> without
cookies may fetch it.

``/api/v1/files/{kind}/{shop}/{id}/{sha256}/{signature}/{name}``: whoever was told it may read that one file of that shop,
for as long as the shop has it. The signature is made with the server's secret over all the other parts.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends

from printdock.api.state import ServicesIn
from printdock.designs.sides import Side

PREFIX = "/api/v1/files"

#: Bytes of a signature: 128 bits, which nobody guesses.
_SIGNED = 16


class FileKind(StrEnum):
    """What an address leads to."""

    PRINT = "print"
    SMALL = "small"  # thumbnail of a print file
    GRID = "grid"  # a smaller one
    MOCKUP = "mockup"
    MOCKUP_SMALL = "mockup-small"  # thumbnail of a mockup
    BASE = "base"  # a picture of a mockup set
    BASE_SMALL = "base-small"  # thumbnail of one
    DRAFT = "draft"  # a picture of a mockup set in the making
    SIDE = "side"  # one side of a comparison, small
    SHARED = "shared"  # a picture that many drafts at Etsy show


class Stored(Protocol):
    """A file of a row: a print file, or a rendered mockup. ``sha256`` is None while it is not there yet."""

    @property
    def id(self) -> UUID: ...
    @property
    def sha256(self) -> bytes | None: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A `Stored` put together from what is known of one."""

    id: UUID
    sha256: bytes | None
    name: str


@dataclass(frozen=True, slots=True)
class FileAddress:
    """The parts of an address but for its signature. ``key``: id of the row; ``sha256``: of the content, in hex."""

    kind: FileKind
    shop_id: int
    key: UUID
    sha256: str
    name: str

    def signature(self, secret: bytes) -> str:
        """What only a server with ``secret`` can make."""
        parts = (self.kind, str(self.shop_id), str(self.key), self.sha256, self.name)
        # Lengths before parts: no other parts make the same text.
        text = "".join(f"{len(part)}:{part}" for part in parts)
        made = hmac.new(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()[:_SIGNED]
        return urlsafe_b64encode(made).decode().rstrip("=")

    def is_signed(self, secret: bytes, signature: str) -> bool:
        """Whether ``signature`` is the one of these parts; takes as long for a wrong one."""
        return hmac.compare_digest(self.signature(secret).encode(), signature.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes addresses of what the shop has. ``base``: the CDN's, or "" for the server itself."""

    base: str
    secret: bytes

    def print_file(self, shop_id: int, file: Stored) -> str | None:
        """Of the print file itself; None before it is encoded."""
        return self._of_print(FileKind.PRINT, shop_id, file)

    def small(self, shop_id: int, file: Stored) -> str | None:
        """Of its thumbnail; None as for `print_file`."""
        return self._of_print(FileKind.SMALL, shop_id, file)

    def grid(self, shop_id: int, file: Stored) -> str | None:
        """Of its smaller thumbnail, for many beside each other; None as for `print_file`."""
        return self._of_print(FileKind.GRID, shop_id, file)

    def mockup(self, shop_id: int, mockup: Stored) -> str:
        """Of a rendered mockup."""
        key = mockup.id, (mockup.sha256 or b"").hex(), mockup.name
        return self._address(FileAddress(FileKind.MOCKUP, shop_id, *key))

    def mockup_small(self, shop_id: int, mockup: Stored) -> str:
        """Of its thumbnail."""
        key = mockup.id, (mockup.sha256 or b"").hex(), small_name(mockup.name)
        return self._address(FileAddress(FileKind.MOCKUP_SMALL, shop_id, *key))

    def base_picture(self, shop_id: int, set_id: UUID, stored_name: str) -> str:
        """Of a picture of a mockup set, by its stored name: its digest and a suffix."""
        sha256 = stored_name.split(".", 1)[0]
        return self._address(FileAddress(FileKind.BASE, shop_id, set_id, sha256, stored_name))

    def base_small(self, shop_id: int, set_id: UUID, stored_name: str) -> str:
        """Of its thumbnail."""
        sha256 = stored_name.split(".", 1)[0]
        return self._address(FileAddress(FileKind.BASE_SMALL, shop_id, set_id, sha256, small_name(stored_name)))

    def draft_picture(self, shop_id: int, draft_id: UUID, stored_name: str) -> str:
        """Of a picture that lies with the draft of a mockup set, by its stored name."""
        sha256 = stored_name.split(".", 1)[0]
        return self._address(FileAddress(FileKind.DRAFT, shop_id, draft_id, sha256, stored_name))

    def side(self, shop_id: int, side: Side) -> str:
        """Of one side of a comparison."""
        return self._address(
            FileAddress(FileKind.SIDE, shop_id, UUID(int=side.match), side.sha256.hex(), f"{side.side}.webp")
        )

    def shared_picture(self, shop_id: int, name: str, sha256: bytes) -> str:
        """Of a picture that many drafts at Etsy show. It has no row: its name says which it is."""
        return self._address(FileAddress(FileKind.SHARED, shop_id, UUID(int=0), sha256.hex(), name))

    def _of_print(self, kind: FileKind, shop_id: int, file: Stored) -> str | None:
        if file.sha256 is None:
            return None
        name = file.name if kind is FileKind.PRINT else small_name(file.name)
        return self._address(FileAddress(kind, shop_id, file.id, file.sha256.hex(), name))

    def _address(self, address: FileAddress) -> str:
        signature = address.signature(self.secret)
        name = quote(address.name, safe="", errors="surrogatepass")
        return f"{self.base}{PREFIX}/{address.kind}/{address.shop_id}/{address.key}/{address.sha256}/{signature}/{name}"


def small_name(name: str) -> str:
    """The name of a thumbnail of the file ``name``."""
    return f"{name.rsplit('.', 1)[0]}.webp"


async def addresses_of(services: ServicesIn) -> Addresses:
    """The maker of addresses of this server."""
    return Addresses((services.settings.cdn_url or "").rstrip("/"), services.secret.key("files"))


AddressesIn = Annotated[Addresses, Depends(addresses_of)]
