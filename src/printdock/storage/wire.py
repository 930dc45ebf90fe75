"""SFTP over one asyncssh channel: requests out, answers in, many under way at once.

asyncssh has an SFTP client of its own. This one exists because uploads need what that one does not offer: several
requests in one flight, blocks handed to the channel in the size of an SSH packet without a task for each, and one
clock that notices a server which has stopped answering.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import asyncssh

from printdock.storage import packing

T = TypeVar("T")

_INIT, _VERSION, _WRITE, _STATUS = 1, 2, 6, 101
#: What OpenSSH takes as one SSH packet; pieces of this size are not cut and copied once more by the channel.
_SSH_PACKET = 32_768
_LARGEST_ANSWER = 4 * 1024 * 1024


class WireLost(Exception):
    """The connection is gone: nothing is known about the requests under way."""


class WireStalled(WireLost):
    """The server keeps the connection open and answers nothing."""


class ServerSaidNo(Exception):
    """The server answered with an error. ``code`` is one of `packing.Status`, or one we do not know."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{text} ({code})")
        self.code = code
        self.text = text


Decode = Callable[[int, packing.Reader], T]


class Wire(asyncssh.SSHClientSession[bytes]):
    """One SFTP session, used from its event loop only.

    `request` sends before it returns: what is asked first is sent first, and a server answers in order. The future it
    returns may be dropped unawaited. ``on_lost`` is called once, when the session dies or is given up.
    """

    def __init__(self, *, no_progress_s: float, on_lost: Callable[[], None]) -> None:
        self.extensions: dict[bytes, bytes] = {}
        #: Round trips so far: requests sent while none was unanswered.
        self.flights = 0
        self.lost: WireLost | None = None
        self._loop = asyncio.get_running_loop()
        #: Done when the server has greeted.
        self.ready: asyncio.Future[None] = self._loop.create_future()
        self._no_progress_s = no_progress_s
        self._on_lost = on_lost
        self._waiting: dict[int, tuple[asyncio.Future[Any], Decode[Any]]] = {}
        self._next_id = 0
        self._inbox = bytearray()
        self._clock: asyncio.TimerHandle | None = None
        self._heard = 0.0
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None

    def request(self, kind: int, body: bytes, decode: Decode[T]) -> asyncio.Future[T]:
        """Send a request; the future gives what ``decode(answer's kind, answer)`` makes of the answer.

        It raises `ServerSaidNo` or `WireLost`; so does this method, the latter, when the session is already gone.
        """
        number, future = self._register(decode)
        self._send(packing.string(bytes([kind]) + number + body))
        return future

    def write_block(self, handle: bytes, offset: int, block: memoryview) -> asyncio.Future[None]:
        """Send one WRITE request without copying ``block`` as a whole."""
        number, future = self._register(nothing)
        fields = packing.string(handle) + packing.u64(offset) + packing.u32(len(block))
        head = packing.u32(5 + len(fields) + len(block)) + bytes([_WRITE]) + number + fields
        first = _SSH_PACKET - len(head)
        self._send(head + block[:first])
        for start in range(first, len(block), _SSH_PACKET):
            self._send(block[start : start + _SSH_PACKET])
        return future

    def fail(self, error: WireLost) -> None:
        """Give up the session: all that is under way, and all that is asked later, raises ``error``."""
        if self.lost is not None:
            return
        self.lost = error
        if self._clock is not None:
            self._clock.cancel()
        waiting, self._waiting = [future for future, _ in self._waiting.values()], {}
        for future in [self.ready, *waiting]:
            _refuse(future, error)
        self._on_lost()

    # -- called by asyncssh -------------------------------------------------------------------------------------

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan

    def session_started(self) -> None:
        self._send(packing.string(bytes([_INIT]) + packing.u32(3)))

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if datatype is not None:
            return  # what a server's login scripts write to stderr is no answer
        self._heard = self._loop.time()
        self._inbox += data
        try:
            while (packet := self._next_packet()) is not None:
                self._received(packet)
        except packing.Malformed as error:
            self.fail(WireLost(f"the server sent something that is not SFTP: {error}"))

    def eof_received(self) -> bool:
        self.fail(WireLost("the server ended the session"))
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(WireLost(str(exc) if exc else "the connection was closed"))

    # -- inside -------------------------------------------------------------------------------------------------

    def _register(self, decode: Decode[T]) -> tuple[bytes, asyncio.Future[T]]:
        if self.lost is not None:
            raise self.lost
        future: asyncio.Future[T] = self._loop.create_future()
        if not self._waiting:
            self.flights += 1
            self._heard = self._loop.time()
        if self._clock is None:
            self._clock = self._loop.call_later(self._no_progress_s, self._look_at_clock)
        self._next_id = (self._next_id + 1) & 0xFFFFFFFF
        self._waiting[self._next_id] = (future, decode)
        return packing.u32(self._next_id), future

    def _send(self, piece: bytes | memoryview) -> None:
        if self.lost is not None:
            raise self.lost
        assert self._channel is not None, "nothing is asked before the session has begun"
        try:
            self._channel.write(piece)  # the channel copies any bytes-like object
        except OSError as error:  # asyncssh: "Channel not open for sending"
            lost = WireLost(str(error))
            self.fail(lost)
            raise lost from error

    def _next_packet(self) -> bytes | None:
        inbox = self._inbox
        if len(inbox) < 4:
            return None
        size = int.from_bytes(inbox[:4], "big")
        if not 5 <= size <= _LARGEST_ANSWER:
            raise packing.Malformed(f"a packet of {size} bytes")
        if len(inbox) < 4 + size:
            return None
        packet = bytes(inbox[4 : 4 + size])
        del inbox[: 4 + size]
        return packet

    def _received(self, packet: bytes) -> None:
        reader = packing.Reader(packet)
        kind, number = reader.take(1)[0], reader.u32()
        if kind == _VERSION:
            while reader.more():
                name = reader.string()
                self.extensions[name] = reader.string()
            if not self.ready.done():
                self.ready.set_result(None)
            return
        if number not in self._waiting:
            raise packing.Malformed("an answer to no request")
        future, decode = self._waiting[number]  # stays there until it is decoded: `fail` refuses what is there
        try:
            answer = decode(kind, reader)
        except ServerSaidNo as error:
            _refuse(future, error)
        else:
            if not future.done():
                future.set_result(answer)
        del self._waiting[number]

    def _look_at_clock(self) -> None:
        self._clock = None
        if not self._waiting:
            return
        left = self._heard + self._no_progress_s - self._loop.time()
        if left <= 0:
            self.fail(WireStalled(f"no answer for {self._no_progress_s:g} s"))
        else:
            self._clock = self._loop.call_later(left, self._look_at_clock)


def nothing(kind: int, reader: packing.Reader) -> None:
    """Decode an answer that is OK or an error and says nothing else."""
    if kind != _STATUS:
        raise packing.Malformed(f"an answer of kind {kind}")
    code = reader.u32()
    if code:
        raise ServerSaidNo(code, reader.string().decode("utf-8", "replace") if reader.more() else "")


def expect(wanted: int, decode: Callable[[packing.Reader], T]) -> Decode[T]:
    """Decode an answer of the kind ``wanted``; an error becomes `ServerSaidNo`."""

    def decode_answer(kind: int, reader: packing.Reader) -> T:
        if kind == wanted:
            return decode(reader)
        nothing(kind, reader)
        raise packing.Malformed("OK where an answer was due")

    return decode_answer


def _refuse(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # it may never be awaited: an earlier request of the same flight already failed
