"""Five files of 500 MB arriving at once: how fast, and how much memory the server takes for it.

The files begin like pictures and are noise after that, so that only receiving is measured: the upload is cancelled in
the end. Memory is the peak of all the server's processes above what they have when idle.

make bench ARGS=uploads
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from tests.services.serving import Serving, printdock_json
from tests.services.ssh import free_port

MB = 1_000_000
PNG = b"\x89PNG\r\n\x1a\n"
TEMPLATE = "Mug 11oz"
PIECE = 4 * 1024 * 1024


class Peak:
    """The most memory that a server's processes had together, bytes."""

    def __init__(self, server: Serving) -> None:
        self._server, self.bytes, self._over = server, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def now(self) -> int:
        total = 0
        for process in self._server.processes():
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self.bytes = max(self.bytes, self.now())


def body(size: int) -> Iterator[bytes]:
    """A file of ``size`` bytes."""
    noise = os.urandom(MB)
    yield PNG
    left = size - len(PNG)
    while left:
        piece = noise[: min(left, MB)]
        left -= len(piece)
        yield piece


def whole(client: httpx.Client, put: str, size: int) -> None:
    """One request for all of the file."""
    client.put(put, content=body(size), headers={"Content-Length": str(size)}).raise_for_status()


def pieces(client: httpx.Client, put: str, size: int) -> None:
    """As `printdock upload` sends it."""
    noise = PNG + os.urandom(PIECE - len(PNG))
    for start in range(0, size, PIECE):
        data = noise[: min(PIECE, size - start)]
        headers = {"Content-Range": f"bytes {start}-{start + len(data) - 1}/{size}"}
        client.put(put, content=data, headers=headers).raise_for_status()


def form(client: httpx.Client, size: int, files: int) -> str:
    """All files in one form; answers the upload."""

    def parts() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="template"\r\n\r\n' + TEMPLATE.encode() + b"\r\n"
        for number in range(files):
            yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="%d.png"\r\n\r\n' % number
            yield from body(size)
            yield b"\r\n"
        yield b"--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/api/v1/uploads/multipart", content=parts(), headers=headers).raise_for_status()
    return str(answer.json()["id"])


def sent(client: httpx.Client, how: Callable[[httpx.Client, str, int], None], size: int, files: int) -> str:
    """Send each file on a connection of its own; answers the upload."""
    entries = [{"name": f"{number}.png", "size": size} for number in range(files)]
    begun = client.post("/api/v1/uploads", json={"template": TEMPLATE, "files": entries}).raise_for_status().json()
    with ThreadPoolExecutor(files) as pool:
        list(pool.map(lambda file: how(client, file["put"], size), begun["files"]))
    return str(begun["id"])


@contextmanager
def serving() -> Iterator[tuple[Serving, httpx.Client]]:
    """A server in a home of its own, and a client with a key."""
    with tempfile.TemporaryDirectory(prefix="printdock-uploads-") as name:
        home = Path(name)
        key = printdock_json(home, "keys", "add", "bench", "--scope", "upload", "--scope", "read")["key"]
        server = Serving(home, free_port(), environment={"PRINTDOCK_HOME": name})
        try:
            server.wait_until_ready()
            headers = {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=server.url, headers=headers, timeout=120) as client:
                client.get("/api/v1/uploads").raise_for_status()
                yield server, client
        finally:
            server.kill()


def measure(title: str, size: int, files: int) -> dict[str, Any]:
    """One way of sending, at a fresh server."""
    with serving() as (server, client), Peak(server) as peak:
        time.sleep(1.0)
        idle, peak.bytes = peak.now(), 0
        cpu = _cpu(server)
        started = time.monotonic()
        how = whole if title == "whole" else pieces
        upload = form(client, size, files) if title == "form" else sent(client, how, size, files)
        seconds = time.monotonic() - started
        row = {
            "sent as": title, "files": files, "MB each": size // MB, "MB/s": round(files * size / MB / seconds, 1),
            "server CPU s": round(_cpu(server) - cpu, 2), "idle MB": round(idle / MB, 1),
            "peak above idle MB": round((peak.bytes - idle) / MB, 1),
        }  # fmt: skip
        if title != "form":
            client.delete(f"/api/v1/uploads/{upload}").raise_for_status()
    return row


def _cpu(server: Serving) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in server.processes())


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure receiving; see the module.")
    parser.add_argument("--files", type=int, default=5)
    parser.add_argument("--size-mb", type=int, default=500)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = [measure(title, options.size_mb * MB, options.files) for title in ("whole", "pieces", "form")]
    table = Table(*rows[0], box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)
    if options.json:
        options.json.write_text(json.dumps({"results": rows}, indent=2))


if __name__ == "__main__":
    main()
