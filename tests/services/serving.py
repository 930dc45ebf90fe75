"""``printdock serve`` as a process of its own, on a free port, ended after the test."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.services.forks import Forked, Program, run_printdock
from tests.services.ssh import free_port, wait_for

#: Seconds until a server answers. Imports and a first schema take three on a busy two-core machine.
PATIENCE = 60.0

#: Seconds between two looks at whether it does: a look goes through all connections of the machine.
_LOOK_S = 0.1


class Serving:
    """One running server. ``output`` is what it has printed so far, both streams.

    ``fresh``: started as a program, which takes seconds, for tests of how it starts and for other code than this one's.
    """

    def __init__(
        self, home: Path, port: int, *options: str, environment: dict[str, str] | None = None, fresh: bool = False
    ) -> None:
        self.home, self.port = home, port
        self.scheme = "https" if "--tls-cert" in options else "http"
        self._log = home / f"serve-{time.monotonic_ns()}.log"
        self._log.touch()
        arguments = ["serve", "--home", str(home), "--port", str(port), *options]
        self._process = (Program if fresh else Forked)(arguments, {**os.environ, **(environment or {})}, self._log)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Until a process of this server (not another one on the same port) listens and answers as ready."""
        wait_for(self._listens, "the server to listen", PATIENCE, _LOOK_S)
        wait_for(self._is_ready, "the server to be ready", PATIENCE, _LOOK_S)

    def processes(self) -> list[psutil.Process]:
        """The server's own process and those that answer."""
        try:
            own = psutil.Process(self.pid)
            return [own, *own.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def ask_to_end(self) -> None:
        """SIGTERM."""
        self._process.signal(signal.SIGTERM)

    def ended(self) -> bool:
        return self._process.ended()

    def wait(self, timeout_s: float = PATIENCE) -> int:
        """The exit code."""
        return self._process.wait(timeout_s)

    def kill(self) -> None:
        """SIGKILL to all of it, as when the machine loses power."""
        for process in self.processes():
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        self._process.wait(PATIENCE)

    def _listens(self) -> bool:
        assert not self.ended(), self.output
        for process in self.processes():
            try:
                connections = process.net_connections("tcp")
            except psutil.Error:
                continue
            if any(one.status == psutil.CONN_LISTEN and one.laddr.port == self.port for one in connections):
                return True
        return False

    def _is_ready(self) -> bool:
        assert not self.ended(), self.output
        try:
            return httpx.get(f"{self.url}/readyz", verify=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[..., Serving]]:
    """Starts servers in the test's home (``port=`` to share one), ready when it returns unless told; all are gone after the test."""
    started: list[Serving] = []

    def start(
        *options: str,
        port: int | None = None,
        environment: dict[str, str] | None = None,
        ready: bool = True,
        fresh: bool = False,
    ) -> Serving:
        server = Serving(home, port or free_port(), *options, environment=environment, fresh=fresh)
        started.append(server)
        if ready:
            server.wait_until_ready()
        return server

    yield start
    for server in started:
        server.kill()


def printdock_json(home: Path, *arguments: str) -> Any:
    """What a command answers with ``--json``."""
    import json

    done = run_printdock(*arguments, "--json", "--home", str(home))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
