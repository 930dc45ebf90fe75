"""A bad line: a TCP proxy that cuts connections after as many bytes as it is told, or when it is told, and can be slow."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Self


class BadLine:
    """Forwards to ``port``. ``budget()`` says, for each connection, after how many bytes of the client it is cut (None:
    never). ``forwarded`` counts the client's bytes that went through, ``cuts`` the connections that were cut.
    ``delay_s``: how much later each piece of the client's arrives."""

    def __init__(self, port: int, budget: Callable[[], int | None]) -> None:
        self._target, self._budget = port, budget
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.forwarded = self.cuts = 0
        self.delay_s = 0.0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sever(self) -> None:
        """Cut every connection there is; new ones are served."""
        with self._lock:
            cut = list(self._open)
            self.cuts += len(cut)
        for client in cut:
            _reset(client)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            try:
                server = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                return
            server.settimeout(None)
            with self._lock:
                self._open.add(client)
            with server:
                threading.Thread(target=self._back, args=(server, client), daemon=True).start()
                self._forward(client, server)
            with self._lock:
                self._open.discard(client)

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        left = self._budget()
        while True:
            try:
                data = client.recv(65536 if left is None else min(left, 65536))
                if not data:
                    return
                time.sleep(self.delay_s)
                server.sendall(data)
            except OSError:
                return
            with self._lock:
                self.forwarded += len(data)
            if left is not None:
                left -= len(data)
                if left <= 0:
                    with self._lock:
                        self.cuts += 1
                    _reset(client)
                    _reset(server)
                    return

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


def _reset(end: socket.socket) -> None:
    """A reset, not an orderly end."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
