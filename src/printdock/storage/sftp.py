"""Files on a NAS or server that speaks SFTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import BinaryIO, TypeVar
from weakref import WeakValueDictionary

from printdock.errors import KeyTaken, StorageNotFound, StorageUnavailable
from printdock.storage.base import Entry, check_key
from printdock.storage.commands import absent
from printdock.storage.connect import Session, Timeouts, open_session
from printdock.storage.loop import EventLoopThread
from printdock.storage.packing import Attributes
from printdock.storage.pool import Pool, PoolPatience, PoolState
from printdock.storage.publish import temporary_name
from printdock.storage.remote_file import Part, open_remote
from printdock.storage.sftp_errors import FOREIGN, translated
from printdock.storage.transfer import Upload, download, read_folder, upload
from printdock.storage.urls import SftpTarget
from printdock.storage.wire import ServerSaidNo, WireLost, WireStalled

T = TypeVar("T")


class SftpStorage:
    """`Storage` below ``target.root``, over at most ``max_connections`` sessions at once for all calling threads.

    Connects on first use. ``sync=False`` leaves out fsync: faster on a NAS with slow disks, and a file may be lost
    when the NAS loses power within seconds of a `put`. Nothing is retried here except once, when a connection that
    had been idle turns out to be dead; see `ResilientStorage`.
    """

    def __init__(
        self,
        target: SftpTarget,
        *,
        max_connections: int = 10,
        timeouts: Timeouts = Timeouts(),  # noqa: B008  # frozen
        patience: PoolPatience = PoolPatience(),  # noqa: B008  # frozen
        sync: bool = True,
    ) -> None:
        self.target = target
        self._root = target.root.rstrip("/")
        self._max_connections = max_connections
        self._timeouts = timeouts
        self._patience = patience
        self._sync = sync
        self._thread = EventLoopThread("printdock-sftp")
        self._pool: Pool[Session] | None = None
        #: Temporary files whose connection died under them; removed by the next `put` that succeeds.
        self._litter: set[bytes] = set()
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self._round_trips = 0

    def __repr__(self) -> str:
        return f"SftpStorage({str(self.target)!r})"

    def put(self, key: str, data: bytes) -> None:
        """See `Storage.put`. Raises `KeyTaken`, `StorageRefused`, `StorageUnavailable`."""
        path = self._path(check_key(key))

        async def store(session: Session) -> bool:
            return await self._store(session, path, data)

        if not self._run(key, store, writing=True):
            raise KeyTaken(f"Another file is already stored as {key!r}.", remedy="It was left as it is.")

    def open(self, key: str) -> BinaryIO:
        """See `Storage.open`. Holds no connection between reads; a read may raise `StorageUnavailable`."""
        return open_remote(key, partial(self._read_part, check_key(key)))

    def stat(self, key: str) -> Entry:
        """See `Storage.stat`. One round trip; raises `StorageNotFound`."""
        path = self._path(check_key(key))
        found = self._run(key, lambda session: session.commands.lstat(path))
        if not found.is_file:
            raise StorageNotFound(f"There is no stored file {key!r} on {self.target.label}.")
        return Entry(key, found.size, found.modified)

    def delete(self, key: str) -> None:
        """See `Storage.delete`. One round trip."""
        path = self._path(check_key(key))
        try:
            self._run(key, lambda session: session.commands.remove(path))
        except StorageNotFound:
            return

    def list(self, prefix: str) -> Iterator[Entry]:
        """See `Storage.list`. Holds one folder's names in memory at a time, and no connection between folders."""
        folders = [check_key(prefix) if prefix else ""]
        while folders:
            folder = folders.pop()
            path = self._path(folder)
            for name, found in self._run(folder or ".", partial(_read_folder, path)):
                text = name.decode("utf-8", "surrogateescape")
                key = f"{folder}/{text}" if folder else text
                if found.is_folder:
                    folders.append(key)
                elif found.is_file:
                    yield Entry(key, found.size, found.modified)

    def close(self) -> None:
        """See `Storage.close`. Calls under way raise `StorageRefused` (code ``storage_closed``)."""

        async def close_pool() -> None:
            if self._pool is not None:
                self._pool.close()

        self._thread.stop(close_pool)

    def make_root(self) -> None:
        """Make the root folder, and those above it, where they are missing. Idempotent.

        Only for setting up, by a person: `put` never makes the root, since a NAS that has just started answers before
        its volumes are mounted, and files would land below the mount point.
        """
        parts = self._root.split("/")[1:]
        folders = [self._path("")[: len("/".join(["", *parts[:count]]).encode())] for count in range(1, len(parts) + 1)]

        async def make(session: Session) -> None:
            for folder in folders:
                try:
                    await session.commands.lstat(folder)
                except ServerSaidNo as error:
                    if not absent(error):
                        raise
                    await session.commands.mkdir(folder)

        self._run("", make)

    def pool_state(self) -> PoolState | None:
        """Counts for metrics; None before the first use."""
        return None if self._pool is None else self._pool.state()

    def round_trips(self) -> int:
        """How many times a call has waited for the network so far, connecting left out."""
        return self._round_trips

    # -- inside -------------------------------------------------------------------------------------------------

    def _read_part(self, key: str, offset: int, size: int) -> Part:
        path = self._path(key)
        found, data = self._run(key, lambda session: download(session.commands, path, offset, size))
        if not found.is_file:
            raise StorageNotFound(f"There is no stored file {key!r} on {self.target.label}.")
        return Part(found.size, found.modified, data)

    def _path(self, key: str) -> bytes:
        return (f"{self._root}/{key}" if key else self._root or "/").encode("utf-8", "surrogateescape")

    def _run(self, key: str, work: Callable[[Session], Awaitable[T]], *, writing: bool = False) -> T:
        try:
            return self._thread.run(lambda: self._with_session(work))
        except FOREIGN as error:
            found = translated(error, self.target, key)
            if writing and isinstance(found, StorageNotFound):
                # Somebody removed the folder between two requests: it is made again by the next try.
                raise StorageUnavailable(f"The folder of {key!r} was removed on {self.target.label}.") from error
            raise found from error

    async def _with_session(self, work: Callable[[Session], Awaitable[T]]) -> T:
        if self._pool is None:
            self._pool = Pool(
                lambda: open_session(self.target, self._timeouts),
                max_connections=self._max_connections,
                patience=self._patience,
            )
        async with self._pool.lease() as (session, used):
            try:
                return await self._counted(session, work)
            except WireLost as error:
                if not used or isinstance(error, WireStalled):
                    raise
        # The NAS had dropped this connection while it was idle. All requests are idempotent: do it again, once, and
        # trust no other idle connection without asking.
        self._pool.distrust()
        async with self._pool.lease() as (session, _):
            return await self._counted(session, work)

    async def _counted(self, session: Session, work: Callable[[Session], Awaitable[T]]) -> T:
        before = session.wire.flights
        try:
            return await work(session)
        finally:
            self._round_trips += session.wire.flights - before

    async def _store(self, session: Session, path: bytes, data: bytes) -> bool:
        folder, _, name = path.rpartition(b"/")
        temporary = folder + b"/" + temporary_name(name.decode("utf-8", "surrogateescape")).encode()
        turn = self._turns.setdefault(path, asyncio.Lock()) if session.rename_replaces else None
        job = Upload(self._path(""), path, temporary, data, self._sync, turn)
        try:
            stored = await upload(session.commands, job)
        except (WireLost, asyncio.CancelledError):
            self._litter.add(temporary)  # any other error: the server answers, so `upload` has cleaned up
            raise
        await self._remove_litter(session)
        return stored

    async def _remove_litter(self, session: Session) -> None:
        if not self._litter:
            return
        litter, self._litter = self._litter, set()
        try:
            for path, removed in [(path, session.commands.remove(path)) for path in litter]:
                try:
                    await removed
                except ServerSaidNo as error:
                    if not absent(error):
                        self._litter.add(path)
        except WireLost:
            self._litter |= litter  # the file itself is stored; the next `put` cleans up


async def _read_folder(path: bytes, session: Session) -> list[tuple[bytes, Attributes]]:
    return await read_folder(session.commands, path)
