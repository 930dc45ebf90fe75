"""Sends the files of one upload to a server: several at once, each in pieces, each going on where it was cut."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from printdock.cli.remote import Refused, Server
from printdock.designs.outcomes import Failed, answer
from printdock.errors import PrintdockError

#: Bytes of one piece: what a cut costs at most.
PIECE = 4 * 1024 * 1024

#: Files sent at the same time.
AT_ONCE = 4

#: How often a file is sent anew because something else arrived than was sent.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Local:
    """A file here: what the server is told it is called, and what it holds. ``failed``: why it cannot be sent."""

    path: Path
    name: str
    size: int = 0
    sha256: str = ""
    failed: Failed | None = None

    def entry(self) -> dict[str, Any]:
        """What the server is told of it."""
        return {"name": self.name, "size": self.size, "sha256": self.sha256}

    def failure(self) -> dict[str, Any]:
        """Its entry of the report, where it cannot be sent."""
        assert self.failed is not None
        return answer(str(self.path), self.failed)


def look(path: Path, name: str) -> Local:
    """Size and digest of a file; what cannot be read says so."""
    try:
        if not path.is_file():
            return Local(path, name, failed=Failed("not_a_file", "It is not a regular file."))
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
            return Local(path, name, stream.tell(), digest.hexdigest())
    except OSError as error:
        return Local(path, name, failed=Failed("unreadable", f"It cannot be read: {error.strerror or error}."))


class Ticket:
    """What is remembered of an upload until it has ended, so that the same command goes on with it."""

    def __init__(self, folder: Path, server: str, template: str, files: Sequence[Local]) -> None:
        digest = hashlib.sha256(json.dumps([server, template, [file.entry() for file in files]]).encode())
        self._file = folder / f"{digest.hexdigest()[:32]}.json"

    def key(self) -> str:
        """The key of the request that begins the upload; kept before it is sent."""
        try:
            return str(json.loads(self._file.read_text())["key"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return self.renew()

    def renew(self) -> str:
        """Another key: the upload of the last one is no more."""
        key = str(uuid4())
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self._file.with_suffix(f".{key}")
        temporary.write_text(json.dumps({"key": key}))
        temporary.replace(self._file)
        return key

    def forget(self) -> None:
        """The upload has ended, and its report was seen."""
        self._file.unlink(missing_ok=True)


class Sending:
    """One upload to a server. ``sent`` is told the bytes that have arrived (or need not be sent), from any thread."""

    def __init__(self, server: Server, files: Sequence[Local], sent: Callable[[int], None]) -> None:
        self._server, self._files, self._sent = server, files, sent
        self._stop = threading.Event()

    def begin(self, template: str, ticket: Ticket) -> dict[str, Any]:
        """The upload: a new one, or the one that was begun before and has not been seen to its end."""
        body = {"template": template, "files": [file.entry() for file in self._files]}
        begun: dict[str, Any] = self._begin(body, ticket.key())
        try:
            now: dict[str, Any] = self._server.call("GET", f"uploads/{begun['id']}")
        except Refused as error:
            if error.status != 404:
                raise
            now = {"state": "expired"}
        if now["state"] in ("cancelled", "expired"):
            return self._begin(body, ticket.renew())
        return now

    def _begin(self, body: dict[str, Any], key: str) -> dict[str, Any]:
        begun: dict[str, Any] = self._server.call("POST", "uploads", json=body, headers={"Idempotency-Key": key})
        return begun

    def send(self, upload: dict[str, Any]) -> bool:
        """Send what the server wants; answers whether all of it arrived (a file that changed meanwhile does not)."""
        if upload["state"] != "receiving":
            return True
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="printdock-send") as pool:
            futures = [pool.submit(self._file, file) for file in upload["files"]]
            try:
                return False not in [future.result() for future in futures]
            except BaseException:
                self._stop.set()
                raise

    def _file(self, wanted: dict[str, Any]) -> bool:
        local = self._files[wanted["position"]]
        if wanted["put"] is None:
            self._sent(local.size)
            return True
        offset = wanted["received"]
        for _ in range(_TRIES):
            try:
                self._pieces(local, wanted["put"], offset)
                return True
            except Refused as error:
                self._sent(-local.size if error.code == "digest_differs" else 0)
                offset = 0
                if error.code != "digest_differs":
                    if error.status in (413, 415, 422):  # answered so; the others go on
                        return True
                    raise
                if look(local.path, local.name) != local:
                    return False
        return False

    def _pieces(self, local: Local, put: str, offset: int) -> None:
        self._sent(offset)
        with local.path.open("rb") as stream:
            while offset < local.size and not self._stop.is_set():
                offset = self._server.patiently(_Piece(self, stream, local, put, offset).send)

    def arrived(self, size: int) -> None:
        self._sent(size)

    @property
    def server(self) -> Server:
        return self._server


class _Piece:
    """The next piece of a file. After a cut the server says where to go on."""

    def __init__(self, sending: Sending, stream: Any, local: Local, put: str, offset: int) -> None:
        self._sending, self._stream, self._local, self._put = sending, stream, local, put
        self._offset, self._tries = offset, 0

    def send(self) -> int:
        """Answers the offset after it."""
        server, size = self._sending.server, self._local.size
        if self._tries:
            there = server.once("HEAD", self._put)
            self._move(int(there.headers["Upload-Offset"]))
            if there.headers["Upload-State"] != "wanted":
                self._move(size)
                return size
        self._tries += 1
        self._stream.seek(self._offset)
        data = self._stream.read(min(PIECE, size - self._offset))
        if not data:
            raise PrintdockError(f"{self._local.path} became shorter.", code="changed_while_reading")
        last = self._offset + len(data) - 1
        headers = {"Content-Range": f"bytes {self._offset}-{last}/{size}", "Content-Type": "application/octet-stream"}
        try:
            server.once("PUT", self._put, content=data, headers=headers)
        except Refused as error:
            if error.offset is None or error.status != 409:
                raise
            self._move(error.offset)
            return self._offset
        self._move(last + 1)
        return self._offset

    def _move(self, offset: int) -> None:
        self._sending.arrived(offset - self._offset)
        self._offset = offset
