"""How one file gets onto an SFTP server whole, and off it again: which requests, in which flights, undone how."""

from __future__ import annotations

from asyncio import Future, Lock
from collections import deque
from dataclasses import dataclass

from printdock.storage.commands import Commands, absent
from printdock.storage.packing import Attributes, Status
from printdock.storage.wire import ServerSaidNo


class Impossible(Exception):
    """The server refused for a reason we could find out: ``code`` is that of the `StorageError` to raise."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Upload:
    """One file to store: paths on the server, ``path`` and ``temporary`` in the same folder below ``root``.

    ``turn`` is given where a rename may replace a file: held while looking for one and renaming, it keeps at least
    this process from replacing its own. No request of version 3 could keep others from it.
    """

    root: bytes
    path: bytes
    temporary: bytes
    data: bytes
    sync: bool
    turn: Lock | None

    def folders(self) -> list[bytes]:
        """The folders between ``root`` and the file, outermost first."""
        names = self.path[len(self.root.rstrip(b"/")) + 1 :].split(b"/")[:-1]
        return [b"/".join([self.root.rstrip(b"/"), *names[: count + 1]]) for count in range(len(names))]


async def upload(commands: Commands, job: Upload) -> bool:
    """Store ``job``. False when another file has its name, which is left alone.

    Round trips: one to open, one for the data, its sync, size and close, one to rename. Folders, when missing, cost
    one more. Raises `ServerSaidNo`, `Impossible`, `WireLost`; the temporary file is removed while the server answers.
    """
    looked = commands.lstat(job.path)
    handle = await _create(commands, job)
    published = False
    try:
        if await _there(looked):
            await commands.close(handle)
        else:
            await _fill(commands, handle, job)
            published = await _publish(commands, job)
    except ServerSaidNo as error:
        raise await _explained(commands, job, error) from error
    finally:
        if not published and commands.wire.lost is None:
            await _forget(commands.remove(job.temporary))
    return published or await holds(commands, job.path, job.data)


async def holds(commands: Commands, path: bytes, data: bytes) -> bool:
    """Whether ``path`` is a file with exactly these bytes; reads it only when the size is right."""
    found = await commands.lstat(path)
    if not found.is_file or found.size != len(data):
        return False
    view, step = memoryview(data), 4 * 1024 * 1024
    handle = await commands.open(path)
    try:
        for start in range(0, len(data), step):
            if await read_range(commands, handle, start, step) != view[start : start + step]:
                return False
    finally:
        await _forget(commands.close(handle))
    return True


async def download(commands: Commands, path: bytes, offset: int, size: int) -> tuple[Attributes, bytes]:
    """Up to ``size`` bytes from ``offset``, and what is there: none of what is no regular file. Three round trips."""
    looked, opened = commands.lstat(path), commands.open(path)
    try:
        handle = await opened
    except ServerSaidNo:
        found = await looked
        if found.is_file:
            raise
        return found, b""  # some servers refuse to open a folder, others refuse to read from it
    try:
        found = await looked
        return found, await read_range(commands, handle, offset, size) if found.is_file else b""
    finally:
        await _forget(commands.close(handle))


async def read_range(commands: Commands, handle: bytes, offset: int, size: int) -> bytes:
    """Up to ``size`` bytes from ``offset``, fewer only at the end of the file."""
    end = offset + size
    starts = range(offset, end, commands.block)
    asked = [commands.read(handle, start, min(commands.block, end - start)) for start in starts]
    pieces = []
    for start, future in zip(starts, asked, strict=True):
        wanted = min(commands.block, end - start)
        piece = await _up_to_end(future)
        while piece and len(piece) < wanted:  # servers may answer with less than was asked for
            more = await _up_to_end(commands.read(handle, start + len(piece), wanted - len(piece)))
            if not more:
                break
            piece += more
        pieces.append(piece)
        if len(piece) < wanted:
            break
    return b"".join(pieces)


async def read_folder(commands: Commands, path: bytes) -> list[tuple[bytes, Attributes]]:
    """All names in a folder and what they are, without ``.`` and ``..``; empty when there is no such folder."""
    names: list[tuple[bytes, Attributes]] = []
    try:
        handle = await commands.opendir(path)
        try:
            while True:
                names += await commands.readdir(handle)
        finally:
            await _forget(commands.close(handle))
    except ServerSaidNo as error:
        if error.code != Status.EOF and not absent(error):  # some servers open any folder and look when reading
            raise
    return [(name, found) for name, found in names if name not in (b".", b"..") and b"/" not in name]


async def _create(commands: Commands, job: Upload) -> bytes:
    try:
        return await commands.create(job.temporary)
    except ServerSaidNo as error:
        if not absent(error):
            raise await _explained(commands, job, error) from error
    # Answers to mkdir are not looked at: that the folder is there, made by us or another, is what counts.
    made = [(folder, commands.mkdir(folder)) for folder in job.folders()]
    opened = commands.create(job.temporary)
    try:
        return await opened
    except ServerSaidNo as error:
        if absent(error):
            await _blame(commands, job, made)
        raise await _explained(commands, job, error) from error


async def _blame(commands: Commands, job: Upload, made: list[tuple[bytes, Future[None]]]) -> None:
    """Raise why a folder cannot be made, where that can be found out."""
    if not await _there(commands.lstat(job.root)):
        raise Impossible("root_missing")
    for folder, answer in made:
        try:
            await answer
        except ServerSaidNo as error:
            if not await _there(commands.lstat(folder)):
                raise await _explained(commands, job, error) from error
            if (await commands.lstat(folder)).is_file:
                raise Impossible("not_a_folder") from error


async def _fill(commands: Commands, handle: bytes, job: Upload) -> None:
    unanswered: deque[Future[None]] = deque()
    synced: Future[None] | None = None
    try:
        unanswered = await commands.write(handle, job.data)
        synced = commands.fsync(handle) if job.sync and commands.can_sync else None
        measured = commands.fstat(handle)
    finally:
        if commands.wire.lost is None:
            closed = commands.close(handle)
    for answer in unanswered:
        await answer
    if synced is not None:
        await synced
    size = (await measured).size
    await closed
    if size != len(job.data):
        raise Impossible("size_differs")


async def _publish(commands: Commands, job: Upload) -> bool:
    if job.turn is not None:
        async with job.turn:
            if await _there(commands.lstat(job.path)):
                return False
            await commands.rename(job.temporary, job.path)
        return True
    try:
        await commands.rename(job.temporary, job.path)
    except ServerSaidNo:
        if not await _there(commands.lstat(job.path)):
            raise
        return False
    return True


async def _explained(commands: Commands, job: Upload, error: ServerSaidNo) -> Exception:
    """``error``, or what is behind it: version 3 has one code, "failure", for a full and for a read-only disk."""
    if error.code != Status.FAILURE:
        return error
    try:
        space = await commands.space(job.root)
    except ServerSaidNo:
        return error
    if space is not None and space.read_only:
        return Impossible("read_only")
    if space is not None and (space.out_of_names or space.free_bytes < len(job.data)):
        return Impossible("disk_full")
    return error


async def _there(looked: Future[Attributes]) -> bool:
    try:
        await looked
    except ServerSaidNo as error:
        if absent(error):
            return False
        raise
    return True


async def _up_to_end(asked: Future[bytes]) -> bytes:
    try:
        return await asked
    except ServerSaidNo as error:
        if error.code == Status.EOF:
            return b""
        raise


async def _forget(asked: Future[None]) -> None:
    """Wait for a request whose refusal changes nothing: the error that made us clean up is the one to report."""
    try:
        await asked
    except ServerSaidNo:
        return
