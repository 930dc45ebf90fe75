"""Files in a bucket of a server that speaks S3: Amazon's, MinIO, Ceph, SeaweedFS and others.

A file is one object, sent in one request: it appears whole or not at all, and nothing half-written is ever left behind.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, GenericError, PreconditionError
from obstore.store import S3Store

from printdock.errors import KeyTaken, StorageNotFound, StorageRefused, StorageUnavailable
from printdock.storage.base import Entry, check_key
from printdock.storage.remote_file import READ_AHEAD, Part, open_remote
from printdock.storage.s3_errors import translated
from printdock.storage.s3_target import S3Target

if TYPE_CHECKING:
    from obstore.store import S3Config

#: The most bytes of one PUT, and of one key (UTF-8). Source: "Amazon S3 multipart upload limits" and "Naming objects".
MOST_BYTES, MOST_KEY_BYTES = 5 * 1024**3, 1024
#: An object that is there before any file: that it cannot be made twice shows that the server never replaces one.
_MARKER, _MARKER_BYTES = ".printdock-never-replaced", b"printdock keeps its files here. This one may stay."
#: Seconds for an answer, and the slowest line that is waited for, bytes a second.
_ANSWER_S, _SLOWEST = 20.0, 100_000


class S3Storage:
    """`Storage` below ``target``. Connects on first use; ``answer_s``: seconds until a silent server counts as away,
    besides the time that the bytes take at 100 kB/s.

    Nothing is retried here except once, when a connection that had been idle turns out to be dead; see
    `ResilientStorage`.
    """

    def __init__(self, target: S3Target, *, answer_s: float = _ANSWER_S) -> None:
        self.target = target
        self._answer_s = answer_s
        self._stores: dict[int, S3Store] = {}
        self._lock = threading.Lock()
        self._proven = False

    def __repr__(self) -> str:
        return f"S3Storage({str(self.target)!r})"

    def put(self, key: str, data: bytes) -> None:
        """See `Storage.put`. The server is given the SHA-256 and refuses other bytes.

        Raises `KeyTaken`, `StorageRefused`, `StorageUnavailable`.
        """
        path = self._path(key)
        if len(data) > MOST_BYTES:
            raise StorageRefused(f"{key!r} is larger than an S3 server takes in one piece.", code="too_large")
        self._prove_that_nothing_is_replaced()
        if not self._create(path, data) and not self._holds(path, data):
            raise KeyTaken(f"Another file is already stored as {key!r}.", remedy="It was left as it is.")

    def open(self, key: str) -> BinaryIO:
        """See `Storage.open`. Holds no connection between reads; a read may raise `StorageUnavailable`."""
        return open_remote(key, partial(self._read_part, self._path(key)))

    def stat(self, key: str) -> Entry:
        """See `Storage.stat`. One round trip; raises `StorageNotFound`."""
        with translated(self.target, key):
            found = obstore.head(self._store(), self._path(key))
        return Entry(key, found["size"], found["last_modified"].timestamp())

    def delete(self, key: str) -> None:
        """See `Storage.delete`. One round trip."""
        try:
            with translated(self.target, key):
                obstore.delete(self._store(), self._path(key))
        except StorageNotFound:
            return

    def list(self, prefix: str) -> Iterator[Entry]:
        """See `Storage.list`. A round trip for every thousand files."""
        folder = self._path(prefix) if prefix else None
        with translated(self.target, prefix or "."):
            pages = iter(obstore.list(self._store(), folder))
        while True:
            with translated(self.target, prefix or "."):
                page = next(pages, None)
            if page is None:
                return
            for found in page:
                if found["path"] != _MARKER:
                    yield Entry(found["path"], found["size"], found["last_modified"].timestamp())

    def close(self) -> None:
        """See `Storage.close`."""
        with self._lock:
            self._stores = {}

    # -- inside -------------------------------------------------------------------------------------------------

    def _path(self, key: str) -> str:
        whole = f"{self.target.prefix}/{check_key(key)}"
        try:
            size = len(whole.encode())
        except UnicodeEncodeError:
            raise StorageRefused(f"{key!r} is no text, as S3 wants names to be.", code="bad_key") from None
        if size > MOST_KEY_BYTES:
            raise StorageRefused(f"{key!r} is too long for S3.", code="bad_key", remedy="Use a shorter name.")
        return key

    def _create(self, path: str, data: bytes) -> bool:
        """Whether ``path`` was made; false where there is one already, or another is being made right now."""
        with translated(self.target, path):
            try:
                obstore.put(self._store(len(data)), path, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def _holds(self, path: str, data: bytes) -> bool:
        """Whether ``path`` has exactly these bytes; read in pieces, and only when the size is right."""
        try:
            if self.stat(path).size != len(data):
                return False
            view = memoryview(data)
            with self.open(path) as stream:
                while piece := stream.read(READ_AHEAD):
                    if view[: len(piece)] != piece:
                        return False
                    view = view[len(piece) :]
            return not view
        except StorageNotFound:
            raise StorageUnavailable(f"{path!r} was being written by another.", code="conflict") from None

    def _read_part(self, key: str, offset: int, size: int) -> Part:
        with translated(self.target, key):
            try:
                answer = obstore.get(self._store(size), key, options={"range": (offset, offset + size)})
                return Part(answer.meta["size"], answer.meta["e_tag"], answer.bytes().to_bytes())
            except PreconditionError as error:
                raise StorageUnavailable(
                    f"{key!r} was replaced while it was read.", code="changed_while_read"
                ) from error
            except GenericError as error:
                if "416 Range Not Satisfiable" not in str(error):
                    raise
                found = obstore.head(self._store(), key)  # an empty file has no first byte to ask for
                return Part(found["size"], found["e_tag"], b"")

    def _prove_that_nothing_is_replaced(self) -> None:
        """Some servers ignore If-None-Match and replace. Found out once, with a file of our own.

        Raises `StorageRefused` (code ``storage_replaces``).
        """
        with self._lock:
            proven = self._proven
        if proven:
            return
        if self._create(_MARKER, _MARKER_BYTES) and self._create(_MARKER, _MARKER_BYTES):
            raise StorageRefused(
                f"{self.target.label} replaces files although it is asked not to.",
                code="storage_replaces",
                remedy="Use a server with conditional writes (If-None-Match); docs/storage.md names some.",
            )
        with self._lock:
            self._proven = True

    def _store(self, size: int = 0) -> S3Store:
        """The client for a request of ``size`` bytes. obstore's one timeout is for the whole request."""
        steps = max(0, math.ceil(math.log(max(size, 1) / READ_AHEAD, 4))) if size else -1
        with self._lock:
            if steps not in self._stores:
                self._stores[steps] = self._client(self._answer_s + (READ_AHEAD * 4**steps / _SLOWEST if size else 0))
            return self._stores[steps]

    def _client(self, timeout_s: float) -> S3Store:
        target = self.target
        # The request that removes many at once is one that not every server knows.
        config: S3Config = {"region": target.region, "checksum_algorithm": "SHA256", "disable_bulk_delete": True}
        if target.endpoint:
            config["endpoint"] = target.endpoint
        if target.key_id is not None and target.secret is not None:
            config |= {"access_key_id": target.key_id, "secret_access_key": target.secret}
        try:
            return S3Store(
                target.bucket,
                prefix=target.prefix or None,
                config=config,
                client_options={
                    "allow_http": True,
                    "connect_timeout": timedelta(seconds=min(10.0, self._answer_s)),
                    "timeout": timedelta(seconds=timeout_s),
                },
                retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=timeout_s)},
            )
        except (BaseError, ValueError) as error:
            raise StorageRefused(f"{target.label} cannot be used.", code="bad_storage_url") from error
